// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

// The vector vocabulary in plain C++: the reference row. Every other vocabulary has the same words
// with the same meaning, lane by lane:
//   F  16 floats     I  16 int32     L  a line of 64 bytes (16 rows x 4 columns)
// Arithmetic rounds to nearest even, Fma rounds once, reductions add lanes i and i + 8, then 4,
// 2, 1.
namespace hearth::kernels {
namespace {

inline constexpr int kMaxTokens = 4;     // tokens that one pass of the integer matmul keeps
inline constexpr int kStreams = 1;       // panels read concurrently by the matrix-vector kernel
inline constexpr int kPrefetch = 2048;   // bytes between what a stream reads and what it asks for
inline constexpr int kSharedPanels = 1;  // panels that share a broadcast of several tokens
inline constexpr bool kSignedWide = false;  // lines of 8-bit codes are unsigned (+ zero)
inline constexpr bool kScaledDots = false;  // there is a ScaledDot (simd_avx2.h)
inline constexpr bool kOpensCodes =
    false;  // once for many tokens, where that costs more than loads

struct F {
  float v[16];
};
struct I {
  int32_t v[16];
};
struct L {
  uint8_t v[64];
};

#define HEARTH_LANES for (int i = 0; i < 16; ++i)
#define HEARTH_BYTES for (int i = 0; i < 64; ++i)

inline float BitsToFloat(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, 4);
  return value;
}
inline uint32_t FloatToBits(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  return bits;
}
inline float ScalarFromHalf(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16;
  const uint32_t rest = half & 0x7fffu;
  if (rest >= 0x7c00u) {
    return BitsToFloat(sign | 0x7f800000u | (rest & 0x3ffu) << 13 |
                       (rest > 0x7c00u ? 0x400000u : 0));
  }
  if (rest < 0x400u) {
    const float magnitude = static_cast<float>(rest) * 0x1.0p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  return BitsToFloat(sign | ((rest << 13) + 0x38000000u));
}
inline uint16_t ScalarToHalf(float value) {
  const uint32_t bits = FloatToBits(value);
  const uint32_t sign = bits >> 16 & 0x8000u;
  const uint32_t rest = bits & 0x7fffffffu;
  uint32_t half;
  if (rest > 0x7f800000u) {
    half = 0x7e00u | (rest >> 13 & 0x3ffu);
  } else if (rest >= 0x477ff000u) {
    half = 0x7c00u;
  } else if (rest >= 0x38800000u) {
    half = (rest - 0x38000000u + 0xfffu + (rest >> 13 & 1u)) >> 13;
  } else {
    // Adding 0.5 puts the denormal's unit, 2^-24, at the last place: the addition rounds.
    half = FloatToBits(BitsToFloat(rest) + 0.5f) - FloatToBits(0.5f);
  }
  return static_cast<uint16_t>(sign | half);
}

inline F Set1(float x) {
  F r;
  HEARTH_LANES r.v[i] = x;
  return r;
}
inline F Load(const float* p) {
  F r;
  __builtin_memcpy(&r, p, 64);
  return r;
}
inline void Store(float* p, F x) {
  __builtin_memcpy(p, &x, 64);
}
inline F LoadFirst(const float* p, int n) {  // lanes >= n are 0
  F r = Set1(0);
  for (int i = 0; i < n; ++i) r.v[i] = p[i];
  return r;
}
inline void StoreFirst(float* p, F x, int n) {
  for (int i = 0; i < n; ++i) p[i] = x.v[i];
}
inline F LoadHalf(const uint16_t* p) {
  F r;
  HEARTH_LANES r.v[i] = ScalarFromHalf(p[i]);
  return r;
}
inline void StoreHalf(uint16_t* p, F x) {
  HEARTH_LANES p[i] = ScalarToHalf(x.v[i]);
}
inline F Add(F a, F b) {
  HEARTH_LANES a.v[i] += b.v[i];
  return a;
}
inline F Sub(F a, F b) {
  HEARTH_LANES a.v[i] -= b.v[i];
  return a;
}
inline F Mul(F a, F b) {
  HEARTH_LANES a.v[i] *= b.v[i];
  return a;
}
inline F Div(F a, F b) {
  HEARTH_LANES a.v[i] /= b.v[i];
  return a;
}
inline F Fma(F a, F b, F c) {  // a * b + c
  HEARTH_LANES c.v[i] = __builtin_fmaf(a.v[i], b.v[i], c.v[i]);
  return c;
}
inline F Max(F a, F b) {  // b when either is NaN
  HEARTH_LANES a.v[i] = a.v[i] > b.v[i] ? a.v[i] : b.v[i];
  return a;
}
inline F Min(F a, F b) {
  HEARTH_LANES a.v[i] = a.v[i] < b.v[i] ? a.v[i] : b.v[i];
  return a;
}
inline F Abs(F a) {
  HEARTH_LANES a.v[i] = __builtin_fabsf(a.v[i]);
  return a;
}
inline F SelectLess(F x, F limit, F yes, F no) {  // x < limit ? yes : no
  HEARTH_LANES no.v[i] = x.v[i] < limit.v[i] ? yes.v[i] : no.v[i];
  return no;
}
// x times a 2 x 2 Hadamard matrix over lanes i and i + kStride.
template <int kStride>
inline F Butterfly(F x) {
  F r;
  HEARTH_LANES r.v[i] = (i & kStride) == 0 ? x.v[i ^ kStride] + x.v[i] : x.v[i ^ kStride] - x.v[i];
  return r;
}
inline float ReduceAdd(F x) {
  for (int n = 8; n >= 1; n /= 2) {
    for (int i = 0; i < n; ++i) x.v[i] += x.v[i + n];
  }
  return x.v[0];
}
inline float ReduceMax(F x) {
  for (int n = 8; n >= 1; n /= 2) {
    for (int i = 0; i < n; ++i) x.v[i] = x.v[i] > x.v[i + n] ? x.v[i] : x.v[i + n];
  }
  return x.v[0];
}

// ReduceMax of each, in the lanes from 0 and again in those from 8.
inline F ReduceMaxes(const F (&x)[8]) {
  F r;
  for (int i = 0; i < 8; ++i) r.v[i] = r.v[i + 8] = ReduceMax(x[i]);
  return r;
}

inline I Set1I(int32_t x) {
  I r;
  HEARTH_LANES r.v[i] = x;
  return r;
}
inline I LoadI(const int32_t* p) {
  I r;
  __builtin_memcpy(&r, p, 64);
  return r;
}
inline void StoreI(int32_t* p, I x) {
  __builtin_memcpy(p, &x, 64);
}
inline I LoadU8(const uint8_t* p) {
  I r;
  HEARTH_LANES r.v[i] = p[i];
  return r;
}
inline I LoadS8(const int8_t* p) {
  I r;
  HEARTH_LANES r.v[i] = p[i];
  return r;
}
// Two words a lane: p[0] ... p[15] the high ones, p[16] ... p[31] the low ones.
inline I LoadS8Pairs(const int8_t* p) {
  I r;
  HEARTH_LANES r.v[i] = p[i] * 65536 + (p[16 + i] & 0xffff);
  return r;
}
inline I LoadS8Twice(const int8_t* p) {  // p[0] ... p[15], each as both words of a lane
  I r;
  HEARTH_LANES r.v[i] = p[i] * 65536 + (p[i] & 0xffff);
  return r;
}
// sum + the products of both pairs of signed words of a lane.
inline I AddWordDots(I sum, I a, I b) {
  HEARTH_LANES {
    sum.v[i] += static_cast<int16_t>(a.v[i]) * static_cast<int16_t>(b.v[i]) +
                (a.v[i] >> 16) * (b.v[i] >> 16);
  }
  return sum;
}
inline I SwapWords(I a) {
  HEARTH_LANES {
    const auto bits = static_cast<uint32_t>(a.v[i]);
    a.v[i] = static_cast<int32_t>(bits << 16 | bits >> 16);
  }
  return a;
}
inline I AddI(I a, I b) {
  HEARTH_LANES a.v[i] += b.v[i];
  return a;
}
inline I SubI(I a, I b) {
  HEARTH_LANES a.v[i] -= b.v[i];
  return a;
}
inline I AndI(I a, I b) {
  HEARTH_LANES a.v[i] &= b.v[i];
  return a;
}
inline I OrI(I a, I b) {
  HEARTH_LANES a.v[i] |= b.v[i];
  return a;
}
inline I MaxI(I a, I b) {
  HEARTH_LANES a.v[i] = a.v[i] > b.v[i] ? a.v[i] : b.v[i];
  return a;
}
inline I MulI(I a, I b) {  // the low 32 bits
  HEARTH_LANES {
    a.v[i] = static_cast<int32_t>(static_cast<uint32_t>(a.v[i]) * static_cast<uint32_t>(b.v[i]));
  }
  return a;
}
inline int32_t ReduceMaxI(I a) {
  for (int n = 8; n >= 1; n /= 2) {
    for (int i = 0; i < n; ++i) a.v[i] = a.v[i] > a.v[i + n] ? a.v[i] : a.v[i + n];
  }
  return a.v[0];
}
// The sum of each.
inline I ReduceAdds(const I (&x)[16]) {
  I r = {};
  HEARTH_LANES {
    for (int k = 0; k < 16; ++k) r.v[i] += x[i].v[k];
  }
  return r;
}
template <int n>
inline I ShiftLeftI(I a) {
  HEARTH_LANES a.v[i] = static_cast<int32_t>(static_cast<uint32_t>(a.v[i]) << n);
  return a;
}
template <int n>
inline I ShiftRightI(I a) {  // logical
  HEARTH_LANES a.v[i] = static_cast<int32_t>(static_cast<uint32_t>(a.v[i]) >> n);
  return a;
}
template <int n>
inline I ShiftRightSignedI(I a) {
  HEARTH_LANES a.v[i] = a.v[i] >> n;
  return a;
}
inline F ToFloat(I a) {
  F r;
  HEARTH_LANES r.v[i] = static_cast<float>(a.v[i]);
  return r;
}
inline I RoundToInt(F a) {  // to nearest even. REQUIRES: |a| < 2^31
  I r;
  HEARTH_LANES r.v[i] = static_cast<int32_t>(__builtin_rintf(a.v[i]));
  return r;
}
inline F BitsToF(I a) {
  F r;
  __builtin_memcpy(&r, &a, 64);
  return r;
}
inline I FToBits(F a) {
  I r;
  __builtin_memcpy(&r, &a, 64);
  return r;
}
inline void StoreS8(int8_t* p, I a) {  // REQUIRES: lanes fit
  HEARTH_LANES p[i] = static_cast<int8_t>(a.v[i]);
}

inline L LoadL(const uint8_t* p) {
  L r;
  __builtin_memcpy(&r, p, 64);
  return r;
}
inline void StoreL(uint8_t* p, L a) {
  __builtin_memcpy(p, &a, 64);
}
inline L LoadTwice(const uint8_t* p) {  // 32 bytes in both halves
  L r;
  HEARTH_BYTES r.v[i] = p[i % 32];
  return r;
}
inline L Halves(L a, L b) {  // the first 32 bytes of a, the last 32 of b
  HEARTH_BYTES b.v[i] = i < 32 ? a.v[i] : b.v[i];
  return b;
}
// Bytes of (a << n for n > 0, a >> -n for n < 0) & mask. Bits that cross bytes must be masked off.
template <int n>
inline L ShiftAnd(L a, uint8_t mask) {
  HEARTH_BYTES a.v[i] = static_cast<uint8_t>(
      (n >= 0 ? a.v[i] << (n >= 0 ? n : 0) : a.v[i] >> (n < 0 ? -n : 0)) & mask);
  return a;
}
inline L Or(L a, L b) {
  HEARTH_BYTES a.v[i] |= b.v[i];
  return a;
}
inline L Xor(L a, uint8_t b) {
  HEARTH_BYTES a.v[i] ^= b;
  return a;
}
// table: 16 bytes; a: bytes 0..15.
inline L Lookup(const int8_t* table, int add, L a) {
  HEARTH_BYTES a.v[i] = static_cast<uint8_t>(table[a.v[i] & 15] + add);
  return a;
}
template <int byte>
inline I ByteOfUnits(L a) {  // lane i = byte `byte` of the i-th 4-byte unit
  I r;
  HEARTH_LANES r.v[i] = a.v[4 * i + byte];
  return r;
}
inline void LoadPairs(const uint8_t* p, bool brain, F* even, F* odd) {
  for (int i = 0; i < 16; ++i) {
    uint16_t bits[2];
    __builtin_memcpy(bits, p + 4 * i, 4);
    even->v[i] =
        brain ? BitsToFloat(static_cast<uint32_t>(bits[0]) << 16) : ScalarFromHalf(bits[0]);
    odd->v[i] = brain ? BitsToFloat(static_cast<uint32_t>(bits[1]) << 16) : ScalarFromHalf(bits[1]);
  }
}
inline void Prefetch(const uint8_t*) {}

// Four quads of floats from four places, and back.
inline F LoadQuads(const float* a, const float* b, const float* c, const float* d) {
  const float* from[4] = {a, b, c, d};
  F r;
  HEARTH_LANES r.v[i] = from[i / 4][i % 4];
  return r;
}
inline void StoreQuads(float* a, float* b, float* c, float* d, F x) {
  float* to[4] = {a, b, c, d};
  HEARTH_LANES to[i / 4][i % 4] = x.v[i];
}
// A store that passes by the caches; others see it after the fence. REQUIRES: p is aligned to 64.
inline void Stream(float* p, F x) {
  Store(p, x);
}
inline void StreamFence() {}

// Lines as 32 words of 16 bits.
inline L AsLine(I a) {
  L r;
  __builtin_memcpy(&r, &a, 64);
  return r;
}
inline I AsUnits(L a) {
  I r;
  __builtin_memcpy(&r, &a, 64);
  return r;
}
template <typename Op>
inline L EachWord(L a, L b, Op op) {
  for (int i = 0; i < 32; ++i) {
    int16_t x, y;
    __builtin_memcpy(&x, a.v + 2 * i, 2);
    __builtin_memcpy(&y, b.v + 2 * i, 2);
    x = static_cast<int16_t>(op(x, y));
    __builtin_memcpy(a.v + 2 * i, &x, 2);
  }
  return a;
}
inline L AddW(L a, L b) {
  return EachWord(a, b, [](int x, int y) { return x + y; });
}
inline L MulW(L a, L b) {  // the low 16 bits
  return EachWord(a, b, [](int x, int y) { return x * y; });
}
inline L MulRoundW(L a, L b) {  // a * b / 2^15, halves up
  return EachWord(a, b, [](int x, int y) { return (x * y + (1 << 14)) >> 15; });
}
inline L MinW(L a, L b) {
  return EachWord(a, b, [](int x, int y) { return x < y ? x : y; });
}
template <int n>
inline L ShiftW(L a) {  // left for n > 0, right with zeros for n < 0
  return EachWord(a, a, [](int x, int) { return n > 0 ? (x & 0xffff) << n : (x & 0xffff) >> -n; });
}
template <int n>
inline L ShiftRightSignedW(L a) {
  return EachWord(a, a, [](int x, int) { return x >> n; });
}
inline L SelectOdd(L even, L odd) {  // bytes 0, 2, ... of the first, 1, 3, ... of the second
  HEARTH_BYTES even.v[i] = i % 2 == 0 ? even.v[i] : odd.v[i];
  return even;
}
// 64 lanes as signed bytes, in order. REQUIRES: they fit
inline L PackS8(I a, I b, I c, I d) {
  L r;
  HEARTH_BYTES {
    const I& from = i < 16 ? a : i < 32 ? b : i < 48 ? c : d;
    r.v[i] = static_cast<uint8_t>(from.v[i % 16]);
  }
  return r;
}

// Sum over lines of (row's 4 codes) x (4 activations), per row: exact int32. kMax is the largest
// code, kLines the number of Add calls of one chain, `index` 0, 1, 2, ...; kTokens says how many
// tokens share a line.
template <int kMax, int kLines, int kTokens>
struct Dot {
  I sum;
  void Start(int32_t init) { sum = Set1I(init); }
  void Start(I init) { sum = init; }
  void Add(int, L line, const int8_t* a) {
    HEARTH_LANES {
      for (int k = 0; k < 4; ++k) sum.v[i] += line.v[4 * i + k] * a[k];
    }
  }
  I Done() const { return sum; }
};

// sum + (4 unsigned bytes) x (the row's 4 signed bytes of the line), per row; exact modulo 2^32. A
// row without a fast form need not have it. kDotPanels x kDotTokens sums fit into its registers.
inline constexpr int kDotPanels = 1, kDotTokens = 1;
inline I AddDots(I sum, const uint8_t* quad, L line) {
  HEARTH_LANES {
    for (int k = 0; k < 4; ++k) sum.v[i] += quad[k] * static_cast<int8_t>(line.v[4 * i + k]);
  }
  return sum;
}

#undef HEARTH_LANES
#undef HEARTH_BYTES

}  // namespace
}  // namespace hearth::kernels
