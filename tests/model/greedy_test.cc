// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "greedy.h"
#include "model_folder.h"

namespace hearth::golden {
namespace {

// The starter model answers 20 prompts with exactly the recorded text. The prompts were chosen away
// from near ties (tests/golden/greedy/README.md), so every kernel row gives the same text.
TEST(Greedy, StarterModelAnswersAsRecorded) {
  const auto path = FindModel("qwen2.5-coder-1.5b-instruct-q4_k_m");
  if (!path) {
    GTEST_SKIP() << "HEARTH_TEST_MODELS has no starter model";
  }
  std::ifstream prompts_file(HEARTH_SOURCE_DIR "/tests/golden/greedy/prompts.json");
  std::ifstream answers_file(HEARTH_SOURCE_DIR "/tests/model/greedy_answers.json");
  const auto prompts = nlohmann::json::parse(prompts_file);
  const auto answers = nlohmann::json::parse(answers_file);
  ASSERT_EQ(answers.size(), 20u);
  const auto model = engine::Engine::Load(*path, {});
  ASSERT_TRUE(model) << model.error().Text();
  engine::SessionOptions settings;
  settings.context = 1024;
  const auto session = engine::Session::Open(*model, settings);
  ASSERT_TRUE(session) << session.error().Text();
  size_t asked = 0;
  for (const auto& item : prompts) {
    const auto expected = answers.find(item["id"].get<std::string>());
    if (expected == answers.end()) {
      continue;
    }
    const auto answer = AnswerGreedily(**session, item["prompt"], false);
    ASSERT_TRUE(answer) << answer.error().Text();
    EXPECT_EQ(answer->text, (*expected)["text"].get<std::string>()) << item["id"];
    EXPECT_EQ(answer->finish, (*expected)["finish"].get<std::string>()) << item["id"];
    ++asked;
  }
  EXPECT_EQ(asked, answers.size());
}

}  // namespace
}  // namespace hearth::golden
