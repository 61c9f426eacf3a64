// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "ops/ops.h"

namespace hearth::ops {
namespace {

using quant::kPanelRows;

// A split matrix of random weights.
struct Matrix {
  std::vector<uint8_t> data;
  tensor::Weight weight;
};
Matrix MakeMatrix(quant::Type file_type, uint64_t rows, uint64_t columns, bool same) {
  Matrix m;
  tensor::Weight& w = m.weight;
  w.type = quant::SplitTypeOf(file_type);
  w.rows = rows;
  w.columns = columns;
  w.panel_bytes = quant::PanelBytes(w.type, columns);
  w.low_bytes = quant::LowPanelBytes(w.type, columns);
  m.data.resize(w.bytes() + 4096);
  const quant::TypeRow& row = quant::Row(file_type);
  const uint64_t blocks = columns / row.block_weights;
  const uint64_t half_at = file_type == quant::Type::kQ6_K ? 208 : 0;  // in a block
  std::vector<uint8_t> source(rows * quant::RowBytes(row, columns));
  Philox random(rows);
  for (uint64_t r = 0; r < rows; ++r) {
    if (same) random = Philox(rows);
    uint8_t* at = source.data() + r * quant::RowBytes(row, columns);
    for (uint64_t b = 0; b < blocks; ++b, at += row.block_bytes) {
      for (uint64_t i = 0; i < row.block_bytes; ++i) at[i] = static_cast<uint8_t>(random.Next());
      at[half_at + 1] = 0x1c;  // a scale of 2^-8 ... 2^-7
    }
  }
  w.data = m.data.data();
  for (uint64_t panel = 0; panel < w.panels(); ++panel) {
    const uint8_t* pointers[kPanelRows] = {};
    for (uint64_t i = 0; i < std::min<uint64_t>(kPanelRows, rows - panel * kPanelRows); ++i) {
      pointers[i] = source.data() + (panel * kPanelRows + i) * quant::RowBytes(row, columns);
    }
    quant::PackPanel(w.type, columns, pointers, m.data.data() + panel * w.panel_bytes,
                     m.data.data() + (w.low(panel) - w.data));
  }
  return m;
}

// One token in the form that products take.
struct Token {
  std::vector<float> x;
  std::vector<uint8_t> room;
  Input input;
};
Token MakeToken(const Kernels& kernels, int64_t columns, uint64_t seed, float outlier) {
  Token t;
  Philox random(seed);
  t.x.resize(static_cast<size_t>(columns));
  for (float& v : t.x) v = static_cast<float>(random.Next() % 2001) * 1e-3f - 1;
  t.x[7] *= outlier;
  t.room.resize(QuantizedBytes(1, columns));
  t.input = {{t.x.data(), columns}, QuantizedAt(t.room.data(), 1, columns), 1, nullptr, {}};
  FillInput(kernels, t.input, columns, 0, 1);
  return t;
}

std::vector<float> Top(const Kernels& kernels, const Matrix& m, const Token& token, int32_t top,
                       int threads) {
  std::vector<float> out(m.weight.rows, NAN);
  std::vector<uint8_t> room(ScreenBytes(static_cast<int64_t>(m.weight.rows),
                                        static_cast<int64_t>(m.weight.columns), threads));
  ThreadTeam team(threads);
  team.Run([&](const Worker& worker) {
    MatMulTop(kernels, {&m.weight, nullptr, false, nullptr}, token.input, top, out.data(),
              room.data(), worker);
  });
  return out;
}

// Rows by their value, equal ones by number.
std::vector<size_t> Order(const std::vector<float>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) {
    return values[a] != values[b] ? values[a] > values[b] : a < b;
  });
  return order;
}

class ScreenTest : public testing::TestWithParam<quant::Type> {};

TEST_P(ScreenTest, TheTopIsThatOfTheWholeProduct) {
  for (const auto& [rows, columns] : {std::pair{1000, 256}, {16 * 200, 768}, {5, 256}, {37, 512}}) {
    for (const float outlier : {1.0f, 300.0f}) {
      const Matrix m = MakeMatrix(GetParam(), static_cast<uint64_t>(rows),
                                  static_cast<uint64_t>(columns), false);
      for (const Kernels* kernels : kernels::UsableTables()) {
        ASSERT_TRUE(Screens(*kernels, m.weight));
        const Token token = MakeToken(*kernels, columns, static_cast<uint64_t>(rows), outlier);
        std::vector<float> whole(m.weight.rows);
        MatMul(*kernels, {&m.weight, nullptr, false, nullptr}, 0, rows, token.input,
               {whole.data(), rows});
        const std::vector<size_t> order = Order(whole);
        for (const int32_t top : {1, 3, 40, kMostScreened}) {
          const auto got = Top(*kernels, m, token, top, 1);
          const std::vector<size_t> found = Order(got);
          for (size_t i = 0; i < std::min<size_t>(static_cast<size_t>(top), order.size()); ++i) {
            ASSERT_EQ(found[i], order[i]) << kernels->name << " top " << top;
            ASSERT_EQ(got[order[i]], whole[order[i]]);
          }
          for (const int threads : {2, 3}) {
            ASSERT_EQ(Top(*kernels, m, token, top, threads), got) << kernels->name;
          }
        }
      }
    }
  }
}

// The same estimates on every instruction set, and few rows that need more than them.
TEST_P(ScreenTest, EveryRowEstimatesAlikeAndReadsLittleElse) {
  const Matrix m = MakeMatrix(GetParam(), 16 * 200, 768, false);
  const auto tables = kernels::UsableTables();
  const Token first = MakeToken(*tables[0], 768, 1, 1);
  std::vector<float> whole(m.weight.rows);
  MatMul(*tables[0], {&m.weight, nullptr, false, nullptr}, 0, 16 * 200, first.input,
         {whole.data(), 16 * 200});
  const auto expected = Top(*tables[0], m, first, 1, 1);
  for (const Kernels* kernels : tables) {
    const Token token = MakeToken(*kernels, 768, 1, 1);
    EXPECT_EQ(Top(*kernels, m, token, 1, 1), expected) << kernels->name;
  }
  size_t exact = 0;
  for (size_t i = 0; i < whole.size(); ++i) exact += whole[i] == expected[i];
  EXPECT_LT(exact, whole.size() / 4);
}

// All rows are equal, so all may be the largest: every one is computed.
TEST_P(ScreenTest, WhatIsEqualIsExact) {
  const Matrix m = MakeMatrix(GetParam(), 100, 256, true);
  const Kernels& kernels = *kernels::UsableTables()[0];
  const Token token = MakeToken(kernels, 256, 3, 1);
  std::vector<float> whole(m.weight.rows);
  MatMul(kernels, {&m.weight, nullptr, false, nullptr}, 0, 100, token.input, {whole.data(), 100});
  EXPECT_EQ(Top(kernels, m, token, 1, 2), whole);
}

INSTANTIATE_TEST_SUITE_P(Types, ScreenTest, testing::Values(quant::Type::kQ6_K, quant::Type::kQ8_0),
                         [](const auto& param) {
                           return std::string(quant::Row(param.param).name);
                         });

}  // namespace
}  // namespace hearth::ops
