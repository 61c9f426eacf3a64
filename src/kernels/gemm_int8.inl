// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Int8 products of many tokens: weights are requantised per panel row and group of kByteGroup
// columns while they are decoded, activations per token and group (args.h, ByteTiles). The int32
// sums of a group are exact and scaled and added in float in one order, so that every row gives the
// same bits. A row includes what multiplies before this (its Product, gemm_int8_amx.inl or
// gemm_int8_dots.inl):
//   kUnsigned             tokens are stored + 128, and what that adds is in GroupRows::start
//   kMinTokens            ByteGemmTable::min_tokens
//   Begin(), End()        around the products of a call
//   Output                of ForPanelPairs
//   MultiplyGroup<kFirst>(g, product, last)
//     sums are written when kFirst and added to else; last: then they are complete and are
//     activated
#pragma once

#include "kernels/gemm_stretch.inl"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kOutlierSteps = kOutlierQuads * 4 / kByteColumns;

// What turns the codes of one group of columns that share s and o into signed bytes, for 16 rows:
//   linear codes   (code * factor + offset) >> 8, modulo 2^16
//   wide codes     round(signed code * factor / 2^15)
template <Type kType>
struct ByteMap {
  using Fmt = Format<kType>;
  // Codes that fill a byte leave no room for a fraction of eight bits beside them.
  static constexpr bool kWide = Fmt::kMax > 127;
  L factor, offset;  // the same 16 bits in both halves of each row's lane

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
      const I zero = MulI(a, Set1I(Fmt::kZero));
      factor = Twice(a);
      offset = Twice(AddI(SubI(RoundToInt(Mul(o, scale)), zero), Set1I(128)));
    }
  }
  static L Twice(I x) { return AsLine(OrI(AndI(x, Set1I(0xffff)), ShiftLeftI<16>(x))); }

  L Bytes(L line) const {
    if constexpr (kWide) {
      const L most = AsLine(Set1I(127 << 16 | 127));  // -128 with a negative scale would be 128
      const L x = Xor(line, 0x80);
      L even = MulRoundW(ShiftRightSignedW<8>(ShiftW<8>(x)), factor);
      L odd = MulRoundW(ShiftRightSignedW<8>(x), factor);
      if constexpr (Fmt::kPlanes.byte) {
        even = MinW(even, most);
        odd = MinW(odd, most);
      }
      return SelectOdd(even, ShiftW<8>(odd));
    } else {
      const L low = AsLine(AndI(AsUnits(line), Set1I(0x00ff00ff)));
      const L even = AddW(MulW(low, factor), offset);
      const L odd = AddW(MulW(ShiftW<-8>(line), factor), offset);
      return SelectOdd(ShiftW<-8>(even), odd);
    }
  }
};

// The sums of the bytes of 16 rows that start[] is made of, where tokens are unsigned.
template <typename Product>
struct StartSum {
  static constexpr uint8_t kBias[4] = {128, 128, 128, 128};
  I sum = Set1I(0);
  void Add(L line) {
    if constexpr (Product::kUnsigned) sum = AddDots(sum, kBias, line);
  }
  void Store(int32_t* start) const {
    if constexpr (Product::kUnsigned) StoreI(start, SubI(Set1I(0), sum));
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
// it, to B tiles [kGroupSteps][1 KB], a scale and a start per row.
template <Type kType, typename Product>
void DecodeByteGroup(const uint8_t* panel, int64_t first, int64_t columns, uint8_t* out,
                     float* scale, int32_t* start) {
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
  StartSum<Product> sum;
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
          const L bytes = map.Bytes(CodeLine<kType>(block, g * Fmt::kLines + line));
          sum.Add(bytes);
          StoreL(out, bytes);
        }
      }
    }
  }
  sum.Store(start);
  if (columns % kByteColumns != 0) {
    for (int i = 0; i < 8; ++i, out += 64) StoreL(out, AsLine(Set1I(0)));
  }
}

// The same of the outlier columns: quads[kOutlierQuads], ascending.
template <Type kType, typename Product>
void DecodeOutliers(const uint8_t* panel, int64_t columns, const int32_t* quads, uint8_t* out,
                    float* scale, int32_t* start) {
  using Fmt = Format<kType>;
  constexpr int kSuperQuads = quant::kSuperColumns / 4;
  F w[kOutlierQuads][4];
  F reach = Set1(0);
  PanelReader<kType> reader;
  int open = quads[0] / kSuperQuads;
  OpenSuperAt(panel, open, columns, reader);
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
  StartSum<Product> sum;
  for (int i = 0; i < kOutlierQuads; ++i, out += 64) {
    I line = Set1I(0);
    for (int k = 3; k >= 0; --k) {
      const I byte = AndI(RoundToInt(Mul(w[i][k], inverse)), Set1I(255));
      line = OrI(ShiftLeftI<8>(line), byte);
    }
    sum.Add(AsLine(line));
    StoreL(out, AsLine(line));
  }
  sum.Store(start);
}

