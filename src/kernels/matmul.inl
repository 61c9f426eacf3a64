// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrix products over packed panels, written once in the words of the vocabulary. Order of float
// operations, the same on every ISA: per token and row,
// - where s is a float f times integers n, and o a float -dmin times integers m (Q4_K, Q5_K, Q6_K),
//   super-blocks in column order, with exact sums of integers over their blocks and scales
//     sum = sum of n * factor * dot, offset = sum of m * factor * (sum of q),
//     y = float(sum) * f, then y = fma(float(offset), -dmin, y) where the format has offsets,
//     acc = fma(y, unit, acc);
// - else blocks in column order,
//     acc = fma(float(dot), s * d, acc), then acc = fma(o, dsum, acc) where the format has offsets;
// the integer dot is exact. So neither threads nor groups of tokens nor the ISA change a bit.
#pragma once

#include "kernels/args.h"
#include "kernels/weights.inl"

namespace hearth::kernels {
namespace {

// Asks for what follows kPrefetch behind `at`.
template <int64_t kBytes>
[[gnu::always_inline]] inline void PrefetchAhead(const uint8_t* at) {
#pragma GCC unroll 8
  for (int64_t i = 0; i < kBytes; i += 64) Prefetch(at + kPrefetch + i);
}

template <Type kType>
[[gnu::always_inline]] inline void PrefetchBlock(const Block& block) {
  PrefetchAhead<Format<kType>::kBlockBytes>(block.at);
  PrefetchAhead<Format<kType>::kMiddleBytes>(block.middle);
  PrefetchAhead<Format<kType>::kLowBytes>(block.low);
}

template <Type kType>
inline void OpenPanel(const MatMulArgs& a, int64_t panel, PanelReader<kType>& reader) {
  reader.Open(a.panels, a.panel_bytes, a.middle, a.low, panel, a.columns);
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

template <int kMax, int kLines, int kHalf>
struct ScaledDot;  // where kScaledDots

// One block of a panel and the scales of its super-block. kOpened: the block is its eight code
// lines.
template <Type kType, bool kOpened = false>
struct PanelBlock {
  Block block;
  const ScaleReader<Format<kType>::kRow.scales>& scales;

  [[gnu::always_inline]] L Line(int quad) const {
    return kOpened ? LoadL(block.at + 64 * quad) : CodeLine<kType>(block, quad);
  }
};

// What exact sums need of kTokens tokens, beside their codes: of 32 columns ...
template <Type kType, int kTokens>
struct Factors {
  using Fmt = Format<kType>;
  const int32_t* words;  // QuantizedTokens::factor
  int32_t plain[kTokens];
  // -zero x the sum of q over the columns of a scale ...
  int32_t start[Fmt::kGroups][kTokens];
  // ... or, of the whole super-block, factor x that sum, of the first 16 columns in the high word.
  int32_t sums[quant::kSuperBlocks][kTokens];

  // Block b of a super-block.
  [[gnu::always_inline]] void Open(int b, const int32_t* factor, const int32_t* sum, int stride) {
    words = factor;
    for (int m = 0; m < kTokens; ++m) {
      const int32_t low = sum[m], high = sum[stride + m];
      if constexpr (!kScaledDots && Fmt::kGroups == 2) plain[m] = factor[m] & 0xffff;
      if constexpr (kScaledDots && Fmt::kZero != 0) {
        static_assert(Fmt::kGroups == 2);
        const int32_t f = factor[m] & 0xffff;
        sums[b][m] = f * low * 65536 + (f * high & 0xffff);
      } else if constexpr (Fmt::kZero != 0) {
        start[0][m] = -Fmt::kZero * (Fmt::kGroups == 2 ? low : low + high);
        if constexpr (Fmt::kGroups == 2) start[1][m] = -Fmt::kZero * high;
      }
    }
  }
};

// AddExact in ScaledDots: half of the rows, and not yet what the zero of the codes takes away.
template <int kTokens, int kHalf, Type kType, bool kOpened>
[[gnu::always_inline]] inline void AddScaled(const PanelBlock<kType, kOpened>& panel, int b,
                                             const int8_t* q, const int32_t* factor, I* total) {
  using Fmt = Format<kType>;
#pragma GCC unroll 2
  for (int g = 0; g < Fmt::kGroups; ++g) {
    ScaledDot<Fmt::kMax, Fmt::kLines, kHalf> dot[kTokens];
    const I n = panel.scales.n_words(b, g);
#pragma GCC unroll 8
    for (int j = 0; j < Fmt::kLines; ++j) {
      const int quad = g * Fmt::kLines + j;
      const L line = panel.Line(quad);
#pragma GCC unroll 8
      for (int m = 0; m < kTokens; ++m) {
        dot[m].Add(j, line, q + 32 * m + 4 * quad, n, factor + m, total + m);
      }
    }
  }
}

// Group g of a block of kPanels panels each with kTokens tokens, whose codes are at q, 32 bytes a
// token.
template <Type kType, bool kOpened, int kPanels, int kTokens>
[[gnu::always_inline]] inline void AddGroup(
    const PanelBlock<kType, kOpened> (&panels)[kPanels], int g, const int8_t* q,
    Dot<Format<kType>::kMax, Format<kType>::kLines, kTokens> (&dot)[kPanels][kTokens]) {
  using Fmt = Format<kType>;
#pragma GCC unroll 8
  for (int j = 0; j < Fmt::kLines; ++j) {
    const int quad = g * Fmt::kLines + j;
    L line[kPanels];
#pragma GCC unroll 2
    for (int p = 0; p < kPanels; ++p) line[p] = panels[p].Line(quad);
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) {
      const int8_t* at = q + 32 * m + 4 * quad;
      if constexpr (kPanels == 1) {
        dot[0][m].Add(j, line[0], at);
      } else {
#pragma GCC unroll 2
        for (int p = 0; p < kPanels; ++p) {
          dot[p][m].AddShared(line[p], at);
        }
      }
    }
  }
}

// total[panel][token] += the exact sum of block b of each panel's super-block with tokens whose
// codes are at q.
template <Type kType, bool kOpened, int kPanels, int kTokens>
[[gnu::always_inline]] inline void AddExact(const PanelBlock<kType, kOpened> (&panels)[kPanels],
                                            int b, const int8_t* q,
                                            const Factors<kType, kTokens>& factors,
                                            I* const (&total)[kPanels]) {
  using Fmt = Format<kType>;
  if constexpr (kScaledDots) {
    static_assert(kPanels == 1);
    AddScaled<kTokens, 0>(panels[0], b, q, factors.words, total[0]);
    // Afresh: GCC 12 else keeps all broadcasts of the first half for the second, and spills them.
    AddScaled<kTokens, 1>(panels[0], b, Afresh(q), factors.words, total[0]);
  } else {
    I part[kPanels][kTokens];
#pragma GCC unroll 2
    for (int g = 0; g < Fmt::kGroups; ++g) {
      Dot<Fmt::kMax, Fmt::kLines, kTokens> dot[kPanels][kTokens];
#pragma GCC unroll 2
      for (int p = 0; p < kPanels; ++p) {
#pragma GCC unroll 8
        for (int m = 0; m < kTokens; ++m) {
          dot[p][m].Start(Fmt::kZero == 0 ? 0 : factors.start[g][m]);
        }
      }
      AddGroup(panels, g, q, dot);
#pragma GCC unroll 2
      for (int p = 0; p < kPanels; ++p) {
        const I n = panels[p].scales.n(b, g);
#pragma GCC unroll 8
        for (int m = 0; m < kTokens; ++m) {
          if constexpr (Fmt::kGroups == 1) {  // n is not negative: its high word is zero
            const L scale = MulW(AsLine(n), AsLine(Set1I(factors.words[m])));
            total[p][m] = AddI(total[p][m], MulI(dot[p][m].Done(), AsUnits(scale)));
          } else {
            const I product = MulI(dot[p][m].Done(), n);
            part[p][m] = g == 0 ? product : AddI(part[p][m], product);
          }
        }
      }
    }
    if constexpr (Fmt::kGroups == 2) {
#pragma GCC unroll 2
      for (int p = 0; p < kPanels; ++p) {
#pragma GCC unroll 8
        for (int m = 0; m < kTokens; ++m) {
          total[p][m] = AddI(total[p][m], MulI(part[p][m], Set1I(factors.plain[m])));
        }
      }
    }
  }
}

// What the zero of the codes takes from the exact sums of a super-block: zero x these.
template <Type kType, int kTokens>
[[gnu::always_inline]] inline void SumZeros(const ScaleReader<Format<kType>::kRow.scales>& scales,
                                            const Factors<kType, kTokens>& factors, I* zeros) {
#pragma GCC unroll 8
  for (int m = 0; m < kTokens; ++m) zeros[m] = Set1I(0);
  for (int b = 0; b < quant::kSuperBlocks; ++b) {
    const I n = LoadS8Pairs(scales.sc + 32 * b);
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) {
      zeros[m] = AddWordDots(zeros[m], n, Set1I(factors.sums[b][m]));
    }
  }
}

// acc[token] += the product of a super-block whose exact sums are `total`; sums: QuantizedTokens,
// `stride` tokens apart.
template <Type kType, int kTokens>
[[gnu::always_inline]] inline void FoldExact(const ScaleReader<Format<kType>::kRow.scales>& scales,
                                             const Factors<kType, kTokens>& factors, I* total,
                                             const float* unit, const int32_t* sums, int stride,
                                             F* acc) {
  constexpr int kPairs = quant::kSuperBlocks / 2;
  if constexpr (kScaledDots && Format<kType>::kZero != 0) {
    I zeros[kTokens];
    SumZeros<kType, kTokens>(scales, factors, zeros);
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) {
      total[m] = AddI(total[m], MulI(zeros[m], Set1I(-Format<kType>::kZero)));
    }
  }
#pragma GCC unroll 8
  for (int m = 0; m < kTokens; ++m) {
    F y = Mul(ToFloat(total[m]), scales.d);
    if constexpr (Format<kType>::kOffset) {
      I offset = Set1I(0);
#pragma GCC unroll 4
      for (int j = 0; j < kPairs; ++j) {
        offset = AddWordDots(offset, scales.m_words(j), Set1I(sums[stride * j + m]));
      }
      y = Fma(ToFloat(offset), scales.minus_dmin, y);
    }
    acc[m] = Fma(y, Set1(unit[m]), acc[m]);
  }
}

