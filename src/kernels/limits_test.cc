// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/limits.h"

#include <gtest/gtest.h>

#include <set>

namespace hearth::kernels {
namespace {

// Every probe that the machine can run gives a positive rate; how high is not tested.
TEST(Limits, EveryProbeRuns) {
  LimitOptions options;
  options.threads = {1, 2};
  options.seconds = 0.006;
  options.samples = 3;
  options.memory = false;
  options.isa = cpu::Isa::kAmx;
  const std::vector<Limit> limits = MeasureLimits(options).value();
  std::set<std::pair<std::string, int>> names;
  for (const Limit& limit : limits) {
    EXPECT_GT(limit.min, 0) << limit.name;
    EXPECT_LE(limit.min, limit.median);
    EXPECT_LE(limit.median, limit.max);
    EXPECT_TRUE(names.insert({limit.name, limit.threads}).second) << limit.name;
    EXPECT_EQ(FindLimit(limits, limit.name, limit.threads), limit.median);
  }
  EXPECT_EQ(FindLimit(limits, "nothing", 1), 0);
}

TEST(Limits, OfTwoWaysToReadTheFasterCounts) {
  const auto limit = [](std::string_view name, int threads, double rate) {
    return Limit{std::string(name), "GB/s", threads, rate, rate, rate};
  };
  const std::vector<Limit> limits = {limit(kDramOneStream, 1, 40), limit(kDramEightStreams, 1, 30),
                                     limit(kDramOneStream, 2, 60), limit(kDramEightStreams, 2, 70)};
  EXPECT_EQ(DramLimit(limits, 1), 40);
  EXPECT_EQ(DramLimit(limits, 2), 70);
  EXPECT_EQ(DramLimit(limits, 4), 0);
}

TEST(Limits, RowsAboveTheChosenAreLeftOut) {
  LimitOptions options;
  options.threads = {1};
  options.seconds = 0.004;
  options.samples = 1;
  options.memory = false;
  options.isa = cpu::Isa::kAvx2;
  const std::vector<Limit> limits = MeasureLimits(options).value();
  for (const Limit& limit : limits) {
    EXPECT_TRUE(limit.name.find("VNNI") == std::string::npos) << limit.name;
  }
}

TEST(Limits, CanBeCancelled) {
  CancelToken cancel;
  cancel.Cancel();
  LimitOptions options;
  options.threads = {1};
  options.memory = false;
  options.isa = cpu::Isa::kAmx;
  options.cancel = &cancel;
  const auto limits = MeasureLimits(options);
  if (limits) GTEST_SKIP() << "no probe in this build";
  EXPECT_EQ(limits.error().code(), Code::kCancelled);
}

}  // namespace
}  // namespace hearth::kernels
