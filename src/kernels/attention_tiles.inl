// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Attention of many query tokens in BF16: for each chunk of kKvChunk keys, keys and values become
// tiles in L2 once, and all rows pass in blocks of two row tiles: scores to L1, softmax with a
// running maximum, probabilities as A tiles, products with the values added to sums that stay in
// L2. Hand-tuned like the GEMMs: exponentials cost as much as the products, so they have the
// precision of BF16 and no more. A row says what multiplies (its Product, attention_amx.inl or
// attention_bf16.inl):
//   kFloatScores         queries and keys are floats instead: queries row by row, keys
//                        [key / 16][dimension][16 keys]
//   Begin(), End()       around the products of a call
//   Scores(space, queries, rows, first, last)
//     scores of the row tiles at `queries`, of which `rows` rows are wanted, against the pairs
//     [first, last) of key tiles
//   Mix(space, sums, rows, first, last)
//     sums of those rows += probabilities x values over the pairs [first, last)
#pragma once

#include <immintrin.h>

#include "kernels/brain_tiles.inl"
#include "kernels/kv_element.inl"
#include "kernels/vector_math.inl"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kPairKeys = 32;  // keys of a step: two tiles of scores, one of values
inline constexpr int64_t kChunkPairs = kKvChunk / kPairKeys;
inline constexpr float kNothing = -__builtin_inff();

// What lies in the scratch. padded: head size as a multiple of 32.
struct TileSpace {
  TileSpace(const TileAttendArgs& a, bool float_scores)
      : padded((a.head_size + 31) / 32 * 32),
        score_bytes(float_scores ? 4 : 2),
        queries(a.scratch),
        keys(queries + kTileAttendRows * padded * score_bytes),
        values(keys + kKvChunk * padded * score_bytes),
        scores(reinterpret_cast<float*>(values + kKvChunk * padded * 2)),
        p(reinterpret_cast<uint16_t*>(scores + kTileAttendBlock * kKvChunk)),
        sums(reinterpret_cast<float*>(p + kTileAttendBlock * kKvChunk)),
        highest(sums + kTileAttendRows * padded),
        total(highest + kTileAttendRows) {}
  int64_t steps() const { return padded / kBrainColumns; }
  // REQUIRES: row is a multiple of 16, or queries are floats.
  uint8_t* QueryTiles(int64_t row) const { return queries + row * padded * score_bytes; }

  int64_t padded;
  int64_t score_bytes;  // of one number of a query or key
  uint8_t* queries;     // A tiles [row / 16][padded / 32][16 rows][32]
  uint8_t* keys;        // B tiles [key / 16][padded / 32][16 pairs of dimensions][16 keys][2]
  uint8_t* values;      // B tiles [padded / 16][key / 32][16 pairs of keys][16 dimensions][2]
  float* scores;        // [2 row tiles][16 keys tiles][16 rows][16 keys]
  uint16_t* p;          // A tiles [2 row tiles][key / 32][16 rows][32 keys]
  float* sums;          // [rows][padded]
  float* highest;       // [rows], of scores in powers of two
  float* total;         // [rows]
};

// Tokens [low, high) of the chunk that begins at token `begin` and that row `row` sees.
struct Span {
  int64_t low, high;
};
inline Span Visible(const TileAttendArgs& a, int64_t row, int64_t begin) {
  const int64_t own = a.position + row / a.group + 1;
  const int64_t low = a.window > 0 && own - a.window > begin ? own - a.window - begin : 0;
  return {low, own - begin < kKvChunk ? own - begin : int64_t{kKvChunk}};
}

template <bool kFloatScores>
void TileQueries(const TileAttendArgs& a, const TileSpace& s, int64_t rows) {
  // Softmax works with powers of two; a cap comes before that factor.
  const F scale = Set1(a.softcap > 0 ? a.scale : a.scale * kLog2E);
  for (int64_t row = 0; row < rows; ++row) {
    const float* q = a.query + row / a.group * a.query_stride + row % a.group * a.head_size;
    if constexpr (kFloatScores) {
      auto* out = reinterpret_cast<float*>(s.QueryTiles(row));
      for (int64_t i = 0; i < s.padded; i += 16) {
        Store(out + i, i < a.head_size ? Mul(Load(q + i), scale) : Set1(0));
      }
      continue;
    }
    uint8_t* out = s.QueryTiles(row / 16 * 16) + row % 16 * 64;
    for (int64_t i = 0; i < a.head_size; i += kBrainColumns, out += kTileBytes) {
      const F high = i + 16 < a.head_size ? Mul(Load(q + i + 16), scale) : Set1(0);
      _mm512_storeu_si512(out, Brains(Mul(Load(q + i), scale), high));
    }
  }
}

