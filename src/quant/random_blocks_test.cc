// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "quant/random_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace hearth::quant {
namespace {

class EveryType : public testing::TestWithParam<TypeRow> {};

TEST_P(EveryType, HasTheSpreadThatWasAskedFor) {
  const TypeRow& row = GetParam();
  constexpr uint64_t kBlocks = 2048;
  for (const float sigma : {0.005f, 0.02f, 1.0f}) {
    std::vector<uint8_t> bytes(kBlocks * row.block_bytes);
    std::vector<float> values(kBlocks * row.block_weights);
    RandomBlocks(row.type, sigma, 7, 3).Fill(0, kBlocks, bytes.data());
    row.decode(bytes.data(), kBlocks, values.data());
    double sum = 0, squares = 0;
    for (const float value : values) {
      ASSERT_TRUE(std::isfinite(value));
      sum += double{value};
      squares += double{value} * double{value};
    }
    const double n = static_cast<double>(values.size());
    EXPECT_NEAR(sum / n / double{sigma}, 0, 0.06) << row.name;
    const double spread = std::sqrt(squares / n) / double{sigma};
    EXPECT_GT(spread, row.type == Type::kMXFP4 ? 0.66 : 0.93) << row.name;
    EXPECT_LT(spread, row.type == Type::kMXFP4 ? 1.5 : 1.07) << row.name;
  }
}

TEST_P(EveryType, BytesDoNotDependOnTheSplit) {
  const TypeRow& row = GetParam();
  const RandomBlocks blocks(row.type, 0.02f, 7, 3);
  std::vector<uint8_t> whole(37 * row.block_bytes), parts(whole.size());
  blocks.Fill(100, 37, whole.data());
  for (uint64_t at = 0, step = 1; at < 37; at += step, ++step) {
    const uint64_t count = std::min<uint64_t>(step, 37 - at);
    blocks.Fill(100 + at, count, parts.data() + at * row.block_bytes);
  }
  EXPECT_EQ(whole, parts) << row.name;
  RandomBlocks(row.type, 0.02f, 7, 4).Fill(100, 37, parts.data());
  EXPECT_NE(whole, parts) << row.name;
}

INSTANTIATE_TEST_SUITE_P(EveryRow, EveryType, testing::ValuesIn(Types().begin(), Types().end()),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace hearth::quant
