// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "ops/ops.h"

namespace hearth::ops {
namespace {

TEST(ChooseOutliers, TakesTheLargestQuadsOfAllParts) {
  constexpr int64_t kColumns = 1000, kStride = 1024;
  std::vector<int32_t> tops(2 * kStride);
  for (size_t i = 0; i < tops.size(); ++i) tops[i] = static_cast<int32_t>(i % kStride % 7);
  std::vector<int32_t> expected;
  for (int32_t i = 0; i < kernels::kOutlierQuads; ++i) {
    const int32_t quad = 3 * i + 1;
    const auto part = static_cast<size_t>(i % 2);
    tops[part * kStride + static_cast<size_t>(4 * quad + i % 4)] = 1000 + i;
    expected.push_back(quad);
  }
  tops[2] = std::bit_cast<int32_t>(NAN);  // counts as the largest: quad 0 pushes out the smallest
  expected.erase(expected.begin());
  expected.insert(expected.begin(), 0);
  std::vector<int32_t> chosen(kernels::kOutlierQuads);
  ChooseOutliers(tops.data(), 2, kStride, kColumns, chosen.data());
  EXPECT_EQ(chosen, expected);
}

TEST(ChooseOutliers, EqualOnesInOrder) {
  std::vector<int32_t> tops(512, 5), chosen(kernels::kOutlierQuads);
  ChooseOutliers(tops.data(), 1, 512, 512, chosen.data());
  for (int32_t i = 0; i < kernels::kOutlierQuads; ++i) EXPECT_EQ(chosen[static_cast<size_t>(i)], i);
}

}  // namespace
}  // namespace hearth::ops
