// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Int8 products on AMX tiles: weights are requantised per panel row and group of kByteGroup columns
// while they are decoded, activations per token and group (args.h, ByteTiles). The int32 sums of a
// group are scaled and added in float while the tiles of the next one multiply.
#pragma once

#include "kernels/amx_tiles.inl"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kGroupSteps = kByteGroup / kByteColumns;
inline constexpr int64_t kOutlierSteps = kOutlierQuads * 4 / kByteColumns;
static_assert(kGroupSteps == kPassSteps, "a group of weights stays in L1 while all tokens pass");

// What turns the codes of one group of columns that share s and o into signed bytes, for 16 rows:
//   linear codes   (code * factor + offset) >> 8, modulo 2^16
//   wide codes     round(signed code * factor / 2^15)
template <Type kType>
struct ByteMap {
  using Fmt = Format<kType>;
  // Codes that fill a byte leave no room for a fraction of eight bits beside them.
  static constexpr bool kWide = Fmt::kMax > 127;
  __m512i factor, offset;  // the same 16 bits in both halves of each row's lane

  // Largest magnitude of the 16 rows' weights of a group: block quantisers use their extreme codes,
  // so it is near the true one.
  static F Reach(F s, F o) {
    if constexpr (kWide) return Abs(Mul(s, Set1(127)));
    constexpr int kLow = -Fmt::kZero, kHigh = Fmt::kMax - Fmt::kZero;
    return Max(Abs(Add(Mul(s, Set1(kLow)), o)), Abs(Add(Mul(s, Set1(kHigh)), o)));
  }

  // inverse: 127 / reach of the whole group of columns.
  ByteMap(F s, F o, F inverse) {
    if constexpr (kWide) {
      const F ratio = Mul(Mul(s, inverse), Set1(32768));
      factor = Twice(RoundToInt(Min(ratio, Set1(32767))));
    } else {
      const F scale = Mul(inverse, Set1(256));
      const I a = RoundToInt(Mul(s, scale));
      const I zero = {_mm512_mullo_epi32(a.a, Set1I(Fmt::kZero).a)};
      factor = Twice(a);
      offset = Twice(AddI(SubI(RoundToInt(Mul(o, scale)), zero), Set1I(128)));
    }
  }
  static __m512i Twice(I x) {
    return _mm512_or_si512(_mm512_and_si512(x.a, _mm512_set1_epi32(0xffff)),
                           _mm512_slli_epi32(x.a, 16));
  }

  __m512i Bytes(L line) const {
    __m512i even, odd;
    if constexpr (kWide) {
      const __m512i most = _mm512_set1_epi16(127);  // -128 with a negative scale would be 128
      const __m512i x = Xor(line, 0x80).a;
      even = _mm512_mulhrs_epi16(_mm512_srai_epi16(_mm512_slli_epi16(x, 8), 8), factor);
      odd = _mm512_mulhrs_epi16(_mm512_srai_epi16(x, 8), factor);
      if constexpr (Fmt::kPlanes.byte) {
        even = _mm512_min_epi16(even, most);
        odd = _mm512_min_epi16(odd, most);
      }
      odd = _mm512_slli_epi16(odd, 8);
    } else {
      const __m512i low = _mm512_and_si512(line.a, _mm512_set1_epi16(255));
      even = _mm512_add_epi16(_mm512_mullo_epi16(low, factor), offset);
      even = _mm512_srli_epi16(even, 8);
      odd = _mm512_mullo_epi16(_mm512_srli_epi16(line.a, 8), factor);
      odd = _mm512_add_epi16(odd, offset);
    }
    return _mm512_mask_mov_epi8(even, 0xaaaaaaaaaaaaaaaa, odd);
  }
};

// Opens super-block `super` of a panel of `columns` columns; returns its blocks.
template <Type kType>
inline int OpenSuperAt(const uint8_t* panel, int64_t super, int64_t columns,
                       PanelReader<kType>& reader) {
  reader.Open(panel + super * Format<kType>::kSuperBytes, columns - super * quant::kSuperColumns);
  return reader.OpenSuper();
}

