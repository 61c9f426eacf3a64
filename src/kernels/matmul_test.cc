// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "base/checked.h"
#include "base/random.h"
#include "kernels/table.h"
#include "quant/half.h"
#include "quant/packed.h"

namespace hearth::kernels {
namespace {

using quant::kPanelRows;
using quant::Type;

// Offsets of the fp16 scale fields inside a block of each type, which random bytes would make
// infinite; -1 ends the list.
struct HalfFields {
  Type type;
  int at[2];
};
constexpr HalfFields kHalfFields[] = {
    {Type::kQ4_0, {0, -1}},        {Type::kQ4_1, {0, 2}},       {Type::kQ5_0, {0, -1}},
    {Type::kQ5_1, {0, 2}},         {Type::kQ8_0, {0, -1}},      {Type::kQ2_K, {80, 82}},
    {Type::kQ3_K, {108, -1}},      {Type::kQ4_K, {0, 2}},       {Type::kQ5_K, {0, 2}},
    {Type::kQ6_K, {208, -1}},      {Type::kIQ4_NL, {0, -1}},    {Type::kIQ4_XS, {0, -1}},
    {Type::kQ6_KSplit, {208, -1}}, {Type::kQ8_0Split, {0, -1}},
};

enum class Fill { kRandom, kAllOnes, kAllZeros };

struct Matrix : quant::PackedMatrix {
  std::vector<uint8_t> packed = {};
  std::vector<float> floats = {};  // [rows][columns]
};

// Nothing packed yet.
Matrix EmptyMatrix(Type type, uint64_t rows, uint64_t columns) {
  Matrix m{quant::SizedMatrix(type, rows, columns)};
  m.packed.resize(m.bytes() + 64);
  return m;
}

std::vector<uint8_t> SourceRow(Type type, uint64_t columns, Fill fill, Philox& random) {
  const quant::TypeRow& row = quant::Row(type);
  std::vector<uint8_t> bytes(quant::RowBytes(row, columns));
  for (auto& b : bytes) {
    b = fill == Fill::kRandom    ? static_cast<uint8_t>(random.Next())
        : fill == Fill::kAllOnes ? 255
                                 : 0;
  }
  const auto half = [&] {
    return quant::FloatToHalf(static_cast<float>(random.Next() % 2001) * 1e-5f - 0.01f);
  };
  for (uint64_t at = 0; at < bytes.size(); at += row.block_bytes) {
    for (const HalfFields& fields : kHalfFields) {
      if (fields.type != type) continue;
      for (int field : fields.at) {
        if (field >= 0) quant::StoreU16(bytes.data() + at + field, half());
      }
    }
    if (type == Type::kMXFP4) bytes[at] = static_cast<uint8_t>(110 + random.Next() % 20);
    if (type == Type::kF16) quant::StoreU16(bytes.data() + at, half());
    if (type == Type::kBF16)
      quant::StoreU16(bytes.data() + at,
                      quant::FloatToBf16(0.01f * static_cast<float>(random.Next() % 200) - 1));
    if (type == Type::kF32) {
      quant::StoreU32(bytes.data() + at,
                      std::bit_cast<uint32_t>(0.01f * static_cast<float>(random.Next() % 200) - 1));
    }
  }
  return bytes;
}

Matrix MakeMatrix(Type type, uint64_t rows, uint64_t columns, Fill fill = Fill::kRandom) {
  Matrix m = EmptyMatrix(type, rows, columns);
  Philox random(rows * 1000 + columns);
  const quant::TypeRow& row = quant::Row(type);
  m.floats.resize(rows * columns);
  for (uint64_t first = 0; first < rows; first += kPanelRows) {
    std::vector<std::vector<uint8_t>> sources;
    const uint8_t* pointers[kPanelRows] = {};
    for (uint64_t r = first; r < std::min<uint64_t>(rows, first + kPanelRows); ++r) {
      sources.push_back(SourceRow(type, columns, fill, random));
      row.decode(sources.back().data(), static_cast<int64_t>(columns / row.block_weights),
                 m.floats.data() + r * columns);
    }
    for (size_t i = 0; i < sources.size(); ++i) pointers[i] = sources[i].data();
    quant::PackPanel(type, columns, pointers, m.PartsAt(m.packed.data(), first / kPanelRows));
  }
  return m;
}

struct Tokens {
  std::vector<int8_t> q;
  std::vector<float> d, dsum, unit;
  std::vector<int32_t> sum, factor, sums;
  QuantizedTokens view() {
    return {q.data(), d.data(), sum.data(), dsum.data(), unit.data(), factor.data(), sums.data()};
  }
};

Tokens QuantizeWith(const KernelTable& table, const std::vector<float>& x, int64_t tokens,
                    int64_t columns, bool units = true) {
  const auto padded = static_cast<size_t>(RoundUp(static_cast<uint64_t>(tokens), 8) *
                                          static_cast<uint64_t>(columns));
  const size_t n = RoundUp(static_cast<uint64_t>(tokens), 8);
  const auto width = static_cast<uint64_t>(columns);
  Tokens out{std::vector<int8_t>(padded),
             std::vector<float>(padded / 32),
             std::vector<float>(padded / 16),
             std::vector<float>(n * CeilDiv(width, 256)),
             std::vector<int32_t>(padded / 16),
             std::vector<int32_t>(padded / 32),
             std::vector<int32_t>(n * CeilDiv(width, 64))};
  QuantizedTokens view = out.view();
  if (!units) view.unit = nullptr;
  table.quantize({x.data(), columns, tokens, columns, 0, (tokens + 7) / 8, 0, columns / 32, view});
  return out;
}

std::vector<float> RunMatMul(MatMulFn fn, const Matrix& m, Tokens* q, const std::vector<float>& x,
                             int64_t tokens, const float* bias = nullptr,
                             const float* add = nullptr) {
  const auto rows = static_cast<int64_t>(m.rows);
  std::vector<float> out(static_cast<size_t>(tokens * rows), NAN);
  std::vector<float> scratch(static_cast<size_t>(tokens) * 16);
  const auto columns = static_cast<int64_t>(m.columns);
  const auto parts = m.PartsAt(m.packed.data(), 0);
  fn({parts.high, m.panel_bytes, rows, columns, 0, static_cast<int64_t>(CeilDiv(m.rows, 16)),
      tokens, q == nullptr ? QuantizedTokens{} : q->view(), x.data(), columns, scratch.data(),
      out.data(), rows, bias, add, rows, parts.middle, parts.low});
  return out;
}

std::vector<float> RandomFloats(size_t n, uint64_t seed) {
  Philox random(seed);
  std::vector<float> x(n);
  for (auto& v : x) v = static_cast<float>(random.Uniform(random.Next()) * 4 - 2);
  return x;
}

class MatMulTest : public testing::TestWithParam<int> {
 protected:
  Type type() const { return static_cast<Type>(GetParam()); }
  std::vector<uint64_t> Columns() const {
    return quant::Row(type()).block_weights == 256
               ? std::vector<uint64_t>{256, 768}
               : std::vector<uint64_t>{32, 64, 224, 256, 288, 896};
  }
};

// x of one token by the rules of QuantizedTokens.
void CheckQuantized(const Tokens& q, const std::vector<float>& x) {
  const size_t blocks = x.size() / 32;
  for (size_t b = 0; b < blocks; ++b) {
    const size_t first = b / 8 * 8, last = std::min(first + 8, blocks);
    const auto top = [&](size_t begin, size_t end) {
      float most = 0;
      for (size_t i = 32 * begin; i < 32 * end; ++i) most = std::max(most, std::abs(x[i]));
      return most;
    };
    const float unit = q.unit[b / 8], most = top(first, last), own = top(b, b + 1);
    const int32_t factor = q.factor[b] & 0xffff;
    EXPECT_FLOAT_EQ(unit, most / 1016);
    ASSERT_EQ(q.factor[b], factor << 16 | factor);
    ASSERT_GE(factor, 1);
    ASSERT_LE(factor, kMaxFactor);
    if (own == most && most > 0) {
      EXPECT_EQ(factor, kMaxFactor);
    }
    EXPECT_LE(static_cast<float>(factor) * most, own * 8 * 1.000001f + most);
    EXPECT_EQ(q.d[b], unit * static_cast<float>(factor));
    int32_t whole = 0;
    for (size_t half = 0; half < 2; ++half) {
      int32_t sum = 0;
      for (size_t i = 32 * b + 16 * half; i < 32 * b + 16 * half + 16; ++i) {
        EXPECT_GE(q.q[i], -127);
        EXPECT_NEAR(x[i], q.d[b] * static_cast<float>(q.q[i]), q.d[b] * 0.5001f);
        sum += q.q[i];
      }
      EXPECT_EQ(q.sum[2 * b + half], sum);
      EXPECT_EQ(q.dsum[2 * b + half], q.d[b] * static_cast<float>(sum));
      whole += sum;
    }
    const int32_t pair = q.sums[b / 2];
    EXPECT_EQ(b % 2 == 0 ? static_cast<int16_t>(pair & 0xffff) : pair >> 16, factor * whole);
    if (b + 1 == blocks && b % 2 == 0) {
      EXPECT_EQ(pair >> 16, 0);
    }
  }
}

// Tokens of columns with blocks of very different sizes, also in parts, and behind each other.
TEST(QuantizeTest, FollowsItsRules) {
  for (const KernelTable* table : UsableTables()) {
    for (const size_t columns : {32, 64, 224, 256, 288, 864, 1024}) {
      for (int kind = 0; kind < 6; ++kind) {
        std::vector<float> x = RandomFloats(columns, columns + static_cast<size_t>(kind));
        for (size_t i = 0; i < columns; ++i) {
          const auto b = static_cast<int>(i / 32);
          if (kind == 1) x[i] = std::ldexp(x[i], -(b * 5 % 13));
          if (kind == 2)
            x[i] = x[i] < 0 ? -static_cast<float>(b % 8 + 1) : static_cast<float>(b % 8 + 1);
          if (kind == 3 && b % 3 == 0) x[i] = 0;
          if (kind == 4) x[i] *= 1e30f;
          if (kind == 5) x[i] *= 1e-27f;
        }
        SCOPED_TRACE(std::string(table->name) + " columns " + std::to_string(columns) + " kind " +
                     std::to_string(kind));
        const auto width = static_cast<int64_t>(columns);
        Tokens q = QuantizeWith(*table, x, 1, width);
        CheckQuantized(q, x);
        Tokens parts = QuantizeWith(*table, std::vector<float>(columns), 1, width);
        for (int64_t first = 0; first < width / 32; first += 8) {
          table->quantize({x.data(), width, 1, width, 0, 1, first, std::min(first + 8, width / 32),
                           parts.view()});
        }
        EXPECT_EQ(parts.q, q.q);
        EXPECT_EQ(parts.d, q.d);
        EXPECT_EQ(parts.unit, q.unit);
        EXPECT_EQ(parts.sums, q.sums);
      }
    }
  }
}

// Without units the largest of a block has the largest code.
TEST(QuantizeTest, ScalesOfTheirOwn) {
  std::vector<float> x = RandomFloats(288, 1);
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::ldexp(x[i], -(static_cast<int>(i / 32) * 3));
  for (const KernelTable* table : UsableTables()) {
    const Tokens q = QuantizeWith(*table, x, 1, 288, false);
    for (size_t b = 0; b < 9; ++b) {
      int most = 0;
      for (size_t i = 32 * b; i < 32 * b + 32; ++i) {
        EXPECT_NEAR(x[i], q.d[b] * static_cast<float>(q.q[i]), q.d[b] * 0.5001f);
        most = std::max(most, std::abs(q.q[i]));
      }
      EXPECT_EQ(most, 127);
    }
  }
}

// Numbers that have no scale, or none that can be inverted, and what is no number.
TEST(QuantizeTest, Extremes) {
  for (const KernelTable* table : UsableTables()) {
    for (const float value : {0.0f, 1e-45f, 1.5e-42f, 1e-38f, 1e-31f}) {
      const Tokens q = QuantizeWith(*table, std::vector<float>(256, value), 1, 256);
      EXPECT_EQ(q.unit[0], 0);
      EXPECT_EQ(q.d, std::vector<float>(q.d.size()));
      EXPECT_EQ(q.q, std::vector<int8_t>(q.q.size()));
      EXPECT_EQ(q.sums, std::vector<int32_t>(q.sums.size()));
    }
    std::vector<float> x(256, 1);
    x[40] = INFINITY;
    const Tokens q = QuantizeWith(*table, x, 1, 256);
    EXPECT_EQ(q.unit[0], INFINITY);
    for (const int8_t code : q.q) EXPECT_GE(code, -127);
  }
}

// The largest numbers that exact sums can hold: extreme codes and scales, all factors 8.
TEST(ExactSumsTest, AreExactAtTheirLargest) {
  for (const Type type : {Type::kQ4_K, Type::kQ5_K, Type::kQ6_K}) {
    const quant::TypeRow& row = quant::Row(type);
    const bool six = row.block_bytes == quant::Row(Type::kQ6_K).block_bytes;
    for (const uint8_t scale : std::vector<uint8_t>{0x7f, 0x80, 0xff}) {
      for (const uint8_t code : std::vector<uint8_t>{0x00, 0xff}) {
        // Q6_K: codes, then 16 scales, then d. The others: d, dmin, 12 bytes of scales, codes.
        std::vector<uint8_t> source(row.block_bytes, code);
        std::fill_n(source.begin() + (six ? 192 : 4), six ? 16 : 12, scale);
        quant::StoreU16(source.data() + (six ? 208 : 0), quant::FloatToHalf(1));
        if (!six) quant::StoreU16(source.data() + 2, quant::FloatToHalf(1));
        std::vector<float> w(256);
        row.decode(source.data(), 1, w.data());
        Matrix m = EmptyMatrix(type, 16, 256);
        const uint8_t* pointers[kPanelRows];
        std::fill_n(pointers, kPanelRows, source.data());
        quant::PackPanel(type, 256, pointers, m.PartsAt(m.packed.data(), 0));
        for (const size_t tokens : {1, 8}) {
          std::vector<float> x(256 * tokens);
          for (size_t i = 0; i < x.size(); ++i) x[i] = i / 256 % 2 == 0 ? 1016.0f : -1016.0f;
          double sum = 0;
          for (const float weight : w) sum += 1016 * static_cast<double>(weight);
          for (const KernelTable* table : UsableTables()) {
            Tokens q = QuantizeWith(*table, x, static_cast<int64_t>(tokens), 256);
            const auto got = RunMatMul(table->matmul[static_cast<size_t>(type)], m, &q, x,
                                       static_cast<int64_t>(tokens));
            for (size_t i = 0; i < got.size(); ++i) {
              EXPECT_FLOAT_EQ(got[i], static_cast<float>(i / 16 % 2 == 0 ? sum : -sum))
                  << table->name << " " << row.name;
            }
          }
        }
      }
    }
  }
}

// Every row gives the bits of the scalar row: the integer part is exact and the order of the float
// part is fixed. Worst cases: all codes at their extremes, activations at +-127.
TEST_P(MatMulTest, EveryRowEqualsScalar) {
  const auto tables = UsableTables();
  for (uint64_t columns : Columns()) {
    for (Fill fill : {Fill::kRandom, Fill::kAllOnes, Fill::kAllZeros}) {
      const uint64_t rows = fill == Fill::kRandom ? 16 * 5 + 3 : 16;
      const Matrix m = MakeMatrix(type(), rows, columns, fill);
      for (int64_t tokens : {1, 2, 3, 5, 8, 9, 14, 33, 35, 65, 78}) {
        std::vector<float> x = RandomFloats(static_cast<size_t>(tokens) * columns, columns);
        if (fill != Fill::kRandom) {
          for (size_t i = 0; i < x.size(); ++i)
            x[i] = fill == Fill::kAllOnes || i % 3 == 0 ? 1.0f : -1.0f;
        }
        const bool units = quant::HasIntegerScales(type());
        Tokens q0 = QuantizeWith(*tables[0], x, tokens, static_cast<int64_t>(columns), units);
        const auto expected = RunMatMul(tables[0]->matmul[GetParam()], m, &q0, x, tokens);
        const auto expected_float =
            RunMatMul(tables[0]->matmul_float[GetParam()], m, nullptr, x, tokens);
        for (const KernelTable* table : tables) {
          Tokens q = QuantizeWith(*table, x, tokens, static_cast<int64_t>(columns), units);
          ASSERT_EQ(q.q, q0.q) << table->name;
          ASSERT_EQ(q.sum, q0.sum) << table->name;
          ASSERT_EQ(q.d, q0.d) << table->name;
          ASSERT_EQ(q.dsum, q0.dsum) << table->name;
          ASSERT_EQ(q.unit, q0.unit) << table->name;
          ASSERT_EQ(q.factor, q0.factor) << table->name;
          ASSERT_EQ(q.sums, q0.sums) << table->name;
          ASSERT_EQ(RunMatMul(table->matmul[GetParam()], m, &q, x, tokens), expected)
              << table->name << " columns " << columns << " tokens " << tokens;
          ASSERT_EQ(RunMatMul(table->matmul_float[GetParam()], m, nullptr, x, tokens),
                    expected_float)
              << table->name << " float, columns " << columns << " tokens " << tokens;
        }
      }
    }
  }
}

// The scalar row against arithmetic in double on the reference decoder's floats.
TEST_P(MatMulTest, ScalarIsNearDouble) {
  const KernelTable& scalar = *UsableTables()[0];
  for (uint64_t columns : Columns()) {
    const Matrix m = MakeMatrix(type(), 35, columns);
    const int64_t tokens = 3;
    const auto x = RandomFloats(tokens * columns, 5);
    Tokens q = QuantizeWith(scalar, x, tokens, static_cast<int64_t>(columns));
    const auto bias = RandomFloats(35, 6);
    const auto add = RandomFloats(35 * tokens, 7);
    const auto got =
        RunMatMul(scalar.matmul[GetParam()], m, &q, x, tokens, bias.data(), add.data());
    const auto exact =
        RunMatMul(scalar.matmul_float[GetParam()], m, nullptr, x, tokens, bias.data(), add.data());
    for (size_t t = 0; t < tokens; ++t) {
      for (size_t r = 0; r < 35; ++r) {
        double sum = 0;
        double magnitude = 0;
        for (size_t c = 0; c < columns; ++c) {
          const double product = static_cast<double>(m.floats[r * columns + c]) *
                                 static_cast<double>(x[t * columns + c]);
          sum += product;
          magnitude += std::abs(product);
        }
        const double extra = static_cast<double>(bias[r]) + static_cast<double>(add[t * 35 + r]);
        const double float_bound = (magnitude + 4) * static_cast<double>(columns + 4) * 0x1p-24;
        EXPECT_NEAR(static_cast<double>(exact[t * 35 + r]), sum + extra, float_bound);
        // int8 activations: half a step of max|x| / 127 on each product.
        double step = 0;
        for (size_t c = 0; c < columns; ++c)
          step += std::abs(static_cast<double>(m.floats[r * columns + c]));
        EXPECT_NEAR(static_cast<double>(got[t * 35 + r]), sum + extra,
                    step * 2.0 / 127 * 0.51 + 4 * float_bound);
      }
    }
  }
}

// Sums of squares: the bits of the scalar row, which is near arithmetic in double.
TEST_P(MatMulTest, RowSquares) {
  const auto tables = UsableTables();
  for (uint64_t columns : Columns()) {
    const Matrix m = MakeMatrix(type(), 16 * 5 + 3, columns);
    const auto x = RandomFloats(columns, 11);
    const auto expected = RunMatMul(tables[0]->row_squares[GetParam()], m, nullptr, x, 1);
    for (const KernelTable* table : tables) {
      ASSERT_EQ(RunMatMul(table->row_squares[GetParam()], m, nullptr, x, 1), expected)
          << table->name << " columns " << columns;
    }
    for (size_t r = 0; r < m.rows; ++r) {
      double sum = 0;
      for (size_t c = 0; c < columns; ++c) {
        const double product =
            static_cast<double>(m.floats[r * columns + c]) * static_cast<double>(x[c]);
        sum += product * product;
      }
      EXPECT_NEAR(static_cast<double>(expected[r]), sum,
                  sum * static_cast<double>(columns + 4) * 0x1p-23);
    }
  }
}

// A token's result does not depend on the tokens beside it.
TEST_P(MatMulTest, TokensAreIndependent) {
  const uint64_t columns = 256;
  const Matrix m = MakeMatrix(type(), 48, columns);
  const auto x = RandomFloats(11 * columns, 9);
  for (const KernelTable* table : UsableTables()) {
    Tokens all = QuantizeWith(*table, x, 11, columns);
    const auto together = RunMatMul(table->matmul[GetParam()], m, &all, x, 11);
    for (size_t t = 0; t < 11; ++t) {
      const std::vector<float> one(x.begin() + static_cast<int64_t>(t * columns),
                                   x.begin() + static_cast<int64_t>((t + 1) * columns));
      Tokens q = QuantizeWith(*table, one, 1, columns);
      const auto alone = RunMatMul(table->matmul[GetParam()], m, &q, one, 1);
      for (size_t r = 0; r < 48; ++r) ASSERT_EQ(alone[r], together[t * 48 + r]) << table->name;
    }
  }
}

// The matrix unit against the scalar float row: both operands rounded to BF16, 2^-9 relative each.
TEST_P(MatMulTest, GemmIsNearFloat) {
  for (const KernelTable* table : UsableTables()) {
    if (table->matrix_unit == nullptr) continue;
    const GemmFn gemm = table->matrix_unit->gemm[GetParam()];
    if (gemm == nullptr) continue;
    auto all = Columns();
    all.push_back(2048 + 256);
    for (uint64_t columns : all) {
      const uint64_t rows = 16 * 11 + 5;
      const Matrix m = MakeMatrix(type(), rows, columns);
      for (int64_t tokens : {1, 16, 17, 33, 64}) {
        const auto n = static_cast<size_t>(tokens) * rows;
        const auto width = static_cast<int64_t>(columns);
        const auto x = RandomFloats(static_cast<size_t>(tokens) * columns, columns);
        const auto add = RandomFloats(n, 3);
        const auto expected = RunMatMul(UsableTables()[0]->matmul_float[GetParam()], m, nullptr, x,
                                        tokens, nullptr, add.data());
        std::vector<uint16_t> tiles(RoundUp(static_cast<uint64_t>(tokens), 16) * columns, 0xffff);
        table->matrix_unit->tile_tokens(
            {x.data(), width, tokens, width, 0, (tokens + 15) / 16, tiles.data()});
        std::vector<uint8_t> scratch(GemmScratchBytes(tokens));
        std::vector<float> split;
        for (int64_t cut : {0, 5}) {  // the split over threads does not change a bit
          std::vector<float> got(n, NAN);
          for (const auto& [first, last] : {std::pair<int64_t, int64_t>{0, cut}, {cut, 12}}) {
            gemm({m.packed.data(),
                  m.panel_bytes,
                  static_cast<int64_t>(rows),
                  width,
                  first,
                  last,
                  tokens,
                  tiles.data(),
                  {},
                  scratch.data(),
                  got.data(),
                  static_cast<int64_t>(rows),
                  nullptr,
                  add.data(),
                  static_cast<int64_t>(rows),
                  nullptr,
                  {},
                  nullptr});
          }
          if (cut == 0) split = got;
          ASSERT_EQ(split, got);
          for (size_t i = 0; i < n; ++i) {
            double magnitude = 0;
            for (size_t c = 0; c < columns; ++c) {
              magnitude += std::abs(static_cast<double>(m.floats[i % rows * columns + c]) *
                                    static_cast<double>(x[i / rows * columns + c]));
            }
            ASSERT_NEAR(static_cast<double>(got[i]), static_cast<double>(expected[i]),
                        magnitude * 0x1p-7 + 1e-5)
                << "columns " << columns << " tokens " << tokens << " at " << i;
          }
        }
      }
    }
  }
}

// Int8 tiles of x, with every n-th quad as an outlier.
struct Bytes {
  std::vector<int8_t> tiles;
  std::vector<float> d;
  std::vector<int32_t> outliers;
  ByteTiles view() { return {tiles.data(), d.data(), outliers.data()}; }
};

Bytes MakeBytes(const ByteGemmTable& unit, std::vector<float> x, int64_t tokens, int64_t columns) {
  const ByteTilesShape shape = ByteTilesShapeOf(columns);
  const auto blocks = static_cast<size_t>((tokens + 15) / 16);
  Bytes b{std::vector<int8_t>(blocks * static_cast<size_t>(shape.steps) * 1024, 99),
          std::vector<float>(blocks * static_cast<size_t>(shape.groups) * 16, NAN),
          std::vector<int32_t>(kOutlierQuads)};
  for (int32_t i = 0; i < kOutlierQuads; ++i) {
    b.outliers[static_cast<size_t>(i)] = static_cast<int32_t>(columns / 4 * i / kOutlierQuads);
  }
  unit.tokens({x.data(), columns, tokens, columns, 0, static_cast<int64_t>(blocks), b.view()});
  return b;
}

// The first element at a multiple of 64 bytes; 64 bytes more than are used must be there.
template <typename T>
T* Aligned(std::vector<T>& room) {
  return room.data() + (64 - reinterpret_cast<uintptr_t>(room.data()) % 64) % 64 / sizeof(T);
}

std::vector<float> RunByteGemm(const ByteGemmTable& unit, const Matrix& m, Bytes& bytes,
                               int64_t tokens, int64_t cut, const float* bias = nullptr,
                               const float* add = nullptr) {
  const auto rows = static_cast<int64_t>(m.rows), columns = static_cast<int64_t>(m.columns);
  std::vector<uint8_t> scratch(GemmScratchBytes(tokens) + 64);
  uint8_t* aligned = Aligned(scratch);
  std::vector<float> out(static_cast<size_t>(tokens * rows), NAN);
  const auto panels = static_cast<int64_t>(CeilDiv(m.rows, 16));
  for (const auto& [first, last] : {std::pair<int64_t, int64_t>{0, cut}, {cut, panels}}) {
    unit.gemm[static_cast<int>(m.type)]({m.packed.data(),
                                         m.panel_bytes,
                                         rows,
                                         columns,
                                         first,
                                         last,
                                         tokens,
                                         nullptr,
                                         bytes.view(),
                                         aligned,
                                         out.data(),
                                         rows,
                                         bias,
                                         add,
                                         rows,
                                         nullptr,
                                         {},
                                         nullptr});
  }
  return out;
}

// Byte tiles against the scalar float row: half a step of each operand's scale; and every row that
// has them gives the same bits.
TEST_P(MatMulTest, ByteGemmIsNearFloat) {
  std::map<std::pair<uint64_t, int64_t>, std::vector<float>> bits;  // the same from every row
  for (const KernelTable* table : UsableTables()) {
    if (table->bytes == nullptr || table->bytes->gemm[GetParam()] == nullptr) continue;
    const uint64_t step = quant::Row(type()).block_weights;
    for (uint64_t columns : {uint64_t{256}, 512 + step, 1536 + 256 + step}) {
      const uint64_t rows = columns == 256 ? 16 * 17 + 5 : 16 * 2 + 5;
      const Matrix m = MakeMatrix(type(), rows, columns);
      for (int64_t tokens : {1, 17, 33}) {
        const auto n = static_cast<size_t>(tokens) * rows;
        auto x = RandomFloats(static_cast<size_t>(tokens) * columns, columns);
        for (size_t i = 0; i < x.size(); i += 257) x[i] *= 20;
        const auto bias = RandomFloats(rows, 6);
        const auto add = RandomFloats(n, 3);
        const auto expected = RunMatMul(UsableTables()[0]->matmul_float[GetParam()], m, nullptr, x,
                                        tokens, bias.data(), add.data());
        Bytes bytes = MakeBytes(*table->bytes, x, tokens, static_cast<int64_t>(columns));
        const auto got = RunByteGemm(*table->bytes, m, bytes, tokens, 0, bias.data(), add.data());
        ASSERT_EQ(got, RunByteGemm(*table->bytes, m, bytes, tokens, 2, bias.data(), add.data()));
        ASSERT_EQ(got, bits.try_emplace({columns, tokens}, got).first->second) << table->name;
        for (size_t i = 0; i < n; ++i) {
          const float* w = m.floats.data() + i % rows * columns;
          const float* v = x.data() + i / rows * columns;
          double sum_w = 0, sum_x = 0, top_w = 0, top_x = 0;
          for (size_t c = 0; c < columns; ++c) {
            const double a = std::abs(static_cast<double>(w[c])),
                         b = std::abs(static_cast<double>(v[c]));
            sum_w += a, sum_x += b, top_w = std::max(top_w, a), top_x = std::max(top_x, b);
          }
          const double step_w = 0.6 * top_w * 128 / 127 / 127 * (type() == Type::kQ2_K ? 4 : 1.1),
                       step_x = 0.51 * top_x / 127;
          ASSERT_NEAR(static_cast<double>(got[i]), static_cast<double>(expected[i]),
                      sum_x * step_w + sum_w * step_x +
                          static_cast<double>(columns) * step_w * step_x + 1e-5)
              << "columns " << columns << " tokens " << tokens << " at " << i;
        }
      }
    }
  }
}

// Gate, up and activation in one are the bits of the three one after the other, on both kinds of
// tiles; tops are the largest results.
TEST(GatedGemmTest, EqualsItsParts) {
  for (const KernelTable* table : UsableTables()) {
    if (table->bytes == nullptr) continue;
    const GemmTable* unit = table->matrix_unit;
    constexpr int64_t kRows = 16 * 21 + 9, kColumns = 1792, kTokens = 40;
    const Matrix gate = MakeMatrix(Type::kQ4_K, kRows, kColumns);
    const Matrix up = MakeMatrix(Type::kQ4_K, kRows, kColumns, Fill::kAllOnes);
    auto x = RandomFloats(kTokens * kColumns, 3);
    Bytes bytes = MakeBytes(*table->bytes, x, kTokens, kColumns);
    std::vector<uint16_t> tiles(RoundUp(uint64_t{kTokens}, 16) * kColumns);
    if (unit != nullptr) {
      unit->tile_tokens({x.data(), kColumns, kTokens, kColumns, 0, 3, tiles.data()});
    }
    std::vector<uint8_t> scratch(GemmScratchBytes(kTokens) + 64);
    uint8_t* aligned = Aligned(scratch);
    for (int kind = 0; kind < 2 * kActivations; ++kind) {
      const bool int8 = kind < kActivations;
      const auto activation = static_cast<Activation>(kind % kActivations);
      if (!int8 && unit == nullptr) continue;
      const auto run = [&](const Matrix& m, const Matrix* gated, int64_t first, int64_t last,
                           std::vector<float>& out, int32_t* tops) {
        const GemmFn gemm = (int8 ? table->bytes->gemm : unit->gemm)[static_cast<int>(m.type)];
        gemm({m.packed.data(), m.panel_bytes, kRows, kColumns, first, last, kTokens, tiles.data(),
              bytes.view(), aligned, out.data(), kRows, nullptr, nullptr, 0,
              gated == nullptr ? nullptr : gated->packed.data(), activation, tops});
      };
      std::vector<float> one(kTokens * kRows), g(one.size()), u(one.size());
      std::vector<int32_t> tops(kRows, -1);
      run(up, &gate, 0, 3, one, tops.data());
      run(up, &gate, 3, 22, one, tops.data());
      run(gate, nullptr, 0, 22, g, nullptr);
      run(up, nullptr, 0, 22, u, nullptr);
      table->vector.activate[kind % kActivations](g.data(), u.data(),
                                                  static_cast<int64_t>(g.size()));
      EXPECT_EQ(one, g) << kind;
      for (size_t r = 0; r < kRows; ++r) {
        float most = 0;
        for (size_t t = 0; t < kTokens; ++t) most = std::max(most, std::abs(one[t * kRows + r]));
        EXPECT_EQ(std::bit_cast<float>(tops[r]), most) << kind << " row " << r;
      }
    }
  }
}

// A gated pair as BF16 tiles is its rows, rounded.
TEST(GatedGemmTest, TilesAreItsRows) {
  for (const KernelTable* table : UsableTables()) {
    const GemmTable* unit = table->matrix_unit;
    if (unit == nullptr) continue;
    constexpr int64_t kRows = 16 * 22, kColumns = 1792;
    const Matrix gate = MakeMatrix(Type::kQ4_K, kRows, kColumns);
    const Matrix up = MakeMatrix(Type::kQ4_K, kRows, kColumns, Fill::kAllOnes);
    // The last is large enough to pass by the caches.
    for (int64_t tokens : {16, 40, 1500}) {
      const auto blocks = (tokens + 15) / 16;
      auto x = RandomFloats(static_cast<size_t>(tokens) * kColumns, 3);
      Bytes bytes = MakeBytes(*table->bytes, x, tokens, kColumns);
      std::vector<uint16_t> in(static_cast<size_t>(blocks) * 16 * kColumns);
      unit->tile_tokens({x.data(), kColumns, tokens, kColumns, 0, blocks, in.data()});
      std::vector<uint8_t> scratch(GemmScratchBytes(tokens) + 64);
      uint8_t* aligned = Aligned(scratch);
      const size_t elements = static_cast<size_t>(blocks) * 16 * kRows;
      std::vector<uint16_t> room(elements + 32, 0xffff);
      uint16_t* tiles = Aligned(room);
      for (bool int8 : {true, false}) {
        const GemmFn gemm = (int8 ? unit->bytes.gemm : unit->gemm)[static_cast<int>(Type::kQ4_K)];
        std::vector<float> rows(static_cast<size_t>(tokens) * kRows);
        const auto run = [&](int64_t first, int64_t last, bool brains) {
          gemm({up.packed.data(), up.panel_bytes, kRows, kColumns, first, last, tokens, in.data(),
                bytes.view(), aligned, rows.data(), kRows, nullptr, nullptr, 0, gate.packed.data(),
                Activation::kSilu, nullptr, brains ? tiles : nullptr});
        };
        run(0, 22, false);
        run(0, 6, true);
        run(6, 22, true);
        for (size_t i = 0; i < elements; ++i) {
          const size_t token = i / (16 * kRows) * 16 + i % 512 / 32;
          const size_t row = i % (16 * kRows) / 512 * 32 + i % 32;
          const bool missing = token >= static_cast<size_t>(tokens);
          const float value = missing ? 0 : rows[token * kRows + row];
          ASSERT_EQ(tiles[i] & (missing ? 0x7fff : 0xffff), quant::FloatToBf16(value))
              << int8 << " at " << i;
        }
      }
    }
  }
}

// Scales of one make both sides integers, and every sum exact: extreme codes, one-hot, random.
TEST(ByteGemmTest, IntegersAreExact) {
  for (const KernelTable* table : UsableTables()) {
    if (table->bytes == nullptr) continue;
    const size_t columns = 1024, rows = 37;
    for (int kind : {0, 1, 2}) {
      Matrix m = EmptyMatrix(Type::kQ8_0, rows, columns);
      m.floats.resize(rows * columns);
      Philox random(7);
      const auto code = [&](size_t i) {
        if (i % columns == 0) return 127;  // the scale of the outliers
        if (kind == 0) return 127;
        if (kind == 1) return i % 97 == 0 ? -127 : 0;
        return static_cast<int>(random.Next() % 255) - 127;
      };
      for (size_t first = 0; first < rows; first += kPanelRows) {
        std::vector<std::vector<uint8_t>> sources;
        const uint8_t* pointers[kPanelRows] = {};
        for (size_t r = first; r < std::min(rows, first + kPanelRows); ++r) {
          auto& row = sources.emplace_back();
          for (size_t c = 0; c < columns; ++c) {
            if (c % 32 == 0) row.insert(row.end(), {0, 0x3c});  // fp16 1.0
            const int value = code(r * columns + c);
            row.push_back(static_cast<uint8_t>(value));
            m.floats[r * columns + c] = static_cast<float>(value);
          }
        }
        for (size_t i = 0; i < sources.size(); ++i) pointers[i] = sources[i].data();
        quant::PackPanel(Type::kQ8_0, columns, pointers,
                         m.PartsAt(m.packed.data(), first / kPanelRows));
      }
      for (int64_t tokens : {1, 16, 31, 80}) {
        std::vector<float> x(static_cast<size_t>(tokens) * columns);
        for (size_t i = 0; i < x.size(); ++i) {
          x[i] = kind == 2 ? static_cast<float>(random.Next() % 255) - 127.0f : 127.0f;
          // Each group holds its largest value, outliers (every fourth quad) too.
          if (i % 512 < 8) x[i] = -127.0f;
        }
        Bytes bytes = MakeBytes(*table->bytes, x, tokens, columns);
        const auto got = RunByteGemm(*table->bytes, m, bytes, tokens, 1);
        for (size_t i = 0; i < got.size(); ++i) {
          int64_t sum = 0;
          for (size_t c = 0; c < columns; ++c) {
            sum += static_cast<int64_t>(m.floats[i % rows * columns + c]) *
                   static_cast<int64_t>(x[i / rows * columns + c]);
          }
          ASSERT_EQ(got[i], static_cast<float>(sum)) << kind << " tokens " << tokens << " at " << i;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllTypes, MatMulTest, testing::Range(0, quant::kTypeCount),
                         [](const auto& param) {
                           return std::string(quant::Row(static_cast<Type>(param.param)).name);
                         });

}  // namespace
}  // namespace hearth::kernels
