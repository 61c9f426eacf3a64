// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Attention over an int8 cache on AMX tiles, which lie in the cache as they are multiplied: 16
// quads of dimensions of a block of keys, or 16 quads of tokens of 16 dimensions of the values. A
// word of 15 bits is two rows of A, high and low, word = 128 * high + low. Sums are those of
// Int8Dots, bit by bit.
#pragma once

#include "kernels/amx_tiles.inl"
#include "kernels/attention_int8.inl"

namespace hearth::kernels {
namespace {

struct Int8Tiles : Int8Rows {
  static constexpr int kTileRows = 8;   // of queries
  static constexpr int64_t kStep = 64;  // dimensions or tokens of a tile
  static constexpr int64_t kTail = 16;  // the same of what is left behind whole tiles
  // Tile registers: sums 0 to 3, A 4, B 5; of the tails A 6, B 7.

  uint8_t* digits;  // of the queries: [row / 8][head_size / 64, rounded up][16][64]

  Int8Tiles(const AttendArgs& args, const AttendSpace& space, int count)
      : Int8Rows(args, space, count), digits(reinterpret_cast<uint8_t*>(space.wide)) {
    int32_t words[1024];  // the largest head
    for (int row = 0; row < rows; ++row) {
      scale[row] = RoundToWords(QueryRow(a, row), a.head_size, words);
      SplitWords(words, a.head_size, QueryTiles(row), row % kTileRows);
    }
    TileConfig config;
    const int used = rows < kTileRows ? 2 * rows : 16;
    for (int tile = 0; tile < 5; ++tile) config.rows[tile] = static_cast<uint8_t>(used);
    config.rows[6] = static_cast<uint8_t>(used);
    config.row_bytes[6] = kTail;
    config.rows[7] = kTail / 4;
    ConfigureTiles(config);
  }
  static void End() { _tile_release(); }

  uint8_t* QueryTiles(int row) const {
    return digits + row / kTileRows * ((a.head_size + kStep - 1) / kStep) * kTileBytes;
  }

  // n words to the rows 2 * row and 2 * row + 1 of A tiles.
  static void SplitWords(const int32_t* words, int64_t n, uint8_t* tiles, int row) {
    for (int64_t i = 0; i < n; i += 16) {
      uint8_t* high = tiles + i / kStep * kTileBytes + 128 * row + i % kStep;
      const I x = LoadI(words + i);
      StoreS8(reinterpret_cast<int8_t*>(high), ShiftRightSignedI<7>(x));
      StoreS8(reinterpret_cast<int8_t*>(high + 64), AndI(x, Set1I(127)));
    }
  }

  // Floats of the sums of one row, its two digits in the rows 2 * row and 2 * row + 1 of a tile.
  static F Joined(const int32_t* tile, int row, float scale) {
    const I high = LoadI(tile + 32 * row), low = LoadI(tile + 32 * row + 16);
    return Mul(ToFloat(AddI(ShiftLeftI<7>(high), low)), Set1(scale));
  }

  // As WordDots does with kQuads lines.
  template <int kQuads>
  static void AskNext(const uint8_t*& next) {
#pragma GCC unroll 16
    for (int i = 0; i < kQuads * kAsk; i += 64) Prefetch(next + i);
    next += kQuads * kAsk;
  }