// Keys and values of one chunk. Values beyond the stored tokens are zero, because a probability of
// zero does not silence what is not a number; keys there give scores that nobody looks at.
template <Kv kKv, bool kFloatScores>
void TileChunk(const TileAttendArgs& a, const TileSpace& s, int64_t begin) {
  using Element = KvElement<kKv>;
  using Stored = typename Element::Type;
  const F zero = Set1(0);
  const int64_t end = a.stored < begin + kKvChunk ? a.stored : begin + kKvChunk;
  const int64_t n = a.head_size;
  for (int64_t block = begin; block < end; block += kKvTokens) {
    const Stored* keys = reinterpret_cast<const Stored*>(a.kv.keys) + block * n;
    uint8_t* out = s.keys + (block - begin) * s.padded * s.score_bytes;
    // Dimensions [i, i + 4), n is a multiple of 4.
    const auto four = [&](int64_t i, F(&x)[4]) {
      if (i >= n) {
        for (F& w : x) w = zero;
        return;
      }
      Element::Keys(keys, i, x);
      if constexpr (kKv == Kv::kInt8) {
        for (F& w : x) w = Mul(w, Load(a.kv.key_scales + block));
      }
    };
    F x[4];
    if constexpr (kFloatScores) {
      for (int64_t i = 0; i < s.padded; i += 4) {
        four(i, x);
        for (const F& w : x) {
          Store(reinterpret_cast<float*>(out), w);
          out += 64;
        }
      }
      continue;
    }
    for (int64_t i = 0; i < s.padded; i += 4, out += 128) {
      four(i, x);
      StoreBrains(out, x[0], x[1]);
      StoreBrains(out + 64, x[2], x[3]);
    }
  }
  const Stored* values = reinterpret_cast<const Stored*>(a.kv.values);
  for (int64_t key = begin; key < end; key += 4) {
    const int64_t tokens = end - key < 4 ? end - key : 4;
    uint8_t* out = s.values + (key - begin) / kPairKeys * kTileBytes + (key - begin) / 2 % 16 * 64;
    for (int64_t i = 0; i < n; i += 16, out += kChunkPairs * kTileBytes) {
      F x[4];
      Element::Values(values + key * n, n, i, x);
      for (int64_t t = 0; t < 4; ++t) {
        if (t >= tokens) {
          x[t] = zero;
        } else if (kKv == Kv::kInt8) {
          x[t] = Mul(x[t], Set1(a.kv.value_scales[key + t]));
        }
      }
      StoreBrains(out, x[0], x[1]);
      StoreBrains(out + 64, x[2], x[3]);
    }
  }
  for (int64_t key = (end - begin + 3) / 4 * 4; key % kPairKeys != 0; key += 2) {
    for (int64_t i = 0; i < n; i += 16) {
      uint8_t* out = s.values + (i / 16 * kChunkPairs + key / kPairKeys) * kTileBytes;
      StoreBrains(out + key / 2 % 16 * 64, zero, zero);
    }
  }
}

// Highest of one row's scores; those outside `see` become -infinity in the steps that see touches.
// `row`: words of 16 keys, one every kTileSums.
inline float HighestOf(const TileAttendArgs& a, float* row, Span see) {
  F highest = Set1(kNothing);
  for (int64_t key = see.low / kPairKeys * kPairKeys; key < see.high; key += kPairKeys) {
    float* word = row + key / 16 * kTileSums;
    F x[2] = {Load(word), Load(word + kTileSums)};
    if (a.softcap > 0) {
      for (F& w : x) w = Mul(Capped(w, a.softcap), Set1(kLog2E));
    }
    if (key < see.low || key + kPairKeys > see.high) {
      const uint32_t upper = see.high - key < 32 ? (1u << (see.high - key)) - 1 : ~0u;
      const uint32_t mask = key < see.low ? upper & (~0u << (see.low - key)) : upper;
      x[0].a = _mm512_mask_mov_ps(Set1(kNothing).a, static_cast<__mmask16>(mask), x[0].a);
      x[1].a = _mm512_mask_mov_ps(Set1(kNothing).a, static_cast<__mmask16>(mask >> 16), x[1].a);
      Store(word, x[0]);
      Store(word + kTileSums, x[1]);
    } else if (a.softcap > 0) {
      Store(word, x[0]);
      Store(word + kTileSums, x[1]);
    }
    highest = Max(Max(x[0], x[1]), highest);
  }
  return ReduceMax(highest);
}

// 2^x with a relative error below 8e-5; 0 for -infinity. REQUIRES: x <= 0.
inline F RoughPower(F x) {
  const F r = {_mm512_reduce_ps(x.a, 0x09)};  // x - floor(x)
  F p = Set1(0.07802452147006989f);
  p = Fma(p, r, Set1(0.2260671705007553f));
  p = Fma(p, r, Set1(0.6958335041999817f));
  p = Fma(p, r, Set1(0.9999251961708069f));
  return {_mm512_scalef_ps(p.a, x.a)};
}

