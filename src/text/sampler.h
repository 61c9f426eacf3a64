// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "text/tokenizer.h"

namespace hearth::text {

// Ranges are checked by Validate; a value outside is an error, never clamped.
struct SamplerOptions {
  float temperature = 0.7f;        // 0: greedy. [0, 5]
  int32_t top_k = 40;              // 0: off
  float top_p = 0.95f;             // 1: off. (0, 1]
  float min_p = 0.0f;              // 0: off. [0, 1)
  float repeat_penalty = 1.0f;     // 1: off. (0, 10]; divides positive, multiplies negative logits
  float presence_penalty = 0.0f;   // [-2, 2]
  float frequency_penalty = 0.0f;  // [-2, 2]
  int32_t penalty_window = 64;     // last tokens that penalties look at. [0, 65536]
  uint64_t seed = 0;
};
Status Validate(const SamplerOptions& options);

struct TokenLogprob {
  Token token;
  float logprob;  // natural logarithm, of the model's own distribution (before the chain)
};

// The chain, in this order: penalties, top-k, temperature, top-p, min-p, draw. The draw uses
// Philox(seed) at the position of the token, so the same seed gives the same text.
// Broken logits have a defined meaning: NaN is minus infinity, plus infinities share the
// probability, and when nothing is finite or larger every token is equally likely (greedy: the
// lowest id).
class Sampler {
 public:
  explicit Sampler(const SamplerOptions& options);
  // logits: [vocabulary], not empty, read only. `position`: index of the token being drawn.
  Token Sample(std::span<const float> logits, uint64_t position);
  // Tells the penalties about a token of the prompt or the answer.
  void Accept(Token token);
  void Reset();
  // What Sample looks at: this many of the largest logits; 0: all.
  int32_t Top() const;
  const SamplerOptions& options() const { return options_; }

 private:
  // Calls visit(token, logit after penalties) for the whole vocabulary, lowest id first.
  template <typename Visit>
  void ForEachPenalised(std::span<const float> logits, const Visit& visit);

  SamplerOptions options_;
  std::vector<Token> window_;  // ring of the last penalty_window tokens
  size_t next_ = 0;
  std::vector<Token> recent_;             // scratch: the window, sorted
  std::vector<TokenLogprob> candidates_;  // scratch
};

// The `top` most likely tokens with their log-probabilities, most likely first; `chosen` is
// appended when it is not among them. logits: [vocabulary].
std::vector<TokenLogprob> TopLogprobs(std::span<const float> logits, int top, Token chosen);

}  // namespace hearth::text
