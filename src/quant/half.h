// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

// 16-bit floats in plain integer arithmetic: the same bits on every machine, independent of the
// rounding mode and of flush-to-zero.
namespace hearth::quant {

// IEEE 754 binary16 to binary32, exact. A NaN keeps its sign and payload and becomes quiet.
inline float HalfToFloat(uint16_t half) {
  const uint32_t sign = uint32_t{half & 0x8000u} << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu;
  const uint32_t mantissa = half & 0x3ffu;
  if (exponent == 31) {
    const uint32_t quiet = mantissa == 0 ? 0 : 0x0040'0000u;
    return std::bit_cast<float>(sign | 0x7f80'0000u | quiet | (mantissa << 13));
  }
  if (exponent != 0) {
    return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  }
  if (mantissa == 0) return std::bit_cast<float>(sign);
  // Denormal: mantissa * 2^-24 is a normal binary32; its leading one moves to bit 10.
  const uint32_t shift = static_cast<uint32_t>(std::countl_zero(mantissa)) - 21;
  const uint32_t fraction = (mantissa << shift) & 0x3ffu;
  return std::bit_cast<float>(sign | ((113 - shift) << 23) | (fraction << 13));
}

// binary32 to binary16, to nearest, ties to even; beyond the range becomes infinite. NaN stays NaN.
inline uint16_t FloatToHalf(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const uint32_t magnitude = bits & 0x7fff'ffffu;
  if (magnitude > 0x7f80'0000u) {
    return static_cast<uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
  }
  if (magnitude >= 0x477f'f000u) return static_cast<uint16_t>(sign | 0x7c00u);  // 65520 and above
  if (magnitude >= 0x3880'0000u) {                                              // 2^-14: normal
    const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
    return static_cast<uint16_t>(sign | ((rounded - (uint32_t{112} << 23)) >> 13));
  }
  if (magnitude <= 0x3300'0000u) return static_cast<uint16_t>(sign);  // 2^-25 ties to zero
  const uint32_t shift = 126 - (magnitude >> 23);                     // 14 to 24
  const uint32_t mantissa = (magnitude & 0x7f'ffffu) | 0x80'0000u;
  const uint32_t half_unit = uint32_t{1} << (shift - 1);
  const uint32_t rounded = (mantissa + half_unit - 1 + ((mantissa >> shift) & 1u)) >> shift;
  return static_cast<uint16_t>(sign | rounded);
}

// bfloat16 is the upper half of binary32: exact, NaN bits unchanged.
inline float Bf16ToFloat(uint16_t bf16) {
  return std::bit_cast<float>(uint32_t{bf16} << 16);
}

// To nearest, ties to even; a NaN becomes quiet.
inline uint16_t FloatToBf16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fff'ffffu) > 0x7f80'0000u) return static_cast<uint16_t>((bits >> 16) | 0x40u);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

// Fields inside blocks are little endian and not aligned.
inline uint16_t LoadU16(const uint8_t* in) {
  return static_cast<uint16_t>(uint32_t{in[0]} | uint32_t{in[1]} << 8);
}
inline uint32_t LoadU32(const uint8_t* in) {
  return uint32_t{LoadU16(in)} | uint32_t{LoadU16(in + 2)} << 16;
}
inline void StoreU16(uint8_t* out, uint16_t value) {
  out[0] = static_cast<uint8_t>(value & 0xffu);
  out[1] = static_cast<uint8_t>(value >> 8);
}
inline void StoreU32(uint8_t* out, uint32_t value) {
  StoreU16(out, static_cast<uint16_t>(value & 0xffffu));
  StoreU16(out + 2, static_cast<uint16_t>(value >> 16));
}
inline float LoadHalf(const uint8_t* in) {
  return HalfToFloat(LoadU16(in));
}

}  // namespace hearth::quant
