// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/session.h"

#include <algorithm>
#include <cmath>

#include "engine/test_model.h"

namespace hearth::engine {
namespace {

constexpr const char* kPresets[] = {"tiny-llama", "tiny-qwen2", "tiny-gemma3"};

std::vector<float> LogitsOf(Session& session, const std::vector<text::Token>& tokens,
                            int32_t want) {
  auto logits = session.Logits(tokens, want);
  EXPECT_TRUE(logits) << logits.error().Text();
  return logits ? *std::move(logits) : std::vector<float>();
}

TEST(Session, ThreadsDoNotChangeABit) {
  const auto tokens = SomeTokens(45);
  for (const char* preset : {kPresets[0], kPresets[1], kPresets[2], "tiny-wide"}) {
    for (const Precision precision : {Precision::kDefault, Precision::kFloat32}) {
      std::vector<float> first;
      for (const int threads : {1, 2, 3, 8}) {
        const auto session = OpenTiny(LoadTiny(preset, threads, precision));
        ASSERT_TRUE(session);
        std::vector<float> logits = LogitsOf(*session, tokens, 45);  // prefill
        for (const text::Token token : SomeTokens(3, 5)) {           // and single steps
          const auto step =
              session->Logits({&token, 1}, 1, static_cast<int32_t>(session->tokens().size()));
          ASSERT_TRUE(step);
          logits.insert(logits.end(), step->begin(), step->end());
        }
        if (first.empty()) first = logits;
        EXPECT_EQ(logits, first) << preset << " threads " << threads;
      }
    }
  }
}

// In float32 the split of a prompt into steps changes nothing; in the default mode a matrix unit
// rounds otherwise than single steps do, so there it only stays close.
TEST(Session, ChunksDoNotChangeABitInFloat) {
  const auto tokens = SomeTokens(70);
  for (const char* preset : kPresets) {
    std::vector<float> first;
    for (const int32_t chunk : {1, 7, 16, 64, 70}) {
      const auto session = OpenTiny(LoadTiny(preset, 2, Precision::kFloat32),
                                    {.context = 128, .kv = KvType::kF16, .chunk = chunk});
      ASSERT_TRUE(session);
      const auto logits = LogitsOf(*session, tokens, 70);
      if (first.empty()) first = logits;
      EXPECT_EQ(logits, first) << preset << " chunk " << chunk;
    }
  }
}

TEST(Session, DefaultModeStaysNearFloat) {
  const auto tokens = SomeTokens(40);
  for (const char* preset : kPresets) {
    const auto exact = OpenTiny(LoadTiny(preset, 2, Precision::kFloat32));
    const auto truth = LogitsOf(*exact, tokens, 40);
    for (const KvType kv : {KvType::kF16, KvType::kInt8}) {
      const auto session = OpenTiny(LoadTiny(preset), {.context = 256, .kv = kv, .chunk = 64});
      const auto logits = LogitsOf(*session, tokens, 40);
      double error = 0, size = 0;
      for (size_t i = 0; i < truth.size(); ++i) {
        error += std::pow(static_cast<double>(logits[i] - truth[i]), 2);
        size += std::pow(static_cast<double>(truth[i]), 2);
      }
      EXPECT_LT(error / size, 2e-2) << preset;
      EXPECT_GT(error, 0) << preset;
    }
  }
}

TEST(Session, ReusedBeginningsEqualFreshOnes) {
  const auto engine = LoadTiny("tiny-gemma3", 2, Precision::kFloat32);
  const auto warm = OpenTiny(engine);
  auto prompt = SomeTokens(50);
  ASSERT_TRUE(warm->Generate(prompt, Greedy(5)));
  prompt.resize(30);
  prompt.insert(prompt.end(), {9, 8, 7, 6});
  const auto again = warm->Generate(prompt, Greedy(12));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->timings.cached_tokens, 30);
  EXPECT_EQ(again->timings.prompt_tokens, 34);
  const auto fresh = OpenTiny(engine)->Generate(prompt, Greedy(12));
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->timings.cached_tokens, 0);
  EXPECT_EQ(again->tokens, fresh->tokens);
  EXPECT_EQ(again->text, fresh->text);
  // The same prompt once more: all but its last token is cached.
  const auto same = warm->Generate(prompt, Greedy(12));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->timings.cached_tokens, 33);
  EXPECT_EQ(same->tokens, fresh->tokens);
}

TEST(Session, SeedDecidesTheText) {
  const auto prompt = SomeTokens(20);
  GenerateOptions options;
  options.sampler.temperature = 1.0f;
  options.sampler.seed = 7;
  options.max_tokens = 16;
  std::vector<text::Token> first;
  for (const int threads : {1, 4}) {
    const auto answer = OpenTiny(LoadTiny("tiny-llama", threads))->Generate(prompt, options);
    ASSERT_TRUE(answer);
    if (first.empty()) first = answer->tokens;
    EXPECT_EQ(answer->tokens, first);
  }
  options.sampler.seed = 8;
  const auto other = OpenTiny(LoadTiny("tiny-llama"))->Generate(prompt, options);
  EXPECT_NE(other->tokens, first);
}

// Decoding computes only the logits that a choice can fall on.
TEST(Session, AnswersAreThoseOfAllLogits) {
  const auto prompt = SomeTokens(20);
  const auto engine = LoadTiny("tiny-llama");
  for (const float temperature : {0.0f, 1.0f}) {
    GenerateOptions options = Greedy(24);
    options.sampler.temperature = temperature;
    const auto answer = OpenTiny(engine)->Generate(prompt, options);
    ASSERT_TRUE(answer);
    const auto session = OpenTiny(engine);
    text::Sampler sampler(options.sampler);
    std::vector<text::Token> expected;
    std::vector<text::Token> next = prompt;
    while (expected.size() < answer->tokens.size()) {
      const auto kept = static_cast<int32_t>(session->tokens().size());
      const auto logits = session->Logits(next, 1, kept);
      ASSERT_TRUE(logits);
      expected.push_back(sampler.Sample(*logits, prompt.size() + expected.size()));
      next = {expected.back()};
    }
    EXPECT_EQ(answer->tokens, expected) << temperature;
  }
}

