// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/session.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "engine/messages.h"
#include "engine/session_impl.h"
#include "engine/stop_text.h"

namespace hearth::engine {
namespace {

using text::Token;

constexpr int32_t kMaxChunk = 8192;

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

bool AllFinite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float v) { return std::isfinite(v); });
}

}  // namespace

std::string_view FinishName(Finish finish) {
  constexpr std::array<std::string_view, 5> kNames = {"stop", "stop", "length", "context_full",
                                                      "cancelled"};
  return kNames[static_cast<size_t>(finish)];
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::Open(std::shared_ptr<const Engine> engine,
                                               const SessionOptions& options) {
  const Engine::Impl& model = engine->impl();
  const int32_t trained = model.config.trained_context;
  if (options.context < 1 || options.context > trained) {
    return Fail(Code::kInvalidArgument, msg::kSessionContext, options.context, 1, trained);
  }
  if (options.chunk < 1 || options.chunk > kMaxChunk) {
    return Fail(Code::kInvalidArgument, msg::kSessionChunk, options.chunk, kMaxChunk);
  }
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  HEARTH_ASSIGN(impl->state,
                models::DecoderState::Allocate(
                    model.config, {.context = options.context,
                                   .chunk = std::min(options.chunk, options.context),
                                   .threads = model.team->size(),
                                   .kv = KvElementOf(options.kv, model.precision),
                                   .precise = model.precision == Precision::kFloat32}));
  impl->tokens.reserve(static_cast<size_t>(options.context));
  impl->logits.resize(static_cast<size_t>(model.config.vocabulary));
  impl->engine = std::move(engine);
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

Status Session::Impl::CheckTokens(std::span<const Token> batch) const {
  const int32_t vocabulary = engine->impl().config.vocabulary;
  for (const Token token : batch) {
    if (token >= 0 && token < vocabulary) continue;
    return Fail(Code::kInvalidArgument, msg::kSessionBadToken, token, vocabulary - 1);
  }
  return {};
}

Result<bool> Session::Impl::Extend(std::span<const Token> batch, int32_t want, float* out,
                                   const CancelToken* cancel,
                                   const std::function<void(int32_t done)>& progress) {
  const Engine::Impl& model = engine->impl();
  const auto vocabulary = static_cast<size_t>(model.config.vocabulary);
  const size_t total = batch.size();
  const size_t first_wanted = total - static_cast<size_t>(want);
  for (size_t done = 0; done < total;) {
    const size_t count = std::min(total - done, static_cast<size_t>(state.shape.chunk));
    const size_t end = done + count;
    const size_t wanted = end > first_wanted ? end - std::max(done, first_wanted) : 0;
    models::Batch step = {.tokens = batch.subspan(done, count),
                          .position = static_cast<int32_t>(tokens.size()),
                          .want = static_cast<int32_t>(wanted),
                          .logits = out,
                          .cancel = cancel};
    {
      const std::lock_guard turn(model.turn);
      if (!Forward(model.config, *model.weights, state, *model.team, step)) return false;
    }
    if (!AllFinite({out, wanted * vocabulary})) {
      return Fail(Code::kDataLoss, msg::kEngineBadNumbers, model.path);
    }
    out += wanted * vocabulary;
    tokens.insert(tokens.end(), step.tokens.begin(), step.tokens.end());
    done = end;
    if (progress) progress(static_cast<int32_t>(done));
  }
  return true;
}

namespace {

// The state of one answer while it grows.
class Answering {
 public:
  Answering(Session::Impl& session, std::span<const Token> prompt, const GenerateOptions& options)
      : session_(session),
        prompt_(prompt),
        options_(options),
        tokenizer_(session.engine->tokenizer()),
        sampler_(options.sampler),
        decoder_(tokenizer_),
        stop_text_(options.stop) {}

  Result<Answer> Run() {
    const auto begin = std::chrono::steady_clock::now();
    HEARTH_ASSIGN(const bool ready, Prefill());
    answer_.timings.prefill_seconds = Seconds(begin);
    if (!ready) {
      answer_.finish = Finish::kCancelled;
      return std::move(answer_);
    }
    for (const Token token : prompt_) sampler_.Accept(token);
    const auto decode = std::chrono::steady_clock::now();
    HEARTH_ASSIGN(answer_.finish, Decode());
    Emit(stop_text_.Push(decoder_.Flush()));
    Emit(stop_text_.Flush());
    answer_.timings.decode_seconds = Seconds(decode);
    answer_.timings.answer_tokens = static_cast<int32_t>(answer_.tokens.size());
    return std::move(answer_);
  }

 private:
  // Reuses the longest common beginning, computes the rest. At least the last token of the prompt
  // is computed, because its logits are needed.
  Result<bool> Prefill() {
    const auto [cached, _] = std::ranges::mismatch(session_.tokens, prompt_);
    const size_t keep =
        std::min<size_t>(static_cast<size_t>(cached - session_.tokens.begin()), prompt_.size() - 1);
    session_.tokens.resize(keep);
    answer_.timings.prompt_tokens = static_cast<int32_t>(prompt_.size());
    answer_.timings.cached_tokens = static_cast<int32_t>(keep);
    return session_.Extend(
        prompt_.subspan(keep), 1, session_.logits.data(), options_.cancel, [&](int32_t done) {
          if (!options_.on_prefill) return;
          options_.on_prefill(static_cast<int32_t>(keep) + done, answer_.timings.prompt_tokens);
        });
  }

  Result<Finish> Decode() {
    const std::span<const Token> stops = tokenizer_.stop_tokens();
    while (true) {
      if (options_.max_tokens >= 0 &&
          answer_.tokens.size() >= static_cast<size_t>(options_.max_tokens)) {
        return Finish::kMaxTokens;
      }
      if (options_.cancel != nullptr && options_.cancel->cancelled()) return Finish::kCancelled;
      const Token token = sampler_.Sample(session_.logits, prompt_.size() + answer_.tokens.size());
      if (std::ranges::binary_search(stops, token)) return Finish::kStopToken;
      Report(token);
      sampler_.Accept(token);
      answer_.tokens.push_back(token);
      // Embeddings may be padded beyond the vocabulary; such a token has no text.
      if (token < tokenizer_.vocabulary_size()) Emit(stop_text_.Push(decoder_.Push(token)));
      if (stop_text_.stopped()) return Finish::kStopText;
      if (session_.tokens.size() >= static_cast<size_t>(session_.options.context)) {
        return Finish::kContextFull;
      }
      HEARTH_ASSIGN(const bool done, session_.Extend({&token, 1}, 1, session_.logits.data(),
                                                     options_.cancel, nullptr));
      if (!done) return Finish::kCancelled;
    }
  }

  void Report(Token token) {
    if (options_.logprobs <= 0) return;
    TokenReport report = {.token = token, .logprob = 0, .top = {}};
    report.top = text::TopLogprobs(session_.logits, options_.logprobs, token);
    for (const text::TokenLogprob& item : report.top) {
      if (item.token == token) report.logprob = item.logprob;
    }
    answer_.reports.push_back(std::move(report));
  }

  void Emit(const std::string& piece) {
    if (piece.empty()) return;
    answer_.text += piece;
    if (options_.on_text) options_.on_text(piece);
  }

  Session::Impl& session_;
  const std::span<const Token> prompt_;
  const GenerateOptions& options_;
  const text::Tokenizer& tokenizer_;
  text::Sampler sampler_;
  text::StreamDecoder decoder_;
  StopText stop_text_;
  Answer answer_ = {};
};

}  // namespace

Result<Answer> Session::Generate(std::span<const Token> prompt, const GenerateOptions& options) {
  HEARTH_TRY(text::Validate(options.sampler));
  if (prompt.empty()) return Fail(Code::kInvalidArgument, msg::kSessionPromptEmpty);
  if (prompt.size() >= static_cast<size_t>(impl_->options.context)) {
    return Fail(Code::kResourceExhausted, msg::kSessionPromptLong, prompt.size(),
                impl_->options.context);
  }
  HEARTH_TRY(impl_->CheckTokens(prompt));
  return Answering(*impl_, prompt, options).Run();
}

Result<std::vector<float>> Session::Logits(std::span<const Token> tokens, int32_t want,
                                           int32_t keep) {
  if (tokens.empty()) return Fail(Code::kInvalidArgument, msg::kSessionPromptEmpty);
  if (want < 0 || static_cast<size_t>(want) > tokens.size()) {
    return Fail(Code::kInvalidArgument, msg::kSessionBadCount, "want", want, tokens.size());
  }
  if (keep < 0 || static_cast<size_t>(keep) > impl_->tokens.size()) {
    return Fail(Code::kInvalidArgument, msg::kSessionBadCount, "keep", keep, impl_->tokens.size());
  }
  if (tokens.size() + static_cast<size_t>(keep) > static_cast<size_t>(impl_->options.context)) {
    return Fail(Code::kResourceExhausted, msg::kSessionPromptLong,
                tokens.size() + static_cast<size_t>(keep), impl_->options.context);
  }
  HEARTH_TRY(impl_->CheckTokens(tokens));
  impl_->tokens.resize(static_cast<size_t>(keep));
  std::vector<float> out(static_cast<size_t>(want) * impl_->logits.size());
  HEARTH_ASSIGN([[maybe_unused]] const bool done,
                impl_->Extend(tokens, want, out.data(), nullptr, nullptr));
  return out;
}

std::span<const Token> Session::tokens() const {
  return impl_->tokens;
}
int32_t Session::context() const {
  return impl_->options.context;
}
void Session::Clear() {
  impl_->tokens.clear();
}
const Engine& Session::engine() const {
  return *impl_->engine;
}

}  // namespace hearth::engine
