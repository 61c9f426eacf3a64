// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// BF16 products on AMX tiles.
#pragma once

#include "kernels/amx_tiles.inl"

namespace hearth::kernels {
namespace {

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
      for (int i = 0; i < 16; ++i) StoreBrains(out + 64 * i, w[2 * i], w[2 * i + 1]);
    }
  } else {
    PanelReader<kType> reader;
    reader.Open(panel + first / quant::kSuperColumns * Fmt::kSuperBytes, columns);
    while (reader.blocks_left > 0) {
      const int blocks = reader.OpenSuper();
      for (int b = 0; b < blocks; ++b, reader.at += Fmt::kBlockBytes, out += kTileBytes) {
        for (int64_t i = 0; i < Fmt::kBlockBytes; i += 64) Prefetch(reader.at + kPrefetch + i);
        DecodeBlock<kType>(reader.scales, b, reader.at, w);
        for (int i = 0; i < 16; ++i) StoreBrains(out + 64 * i, w[2 * i], w[2 * i + 1]);
      }
    }
  }
}

// Sums of kBlocks blocks of 16 tokens x two panels += A x B over `steps` tiles of 32 columns.
// a: tiles of the first token block, the second follows a_stride bytes later; b0, b1: tiles of the
// panels; c: [token block][panel][16][16].
template <int kBlocks>
inline void TileProduct(const uint8_t* a, int64_t a_stride, const uint8_t* b0, const uint8_t* b1,
                        int64_t steps, bool first, float* c) {
  if (first) {
    ZeroSums<kBlocks>();
  } else {
    _tile_loadd(0, c, 64);
    _tile_loadd(1, c + kTileSums, 64);
    if constexpr (kBlocks == 2) {
      _tile_loadd(2, c + 2 * kTileSums, 64);
      _tile_loadd(3, c + 3 * kTileSums, 64);
    }
  }
  MultiplyBrains<kBlocks>(a, a_stride, b0, b1, steps);
  _tile_stored(0, c, 64);
  _tile_stored(1, c + kTileSums, 64);
  if constexpr (kBlocks == 2) {
    _tile_stored(2, c + 2 * kTileSums, 64);
    _tile_stored(3, c + 3 * kTileSums, 64);
  }
}

template <Type kType>
void Gemm(const GemmArgs& g) {
  ConfigureTiles();
  uint8_t* weights = g.scratch;  // [2][kBrainChunk / 32][1 KB]
  constexpr int64_t kSlot = kBrainChunk / kBrainColumns * kTileBytes;
  auto* sums = reinterpret_cast<float*>(g.scratch + kGemmWeightBytes);
  const auto* tiles = reinterpret_cast<const uint8_t*>(g.tiles);
  const int64_t a_stride = g.columns / kBrainColumns * kTileBytes;
  const int64_t token_blocks = (g.tokens + 15) / 16;
  ForPanelPairs<kBrainChunk, TileOutput>(
      g, sums,
      [&](const uint8_t* panel, int64_t column, int64_t columns, int slot) {
        DecodePanel<kType>(panel, column, columns, weights + slot * kSlot);
      },
      [&](int64_t column, int64_t columns, float* pair, const PanelPair&, int64_t) {
        const int64_t steps = columns / kBrainColumns;
        StoresBeforeTiles();
        for (int64_t step = 0; step < steps; step += kPassSteps) {
          const int64_t count = steps - step < kPassSteps ? steps - step : kPassSteps;
          const uint8_t* a = tiles + (column / kBrainColumns + step) * kTileBytes;
          const uint8_t* b0 = weights + step * kTileBytes;
          const bool first = column + step == 0;
          const bool last = column / kBrainColumns + step + count == g.columns / kBrainColumns;
          int64_t block = 0;
          for (; block + 1 < token_blocks; block += 2) {
            TileProduct<2>(a + block * a_stride, a_stride, b0, b0 + kSlot, count, first,
                           pair + block * kBlockSums);
            if (last) ActivateBlocks(g, pair + block * kBlockSums, 2);
          }
          if (block < token_blocks) {
            TileProduct<1>(a + block * a_stride, a_stride, b0, b0 + kSlot, count, first,
                           pair + block * kBlockSums);
            if (last) ActivateBlocks(g, pair + block * kBlockSums, 1);
          }
        }
      });
  _tile_release();
}

void TileTokens(const TileArgs& t) {
  for (int64_t block = t.first_block; block < t.last_block; ++block) {
    uint16_t* out = t.tiles + block * t.columns * 16;
    for (int64_t column = 0; column < t.columns; column += kBrainColumns) {
      for (int64_t i = 0; i < 16; ++i, out += kBrainColumns) {
        const int64_t token = block * 16 + i;
        if (token >= t.tokens) {
          _mm512_storeu_si512(out, _mm512_setzero_si512());
          continue;
        }
        const float* x = t.x + token * t.stride + column;
        _mm512_storeu_si512(out, Brains(Load(x), Load(x + 16)));
      }
    }
  }
}

template <Type kType>
constexpr GemmFn GemmOf() {
  // Weights that are stored as float32 keep their precision; split ones are output layers, which
  // few tokens of a prompt pass.
  if constexpr (Format<kType>::kRow.codes == Codes::kFloat || !Format<kType>::kSplit.whole()) {
    return nullptr;
  } else {
    return Gemm<kType>;
  }
}

}  // namespace
}  // namespace hearth::kernels
