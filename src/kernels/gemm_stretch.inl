// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// What every GEMM over many tokens shares, in the words of the vocabulary: stretches of panels,
// chunks of columns, and writing the sums out.
#pragma once

#include "kernels/args.h"
#include "kernels/matmul.inl"
#include "kernels/vector_math.inl"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kTileBytes = 1024;
inline constexpr int64_t kTileSums = 256;
inline constexpr int64_t kBlockSums = 2 * kTileSums;  // sums of 16 tokens and a pair of panels
inline constexpr int64_t kByteColumns = 64;           // int8 columns of one tile
inline constexpr int64_t kGroupSteps = kByteGroup / kByteColumns;

// What belongs to the 16 rows of both panels of a pair in one group of columns of int8 products.
struct GroupRows {
  alignas(64) float scale[2][16];
  alignas(64) int32_t start[2][16];  // of their sums: -128 x sum of the bytes, or 0
};

// A pair of panels: two of a matrix, or with a gate one of each.
struct PanelPair {
  const uint8_t* panel[2];
};

// Int8 products of a group of columns of a pair of panels with all tokens.
struct GroupProduct {
  const uint8_t* a;  // tiles of the first block of tokens; the next block's are a_stride behind
  int64_t a_stride;
  const float* d;  // [16] scales of its tokens, those of the next block d_stride behind
  int64_t d_stride;
  const uint8_t* b;  // tiles of the first panel, those of the second `slot` behind
  int64_t slot;
  const GroupRows& rows;
  int64_t steps;    // tiles of a row
  float* sums;      // [token blocks][kBlockSums]
  PanelPair& next;  // weights that are decoded next, less what was asked for ahead
};

// The int32 sums of a group, of one token d and 16 rows w, scaled and added to those of the groups
// before: the one order of float operations of int8 products.
template <bool kFirst>
[[gnu::always_inline]] inline F Scaled(I sum, F w, float d, const float* before) {
  const F scaled = Mul(ToFloat(sum), w);
  return kFirst ? Mul(scaled, Set1(d)) : Fma(scaled, Set1(d), Load(before));
}
template <bool kFirst>
[[gnu::always_inline]] inline void AddScaled(I sum, F w, float d, float* to) {
  Store(to, Scaled<kFirst>(sum, w, d, to));
}

// Calls fn.template operator()<activation>().
template <typename Fn>
inline void WithActivation(Activation activation, const Fn& fn) {
  switch (activation) {
    case Activation::kSilu:
      return fn.template operator()<Activation::kSilu>();
    case Activation::kGeluTanh:
      return fn.template operator()<Activation::kGeluTanh>();
    case Activation::kGeluErf:
      return fn.template operator()<Activation::kGeluErf>();
  }
}

// Activates complete sums of a gated pair, [blocks][kBlockSums], while they are in the L1 cache.
inline void ActivateBlocks(const GemmArgs& g, float* sums, int64_t blocks) {
  if (g.gate_panels == nullptr) return;
  WithActivation(g.activation, [&]<Activation kActivation>() {
    for (const float* end = sums + blocks * kBlockSums; sums < end; sums += kBlockSums) {
      for (int64_t i = 0; i < kTileSums; i += 16) {
        Store(sums + i, Gated<kActivation>(Load(sums + i), Load(sums + kTileSums + i)));
      }
    }
  });
}

// Writes the sums [pair][token block][2][16 tokens][16 rows] of the panels [first, end) to the
// output, with bias and residual; with a gate a pair is a panel of each matrix, activated. Rows of
// the output lie far apart, so all panels of a token are written at once, and where they are
// `streamed` whole lines pass by the caches, which would read each from memory before it is
// overwritten.
template <bool kStreamed>
inline void StoreStretch(const GemmArgs& g, int64_t first, int64_t end, float* sums) {
  const bool gated = g.gate_panels != nullptr;
  const int64_t blocks = (g.tokens + 15) / 16, row = first * quant::kPanelRows;
  const auto of_panel = [&](int64_t i, int64_t block) {
    const int64_t pair = gated ? i : i / 2;
    return sums + (pair * blocks + block) * kBlockSums + (gated ? 0 : i % 2 * kTileSums);
  };
  const int64_t panels = end - first;
  // The last panel of the matrix may be partial.
  const int64_t left = g.rows - row - (panels - 1) * 16;
  const int last = static_cast<int>(left < 16 ? left : 16);
  I tops[kGemmPanels];
  for (int64_t i = 0; i < panels; ++i) tops[i] = Set1I(0);
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t tokens = g.tokens - block * 16 < 16 ? g.tokens - block * 16 : 16;
    for (int64_t t = 0; t < tokens; ++t) {
      const int64_t token = block * 16 + t;
      float* out = g.out + token * g.out_stride + row;
      for (int64_t i = 0; i < panels; ++i) {
        const int count = i + 1 < panels ? 16 : last;
        F value = Load(of_panel(i, block) + t * 16);
        if (g.bias != nullptr) value = Add(value, LoadFirst(g.bias + row + 16 * i, count));
        if (g.add != nullptr) {
          value = Add(value, LoadFirst(g.add + token * g.add_stride + row + 16 * i, count));
        }
        if (kStreamed && count == 16) {
          Stream(out + 16 * i, value);
        } else {
          StoreFirst(out + 16 * i, value, count);
        }
        tops[i] = MaxI(tops[i], Magnitude(value));
      }
    }
  }
  for (int64_t i = 0; g.tops != nullptr && i < panels; ++i) {
    int32_t sixteen[16];
    StoreI(sixteen, tops[i]);
    const int count = i + 1 < panels ? 16 : last;
    __builtin_memcpy(g.tops + row + 16 * i, sixteen, static_cast<uint64_t>(count) * 4);
  }
}

