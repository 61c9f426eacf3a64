// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Int8 products through the dots of the vocabulary: kDotPanels x kDotTokens sums stay in registers
// over a whole group of columns, of which the weights of a pair of panels (16 KB) and the bytes of
// 16 tokens (8 KB) lie in L1.
#pragma once

#include "kernels/gemm_stretch.inl"

namespace hearth::kernels {
namespace {

// kTokens rows of the tiles `a` against kDotPanels panels from `panel` of the pair on.
//   d: scales of the tokens; sums: [2 panels][16 tokens][16 rows] from the first of the tokens on
template <int kTokens, bool kFirst>
inline void DotTokens(const uint8_t* a, const float* d, const uint8_t* b, int64_t slot,
                      const GroupRows& rows, int panel, int64_t steps, float* sums) {
  I sum[kDotPanels][kTokens];
#pragma GCC unroll 2
  for (int p = 0; p < kDotPanels; ++p) {
#pragma GCC unroll 16
    for (int t = 0; t < kTokens; ++t) sum[p][t] = LoadI(rows.start[panel + p]);
  }
  b += panel * slot;
  // A loop of its own, because GCC 12 does not unroll one that holds unrolled ones.
  constexpr int kUnroll = 4;
  for (int64_t k = 0; k < steps; ++k, a += kTileBytes, b += kTileBytes) {
    for (int first = 0; first < 16; first += kUnroll) {
#pragma GCC unroll 4
      for (int quad = first; quad < first + kUnroll; ++quad) {
        L line[kDotPanels];
#pragma GCC unroll 2
        for (int p = 0; p < kDotPanels; ++p) line[p] = LoadL(b + p * slot + 64 * quad);
#pragma GCC unroll 16
        for (int t = 0; t < kTokens; ++t) {
#pragma GCC unroll 2
          for (int p = 0; p < kDotPanels; ++p) {
            sum[p][t] = AddDots(sum[p][t], a + 64 * t + 4 * quad, line[p]);
          }
        }
      }
    }
  }
#pragma GCC unroll 2
  for (int p = 0; p < kDotPanels; ++p) {
    const F w = Load(rows.scale[panel + p]);
    float* to = sums + (panel + p) * kTileSums;
#pragma GCC unroll 16
    for (int t = 0; t < kTokens; ++t, to += 16) AddScaled<kFirst>(sum[p][t], w, d[t], to);
  }
}

// The tokens of a block from kFrom on, in parts of about one size; parts behind the last of
// `tokens` are zero.
template <int kFrom, bool kFirst>
inline void DotBlock(const uint8_t* a, const float* d, const uint8_t* b, int64_t slot,
                     const GroupRows& rows, int panel, int64_t steps, int64_t tokens, float* sums) {
  constexpr int kLeft = 16 - kFrom, kParts = (kLeft + kDotTokens - 1) / kDotTokens;
  if constexpr (kLeft > 0) {
    constexpr int kTokens = (kLeft + kParts - 1) / kParts;
    if (kFrom < tokens) {
      DotTokens<kTokens, kFirst>(a + 64 * kFrom, d + kFrom, b, slot, rows, panel, steps,
                                 sums + 16 * kFrom);
    } else if (kFirst) {
      for (int p = panel; p < panel + kDotPanels; ++p) {
        for (int t = kFrom; t < kFrom + kTokens; ++t) Store(sums + p * kTileSums + 16 * t, Set1(0));
      }
    }
    DotBlock<kFrom + kTokens, kFirst>(a, d, b, slot, rows, panel, steps, tokens, sums);
  }
}

struct ByteProduct {
  using Output = RowOutput;
  static constexpr bool kUnsigned = true;
  // 1.5B on a two-core guest of the Sapphire Rapids class, speed of MatMul: 24 tokens 0.7 and 0.8
  // (AVX-512, AVX), 48 1.04 and 1.15, 64 1.17 and 1.27.
  static constexpr int64_t kMinTokens = 48;
  static void Begin() {}
  static void End() {}

  template <bool kFirst>
  static void MultiplyGroup(const GemmArgs& g, const GroupProduct& p, bool last) {
    float* sums = p.sums;
    for (int64_t block = 0; 16 * block < g.tokens; ++block, sums += kBlockSums) {
      for (int panel = 0; panel < 2; panel += kDotPanels) {
        DotBlock<0, kFirst>(p.a + block * p.a_stride, p.d + block * p.d_stride, p.b, p.slot, p.rows,
                            panel, p.steps, g.tokens - block * 16, sums);
      }
      if (last) ActivateBlocks(g, sums, 1);
    }
  }
};

}  // namespace
}  // namespace hearth::kernels