TEST(Session, TextArrivesInPiecesThatAddUp) {
  const auto session = OpenTiny(LoadTiny("tiny-qwen2"));
  GenerateOptions options = Greedy(24);
  options.sampler.temperature = 1.5f;
  options.logprobs = 3;
  std::string streamed;
  options.on_text = [&](std::string_view piece) { streamed += piece; };
  int32_t prefilled = 0;
  options.on_prefill = [&](int32_t done, int32_t total) {
    prefilled = done;
    EXPECT_EQ(total, 30);
  };
  const auto answer = session->Generate(SomeTokens(30), options);
  ASSERT_TRUE(answer);
  EXPECT_EQ(prefilled, 30);
  EXPECT_EQ(answer->text, streamed);
  EXPECT_EQ(answer->reports.size(), answer->tokens.size());
  for (const TokenReport& report : answer->reports) {
    EXPECT_GE(report.top.size(), 3u);
    EXPECT_LE(report.logprob, 0.0f);
  }
}

TEST(Session, StopTextEndsTheAnswer) {
  const auto session = OpenTiny(LoadTiny("tiny-qwen2"));
  const auto whole = session->Generate(SomeTokens(30), Greedy(24));
  ASSERT_TRUE(whole);
  ASSERT_GT(whole->text.size(), 4u);
  GenerateOptions options = Greedy(24);
  options.stop = {whole->text.substr(2, 2)};
  const auto cut = session->Generate(SomeTokens(30), options);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->text, whole->text.substr(0, whole->text.find(options.stop[0])));
  EXPECT_EQ(cut->finish, Finish::kStopText);
}

TEST(Session, CancelLeavesItUsable) {
  const auto engine = LoadTiny("tiny-llama", 2, Precision::kFloat32);
  const auto session = OpenTiny(engine);
  const auto expected = OpenTiny(engine)->Generate(SomeTokens(100), Greedy(8));
  CancelToken cancel;
  GenerateOptions options = Greedy(8);
  options.cancel = &cancel;
  cancel.Cancel();  // before the first chunk
  auto answer = session->Generate(SomeTokens(100), options);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->finish, Finish::kCancelled);
  EXPECT_TRUE(answer->tokens.empty());
  cancel.Reset();  // after the first chunk
  options.on_prefill = [&](int32_t, int32_t) { cancel.Cancel(); };
  answer = session->Generate(SomeTokens(100), options);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->finish, Finish::kCancelled);
  EXPECT_EQ(session->tokens().size(), 64u);
  cancel.Reset();  // while answering
  options.on_prefill = {};
  options.on_text = [&](std::string_view) { cancel.Cancel(); };
  answer = session->Generate(SomeTokens(100), options);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->finish, Finish::kCancelled);
  const auto after = session->Generate(SomeTokens(100), Greedy(8));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->tokens, expected->tokens);
}

TEST(Session, FullContextIsAnAnswerOrAnError) {
  const auto session =
      OpenTiny(LoadTiny("tiny-llama"), {.context = 32, .kv = KvType::kF16, .chunk = 16});
  const auto answer = session->Generate(SomeTokens(30), Greedy(-1));
  ASSERT_TRUE(answer);
  if (answer->finish != Finish::kStopToken) {
    EXPECT_EQ(answer->finish, Finish::kContextFull);
    EXPECT_EQ(answer->tokens.size(), 3u);  // two positions, and one more from the last logits
  }
  const auto refused = session->Generate(SomeTokens(32), Greedy(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kResourceExhausted);
  EXPECT_EQ(refused.error().id(), "engine.prompt_too_long");
  EXPECT_TRUE(session->Generate(SomeTokens(8), Greedy(1)));
}

TEST(Session, BadRequestsAreRefused) {
  const auto engine = LoadTiny("tiny-llama");
  const auto session = OpenTiny(engine);
  const auto id = [](const auto& result) {
    return result ? std::string() : std::string(result.error().id());
  };
  EXPECT_EQ(id(session->Generate({}, Greedy(1))), "engine.empty_prompt");
  const std::vector<text::Token> bad = {1, -2};
  EXPECT_EQ(id(session->Generate(bad, Greedy(1))), "engine.bad_token");
  const std::vector<text::Token> high = {1, 1 << 30};
  EXPECT_EQ(id(session->Generate(high, Greedy(1))), "engine.bad_token");
  GenerateOptions options = Greedy(1);
  options.sampler.top_p = 0;
  EXPECT_FALSE(session->Generate(SomeTokens(3), options));
  EXPECT_EQ(id(session->Logits(SomeTokens(3), 4)), "engine.bad_count");
  EXPECT_EQ(id(session->Logits(SomeTokens(3), 1, 1)), "engine.bad_count");
  EXPECT_EQ(id(Session::Open(engine, {.context = 0, .kv = KvType::kF16, .chunk = 1})),
            "engine.bad_context");
  EXPECT_EQ(id(Session::Open(engine, {.context = 1 << 30, .kv = KvType::kF16, .chunk = 1})),
            "engine.bad_context");
  EXPECT_EQ(id(Session::Open(engine, {.context = 16, .kv = KvType::kF16, .chunk = 0})),
            "engine.bad_chunk");
}

}  // namespace
}  // namespace hearth::engine
