// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Attention over the KV cache, written once in the words of the vocabulary. A row is one query
// vector. Tokens are taken in aligned chunks of kKvChunk: scores, maximum, exponentials, mix; chunk
// results are merged in order. What multiplies is the Dots of a cache type: FloatDots below,
// Int8Dots (attention_int8.inl) and its counterpart on tiles:
//   Dots(a, s, rows), End()  around a call
//   Scores(begin, end)       s.scores of the blocks of 16 tokens from `begin`, a chunk's first, on
//   Ahead(begin, end, row)   before the softmax of a row: asks for values
//   Mix(begin, end)          s.mix from s.scores, which are probabilities now
// Sums of floats are over dimensions and tokens in order and those of int8 are exact, so neither
// the rows computed together nor the split of chunks over threads changes a bit.
#pragma once

#include "kernels/kv_element.inl"
#include "kernels/vector.inl"

namespace hearth::kernels {
namespace {

inline constexpr int kRowBlock = kMaxTokens;            // rows in registers
inline constexpr int kWords = kMaxTokens >= 8 ? 2 : 1;  // words of tokens or dimensions beside them

// The largest magnitude that binary16 holds: larger ones are stored as it.
inline F HalfRange(F x) {
  return Min(Max(x, Set1(-65504.0f)), Set1(65504.0f));
}

// One vector as elements of the cache in consecutive order; gives the scale (kInt8).
template <Kv kKv>
inline float Convert(const float* x, int64_t n, typename KvElement<kKv>::Type* out) {
  if constexpr (kKv == Kv::kFloat) {
    for (int64_t i = 0; i < n; i += 16) Store(out + i, Load(x + i));
  } else if constexpr (kKv == Kv::kHalf) {
    for (int64_t i = 0; i < n; i += 16) StoreHalf(out + i, HalfRange(Load(x + i)));
  } else {
    F highest = Set1(0);
    for (int64_t i = 0; i < n; i += 16) highest = Max(Abs(Load(x + i)), highest);
    const float max = ReduceMax(highest);
    const F inverse = Set1(max > 0 ? 127.0f / max : 0.0f);
    for (int64_t i = 0; i < n; i += 16) StoreS8(out + i, RoundToInt(Mul(Load(x + i), inverse)));
    return max / 127.0f;
  }
  return 1.0f;
}

template <Kv kKv>
void StoreKey(const KvHead& kv, int64_t head_size, int64_t position, const float* key) {
  using Stored = typename KvElement<kKv>::Type;
  constexpr int kRun = kKv == Kv::kInt8 ? 4 : 1;  // dimensions side by side
  const int64_t block = position / kKvTokens;
  const int64_t lane = position % kKvTokens;
  Stored* out = reinterpret_cast<Stored*>(kv.keys) + block * head_size * kKvTokens + lane * kRun;
  Stored part[1024];  // the largest head
  const float scale = Convert<kKv>(key, head_size, part);
  for (int64_t i = 0; i < head_size; i += kRun) {
    __builtin_memcpy(out + i * kKvTokens, part + i, kRun * sizeof(Stored));
  }
  if constexpr (kKv == Kv::kInt8) kv.key_scales[position] = scale;
}

template <Kv kKv>
void StoreValue(const KvHead& kv, int64_t head_size, int64_t position, const float* value) {
  using Stored = typename KvElement<kKv>::Type;
  auto* values = reinterpret_cast<Stored*>(kv.values);
  if constexpr (kKv == Kv::kInt8) {
    Stored part[1024];
    kv.value_scales[position] = Convert<kKv>(value, head_size, part);
    values += position / 4 * 4 * head_size + position % 4;
    for (int64_t i = 0; i < head_size; ++i) values[4 * i] = part[i];
  } else {
    Convert<kKv>(value, head_size, values + position * head_size);
  }
}

// Where the rows of one call live in its scratch.
struct AttendSpace {
  float* scores;   // [rows][kKvChunk]
  float* wide;     // [rows][head_size]: of two blocks of keys or values, or of queries, converted
  float* mix;      // [rows][head_size] of one chunk
  float* highest;  // [rows] of one chunk
  float* total;    // [rows]
};

inline AttendSpace SpaceOf(const AttendArgs& a) {
  AttendSpace s;
  s.scores = a.scratch;
  s.wide = s.scores + kAttendRows * kKvChunk;
  s.mix = s.wide + kAttendRows * a.head_size;
  s.highest = s.mix + kAttendRows * a.head_size;
  s.total = s.highest + kAttendRows;
  return s;
}

inline const float* QueryRow(const AttendArgs& a, int row) {
  return a.query + row / a.group * a.query_stride + row % a.group * a.head_size;
}

// scores[row][0 .. 16 * kBlocks) = q . k for kRows rows and kBlocks blocks of keys.
template <Kv kKv, int kRows, int kBlocks>
inline void ScoreRows(const AttendArgs& a, int row, const typename KvElement<kKv>::Type* keys,
                      float* scores) {
  const float* q[kRows];
  F acc[kRows][kBlocks];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    q[r] = QueryRow(a, row + r);
#pragma GCC unroll 2
    for (int b = 0; b < kBlocks; ++b) acc[r][b] = Set1(0);
  }
  constexpr auto kStep = static_cast<int64_t>(kBlocks * kKvTokens * sizeof(keys[0]));
  const auto* next = reinterpret_cast<const uint8_t*>(keys) + a.head_size * kStep;
  for (int64_t i = 0; i < a.head_size; ++i) {
    if constexpr (kKv != Kv::kFloat) Prefetch(next + i * kStep);
    F k[kBlocks];
#pragma GCC unroll 2
    for (int b = 0; b < kBlocks; ++b) {
      k[b] = KvElement<kKv>::Get(keys + (b * a.head_size + i) * kKvTokens);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const F x = Set1(q[r][i]);
#pragma GCC unroll 2
      for (int b = 0; b < kBlocks; ++b) acc[r][b] = Fma(x, k[b], acc[r][b]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int b = 0; b < kBlocks; ++b) Store(scores + (row + r) * kKvChunk + 16 * b, acc[r][b]);
  }
}

// Tokens that Mix takes at a time: they stay in the first cache while columns are walked.
inline constexpr int64_t kMixTokens = 2 * kKvTokens;

// mix[row][column ..] += sum over `tokens` tokens of p * v, for kRows rows and kColumns words.
template <Kv kKv, int kRows, int kColumns>
inline void Mix(const AttendArgs& a, int row, int tokens,
                const typename KvElement<kKv>::Type* values, const float* p, float* mix) {
  F acc[kRows][kColumns];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int c = 0; c < kColumns; ++c) acc[r][c] = Load(mix + (row + r) * a.head_size + 16 * c);
  }
  for (int64_t t = 0; t < tokens; ++t) {
    if constexpr (kKv != Kv::kFloat) {
      Prefetch(reinterpret_cast<const uint8_t*>(values + (t + kMixTokens) * a.head_size));
    }
    F v[kColumns];
#pragma GCC unroll 2
    for (int c = 0; c < kColumns; ++c) {
      v[c] = KvElement<kKv>::Get(values + t * a.head_size + 16 * c);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const F x = Set1(p[(row + r) * kKvChunk + t]);
#pragma GCC unroll 2
      for (int c = 0; c < kColumns; ++c) acc[r][c] = Fma(x, v[c], acc[r][c]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int c = 0; c < kColumns; ++c) Store(mix + (row + r) * a.head_size + 16 * c, acc[r][c]);
  }
}

template <Kv kKv, int kRows>
inline void MixRow(const AttendArgs& a, int row, int tokens,
                   const typename KvElement<kKv>::Type* values, const float* p, float* mix) {
  int64_t column = 0;
  for (; column + 16 * kWords <= a.head_size; column += 16 * kWords) {
    Mix<kKv, kRows, kWords>(a, row, tokens, values + column, p, mix + column);
  }
  for (; column < a.head_size; column += 16) {
    Mix<kKv, kRows, 1>(a, row, tokens, values + column, p, mix + column);
  }
}

// Calls body.template operator()<n>(row) for row blocks that cover [0, rows).
template <typename Body>
inline void EachRowBlock(int rows, const Body& body) {
  int row = 0;
  for (; row + kRowBlock <= rows; row += kRowBlock) body.template operator()<kRowBlock>(row);
  if constexpr (kRowBlock >= 8) {
    switch (rows - row) {
      case 7:
        return body.template operator()<7>(row);
      case 6:
        return body.template operator()<6>(row);
      case 5:
        return body.template operator()<5>(row);
      case 4:
        return body.template operator()<4>(row);
      default:
        break;
    }
  }
  switch (rows - row) {
    case 3:
      return body.template operator()<3>(row);
    case 2:
      return body.template operator()<2>(row);
    case 1:
      return body.template operator()<1>(row);
    default:
      break;
  }
}

// Elements to floats, in the same order; what follows them in memory is wanted next.
template <Kv kKv>
inline void Widen(const typename KvElement<kKv>::Type* in, int64_t n, float* out) {
  for (int64_t i = 0; i < n; i += 16) {
    Prefetch(reinterpret_cast<const uint8_t*>(in + n + i));
    Store(out + i, KvElement<kKv>::Get(in + i));
  }
}

template <Kv kKv>
struct FloatDots {
  using Stored = typename KvElement<kKv>::Type;
  const AttendArgs& a;
  const AttendSpace& s;
  int rows;
  bool widen;

