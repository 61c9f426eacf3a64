// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_team.h"
#include "engine/session.h"
#include "engine/stop_text.h"
#include "text/sampler.h"
#include "text/tokenizer.h"

namespace hearth::engine {

// kDataLoss when they are no numbers.
Status CheckLogits(std::span<const float> logits, const std::string& model_path);
// The same on all threads: those of several tokens are millions.
Status CheckLogits(std::span<const float> logits, const std::string& model_path, ThreadTeam& team);

// One answer while it grows, without the model: what has to be computed next, and what its logits
// mean. A step is a pass over Next, Computed, with logits Choose, and Accept.
class Answering {
 public:
  // The first `cached` tokens of the prompt are in the KV cache. At most `chunk` tokens of the
  // prompt are computed in one step.
  Answering(const text::Tokenizer& tokenizer, std::span<const text::Token> prompt, size_t cached,
            size_t chunk, GenerateOptions options);

  bool finished() const { return finish_ || error_; }
  // True until the last chunk of the prompt is computed.
  bool reading() const { return done_ < prompt_.size(); }
  // The tokens of the next step. REQUIRES: not finished.
  std::span<const text::Token> Next() const;
  // True when the step of Next gives logits that count.
  bool WantsLogits() const { return !reading() || done_ + Next().size() == prompt_.size(); }
  // How many of the largest logits count; 0: all.
  int32_t Top() const { return options_.logprobs > 0 ? 0 : sampler_.Top(); }
  const CancelToken* cancel() const { return options_.cancel; }
  bool cancelled() const { return cancel() != nullptr && cancel()->cancelled(); }

  // Next is in the KV cache. Like Choose it calls nothing of the caller's.
  void Computed();
  // Chooses the next token from the logits of the step. Answers may choose on several threads.
  // False when the logits are no numbers; the answer is then an error.
  bool Choose(std::span<const float> logits, const std::string& model_path);
  // Passes on what the step gave, on the caller's thread. room: the KV cache can take a token more.
  void Accept(bool room);
  void Finish(engine::Finish finish);

  // The answer so far; kCancelled when it is not finished.
  Result<Answer> Take();

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<engine::Finish> ChooseToken(std::span<const float> logits);
  void Report(std::span<const float> logits);
  void Emit(const std::string& piece);

  const std::vector<text::Token> prompt_;
  const GenerateOptions options_;
  const size_t chunk_;
  const text::Tokenizer& tokenizer_;
  text::Sampler sampler_;
  text::StreamDecoder decoder_;
  StopText stop_text_;
  size_t done_;      // tokens of the prompt that are in the KV cache
  size_t reported_;  // of those, what on_prefill knows
  Answer answer_ = {};
  std::optional<engine::Finish> finish_;
  std::optional<Error> error_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point decode_ = {};  // end of prefill
};

}  // namespace hearth::engine
