// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with the high bits of split panels (args.h, ScreenArgs), kBoth: and the middle ones.
// Order of float operations, the same on every ISA: per token and row, super-blocks in order, with
// scales that are floats
//   sum = fma(float(dot), s, sum), squares = fma(s * s, share, squares) per block,
//   out = fma(sum, d, out), variance = squares + variance;
// with scales that are a float f times bytes both sums are of integers, so exact, and then
//   out = fma(float(sum), f * d, out), variance = fma(float(squares), f * f, variance).
#pragma once

#include "kernels/args.h"
#include "kernels/matmul.inl"

namespace hearth::kernels {
namespace {

// The largest number in the bits that are read.
template <Type kType, bool kBoth>
constexpr int MaxHigh() {
  constexpr quant::SplitCodes kSplit = Format<kType>::kSplit;
  return (1 << (kSplit.high_bits + (kBoth ? kSplit.middle_bits : 0))) - 1;
}

// Sums of one super-block of a panel for kTokens tokens of a group.
template <Type kType, bool kBoth, int kTokens, Scales kScales = Format<kType>::kRow.scales>
struct ScreenSums;

// Two scales a block, a float times bytes each. The dots of its halves, with kScreenBias, become
// the two words of one lane, which multiply both bytes at once.
template <Type kType, bool kBoth, int kTokens>
struct ScreenSums<kType, kBoth, kTokens, Scales::kByte16> {
  I sum[kTokens];
  I bias = Set1I(0), squares = Set1I(0);

  ScreenSums() {
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) sum[m] = Set1I(0);
  }
  [[gnu::always_inline]] void AddBlock(const Block& block,
                                       const ScaleReader<Scales::kByte16>& scales, int b,
                                       const int8_t* q, const int32_t* start, int32_t share) {
    const I pair = LoadS8Pairs(scales.sc + 32 * b);
    bias = AddWordDots(bias, Set1I(kScreenBias << 16 | kScreenBias), pair);
    squares = AddWordDots(squares, AsUnits(MulW(AsLine(pair), AsLine(pair))), Set1I(share));
    Dot<MaxHigh<kType, kBoth>(), 4, kTokens> dot[kTokens];
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) dot[m].Start(start[m]);
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        const L line = HighLine<kType, kBoth>(block, 4 * half + j);
#pragma GCC unroll 8
        for (int m = 0; m < kTokens; ++m) dot[m].Add(j, line, q + 32 * m + 16 * half + 4 * j);
      }
#pragma GCC unroll 8
      for (int m = 0; m < kTokens; ++m) {
        if (half == 0) {
          dot[m].Start(SwapWords(dot[m].Done()));
        } else {
          sum[m] = AddWordDots(sum[m], dot[m].Done(), pair);
        }
      }
    }
  }
  [[gnu::always_inline]] void Fold(const ScaleReader<Scales::kByte16>& scales, const float* d,
                                   F* out, F* variance) const {
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) {
      out[m] = Fma(ToFloat(SubI(sum[m], bias)), Mul(scales.d, Set1(d[m])), out[m]);
    }
    *variance = Fma(ToFloat(squares), Mul(scales.d, scales.d), *variance);
  }
};

// One scale a block, a float.
template <Type kType, bool kBoth, int kTokens>
struct ScreenSums<kType, kBoth, kTokens, Scales::kHalf> {
  F sum[kTokens];
  F squares = Set1(0);

  ScreenSums() {
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) sum[m] = Set1(0);
  }
  [[gnu::always_inline]] void AddBlock(const Block& block, const ScaleReader<Scales::kHalf>& scales,
                                       int b, const int8_t* q, const int32_t* start,
                                       int32_t share) {
    Dot<MaxHigh<kType, kBoth>(), 8, kTokens> dot[kTokens];
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) dot[m].Start(start[m]);
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) {
      const L line = HighLine<kType, kBoth>(block, j);
#pragma GCC unroll 8
      for (int m = 0; m < kTokens; ++m) dot[m].Add(j, line, q + 32 * m + 4 * j);
    }
    const F s = scales.s(b, 0);
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) sum[m] = Fma(ToFloat(dot[m].Done()), s, sum[m]);
    squares = Fma(Mul(s, s), Set1(static_cast<float>(share)), squares);
  }
  [[gnu::always_inline]] void Fold(const ScaleReader<Scales::kHalf>&, const float* d, F* out,
                                   F* variance) const {
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) out[m] = Fma(sum[m], Set1(d[m]), out[m]);
    *variance = Add(squares, *variance);
  }
};