  FloatDots(const AttendArgs& args, const AttendSpace& space, int count)
      : a(args), s(space), rows(count), widen(kKv != Kv::kFloat && count > kRowBlock) {}
  static void End() {}

  void Scores(int64_t begin, int64_t end) const {
    const int64_t block_elements = a.head_size * int64_t{kKvTokens};
    const Stored* keys =
        reinterpret_cast<const Stored*>(a.kv.keys) + begin / kKvTokens * block_elements;
    const int64_t blocks = (end - begin + kKvTokens - 1) / kKvTokens;
    for (int64_t b = 0; b < blocks;) {
      const bool two = kWords == 2 && b + 2 <= blocks;
      const Stored* at = keys + b * block_elements;
      float* scores = s.scores + b * kKvTokens;
      if (widen) Widen<kKv>(at, (two ? 2 : 1) * block_elements, s.wide);
      EachRowBlock(rows, [&]<int kRows>(int row) {
        if (widen && two) {
          ScoreRows<Kv::kFloat, kRows, kWords>(a, row, s.wide, scores);
        } else if (widen) {
          ScoreRows<Kv::kFloat, kRows, 1>(a, row, s.wide, scores);
        } else if (two) {
          ScoreRows<kKv, kRows, kWords>(a, row, at, scores);
        } else {
          ScoreRows<kKv, kRows, 1>(a, row, at, scores);
        }
      });
      b += two ? 2 : 1;
    }
  }

