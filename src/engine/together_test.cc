// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/together.h"

#include <algorithm>
#include <memory>

#include "engine/test_model.h"

namespace hearth::engine {
namespace {

constexpr const char* kPresets[] = {"tiny-llama", "tiny-qwen2", "tiny-gemma3", "tiny-wide"};

// Sessions on one engine, side by side.
class Group {
 public:
  Group(const std::shared_ptr<const Engine>& engine, size_t count,
        const SessionOptions& options = {.context = 512, .kv = KvType::kF16, .chunk = 64}) {
    for (size_t i = 0; i < count; ++i) Add(OpenTiny(engine, options));
  }
  void Add(std::unique_ptr<Session> session) {
    sessions_.push_back(session.get());
    owners_.push_back(std::move(session));
  }
  Session& operator[](size_t i) { return *sessions_[i]; }
  std::span<Session* const> all() const { return sessions_; }

 private:
  std::vector<std::unique_ptr<Session>> owners_;
  std::vector<Session*> sessions_;
};

GenerateOptions Options(int32_t tokens, float temperature = 0, uint64_t seed = 0) {
  GenerateOptions options;
  options.sampler.temperature = temperature;
  options.sampler.seed = seed;
  options.max_tokens = tokens;
  options.logprobs = 4;
  return options;
}

// The prompt of session `i`: depths from one token to two stretches of attention.
std::vector<text::Token> PromptOf(size_t i) {
  constexpr int32_t kDepths[] = {5, 270, 1, 40, 2, 17, 64, 3, 33};
  return SomeTokens(kDepths[i % std::size(kDepths)], static_cast<int32_t>(i) + 1);
}

void ExpectSame(const Answer& a, const Answer& b) {
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.finish, b.finish);
  EXPECT_EQ(a.timings.prompt_tokens, b.timings.prompt_tokens);
  EXPECT_EQ(a.timings.cached_tokens, b.timings.cached_tokens);
  ASSERT_EQ(a.reports.size(), b.reports.size());
  for (size_t i = 0; i < a.reports.size(); ++i) {
    EXPECT_EQ(a.reports[i].logprob, b.reports[i].logprob);
  }
}

// Steps of all nine sessions (two passes), two and eight of them; the logits in order.
std::vector<float> StepLogits(const std::shared_ptr<const Engine>& engine, bool together) {
  Group group(engine, 9);
  const auto vocabulary = static_cast<size_t>(engine->info().vocabulary);
  std::vector<float> all;
  for (size_t i = 0; i < 9; ++i) EXPECT_TRUE(group[i].Logits(PromptOf(i), 1));
  for (const size_t count : {size_t{9}, size_t{2}, size_t{8}, size_t{9}}) {
    const auto tokens = SomeTokens(static_cast<int32_t>(count), 7);
    std::vector<float> logits(count * vocabulary);
    if (together) {
      EXPECT_TRUE(DecodeTogether(group.all().first(count), tokens, logits));
      all.insert(all.end(), logits.begin(), logits.end());
      continue;
    }
    for (size_t i = 0; i < count; ++i) {
      const auto depth = static_cast<int32_t>(group[i].tokens().size());
      const auto row = group[i].Logits(std::span(tokens).subspan(i, 1), 1, depth);
      EXPECT_TRUE(row);
      all.insert(all.end(), row->begin(), row->end());
    }
  }
  return all;
}

TEST(Together, LogitsAreThoseOfSingleStepsOnAnyThreads) {
  for (const char* preset : kPresets) {
    const auto alone = StepLogits(LoadTiny(preset), false);
    EXPECT_EQ(StepLogits(LoadTiny(preset), true), alone) << preset;
    if (std::string_view(preset) == "tiny-wide") continue;  // takes long
    for (const int threads : {1, 3, 8}) {
      EXPECT_EQ(StepLogits(LoadTiny(preset, threads), true), alone)
          << preset << ", threads " << threads;
    }
  }
  const auto precise = LoadTiny("tiny-qwen2", 2, Precision::kFloat32);
  EXPECT_EQ(StepLogits(precise, true), StepLogits(precise, false));
}

TEST(Together, CachesOfDifferentKindsAndSizes) {
  const auto engine = LoadTiny("tiny-qwen2");
  const SessionOptions kinds[] = {{.context = 64, .kv = KvType::kInt8, .chunk = 1},
                                  {.context = 256, .kv = KvType::kF16, .chunk = 64},
                                  {.context = 512, .kv = KvType::kInt8, .chunk = 512}};
  Group together(engine, 0), alone(engine, 0);
  std::vector<Request> requests;
  std::vector<std::vector<text::Token>> prompts;
  for (size_t i = 0; i < 3; ++i) {
    together.Add(OpenTiny(engine, kinds[i]));
    alone.Add(OpenTiny(engine, kinds[i]));
    prompts.push_back(SomeTokens(kinds[i].context / 2, static_cast<int32_t>(i)));
  }
  for (size_t i = 0; i < 3; ++i) requests.push_back({&together[i], prompts[i], Options(12)});
  const auto answers = GenerateTogether(requests);
  ASSERT_TRUE(answers);
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE((*answers)[i]);
    ExpectSame(*(*answers)[i], *alone[i].Generate(prompts[i], Options(12)));
  }
}

