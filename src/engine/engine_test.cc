// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <utility>
#include <vector>

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
  // A step reads less than the tied embedding, of which it needs the high bits.
  EXPECT_LT(info->step_bytes, info->file_bytes);
  EXPECT_GT(info->step_bytes, info->layer_weights / 2);
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

TEST(Engine, WhatCannotFitIsRefusedUnlessForced) {
  const std::string path = TinyModel("tiny-vast");
  LoadOptions options;
  options.context = 1 << 24;
  const auto plan = Engine::Plan(path, options.context, options.kv);
  ASSERT_TRUE(plan) << plan.error().Text();
  EXPECT_GT(plan->total, uint64_t{4} << 40);
  const auto refused = Engine::Load(path, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kResourceExhausted);
  EXPECT_EQ(refused.error().id(), "engine.no_memory");
  EXPECT_NE(refused.error().Text().find("16777216 tokens"), std::string::npos);
  options.force = true;
  EXPECT_TRUE(Engine::Load(path, options));
  options.force = false;
  options.context = 64;  // what will be opened counts, not what the model could do
  EXPECT_TRUE(Engine::Load(path, options));
}

TEST(Engine, ImpossibleContextIsRefusedBeforeLoading) {
  LoadOptions options;
  options.progress = [](uint64_t, uint64_t) { ADD_FAILURE() << "weights were read"; };
  for (const bool force : {false, true}) {
    options.force = force;
    for (const int32_t context : {-1, 1025, 1 << 24}) {
      options.context = context;
      const auto refused = Engine::Load(TinyModel("tiny-llama"), options);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().id(), "engine.bad_context");
    }
  }
}

// What another program does to the file while it is being read.
void Harm(const std::string& path, bool cut) {
  auto file = os::File::OpenWrite(path);
  ASSERT_TRUE(file);
  const uint64_t size = file->Size().value();
  if (cut) {
    ASSERT_TRUE(file->Truncate(size / 2));
  } else {
    const std::vector<uint8_t> other(1, 0x55);
    ASSERT_TRUE(file->WriteAt(size - 1, other));
  }
}

TEST(Engine, FileHarmedWhileLoadingIsToldAndTheNextLoadWorks) {
  for (const bool cut : {true, false}) {
    const std::string path = TinyModel("tiny-gemma3", "F16");
    LoadOptions options;
    options.threads = 1;
    bool harmed = false;
    options.progress = [&](uint64_t, uint64_t) {
      if (!std::exchange(harmed, true)) Harm(path, cut);
    };
    const auto engine = Engine::Load(path, options);
    ASSERT_TRUE(harmed);
    ASSERT_FALSE(engine);
    EXPECT_EQ(engine.error().code(), Code::kDataLoss);
    EXPECT_EQ(engine.error().id(), cut ? "file.short" : "file.changed");
    EXPECT_TRUE(Engine::Load(TinyModel("tiny-gemma3", "F16"), {}));
  }
}

TEST(Engine, NothingOfTheFileIsNeededAfterLoading) {
  const std::string path = TinyModel("tiny-qwen2", "Q8_0");
  const auto engine = Engine::Load(path, {});
  ASSERT_TRUE(engine);
  const auto before = OpenTiny(*engine)->Logits(SomeTokens(40), 40);
  auto file = os::File::OpenWrite(path);
  ASSERT_TRUE(file && file->Truncate(0));
  const auto after = OpenTiny(*engine)->Logits(SomeTokens(40), 40);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(*before, *after);
}

TEST(Engine, MissingFileIsNamed) {
  const auto missing = Engine::Load(testing::TempDir() + "/absent.gguf", {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
}

// A start from the packed cache computes the same bits, and a damaged cache file is not used.
TEST(Engine, PackedCacheGivesTheSameLogits) {
  const std::string folder = testing::TempDir() + "/engine_packed";
  ASSERT_TRUE(os::RemoveTree(folder));
  LoadOptions options;
  options.threads = 2;
  options.packed_folder = folder;
  const std::string path = TinyModel("tiny-qwen2");
  const auto logits = [&](bool from_packed) {
    const auto engine = Engine::Load(path, options);
    EXPECT_TRUE(engine);
    EXPECT_EQ((*engine)->from_packed(), from_packed);
    EXPECT_TRUE((*engine)->SavePacked());
    return *OpenTiny(*engine)->Logits(SomeTokens(20), 20);
  };
  const auto packed = logits(false);
  EXPECT_EQ(logits(true), packed);
  const auto names = os::ListFolder(folder);
  ASSERT_TRUE(names);
  ASSERT_EQ(names->size(), 1u);
  ASSERT_TRUE(os::File::OpenWrite(folder + "/" + names->front())->Truncate(5000));
  EXPECT_EQ(logits(false), packed);
  EXPECT_EQ(logits(true), packed);
}

}  // namespace
}  // namespace hearth::engine
