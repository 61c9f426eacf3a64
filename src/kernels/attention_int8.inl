// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Attention over an int8 cache with exact sums: a query becomes integers of 15 bits with one scale,
// and so do the probabilities of a row and chunk, times the scales of their values. The rounding of
// both is a hundredth of that of the cache.
#pragma once

#include "kernels/attention.inl"

namespace hearth::kernels {
namespace {

inline constexpr int kDotMost = 16383;  // times 128 and the largest head it is still an int32

// A chunk's values are asked for while its keys are multiplied (kAsk bytes for 64 of these) and its
// softmax is computed, and the next one's keys likewise, so that memory is never idle.
inline constexpr int64_t kAsk = 40;

// x ~ word * scale; gives the scale. REQUIRES: n is a multiple of 16.
inline float RoundToWords(const float* x, int64_t n, int32_t* words) {
  constexpr float kLeast = 0x1p-100f;  // less counts as zero: its reciprocal would be infinite
  const float reach = Reach(x, n);
  const F inverse = Set1(reach < kLeast ? 0 : kDotMost / reach);
  for (int64_t i = 0; i < n; i += 16) StoreI(words + i, RoundToInt(Mul(Load(x + i), inverse)));
  return reach / kDotMost;
}

// Of each four words a, b, c, d the first two become the pairs (a, c) and (b, d), which is how a
// line of bytes opens; the others are lost. Reads two words beyond n.
inline void PairWords(int32_t* words, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const I low = AndI(LoadI(words + i), Set1I(0xffff));
    StoreI(words + i, OrI(low, ShiftLeftI<16>(LoadI(words + i + 2))));
  }
}

// The word, which lies where floats were, in all lanes.
inline I EachLane(const int32_t* word) {
  int32_t x;
  __builtin_memcpy(&x, word, 4);
  return Set1I(x);
}

// out[r][16 * b] = scales[r] x the products of line b of quads with the words of row r, kRows rows
// and kLines lines, `second` bytes apart, over `quads` quads; from one quad to the next are `step`
// bytes, and of the words 4. Asks for kAsk bytes at `next` for each line.
template <int kRows, int kLines>
inline void WordDots(const uint8_t* lines, int64_t step, int64_t second, const uint8_t* next,
                     int64_t quads, const int32_t* words, int64_t stride, const float* scales,
                     float* out, int64_t out_stride) {
  I sum[kRows][kLines];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int b = 0; b < kLines; ++b) sum[r][b] = Set1I(0);
  }
  for (int64_t j = 0; j < quads; ++j, lines += step, words += 4) {
    I even[kLines], odd[kLines];
#pragma GCC unroll 2
    for (int b = 0; b < kLines; ++b) {
      const L line = LoadL(lines + b * second);
      Prefetch(next);
      next += kAsk;
      even[b] = AsUnits(ShiftRightSignedW<8>(ShiftW<8>(line)));
      odd[b] = AsUnits(ShiftRightSignedW<8>(line));
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const I first = EachLane(words + r * stride), last = EachLane(words + r * stride + 1);
#pragma GCC unroll 2
      for (int b = 0; b < kLines; ++b) {
        sum[r][b] = AddWordDots(AddWordDots(sum[r][b], even[b], first), odd[b], last);
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int b = 0; b < kLines; ++b) {
      Store(out + r * out_stride + 16 * b, Mul(ToFloat(sum[r][b]), Set1(scales[r])));
    }
  }
}

// What both forms of the dots share.
struct Int8Rows {
  const AttendArgs& a;
  const AttendSpace& s;
  int rows;
  float scale[kAttendRows];  // of the words of a query

