// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Products of attention on AMX tiles, always of whole row tiles.
#pragma once

#include "kernels/amx_tiles.inl"
#include "kernels/attention_tiles.inl"

namespace hearth::kernels {
namespace {

struct AttendProduct {
  static constexpr bool kFloatScores = false;
  static void Begin() { ConfigureTiles(); }
  static void End() { _tile_release(); }

  static void Scores(const TileSpace& s, const uint8_t* q, int64_t, int64_t first, int64_t last) {
    StoresBeforeTiles();
    const int64_t steps = s.steps();
    for (int64_t pair = first; pair < last; ++pair) {
      const uint8_t* k = s.keys + 2 * pair * steps * kTileBytes;
      ZeroSums<2>();
      MultiplyBrains<2>(q, steps * kTileBytes, k, k + steps * kTileBytes, steps);
      float* out = s.scores + 2 * pair * kTileSums;
      _tile_stored(0, out, 64);
      _tile_stored(1, out + kTileSums, 64);
      _tile_stored(2, out + kKvChunk * 16, 64);
      _tile_stored(3, out + kKvChunk * 16 + kTileSums, 64);
    }
  }

  static void Mix(const TileSpace& s, float* sums, int64_t, int64_t first, int64_t last) {
    StoresBeforeTiles();
    const int64_t stride = s.padded * 4;
    float* below = sums + 16 * s.padded;
    const auto* p = reinterpret_cast<const uint8_t*>(s.p) + first * kTileBytes;
    for (int64_t i = 0; i < s.padded; i += 32) {
      const uint8_t* v = s.values + (i / 16 * kChunkPairs + first) * kTileBytes;
      _tile_loadd(0, sums + i, stride);
      _tile_loadd(1, sums + i + 16, stride);
      _tile_loadd(2, below + i, stride);
      _tile_loadd(3, below + i + 16, stride);
      MultiplyBrains<2>(p, kChunkPairs * kTileBytes, v, v + kChunkPairs * kTileBytes, last - first);
      _tile_stored(0, sums + i, stride);
      _tile_stored(1, sums + i + 16, stride);
      _tile_stored(2, below + i, stride);
      _tile_stored(3, below + i + 16, stride);
    }
  }
};

}  // namespace
}  // namespace hearth::kernels
