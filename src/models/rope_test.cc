// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/rope.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace hearth::models {
namespace {

std::vector<float> Table(const RopeConfig& rope, int64_t position,
                         const std::vector<float>& divisors = {}) {
  std::vector<float> out(static_cast<size_t>(rope.dims));
  RopeTable(rope, divisors, position, out.data());
  return out;
}

TEST(Rope, PlainFrequencies) {
  const RopeConfig rope = {.base = 10000.0, .dims = 8};
  const auto table = Table(rope, 5);
  for (size_t i = 0; i < 4; ++i) {
    const double angle = 5 * std::pow(10000.0, -static_cast<double>(i) / 4);
    EXPECT_NEAR(static_cast<double>(table[i]), std::cos(angle), 1e-7);
    EXPECT_NEAR(static_cast<double>(table[4 + i]), std::sin(angle), 1e-7);
  }
  EXPECT_EQ(Table(rope, 0), (std::vector<float>{1, 1, 1, 1, 0, 0, 0, 0}));
}

TEST(Rope, LinearScalingStretchesPositions) {
  RopeConfig rope = {.base = 1000.0, .dims = 16};
  const auto plain = Table(rope, 3);
  rope.scaling = RopeScaling::kLinear;
  rope.factor = 4;
  const auto stretched = Table(rope, 12);
  for (size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(plain[i], stretched[i], 1e-6f);
}

TEST(Rope, DivisorsSlowSinglePairs) {
  const RopeConfig rope = {.base = 500.0, .dims = 4};
  const auto table = Table(rope, 8, {1, 8});
  EXPECT_NEAR(static_cast<double>(table[0]), std::cos(8.0), 1e-6);
  EXPECT_NEAR(static_cast<double>(table[1]), std::cos(1.0 / std::sqrt(500.0)), 1e-6);
}

// Fast pairs keep their frequency, slow ones are stretched, all grow by 1 + 0.1 ln(factor).
TEST(Rope, YarnKeepsFastPairsAndStretchesSlowOnes) {
  const RopeConfig rope = {.base = 10000.0,
                           .dims = 128,
                           .scaling = RopeScaling::kYarn,
                           .factor = 4,
                           .original_context = 4096};
  const double magnitude = 1 + 0.1 * std::log(4.0);
  const auto table = Table(rope, 7);
  EXPECT_NEAR(static_cast<double>(table[0]), std::cos(7.0) * magnitude, 1e-6);
  const double slow = 7 * std::pow(10000.0, -126.0 / 128) / 4;
  EXPECT_NEAR(static_cast<double>(table[127]), std::sin(slow) * magnitude, 1e-7);
}

}  // namespace
}  // namespace hearth::models
