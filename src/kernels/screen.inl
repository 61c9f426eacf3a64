// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with the high bits of split panels (args.h, ScreenArgs). Order of float operations, the
// same on every ISA: per row, groups of columns in order,
//   out = fma(float(dot), s * step, out), out = fma(s, middle, out),
//   variance = fma(s * s, spread, variance).
#pragma once

#include "kernels/args.h"
#include "kernels/matmul.inl"

namespace hearth::kernels {
namespace {

// kPanels panels, `apart` of each other.
template <Type kType, int kPanels>
inline void ScreenPanels(const ScreenArgs& a, int64_t panel, int64_t apart) {
  using Fmt = Format<kType>;
  constexpr Codes kHigh = Fmt::kSplit.high;
  constexpr int kMax = (1 << Fmt::kSplit.low_bits) - 1;  // as many high bits as low ones
  PanelReader<kType> reader[kPanels];
  F out[kPanels] = {};
  F variance[kPanels] = {};
  for (int p = 0; p < kPanels; ++p) {
    reader[p].Open(a.panels + static_cast<uint64_t>(panel + p * apart) * a.panel_bytes, a.columns);
  }
  const int8_t* q = a.q;
  int64_t group = 0;
  while (reader[0].blocks_left > 0) {
    int blocks = 0;
#pragma GCC unroll 4
    for (int p = 0; p < kPanels; ++p) {
      PrefetchAhead<Fmt::kAreaBytes>(reader[p].at);
      blocks = reader[p].OpenSuper();
    }
    for (int b = 0; b < blocks; ++b, q += 32, group += Fmt::kGroups) {
#pragma GCC unroll 4
      for (int p = 0; p < kPanels; ++p) {
        const uint8_t* block = reader[p].Next().at;
        PrefetchAhead<Fmt::kBlockBytes>(block);
#pragma GCC unroll 2
        for (int g = 0; g < Fmt::kGroups; ++g) {
          Dot<kMax, Fmt::kLines, 1> dot;
          dot.Start(0);
#pragma GCC unroll 8
          for (int j = 0; j < Fmt::kLines; ++j) {
            const int quad = g * Fmt::kLines + j;
            dot.Add(j, PartLine<kHigh, 0>(block, quad), q + 4 * quad);
          }
          const F s = reader[p].scales.s(b, g);
          out[p] = Fma(ToFloat(dot.Done()), Mul(s, Set1(a.step[group + g])), out[p]);
          out[p] = Fma(s, Set1(a.middle[group + g]), out[p]);
          variance[p] = Fma(Mul(s, s), Set1(a.spread[group + g]), variance[p]);
        }
      }
    }
  }
  for (int p = 0; p < kPanels; ++p) {
    const int64_t at = panel + p * apart;
    const int n = RowsOf(a.rows, at);
    StoreFirst(a.out + at * quant::kPanelRows, out[p], n);
    if (n < quant::kPanelRows) {  // rows beyond the last one are not the largest
      alignas(64) float rows[quant::kPanelRows];
      Store(rows, out[p]);
      for (int i = n; i < quant::kPanelRows; ++i) rows[i] = rows[0];
      out[p] = Load(rows);
    }
    a.highest[at] = ReduceMax(out[p]);
    a.variance[at] = ReduceMax(variance[p]);
  }
}

template <Type kType>
void Screen(const ScreenArgs& a) {
  const int64_t length = (a.last_panel - a.first_panel) / kStreams;
  for (int64_t i = 0; i < length; ++i) {
    ScreenPanels<kType, kStreams>(a, a.first_panel + i, length);
  }
  for (int64_t panel = a.first_panel + kStreams * length; panel < a.last_panel; ++panel) {
    ScreenPanels<kType, 1>(a, panel, 1);
  }
}

template <Type kType>
constexpr ScreenFn ScreenOf() {
  if constexpr (Format<kType>::kLowBytes == 0) {
    return nullptr;
  } else {
    return Screen<kType>;
  }
}

}  // namespace
}  // namespace hearth::kernels
