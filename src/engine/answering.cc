// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/answering.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "engine/messages.h"

namespace hearth::engine {

using text::Token;

namespace {

bool AllFinite(std::span<const float> values) {
  uint32_t bad = 0;  // without a branch per value
  for (const float v : values) bad |= static_cast<uint32_t>(!std::isfinite(v));
  return bad == 0;
}

Status Checked(bool finite, const std::string& model_path) {
  if (finite) return {};
  return Fail(Code::kDataLoss, msg::kEngineBadNumbers, model_path);
}

}  // namespace

Status CheckLogits(std::span<const float> logits, const std::string& model_path) {
  return Checked(AllFinite(logits), model_path);
}

Status CheckLogits(std::span<const float> logits, const std::string& model_path, ThreadTeam& team) {
  constexpr size_t kFew = 1 << 18;  // done before the others have begun
  if (logits.size() <= kFew) return CheckLogits(logits, model_path);
  std::atomic<bool> finite = true;
  team.Run([&](const Worker& worker) {
    const auto [first, last] = worker.Share(static_cast<int64_t>(logits.size()));
    if (!AllFinite(logits.subspan(static_cast<size_t>(first), static_cast<size_t>(last - first)))) {
      finite.store(false, std::memory_order_relaxed);
    }
  });
  return Checked(finite, model_path);
}

Answering::Answering(const text::Tokenizer& tokenizer, std::span<const Token> prompt, size_t cached,
                     size_t chunk, GenerateOptions options)
    : prompt_(prompt.begin(), prompt.end()),
      options_(std::move(options)),
      chunk_(chunk),
      tokenizer_(tokenizer),
      sampler_(options_.sampler),
      decoder_(tokenizer),
      stop_text_(options_.stop),
      done_(cached),
      reported_(cached) {
  answer_.timings.prompt_tokens = static_cast<int32_t>(prompt_.size());
  answer_.timings.cached_tokens = static_cast<int32_t>(cached);
}

std::span<const Token> Answering::Next() const {
  if (!reading()) return {&answer_.tokens.back(), 1};
  return std::span(prompt_).subspan(done_, std::min(chunk_, prompt_.size() - done_));
}

void Answering::Computed() {
  if (!reading()) return;
  done_ += Next().size();
  if (reading()) return;
  for (const Token token : prompt_) sampler_.Accept(token);
  decode_ = Clock::now();
}

bool Answering::Choose(std::span<const float> logits, const std::string& model_path) {
  if (const Status status = CheckLogits(logits, model_path); !status) {
    error_ = status.error();
    return false;
  }
  finish_ = ChooseToken(logits);
  return true;
}

std::optional<Finish> Answering::ChooseToken(std::span<const float> logits) {
  if (options_.max_tokens >= 0 &&
      answer_.tokens.size() >= static_cast<size_t>(options_.max_tokens)) {
    return Finish::kMaxTokens;
  }
  if (cancelled()) return Finish::kCancelled;
  const Token token = sampler_.Sample(logits, prompt_.size() + answer_.tokens.size());
  if (std::ranges::binary_search(tokenizer_.stop_tokens(), token)) return Finish::kStopToken;
  sampler_.Accept(token);
  answer_.tokens.push_back(token);
  if (options_.logprobs > 0) Report(logits);
  return std::nullopt;
}

void Answering::Report(std::span<const float> logits) {
  TokenReport report = {.token = answer_.tokens.back(), .logprob = 0, .top = {}};
  report.top = text::TopLogprobs(logits, options_.logprobs, report.token);
  for (const text::TokenLogprob& item : report.top) {
    if (item.token == report.token) report.logprob = item.logprob;
  }
  answer_.reports.push_back(std::move(report));
}

void Answering::Accept(bool room) {
  if (done_ != reported_ && !error_) {
    reported_ = done_;
    if (options_.on_prefill) {
      options_.on_prefill(static_cast<int32_t>(done_), answer_.timings.prompt_tokens);
    }
  }
  if (error_ || reading()) return;
  if (finish_) return Finish(*finish_);
  const Token token = answer_.tokens.back();
  // Embeddings may be padded beyond the vocabulary; such a token has no text.
  if (token < tokenizer_.vocabulary_size()) Emit(stop_text_.Push(decoder_.Push(token)));
  if (stop_text_.stopped()) {
    Finish(Finish::kStopText);
  } else if (!room) {
    Finish(Finish::kContextFull);
  } else if (cancelled()) {
    Finish(Finish::kCancelled);
  }
}

void Answering::Finish(engine::Finish finish) {
  finish_ = finish;
  if (reading()) {
    answer_.timings.prefill_seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    return;
  }
  Emit(stop_text_.Push(decoder_.Flush()));
  Emit(stop_text_.Flush());
  answer_.timings.prefill_seconds = std::chrono::duration<double>(decode_ - begin_).count();
  answer_.timings.decode_seconds = std::chrono::duration<double>(Clock::now() - decode_).count();
}

void Answering::Emit(const std::string& piece) {
  if (piece.empty()) return;
  answer_.text += piece;
  if (options_.on_text) options_.on_text(piece);
}

Result<Answer> Answering::Take() {
  if (error_) return std::unexpected(*error_);
  if (!finish_) Finish(Finish::kCancelled);
  answer_.finish = *finish_;
  answer_.timings.answer_tokens = static_cast<int32_t>(answer_.tokens.size());
  return std::move(answer_);
}

}  // namespace hearth::engine
