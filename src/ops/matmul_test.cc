// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/os.h"
#include "base/random.h"
#include "ops/ops.h"
#include "quant/half.h"
#include "quant/packed.h"

namespace hearth::ops {
namespace {

std::vector<float> Random(size_t n, uint64_t seed) {
  const Philox random(seed);
  std::vector<float> out(n);
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<float>(random.Uniform(i) * 2 - 1);
  return out;
}

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

// A Q8_0 matrix with codes from a seed and scales of 1/64.
struct Matrix {
  std::vector<uint8_t> packed;
  tensor::Weight weight;
};
Matrix MakeMatrix(uint64_t rows, uint64_t columns, uint64_t seed) {
  Philox random(seed);
  Matrix m;
  const uint64_t panel = quant::PanelBytes(quant::Type::kQ8_0, columns);
  m.packed.resize(quant::PackedBytes(quant::Type::kQ8_0, rows, columns) + 4096);
  for (uint64_t first = 0; first < rows; first += quant::kPanelRows) {
    std::vector<std::vector<uint8_t>> sources;
    const uint8_t* pointers[quant::kPanelRows] = {};
    for (uint64_t r = first; r < std::min<uint64_t>(rows, first + quant::kPanelRows); ++r) {
      auto& row = sources.emplace_back();
      for (uint64_t c = 0; c < columns; ++c) {
        if (c % 32 == 0) row.insert(row.end(), {0, 0x24});  // fp16 1 / 64
        row.push_back(static_cast<uint8_t>(random.Next()));
      }
    }
    for (size_t i = 0; i < sources.size(); ++i) pointers[i] = sources[i].data();
    quant::PackPanel(quant::Type::kQ8_0, columns, pointers,
                     m.packed.data() + first / quant::kPanelRows * panel);
  }
  m.weight.type = quant::Type::kQ8_0;
  m.weight.data = m.packed.data();
  m.weight.rows = rows;
  m.weight.columns = columns;
  m.weight.panel_bytes = panel;
  return m;
}

// Gate, up and activation in one are the bits of the three one after the other.
TEST(GatedMatMul, EqualsItsParts) {
  const auto kernels = ChooseKernels();
  ASSERT_TRUE(kernels);
  if (!UsesTiles(**kernels, 40)) GTEST_SKIP() << "no matrix unit";
  constexpr int64_t kRows = 16 * 21 + 9, kColumns = 1568, kTokens = 40;
  const Matrix gate = MakeMatrix(kRows, kColumns, 1), up = MakeMatrix(kRows, kColumns, 2);
  const auto activate = (*kernels)->vector.silu_mul;
  for (bool bytes : {false, true}) {
    auto x = Random(kTokens * kColumns, 3);
    std::vector<int32_t> tops(kColumns), outliers(kernels::kOutlierQuads);
    auto room = os::Pages::Allocate(
        std::max(TileBytes(kTokens, kColumns), ByteTileBytes(kTokens, kColumns)));
    auto scratch = os::Pages::Allocate(ProductScratch(**kernels, kTokens));
    ASSERT_TRUE(room && scratch);
    Input input = {{x.data(), kColumns}, {}, kTokens, nullptr, {}};
    if (bytes) {
      (*kernels)->matrix_unit->column_tops(x.data(), kColumns, kTokens, kColumns, tops.data());
      ChooseOutliers(tops.data(), 1, kColumns, kColumns, outliers.data());
      input.bytes = ByteTilesAt(room->data(), kTokens, kColumns, outliers.data());
    } else {
      input.tiles = reinterpret_cast<uint16_t*>(room->data());
    }
    FillInput(**kernels, input, kColumns, 0, kTokens / 8);
    const Product product = {&gate.weight, nullptr, false, scratch->data()};
    std::vector<float> one(kTokens * kRows), g(one.size()), u(one.size());
    std::vector<int32_t> reached(kRows, -1);
    for (const auto& [first, last] : {std::pair<int64_t, int64_t>{0, 16}, {16, kRows}}) {
      GatedMatMul(**kernels, product, up.weight, activate, first, last, input, {one.data(), kRows},
                  reached.data());
    }
    MatMul(**kernels, product, 0, kRows, input, {g.data(), kRows});
    MatMul(**kernels, {&up.weight, nullptr, false, scratch->data()}, 0, kRows, input,
           {u.data(), kRows});
    activate(g.data(), u.data(), static_cast<int64_t>(g.size()));
    EXPECT_EQ(one, g) << bytes;
    for (size_t r = 0; r < kRows; ++r) {
      float most = 0;
      for (size_t t = 0; t < kTokens; ++t) most = std::max(most, std::abs(one[t * kRows + r]));
      EXPECT_EQ(std::bit_cast<float>(reached[r]), most) << bytes << " row " << r;
    }
  }
}

}  // namespace
}  // namespace hearth::ops