template <Type kType, typename Product>
void ByteGemm(const GemmArgs& g) {
  Product::Begin();
  const ByteTilesShape shape = ByteTilesShapeOf(g.columns);
  constexpr int64_t kChunkGroups = kByteChunk / kByteGroup;
  constexpr int64_t kSlot = (kOutlierSteps + kByteChunk / kByteColumns) * kTileBytes;
  static_assert(2 * kSlot <= kGemmWeightBytes);
  uint8_t* weights = g.scratch;  // [2 panels][outlier steps, steps of the chunk][1 KB]
  auto* sums = reinterpret_cast<float*>(g.scratch + kGemmWeightBytes);
  GroupRows rows[1 + kChunkGroups];
  const auto* tiles = reinterpret_cast<const uint8_t*>(g.bytes.tiles);
  ForPanelPairs<kByteChunk, typename Product::Output>(
      g, sums,
      [&](const uint8_t* from, int64_t column, int64_t columns, int slot) {
        uint8_t* const outliers = weights + slot * kSlot;
        uint8_t* const out = outliers + kOutlierSteps * kTileBytes;
        for (int64_t c = 0; c < columns; c += kByteGroup) {
          GroupRows& group = rows[1 + c / kByteGroup];
          DecodeByteGroup<kType, Product>(
              from, column + c, columns - c < kByteGroup ? columns - c : kByteGroup,
              out + c / kByteColumns * kTileBytes, group.scale[slot], group.start[slot]);
        }
        // Behind the groups, so that what they share is in the L1 cache.
        if (column == 0) {
          DecodeOutliers<kType, Product>(from, g.columns, g.bytes.outliers, outliers,
                                         rows[0].scale[slot], rows[0].start[slot]);
        }
      },
      [&](int64_t column, int64_t columns, float* pair, PanelPair next, int64_t next_column) {
        for (const uint8_t*& panel : next.panel) {
          panel += next_column / quant::kSuperColumns * Format<kType>::kSuperBytes;
        }
        // step, group: of the tokens; slot_step, slot_group: of the decoded weights
        const auto product = [&](int64_t step, int64_t group, int64_t slot_step, int64_t slot_group,
                                 int64_t steps) {
          return GroupProduct{tiles + step * kTileBytes,
                              shape.steps * kTileBytes,
                              g.bytes.d + group * 16,
                              shape.groups * 16,
                              weights + slot_step * kTileBytes,
                              kSlot,
                              rows[slot_group],
                              steps,
                              pair,
                              next};
        };
        if (column == 0) {
          Product::template MultiplyGroup<true>(g, product(0, 0, 0, 0, kOutlierSteps), false);
        }
        for (int64_t c = 0; c < columns; c += kByteGroup) {
          const int64_t left = (columns - c + kByteColumns - 1) / kByteColumns;
          Product::template MultiplyGroup<false>(
              g,
              product(kOutlierSteps + (column + c) / kByteColumns, 1 + (column + c) / kByteGroup,
                      kOutlierSteps + c / kByteColumns, 1 + c / kByteGroup,
                      left < kGroupSteps ? left : kGroupSteps),
              column + c + kByteGroup >= g.columns);
        }
      });
  Product::End();
}

// top[column] = the bits of max(top, |x|): as integers, so that a NaN counts as the largest.
void ColumnTops(const float* x, int64_t stride, int64_t tokens, int64_t columns, int32_t* top) {
  for (int64_t t = 0; t < tokens; ++t, x += stride) {
    for (int64_t c = 0; c < columns; c += 16) {
      StoreI(top + c, MaxI(LoadI(top + c), Magnitude(Load(x + c))));
    }
  }
}

// 64 signed bytes as the product wants them.
template <typename Product>
inline void StoreBytes(uint8_t* out, const I (&q)[4]) {
  const L bytes = PackS8(q[0], q[1], q[2], q[3]);
  StoreL(out, Product::kUnsigned ? Xor(bytes, 0x80) : bytes);
}

