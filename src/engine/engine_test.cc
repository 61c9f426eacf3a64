// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include "engine/test_model.h"

namespace hearth::engine {
namespace {

TEST(Engine, InspectTellsTheFacts) {
  const auto info = Engine::Inspect(TinyModel("tiny-gemma3"));
  ASSERT_TRUE(info) << info.error().Text();
  const formats::RandomModelSpec& spec = *formats::FindRandomModelPreset("tiny-gemma3");
  EXPECT_EQ(info->architecture, "gemma3");
  EXPECT_EQ(info->layers, static_cast<int32_t>(spec.layers));
  EXPECT_EQ(info->head_size, static_cast<int32_t>(spec.head_size));
  EXPECT_EQ(info->vocabulary, static_cast<int32_t>(spec.vocabulary));
  EXPECT_FALSE(info->types.empty());
  EXPECT_FALSE(info->chat_template.empty());
  EXPECT_GT(info->parameters, 0u);
}

TEST(Engine, PlanGrowsWithTheContextOnly) {
  const std::string path = TinyModel("tiny-llama");
  const auto small = Engine::Plan(path, 128, KvType::kF16);
  const auto large = Engine::Plan(path, 256, KvType::kF16);
  ASSERT_TRUE(small && large);
  uint64_t sum = 0;
  for (size_t i = 0; i < small->lines.size(); ++i) {
    sum += small->lines[i].bytes;
    if (small->lines[i].what == "KV cache") {
      EXPECT_EQ(2 * small->lines[i].bytes, large->lines[i].bytes);
    }
    if (small->lines[i].what == "weights") {
      EXPECT_EQ(small->lines[i].bytes, large->lines[i].bytes);
    }
  }
  EXPECT_EQ(sum, small->total);
  const auto bytes = Engine::Plan(path, 256, KvType::kInt8);
  ASSERT_TRUE(bytes);
  EXPECT_LT(bytes->total, large->total);
  EXPECT_EQ(Engine::Plan(path, 1 << 30, KvType::kF16).error().id(), "engine.bad_context");
}

TEST(Engine, LoadReportsProgressAndCanBeCancelled) {
  LoadOptions options;
  uint64_t last = 0, whole = 0;
  options.progress = [&](uint64_t done, uint64_t total) {
    EXPECT_GE(done, last);
    last = done;
    whole = total;
  };
  ASSERT_TRUE(Engine::Load(TinyModel("tiny-llama"), options));
  EXPECT_GT(whole, 0u);
  EXPECT_EQ(last, whole);
  options.progress = {};
  CancelToken cancel;
  cancel.Cancel();
  options.cancel = &cancel;
  const auto cancelled = Engine::Load(TinyModel("tiny-llama"), options);
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code(), Code::kCancelled);
}

TEST(Engine, MissingFileIsNamed) {
  const auto missing = Engine::Load(testing::TempDir() + "/absent.gguf", {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
}

}  // namespace
}  // namespace hearth::engine
