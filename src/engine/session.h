// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "engine/engine.h"
#include "engine/explain.h"
#include "text/sampler.h"

namespace hearth::engine {

struct SessionOptions {
  int32_t context = 4096;  // tokens of KV cache, allocated at open; at most the trained context
  KvType kv = KvType::kAuto;
  int32_t chunk = 512;  // tokens per prefill step
};

enum class Finish { kStopToken, kStopText, kMaxTokens, kContextFull, kCancelled };
std::string_view FinishName(Finish finish);  // "stop", "length", "context_full", "cancelled"

struct GenerateOptions {
  text::SamplerOptions sampler;
  int32_t max_tokens = -1;        // -1: until a stop or the context is full
  std::vector<std::string> stop;  // texts that end the answer (not part of it)
  int32_t logprobs = 0;           // alternatives reported per token, 0: none
  CancelToken* cancel = nullptr;
  // Text as it becomes complete (whole UTF-8 characters). May be empty.
  std::function<void(std::string_view text)> on_text;
  std::function<void(int32_t done, int32_t total)> on_prefill;  // prompt tokens computed
};

struct Timings {
  double prefill_seconds = 0, decode_seconds = 0;
  int32_t prompt_tokens = 0;  // of the whole prompt
  int32_t cached_tokens = 0;  // of those, reused from the KV cache
  int32_t answer_tokens = 0;
};

struct TokenReport {
  text::Token token;
  float logprob;
  std::vector<text::TokenLogprob> top;
};

struct Answer {
  std::string text;
  std::vector<text::Token> tokens;  // without the stop token
  Finish finish;
  Timings timings;
  std::vector<TokenReport> reports;  // when logprobs > 0
};

// One mutable timeline over an engine: tokens, KV cache, sampler. One caller at a time; several
// sessions on one engine take turns at its thread team, or answer together.
class Session {
 public:
  static Result<std::unique_ptr<Session>> Open(std::shared_ptr<const Engine> engine,
                                               const SessionOptions& options);
  ~Session();

  // Answers `prompt` (the whole token sequence). The longest beginning that equals what is cached
  // is not computed again. kResourceExhausted when the prompt leaves no room in the context; then
  // and on every error the session stays usable. Cancelled: what was produced is returned
  // (kCancelled).
  Result<Answer> Generate(std::span<const text::Token> prompt, const GenerateOptions& options);

  // The same in steps (engine/together.h): Begin takes the prompt and drops an answer that was not
  // ended, Step computes, End gives the answer, kCancelled when it was not complete. What changes
  // the tokens otherwise (Logits, Load, Clear, ...) drops the answer, too.
  Status Begin(std::span<const text::Token> prompt, GenerateOptions options);
  bool answering() const;  // begun and not complete
  Result<Answer> End();

  // Computes `tokens` as continuation of the first `keep` cached tokens and gives the logits of the
  // last `want` of them, [want][vocabulary] (tests, benchmarks, perplexity).
  Result<std::vector<float>> Logits(std::span<const text::Token> tokens, int32_t want,
                                    int32_t keep = 0);

  // The same into [want][vocabulary] of the caller's: `out` says how many are wanted. top: of each
  // token only so many of the largest need be exact, others may be estimates below them, which is
  // what decoding computes; 0: all are.
  Status Logits(std::span<const text::Token> tokens, std::span<float> out, int32_t keep = 0,
                int32_t top = 0);

  // Computes `tokens` twice as continuation of the first `keep` cached tokens, `step` of them at a
  // time (1: decode), and says where the time of the second pass went.
  Result<Explanation> Explain(std::span<const text::Token> tokens, int32_t keep, int32_t step);

  std::span<const text::Token> tokens() const;  // what the KV cache holds
  int32_t context() const;
  void Clear();
  const Engine& engine() const;

  // The cached tokens and KV pages, bound to the model by hash (docs/formats.md). Loading with
  // another model or a damaged file: error, and the session is unchanged.
  Status Save(const std::string& path) const;
  Status Load(const std::string& path);

  struct Impl;
  Impl& impl() const { return *impl_; }

 private:
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::engine
