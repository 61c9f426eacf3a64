// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "quant/decode.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/os.h"
#include "quant/half.h"
#include "quant/types.h"

namespace hearth::quant {
namespace {

// Reads the files of tools/golden/record_quant.py, which describes them.
class GoldenFile {
 public:
  explicit GoldenFile(const std::string& name) {
    const std::string path =
        std::string(HEARTH_SOURCE_DIR) + "/tests/golden/quant/" + name + ".bin";
    Result<std::string> text = os::ReadWholeFile(path, 4 << 20);
    EXPECT_TRUE(text) << path;
    if (text) content_ = *std::move(text);
  }

  template <typename T>
  std::vector<T> Take(size_t count) {
    std::vector<T> out(count);
    EXPECT_LE(at_ + count * sizeof(T), content_.size());
    if (at_ + count * sizeof(T) > content_.size()) return out;
    std::memcpy(out.data(), content_.data() + at_, count * sizeof(T));
    at_ += count * sizeof(T);
    return out;
  }
  template <typename T>
  T Take() {
    return Take<T>(1)[0];
  }
  bool at_end() const { return at_ == content_.size(); }

 private:
  std::string content_;
  size_t at_ = 0;
};

uint64_t Hash(const float* values, size_t count) {
  uint64_t sum = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t bits = std::isnan(values[i]) ? 0x7fc0'0000u : std::bit_cast<uint32_t>(values[i]);
    sum += (uint64_t{bits} + 1) * ((2 * i + 1) * 0x9E3779B97F4A7C15u);
  }
  return sum;
}

std::vector<uint8_t> RandomBytes(uint64_t seed, size_t count) {
  std::vector<uint8_t> out;
  out.reserve(count + 8);
  for (uint64_t i = 1; out.size() < count; ++i) {
    uint64_t z = seed + i * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    for (int byte = 0; byte < 8; ++byte) out.push_back(static_cast<uint8_t>(z >> (8 * byte)));
  }
  out.resize(count);
  return out;
}

class Decoder : public testing::TestWithParam<TypeRow> {};

TEST_P(Decoder, EqualsReferenceBitForBit) {
  const TypeRow& row = GetParam();
  GoldenFile golden{std::string(row.name)};
  const auto count = golden.Take<uint32_t>();
  ASSERT_EQ(golden.Take<uint32_t>(), row.block_bytes);
  ASSERT_EQ(golden.Take<uint32_t>(), row.block_weights);
  const auto blocks = golden.Take<uint8_t>(size_t{count} * row.block_bytes);
  const auto hashes = golden.Take<uint64_t>(count);
  std::vector<float> out(row.block_weights);
  for (uint32_t i = 0; i < count; ++i) {
    row.decode(blocks.data() + size_t{i} * row.block_bytes, 1, out.data());
    ASSERT_EQ(Hash(out.data(), out.size()), hashes[i]) << row.name << " block " << i;
  }
  const auto seed = golden.Take<uint64_t>();
  const auto random_count = golden.Take<uint32_t>();
  const auto random_hash = golden.Take<uint64_t>();
  EXPECT_TRUE(golden.at_end());
  const auto random = RandomBytes(seed, size_t{random_count} * row.block_bytes);
  out.resize(size_t{random_count} * row.block_weights);
  row.decode(random.data(), random_count, out.data());
  EXPECT_EQ(Hash(out.data(), out.size()), random_hash) << row.name;
}

INSTANTIATE_TEST_SUITE_P(EveryRow, Decoder, testing::ValuesIn(Types().begin(), Types().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Half, EqualsReference) {
  GoldenFile golden("halves");
  std::vector<float> every(65536);
  for (uint32_t i = 0; i < every.size(); ++i) every[i] = HalfToFloat(static_cast<uint16_t>(i));
  EXPECT_EQ(Hash(every.data(), every.size()), golden.Take<uint64_t>());
  const auto count = golden.Take<uint32_t>();
  const auto floats = golden.Take<float>(count);
  const auto halves = golden.Take<uint16_t>(count);
  const auto bf16 = golden.Take<uint16_t>(count);
  EXPECT_TRUE(golden.at_end());
  for (uint32_t i = 0; i < count; ++i) {
    ASSERT_EQ(FloatToHalf(floats[i]), halves[i]) << floats[i];
    ASSERT_EQ(FloatToBf16(floats[i]), bf16[i]) << floats[i];
  }
}

TEST(Half, EveryValueComesBack) {
  for (uint32_t i = 0; i < 65536; ++i) {
    const auto bits = static_cast<uint16_t>(i);
    const bool half_nan = (i & 0x7c00) == 0x7c00 && (i & 0x3ff) != 0;
    EXPECT_EQ(FloatToHalf(HalfToFloat(bits)), half_nan ? bits | 0x200 : bits);
    EXPECT_EQ(std::isnan(HalfToFloat(bits)), half_nan);
    const bool bf16_nan = (i & 0x7fff) > 0x7f80;
    EXPECT_EQ(FloatToBf16(Bf16ToFloat(bits)), bf16_nan ? bits | 0x40 : bits);
  }
}

}  // namespace
}  // namespace hearth::quant
