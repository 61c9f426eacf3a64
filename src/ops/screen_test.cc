// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
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
  w = quant::SizedMatrix(quant::SplitTypeOf(file_type), rows, columns);
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
    quant::PackPanel(w.type, columns, pointers, w.PartsAt(m.data.data(), panel));
  }
  return m;
}

// Tokens in the form that products take.
struct Tokens {
  std::vector<float> x;
  std::vector<uint8_t> room;
  Input input;
};
Tokens MakeTokens(const Kernels& kernels, int64_t columns, int64_t count, uint64_t seed,
                  float outlier) {
  Tokens t;
  Philox random(seed);
  t.x.resize(static_cast<size_t>(count * columns));
  for (float& v : t.x) v = static_cast<float>(random.Next() % 2001) * 1e-3f - 1;
  for (int64_t i = 0; i < count; ++i) t.x[static_cast<size_t>(i * columns + 7 * i + 7)] *= outlier;
  t.room.resize(QuantizedBytes(count, columns));
  t.input = {{t.x.data(), columns}, QuantizedAt(t.room.data(), count, columns), count, nullptr, {}};
  FillInput(kernels, t.input, columns, 0, 1);
  return t;
}

// Logits of all tokens, one row after the other.
std::vector<float> Whole(const Kernels& kernels, const Matrix& m, const Tokens& tokens) {
  const auto rows = static_cast<int64_t>(m.weight.rows);
  std::vector<float> out(static_cast<size_t>(tokens.input.tokens * rows));
  MatMul(kernels, {&m.weight, nullptr, false, nullptr}, 0, rows, tokens.input, {out.data(), rows});
  return out;
}
std::vector<uint8_t> Room(const Matrix& m, int threads) {
  return std::vector<uint8_t>(ScreenBytes(static_cast<int64_t>(m.weight.rows),
                                          static_cast<int64_t>(m.weight.columns), threads));
}
std::vector<float> Top(const Kernels& kernels, const Matrix& m, const Tokens& tokens, int32_t top,
                       int threads, std::vector<uint8_t>& room) {
  const auto rows = static_cast<int64_t>(m.weight.rows);
  std::vector<float> out(static_cast<size_t>(tokens.input.tokens * rows), NAN);
  ThreadTeam team(threads);
  team.Run([&](const Worker& worker) {
    MatMulTop(kernels, {&m.weight, nullptr, false, nullptr}, tokens.input, top, {out.data(), rows},
              room.data(), worker);
  });
  return out;
}
std::vector<float> Top(const Kernels& kernels, const Matrix& m, const Tokens& tokens, int32_t top,
                       int threads) {
  std::vector<uint8_t> room = Room(m, threads);
  return Top(kernels, m, tokens, top, threads, room);
}

// Rows by their value, equal ones by number.
std::vector<size_t> Order(std::span<const float> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) {
    return values[a] != values[b] ? values[a] > values[b] : a < b;
  });
  return order;
}

class ScreenTest : public testing::TestWithParam<quant::Type> {};

TEST_P(ScreenTest, TheTopIsThatOfTheWholeProduct) {
  for (const auto& [rows, columns] : {std::pair{1000, 256}, {16 * 200, 768}, {5, 256}, {37, 544}}) {
    if (GetParam() == quant::Type::kQ6_K && columns % 256 != 0) continue;
    const Matrix m =
        MakeMatrix(GetParam(), static_cast<uint64_t>(rows), static_cast<uint64_t>(columns), false);
    for (const Kernels* kernels : kernels::UsableTables()) {
      for (const auto& [count, outlier] :
           {std::pair{1, 1.0f}, {1, 300.0f}, {2, 1.0f}, {3, 300.0f}, {7, 30.0f}, {8, 1.0f}}) {
        const Tokens tokens =
            MakeTokens(*kernels, columns, count, static_cast<uint64_t>(rows), outlier);
        const std::vector<float> whole = Whole(*kernels, m, tokens);
        const int32_t most = count == 1 ? kMostScreened : kMostScreened / 2 / count;
        EXPECT_FALSE(Screens(*kernels, m.weight, count, most + 1));
        EXPECT_FALSE(Screens(*kernels, m.weight, count, 0));
        for (const int32_t top : {1, 3, most}) {
          ASSERT_TRUE(Screens(*kernels, m.weight, count, top));
          const std::vector<float> got = Top(*kernels, m, tokens, top, 1);
          for (int t = 0; t < count; ++t) {
            const auto of = [&](const std::vector<float>& all) {
              return std::span(all).subspan(static_cast<size_t>(t) * m.weight.rows, m.weight.rows);
            };
            const std::vector<size_t> order = Order(of(whole)), found = Order(of(got));
            for (size_t i = 0; i < std::min<size_t>(static_cast<size_t>(top), order.size()); ++i) {
              ASSERT_EQ(found[i], order[i]) << kernels->name << " top " << top;
              ASSERT_EQ(of(got)[order[i]], of(whole)[order[i]]);
            }
          }
          for (const int threads : {2, 3}) {
            ASSERT_EQ(Top(*kernels, m, tokens, top, threads), got) << kernels->name;
          }
        }
      }
    }
  }
}

