// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "quant/scales.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "quant/half.h"
#include "quant/random_blocks.h"

namespace hearth::quant {
namespace {

class EveryScale : public testing::TestWithParam<TypeRow> {};

// Whatever bytes a block has: the check finds it exactly when the decoder gives a float that is not
// finite. (Scales that are finite as halves cannot overflow a float.)
TEST_P(EveryScale, FindsWhatTheDecoderShows) {
  const TypeRow& row = GetParam();
  std::vector<uint8_t> block(row.block_bytes);
  std::vector<float> values(row.block_weights);
  const ScaleFields fields = Scales(row.type);
  for (uint32_t bits = 0; bits < 65536; bits += 7) {
    for (const int at : {fields.d, fields.m}) {
      std::ranges::fill(block, uint8_t{0x77});  // no zeros; the largest code of MXFP4
      if (fields.m >= 0) StoreU16(block.data() + fields.d, 0x3c00);
      if (fields.m >= 0) StoreU16(block.data() + fields.m, 0x3c00);
      if (at >= 0) {
        StoreU16(block.data() + at, static_cast<uint16_t>(bits));
      } else if (row.block_bytes <= 4) {
        StoreU16(block.data() + row.block_bytes - 2, static_cast<uint16_t>(bits));
      } else {
        block[0] = static_cast<uint8_t>(bits);
      }
      row.decode(block.data(), 1, values.data());
      const bool finite =
          std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
      ASSERT_EQ(FindNonFinite(row.type, block.data(), 1) == -1, finite) << row.name << ' ' << bits;
    }
  }
}

TEST_P(EveryScale, NamesTheFirstBlock) {
  const TypeRow& row = GetParam();
  std::vector<uint8_t> blocks(40 * row.block_bytes);
  RandomBlocks(row.type, 0.02f, 5, 0).Fill(0, 40, blocks.data());
  EXPECT_EQ(FindNonFinite(row.type, blocks.data(), 40), -1);
  EXPECT_EQ(FindNonFinite(row.type, blocks.data(), 0), -1);
  if (row.type == Type::kMXFP4) {
    blocks[31 * row.block_bytes] = 253;
    EXPECT_EQ(FindNonFinite(row.type, blocks.data(), 40), 31);
    return;
  }
  const ScaleFields fields = Scales(row.type);
  const uint32_t at = fields.d >= 0 ? static_cast<uint32_t>(fields.d) : row.block_bytes - 2;
  StoreU16(blocks.data() + 31 * row.block_bytes + at, 0xffff);
  EXPECT_EQ(FindNonFinite(row.type, blocks.data(), 40), 31);
  EXPECT_EQ(FindNonFinite(row.type, blocks.data(), 31), -1);
  if (fields.m >= 0) {
    StoreU16(blocks.data() + 12 * row.block_bytes + static_cast<uint32_t>(fields.m), 0x7c00);
    EXPECT_EQ(FindNonFinite(row.type, blocks.data(), 40), 12);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryRow, EveryScale, testing::ValuesIn(Types().begin(), Types().end()),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace hearth::quant
