// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/session.h"

#include <algorithm>
#include <array>

#include "engine/messages.h"
#include "engine/session_impl.h"
#include "engine/together.h"

namespace hearth::engine {
namespace {

using text::Token;

constexpr int32_t kMaxChunk = 8192;

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
  impl->options.chunk = std::min(options.chunk, options.context);
  HEARTH_TRY(model.Reserve(impl->options.chunk));
  HEARTH_ASSIGN(impl->timeline,
                models::Timeline::Allocate(model.config, options.context,
                                           KvElementOf(options.kv, model.config, model.precision)));
  if (impl->timeline.kv.shape().element == tensor::KvElement::kInt8) {
    HEARTH_ASSIGN(impl->timeline.key_bases, model.KeyBases());
  }
  impl->tokens.reserve(static_cast<size_t>(options.context));
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

Status Session::Impl::Extend(std::span<const Token> batch, int32_t want, float* out, int32_t top) {
  const Engine::Impl& model = engine->impl();
  const auto vocabulary = static_cast<size_t>(model.config.vocabulary);
  const size_t total = batch.size();
  const size_t first_wanted = total - static_cast<size_t>(want);
  for (size_t done = 0; done < total;) {
    const size_t count = std::min(total - done, static_cast<size_t>(options.chunk));
    const size_t end = done + count;
    const size_t wanted = end > first_wanted ? end - std::max(done, first_wanted) : 0;
    const models::Part part = {&timeline, batch.subspan(done, count), position()};
    {
      const std::lock_guard turn(model.turn);
      Forward(model.config, *model.weights, model.scratch, *model.team,
              {.parts = {&part, 1},
               .want = static_cast<int32_t>(wanted),
               .logits = out,
               .top = top,
               .cancel = nullptr,
               .trace = trace});
      HEARTH_TRY(CheckLogits({out, wanted * vocabulary}, model.path, *model.team));
    }
    out += wanted * vocabulary;
    tokens.insert(tokens.end(), part.tokens.begin(), part.tokens.end());
    done = end;
  }
  return {};
}

Status Session::Begin(std::span<const Token> prompt, GenerateOptions options) {
  impl_->answering.reset();
  HEARTH_TRY(text::Validate(options.sampler));
  if (prompt.empty()) return Fail(Code::kInvalidArgument, msg::kSessionPromptEmpty);
  if (prompt.size() >= static_cast<size_t>(impl_->options.context)) {
    return Fail(Code::kResourceExhausted, msg::kSessionPromptLong, prompt.size(),
                impl_->options.context);
  }
  HEARTH_TRY(impl_->CheckTokens(prompt));
  // At least the last token of the prompt is computed, because its logits are needed.
  std::vector<Token>& tokens = impl_->tokens;
  const auto same = std::ranges::mismatch(tokens, prompt).in1 - tokens.begin();
  tokens.resize(std::min(static_cast<size_t>(same), prompt.size() - 1));
  impl_->answering =
      std::make_unique<Answering>(impl_->engine->tokenizer(), prompt, tokens.size(),
                                  static_cast<size_t>(impl_->options.chunk), std::move(options));
  return {};
}

bool Session::answering() const {
  return impl_->answering != nullptr && !impl_->answering->finished();
}

Result<Answer> Session::End() {
  if (impl_->answering == nullptr) {
    return Fail(Code::kFailedPrecondition, msg::kSessionNotAnswering);
  }
  const std::unique_ptr<Answering> answering = std::move(impl_->answering);
  return answering->Take();
}

Result<Answer> Session::Generate(std::span<const Token> prompt, const GenerateOptions& options) {
  HEARTH_TRY(Begin(prompt, options));
  Session* const self = this;
  while (answering()) HEARTH_TRY(Step({&self, 1}));
  return End();
}

Result<std::vector<float>> Session::Logits(std::span<const Token> tokens, int32_t want,
                                           int32_t keep) {
  if (want < 0 || static_cast<size_t>(want) > tokens.size()) {
    return Fail(Code::kInvalidArgument, msg::kSessionBadCount, "want", want, tokens.size());
  }
  std::vector<float> out(static_cast<size_t>(want) *
                         static_cast<size_t>(impl_->engine->impl().config.vocabulary));
  HEARTH_TRY(Logits(tokens, out, keep));
  return out;
}

Status Session::Logits(std::span<const Token> tokens, std::span<float> out, int32_t keep,
                       int32_t top) {
  const size_t want = out.size() / static_cast<size_t>(impl_->engine->impl().config.vocabulary);
  if (tokens.empty()) return Fail(Code::kInvalidArgument, msg::kSessionPromptEmpty);
  if (want > tokens.size()) {
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
  impl_->answering.reset();
  return impl_->Extend(tokens, static_cast<int32_t>(want), out.data(), top);
}

std::span<const Token> Session::tokens() const {
  return impl_->tokens;
}
int32_t Session::context() const {
  return impl_->options.context;
}
void Session::Clear() {
  impl_->answering.reset();
  impl_->tokens.clear();
}
const Engine& Session::engine() const {
  return *impl_->engine;
}

}  // namespace hearth::engine
