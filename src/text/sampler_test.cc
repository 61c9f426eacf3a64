// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace hearth::text {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Everything off but the draw.
SamplerOptions Plain() {
  return {.temperature = 1, .top_k = 0, .top_p = 1, .min_p = 0, .penalty_window = 0, .seed = 7};
}

std::set<Token> Drawn(const SamplerOptions& options, const std::vector<float>& logits) {
  Sampler sampler(options);
  std::set<Token> seen;
  for (uint64_t i = 0; i < 2000; ++i) seen.insert(sampler.Sample(logits, i));
  return seen;
}

std::vector<float> Noise(size_t n, uint64_t seed) {
  Philox random(seed);
  std::vector<float> out(n);
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<float>(random.Uniform(i) * 12 - 6);
  return out;
}

TEST(Validate, ChecksEveryRangeAndNamesTheOption) {
  EXPECT_TRUE(Validate({}));
  const SamplerOptions wrong[] = {
      {.temperature = -0.1f},
      {.temperature = 5.1f},
      {.temperature = kNan},
      {.top_k = -1},
      {.top_p = 0},
      {.top_p = 1.01f},
      {.min_p = -0.1f},
      {.min_p = 1},
      {.repeat_penalty = 0},
      {.repeat_penalty = 10.5f},
      {.presence_penalty = -2.1f},
      {.frequency_penalty = kInf},
      {.penalty_window = -1},
      {.penalty_window = 65537},
  };
  for (const SamplerOptions& options : wrong) {
    const Status status = Validate(options);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code(), Code::kInvalidArgument);
  }
  EXPECT_EQ(Validate({.top_p = 2}).error().Text(Lang::kEnglish),
            "top_p = 2 is out of range. Give a value in (0, 1].");
}

TEST(Sampler, GreedyTakesTheLowestIdOnTies) {
  Sampler sampler({.temperature = 0});
  EXPECT_EQ(sampler.Sample(std::vector<float>{1, 3, 3, 2}, 0), 1);
  EXPECT_EQ(sampler.Sample(std::vector<float>{kNan, -1, kNan, -1}, 0), 1);
  EXPECT_EQ(sampler.Sample(std::vector<float>{-kInf, -kInf}, 0), 0);
  EXPECT_EQ(sampler.Sample(std::vector<float>{kNan, kNan}, 0), 0);
  EXPECT_EQ(sampler.Sample(std::vector<float>{0, kInf, kInf}, 0), 1);
}

TEST(Sampler, BrokenLogitsHaveADefinedMeaning) {
  EXPECT_EQ(Drawn(Plain(), {kNan, 1, -kInf}), std::set<Token>{1});
  EXPECT_EQ(Drawn(Plain(), {0, kInf, 5, kInf}), (std::set<Token>{1, 3}));
  EXPECT_EQ(Drawn(Plain(), {kNan, -kInf, kNan}), (std::set<Token>{0, 1, 2}));
  SamplerOptions options = Plain();
  options.top_k = 2;
  options.top_p = 0.9f;
  options.min_p = 0.5f;
  EXPECT_EQ(Drawn(options, {kNan, -kInf, kNan}), (std::set<Token>{0, 1}));
}

TEST(Sampler, StagesKeepWhatTheyShould) {
  const std::vector<float> logits = {std::log(0.5f), std::log(0.3f), std::log(0.15f),
                                     std::log(0.05f)};
  SamplerOptions options = Plain();
  EXPECT_EQ(Drawn(options, logits).size(), 4u);
  options.top_k = 2;
  EXPECT_EQ(Drawn(options, logits), (std::set<Token>{0, 1}));
  options = Plain();
  options.top_p = 0.79f;
  EXPECT_EQ(Drawn(options, logits), (std::set<Token>{0, 1}));
  options.top_p = 0.81f;
  EXPECT_EQ(Drawn(options, logits), (std::set<Token>{0, 1, 2}));
  options.top_p = 0.01f;
  EXPECT_EQ(Drawn(options, logits), std::set<Token>{0});
  options = Plain();
  options.min_p = 0.25f;  // of the best: 0.125
  EXPECT_EQ(Drawn(options, logits), (std::set<Token>{0, 1, 2}));
}

TEST(Sampler, DrawFollowsTheDistribution) {
  const double want[] = {0.5, 0.3, 0.15, 0.05};
  std::vector<float> logits;
  for (double p : want) logits.push_back(static_cast<float>(std::log(p)));
  Sampler sampler(Plain());
  int count[4] = {};
  for (uint64_t i = 0; i < 20000; ++i) ++count[sampler.Sample(logits, i)];
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(count[i] / 20000.0, want[i], 0.015);
}