// True when the output would not stay in the L2 caches until it is read.
inline bool Streams(const GemmArgs& g) {
  constexpr int64_t kLeast = 512 << 10;  // floats
  return g.tokens * g.rows >= kLeast &&
         (g.brains != nullptr ||
          (reinterpret_cast<uintptr_t>(g.out) | static_cast<uintptr_t>(g.out_stride * 4)) % 64 ==
              0);
}

// Output of ForPanelPairs: rows.
struct RowOutput {
  static void Stretch(const GemmArgs& g, bool streams, int64_t first, int64_t end, float* sums) {
    if (streams) {
      StoreStretch<true>(g, first, end, sums);
    } else {
      StoreStretch<false>(g, first, end, sums);
    }
  }
};

// The panels [first, last) in stretches of kGemmPanels, the columns in chunks of kChunk: decodes
// each pair of panels of a chunk and hands it to `multiply`, then Output stores the stretch.
//   decode(panel bytes, column, columns, slot): slot 0 or 1 of the pair
//   multiply(column, columns, sums of the pair, next pair, its column)
//   sums: [kGemmPanels / 2][token blocks][kBlockSums]
template <int64_t kChunk, typename Output, typename Decode, typename Multiply>
inline void ForPanelPairs(const GemmArgs& g, float* sums, const Decode& decode,
                          const Multiply& multiply) {
  const bool gated = g.gate_panels != nullptr;
  // With one chunk there is no further pass over the tokens' tiles to save, and fewer sums leave
  // more of L2 to them.
  const int64_t pairs = g.columns <= kChunk ? kGemmPanels / 4 : kGemmPanels / 2;
  const int64_t step = gated ? 1 : 2, most = pairs * step;
  const int64_t pair_sums = (g.tokens + 15) / 16 * kBlockSums;
  const bool streams = Streams(g);
  const auto at = [&](const uint8_t* panels, int64_t panel) {
    return panels + static_cast<uint64_t>(panel) * g.panel_bytes;
  };
  const auto pair_at = [&](int64_t panel) -> PanelPair {
    if (gated) return {{at(g.gate_panels, panel), at(g.panels, panel)}};
    // An odd last panel is multiplied twice; its second product is not stored.
    return {{at(g.panels, panel), at(g.panels, panel + 1 < g.last_panel ? panel + 1 : panel)}};
  };
  for (int64_t stretch = g.first_panel; stretch < g.last_panel; stretch += most) {
    const int64_t end = stretch + (g.last_panel - stretch < most ? g.last_panel - stretch : most);
    for (int64_t column = 0; column < g.columns; column += kChunk) {
      const int64_t columns = g.columns - column < kChunk ? g.columns - column : kChunk;
      float* pair = sums;
      for (int64_t panel = stretch; panel < end; panel += step, pair += pair_sums) {
        const PanelPair from = pair_at(panel);
        decode(from.panel[0], column, columns, 0);
        decode(from.panel[1], column, columns, 1);
        // What is decoded next: the next pair, else the next chunk, else the next stretch.
        int64_t next = panel + step, next_column = column;
        if (next >= end) {
          next_column = column + kChunk < g.columns ? column + kChunk : 0;
          next = next_column > 0 ? stretch : end;
        }
        multiply(column, columns, pair, pair_at(next), next_column);
      }
    }
    Output::Stretch(g, streams, stretch, end, sums);
  }
  if (streams) StreamFence();  // before a barrier tells others that the output is there
}

}  // namespace
}  // namespace hearth::kernels