  // sums[kSums] of `n` dimensions or tokens at `words` and the B tiles at `b`: `apart` bytes from
  // one sum to the next, `row` from one quad to the next.
  template <int kSums>
  static void Multiply(const uint8_t* words, const uint8_t* b, int64_t apart, int64_t row,
                       int64_t n, const uint8_t* next, int32_t* sums) {
    _tile_zero(0);
    if constexpr (kSums == 4) {
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
    }
    int64_t i = 0;
    for (; i + kStep <= n; i += kStep, b += kStep / 4 * row, words += kTileBytes) {
      _tile_loadd(4, words, 64);
      _tile_loadd(5, b, row);
      _tile_dpbssd(0, 4, 5);
      AskNext<kStep / 4>(next);
      if constexpr (kSums == 4) {
        _tile_loadd(5, b + apart, row);
        _tile_dpbssd(1, 4, 5);
        AskNext<kStep / 4>(next);
        _tile_loadd(5, b + 2 * apart, row);
        _tile_dpbssd(2, 4, 5);
        AskNext<kStep / 4>(next);
        _tile_loadd(5, b + 3 * apart, row);
        _tile_dpbssd(3, 4, 5);
        AskNext<kStep / 4>(next);
      }
    }
    for (; i < n; i += kTail, b += kTail / 4 * row, words += kTail) {
      _tile_loadd(6, words, 64);
      _tile_loadd(7, b, row);
      _tile_dpbssd(0, 6, 7);
      if constexpr (kSums == 4) {
        _tile_loadd(7, b + apart, row);
        _tile_dpbssd(1, 6, 7);
        _tile_loadd(7, b + 2 * apart, row);
        _tile_dpbssd(2, 6, 7);
        _tile_loadd(7, b + 3 * apart, row);
        _tile_dpbssd(3, 6, 7);
      }
      AskNext<kSums * kTail / 4>(next);
    }
    _tile_stored(0, sums, 64);
    if constexpr (kSums == 4) {
      _tile_stored(1, sums + kTileSums, 64);
      _tile_stored(2, sums + 2 * kTileSums, 64);
      _tile_stored(3, sums + 3 * kTileSums, 64);
    }
    StoresBeforeTiles();
  }

  // Those sums of `count` rows as floats, kSums x 16 of them, rows of `out` are `stride` apart.
  template <int kSums>
  static void Product(const uint8_t* words, const uint8_t* b, int64_t apart, int64_t row, int64_t n,
                      const uint8_t* next, const float* scales, int count, float* out,
                      int64_t stride) {
    alignas(64) int32_t sums[kSums * kTileSums];
    Multiply<kSums>(words, b, apart, row, n, next, sums);
    for (int r = 0; r < count; ++r, out += stride) {
      for (int k = 0; k < kSums; ++k) {
        Store(out + 16 * k, Joined(sums + k * kTileSums, r, scales[r]));
      }
    }
  }

  void Scores(int64_t begin, int64_t end) const {
    StoresBeforeTiles();
    const int64_t head = a.head_size, block = head * kTokens;
    for (int row = 0; row < rows; row += kTileRows) {
      const int count = rows - row < kTileRows ? rows - row : kTileRows;
      for (int64_t t = begin; t < end;) {
        const uint8_t* next = Values(begin) + (t - begin) * head / 64 * kAsk;
        float* out = s.scores + row * kKvChunk + (t - begin);
        if (end - t > 3 * kTokens) {
          Product<4>(QueryTiles(row), Keys(t), block, 64, head, next, scale + row, count, out,
                     kKvChunk);
          t += 4 * kTokens;
        } else {
          Product<1>(QueryTiles(row), Keys(t), block, 64, head, next, scale + row, count, out,
                     kKvChunk);
          t += kTokens;
        }
      }
    }
  }

  void Mix(int64_t begin, int64_t end) const {
    const int64_t head = a.head_size;
    const int64_t n = (end - begin + kTokens - 1) / kTokens * kTokens;
    const uint8_t* keys = Next(begin, end);
    alignas(64) uint8_t p[kKvChunk / kStep * kTileBytes];
    for (int row = 0; row < rows; row += kTileRows) {
      const int count = rows - row < kTileRows ? rows - row : kTileRows;
      float scales[kTileRows];
      for (int r = 0; r < count; ++r) {
        AskShare(keys, n * head, row + r);
        scales[r] = RoundProbabilities(row + r, n);
        SplitWords(Words(row + r), n, p, r);
      }
      StoresBeforeTiles();
      for (int64_t column = 0; column < head;) {
        const uint8_t* next = keys + column * n / 64 * kAsk;
        const uint8_t* values = Values(begin) + 4 * column;
        float* mix = s.mix + row * head + column;
        if (head - column >= 64) {
          Product<4>(p, values, 64, 4 * head, n, next, scales, count, mix, head);
          column += 64;
        } else {
          Product<1>(p, values, 64, 4 * head, n, next, scales, count, mix, head);
          column += 16;
        }
      }
    }
  }

 private:
  static constexpr int64_t kTokens = kKvTokens;
};

}  // namespace
}  // namespace hearth::kernels