// Decodes the columns [first, first + columns) of a panel, at most kByteGroup from a multiple of
// it, to B tiles [kGroupSteps][1 KB] and one scale per row.
template <Type kType>
void DecodeByteGroup(const uint8_t* panel, int64_t first, int64_t columns, uint8_t* out,
                     float* scale) {
  using Fmt = Format<kType>;
  using Map = ByteMap<kType>;
  constexpr int kSupers = kByteGroup / quant::kSuperColumns;
  PanelReader<kType> supers[kSupers];
  int blocks[kSupers] = {};
  F reach = Set1(0);
  for (int i = 0; i * quant::kSuperColumns < columns; ++i) {
    blocks[i] = OpenSuperAt(panel, first / quant::kSuperColumns + i, first + columns, supers[i]);
    for (int b = 0; b < blocks[i]; ++b) {
      for (int g = 0; g < Fmt::kGroups; ++g) {
        reach = Max(reach, Map::Reach(supers[i].scales.s(b, g), supers[i].scales.o(b, g)));
      }
    }
  }
  Store(scale, Mul(reach, Set1(1.0f / 127)));
  // A row of zeros: 0 / tiny = 0.
  const F inverse = Div(Set1(127), Max(reach, Set1(1e-30f)));
  for (int i = 0; i < kSupers; ++i) {
    const PanelReader<kType>& super = supers[i];
    for (int b = 0; b < blocks[i]; ++b) {
      const uint8_t* block = super.at + b * Fmt::kBlockBytes;
      PrefetchAhead<Fmt::kBlockBytes>(block);
#pragma GCC unroll 2
      for (int g = 0; g < Fmt::kGroups; ++g) {
        const Map map(super.scales.s(b, g), super.scales.o(b, g), inverse);
#pragma GCC unroll 8
        for (int line = 0; line < Fmt::kLines; ++line, out += 64) {
          _mm512_storeu_si512(out, map.Bytes(CodeLine<kType>(block, g * Fmt::kLines + line)));
        }
      }
    }
  }
  if (columns % kByteColumns != 0) {
    for (int i = 0; i < 8; ++i, out += 64) _mm512_storeu_si512(out, _mm512_setzero_si512());
  }
}

// The same of the outlier columns: quads[kOutlierQuads], ascending.
template <Type kType>
void DecodeOutliers(const uint8_t* panel, int64_t columns, const int32_t* quads, uint8_t* out,
                    float* scale) {
  using Fmt = Format<kType>;
  constexpr int kSuperQuads = quant::kSuperColumns / 4;
  F w[kOutlierQuads][4];
  F reach = Set1(0);
  PanelReader<kType> reader;
  int open = -1;
  for (int i = 0; i < kOutlierQuads; ++i) {
    const int super = quads[i] / kSuperQuads, block = quads[i] % kSuperQuads / 8;
    const int line = quads[i] % 8;
    if (super != open) {
      OpenSuperAt(panel, super, columns, reader);
      open = super;
    }
    const int g = Fmt::kGroups == 2 ? line / 4 : 0;
    const F s = reader.scales.s(block, g), o = reader.scales.o(block, g);
    const L bytes = CodeLine<kType>(reader.at + block * Fmt::kBlockBytes, line);
    const I four[4] = {ByteOfUnits<0>(bytes), ByteOfUnits<1>(bytes), ByteOfUnits<2>(bytes),
                       ByteOfUnits<3>(bytes)};
    for (int k = 0; k < 4; ++k) {
      w[i][k] = Add(Mul(s, ToFloat(AddI(four[k], Set1I(-Fmt::kZero)))), o);
      reach = Max(reach, Abs(w[i][k]));
    }
  }
  Store(scale, Mul(reach, Set1(1.0f / 127)));
  const F inverse = Div(Set1(127), Max(reach, Set1(1e-30f)));
  for (int i = 0; i < kOutlierQuads; ++i, out += 64) {
    I line = Set1I(0);
    for (int k = 3; k >= 0; --k) {
      const I byte = AndI(RoundToInt(Mul(w[i][k], inverse)), Set1I(255));
      line = {_mm512_or_si512(_mm512_slli_epi32(line.a, 8), byte.a)};
    }
    _mm512_storeu_si512(out, line.a);
  }
}