// Probabilities of one row, relative to `highest`, in the steps [first, last); gives their sum.
inline float Probabilities(const float* row, Span see, float highest, int64_t first, int64_t last,
                           uint16_t* out) {
  constexpr int64_t kStride = kTileBytes / 2;
  const int64_t begin = see.low < see.high ? see.low / kPairKeys : last;
  const int64_t end = see.low < see.high ? (see.high + kPairKeys - 1) / kPairKeys : last;
  const __m512i nothing = _mm512_setzero_si512();
  for (int64_t pair = first; pair < begin; ++pair)
    _mm512_storeu_si512(out + pair * kStride, nothing);
  for (int64_t pair = end; pair < last; ++pair) _mm512_storeu_si512(out + pair * kStride, nothing);
  const F top = Set1(highest);
  F sum[2] = {Set1(0), Set1(0)};
  for (int64_t pair = begin; pair < end; ++pair) {
    const float* word = row + 2 * pair * kTileSums;
    const F low = RoughPower(Sub(Load(word), top));
    const F high = RoughPower(Sub(Load(word + kTileSums), top));
    sum[0] = Add(sum[0], low);
    sum[1] = Add(sum[1], high);
    _mm512_storeu_si512(out + pair * kStride, Brains(low, high));
  }
  return ReduceAdd(Add(sum[0], sum[1]));
}

// Scores of the rows [row, row + count) to probabilities; their sums and totals so far are brought
// to the new highest score.
void TileSoftmax(const TileAttendArgs& a, const TileSpace& s, int64_t row, int64_t count,
                 int64_t begin, int64_t first, int64_t last) {
  for (int64_t i = 0; i < count; ++i) {
    const Span see = Visible(a, row + i, begin);
    float* scores = s.scores + i / 16 * 16 * kKvChunk + i % 16 * 16;
    float* highest = s.highest + row + i;
    const float part = HighestOf(a, scores, see);
    const float top = part > *highest ? part : *highest;
    const float sum =
        Probabilities(scores, see, top, first, last, s.p + i / 16 * 16 * kKvChunk + i % 16 * 32);
    float* total = s.total + row + i;
    if (top == *highest) {
      *total += sum;
      continue;
    }
    // Nothing was seen before: sums are zero, and the factor is 2^-infinity = 0.
    const F factor = RoughPower(Set1(*highest - top));
    *total = __builtin_fmaf(*total, _mm512_cvtss_f32(factor.a), sum);
    *highest = top;
    float* sums = s.sums + (row + i) * s.padded;
    for (int64_t c = 0; c < s.padded; c += 16) Store(sums + c, Mul(Load(sums + c), factor));
  }
}

// One block of at most 32 rows against one chunk.
template <typename Product>
void AttendBlock(const TileAttendArgs& a, const TileSpace& s, int64_t row, int64_t count,
                 int64_t begin) {
  const int64_t low = Visible(a, row, begin).low;
  const int64_t high = Visible(a, row + count - 1, begin).high;
  if (low >= high) return;
  const int64_t first = low / kPairKeys;
  const int64_t last = (high + kPairKeys - 1) / kPairKeys;
  Product::Scores(s, s.QueryTiles(row), count, first, last);
  TileSoftmax(a, s, row, count, begin, first, last);
  Product::Mix(s, s.sums + row * s.padded, count, first, last);
}

template <Kv kKv, typename Product>
void AttendTiles(const TileAttendArgs& a) {
  const TileSpace s(a, Product::kFloatScores);
  const int64_t rows = int64_t{a.tokens} * a.group;
  Product::Begin();
  TileQueries<Product::kFloatScores>(a, s, rows);
  const int64_t padded_rows = (rows + kTileAttendBlock - 1) / kTileAttendBlock * kTileAttendBlock;
  __builtin_memset(s.sums, 0, static_cast<uint64_t>(padded_rows * s.padded) * sizeof(float));
  for (int64_t row = 0; row < rows; ++row) {
    s.highest[row] = kNothing;
    s.total[row] = 0;
  }
  const int64_t visible = a.position + a.tokens;
  const int64_t seen = a.window > 0 && a.position + 1 > a.window ? a.position + 1 - a.window : 0;
  for (int64_t begin = seen / kKvChunk * kKvChunk; begin < visible; begin += kKvChunk) {
    TileChunk<kKv, Product::kFloatScores>(a, s, begin);
    for (int64_t row = 0; row < rows; row += kTileAttendBlock) {
      const int64_t count = rows - row < kTileAttendBlock ? rows - row : kTileAttendBlock;
      AttendBlock<Product>(a, s, row, count, begin);
    }
  }
  for (int64_t row = 0; row < rows; ++row) {
    const F factor = Set1(1.0f / s.total[row]);
    const float* sums = s.sums + row * s.padded;
    float* out = a.out + row / a.group * a.out_stride + row % a.group * a.head_size;
    for (int64_t i = 0; i < a.head_size; i += 16) Store(out + i, Mul(Load(sums + i), factor));
  }
  Product::End();
}

template <typename Product>
constexpr TileAttendTable kTileAttend = {{AttendTiles<Kv::kFloat, Product>,
                                          AttendTiles<Kv::kHalf, Product>,
                                          AttendTiles<Kv::kInt8, Product>}};

}  // namespace
}  // namespace hearth::kernels
