// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "quant/packed.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "base/random.h"

namespace hearth::quant {
namespace {

// Any bytes are valid blocks, so random bytes reach every code and every kind of scale.
std::vector<uint8_t> RandomBytes(uint64_t n, uint64_t seed) {
  Philox random(seed);
  std::vector<uint8_t> bytes(n);
  for (auto& b : bytes) b = static_cast<uint8_t>(random.Next());
  return bytes;
}

class Packed : public testing::TestWithParam<int> {};

TEST_P(Packed, UnpackEqualsReferenceDecoder) {
  const auto type = static_cast<Type>(GetParam());
  const TypeRow& row = Row(type);
  for (uint64_t blocks : {1, 2, 3, 7, 8, 9, 28}) {
    const uint64_t columns = row.block_weights == 1 ? blocks * 32 - 3 : blocks * row.block_weights;
    const uint64_t row_bytes = RowBytes(row, columns);
    for (int rows : {16, 1, 13}) {
      const auto source = RandomBytes(row_bytes * static_cast<uint64_t>(rows), 7 * blocks);
      const uint8_t* pointers[kPanelRows] = {};
      for (int r = 0; r < rows; ++r)
        pointers[r] = source.data() + row_bytes * static_cast<uint64_t>(r);
      std::vector<uint8_t> panel(PanelBytes(type, columns), 0xee);
      std::vector<uint8_t> middle(MiddlePanelBytes(type, columns), 0xee);
      std::vector<uint8_t> low(LowPanelBytes(type, columns), 0xee);
      PackPanel(type, columns, pointers, {panel.data(), middle.data(), low.data()});
      std::vector<float> expected(columns);
      std::vector<float> got(columns);
      for (int r = 0; r < rows; ++r) {
        row.decode(pointers[r], static_cast<int64_t>(columns / row.block_weights), expected.data());
        UnpackRow(type, columns, {panel.data(), middle.data(), low.data()}, r, got.data());
        for (uint64_t c = 0; c < columns; ++c) {
          if (std::isnan(expected[c])) {
            ASSERT_TRUE(std::isnan(got[c])) << row.name << " row " << r << " column " << c;
          } else {
            ASSERT_EQ(std::bit_cast<uint32_t>(expected[c]), std::bit_cast<uint32_t>(got[c]))
                << row.name << " row " << r << " column " << c;
          }
        }
      }
    }
  }
}

TEST_P(Packed, IsAsSmallAsTheFile) {
  const auto type = static_cast<Type>(GetParam());
  const TypeRow& row = Row(type);
  const uint64_t file = 1024 * RowBytes(row, 2048);
  EXPECT_GE(PackedBytes(type, 1024, 2048), file);
  EXPECT_LE(static_cast<double>(PackedBytes(type, 1024, 2048)), static_cast<double>(file) * 1.02)
      << row.name;
  EXPECT_EQ(PanelBytes(type, 2048) % 64, 0u);
}

INSTANTIATE_TEST_SUITE_P(AllTypes, Packed, testing::Range(0, kTypeCount), [](const auto& param) {
  return std::string(Row(static_cast<Type>(param.param)).name);
});

}  // namespace
}  // namespace hearth::quant