// The int32 sums of a group that wait to be scaled: [kBlocks][2 panels][16 tokens][16 rows] of c to
// the same of sums.
struct PendingSums {
  const int32_t* c = nullptr;
  float* sums;
  const float* d[2];       // scales of the tokens of both blocks
  const float* w;          // [2 panels][16] scales of the rows
  int rows = 0, done = 0;  // rows of 16 sums: all, and those already added
};

// Adds the next eight rows (one tile is 16).
template <bool kFirst>
inline void AddRows(PendingSums& p) {
  if (p.done == p.rows) return;
  const int tile = p.done / 16;
  const F w = Load(p.w + tile % 2 * 16);
  const float* d = p.d[tile / 2] + p.done % 16;
  const int32_t* c = p.c + p.done * 16;
  float* sums = p.sums + p.done * 16;
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    const F scaled = Mul(ToFloat(LoadI(c + 16 * i)), w);
    Store(sums + 16 * i,
          kFirst ? Mul(scaled, Set1(d[i])) : Fma(scaled, Set1(d[i]), Load(sums + 16 * i)));
  }
  p.done += 8;
}

// One group of columns of two panels against kBlocks blocks of 16 tokens; the rows of the group
// before are added meanwhile.
template <int kBlocks, bool kFirst>
inline void ByteProduct(const uint8_t* a, int64_t a_stride, const uint8_t* b0, const uint8_t* b1,
                        int64_t steps, int32_t* c, PendingSums& before) {
  ZeroSums<kBlocks>();
  for (int64_t k = 0; k < steps; ++k) {
    _tile_loadd(4, a + k * kTileBytes, 64);
    _tile_loadd(6, b0 + k * kTileBytes, 64);
    _tile_dpbssd(0, 4, 6);
    _tile_loadd(7, b1 + k * kTileBytes, 64);
    _tile_dpbssd(1, 4, 7);
    if constexpr (kBlocks == 2) {
      _tile_loadd(5, a + a_stride + k * kTileBytes, 64);
      _tile_dpbssd(2, 5, 6);
      _tile_dpbssd(3, 5, 7);
    }
    AddRows<kFirst>(before);
  }
  while (before.done < before.rows) AddRows<kFirst>(before);
  _tile_stored(0, c, 64);
  _tile_stored(1, c + kTileSums, 64);
  if constexpr (kBlocks == 2) {
    _tile_stored(2, c + 2 * kTileSums, 64);
    _tile_stored(3, c + 3 * kTileSums, 64);
  }
}

// All tokens against one group of a pair of panels.
//   a, d: tiles and scales of the group of the first token block; b: tiles of both panels, kSlot
//   apart; w: [2][16] scales of their rows; sums: [token blocks][kBlockSums]; last: then they are
//   complete
template <bool kFirst>
inline void MultiplyGroup(const GemmArgs& g, const ByteTilesShape& shape, const uint8_t* a,
                          const float* d, const uint8_t* b, int64_t slot, const float* w,
                          int64_t steps, float* sums, bool last) {
  alignas(64) static thread_local int32_t room[2][2 * kBlockSums];
  const int64_t a_stride = shape.steps * kTileBytes, d_stride = shape.groups * 16;
  const int64_t token_blocks = (g.tokens + 15) / 16;
  PendingSums pending;
  int64_t block = 0;
  for (int turn = 0; block < token_blocks; block += 2, turn ^= 1) {
    const uint8_t* tiles = a + block * a_stride;
    const bool two = block + 1 < token_blocks;
    if (two) {
      ByteProduct<2, kFirst>(tiles, a_stride, b, b + slot, steps, room[turn], pending);
    } else {
      ByteProduct<1, kFirst>(tiles, a_stride, b, b + slot, steps, room[turn], pending);
    }
    if (last && block > 0) ActivateBlocks(g, sums + (block - 2) * kBlockSums, 2);
    const float* scales = d + block * d_stride;
    pending = {room[turn], sums + block * kBlockSums, {scales, scales + d_stride}, w, two ? 64 : 32,
               0};
  }
  while (pending.done < pending.rows) AddRows<kFirst>(pending);
  const int64_t rest = pending.rows / 32;
  if (last) ActivateBlocks(g, sums + (token_blocks - rest) * kBlockSums, rest);
}

