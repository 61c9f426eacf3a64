// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "quant/layout.h"

// Scalar reference decoders: `blocks` whole blocks at `in` to floats at `out`. They define what a
// weight is; every packed layout and kernel must give the same floats.
//
// Evaluation order, all in binary32, each operation rounded on its own (never fused):
//   Q4_0 Q5_0 Q8_0 IQ4_NL   y = d * q                      q signed (offset removed as an integer)
//   Q4_1 Q5_1               y = (d * q) + m
//   Q3_K Q6_K IQ4_XS        y = (d * scale) * q            scale a signed integer
//   Q2_K Q4_K Q5_K          y = ((d * scale) * q) - (dmin * min)
//   MXFP4                   y = (2^(e - 128)) * q          q in half units of e2m1
// d, m and dmin are the exact binary32 values of the halves in the block. No value of d is special:
// infinite and NaN scales give what the arithmetic gives.
namespace hearth::quant {

void DecodeF32(const uint8_t* in, int64_t blocks, float* out);
void DecodeF16(const uint8_t* in, int64_t blocks, float* out);
void DecodeBF16(const uint8_t* in, int64_t blocks, float* out);
void DecodeQ4_0(const uint8_t* in, int64_t blocks, float* out);
void DecodeQ4_1(const uint8_t* in, int64_t blocks, float* out);
void DecodeQ5_0(const uint8_t* in, int64_t blocks, float* out);
void DecodeQ5_1(const uint8_t* in, int64_t blocks, float* out);
void DecodeQ8_0(const uint8_t* in, int64_t blocks, float* out);
void DecodeQ2_K(const uint8_t* in, int64_t blocks, float* out);
void DecodeQ3_K(const uint8_t* in, int64_t blocks, float* out);
void DecodeQ4_K(const uint8_t* in, int64_t blocks, float* out);
void DecodeQ5_K(const uint8_t* in, int64_t blocks, float* out);
void DecodeQ6_K(const uint8_t* in, int64_t blocks, float* out);
void DecodeIQ4_NL(const uint8_t* in, int64_t blocks, float* out);
void DecodeIQ4_XS(const uint8_t* in, int64_t blocks, float* out);
void DecodeMXFP4(const uint8_t* in, int64_t blocks, float* out);

// The eight 6-bit (scale, min) pairs of a Q4_K or Q5_K block, packed in 12 bytes: bytes 0-3 and 4-7
// hold scales and mins 0-3 in their low six bits; 8-11 hold the low nibbles of scale and min 4-7,
// whose high bits are the top two bits of bytes 0-3 and 4-7.
struct ScaleMin {
  uint8_t scale;
  uint8_t min;
};
inline ScaleMin KScaleMin(const uint8_t* packed, int index) {
  if (index < 4) {
    return {static_cast<uint8_t>(packed[index] & 63), static_cast<uint8_t>(packed[index + 4] & 63)};
  }
  const int low = packed[index + 4];
  return {static_cast<uint8_t>((low & 15) | (packed[index - 4] >> 6) << 4),
          static_cast<uint8_t>((low >> 4) | (packed[index] >> 6) << 4)};
}

// Scale `index` (0-15) of a Q3_K block, -32 to 31: low nibbles in bytes 0-7 (scales 8-15 in the
// high nibbles), two high bits in bytes 8-11.
inline int Q3KScale(const uint8_t* packed, int index) {
  const int low = (packed[index % 8] >> (index < 8 ? 0 : 4)) & 15;
  const int high = (packed[8 + index % 4] >> (2 * (index / 4))) & 3;
  return (low | high << 4) - 32;
}

// Scale `index` (0-7) of an IQ4_XS block, -32 to 31; `block` points at the whole block.
inline int IQ4XSScale(const uint8_t* block, int index) {
  const int high = (block[2 + index / 4] >> (2 * (index % 4))) & 3;
  const int low = (block[4 + index / 2] >> (4 * (index % 2))) & 15;
  return (low | high << 4) - 32;
}

// Scale of an MXFP4 block for kMXFP4Values, which are twice the e2m1 numbers: 2^(e - 128), a
// denormal for e < 2. e = 255 (NaN in the OCP specification) is 2^127, as the reference has it.
float MXFP4Scale(uint8_t e);

}  // namespace hearth::quant
