// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "kernels/limits_probe.h"

namespace hearth::kernels {
namespace {

struct alignas(64) TileConfig {
  unsigned char palette, start_row, reserved[14];
  unsigned short row_bytes[16];
  unsigned char rows[16];
};

// Eight tiles of 16 rows of 64 bytes: C in 0-3, A in 4-5, B in 6-7, the 2 x 2 block of a GEMM.
void Configure() {
  TileConfig config = {};
  config.palette = 1;
  for (int i = 0; i < 8; ++i) {
    config.row_bytes[i] = 64;
    config.rows[i] = 16;
  }
  asm volatile("" : "+m"(config));  // GCC 12 tells the compiler of 8 bytes only
  _tile_loadconfig(&config);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

constexpr long kTile = 1024;

// Where the four tiles of step `i` lie, for a working set of `bytes` (a power of two).
inline const unsigned char* Source(const unsigned char* buffer, long i, long bytes) {
  return buffer + (i * 4 * kTile & (bytes - 1));
}

inline void LoadFour(const unsigned char* p) {
  _tile_loadd(4, p, 64);
  _tile_loadd(5, p + kTile, 64);
  _tile_loadd(6, p + 2 * kTile, 64);
  _tile_loadd(7, p + 3 * kTile, 64);
}

inline void DotInt8() {
  _tile_dpbssd(0, 4, 6);
  _tile_dpbssd(1, 4, 7);
  _tile_dpbssd(2, 5, 6);
  _tile_dpbssd(3, 5, 7);
}

inline void DotBf16() {
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
  _tile_dpbf16ps(2, 5, 6);
  _tile_dpbf16ps(3, 5, 7);
}

// Working sets: one L1-resident block, and the whole scratch buffer for L2. 0: load once.
constexpr long kL1 = 16384;
constexpr long kL2 = kProbeBuffer;

#define HEARTH_TILE_PROBE(name, dot, bytes)                           \
  void name(long steps, unsigned char* buffer) {                      \
    Configure();                                                      \
    LoadFour(buffer);                                                 \
    for (long i = 0; i < steps; ++i) {                                \
      if constexpr ((bytes) != 0) LoadFour(Source(buffer, i, bytes)); \
      dot();                                                          \
    }                                                                 \
    _tile_release();                                                  \
  }
HEARTH_TILE_PROBE(Int8Registers, DotInt8, 0)
HEARTH_TILE_PROBE(Int8L1, DotInt8, kL1)
HEARTH_TILE_PROBE(Int8L2, DotInt8, kL2)
HEARTH_TILE_PROBE(Bf16Registers, DotBf16, 0)
HEARTH_TILE_PROBE(Bf16L1, DotBf16, kL1)
HEARTH_TILE_PROBE(Bf16L2, DotBf16, kL2)
#undef HEARTH_TILE_PROBE

constexpr double kInt8Step = 4 * 16 * 16 * 64 * 2.0;
constexpr double kBf16Step = 4 * 16 * 16 * 32 * 2.0;
constexpr Probe kProbes[] = {
    {"AMX int8, registers only", kInt8Step, Int8Registers},
    {"AMX int8, tiles from L1", kInt8Step, Int8L1},
    {"AMX int8, tiles from L2", kInt8Step, Int8L2},
    {"AMX bf16, registers only", kBf16Step, Bf16Registers},
    {"AMX bf16, tiles from L1", kBf16Step, Bf16L1},
    {"AMX bf16, tiles from L2", kBf16Step, Bf16L2},
};

}  // namespace

const ProbeTable kLimitsAmx = {nullptr, kProbes, 6};

}  // namespace hearth::kernels
