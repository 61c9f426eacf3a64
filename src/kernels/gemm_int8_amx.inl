// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Int8 products on AMX tiles. The sums of a group are scaled and added while the tiles of the next
// one multiply.
#pragma once

#include "kernels/amx_tiles.inl"
#include "kernels/gemm_stretch.inl"

namespace hearth::kernels {
namespace {

static_assert(kGroupSteps == kPassSteps, "a group of weights stays in L1 while all tokens pass");

// The int32 sums of a group that wait to be scaled: [kBlocks][2 panels][16 tokens][16 rows] of c to
// the same of sums.
struct PendingSums {
  const int32_t* c = nullptr;
  float* sums;
  const float* d[2];       // scales of the tokens of both blocks
  const float* w;          // [2 panels][16] scales of the rows
  int rows = 0, done = 0;  // rows of 16 sums: all, and those already added
};

// What is done with the sums of a group while the next one multiplies: each call adds eight rows
// (one tile is 16).
template <bool kFirst>
struct Adding {
  [[gnu::always_inline]] static void Rows(PendingSums& p) {
    if (p.done == p.rows) return;
    const int tile = p.done / 16;
    const F w = Load(p.w + tile % 2 * 16);
    const float* d = p.d[tile / 2] + p.done % 16;
    const int32_t* c = p.c + p.done * 16;
    float* sums = p.sums + p.done * 16;
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) AddScaled<kFirst>(LoadI(c + 16 * i), w, d[i], sums + 16 * i);
    p.done += 8;
  }
};

// The same of the last group of a gated pair: the complete sums of four tokens are activated, and
// only what that gives is stored, in the gate's place.
template <Activation kActivation>
struct Activating {
  [[gnu::always_inline]] static void Rows(PendingSums& p) {
    if (p.done == p.rows) return;
    const int block = p.done / 32, token = p.done % 32 / 2;
    const F gate_w = Load(p.w), up_w = Load(p.w + 16);
    const float* d = p.d[block] + token;
    const int32_t* c = p.c + block * kBlockSums + token * 16;
    float* sums = p.sums + block * kBlockSums + token * 16;
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i, c += 16, sums += 16) {
      const F gate = Scaled<false>(LoadI(c), gate_w, d[i], sums);
      const F up = Scaled<false>(LoadI(c + kTileSums), up_w, d[i], sums + kTileSums);
      Store(sums, Gated<kActivation>(gate, up));
    }
    p.done += 8;
  }
};

// One group of columns against kBlocks blocks of 16 tokens from `block` on; the rows of the blocks
// before are finished meanwhile. Tokens pass by the L1 cache, which the weights and sums fill. Each
// step asks for a line of the next weights, of both panels in turn.
template <int kBlocks, typename Finish>
inline void MultiplyTiles(const GroupProduct& p, int64_t block, int32_t* c, PendingSums& before) {
  const uint8_t* a = p.a + block * p.a_stride;
  const uint8_t* b = p.b;
  ZeroSums<kBlocks>();
  for (int64_t k = 0; k < p.steps; ++k, a += kTileBytes, b += kTileBytes) {
    _tile_stream_loadd(4, a, 64);
    _tile_loadd(6, b, 64);
    _tile_dpbssd(0, 4, 6);
    _tile_loadd(7, b + p.slot, 64);
    _tile_dpbssd(1, 4, 7);
    if constexpr (kBlocks == 2) {
      _tile_stream_loadd(5, a + p.a_stride, 64);
      _tile_dpbssd(2, 5, 6);
      _tile_dpbssd(3, 5, 7);
    }
    Finish::Rows(before);
    const uint8_t*& next = p.next.panel[k % 2];
    _mm_prefetch(next, _MM_HINT_T1);
    next += 64;
  }
  while (before.done < before.rows) Finish::Rows(before);
  _tile_stored(0, c, 64);
  _tile_stored(1, c + kTileSums, 64);
  if constexpr (kBlocks == 2) {
    _tile_stored(2, c + 2 * kTileSums, 64);
    _tile_stored(3, c + 3 * kTileSums, 64);
  }
}

struct ByteProduct {
  using Output = TileOutput;
  static constexpr bool kUnsigned = false;
  static constexpr int64_t kMinTokens = kGemmMinTokens;
  static void Begin() { ConfigureTiles(); }
  static void End() { _tile_release(); }

  template <bool kFirst>
  static void MultiplyGroup(const GemmArgs& g, const GroupProduct& p, bool last) {
    StoresBeforeTiles();
    if (last && g.gate_panels != nullptr) {
      WithActivation(g.activation, [&]<Activation kActivation>() {
        MultiplyBlocks<Activating<kActivation>>(g.tokens, p);
      });
    } else {
      MultiplyBlocks<Adding<kFirst>>(g.tokens, p);
    }
  }

  template <typename Finish>
  static void MultiplyBlocks(int64_t tokens, const GroupProduct& p) {
    alignas(64) int32_t room[2 * kBlockSums];
    const int64_t blocks = (tokens + 15) / 16;
    PendingSums pending;
    for (int64_t block = 0; block < blocks; block += 2) {
      const bool two = block + 1 < blocks;
      if (two) {
        MultiplyTiles<2, Finish>(p, block, room, pending);
      } else {
        MultiplyTiles<1, Finish>(p, block, room, pending);
      }
      const float* d = p.d + block * p.d_stride;
      pending = {
          room, p.sums + block * kBlockSums, {d, d + p.d_stride}, p.rows.scale[0], two ? 64 : 32,
          0};
    }
    while (pending.done < pending.rows) Finish::Rows(pending);
  }
};

}  // namespace
}  // namespace hearth::kernels
