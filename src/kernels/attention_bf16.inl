// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Products of attention by dots of BF16 pairs (vdpbf16ps), on the tiles of attention_tiles.inl:
// kDotRows x 2 sums stay in registers, each broadcast of a pair feeds two of them. kFloatScores:
// scores by float products instead, because they are what loses by BF16.
#pragma once

#include "kernels/attention_tiles.inl"

namespace hearth::kernels {
namespace {

template <bool kFloat>
struct AttendProduct {
  static constexpr bool kFloatScores = kFloat;
  static constexpr int64_t kDotRows = 8;
  static_assert(kTileAttendBlock % kDotRows == 0 && 16 % kDotRows == 0);
  struct Sums {
    F of[kDotRows][2];
  };
  static void Begin() {}
  static void End() {}

  // sums[r][i] += row r of the A tiles at `a` x the B tiles at b[i], over `steps` tiles that follow
  // each other.
  [[gnu::always_inline]] static void Multiply(Sums& sums, const uint8_t* a, const uint8_t* b0,
                                              const uint8_t* b1, int64_t steps) {
    for (int64_t k = 0; k < steps; ++k, a += kTileBytes, b0 += kTileBytes, b1 += kTileBytes) {
      for (int first = 0; first < 16; first += 4) {  // as in DotTokens
#pragma GCC unroll 4
        for (int pair = first; pair < first + 4; ++pair) {
          const __m512i line[2] = {_mm512_loadu_si512(b0 + 64 * pair),
                                   _mm512_loadu_si512(b1 + 64 * pair)};
#pragma GCC unroll 8
          for (int r = 0; r < kDotRows; ++r) {
            int32_t two;
            __builtin_memcpy(&two, a + 64 * r + 4 * pair, 4);
            const __m512i x = _mm512_set1_epi32(two);
#pragma GCC unroll 2
            for (int i = 0; i < 2; ++i) {
              // Not the intrinsic: GCC 12 copies every sum of a loop before and after its dot.
              asm("vdpbf16ps %2, %1, %0" : "+v"(sums.of[r][i].a) : "v"(x), "v"(line[i]));
            }
          }
        }
      }
    }
  }

  // sums[r][i] += row r of `q`, `stride` floats apart, x keys[i], [dimensions][16 keys].
  [[gnu::always_inline]] static void MultiplyFloats(Sums& sums, const float* q, int64_t stride,
                                                    const float* k0, const float* k1) {
    for (int64_t i = 0; i < stride; ++i) {
      const F line[2] = {Load(k0 + 16 * i), Load(k1 + 16 * i)};
#pragma GCC unroll 8
      for (int r = 0; r < kDotRows; ++r) {
        const F x = Set1(q[r * stride + i]);
        sums.of[r][0] = Fma(x, line[0], sums.of[r][0]);
        sums.of[r][1] = Fma(x, line[1], sums.of[r][1]);
      }
    }
  }

  static void Scores(const TileSpace& s, const uint8_t* q, int64_t rows, int64_t first,
                     int64_t last) {
    const int64_t bytes = 16 * s.padded * s.score_bytes;  // of 16 queries or keys
    for (int64_t pair = first; pair < last; ++pair) {
      const uint8_t* k = s.keys + 2 * pair * bytes;
      for (int64_t row = 0; row < rows; row += kDotRows) {
        Sums sums = {};
        if constexpr (kFloatScores) {
          const auto at = [](const uint8_t* x) { return reinterpret_cast<const float*>(x); };
          MultiplyFloats(sums, at(q) + row * s.padded, s.padded, at(k), at(k + bytes));
        } else {
          Multiply(sums, q + row / 16 * bytes + row % 16 * 64, k, k + bytes, s.steps());
        }
        float* out = s.scores + row / 16 * 16 * kKvChunk + 2 * pair * kTileSums + row % 16 * 16;
#pragma GCC unroll 8
        for (int r = 0; r < kDotRows; ++r) {
          Store(out + 16 * r, sums.of[r][0]);
          Store(out + kTileSums + 16 * r, sums.of[r][1]);
        }
      }
    }
  }

  static void Mix(const TileSpace& s, float* sums, int64_t rows, int64_t first, int64_t last) {
    for (int64_t i = 0; i < s.padded; i += 32) {
      const uint8_t* v = s.values + (i / 16 * kChunkPairs + first) * kTileBytes;
      for (int64_t row = 0; row < rows; row += kDotRows) {
        const auto* p = reinterpret_cast<const uint8_t*>(s.p) +
                        (row / 16 * kChunkPairs + first) * kTileBytes + row % 16 * 64;
        float* at = sums + row * s.padded + i;
        Sums part;
#pragma GCC unroll 8
        for (int r = 0; r < kDotRows; ++r) {
          part.of[r][0] = Load(at + r * s.padded);
          part.of[r][1] = Load(at + r * s.padded + 16);
        }
        Multiply(part, p, v, v + kChunkPairs * kTileBytes, last - first);
#pragma GCC unroll 8
        for (int r = 0; r < kDotRows; ++r) {
          Store(at + r * s.padded, part.of[r][0]);
          Store(at + r * s.padded + 16, part.of[r][1]);
        }
      }
    }
  }
};

}  // namespace
}  // namespace hearth::kernels
