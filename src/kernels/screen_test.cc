// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Screens on a matrix unit against what screen_amx.inl says of them; the others are compared in
// ops/screen_test.cc.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "kernels/table.h"
#include "quant/half.h"
#include "quant/packed.h"

namespace hearth::kernels {
namespace {

using quant::kPanelRows;
using quant::kSuperColumns;

enum class Fill { kRandom, kLowest, kHighest };

// Blocks of Q6_K as the file format has them, and what they hold.
struct Matrix : quant::PackedMatrix {
  std::vector<uint8_t> packed = {};
  std::vector<uint8_t> codes = {};  // [rows][columns]
  std::vector<int8_t> scales = {};  // [rows][columns / 16]
  std::vector<float> d = {};        // [rows][super-blocks]
};

// Column i of 128 stands in the nibbles of 64 bytes and in the bit pairs of 32.
uint8_t CodeOf(const uint8_t* block, int column) {
  const int half = column / 128, i = column % 128;
  const uint8_t low = block[64 * half + i % 64], high = block[128 + 32 * half + i % 32];
  return static_cast<uint8_t>((i < 64 ? low & 15 : low >> 4) | (high >> (i / 32 * 2) & 3) << 4);
}

Matrix MakeMatrix(uint64_t rows, uint64_t columns, Fill fill) {
  constexpr uint64_t kBlock = 210;
  Matrix m{quant::SizedMatrix(quant::Type::kQ6_KSplit, rows, columns)};
  m.packed.resize(m.bytes() + 4096);
  const uint64_t supers = columns / kSuperColumns;
  std::vector<uint8_t> source(rows * supers * kBlock);
  Philox random(columns + rows);
  for (uint64_t i = 0; i < rows * supers; ++i) {
    uint8_t* block = source.data() + i * kBlock;
    for (uint64_t k = 0; k < kBlock; ++k) {
      const bool scale = k >= 192;
      block[k] = fill == Fill::kRandom   ? static_cast<uint8_t>(random.Next())
                 : fill == Fill::kLowest ? scale ? 0x80 : 0
                                         : 0x7f | (scale ? 0 : 0x80);
    }
    quant::StoreU16(block + 208, quant::FloatToHalf(1e-3f + 1e-5f * static_cast<float>(i % 97)));
    for (int column = 0; column < kSuperColumns; ++column) {
      m.codes.push_back(CodeOf(block, column));
    }
    for (uint64_t k = 192; k < 208; ++k) m.scales.push_back(static_cast<int8_t>(block[k]));
    m.d.push_back(quant::HalfToFloat(quant::LoadU16(block + 208)));
  }
  for (uint64_t panel = 0; panel < m.panels(); ++panel) {
    const uint8_t* pointers[kPanelRows] = {};
    for (uint64_t i = 0; i < std::min<uint64_t>(kPanelRows, rows - panel * kPanelRows); ++i) {
      pointers[i] = source.data() + (panel * kPanelRows + i) * supers * kBlock;
    }
    quant::PackPanel(m.type, columns, pointers, m.PartsAt(m.packed.data(), panel));
  }
  return m;
}

struct Tokens {
  std::vector<int8_t> q;
  std::vector<int32_t> start, share;
  std::vector<float> d, rounded;
  ScreenTokens view() { return {q.data(), start.data(), d.data(), share.data(), rounded.data()}; }
};
Tokens MakeTokens(int64_t columns, Fill fill) {
  Tokens t;
  Philox random(7);
  const auto n = static_cast<size_t>(columns);
  t.q.resize(8 * n);
  for (int8_t& q : t.q) {
    q = static_cast<int8_t>(fill == Fill::kRandom ? random.Next() % 255 - 127 : -127);
  }
  t.start.resize(8 * n / 32);  // not read
  for (size_t i = 0; i < n / 32; ++i) {
    t.share.push_back(
        static_cast<int32_t>(random.Next() % kScreenShare << 16 | random.Next() % kScreenShare));
  }
  for (size_t i = 0; i < 8 * n / kSuperColumns; ++i) {
    t.d.push_back(0.01f + 1e-4f * static_cast<float>(i));
  }
  for (size_t i = 0; i < n / kSuperColumns; ++i) t.rounded.push_back(3.0f * static_cast<float>(i));
  return t;
}

// n * factor / 64, halves up.
int32_t Rounded(int32_t n, int32_t factor) {
  return (n * factor + 32) >> 6;
}

// One row: its products with all tokens, and its variance.
struct Row {
  float out[8] = {};
  float variance = 0;
};
Row Expected(const Matrix& m, const Tokens& t, uint64_t row) {
  const uint64_t supers = m.columns / kSuperColumns;
  Row result;
  for (uint64_t s = 0; s < supers; ++s) {
    int32_t sums[8] = {}, squares = 0;
    for (uint64_t c = s * kSuperColumns; c < (s + 1) * kSuperColumns; ++c) {
      const int32_t n = m.scales[(row * m.columns + c) / 16];
      const int32_t code = m.codes[row * m.columns + c];
      const int32_t byte =
          Rounded(n, 32 * (code >> 4) - 57) + ((code >> 3 & 1) != 0 ? Rounded(n, 16) : 0);
      for (uint64_t k = 0; k < 8; ++k) sums[k] += byte * t.q[(c / 32 * 8 + k) * 32 + c % 32];
      const int32_t share = t.share[c / 32];
      if (c % 16 == 0) squares += n * n * (c % 32 == 0 ? share >> 16 : share & 0xffff);
    }
    const float f = m.d[row * supers + s];
    for (uint64_t k = 0; k < 8; ++k) {
      result.out[k] = std::fma(static_cast<float>(sums[k]), f * 4 * t.d[s * 8 + k], result.out[k]);
    }
    result.variance = std::fma(static_cast<float>(squares) + t.rounded[s], f * f, result.variance);
  }
  return result;
}

TEST(ScreenOnTilesTest, IsWhatItSays) {
  const KernelTable* table = UsableTables().back();
  constexpr auto kType = static_cast<size_t>(quant::Type::kQ6_KSplit);
  if (table->matrix_unit == nullptr) GTEST_SKIP() << "no matrix unit";
  for (const auto& [rows, columns, fill] : {std::tuple{16 * 9 + 5, 1536, Fill::kRandom},
                                            {16 * 4, 256, Fill::kLowest},
                                            {16 * 4, 256, Fill::kHighest},
                                            {33, int{kScreenTileColumns}, Fill::kRandom},
                                            {3, 512, Fill::kRandom}}) {
    const Matrix m = MakeMatrix(static_cast<uint64_t>(rows), static_cast<uint64_t>(columns), fill);
    Tokens t = MakeTokens(columns, fill);
    const auto parts = m.PartsAt(m.packed.data(), 0);
    const auto panels = static_cast<int64_t>(m.panels());
    for (const int64_t tokens : {2, 5, 8}) {
      std::vector<float> out(static_cast<size_t>(tokens * rows), NAN);
      std::vector<float> highest(static_cast<size_t>(tokens * panels)), variance(m.panels());
      const auto run = [&](int64_t first, int64_t last) {
        table->matrix_unit->screen[kType]({.panels = parts.high,
                                           .panel_bytes = m.panel_bytes,
                                           .middle = parts.middle,
                                           .rows = rows,
                                           .columns = columns,
                                           .first_panel = first,
                                           .last_panel = last,
                                           .tokens = tokens,
                                           .x = t.view(),
                                           .out = out.data(),
                                           .out_stride = rows,
                                           .highest = highest.data(),
                                           .panel_stride = panels,
                                           .variance = variance.data()});
      };
      run(0, panels / 3);
      run(panels / 3, panels);
      for (int64_t panel = 0; panel < panels; ++panel) {
        float most = 0;
        std::vector<float> top(static_cast<size_t>(tokens), -INFINITY);
        for (int64_t row = panel * kPanelRows; row < std::min<int64_t>(rows, (panel + 1) * 16);
             ++row) {
          const Row expected = Expected(m, t, static_cast<uint64_t>(row));
          most = std::max(most, expected.variance);
          for (int64_t k = 0; k < tokens; ++k) {
            top[static_cast<size_t>(k)] = std::max(top[static_cast<size_t>(k)], expected.out[k]);
            ASSERT_EQ(out[static_cast<size_t>(k * rows + row)], expected.out[k])
                << columns << " row " << row << " token " << k;
          }
        }
        EXPECT_EQ(variance[static_cast<size_t>(panel)], most) << panel;
        for (int64_t k = 0; k < tokens; ++k) {
          EXPECT_EQ(highest[static_cast<size_t>(k * panels + panel)], top[static_cast<size_t>(k)]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace hearth::kernels
