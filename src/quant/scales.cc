// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "quant/scales.h"

#include <array>

#include "quant/half.h"

namespace hearth::quant {
namespace {

constexpr std::array<ScaleFields, kTypeCount> kScales = {{
    {-1, -1},   // F32
    {-1, -1},   // F16
    {-1, -1},   // BF16
    {0, -1},    // Q4_0
    {0, 2},     // Q4_1
    {0, -1},    // Q5_0
    {0, 2},     // Q5_1
    {0, -1},    // Q8_0
    {80, 82},   // Q2_K
    {108, -1},  // Q3_K
    {0, 2},     // Q4_K
    {0, 2},     // Q5_K
    {208, -1},  // Q6_K
    {0, -1},    // IQ4_NL
    {0, -1},    // IQ4_XS
    {-1, -1},   // MXFP4
    {208, -1},  // Q6_K, split
    {0, -1},    // Q8_0, split
}};

// Infinite and NaN have all exponent bits set.
constexpr uint32_t kHalfExponent = 0x7c00;
constexpr uint32_t kBf16Exponent = 0x7f80;
constexpr uint32_t kFloatExponent = 0x7f80'0000;
constexpr uint8_t kMXFP4LargestExponent = 252;  // 12 * 2^(252 - 128) is the last finite float

// The first of `count` 16-bit fields, `stride` bytes apart, with all bits of `exponent`; else
// count.
int64_t FirstSet(const uint8_t* in, int64_t count, int64_t stride, uint32_t exponent) {
  int64_t i = 0;
  while (i < count && (LoadU16(in + i * stride) & exponent) != exponent) ++i;
  return i;
}

}  // namespace

ScaleFields Scales(Type type) {
  return kScales[static_cast<size_t>(type)];
}

int64_t FindNonFinite(Type type, const uint8_t* in, int64_t blocks) {
  const int64_t stride = Row(type).block_bytes;
  int64_t first = blocks;
  if (type == Type::kF32) {
    for (first = 0; first < blocks; ++first) {
      if ((LoadU32(in + 4 * first) & kFloatExponent) == kFloatExponent) break;
    }
  } else if (type == Type::kF16 || type == Type::kBF16) {
    first = FirstSet(in, blocks, 2, type == Type::kF16 ? kHalfExponent : kBf16Exponent);
  } else if (type == Type::kMXFP4) {
    for (first = 0; first < blocks; ++first) {
      if (in[first * stride] > kMXFP4LargestExponent) break;
    }
  } else {
    const ScaleFields fields = Scales(type);
    if (fields.d >= 0) first = FirstSet(in + fields.d, first, stride, kHalfExponent);
    if (fields.m >= 0) first = FirstSet(in + fields.m, first, stride, kHalfExponent);
  }
  return first == blocks ? -1 : first;
}

}  // namespace hearth::quant