// One token's outlier columns as bytes in the tiles of their group; x keeps what is left of them.
template <typename Product>
inline void TakeOutliers(float* x, const int32_t* quads, uint8_t* tile, int64_t row, float* d) {
  const auto quad = [&](int i) { return x + int64_t{4} * quads[i]; };
  F picked[kOutlierQuads / 4];
  I top = Set1I(0);
  for (int i = 0; i < kOutlierQuads; i += 4) {
    picked[i / 4] = LoadQuads(quad(i), quad(i + 1), quad(i + 2), quad(i + 3));
    top = MaxI(top, Magnitude(picked[i / 4]));
  }
  const float reach = LargestOf(top);
  *d = reach / 127;
  const F inverse = Set1(reach == 0 ? 0 : 127 / reach), minus_step = Set1(-*d);
  for (int i = 0; i < kOutlierQuads; i += 16) {
    I q[4];
    for (int k = 0; k < 4; ++k) {
      const F x4 = picked[i / 4 + k];
      const int n = i + 4 * k;
      q[k] = RoundToInt(Mul(x4, inverse));
      StoreQuads(quad(n), quad(n + 1), quad(n + 2), quad(n + 3),
                 Fma(ToFloat(q[k]), minus_step, x4));
    }
    StoreBytes<Product>(tile + i / 16 * kTileBytes + row * 64, q);
  }
}

// 64 floats as bytes, in order.
template <typename Product>
inline void StoreBytesOf(uint8_t* out, const float* x, F factor) {
  I q[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) q[i] = RoundToInt(Mul(Load(x + 16 * i), factor));
  StoreBytes<Product>(out, q);
}

// One group of one token, n columns, to a row of its tiles; returns its scale. `next` is what the
// next call for these columns reads: rows are longer than hardware prefetching remembers.
template <typename Product>
inline float GroupBytes(const float* x, int64_t n, const float* next, uint8_t* row) {
  const float reach = Reach(x, n);
  const F inverse = Set1(reach == 0 ? 0 : 127 / reach);
  int64_t k = 0;
  for (; k + kByteColumns <= n; k += kByteColumns, row += kTileBytes) {
    for (int i = 0; i < 4; ++i) Prefetch(reinterpret_cast<const uint8_t*>(next + k + 16 * i));
    StoreBytesOf<Product>(row, x + k, inverse);
  }
  if (k < n) {  // half a tile, and zeros behind the last column
    alignas(64) float last[kByteColumns] = {};
    __builtin_memcpy(last, x + k, static_cast<uint64_t>(n - k) * 4);
    StoreBytesOf<Product>(row, last, inverse);
  }
  return reach / 127;
}

template <typename Product>
void ByteTokens(const ByteTileArgs& t) {
  const ByteTilesShape shape = ByteTilesShapeOf(t.columns);
  for (int64_t block = t.first_block; block < t.last_block; ++block) {
    auto* tiles = reinterpret_cast<uint8_t*>(t.out.tiles) + block * shape.steps * kTileBytes;
    float* d = t.out.d + block * shape.groups * 16;
    const int64_t missing = t.tokens - block * 16;
    if (missing < 16) {  // any bytes do where the scale is zero
      __builtin_memset(tiles, 0, static_cast<uint64_t>(shape.steps * kTileBytes));
      __builtin_memset(d, 0, static_cast<uint64_t>(shape.groups) * 64);
    }
    const int64_t rows = missing < 16 ? missing : 16;
    for (int64_t i = 0; i < rows; ++i) {
      float* x = t.x + (block * 16 + i) * t.stride;
      TakeOutliers<Product>(x, t.out.outliers, tiles, i, d + i);
      uint8_t* row = tiles + kOutlierSteps * kTileBytes + i * 64;
      for (int64_t c = 0; c < t.columns; c += kByteGroup, row += kGroupSteps * kTileBytes) {
        const int64_t n = t.columns - c < kByteGroup ? t.columns - c : kByteGroup;
        d[(1 + c / kByteGroup) * 16 + i] = GroupBytes<Product>(x + c, n, x + c + t.stride, row);
      }
    }
  }
}

template <Type kType>
constexpr GemmFn ByteGemmOf() {
  using Fmt = Format<kType>;
  if constexpr (quant::FloatBytes(Fmt::kRow.codes) != 0 || !Fmt::kSplit.whole()) {
    return nullptr;
  } else {
    return ByteGemm<kType, ByteProduct>;
  }
}

}  // namespace
}  // namespace hearth::kernels
