// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/session.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace hearth::golden {

inline constexpr int32_t kGreedyTokens = 96;

struct GreedyAnswer {
  std::string text;
  std::string finish;
  int32_t tokens = 0;
  float margin = 0;  // smallest distance of the two best log-probabilities; 0 unless asked for
};

// The model's own answer to one user message: its chat template, no system text, temperature 0.
inline Result<GreedyAnswer> AnswerGreedily(engine::Session& session, const std::string& prompt,
                                           bool margins) {
  const engine::Engine& engine = session.engine();
  const text::Tokenizer& tokenizer = engine.tokenizer();
  const auto spelling = [&](text::Token token) {
    return token < 0 ? std::string() : std::string(tokenizer.Spelling(token));
  };
  HEARTH_ASSIGN(const std::string rendered,
                text::RenderChat(engine.chat_template(), {{"user", prompt}}, true,
                                 spelling(tokenizer.bos()), spelling(tokenizer.eos())));
  engine::GenerateOptions options;
  options.sampler.temperature = 0;
  options.max_tokens = kGreedyTokens;
  options.logprobs = margins ? 2 : 0;
  HEARTH_ASSIGN(const engine::Answer answer,
                session.Generate(tokenizer.Encode(rendered, text::Specials::kParse), options));
  GreedyAnswer result{answer.text, std::string(engine::FinishName(answer.finish)),
                      static_cast<int32_t>(answer.tokens.size()), margins ? 1e9f : 0};
  for (const engine::TokenReport& report : answer.reports) {
    if (report.top.size() >= 2) {
      result.margin = std::min(result.margin, report.top[0].logprob - report.top[1].logprob);
    }
  }
  return result;
}

}  // namespace hearth::golden
