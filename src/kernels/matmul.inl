// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrix products over packed panels, written once in the words of the vocabulary. Order of float
// operations, the same on every ISA: per token and row, blocks in column order,
//   acc = fma(float(dot), s * d, acc), then acc = fma(o, dsum, acc) where the format has offsets;
// the integer dot is exact. So neither threads nor groups of tokens nor the ISA change a bit.
#pragma once

#include "kernels/args.h"
#include "kernels/weights.inl"

namespace hearth::kernels {
namespace {

// Bytes between a block being read and the one asked for: about a memory latency at full rate, for
// the several streams that one thread reads.
inline constexpr int kPrefetch = 2048;

// Asks for what follows kPrefetch behind `at`.
template <int64_t kBytes>
[[gnu::always_inline]] inline void PrefetchAhead(const uint8_t* at) {
#pragma GCC unroll 8
  for (int64_t i = 0; i < kBytes; i += 64) Prefetch(at + kPrefetch + i);
}

template <Type kType>
inline void OpenPanel(const MatMulArgs& a, int64_t panel, PanelReader<kType>& reader) {
  const auto i = static_cast<uint64_t>(panel);
  reader.Open(a.panels + i * a.panel_bytes, a.columns, a.low + i * a.low_bytes);
}

// Rows of a panel that the matrix has: the last panel may be partial.
[[gnu::always_inline]] inline int RowsOf(int64_t rows, int64_t panel) {
  const int64_t left = rows - panel * quant::kPanelRows;
  return left < quant::kPanelRows ? static_cast<int>(left) : quant::kPanelRows;
}

// Stores 16 rows of one token with the optional bias and residual.
[[gnu::always_inline]] inline void StoreRows(const MatMulArgs& a, int64_t panel, int64_t token,
                                             F value) {
  const int64_t row = panel * quant::kPanelRows;
  const int n = RowsOf(a.rows, panel);
  float* out = a.out + token * a.out_stride + row;
  if (n == quant::kPanelRows) {
    if (a.bias != nullptr) value = Add(value, Load(a.bias + row));
    if (a.add != nullptr) value = Add(value, Load(a.add + token * a.add_stride + row));
    Store(out, value);
    return;
  }
  if (a.bias != nullptr) value = Add(value, LoadFirst(a.bias + row, n));
  if (a.add != nullptr) value = Add(value, LoadFirst(a.add + token * a.add_stride + row, n));
  StoreFirst(out, value, n);
}

// out[m] = x[m] + x[apart + m] for n values; a whole word is written, because what is read from a
// masked store waits for it to leave the store buffer.
template <int n>
[[gnu::always_inline]] inline void AddHalves(const float* x, int apart, float* out) {
  Store(out, Add(LoadFirst(x, n), LoadFirst(x + apart, n)));
}

// The same pointer, of which the compiler knows nothing: neither what is read through it nor its
// sums with constants are then kept in registers from one panel to the next.
template <typename T>
[[gnu::always_inline]] inline const T* Afresh(const T* p) {
  asm volatile("" : "+r"(p) : : "memory");
  return p;
}

// 32 columns of kMaxTokens tokens of a group of kTokenGroup.
template <Type kType>
struct TokenBlock {
  using Fmt = Format<kType>;
  static constexpr int kTokens = kMaxTokens;
  const int8_t* q;
  const float* d;
  const int32_t* sum;
  const float* dsum;
  int32_t start[Fmt::kGroups][kTokens];  // -zero x the sum of q over the columns of a scale
  float whole[16];                       // dsum of 32 columns (AddHalves)

