// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// BF16 products on AMX tiles. Hand-tuned because a tile register file has no counterpart in the
// vector vocabulary. What decides is where the tiles come from (two-core guest of the Sapphire
// Rapids class, one thread, bare tile loop: both sides in L2 1.65 TFLOP/s, A in L3 0.62). So
// kGemmPanels panels x kGemmColumns columns are decoded once to B tiles in L2, tokens pass in
// blocks whose A tiles stay in L2 meanwhile, and a pair of panels stays in L1. Register block: 2 x
// 2 tiles of sums, 2 of A, 2 of B, so that each tile load feeds two products; the order of loads
// does not matter.
#pragma once

#include <immintrin.h>

#include "kernels/args.h"
#include "kernels/matmul.inl"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kTileBytes = 1024;
inline constexpr int64_t kTileColumns = 32;            // BF16 columns of one tile
inline constexpr int64_t kSumStride = 2 * kTileBytes;  // sums of 16 tokens and a pair of panels
// Tiles along the columns that one pass multiplies: a pair of panels then takes 32 KB and stays in
// L1 while all tokens pass, so that only A comes from L2 (with both from L2 the loads are the
// limit).
inline constexpr int64_t kTokenBlocks = 16;  // blocks of 16 tokens whose A tiles stay in L2
inline constexpr int64_t kL1Steps = 8;

struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

void ConfigureTiles() {
  TileConfig config;
  // GCC 12 tells the optimiser that only 8 bytes are read; this keeps the other stores.
  asm volatile("" : "+m"(config));
  _tile_loadconfig(&config);
}

// 16 rows x 2 columns of floats to one B tile row: bf16(even), bf16(odd) per row.
inline void StorePair(uint8_t* out, F even, F odd) {
  const __m512i pick = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                        8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512bh both = _mm512_cvtne2ps_pbh(odd.a, even.a);
  __m512i bits;
  __builtin_memcpy(&bits, &both, 64);
  _mm512_storeu_si512(out, _mm512_permutexvar_epi16(pick, bits));
}

// Decodes columns [first, first + columns) of one panel to B tiles [columns / 32][1 KB]. The range
// begins at a super-block.
template <Type kType>
void DecodePanel(const uint8_t* panel, int64_t first, int64_t columns, uint8_t* out) {
  using Fmt = Format<kType>;
  F w[32];
  if constexpr (quant::FloatBytes(Fmt::kRow.codes) != 0) {
    const uint8_t* at = panel + first / 32 * Fmt::kBlockBytes;
    for (int64_t c = 0; c < columns; c += 32, at += Fmt::kBlockBytes, out += kTileBytes) {
      LoadFloatBlock<kType>(at, w);
      for (int i = 0; i < 16; ++i) StorePair(out + 64 * i, w[2 * i], w[2 * i + 1]);
    }
  } else {
    constexpr auto kSuperBytes =
        static_cast<int64_t>(quant::ScaleAreaBytes(Fmt::kRow.scales, quant::kSuperBlocks) +
                             quant::kSuperBlocks * static_cast<uint64_t>(Fmt::kBlockBytes));
    PanelReader<kType> reader;
    reader.Open(panel + first / quant::kSuperColumns * kSuperBytes, columns);
    while (reader.blocks_left > 0) {
      const int blocks = reader.OpenSuper();
      for (int b = 0; b < blocks; ++b, reader.at += Fmt::kBlockBytes, out += kTileBytes) {
        for (int64_t i = 0; i < Fmt::kBlockBytes; i += 64) Prefetch(reader.at + kPrefetch + i);
        DecodeBlock<kType>(reader.scales, b, reader.at, w);
        for (int i = 0; i < 16; ++i) StorePair(out + 64 * i, w[2 * i], w[2 * i + 1]);
      }
    }
  }
}

// Sums of kBlocks blocks of 16 tokens x two panels += A x B over `steps` tiles of 32 columns.
// a: tiles of the first token block, the second follows a_stride bytes later; b0, b1: tiles of the
// panels; c: [token block][panel][1 KB].
template <int kBlocks>
inline void TileProduct(const uint8_t* a, int64_t a_stride, const uint8_t* b0, const uint8_t* b1,
                        int64_t steps, bool first, uint8_t* c) {
  if (first) {
    _tile_zero(0);
    _tile_zero(1);
    if constexpr (kBlocks == 2) {
      _tile_zero(2);
      _tile_zero(3);
    }
  } else {
    _tile_loadd(0, c, 64);
    _tile_loadd(1, c + kTileBytes, 64);
    if constexpr (kBlocks == 2) {
      _tile_loadd(2, c + kSumStride, 64);
      _tile_loadd(3, c + kSumStride + kTileBytes, 64);
    }
  }
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
  _tile_stored(0, c, 64);
  _tile_stored(1, c + kTileBytes, 64);
  if constexpr (kBlocks == 2) {
    _tile_stored(2, c + kSumStride, 64);
    _tile_stored(3, c + kSumStride + kTileBytes, 64);
  }
}