// The products of a panel with one token.
inline void StoreScreened(const ScreenArgs& a, int64_t panel, int64_t token, F out) {
  const int n = RowsOf(a.rows, panel);
  StoreFirst(a.out + token * a.out_stride + panel * quant::kPanelRows, out, n);
  if (n < quant::kPanelRows) {  // rows beyond the last one are not the largest
    alignas(64) float rows[quant::kPanelRows];
    Store(rows, out);
    for (int i = n; i < quant::kPanelRows; ++i) rows[i] = rows[0];
    out = Load(rows);
  }
  a.highest[token * a.panel_stride + panel] = ReduceMax(out);
}

// kPanels panels, `apart` of each other, and tokens [m0, m0 + kTokens) of a group.
template <Type kType, bool kBoth, int kPanels, int kTokens>
inline void ScreenPanels(const ScreenArgs& a, int64_t panel, int64_t apart, int m0) {
  using Fmt = Format<kType>;
  constexpr int kStride = PaddedGroup(kTokens);
  // Blocks of a panel in turn: the sums of several tokens go to memory and back in between.
  constexpr int kRun = kTokens == 1 ? 1 : 2;
  PanelReader<kType, kBoth ? 2 : 1> reader[kPanels];
  F out[kPanels][kTokens] = {};
  F variance[kPanels] = {};
  for (int p = 0; p < kPanels; ++p) {
    reader[p].Open(a.panels, a.panel_bytes, a.middle, nullptr, panel + p * apart, a.columns);
  }
  const int8_t* q = a.x.q + 32 * m0;
  const int32_t* start = a.x.start + m0;
  const float* d = a.x.d + m0;
  const int32_t* share = a.x.share;
  while (reader[0].blocks_left > 0) {
    int blocks = 0;
    ScreenSums<kType, kBoth, kTokens> sums[kPanels];
    for (int p = 0; p < kPanels; ++p) {
      if (m0 == 0) PrefetchAhead<Fmt::kAreaBytes>(reader[p].at);
      blocks = reader[p].OpenSuper();
    }
    for (int b = 0; b < blocks; b += kRun) {
      const auto add = [&](int p) __attribute__((always_inline)) {
        for (int i = b; i < b + kRun && i < blocks; ++i) {
          const Block block = reader[p].Next();
          if (m0 == 0) {
            PrefetchAhead<Fmt::kBlockBytes>(block.at);
            if constexpr (kBoth) PrefetchAhead<Fmt::kMiddleBytes>(block.middle);
          }
          sums[p].AddBlock(block, reader[p].scales, i, q + 32 * kStride * i, start + kStride * i,
                           share[i]);
        }
      };
      if constexpr (kTokens == 1) {
#pragma GCC unroll 4
        for (int p = 0; p < kPanels; ++p) add(p);
      } else {
        for (int p = 0; p < kPanels; ++p) add(p);
      }
    }
    for (int p = 0; p < kPanels; ++p) sums[p].Fold(reader[p].scales, d, out[p], &variance[p]);
    q += 32 * kStride * blocks;
    start += kStride * blocks;
    d += kStride;
    share += blocks;
  }
  for (int p = 0; p < kPanels; ++p) {
    for (int m = 0; m < kTokens && m0 + m < a.tokens; ++m) {
      StoreScreened(a, panel + p * apart, m0 + m, out[p][m]);
    }
    a.variance[panel + p * apart] = ReduceMax(variance[p]);
  }
}

template <Type kType, bool kBoth, int kPanels>
inline void ScreenGroup(const ScreenArgs& a, int64_t panel, int64_t apart) {
  if (a.tokens == 1) return ScreenPanels<kType, kBoth, kPanels, 1>(a, panel, apart, 0);
  for (int m0 = 0; m0 < a.tokens; m0 += kMaxTokens) {
    ScreenPanels<kType, kBoth, kPanels, kMaxTokens>(a, panel, apart, m0);
  }
}

template <Type kType, bool kBoth>
void ScreenBits(const ScreenArgs& a) {
  const int64_t length = (a.last_panel - a.first_panel) / kStreams;
  for (int64_t i = 0; i < length; ++i) {
    ScreenGroup<kType, kBoth, kStreams>(a, a.first_panel + i, length);
  }
  for (int64_t panel = a.first_panel + kStreams * length; panel < a.last_panel; ++panel) {
    ScreenGroup<kType, kBoth, 1>(a, panel, 1);
  }
}

template <Type kType>
void Screen(const ScreenArgs& a) {
  if (a.middle == nullptr) return ScreenBits<kType, false>(a);
  ScreenBits<kType, true>(a);
}

template <Type kType>
constexpr ScreenFn ScreenOf() {
  if constexpr (Format<kType>::kSplit.whole()) {
    return nullptr;
  } else {
    return Screen<kType>;
  }
}

}  // namespace
}  // namespace hearth::kernels