TEST(Together, AnswersAreThoseOfSingleSessions) {
  for (const char* preset : {"tiny-llama", "tiny-gemma3"}) {
    const auto engine = LoadTiny(preset);
    Group together(engine, 9);
    std::vector<std::vector<text::Token>> prompts;
    std::vector<Request> requests;
    std::vector<std::string> streamed(9);
    for (size_t i = 0; i < 9; ++i) prompts.push_back(PromptOf(i));
    for (size_t i = 0; i < 9; ++i) {  // of different lengths; some greedy, some with seeds
      GenerateOptions options =
          Options(static_cast<int32_t>(3 * i), i % 2 == 0 ? 0.0f : 1.2f, i + 1);
      options.on_text = [&streamed, i](std::string_view piece) { streamed[i] += piece; };
      requests.push_back({&together[i], prompts[i], options});
    }
    const auto answers = GenerateTogether(requests);
    ASSERT_TRUE(answers);
    for (size_t i = 0; i < 9; ++i) {
      const auto& answer = (*answers)[i];
      ASSERT_TRUE(answer) << answer.error().Text();
      EXPECT_EQ(streamed[i], answer->text);
      const auto session = OpenTiny(engine, {.context = 512, .kv = KvType::kF16, .chunk = 64});
      ExpectSame(*answer, *session->Generate(prompts[i], requests[i].options));
      EXPECT_TRUE(std::ranges::equal(session->tokens(), together[i].tokens()));
    }
  }
}

// Log-probabilities need all logits; without them those that may be chosen are enough.
TEST(Together, AnswersAreThoseOfAllLogits) {
  for (const char* preset : kPresets) {
    const auto engine = LoadTiny(preset);
    Group all(engine, 8), few(engine, 8);
    std::vector<std::vector<text::Token>> prompts;
    for (size_t i = 0; i < 8; ++i) prompts.push_back(PromptOf(i));
    for (const bool greedy : {true, false}) {
      const auto answers = [&](Group& group, int32_t logprobs) {
        std::vector<Request> requests;
        for (size_t i = 0; i < 8; ++i) {
          GenerateOptions options = Options(12, greedy ? 0.0f : 0.8f, i);
          options.sampler.top_k = 8;
          options.logprobs = logprobs;
          requests.push_back({&group[i], prompts[i], options});
        }
        return GenerateTogether(requests);
      };
      const auto whole = answers(all, 1), screened = answers(few, 0);
      ASSERT_TRUE(whole && screened);
      for (size_t i = 0; i < 8; ++i) {
        ASSERT_TRUE((*whole)[i] && (*screened)[i]);
        EXPECT_EQ((*screened)[i]->tokens, (*whole)[i]->tokens) << preset << " " << i;
      }
    }
  }
}

TEST(Together, SessionsJoinAndLeaveBetweenSteps) {
  const auto engine = LoadTiny("tiny-llama");
  Group group(engine, 3);
  const auto alone = [&](size_t i, int32_t tokens) {
    return *OpenTiny(engine, {.context = 512, .kv = KvType::kF16, .chunk = 64})
                ->Generate(PromptOf(i), Options(tokens));
  };
  ASSERT_TRUE(group[0].Begin(PromptOf(0), Options(20)));
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Step(group.all()));
  ASSERT_TRUE(group[1].Begin(PromptOf(1), Options(6)));  // reads its prompt in five steps
  ASSERT_TRUE(group[2].Begin(PromptOf(2), Options(200)));
  while (group[1].answering()) ASSERT_TRUE(Step(group.all()));
  const auto second = group[1].End();
  ASSERT_TRUE(second);
  ExpectSame(*second, alone(1, 6));
  // The same session again with another prompt; the third one leaves half way.
  const auto third = group[2].End();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->finish, Finish::kCancelled);
  const Answer whole = alone(2, 200);
  ASSERT_LE(third->tokens.size(), whole.tokens.size());
  EXPECT_TRUE(std::equal(third->tokens.begin(), third->tokens.end(), whole.tokens.begin()));
  ASSERT_TRUE(group[1].Begin(PromptOf(3), Options(9)));
  while (group[0].answering() || group[1].answering()) ASSERT_TRUE(Step(group.all()));
  ExpectSame(*group[0].End(), alone(0, 20));
  ExpectSame(*group[1].End(), alone(3, 9));
}

