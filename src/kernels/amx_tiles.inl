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

#include "kernels/brain_tiles.inl"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kPassSteps = 8;

struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

inline void ConfigureTiles(TileConfig config = {}) {
  // GCC 12 tells the optimiser that only 8 bytes are read; this keeps the other stores.
  asm volatile("" : "+m"(config));
  _tile_loadconfig(&config);
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
    _tile_stream_loadd(4, a + k * kTileBytes, 64);
    _tile_loadd(7, b1 + k * kTileBytes, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    if constexpr (kBlocks == 2) {
      _tile_stream_loadd(5, a + a_stride + k * kTileBytes, 64);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
}

// Output of ForPanelPairs: activated pairs as BF16 tiles where they are wanted, else rows. A tile
// row is a line, a tile 16 lines that follow each other; missing tokens are zero because their sums
// are.
struct TileOutput {
  static void Stretch(const GemmArgs& g, bool streams, int64_t first, int64_t end, float* sums) {
    if (g.brains == nullptr) return RowOutput::Stretch(g, streams, first, end, sums);
    const int64_t blocks = (g.tokens + 15) / 16, stride = blocks * kBlockSums;
    const int64_t tiles = g.rows / kBrainColumns;
    for (int64_t block = 0; block < blocks; ++block, sums += kBlockSums) {
      uint16_t* out = g.brains + (block * tiles + first / 2) * 16 * kBrainColumns;
      for (int64_t i = 0; i < end - first; i += 2) {
        const float* const pair[2] = {sums + i * stride, sums + (i + 1) * stride};
        for (int64_t t = 0; t < 16; ++t, out += kBrainColumns) {
          const F a = Load(pair[0] + t * 16), b = Load(pair[1] + t * 16);
          auto* line = reinterpret_cast<__m512i*>(out);
          streams ? _mm512_stream_si512(line, Brains(a, b))
                  : _mm512_store_si512(line, Brains(a, b));
        }
      }
    }
  }
};

// Tile loads do not tell the optimiser what they read: what was stored before must be in memory.
inline void StoresBeforeTiles() {
  asm volatile("" ::: "memory");
}

}  // namespace
}  // namespace hearth::kernels