  Int8Rows(const AttendArgs& args, const AttendSpace& space, int count)
      : a(args), s(space), rows(count) {}
  const uint8_t* Keys(int64_t begin) const { return a.kv.keys + begin * a.head_size; }
  const uint8_t* Values(int64_t begin) const { return a.kv.values + begin * a.head_size; }
  static void Ask(const uint8_t* from, const uint8_t* to) {
    for (; from < to; from += 64) Prefetch(from);
  }
  // The share of a row in what products do not ask for of `bytes` at `at`.
  void AskShare(const uint8_t* at, int64_t bytes, int row) const {
    const int64_t asked = bytes / 64 * kAsk, lines = (bytes - asked) / 64;
    at += asked;
    Ask(at + lines * row / rows * 64, at + lines * (row + 1) / rows * 64);
  }
  void Ahead(int64_t begin, int64_t end, int row) const {
    AskShare(Values(begin), (end - begin) * a.head_size, row);
  }
  // What is asked for while values are multiplied: the next chunk's keys, or where there are none
  // what is at hand.
  const uint8_t* Next(int64_t begin, int64_t end) const {
    return end - begin < kKvChunk ? Values(begin) : Keys(begin + kKvChunk);
  }
  // Probabilities to words, in their place.
  int32_t* Words(int row) const { return reinterpret_cast<int32_t*>(s.scores) + row * kKvChunk; }
  float RoundProbabilities(int row, int64_t n) const {
    return RoundToWords(s.scores + row * kKvChunk, n, Words(row));
  }
};

struct Int8Dots : Int8Rows {
  int32_t* queries;  // [rows][head_size], in pairs

  Int8Dots(const AttendArgs& args, const AttendSpace& space, int count)
      : Int8Rows(args, space, count), queries(reinterpret_cast<int32_t*>(space.wide)) {
    for (int row = 0; row < rows; ++row) {
      int32_t* words = queries + row * a.head_size;
      scale[row] = RoundToWords(QueryRow(a, row), a.head_size, words);
      PairWords(words, a.head_size);
    }
  }
  static void End() {}

  void Scores(int64_t begin, int64_t end) const {
    const int64_t head = a.head_size;
    for (int64_t t = begin; t < end;) {
      const bool two = kWords == 2 && t + kKvTokens < end;
      const uint8_t* next = Values(begin) + (t - begin) * head / 64 * kAsk;
      EachRowBlock(rows, [&]<int kRows>(int row) {
        const auto dots = two ? WordDots<kRows, kWords> : WordDots<kRows, 1>;
        dots(Keys(t), 64, head * kKvTokens, next, head / 4, queries + row * head, head, scale + row,
             s.scores + row * kKvChunk + (t - begin), kKvChunk);
      });
      t += (two ? 2 : 1) * kKvTokens;
    }
  }

  void Mix(int64_t begin, int64_t end) const {
    const int64_t head = a.head_size;
    const int64_t n = (end - begin + kKvTokens - 1) / kKvTokens * kKvTokens;
    float scales[kAttendRows];
    const uint8_t* keys = Next(begin, end);
    for (int row = 0; row < rows; ++row) {
      AskShare(keys, n * head, row);
      scales[row] = RoundProbabilities(row, n);
      PairWords(Words(row), n);
    }
    const int64_t quads = (end - begin + 3) / 4;
    EachRowBlock(rows, [&]<int kRows>(int row) {
      for (int64_t column = 0; column < head;) {
        const bool two = kWords == 2 && column + 16 < head;
        const auto dots = two ? WordDots<kRows, kWords> : WordDots<kRows, 1>;
        dots(Values(begin) + 4 * column, 4 * head, 64, keys + column / 16 * quads * kAsk, quads,
             Words(row), kKvChunk, scales + row, s.mix + row * head + column, head);
        column += two ? 32 : 16;
      }
    });
  }
};

constexpr KvKernels kKvKernels = {
    .store_key = {StoreKey<Kv::kFloat>, StoreKey<Kv::kHalf>, StoreKey<Kv::kInt8>},
    .store_value = {StoreValue<Kv::kFloat>, StoreValue<Kv::kHalf>, StoreValue<Kv::kInt8>},
    .attend = {Attend<Kv::kFloat, FloatDots<Kv::kFloat>>, Attend<Kv::kHalf, FloatDots<Kv::kHalf>>,
               Attend<Kv::kInt8, Int8Dots>},
    .merge = Merge,
};

}  // namespace
}  // namespace hearth::kernels