template <Type kType>
void ByteGemm(const GemmArgs& g) {
  ConfigureTiles();
  const ByteTilesShape shape = ByteTilesShapeOf(g.columns);
  constexpr int64_t kChunkGroups = kByteChunk / kByteGroup;
  constexpr int64_t kSlot = (kOutlierSteps + kByteChunk / kByteColumns) * kTileBytes;
  static_assert(2 * kSlot <= kGemmWeightBytes);
  uint8_t* weights = g.scratch;  // [2 panels][outlier steps, steps of the chunk][1 KB]
  auto* sums = reinterpret_cast<float*>(g.scratch + kGemmWeightBytes);
  alignas(64) float scales[1 + kChunkGroups][2][16];
  const auto* tiles = reinterpret_cast<const uint8_t*>(g.bytes.tiles);
  ForPanelPairs<kByteChunk>(
      g, sums,
      [&](const uint8_t* from, int64_t column, int64_t columns, int slot) {
        uint8_t* out = weights + slot * kSlot;
        if (column == 0) {
          DecodeOutliers<kType>(from, g.columns, g.bytes.outliers, out, scales[0][slot]);
        }
        out += kOutlierSteps * kTileBytes;
        for (int64_t c = 0; c < columns; c += kByteGroup) {
          DecodeByteGroup<kType>(
              from, column + c, columns - c < kByteGroup ? columns - c : kByteGroup,
              out + c / kByteColumns * kTileBytes, scales[1 + c / kByteGroup][slot]);
        }
      },
      [&](int64_t column, int64_t columns, float* pair) {
        if (column == 0) {
          MultiplyGroup<true>(g, shape, tiles, g.bytes.d, weights, kSlot, scales[0][0],
                              kOutlierSteps, pair, false);
        }
        for (int64_t c = 0; c < columns; c += kByteGroup) {
          const int64_t step = kOutlierSteps + (column + c) / kByteColumns;
          const int64_t left = (columns - c + kByteColumns - 1) / kByteColumns;
          MultiplyGroup<false>(
              g, shape, tiles + step * kTileBytes, g.bytes.d + (1 + (column + c) / kByteGroup) * 16,
              weights + (kOutlierSteps + c / kByteColumns) * kTileBytes, kSlot,
              scales[1 + c / kByteGroup][0], left < kGroupSteps ? left : kGroupSteps, pair,
              column + c + kByteGroup >= g.columns);
        }
      });
  _tile_release();
}

// top[column] = the bits of max(top, |x|): as integers, so that a NaN counts as the largest.
void ColumnTops(const float* x, int64_t stride, int64_t tokens, int64_t columns, int32_t* top) {
  for (int64_t t = 0; t < tokens; ++t, x += stride) {
    for (int64_t c = 0; c < columns; c += 16) {
      StoreI(top + c, MaxI(LoadI(top + c), Magnitude(Load(x + c))));
    }
  }
}

// The largest of 16 magnitudes.
inline float LargestOf(I top) {
  const int32_t bits = _mm512_reduce_max_epi32(top.a);
  float reach;
  __builtin_memcpy(&reach, &bits, 4);
  return reach;
}

// The largest magnitude of n floats, n a multiple of 16; NaN when one is.
inline float Reach(const float* x, int64_t n) {
  I top = Set1I(0);
  for (int64_t i = 0; i < n; i += 16) {
    top = MaxI(top, Magnitude(Load(x + i)));
  }
  return LargestOf(top);
}