// Length of the difference of two vectors over that of the second.
double Distance(const std::vector<float>& x, const std::vector<float>& y) {
  double apart = 0, all = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    apart += std::pow(double{x[i]} - double{y[i]}, 2);
    all += std::pow(double{y[i]}, 2);
  }
  return std::sqrt(apart / all);
}

// The same estimates on every instruction set but rounded ones on tiles, and few rows that need
// more than them.
TEST_P(ScreenTest, EveryRowEstimatesAlikeAndReadsLittleElse) {
  const Matrix m = MakeMatrix(GetParam(), 16 * 200, 768, false);
  const auto tables = kernels::UsableTables();
  for (const int count : {1, 8}) {
    const Tokens first = MakeTokens(*tables[0], 768, count, 1, 1);
    const std::vector<float> whole = Whole(*tables[0], m, first);
    const auto expected = Top(*tables[0], m, first, 1, 1);
    for (const Kernels* kernels : tables) {
      const Tokens tokens = MakeTokens(*kernels, 768, count, 1, 1);
      const std::vector<float> got = Top(*kernels, m, tokens, 1, 1);
      const bool rounded = count > 1 && kernels->matrix_unit != nullptr &&
                           kernels->matrix_unit->screen[static_cast<size_t>(m.weight.type)];
      if (rounded) {
        EXPECT_LT(Distance(got, expected), 0.02) << kernels->name;
      } else {
        EXPECT_EQ(got, expected) << kernels->name;
      }
    }
    size_t exact = 0;
    for (size_t i = 0; i < whole.size(); ++i) exact += whole[i] == expected[i];
    EXPECT_LT(exact, whole.size() / (count == 1 ? 4 : 1)) << count;
  }
}

// Random weights make nothing likely, so that the next calls begin with more bits.
TEST_P(ScreenTest, TheTopIsTheSameFromCallToCall) {
  const Matrix m = MakeMatrix(GetParam(), 16 * 200, 768, false);
  const Kernels& kernels = *kernels::UsableTables().back();
  for (const int threads : {1, 3}) {
    std::vector<uint8_t> room = Room(m, threads);
    for (uint64_t call = 0; call < 12; ++call) {
      const Tokens tokens = MakeTokens(kernels, 768, 1, call, 1);
      const std::vector<float> whole = Whole(kernels, m, tokens);
      const std::vector<float> got = Top(kernels, m, tokens, 1, threads, room);
      ASSERT_EQ(Order(got)[0], Order(whole)[0]) << call;
      ASSERT_EQ(*std::ranges::max_element(got), *std::ranges::max_element(whole)) << call;
    }
  }
}

// All rows are equal, so all may be the largest: every one is computed.
TEST_P(ScreenTest, WhatIsEqualIsExact) {
  const Matrix m = MakeMatrix(GetParam(), 100, 256, true);
  const Kernels& kernels = *kernels::UsableTables()[0];
  for (const int count : {1, 5}) {
    const Tokens tokens = MakeTokens(kernels, 256, count, 3, 1);
    EXPECT_EQ(Top(kernels, m, tokens, 1, 2), Whole(kernels, m, tokens));
  }
}

// A token that is not a number leaves no number behind, and the others as they are.
TEST_P(ScreenTest, WhatIsNoNumberStaysNone) {
  const Matrix m = MakeMatrix(GetParam(), 100, 512, false);
  const Kernels& kernels = *kernels::UsableTables().back();
  for (const float value : {NAN, INFINITY}) {
    Tokens tokens = MakeTokens(kernels, 512, 3, 3, 1);
    tokens.x[512 + 300] = value;
    FillInput(kernels, tokens.input, 512, 0, 1);
    const std::vector<float> whole = Whole(kernels, m, tokens);
    const std::vector<float> got = Top(kernels, m, tokens, 2, 2);
    for (size_t i = 0; i < whole.size(); ++i) {
      if (std::isnan(whole[i])) {
        EXPECT_TRUE(std::isnan(got[i])) << i;
      } else {
        EXPECT_EQ(got[i], whole[i]) << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, ScreenTest, testing::Values(quant::Type::kQ6_K, quant::Type::kQ8_0),
                         [](const auto& param) {
                           return std::string(quant::Row(param.param).name);
                         });

}  // namespace
}  // namespace hearth::ops