// 32 columns of kTokens tokens of a group of kTokenGroup.
template <Type kType, int kTokens, bool kExact = Format<kType>::kExact>
struct TokenBlock {
  using Fmt = Format<kType>;
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
  [[gnu::always_inline]] void Open(int) {
    if constexpr (Fmt::kZero != 0) {
      for (int m = 0; m < kTokens; ++m) {
        const int32_t low = sum[m], high = sum[kTokenGroup + m];
        start[0][m] = -Fmt::kZero * (Fmt::kGroups == 2 ? low : low + high);
        if constexpr (Fmt::kGroups == 2) start[1][m] = -Fmt::kZero * high;
      }
    }
    if constexpr (Fmt::kOffset && Fmt::kGroups == 1) AddHalves<kTokens>(dsum, kTokenGroup, whole);
  }
  void Next(int64_t blocks = 1) {
    q += 32 * kTokenGroup * blocks;
    d += kTokenGroup * blocks;
    sum += 2 * kTokenGroup * blocks;
    dsum += 2 * kTokenGroup * blocks;
  }
  void SkipSupers(int64_t supers) { Next(supers * quant::kSuperBlocks); }
  // acc[panel][token] += the product of block b of each panel's super-block.
  template <bool kOpened, int kPanels>
  [[gnu::always_inline]] void Add(const PanelBlock<kType, kOpened> (&panels)[kPanels], int b,
                                  I* const (&)[kPanels], F* const (&acc)[kPanels]) const {
#pragma GCC unroll 2
    for (int g = 0; g < Fmt::kGroups; ++g) {
      Dot<Fmt::kMax, Fmt::kLines, kTokens> dot[kPanels][kTokens];
#pragma GCC unroll 2
      for (int p = 0; p < kPanels; ++p) {
#pragma GCC unroll 8
        for (int m = 0; m < kTokens; ++m) dot[p][m].Start(Fmt::kZero == 0 ? 0 : start[g][m]);
      }
      AddGroup(panels, g, q, dot);
#pragma GCC unroll 2
      for (int p = 0; p < kPanels; ++p) {
        const F s = panels[p].scales.s(b, g), o = panels[p].scales.o(b, g);
#pragma GCC unroll 8
        for (int m = 0; m < kTokens; ++m) {
          F x = Fma(ToFloat(dot[p][m].Done()), Mul(s, Set1(d[m])), acc[p][m]);
          if constexpr (Fmt::kOffset) {
            x = Fma(o, Set1(Fmt::kGroups == 2 ? dsum[g * kTokenGroup + m] : whole[m]), x);
          }
          acc[p][m] = x;
        }
      }
    }
  }
};

