// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "quant/decode.h"
#include "quant/half.h"

// Formats with blocks of 256 weights and small integer scales for each 16 or 32 of them.
namespace hearth::quant {
namespace {

constexpr int kBlock = 256;

}  // namespace

// scales:16 (scale in the low, min in the high nibble) qs:64 d:2 dmin:2
// Bits 2s, 2s+1 of qs[32 g + j] are weight 128 g + 32 s + j.
void DecodeQ2_K(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 84, out += kBlock) {
    const float d = LoadHalf(in + 80);
    const float dmin = LoadHalf(in + 82);
    for (int i = 0; i < kBlock; ++i) {
      const int q = (in[16 + i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2)) & 3;
      const float scale = d * static_cast<float>(in[i / 16] & 15);
      const float min = dmin * static_cast<float>(in[i / 16] >> 4);
      out[i] = scale * static_cast<float>(q) - min;
    }
  }
}

// hmask:32 qs:64 scales:12 d:2
// qs as in Q2_K; bit s of hmask[j] belongs to weight 32 s + j: when clear, 4 is subtracted.
void DecodeQ3_K(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 110, out += kBlock) {
    const float d = LoadHalf(in + 108);
    for (int i = 0; i < kBlock; ++i) {
      const int low = (in[32 + i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2)) & 3;
      const int high = (in[i % 32] >> (i / 32)) & 1;
      const float scale = d * static_cast<float>(Q3KScale(in + 96, i / 16));
      out[i] = scale * static_cast<float>(low - (high == 0 ? 4 : 0));
    }
  }
}

// d:2 dmin:2 scales:12 qs:128
// The low nibble of qs[32 g + j] is weight 64 g + j, the high one weight 64 g + 32 + j.
void DecodeQ4_K(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 144, out += kBlock) {
    const float d = LoadHalf(in);
    const float dmin = LoadHalf(in + 2);
    for (int sub = 0; sub < 8; ++sub) {
      const ScaleMin packed = KScaleMin(in + 4, sub);
      const float scale = d * static_cast<float>(packed.scale);
      const float min = dmin * static_cast<float>(packed.min);
      const uint8_t* qs = in + 16 + sub / 2 * 32;
      for (int j = 0; j < 32; ++j) {
        const int q = (qs[j] >> (sub % 2 * 4)) & 15;
        out[sub * 32 + j] = scale * static_cast<float>(q) - min;
      }
    }
  }
}

// d:2 dmin:2 scales:12 qh:32 qs:128
// qs as in Q4_K; bit s of qh[j] is bit 4 of weight 32 s + j.
void DecodeQ5_K(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 176, out += kBlock) {
    const float d = LoadHalf(in);
    const float dmin = LoadHalf(in + 2);
    for (int sub = 0; sub < 8; ++sub) {
      const ScaleMin packed = KScaleMin(in + 4, sub);
      const float scale = d * static_cast<float>(packed.scale);
      const float min = dmin * static_cast<float>(packed.min);
      const uint8_t* qs = in + 48 + sub / 2 * 32;
      for (int j = 0; j < 32; ++j) {
        const int q = ((qs[j] >> (sub % 2 * 4)) & 15) | ((in[16 + j] >> sub & 1) << 4);
        out[sub * 32 + j] = scale * static_cast<float>(q) - min;
      }
    }
  }
}

// ql:128 qh:64 scales:16 (signed) d:2
// Nibble s of ql[64 g + j] is the low half of weight 128 g + 64 s + j; bits 2s, 2s+1 of
// qh[32 g + j] are the high bits of weight 128 g + 32 s + j.
void DecodeQ6_K(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 210, out += kBlock) {
    const float d = LoadHalf(in + 208);
    for (int i = 0; i < kBlock; ++i) {
      const int low = (in[i / 128 * 64 + i % 64] >> (i / 64 % 2 * 4)) & 15;
      const int high = (in[128 + i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2)) & 3;
      const float scale = d * static_cast<float>(std::bit_cast<int8_t>(in[192 + i / 16]));
      out[i] = scale * static_cast<float>((low | high << 4) - 32);
    }
  }
}

// d:2 scales_h:2 scales_l:4 qs:128, eight groups of 32 laid out as in IQ4_NL
void DecodeIQ4_XS(const uint8_t* in, int64_t blocks, float* out) {
  for (; blocks > 0; --blocks, in += 136, out += kBlock) {
    const float d = LoadHalf(in);
    for (int sub = 0; sub < 8; ++sub) {
      const float scale = d * static_cast<float>(IQ4XSScale(in, sub));
      const uint8_t* qs = in + 8 + sub * 16;
      for (int j = 0; j < 16; ++j) {
        out[sub * 32 + j] = scale * static_cast<float>(kIQ4Values[qs[j] & 15]);
        out[sub * 32 + 16 + j] = scale * static_cast<float>(kIQ4Values[qs[j] >> 4]);
      }
    }
  }
}

}  // namespace hearth::quant