TEST(Together, OneCancelsAndOneIsFullAndTheOthersGoOn) {
  const auto engine = LoadTiny("tiny-qwen2");
  Group group(engine, 3);
  group.Add(OpenTiny(engine, {.context = 24, .kv = KvType::kF16, .chunk = 64}));
  CancelToken cancel;
  std::vector<Request> requests;
  std::vector<std::vector<text::Token>> prompts;
  for (size_t i = 0; i < 3; ++i) prompts.push_back(PromptOf(i));
  prompts.push_back(SomeTokens(20));
  for (size_t i = 0; i < 4; ++i) requests.push_back({&group[i], prompts[i], Options(16)});
  int pieces = 0;
  requests[1].options.cancel = &cancel;
  requests[1].options.on_text = [&](std::string_view) {
    if (++pieces == 3) cancel.Cancel();
  };
  const auto answers = GenerateTogether(requests);
  ASSERT_TRUE(answers);
  EXPECT_EQ((*answers)[1]->finish, Finish::kCancelled);
  EXPECT_GE((*answers)[1]->tokens.size(), 3u);
  EXPECT_LT((*answers)[1]->tokens.size(), 16u);
  for (const size_t i : {size_t{0}, size_t{2}, size_t{3}}) {
    const auto session =
        OpenTiny(engine, {.context = group[i].context(), .kv = KvType::kF16, .chunk = 64});
    ExpectSame(*(*answers)[i], *session->Generate(prompts[i], Options(16)));
  }
  if ((*answers)[3]->finish != Finish::kStopToken) {
    EXPECT_EQ((*answers)[3]->finish, Finish::kContextFull);
  }
  // The cancelled one is usable, and what it has cached is right.
  requests[1].options = Options(16);
  const auto again = group[1].Generate(prompts[1], Options(16));
  ASSERT_TRUE(again);
  EXPECT_GT(again->timings.cached_tokens, 0);
}

TEST(Together, RefusedRequestsDoNotStopOthers) {
  const auto engine = LoadTiny("tiny-llama");
  Group group(engine, 2);
  const auto prompt = SomeTokens(10);
  const std::vector<Request> requests = {{&group[0], {}, Options(4)},
                                         {&group[1], prompt, Options(4)}};
  const auto answers = GenerateTogether(requests);
  ASSERT_TRUE(answers);
  EXPECT_EQ((*answers)[0].error().id(), "engine.empty_prompt");
  EXPECT_TRUE((*answers)[1]);
  EXPECT_EQ(group[0].End().error().id(), "engine.not_answering");
  const auto other = OpenTiny(LoadTiny("tiny-qwen2"));
  ASSERT_TRUE(group[0].Begin(prompt, Options(4)));
  ASSERT_TRUE(other->Begin(prompt, Options(4)));
  Session* const both[] = {&group[0], other.get()};
  EXPECT_EQ(Step(both).error().id(), "engine.other_engine");
  EXPECT_TRUE(Step({}));
}

TEST(Together, WhatChangesTheTokensDropsTheAnswer) {
  const auto engine = LoadTiny("tiny-llama");
  const auto session = OpenTiny(engine);
  Session* const self = session.get();
  ASSERT_TRUE(session->Begin(SomeTokens(100), Options(4)));
  ASSERT_TRUE(Step({&self, 1}));
  EXPECT_TRUE(session->answering());
  session->Clear();
  EXPECT_FALSE(session->answering());
  ASSERT_TRUE(Step({&self, 1}));
  EXPECT_TRUE(session->tokens().empty());
  ASSERT_TRUE(session->Begin(SomeTokens(9), Options(4)));
  ASSERT_TRUE(session->Logits(SomeTokens(2), 1));
  EXPECT_FALSE(session->answering());
}

}  // namespace
}  // namespace hearth::engine
