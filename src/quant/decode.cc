// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "quant/decode.h"

#include <bit>

#include "quant/half.h"

namespace hearth::quant {
namespace {

// In blocks of 32, byte i holds weight i in its low and weight i + 16 in its high nibble.
constexpr int kBlock = 32;
constexpr int kPairs = kBlock / 2;

}  // namespace

void DecodeF32(const uint8_t* in, int64_t blocks, float* out) {
  for (int64_t i = 0; i < blocks; ++i) out[i] = std::bit_cast<float>(LoadU32(in + 4 * i));
}

void DecodeF16(const uint8_t* in, int64_t blocks, float* out) {
  for (int64_t i = 0; i < blocks; ++i) out[i] = LoadHalf(in + 2 * i);
}

void DecodeBF16(const uint8_t* in, int64_t blocks, float* out) {
  for (int64_t i = 0; i < blocks; ++i) out[i] = Bf16ToFloat(LoadU16(in + 2 * i));
}

// d:2 qs:16
void DecodeQ4_0(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 18, out += kBlock) {
    const float d = LoadHalf(in);
    for (int i = 0; i < kPairs; ++i) {
      out[i] = d * static_cast<float>((in[2 + i] & 15) - 8);
      out[i + kPairs] = d * static_cast<float>((in[2 + i] >> 4) - 8);
    }
  }
}

// d:2 m:2 qs:16
void DecodeQ4_1(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 20, out += kBlock) {
    const float d = LoadHalf(in);
    const float m = LoadHalf(in + 2);
    for (int i = 0; i < kPairs; ++i) {
      out[i] = d * static_cast<float>(in[4 + i] & 15) + m;
      out[i + kPairs] = d * static_cast<float>(in[4 + i] >> 4) + m;
    }
  }
}

// d:2 qh:4 qs:16; bit i of qh is bit 4 of weight i.
void DecodeQ5_0(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 22, out += kBlock) {
    const float d = LoadHalf(in);
    const uint32_t high = LoadU32(in + 2);
    for (int i = 0; i < kPairs; ++i) {
      const int low = in[6 + i];
      const int q0 = (low & 15) | static_cast<int>((high >> i & 1) << 4);
      const int q1 = (low >> 4) | static_cast<int>((high >> (i + kPairs) & 1) << 4);
      out[i] = d * static_cast<float>(q0 - 16);
      out[i + kPairs] = d * static_cast<float>(q1 - 16);
    }
  }
}

// d:2 m:2 qh:4 qs:16
void DecodeQ5_1(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 24, out += kBlock) {
    const float d = LoadHalf(in);
    const float m = LoadHalf(in + 2);
    const uint32_t high = LoadU32(in + 4);
    for (int i = 0; i < kPairs; ++i) {
      const int low = in[8 + i];
      const int q0 = (low & 15) | static_cast<int>((high >> i & 1) << 4);
      const int q1 = (low >> 4) | static_cast<int>((high >> (i + kPairs) & 1) << 4);
      out[i] = d * static_cast<float>(q0) + m;
      out[i + kPairs] = d * static_cast<float>(q1) + m;
    }
  }
}

// d:2 qs:32, signed bytes
void DecodeQ8_0(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 34, out += kBlock) {
    const float d = LoadHalf(in);
    for (int i = 0; i < kBlock; ++i) {
      out[i] = d * static_cast<float>(std::bit_cast<int8_t>(in[2 + i]));
    }
  }
}

// d:2 qs:16
void DecodeIQ4_NL(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 18, out += kBlock) {
    const float d = LoadHalf(in);
    for (int i = 0; i < kPairs; ++i) {
      out[i] = d * static_cast<float>(kIQ4Values[in[2 + i] & 15]);
      out[i + kPairs] = d * static_cast<float>(kIQ4Values[in[2 + i] >> 4]);
    }
  }
}

float MXFP4Scale(uint8_t e) {
  const uint32_t bits = e < 2 ? 0x0020'0000u << e : uint32_t{e - 1u} << 23;
  return std::bit_cast<float>(bits);
}

// e:1 qs:16
void DecodeMXFP4(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 17, out += kBlock) {
    const float d = MXFP4Scale(in[0]);
    for (int i = 0; i < kPairs; ++i) {
      out[i] = d * static_cast<float>(kMXFP4Values[in[1 + i] & 15]);
      out[i + kPairs] = d * static_cast<float>(kMXFP4Values[in[1 + i] >> 4]);
    }
  }
}

}  // namespace hearth::quant