TEST(Sampler, TheSameSeedGivesTheSameTextInAnyOrder) {
  const std::vector<float> logits = Noise(5000, 3);
  Sampler a({.seed = 11}), b({.seed = 11}), other({.seed = 12});
  std::vector<Token> forward, backward, third;
  for (uint64_t i = 0; i < 64; ++i) forward.push_back(a.Sample(logits, i));
  for (uint64_t i = 64; i-- > 0;) backward.push_back(b.Sample(logits, i));
  for (uint64_t i = 0; i < 64; ++i) third.push_back(other.Sample(logits, i));
  std::ranges::reverse(backward);
  EXPECT_EQ(forward, backward);
  EXPECT_NE(forward, third);
}

TEST(Sampler, TopKAgreesWithASort) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<float> logits = Noise(1000, seed);
    for (float& logit : logits) logit = std::round(logit * 4);  // many ties
    std::vector<Token> order(logits.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Token>(i);
    std::ranges::sort(order, [&](Token x, Token y) {
      return logits[x] != logits[y] ? logits[x] > logits[y] : x < y;
    });
    SamplerOptions options = Plain();
    options.top_k = 5;
    options.temperature = 5;
    EXPECT_EQ(Drawn(options, logits), std::set<Token>(order.begin(), order.begin() + 5));
  }
}

TEST(Sampler, PenaltiesSeeTheWindowOnly) {
  SamplerOptions options{.temperature = 0, .repeat_penalty = 2, .penalty_window = 2};
  const std::vector<float> logits = {4, 3, -1, 2.5f};
  Sampler sampler(options);
  EXPECT_EQ(sampler.Sample(logits, 0), 0);
  sampler.Accept(0);  // 4 -> 2
  EXPECT_EQ(sampler.Sample(logits, 0), 1);
  sampler.Accept(1);  // 3 -> 1.5
  EXPECT_EQ(sampler.Sample(logits, 0), 3);
  sampler.Accept(3);  // token 0 leaves the window
  EXPECT_EQ(sampler.Sample(logits, 0), 0);
  sampler.Reset();
  EXPECT_EQ(sampler.Sample(logits, 0), 0);
  sampler.Accept(-5);  // ids outside the vocabulary are harmless
  sampler.Accept(999);
  EXPECT_EQ(sampler.Sample(logits, 0), 0);
}

TEST(Sampler, PresenceAndFrequency) {
  SamplerOptions options{.temperature = 0, .presence_penalty = 1, .frequency_penalty = 0.5f};
  Sampler sampler(options);
  const std::vector<float> logits = {3, 1};
  sampler.Accept(0);  // 3 - 1 - 0.5 = 1.5
  EXPECT_EQ(sampler.Sample(logits, 0), 0);
  sampler.Accept(0);  // 3 - 1 - 1 = 1: a tie
  EXPECT_EQ(sampler.Sample(logits, 0), 0);
  sampler.Accept(0);
  EXPECT_EQ(sampler.Sample(logits, 0), 1);
}

TEST(TopLogprobs, AreTheModelsOwn) {
  const std::vector<float> logits = {std::log(0.2f) + 3, std::log(0.7f) + 3, std::log(0.1f) + 3};
  const auto top = TopLogprobs(logits, 2, 2);
  ASSERT_EQ(top.size(), 3u);
  EXPECT_EQ(top[0].token, 1);
  EXPECT_NEAR(top[0].logprob, std::log(0.7), 1e-5);
  EXPECT_EQ(top[1].token, 0);
  EXPECT_EQ(top[2].token, 2);
  EXPECT_NEAR(top[2].logprob, std::log(0.1), 1e-5);
  EXPECT_EQ(TopLogprobs(logits, 2, 1).size(), 2u);
  EXPECT_EQ(TopLogprobs(logits, 10, 1).size(), 3u);
  EXPECT_EQ(TopLogprobs(logits, 0, 1).size(), 1u);
  EXPECT_EQ(TopLogprobs(std::vector<float>{kNan, 1}, 2, 0)[1].logprob, -kInf);
  EXPECT_NEAR(TopLogprobs(std::vector<float>{kInf, kInf, 1}, 1, 0)[0].logprob, std::log(0.5), 1e-6);
}

TEST(Sampler, SaysHowManyLogitsCount) {
  SamplerOptions options;
  EXPECT_EQ(Sampler(options).Top(), 40);
  options.top_k = 0;
  EXPECT_EQ(Sampler(options).Top(), 0);
  options.temperature = 0;
  EXPECT_EQ(Sampler(options).Top(), 1);
  options.presence_penalty = 0.5f;  // may lift any token above others
  EXPECT_EQ(Sampler(options).Top(), 0);
}

}  // namespace
}  // namespace hearth::text