// All tokens against one pair of panels.
inline void MultiplyTokens(const uint8_t* a, int64_t a_stride, const uint8_t* b0, const uint8_t* b1,
                           int64_t steps, bool first, int64_t token_blocks, uint8_t* sums) {
  int64_t block = 0;
  for (; block + 1 < token_blocks; block += 2) {
    TileProduct<2>(a + block * a_stride, a_stride, b0, b1, steps, first, sums + block * kSumStride);
  }
  if (block < token_blocks) {
    TileProduct<1>(a + block * a_stride, a_stride, b0, b1, steps, first, sums + block * kSumStride);
  }
}

// Writes the sums of `panels` panels to the output with bias and residual.
inline void StoreSums(const GemmArgs& g, int64_t panel, int64_t panels, const uint8_t* sums) {
  const MatMulArgs rows = {.panels = nullptr,
                           .panel_bytes = 0,
                           .rows = g.rows,
                           .columns = 0,
                           .first_panel = 0,
                           .last_panel = 0,
                           .tokens = g.tokens,
                           .q = {},
                           .x = nullptr,
                           .x_stride = 0,
                           .scratch = nullptr,
                           .out = g.out,
                           .out_stride = g.out_stride,
                           .bias = g.bias,
                           .add = g.add,
                           .add_stride = g.add_stride};
  const int64_t pair = (g.tokens + 15) / 16 * kSumStride;
  for (int64_t token = 0; token < g.tokens; ++token) {
    const uint8_t* row = sums + token / 16 * kSumStride + token % 16 * 64;
    for (int64_t p = 0; p < panels; ++p) {
      StoreRows(rows, panel + p, token,
                Load(reinterpret_cast<const float*>(row + p / 2 * pair + p % 2 * kTileBytes)));
    }
  }
}

template <Type kType>
void Gemm(const GemmArgs& g) {
  ConfigureTiles();
  uint8_t* weights = g.scratch;  // [panels][columns / 32][1 KB]
  uint8_t* sums = weights + kGemmPanels * quant::kPanelRows * kGemmColumns * 2;
  const auto* tiles = reinterpret_cast<const uint8_t*>(g.tiles);
  const int64_t a_stride = g.columns / kTileColumns * kTileBytes;
  const int64_t token_blocks = (g.tokens + 15) / 16;
  for (int64_t panel = g.first_panel; panel < g.last_panel; panel += kGemmPanels) {
    const int64_t left = g.last_panel - panel;
    const int64_t panels = left < kGemmPanels ? left : kGemmPanels;
    for (int64_t column = 0; column < g.columns; column += kGemmColumns) {
      const int64_t rest = g.columns - column;
      const int64_t columns = rest < kGemmColumns ? rest : kGemmColumns;
      const int64_t steps = columns / kTileColumns;
      for (int64_t p = 0; p < panels; ++p) {
        DecodePanel<kType>(g.panels + static_cast<uint64_t>(panel + p) * g.panel_bytes, column,
                           columns, weights + p * steps * kTileBytes);
      }
      for (int64_t block = 0; block < token_blocks; block += kTokenBlocks) {
        const int64_t rest_blocks = token_blocks - block;
        const int64_t blocks = rest_blocks < kTokenBlocks ? rest_blocks : kTokenBlocks;
        for (int64_t step = 0; step < steps; step += kL1Steps) {
          const int64_t part = steps - step < kL1Steps ? steps - step : kL1Steps;
          const uint8_t* a = tiles + block * a_stride + (column / kTileColumns + step) * kTileBytes;
          for (int64_t p = 0; p < panels; p += 2) {
            const uint8_t* b0 = weights + (p * steps + step) * kTileBytes;
            // An odd last panel is multiplied twice; its second product is not stored.
            const uint8_t* b1 = p + 1 < panels ? b0 + steps * kTileBytes : b0;
            MultiplyTokens(a, a_stride, b0, b1, part, column + step == 0, blocks,
                           sums + (p / 2 * token_blocks + block) * kSumStride);
          }
        }
      }
    }
    StoreSums(g, panel, panels, sums);
  }
  _tile_release();
}

void TileTokens(const TileArgs& t) {
  for (int64_t block = t.first_block; block < t.last_block; ++block) {
    uint16_t* out = t.tiles + block * t.columns * 16;
    for (int64_t column = 0; column < t.columns; column += kTileColumns) {
      for (int64_t i = 0; i < 16; ++i, out += kTileColumns) {
        const int64_t token = block * 16 + i;
        if (token >= t.tokens) {
          _mm512_storeu_si512(out, _mm512_setzero_si512());
          continue;
        }
        const float* x = t.x + token * t.stride + column;
        const __m512bh both = _mm512_cvtne2ps_pbh(Load(x + 16).a, Load(x).a);
        __builtin_memcpy(out, &both, 64);
      }
    }
  }
}

template <Type kType>
constexpr GemmFn GemmOf() {
  // Weights that are stored as float32 keep their precision.
  if constexpr (Format<kType>::kRow.codes == Codes::kFloat) {
    return nullptr;
  } else {
    return Gemm<kType>;
  }
}

}  // namespace
}  // namespace hearth::kernels
