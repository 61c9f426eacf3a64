// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "kernels/table.h"
#include "quant/packed.h"
#include "quant/types.h"

namespace {

using namespace hearth;

constexpr int64_t kRows = 19;  // one whole panel and a part of one

// Bytes of the input, repeated as often as needed.
class Bytes {
 public:
  explicit Bytes(std::span<const uint8_t> data) : data_(data) {}
  uint8_t Next() { return data_[at_++ % data_.size()]; }

 private:
  std::span<const uint8_t> data_;
  size_t at_ = 0;
};

std::vector<uint8_t> RandomMatrix(quant::Type type, uint64_t columns, Bytes& bytes) {
  const quant::TypeRow& row = quant::Row(type);
  const quant::PackedMatrix matrix = quant::SizedMatrix(type, kRows, columns);
  std::vector<uint8_t> packed(matrix.bytes());
  std::vector<uint8_t> source(kRows * quant::RowBytes(row, columns));
  for (uint8_t& b : source) b = bytes.Next();
  for (int64_t first = 0; first < kRows; first += quant::kPanelRows) {
    const uint8_t* rows[quant::kPanelRows] = {};
    for (int64_t r = 0; r < quant::kPanelRows && first + r < kRows; ++r) {
      rows[r] = source.data() + static_cast<uint64_t>(first + r) * quant::RowBytes(row, columns);
    }
    const auto panel = static_cast<uint64_t>(first / quant::kPanelRows);
    quant::PackPanel(type, columns, rows, matrix.PartsAt(packed.data(), panel));
  }
  return packed;
}

// The int8 and the float product of one row of kernels.
std::vector<float> Products(const kernels::KernelTable& table, quant::Type type, int64_t columns,
                            const std::vector<uint8_t>& packed, const std::vector<float>& x,
                            int64_t tokens) {
  const auto n = static_cast<size_t>((tokens + 7) / 8 * 8 * columns);
  std::vector<int8_t> q(n);
  std::vector<float> d(n / 32), dsum(n / 16), scratch(static_cast<size_t>(tokens) * 16);
  // A last part of 64 or 256 columns may be one of 32.
  std::vector<float> unit(n / 32);
  std::vector<int32_t> sum(n / 16), factor(n / 32), sums(n / 32);
  const kernels::QuantizedTokens view = {q.data(),    d.data(),      sum.data(), dsum.data(),
                                         unit.data(), factor.data(), sums.data()};
  table.quantize({x.data(), columns, tokens, columns, 0, (tokens + 7) / 8, 0, columns / 32, view});
  std::vector<float> out(2 * static_cast<size_t>(tokens * kRows));
  const auto matrix = quant::SizedMatrix(type, kRows, static_cast<uint64_t>(columns));
  const auto parts = matrix.PartsAt(packed.data(), 0);
  kernels::MatMulArgs args = {parts.high,
                              matrix.panel_bytes,
                              kRows,
                              columns,
                              0,
                              2,
                              tokens,
                              view,
                              x.data(),
                              columns,
                              scratch.data(),
                              out.data(),
                              kRows,
                              nullptr,
                              nullptr,
                              0,
                              parts.middle,
                              parts.low};
  table.matmul[static_cast<size_t>(type)](args);
  args.out += tokens * kRows;
  table.matmul_float[static_cast<size_t>(type)](args);
  return out;
}

}  // namespace

// Every kernel row that this machine has gives the bits of the scalar row, for any weights at all.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  static const auto tables = kernels::UsableTables();
  const auto type = static_cast<quant::Type>(data[0] % quant::kTypeCount);
  const int64_t tokens = 1 + data[1] % 9;
  const uint32_t unit = quant::Row(type).block_weights == 256 ? 256 : 32;
  const int64_t columns = unit * (1 + data[2] % (unit == 256 ? 2 : 10));
  Bytes bytes({data + 3, size - 3});
  const auto packed = RandomMatrix(type, static_cast<uint64_t>(columns), bytes);
  std::vector<float> x(static_cast<size_t>(tokens * columns));
  for (float& v : x) v = static_cast<float>(static_cast<int8_t>(bytes.Next())) * 0.25f;
  const auto expected = Products(*tables[0], type, columns, packed, x, tokens);
  for (const kernels::KernelTable* table : tables) {
    const auto got = Products(*table, type, columns, packed, x, tokens);
    for (size_t i = 0; i < got.size(); ++i) {
      const bool both_nan = std::isnan(got[i]) && std::isnan(expected[i]);
      HEARTH_CHECK(both_nan || std::memcmp(&got[i], &expected[i], sizeof(float)) == 0);
    }
  }
  return 0;
}