  TokenBlock(const MatMulArgs& a, int64_t group, int m0) {
    const int64_t first = group * kTokenGroup;
    q = a.q.q + first * a.columns + 32 * m0;
    d = a.q.d + first * (a.columns / 32) + m0;
    sum = a.q.sum + first * (a.columns / 16) + m0;
    dsum = a.q.dsum + first * (a.columns / 16) + m0;
  }
  // What all panels need of these columns.
  [[gnu::always_inline]] void Open() {
    if constexpr (Fmt::kZero != 0) {
      for (int m = 0; m < kTokens; ++m) {
        const int32_t low = sum[m], high = sum[kTokenGroup + m];
        start[0][m] = -Fmt::kZero * (Fmt::kGroups == 2 ? low : low + high);
        if constexpr (Fmt::kGroups == 2) start[1][m] = -Fmt::kZero * high;
      }
    }
    if constexpr (Fmt::kOffset && Fmt::kGroups == 1) AddHalves<kTokens>(dsum, kTokenGroup, whole);
  }
  void Next() {
    q += 32 * kTokenGroup;
    d += kTokenGroup;
    sum += 2 * kTokenGroup;
    dsum += 2 * kTokenGroup;
  }
  // acc[token] += the product of block b of a panel's super-block.
  [[gnu::always_inline]] void Add(const Block& block, const ScaleReader<Fmt::kRow.scales>& scales,
                                  int b, F* acc) const {
#pragma GCC unroll 2
    for (int g = 0; g < Fmt::kGroups; ++g) {
      Dot<Fmt::kMax, Fmt::kLines, kTokens> dot[kTokens];
#pragma GCC unroll 8
      for (int m = 0; m < kTokens; ++m) dot[m].Start(Fmt::kZero == 0 ? 0 : start[g][m]);
#pragma GCC unroll 8
      for (int j = 0; j < Fmt::kLines; ++j) {
        const L line = CodeLine<kType>(block, g * Fmt::kLines + j);
        const int8_t* quad = q + 4 * (g * Fmt::kLines + j);
#pragma GCC unroll 8
        for (int m = 0; m < kTokens; ++m) dot[m].Add(j, line, quad + 32 * m);
      }
      const F s = scales.s(b, g), o = scales.o(b, g);
#pragma GCC unroll 8
      for (int m = 0; m < kTokens; ++m) {
        F x = Fma(ToFloat(dot[m].Done()), Mul(s, Set1(d[m])), acc[m]);
        if constexpr (Fmt::kOffset) {
          x = Fma(o, Set1(Fmt::kGroups == 2 ? dsum[g * kTokenGroup + m] : whole[m]), x);
        }
        acc[m] = x;
      }
    }
  }
};

// kPanels panels, `apart` of each other, x the only token of a group. kFirst: group is 0.
template <Type kType, int kPanels, bool kFirst>
inline void DotOne(const MatMulArgs& a, int64_t panel, int64_t apart, int64_t group) {
  using Fmt = Format<kType>;
  const int64_t token = group * kTokenGroup;
  const int8_t* q = a.q.q + token * a.columns;
  const float* d = a.q.d + token * (a.columns / 32);
  const int32_t* sum = a.q.sum + token * (a.columns / 16);
  const float* dsum = a.q.dsum + token * (a.columns / 16);
  PanelReader<kType> reader[kPanels];
  F acc[kPanels] = {};
  for (int p = 0; p < kPanels; ++p) {
    OpenPanel(a, panel + p * apart, reader[p]);
  }
  while (reader[0].blocks_left > 0) {
    int blocks = 0;
#pragma GCC unroll 4
    for (int p = 0; p < kPanels; ++p) {
      if constexpr (kFirst) PrefetchAhead<Fmt::kAreaBytes>(reader[p].at);
      blocks = reader[p].OpenSuper();
    }
    for (int b = 0; b < blocks; ++b) {
#pragma GCC unroll 4
      for (int p = 0; p < kPanels; ++p) {
        const Block block = reader[p].Next();
        if constexpr (kFirst) {
          PrefetchAhead<Fmt::kBlockBytes>(block.at);
          PrefetchAhead<Fmt::kLowBytes>(block.low);
        }
#pragma GCC unroll 2
        for (int g = 0; g < Fmt::kGroups; ++g) {
          Dot<Fmt::kMax, Fmt::kLines, 1> dot;
          dot.Start(-Fmt::kZero * (Fmt::kGroups == 2 ? sum[g] : sum[0] + sum[1]));
#pragma GCC unroll 8
          for (int j = 0; j < Fmt::kLines; ++j) {
            const int quad = g * Fmt::kLines + j;
            dot.Add(j, CodeLine<kType>(block, quad), q + 4 * quad);
          }
          acc[p] = Fma(ToFloat(dot.Done()), Mul(reader[p].scales.s(b, g), Set1(d[0])), acc[p]);
          if constexpr (Fmt::kOffset) {
            const float whole = Fmt::kGroups == 2 ? dsum[g] : dsum[0] + dsum[1];
            acc[p] = Fma(reader[p].scales.o(b, g), Set1(whole), acc[p]);
          }
        }
      }
      q += 32;
      d += 1;
      sum += 2;
      dsum += 2;
    }
  }
  for (int p = 0; p < kPanels; ++p) StoreRows(a, panel + p * apart, token, acc[p]);
}

// kPanels panels, `apart` of each other, x tokens [m0, m0 + kMaxTokens) of a group of kTokenGroup.
template <Type kType, int kPanels>
inline void DotGroup(const MatMulArgs& a, int64_t panel, int64_t apart, int64_t group, int m0,
                     int valid) {
  using Fmt = Format<kType>;
  TokenBlock<kType> tokens(a, group, m0);
  PanelReader<kType> reader[kPanels];
  F acc[kPanels][kMaxTokens] = {};
  for (int p = 0; p < kPanels; ++p) OpenPanel(a, panel + p * apart, reader[p]);
  while (reader[0].blocks_left > 0) {
    int blocks = 0;
    for (int p = 0; p < kPanels; ++p) {
      if (group == 0) PrefetchAhead<Fmt::kAreaBytes>(reader[p].at);
      blocks = reader[p].OpenSuper();
    }
    for (int b = 0; b < blocks; ++b, tokens.Next()) {
      tokens.Open();
      for (int p = 0; p < kPanels; ++p) {
        const Block block = reader[p].Next();
        if (group == 0) {
          PrefetchAhead<Fmt::kBlockBytes>(block.at);
          PrefetchAhead<Fmt::kLowBytes>(block.low);
        }
        (kPanels == 1 ? &tokens : Afresh(&tokens))->Add(block, reader[p].scales, b, acc[p]);
      }
    }
  }
  for (int p = 0; p < kPanels; ++p) {
#pragma GCC unroll 8
    for (int m = 0; m < kMaxTokens; ++m) {  // without an index, sums may stay in registers
      if (m0 + m < valid) {
        StoreRows(a, panel + p * apart, group * kTokenGroup + m0 + m, acc[p][m]);
      }
    }
  }
}

// kPanels panels, `apart` of each other, and all tokens.
template <Type kType, int kPanels>
inline void AllTokens(const MatMulArgs& a, int64_t panel, int64_t apart) {
  if (a.tokens == 1) return DotOne<kType, kPanels, true>(a, panel, apart, 0);
  for (int64_t group = 0; group * kTokenGroup < a.tokens; ++group) {
    const int64_t left = a.tokens - group * kTokenGroup;
    if (PaddedGroup(left) == 1) {
      DotOne<kType, kPanels, false>(a, panel, apart, group);
      return;
    }
    const int valid = left < kTokenGroup ? static_cast<int>(left) : kTokenGroup;
    for (int m0 = 0; m0 < valid; m0 += kMaxTokens) {
      DotGroup<kType, kPanels>(a, panel, apart, group, m0, valid);
    }
  }
}

// Several concurrent memory streams per thread, each through neighbouring panels: what is
// prefetched beyond the end of one is the beginning of the next. Returns the first panel left.
template <Type kType, int kPanels>
inline int64_t InStreams(const MatMulArgs& a, int64_t panel) {
  const int64_t length = (a.last_panel - panel) / kPanels;
  for (int64_t i = 0; i < length; ++i) AllTokens<kType, kPanels>(a, panel + i, length);
  return panel + kPanels * length;
}

template <Type kType>
void MatMul(const MatMulArgs& a) {
  // With many tokens the products take longer than the memory, and one panel's sums stay in
  // registers. Panels of a split matrix are two streams each.
  constexpr int64_t kManyTokens = 4 * kTokenGroup;
  constexpr int kFewStreams = Format<kType>::kLowBytes != 0 ? (kStreams + 1) / 2 : kStreams;
  int64_t panel = a.first_panel;
  if (a.tokens == 1) {
    panel = InStreams<kType, kStreams>(a, panel);
  } else if (a.tokens < kManyTokens) {
    panel = InStreams<kType, kFewStreams>(a, panel);
  }
  for (; panel < a.last_panel; ++panel) AllTokens<kType, 1>(a, panel, 1);
}

// One block of 32 columns of a float format to w[32].
template <Type kType>
inline void LoadFloatBlock(const uint8_t* block, F* w) {
  constexpr Codes kCodes = Format<kType>::kRow.codes;
  if constexpr (kCodes == Codes::kFloat) {
    for (int k = 0; k < 32; ++k) w[k] = Load(reinterpret_cast<const float*>(block) + 16 * k);
  } else {
    for (int k = 0; k < 32; k += 2) {
      LoadPairs(block + 32 * k, kCodes == Codes::kBrain, &w[k], &w[k + 1]);
    }
  }
}

// Adds one block of columns [column, column + 32) for kTokens tokens from `token`; fma in column
// order.
template <int kTokens>
inline void FloatTokens(const MatMulArgs& a, const F* w, int64_t column, int64_t token) {
  F acc[kTokens];
  const float* x = a.x + token * a.x_stride + column;
  float* c = a.scratch + 16 * token;
#pragma GCC unroll 8
  for (int m = 0; m < kTokens; ++m) acc[m] = Load(c + 16 * m);
  for (int k = 0; k < 32; ++k) {
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) acc[m] = Fma(w[k], Set1(x[m * a.x_stride + k]), acc[m]);
  }
#pragma GCC unroll 8
  for (int m = 0; m < kTokens; ++m) Store(c + 16 * m, acc[m]);
}

inline void FloatBlock(const MatMulArgs& a, const F* w, int64_t column) {
  int64_t token = 0;
  for (; token + kMaxTokens <= a.tokens; token += kMaxTokens) {
    FloatTokens<kMaxTokens>(a, w, column, token);
  }
  for (; token < a.tokens; ++token) FloatTokens<1>(a, w, column, token);
}

// Calls fn(w, column) for each block of 32 columns of a panel: w[k] are the weights of 16 rows.
template <Type kType, typename Fn>
inline void ForFloatBlocks(const MatMulArgs& a, int64_t panel, const Fn& fn) {
  F w[32];
  if constexpr (quant::FloatBytes(Format<kType>::kRow.codes) != 0) {
    const uint8_t* at = a.panels + static_cast<uint64_t>(panel) * a.panel_bytes;
    for (int64_t column = 0; column < a.columns; column += 32, at += Format<kType>::kBlockBytes) {
      LoadFloatBlock<kType>(at, w);
      fn(w, column);
    }
  } else {
    PanelReader<kType> reader;
    OpenPanel(a, panel, reader);
    int64_t column = 0;
    while (reader.blocks_left > 0) {
      const int blocks = reader.OpenSuper();
      for (int b = 0; b < blocks; ++b, column += 32) {
        DecodeBlock<kType>(reader.scales, b, reader.Next(), w);
        fn(w, column);
      }
    }
  }
}

template <Type kType>
void MatMulFloat(const MatMulArgs& a) {
  for (int64_t panel = a.first_panel; panel < a.last_panel; ++panel) {
    for (int64_t token = 0; token < a.tokens; ++token) Store(a.scratch + 16 * token, Set1(0));
    ForFloatBlocks<kType>(a, panel, [&](const F* w, int64_t column) { FloatBlock(a, w, column); });
    for (int64_t token = 0; token < a.tokens; ++token) {
      StoreRows(a, panel, token, Load(a.scratch + 16 * token));
    }
  }
}

template <Type kType>
void RowSquares(const MatMulArgs& a) {
  for (int64_t panel = a.first_panel; panel < a.last_panel; ++panel) {
    F sum = Set1(0);
    ForFloatBlocks<kType>(a, panel, [&](const F* w, int64_t column) {
      for (int k = 0; k < 32; ++k) {
        const F x = Mul(w[k], Set1(a.x[column + k]));
        sum = Fma(x, x, sum);
      }
    });
    StoreRows(a, panel, 0, sum);
  }
}

// x of one token, 32 columns: d = max|x| / 127, q = round(x / d). Zero blocks give d = 0.
inline void QuantizeBlock(const float* x, int8_t* q, float* d, int32_t* sum, float* dsum,
                          int group) {
  const F low = Load(x);
  const F high = Load(x + 16);
  const float max = ReduceMax(Max(Abs(low), Abs(high)));
  const float scale = max / 127.0f;
  const float inverse = max > 0 ? 127.0f / max : 0.0f;
  const I codes[2] = {RoundToInt(Mul(low, Set1(inverse))), RoundToInt(Mul(high, Set1(inverse)))};
  for (int half = 0; half < 2; ++half) {
    const float total = ReduceAdd(ToFloat(codes[half]));  // small integers: exact in any order
    sum[half * group] = static_cast<int32_t>(total);
    dsum[half * group] = scale * total;
    StoreS8(q + 16 * half, codes[half]);
  }
  *d = scale;
}

inline void Quantize(const QuantizeArgs& a) {
  for (int64_t group = a.first_group; group < a.last_group; ++group) {
    const int64_t first = group * kTokenGroup;
    const int64_t left = a.tokens - first;
    const int valid = left < kTokenGroup ? static_cast<int>(left) : kTokenGroup;
    const int padded = PaddedGroup(valid);
    static constexpr float kZeros[32] = {};
    for (int m = 0; m < padded; ++m) {
      for (int64_t block = a.first_block; block < a.last_block; ++block) {
        const float* x = m < valid ? a.x + (first + m) * a.stride + 32 * block : kZeros;
        QuantizeBlock(x, a.out.q + first * a.columns + 32 * (block * padded + m),
                      a.out.d + first * (a.columns / 32) + block * padded + m,
                      a.out.sum + first * (a.columns / 16) + 2 * block * padded + m,
                      a.out.dsum + first * (a.columns / 16) + 2 * block * padded + m, padded);
      }
    }
  }
}

// Entries of a type in the tables: integer kernels for codes, float kernels for float weights.
template <Type kType>
constexpr MatMulFn MatMulFloatOf() {
  return MatMulFloat<kType>;
}
template <Type kType>
constexpr MatMulFn RowSquaresOf() {
  return RowSquares<kType>;
}
template <Type kType>
constexpr MatMulFn MatMulOf() {
  if constexpr (quant::FloatBytes(Format<kType>::kRow.codes) != 0) {
    return MatMulFloat<kType>;
  } else {
    return MatMul<kType>;
  }
}

// One entry per type, in enum order.
#define HEARTH_ALL_TYPES(f)                                                            \
  {f<Type::kF32>(),       f<Type::kF16>(),      f<Type::kBF16>(),   f<Type::kQ4_0>(),  \
   f<Type::kQ4_1>(),      f<Type::kQ5_0>(),     f<Type::kQ5_1>(),   f<Type::kQ8_0>(),  \
   f<Type::kQ2_K>(),      f<Type::kQ3_K>(),     f<Type::kQ4_K>(),   f<Type::kQ5_K>(),  \
   f<Type::kQ6_K>(),      f<Type::kIQ4_NL>(),   f<Type::kIQ4_XS>(), f<Type::kMXFP4>(), \
   f<Type::kQ6_KSplit>(), f<Type::kQ8_0Split>()}

}  // namespace
}  // namespace hearth::kernels