  // The first values of the chunk.
  void Ahead(int64_t begin, int64_t, int row) const {
    if (row > 0) return;
    const auto* values = reinterpret_cast<const uint8_t*>(
        reinterpret_cast<const Stored*>(a.kv.values) + begin * a.head_size);
    const int64_t bytes = kMixTokens * a.head_size * static_cast<int64_t>(sizeof(Stored));
    for (int64_t i = 0; i < bytes; i += 64) Prefetch(values + i);
  }

  void Mix(int64_t begin, int64_t end) const {
    const Stored* values = reinterpret_cast<const Stored*>(a.kv.values) + begin * a.head_size;
    for (int64_t i = 0; i < rows * int64_t{a.head_size}; i += 16) Store(s.mix + i, Set1(0));
    for (int64_t t = 0; t < end - begin; t += kMixTokens) {
      const int64_t left = end - begin - t;
      const int count = static_cast<int>(left < kMixTokens ? left : kMixTokens);
      const Stored* at = values + t * a.head_size;
      if (widen) Widen<kKv>(at, count * int64_t{a.head_size}, s.wide);
      EachRowBlock(rows, [&]<int kRows>(int row) {
        if (widen) {
          MixRow<Kv::kFloat, kRows>(a, row, count, s.wide, s.scores + t, s.mix);
        } else {
          MixRow<kKv, kRows>(a, row, count, at, s.scores + t, s.mix);
        }
      });
    }
  }
};

// Scores of one row to probabilities relative to the row's highest; tokens outside [low, high) of
// the chunk that begins at `begin` get 0. `blocks` words are written.
template <Kv kKv>
inline void ChunkSoftmax(const AttendArgs& a, float* scores, int64_t begin, int64_t low,
                         int64_t high, int64_t blocks, float* highest, float* total) {
  F max = Set1(-__builtin_inff());
  for (int64_t b = 0; b < blocks; ++b) {
    float* word = scores + 16 * b;
    F x = Mul(Load(word), Set1(a.scale));
    if constexpr (kKv == Kv::kInt8) x = Mul(x, Load(a.kv.key_scales + begin + 16 * b));
    if (a.softcap > 0) x = Capped(x, a.softcap);
    Store(word, x);
    const int64_t first = begin + 16 * b;
    if (first < low || first + 16 > high) {
      for (int64_t t = 0; t < 16; ++t) {
        if (first + t < low || first + t >= high) word[t] = -__builtin_inff();
      }
      x = Load(word);
    }
    max = Max(x, max);
  }
  *highest = ReduceMax(max);
  *total = 0;
  if (low >= high) return;
  F sum = Set1(0);
  for (int64_t b = 0; b < blocks; ++b) {
    float* word = scores + 16 * b;
    F p = Exp(Sub(Load(word), Set1(*highest)));
    sum = Add(sum, p);
    if constexpr (kKv == Kv::kInt8) {
      const int64_t first = begin + 16 * b;
      if (first < low || first + 16 > high) {  // scales beyond the cached tokens may be anything
        Store(word, p);
        for (int64_t t = 0; t < 16; ++t) {
          if (first + t >= low && first + t < high) word[t] *= a.kv.value_scales[first + t];
        }
        continue;
      }
      p = Mul(p, Load(a.kv.value_scales + first));
    }
    Store(word, p);
  }
  *total = ReduceAdd(sum);
}

// (highest, total, mix) of a row becomes the merge of itself and of a later part.
inline void MergeRow(int64_t n, float* highest, float* total, float* mix, float part_highest,
                     float part_total, const float* part_mix) {
  if (part_highest == -__builtin_inff()) return;
  const bool first = *highest == -__builtin_inff();
  const float top = !first && *highest > part_highest ? *highest : part_highest;
  float factors[16];
  Store(factors, Exp(Sub(Set1(first ? top : *highest), Set1(top))));
  const float old_factor = first ? 0.0f : factors[0];
  Store(factors, Exp(Sub(Set1(part_highest), Set1(top))));
  const float new_factor = factors[0];
  *total =
      first ? part_total * new_factor : __builtin_fmaf(*total, old_factor, part_total * new_factor);
  *highest = top;
  for (int64_t i = 0; i < n; i += 16) {
    const F part = Mul(Load(part_mix + i), Set1(new_factor));
    Store(mix + i, first ? part : Fma(Load(mix + i), Set1(old_factor), part));
  }
}

template <Kv kKv, typename Dots>
void Attend(const AttendArgs& a) {
  const AttendSpace s = SpaceOf(a);
  const int rows = a.tokens * a.group;
  for (int row = 0; row < rows; ++row) a.highest[row] = -__builtin_inff();
  const Dots dots(a, s, rows);
  for (int64_t chunk = a.first_chunk; chunk < a.last_chunk; ++chunk) {
    const int64_t begin = chunk * kKvChunk;
    const int64_t visible = a.position + a.tokens;  // of the last row
    const int64_t end = visible < begin + kKvChunk ? visible : begin + kKvChunk;
    if (end <= begin) break;
    const int64_t blocks = (end - begin + kKvTokens - 1) / kKvTokens;
    dots.Scores(begin, end);
    for (int row = 0; row < rows; ++row) {
      const int64_t own = a.position + row / a.group + 1;
      const int64_t low = a.window > 0 && own > a.window ? own - a.window : 0;
      const int64_t high = own < end ? own : end;
      dots.Ahead(begin, end, row);
      ChunkSoftmax<kKv>(a, s.scores + row * kKvChunk, begin, low > begin ? low : begin, high,
                        blocks, s.highest + row, s.total + row);
      if (s.highest[row] == -__builtin_inff()) {  // sees nothing of this chunk
        for (int64_t b = 0; b < blocks; ++b) Store(s.scores + row * kKvChunk + 16 * b, Set1(0));
      }
    }
    dots.Mix(begin, end);
    for (int row = 0; row < rows; ++row) {
      MergeRow(a.head_size, a.highest + row, a.total + row, a.mix + row * a.mix_stride,
               s.highest[row], s.total[row], s.mix + row * a.head_size);
    }
  }
  dots.End();
}

void Merge(const MergeArgs& a) {
  float highest = -__builtin_inff();
  float total = 0;
  for (int64_t part = 0; part < a.parts; ++part) {
    MergeRow(a.head_size, &highest, &total, a.out, a.highest[part * a.stride],
             a.total[part * a.stride], a.mix + part * a.mix_stride);
  }
  Scale(a.out, 1.0f / total, a.head_size);
}

}  // namespace
}  // namespace hearth::kernels