// One token's outlier columns as bytes in the tiles of their group; x keeps what is left of them.
inline void TakeOutliers(float* x, const int32_t* quads, uint8_t* tile, int64_t row, float* d) {
  F picked[kOutlierQuads / 4];
  I top = Set1I(0);
  for (int i = 0; i < kOutlierQuads; i += 4) {
    const auto quad = [&](int k) { return _mm_loadu_ps(x + int64_t{4} * quads[i + k]); };
    __m512 four = _mm512_castps128_ps512(quad(0));
    four = _mm512_insertf32x4(four, quad(1), 1);
    four = _mm512_insertf32x4(four, quad(2), 2);
    picked[i / 4].a = _mm512_insertf32x4(four, quad(3), 3);
    top = MaxI(top, Magnitude(picked[i / 4]));
  }
  const float reach = LargestOf(top);
  *d = reach / 127;
  const F inverse = Set1(reach == 0 ? 0 : 127 / reach), step = Set1(*d);
  for (int i = 0; i < kOutlierQuads; i += 4) {
    const I q = RoundToInt(Mul(picked[i / 4], inverse));
    StoreS8(reinterpret_cast<int8_t*>(tile + i / 16 * kTileBytes + row * 64 + i % 16 * 4), q);
    const __m512 left = _mm512_fnmadd_ps(ToFloat(q).a, step.a, picked[i / 4].a);
    _mm_storeu_ps(x + int64_t{4} * quads[i], _mm512_castps512_ps128(left));
    _mm_storeu_ps(x + int64_t{4} * quads[i + 1], _mm512_extractf32x4_ps(left, 1));
    _mm_storeu_ps(x + int64_t{4} * quads[i + 2], _mm512_extractf32x4_ps(left, 2));
    _mm_storeu_ps(x + int64_t{4} * quads[i + 3], _mm512_extractf32x4_ps(left, 3));
  }
}

// 64 floats as bytes, in order.
inline __m512i BytesOf(const float* x, F factor) {
  I q[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) q[i] = RoundToInt(Mul(Load(x + 16 * i), factor));
  const __m512i packed =
      _mm512_packs_epi16(_mm512_packs_epi32(q[0].a, q[1].a), _mm512_packs_epi32(q[2].a, q[3].a));
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, packed);
}

// One group of one token, n columns, to a row of its tiles; returns its scale. `next` is what the
// next call for these columns reads: rows are longer than hardware prefetching remembers.
inline float GroupBytes(const float* x, int64_t n, const float* next, uint8_t* row) {
  const float reach = Reach(x, n);
  const F inverse = Set1(reach == 0 ? 0 : 127 / reach);
  int64_t k = 0;
  for (; k + kByteColumns <= n; k += kByteColumns, row += kTileBytes) {
    for (int i = 0; i < 4; ++i) Prefetch(reinterpret_cast<const uint8_t*>(next + k + 16 * i));
    _mm512_storeu_si512(row, BytesOf(x + k, inverse));
  }
  if (k < n) {  // half a tile, and zeros behind the last column
    alignas(64) float last[kByteColumns] = {};
    __builtin_memcpy(last, x + k, static_cast<uint64_t>(n - k) * 4);
    _mm512_storeu_si512(row, BytesOf(last, inverse));
  }
  return reach / 127;
}

void ByteTokens(const ByteTileArgs& t) {
  const ByteTilesShape shape = ByteTilesShapeOf(t.columns);
  for (int64_t block = t.first_block; block < t.last_block; ++block) {
    auto* tiles = reinterpret_cast<uint8_t*>(t.out.tiles) + block * shape.steps * kTileBytes;
    float* d = t.out.d + block * shape.groups * 16;
    const int64_t missing = t.tokens - block * 16;
    if (missing < 16) {
      __builtin_memset(tiles, 0, static_cast<uint64_t>(shape.steps * kTileBytes));
      __builtin_memset(d, 0, static_cast<uint64_t>(shape.groups) * 64);
    }
    const int64_t rows = missing < 16 ? missing : 16;
    for (int64_t i = 0; i < rows; ++i) {
      float* x = t.x + (block * 16 + i) * t.stride;
      TakeOutliers(x, t.out.outliers, tiles, i, d + i);
      uint8_t* row = tiles + kOutlierSteps * kTileBytes + i * 64;
      for (int64_t c = 0; c < t.columns; c += kByteGroup, row += kGroupSteps * kTileBytes) {
        const int64_t n = t.columns - c < kByteGroup ? t.columns - c : kByteGroup;
        d[(1 + c / kByteGroup) * 16 + i] = GroupBytes(x + c, n, x + c + t.stride, row);
      }
    }
  }
}

template <Type kType>
constexpr GemmFn ByteGemmOf() {
  if constexpr (quant::FloatBytes(Format<kType>::kRow.codes) != 0) {
    return nullptr;
  } else {
    return ByteGemm<kType>;
  }
}

}  // namespace
}  // namespace hearth::kernels