// The same where sums are exact: Add adds to these, Fold their product to acc.
template <Type kType, int kTokens>
struct TokenBlock<kType, kTokens, true> {
  using Fmt = Format<kType>;
  const int8_t* q;
  const int32_t* factor;
  const int32_t* sum;
  const float* unit;
  const int32_t* sums;
  Factors<kType, kTokens> factors;

  TokenBlock(const MatMulArgs& a, int64_t group, int m0) {
    const int64_t first = group * kTokenGroup;
    q = a.q.q + first * a.columns + 32 * m0;
    factor = a.q.factor + first * (a.columns / 32) + m0;
    sum = a.q.sum + first * (a.columns / 16) + m0;
    unit = a.q.unit + first * (a.columns / quant::kSuperColumns) + m0;
    sums = a.q.sums + first * (a.columns / 64) + m0;
  }
  [[gnu::always_inline]] void Open(int b) { factors.Open(b, factor, sum, kTokenGroup); }
  void Next(int64_t blocks = 1) {
    q += 32 * kTokenGroup * blocks;
    factor += kTokenGroup * blocks;
    sum += 2 * kTokenGroup * blocks;
  }
  template <bool kOpened, int kPanels>
  [[gnu::always_inline]] void Add(const PanelBlock<kType, kOpened> (&panels)[kPanels], int b,
                                  I* const (&total)[kPanels], F* const (&)[kPanels]) const {
    AddExact(panels, b, q, factors, total);
  }
  [[gnu::always_inline]] void Fold(const ScaleReader<Fmt::kRow.scales>& scales, I* total,
                                   F* acc) const {
    FoldExact<kType, kTokens>(scales, factors, total, unit, sums, kTokenGroup, acc);
  }
  void NextSuper(int64_t supers = 1) {
    unit += kTokenGroup * supers;
    sums += quant::kSuperBlocks / 2 * kTokenGroup * supers;
  }
  void SkipSupers(int64_t supers) {
    Next(supers * quant::kSuperBlocks);
    NextSuper(supers);
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
  const int32_t* factor = a.q.factor + token * (a.columns / 32);
  const float* unit = nullptr;
  if constexpr (Fmt::kExact) unit = a.q.unit + token * (a.columns / quant::kSuperColumns);
  const int32_t* sums = a.q.sums + token * (a.columns / 64);
  PanelReader<kType> reader[kPanels];
  F acc[kPanels] = {};
  for (int p = 0; p < kPanels; ++p) OpenPanel(a, panel + p * apart, reader[p]);
  while (reader[0].blocks_left > 0) {
    int blocks = 0;
#pragma GCC unroll 4
    for (int p = 0; p < kPanels; ++p) {
      if constexpr (kFirst) PrefetchAhead<Fmt::kAreaBytes>(reader[p].at);
      blocks = reader[p].OpenSuper();
    }
    I total[kPanels] = {};
    Factors<kType, 1> factors;
    for (int b = 0; b < blocks; ++b) {
      if constexpr (Fmt::kExact) factors.Open(b, factor, sum, 1);
#pragma GCC unroll 4
      for (int p = 0; p < kPanels; ++p) {
        const Block block = reader[p].Next();
        if constexpr (kFirst) PrefetchBlock<kType>(block);
        if constexpr (Fmt::kExact) {
          AddExact<kType, false>({{block, reader[p].scales}}, b, q, factors, {&total[p]});
          continue;
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
      factor += 1;
    }
    if constexpr (Fmt::kExact) {
#pragma GCC unroll 4
      for (int p = 0; p < kPanels; ++p) {
        FoldExact<kType, 1>(reader[p].scales, factors, &total[p], unit, sums, 1, &acc[p]);
      }
      unit += 1;
      sums += quant::kSuperBlocks / 2;
    }
  }
  for (int p = 0; p < kPanels; ++p) StoreRows(a, panel + p * apart, token, acc[p]);
}

// acc[panel][token] += the products of a super-block of `blocks` blocks; next(p, b) is block b of
// panel p, asked for in that order, blocks outermost.
template <bool kOpened, int kPanels, Type kType, int kTokens, typename Next>
[[gnu::always_inline]] inline void AddSuper(TokenBlock<kType, kTokens>& tokens, int blocks,
                                            const PanelReader<kType> (&reader)[kPanels],
                                            const Next& next, F (&acc)[kPanels][kTokens]) {
  using Fmt = Format<kType>;
  constexpr int kPaired = kPanels % 2 == 0 ? kSharedPanels : 1;
  I total[kPanels][Fmt::kExact ? kTokens : 1] = {};
  for (int b = 0; b < blocks; ++b, tokens.Next()) {
    tokens.Open(b);
    const auto panel = [&](int p) -> PanelBlock<kType, kOpened> {
      return {next(p, b), reader[p].scales};
    };
    for (int p = 0; p < kPanels; p += kPaired) {
      const TokenBlock<kType, kTokens>* at = kPanels == 1 ? &tokens : Afresh(&tokens);
      if constexpr (kPaired == 2) {
        at->template Add<kOpened, 2>({panel(p), panel(p + 1)}, b, {total[p], total[p + 1]},
                                     {acc[p], acc[p + 1]});
      } else {
        at->template Add<kOpened, 1>({panel(p)}, b, {total[p]}, {acc[p]});
      }
    }
  }
  if constexpr (Fmt::kExact) {
    for (int p = 0; p < kPanels; ++p) {
      (kPanels == 1 ? &tokens : Afresh(&tokens))->Fold(reader[p].scales, total[p], acc[p]);
    }
    tokens.NextSuper();
  }
}

// Stores the tokens [m0, m0 + kTokens) of a group of which `valid` are there.
template <int kPanels, int kTokens>
[[gnu::always_inline]] inline void StoreTokens(const MatMulArgs& a, int64_t panel, int64_t apart,
                                               int64_t group, int m0, int valid,
                                               const F (&acc)[kPanels][kTokens]) {
  for (int p = 0; p < kPanels; ++p) {
#pragma GCC unroll 8
    for (int m = 0; m < kTokens; ++m) {  // without an index, sums may stay in registers
      if (m0 + m < valid) {
        StoreRows(a, panel + p * apart, group * kTokenGroup + m0 + m, acc[p][m]);
      }
    }
  }
}

// kPanels panels, `apart` of each other, x tokens [m0, m0 + kTokens) of a group of kTokenGroup.
template <Type kType, int kPanels, int kTokens>
inline void DotGroup(const MatMulArgs& a, int64_t panel, int64_t apart, int64_t group, int m0,
                     int valid) {
  using Fmt = Format<kType>;
  TokenBlock<kType, kTokens> tokens(a, group, m0);
  PanelReader<kType> reader[kPanels];
  F acc[kPanels][kTokens] = {};
  for (int p = 0; p < kPanels; ++p) OpenPanel(a, panel + p * apart, reader[p]);
  while (reader[0].blocks_left > 0) {
    int blocks = 0;
    for (int p = 0; p < kPanels; ++p) {
      if (group == 0) PrefetchAhead<Fmt::kAreaBytes>(reader[p].at);
      blocks = reader[p].OpenSuper();
    }
    const auto next = [&](int p, int) {
      const Block block = reader[p].Next();
      if (group == 0) PrefetchBlock<kType>(block);
      return block;
    };
    AddSuper<false>(tokens, blocks, reader, next, acc);
  }
  StoreTokens(a, panel, apart, group, m0, valid, acc);
}

// Groups of tokens that pass over the codes of a super-block while they are open: their sums and
// the lines stay in the L1 cache.
inline constexpr int64_t kOpenGroups = 8;

// One panel x the groups [first, last), at most kOpenGroups, of more than one token each.
template <Type kType, int kTokens>
inline void DotGroups(const MatMulArgs& a, int64_t panel, int64_t first, int64_t last) {
  using Fmt = Format<kType>;
  constexpr int64_t kParts = kTokenGroup / kTokens;
  alignas(64) uint8_t lines[quant::kSuperBlocks][8 * 64];
  F sums[kOpenGroups * kParts][1][kTokens];
  const int64_t parts = (last - first) * kParts;
  const auto group_of = [&](int64_t part) { return first + part / kParts; };
  const auto token_of = [&](int64_t part) { return static_cast<int>(part % kParts) * kTokens; };
  PanelReader<kType> reader[1];
  OpenPanel(a, panel, reader[0]);
  for (int64_t super = 0; reader[0].blocks_left > 0; ++super) {
    if (first == 0) PrefetchAhead<Fmt::kAreaBytes>(reader[0].at);
    const int blocks = reader[0].OpenSuper();
    for (int b = 0; b < blocks; ++b) {
      const Block block = reader[0].Next();
      if (first == 0) PrefetchBlock<kType>(block);
#pragma GCC unroll 8
      for (int quad = 0; quad < 8; ++quad) {
        StoreL(lines[b] + 64 * quad, CodeLine<kType>(block, quad));
      }
    }
    for (int64_t part = 0; part < parts; ++part) {
      TokenBlock<kType, kTokens> tokens(a, group_of(part), token_of(part));
      tokens.SkipSupers(super);
      F acc[1][kTokens] = {};
      if (super > 0) __builtin_memcpy(acc, sums[part], sizeof(acc));
      AddSuper<true>(tokens, blocks, reader, [&](int, int b) { return Block(lines[b]); }, acc);
      __builtin_memcpy(sums[part], acc, sizeof(acc));
    }
  }
  for (int64_t part = 0; part < parts; ++part) {
    const int64_t left = a.tokens - group_of(part) * kTokenGroup;
    StoreTokens(a, panel, 1, group_of(part), token_of(part),
                static_cast<int>(left < kTokenGroup ? left : kTokenGroup), sums[part]);
  }
}

// kPanels panels, `apart` of each other, and all tokens. kOpened: codes are opened for several
// groups of tokens.
template <Type kType, int kPanels, bool kOpened = false>
inline void AllTokens(const MatMulArgs& a, int64_t panel, int64_t apart) {
  // ScaledDots need few registers; lines of codes then serve more tokens.
  constexpr int kMost = kScaledDots && Format<kType>::kExact ? kTokenGroup : kMaxTokens;
  if (a.tokens == 1) return DotOne<kType, kPanels, true>(a, panel, apart, 0);
  int64_t group = 0;
  if constexpr (kOpened) {
    static_assert(kPanels == 1);
    const int64_t groups = a.tokens / kTokenGroup + (a.tokens % kTokenGroup > 1);
    for (; group < groups; group += kOpenGroups) {
      const int64_t left = groups - group;
      DotGroups<kType, kMost>(a, panel, group, group + (left < kOpenGroups ? left : kOpenGroups));
    }
    group = groups;
  }
  for (; group * kTokenGroup < a.tokens; ++group) {
    const int64_t left = a.tokens - group * kTokenGroup;
    if (PaddedGroup(left) == 1) {
      DotOne<kType, kPanels, false>(a, panel, apart, group);
      return;
    }
    const int valid = left < kTokenGroup ? static_cast<int>(left) : kTokenGroup;
    if (valid <= kMaxTokens) {
      DotGroup<kType, kPanels, kMaxTokens>(a, panel, apart, group, 0, valid);
      continue;
    }
    for (int m0 = 0; m0 < valid; m0 += kMost) {
      DotGroup<kType, kPanels, kMost>(a, panel, apart, group, m0, valid);
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
  using Fmt = Format<kType>;
  // Panels of a split matrix are three streams each.
  constexpr int kFewStreams = Fmt::kSplit.whole() ? kStreams : (kStreams + 1) / 2;
  // With many tokens the products take longer than the memory, and one panel's sums stay in
  // registers; what codes of two planes cost is less beside shared broadcasts.
  constexpr int64_t kManyTokens = 4 * kTokenGroup;
  constexpr quant::PlaneSet kPlanes = Fmt::kPlanes;
  constexpr bool kShared = kSharedPanels > 1 && kPlanes.nibble && (kPlanes.pair || kPlanes.bit);
  constexpr bool kOpened = kOpensCodes && (!kPlanes.byte || Fmt::kSigned);
  int64_t panel = a.first_panel;
  if (a.tokens == 1) {
    panel = InStreams<kType, kStreams>(a, panel);
  } else if (a.tokens < kManyTokens) {
    panel = InStreams<kType, kFewStreams>(a, panel);
  } else if constexpr (kOpened) {
    for (; panel < a.last_panel; ++panel) AllTokens<kType, 1, true>(a, panel, 1);
  } else if constexpr (kShared) {
    panel = InStreams<kType, kSharedPanels>(a, panel);
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

// How the blocks of one token's super-block are quantised.
struct BlockScales {
  alignas(64) float d[16];
  alignas(64) float inverse[16];  // 1 / d; 0: all codes are zero
  alignas(64) int32_t factor[16];
  float unit;
};

// Of `blocks` blocks of x, `step` floats apart: each its own scale, or multiples of a unit. The
// unit is 1 / kMaxFactor of the largest scale; another one is the least multiple of the unit with
// which its codes fit, or the one above it.
[[gnu::always_inline]] inline void ScaleBlocks(const float* x, int64_t step, int blocks, bool units,
                                               BlockScales& s) {
  // Less than this counts as zero: what follows is then far from denormal numbers.
  constexpr float kLeast = 0x1p-100f;
  F reach[quant::kSuperBlocks];
#pragma GCC unroll 8
  for (int b = 0; b < quant::kSuperBlocks; ++b) {
    reach[b] = b < blocks ? Max(Abs(Load(x + step * b)), Abs(Load(x + step * b + 16))) : Set1(0);
  }
  const F tops = ReduceMaxes(reach);
  if (!units) {
    Store(s.d, Div(tops, Set1(127)));
    Store(s.inverse, SelectLess(Set1(0), tops, Div(Set1(127), tops), Set1(0)));
    return;
  }
  const float most = ReduceMax(tops);
  s.unit = most < kLeast ? 0.0f : most / (127.0f * kMaxFactor);
  const F share = Mul(tops, Set1(most < kLeast ? 0.0f : kMaxFactor / most));
  const I factor =
      RoundToInt(Min(Max(Add(share, Set1(0.5f)), Set1(1)), Set1(static_cast<float>(kMaxFactor))));
  const F d = Mul(Set1(s.unit), ToFloat(factor));
  Store(s.d, d);
  Store(s.inverse, SelectLess(Set1(0), d, Div(Set1(1), d), Set1(0)));
  StoreI(s.factor, factor);
}

// The arrays of QuantizedTokens at one token of a group of `group` tokens and one super-block.
inline QuantizedTokens SuperOf(const QuantizeArgs& a, int64_t group, int padded, int m,
                               int64_t block) {
  const int64_t first = group * kTokenGroup;
  const int64_t super = block / quant::kSuperBlocks;
  const int64_t supers = (a.columns + quant::kSuperColumns - 1) / quant::kSuperColumns;
  const QuantizedTokens& o = a.out;
  return {o.q + first * a.columns + 32 * (block * padded + m),
          o.d + first * (a.columns / 32) + block * padded + m,
          o.sum + first * (a.columns / 16) + 2 * block * padded + m,
          o.dsum + first * (a.columns / 16) + 2 * block * padded + m,
          o.unit == nullptr ? nullptr : o.unit + first * supers + super * padded + m,
          o.factor + first * (a.columns / 32) + block * padded + m,
          o.sums + first * ((a.columns + 63) / 64) + block / 2 * padded + m};
}

// One super-block of one token; blocks are `step` floats apart.
[[gnu::always_inline]] inline void QuantizeSuper(const float* x, int64_t step, int blocks,
                                                 const BlockScales& scales, int group,
                                                 const QuantizedTokens& out) {
  const bool units = out.unit != nullptr;
  if (units) *out.unit = scales.unit;
  I codes[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    codes[i] = Set1I(0);
    if (i / 2 >= blocks) continue;
    const F scaled = Mul(Load(x + step * (i / 2) + 16 * (i % 2)), Set1(scales.inverse[i / 2]));
    // What is not finite gets codes too; the unit carries it on.
    codes[i] = RoundToInt(Max(Min(scaled, Set1(127)), Set1(-127)));
    StoreS8(out.q + 32 * (i / 2) * group + 16 * (i % 2), codes[i]);
  }
  alignas(64) int32_t sums[16];
  StoreI(sums, ReduceAdds(codes));
  int32_t first = 0;
  for (int b = 0; b < blocks; ++b) {
    for (int half = 0; half < 2; ++half) {
      const int32_t sum = sums[2 * b + half];
      out.sum[(2 * b + half) * group] = sum;
      out.dsum[(2 * b + half) * group] = scales.d[b] * static_cast<float>(sum);
    }
    out.d[b * group] = scales.d[b];
    if (!units) continue;
    const int32_t factor = scales.factor[b];
    out.factor[b * group] = factor * 65537;
    const int32_t sum = factor * (sums[2 * b] + sums[2 * b + 1]);
    if (b % 2 == 0) first = sum & 0xffff;
    out.sums[b / 2 * group] = b % 2 == 0 ? first : sum * 65536 + first;
  }
}

inline void Quantize(const QuantizeArgs& a) {
  // Scales of several super-blocks are computed first: each waits long for its divisions.
  constexpr int64_t kBlocksAhead = 8 * quant::kSuperBlocks;
  static constexpr float kZeros[32] = {};
  for (int64_t group = a.first_group; group < a.last_group; ++group) {
    const int64_t first = group * kTokenGroup;
    const int64_t left = a.tokens - first;
    const int valid = left < kTokenGroup ? static_cast<int>(left) : kTokenGroup;
    const int padded = PaddedGroup(valid);
    for (int m = 0; m < padded; ++m) {
      const bool given = m < valid;
      const float* const x = given ? a.x + (first + m) * a.stride : kZeros;
      const int64_t step = given ? 32 : 0;
      const auto blocks_at = [&](int64_t block) {
        const int64_t rest = a.last_block - block;
        return rest < quant::kSuperBlocks ? static_cast<int>(rest) : quant::kSuperBlocks;
      };
      for (int64_t begin = a.first_block; begin < a.last_block; begin += kBlocksAhead) {
        const int64_t end =
            a.last_block < begin + kBlocksAhead ? a.last_block : begin + kBlocksAhead;
        BlockScales scales[kBlocksAhead / quant::kSuperBlocks];
        BlockScales* of = scales;
        for (int64_t block = begin; block < end; block += quant::kSuperBlocks, ++of) {
          ScaleBlocks(x + step * block, step, blocks_at(block), a.out.unit != nullptr, *of);
        }
        of = scales;
        for (int64_t block = begin; block < end; block += quant::kSuperBlocks, ++of) {
          QuantizeSuper(x + step * block, step, blocks_at(block), *of, padded,
                        SuperOf(a, group, padded, m, block));
        }
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
