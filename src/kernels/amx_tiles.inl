// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// What both GEMMs on AMX tiles share. Hand-tuned because a tile register file has no counterpart in
// the vector vocabulary.
//
// Where the tiles come from decides (two-core guest of the Sapphire Rapids class, one thread,
// int8): registers only 6.9 TOP/s; weights (B) in L1 and tokens (A) in L2 5.6, also with 1 MB of A;
// 32 KB or more of B 4.2; A in L3 1.4. So a pair of panels is decoded to L2, kPassSteps steps of it
// stay in L1 while all tokens pass, and a chunk of columns is short enough for the A tiles of all
// tokens to stay in L2 over the pairs of a stretch. Register block: 2 x 2 tiles of sums, 2 of A, 2
// of B, so that each tile load feeds two products.
#pragma once

#include <immintrin.h>

#include "kernels/args.h"
#include "kernels/matmul.inl"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kTileBytes = 1024;
inline constexpr int64_t kBrainColumns = 32;  // BF16 columns of one tile
inline constexpr int64_t kByteColumns = 64;   // int8 columns of one tile
inline constexpr int64_t kTileSums = 256;
inline constexpr int64_t kBlockSums = 2 * kTileSums;  // sums of 16 tokens and a pair of panels
inline constexpr int64_t kPassSteps = 8;

struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

inline void ConfigureTiles() {
  TileConfig config;
  // GCC 12 tells the optimiser that only 8 bytes are read; this keeps the other stores.
  asm volatile("" : "+m"(config));
  _tile_loadconfig(&config);
}

inline I MaxI(I x, I y) {
  return {_mm512_max_epi32(x.a, y.a)};
}

// The bits of |x|: as integers they compare like the magnitudes, and a NaN is the largest.
inline I Magnitude(F x) {
  return AndI(FToBits(x), Set1I(0x7fffffff));
}

// The tiles of sums: of kBlocks blocks of 16 tokens, each beside two of B.
template <int kBlocks>
inline void ZeroSums() {
  _tile_zero(0);
  _tile_zero(1);
  if constexpr (kBlocks == 2) {
    _tile_zero(2);
    _tile_zero(3);
  }
}

// Those sums += A x B over `steps` BF16 tiles that follow each other; the second block of A is
// a_stride bytes behind the first.
template <int kBlocks>
inline void MultiplyBrains(const uint8_t* a, int64_t a_stride, const uint8_t* b0, const uint8_t* b1,
                           int64_t steps) {
  for (int64_t k = 0; k < steps; ++k) {
    _tile_loadd(6, b0 + k * kTileBytes, 64);
    _tile_loadd(4, a + k * kTileBytes, 64);
    _tile_loadd(7, b1 + k * kTileBytes, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (kBlocks == 2) {
      _tile_loadd(5, a + a_stride + k * kTileBytes, 64);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
}

// Tile loads do not tell the optimiser what they read: what was stored before must be in memory.
inline void StoresBeforeTiles() {
  asm volatile("" ::: "memory");
}

// 16 rows x 2 columns of floats to one B tile row: bf16(even), bf16(odd) per row.
inline void StoreBrains(uint8_t* out, F even, F odd) {
  const __m512i pick = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                        8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512bh both = _mm512_cvtne2ps_pbh(odd.a, even.a);
  __m512i bits;
  __builtin_memcpy(&bits, &both, 64);
  _mm512_storeu_si512(out, _mm512_permutexvar_epi16(pick, bits));
}

// Activates complete sums of a gated pair, [blocks][kBlockSums], while they are in the L1 cache.
inline void ActivateBlocks(const GemmArgs& g, float* sums, int64_t blocks) {
  if (g.gate_panels == nullptr) return;
  for (int64_t i = 0; i < blocks; ++i, sums += kBlockSums) {
    g.activate(sums, sums + kTileSums, kTileSums);
  }
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
          _mm512_stream_ps(out + 16 * i, value.a);
        } else {
          StoreFirst(out + 16 * i, value, count);
        }
        tops[i] = MaxI(tops[i], Magnitude(value));
      }
    }
  }
  for (int64_t i = 0; g.tops != nullptr && i < panels; ++i) {
    _mm512_mask_storeu_epi32(g.tops + row + 16 * i, FirstLanes(i + 1 < panels ? 16 : last),
                             tops[i].a);
  }
}

// True when this thread's part of the output would not stay in the L2 cache until it is read.
inline bool Streams(const GemmArgs& g) {
  constexpr int64_t kLeast = 256 << 10;  // floats
  return g.tokens * (g.last_panel - g.first_panel) * quant::kPanelRows >= kLeast &&
         (reinterpret_cast<uintptr_t>(g.out) | static_cast<uintptr_t>(g.out_stride * 4)) % 64 == 0;
}

// The panels [first, last) in stretches of kGemmPanels, the columns in chunks of kChunk: decodes
// each pair of panels of a chunk and hands it to `multiply(column, columns, sums of the pair)`,
// then stores the stretch. With a gate, a pair is one panel of each matrix.
//   decode(panel bytes, column, columns, slot): slot 0 or 1 of the pair
//   sums: [kGemmPanels / 2][token blocks][kBlockSums]
template <int64_t kChunk, typename Decode, typename Multiply>
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
  for (int64_t stretch = g.first_panel; stretch < g.last_panel; stretch += most) {
    const int64_t end = stretch + (g.last_panel - stretch < most ? g.last_panel - stretch : most);
    for (int64_t column = 0; column < g.columns; column += kChunk) {
      const int64_t columns = g.columns - column < kChunk ? g.columns - column : kChunk;
      float* pair = sums;
      for (int64_t panel = stretch; panel < end; panel += step, pair += pair_sums) {
        if (gated) {
          decode(at(g.gate_panels, panel), column, columns, 0);
          decode(at(g.panels, panel), column, columns, 1);
        } else {
          // An odd last panel is multiplied twice; its second product is not stored.
          decode(at(g.panels, panel), column, columns, 0);
          decode(at(g.panels, panel + 1 < end ? panel + 1 : panel), column, columns, 1);
        }
        StoresBeforeTiles();
        multiply(column, columns, pair);
      }
    }
    if (streams) {
      StoreStretch<true>(g, stretch, end, sums);
    } else {
      StoreStretch<false>(g, stretch, end, sums);
    }
  }
  if (streams) _mm_sfence();  // before a barrier tells others that the output is there
}

}  // namespace
}  // namespace hearth::kernels
