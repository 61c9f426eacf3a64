// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <immintrin.h>
#include <stdint.h>

// The vector vocabulary for AVX-512 (F, BW, VL, DQ, VNNI): one 512-bit register per word. Meanings
// are defined in simd_scalar.h. A unit whose processors differ defines these before:
#ifndef HEARTH_STREAMS
#define HEARTH_STREAMS 4
#endif
#ifndef HEARTH_PREFETCH
#define HEARTH_PREFETCH 2048
#endif
#ifndef HEARTH_SHARED_PANELS
#define HEARTH_SHARED_PANELS 1
#endif
namespace hearth::kernels {
namespace {

inline constexpr int kMaxTokens = 8;
inline constexpr int kStreams = HEARTH_STREAMS;
inline constexpr int kPrefetch = HEARTH_PREFETCH;
inline constexpr int kSharedPanels = HEARTH_SHARED_PANELS;
inline constexpr bool kSignedWide = false;
inline constexpr bool kScaledDots = false;
inline constexpr bool kOpensCodes = false;

struct F {
  __m512 a;
};
struct I {
  __m512i a;
};
struct L {
  __m512i a;
};

inline __m128i LoadXmm(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}
inline __mmask16 FirstLanes(int n) {
  return static_cast<__mmask16>((1u << n) - 1);
}

inline F Set1(float x) {
  return {_mm512_set1_ps(x)};
}
inline F Load(const float* p) {
  return {_mm512_loadu_ps(p)};
}
inline void Store(float* p, F x) {
  _mm512_storeu_ps(p, x.a);
}
inline F LoadFirst(const float* p, int n) {
  return {_mm512_maskz_loadu_ps(FirstLanes(n), p)};
}
inline void StoreFirst(float* p, F x, int n) {
  _mm512_mask_storeu_ps(p, FirstLanes(n), x.a);
}
inline F LoadHalf(const uint16_t* p) {
  return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline void StoreHalf(uint16_t* p, F x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      _mm512_cvtps_ph(x.a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
inline F Add(F x, F y) {
  return {_mm512_add_ps(x.a, y.a)};
}
inline F Sub(F x, F y) {
  return {_mm512_sub_ps(x.a, y.a)};
}
inline F Mul(F x, F y) {
  return {_mm512_mul_ps(x.a, y.a)};
}
inline F Div(F x, F y) {
  return {_mm512_div_ps(x.a, y.a)};
}
inline F Fma(F x, F y, F z) {
  return {_mm512_fmadd_ps(x.a, y.a, z.a)};
}
inline F Max(F x, F y) {
  return {_mm512_max_ps(x.a, y.a)};
}
inline F Min(F x, F y) {
  return {_mm512_min_ps(x.a, y.a)};
}
inline F Abs(F x) {
  return {_mm512_abs_ps(x.a)};
}
inline F SelectLess(F x, F limit, F yes, F no) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(x.a, limit.a, _CMP_LT_OQ), no.a, yes.a)};
}
template <int kStride>
inline F Butterfly(F x) {
  __m512 other;
  __mmask16 upper;
  if constexpr (kStride == 8) {
    other = _mm512_shuffle_f32x4(x.a, x.a, 0x4e);
    upper = 0xff00;
  } else if constexpr (kStride == 4) {
    other = _mm512_shuffle_f32x4(x.a, x.a, 0xb1);
    upper = 0xf0f0;
  } else {
    other = _mm512_permute_ps(x.a, kStride == 2 ? 0x4e : 0xb1);
    upper = kStride == 2 ? 0xcccc : 0xaaaa;
  }
  return {_mm512_mask_sub_ps(_mm512_add_ps(other, x.a), upper, other, x.a)};
}
inline float ReduceAdd(F x) {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(x.a), _mm512_extractf32x8_ps(x.a, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float ReduceMax(F x) {
  const __m256 eight = _mm256_max_ps(_mm512_castps512_ps256(x.a), _mm512_extractf32x8_ps(x.a, 1));
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
// What joins lanes i and i + n of x and of y by `op`, for n = 8, 4, 2 and 1 in turn: after all four
// the lanes of 16 words stand in the order that InOrder undoes.
template <int n, typename Op>
inline __m512 Join(__m512 x, __m512 y, const Op& op) {
  if constexpr (n == 8) {
    return op(_mm512_shuffle_f32x4(x, y, 0x44), _mm512_shuffle_f32x4(x, y, 0xee));
  } else if constexpr (n == 4) {
    return op(_mm512_shuffle_f32x4(x, y, 0x88), _mm512_shuffle_f32x4(x, y, 0xdd));
  } else if constexpr (n == 2) {
    return op(_mm512_shuffle_ps(x, y, 0x44), _mm512_shuffle_ps(x, y, 0xee));
  } else {
    return op(_mm512_shuffle_ps(x, y, 0x88), _mm512_shuffle_ps(x, y, 0xdd));
  }
}
template <typename Op>
inline __m512 JoinEight(const __m512 (&x)[8], const Op& op) {
  const auto four = [&](int i) {
    return Join<4>(Join<8>(x[i], x[i + 1], op), Join<8>(x[i + 2], x[i + 3], op), op);
  };
  return Join<2>(four(0), four(4), op);
}
inline __m512i InOrder() {
  return _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
}
inline F ReduceMaxes(const F (&x)[8]) {
  const auto max = [](__m512 y, __m512 z) { return _mm512_max_ps(y, z); };
  const __m512 eight =
      JoinEight({x[0].a, x[1].a, x[2].a, x[3].a, x[4].a, x[5].a, x[6].a, x[7].a}, max);
  return {_mm512_permutexvar_ps(InOrder(), Join<1>(eight, eight, max))};
}

inline I Set1I(int32_t x) {
  return {_mm512_set1_epi32(x)};
}
inline I LoadI(const int32_t* p) {
  return {_mm512_loadu_si512(p)};
}
inline void StoreI(int32_t* p, I x) {
  _mm512_storeu_si512(p, x.a);
}
inline I LoadU8(const uint8_t* p) {
  return {_mm512_cvtepu8_epi32(LoadXmm(p))};
}
inline I LoadS8(const int8_t* p) {
  return {_mm512_cvtepi8_epi32(LoadXmm(p))};
}
inline I LoadS8Pairs(const int8_t* p) {
  const __m512i words =
      _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  const __m512i low =
      _mm512_setr_epi32(0x00000010, 0x00010011, 0x00020012, 0x00030013, 0x00040014, 0x00050015,
                        0x00060016, 0x00070017, 0x00080018, 0x00090019, 0x000a001a, 0x000b001b,
                        0x000c001c, 0x000d001d, 0x000e001e, 0x000f001f);
  return {_mm512_permutexvar_epi16(low, words)};
}
inline I LoadS8Twice(const int8_t* p) {
  const __m128i x = LoadXmm(p);
  const __m256i twice = _mm256_set_m128i(_mm_unpackhi_epi8(x, x), _mm_unpacklo_epi8(x, x));
  return {_mm512_cvtepi8_epi16(twice)};
}
inline I AddWordDots(I sum, I x, I y) {
  // Not the intrinsic: GCC 12 copies sums before and after.
  asm("vpdpwssd %2, %1, %0" : "+v"(sum.a) : "v"(x.a), "v"(y.a));
  return sum;
}
inline I SwapWords(I x) {
  return {_mm512_rol_epi32(x.a, 16)};
}
inline I AddI(I x, I y) {
  return {_mm512_add_epi32(x.a, y.a)};
}
inline I SubI(I x, I y) {
  return {_mm512_sub_epi32(x.a, y.a)};
}
inline I AndI(I x, I y) {
  return {_mm512_and_si512(x.a, y.a)};
}
inline I OrI(I x, I y) {
  return {_mm512_or_si512(x.a, y.a)};
}
inline I MaxI(I x, I y) {
  return {_mm512_max_epi32(x.a, y.a)};
}
inline I MulI(I x, I y) {
  return {_mm512_mullo_epi32(x.a, y.a)};
}
inline int32_t ReduceMaxI(I x) {
  return _mm512_reduce_max_epi32(x.a);
}
inline I ReduceAdds(const I (&x)[16]) {
  const auto add = [](__m512 y, __m512 z) {
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(y), _mm512_castps_si512(z)));
  };
  const auto eight = [&](int i) {
    const auto word = [&](int k) { return _mm512_castsi512_ps(x[i + k].a); };
    return JoinEight({word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7)}, add);
  };
  return {
      _mm512_permutexvar_epi32(InOrder(), _mm512_castps_si512(Join<1>(eight(0), eight(8), add)))};
}
template <int n>
inline I ShiftLeftI(I x) {
  return {_mm512_slli_epi32(x.a, n)};
}
template <int n>
inline I ShiftRightI(I x) {
  return {_mm512_srli_epi32(x.a, n)};
}
template <int n>
inline I ShiftRightSignedI(I x) {
  return {_mm512_srai_epi32(x.a, n)};
}
inline F ToFloat(I x) {
  return {_mm512_cvtepi32_ps(x.a)};
}
inline I RoundToInt(F x) {
  return {_mm512_cvtps_epi32(x.a)};
}
inline F BitsToF(I x) {
  return {_mm512_castsi512_ps(x.a)};
}
inline I FToBits(F x) {
  return {_mm512_castps_si512(x.a)};
}
inline void StoreS8(int8_t* p, I x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(x.a));
}

inline L LoadL(const uint8_t* p) {
  return {_mm512_loadu_si512(p)};
}
inline void StoreL(uint8_t* p, L x) {
  _mm512_storeu_si512(p, x.a);
}
inline L LoadTwice(const uint8_t* p) {
  return {_mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
inline L Halves(L x, L y) {
  return {_mm512_mask_blend_epi64(0xf0, x.a, y.a)};
}
template <int n>
inline L ShiftAnd(L x, uint8_t mask) {
  const __m512i m = _mm512_set1_epi8(static_cast<char>(mask));
  if constexpr (n > 0) return {_mm512_and_si512(_mm512_slli_epi16(x.a, n), m)};
  if constexpr (n < 0) return {_mm512_and_si512(_mm512_srli_epi16(x.a, -n), m)};
  return {_mm512_and_si512(x.a, m)};
}
inline L Or(L x, L y) {
  return {_mm512_or_si512(x.a, y.a)};
}
inline L Xor(L x, uint8_t y) {
  return {_mm512_xor_si512(x.a, _mm512_set1_epi8(static_cast<char>(y)))};
}
inline L Lookup(const int8_t* table, int add, L x) {
  const __m512i t = _mm512_add_epi8(_mm512_broadcast_i32x4(LoadXmm(table)),
                                    _mm512_set1_epi8(static_cast<char>(add)));
  return {_mm512_shuffle_epi8(t, x.a)};
}
template <int byte>
inline I ByteOfUnits(L x) {
  return {_mm512_and_si512(_mm512_srli_epi32(x.a, 8 * byte), _mm512_set1_epi32(255))};
}
inline void LoadPairs(const uint8_t* p, bool brain, F* even, F* odd) {
  if (brain) {
    const __m512i line = _mm512_loadu_si512(p);
    even->a = _mm512_castsi512_ps(_mm512_slli_epi32(line, 16));
    odd->a = _mm512_castsi512_ps(
        _mm512_and_si512(line, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
    return;
  }
  const __m512 low = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  const __m512 high = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32)));
  const __m512i pick = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  even->a = _mm512_permutex2var_ps(low, pick, high);
  odd->a = _mm512_permutex2var_ps(low, _mm512_add_epi32(pick, _mm512_set1_epi32(1)), high);
}
// Not _mm_prefetch: GCC 12 drops calls of functions that only prefetch.
inline void Prefetch(const uint8_t* p) {
  asm volatile("prefetcht0 %0" : : "m"(*p));
}

inline F LoadQuads(const float* p, const float* q, const float* r, const float* s) {
  __m512 four = _mm512_castps128_ps512(_mm_loadu_ps(p));
  four = _mm512_insertf32x4(four, _mm_loadu_ps(q), 1);
  four = _mm512_insertf32x4(four, _mm_loadu_ps(r), 2);
  return {_mm512_insertf32x4(four, _mm_loadu_ps(s), 3)};
}
inline void StoreQuads(float* p, float* q, float* r, float* s, F x) {
  _mm_storeu_ps(p, _mm512_castps512_ps128(x.a));
  _mm_storeu_ps(q, _mm512_extractf32x4_ps(x.a, 1));
  _mm_storeu_ps(r, _mm512_extractf32x4_ps(x.a, 2));
  _mm_storeu_ps(s, _mm512_extractf32x4_ps(x.a, 3));
}
inline void Stream(float* p, F x) {
  _mm512_stream_ps(p, x.a);
}
inline void StreamFence() {
  _mm_sfence();
}

inline L AsLine(I x) {
  return {x.a};
}
inline I AsUnits(L x) {
  return {x.a};
}
inline L AddW(L x, L y) {
  return {_mm512_add_epi16(x.a, y.a)};
}
inline L MulW(L x, L y) {
  return {_mm512_mullo_epi16(x.a, y.a)};
}
inline L MulRoundW(L x, L y) {
  return {_mm512_mulhrs_epi16(x.a, y.a)};
}
inline L MinW(L x, L y) {
  return {_mm512_min_epi16(x.a, y.a)};
}
template <int n>
inline L ShiftW(L x) {
  if constexpr (n > 0) return {_mm512_slli_epi16(x.a, n)};
  if constexpr (n < 0) return {_mm512_srli_epi16(x.a, -n)};
}
template <int n>
inline L ShiftRightSignedW(L x) {
  return {_mm512_srai_epi16(x.a, n)};
}
inline L SelectOdd(L even, L odd) {
  return {_mm512_mask_mov_epi8(even.a, 0xaaaaaaaaaaaaaaaa, odd.a)};
}
inline L PackS8(I x, I y, I z, I w) {
  const __m512i packed =
      _mm512_packs_epi16(_mm512_packs_epi32(x.a, y.a), _mm512_packs_epi32(z.a, w.a));
  return {_mm512_permutexvar_epi32(InOrder(), packed)};
}

// 16 sums, 2 lines, and a broadcast that feeds two products.
inline constexpr int kDotPanels = 2, kDotTokens = 8;
inline I AddDots(I sum, const uint8_t* quad, L line) {
  int32_t four;
  __builtin_memcpy(&four, quad, 4);
  // Not the intrinsic: GCC 12 copies every sum of a loop before and after its dot.
  asm("vpdpbusd %2, %1, %0" : "+v"(sum.a) : "v"(_mm512_set1_epi32(four)), "v"(line.a));
  return sum;
}

template <int kMax, int kLines, int kTokens>
struct Dot {
  I sum;
  void Start(int32_t init) { sum = Set1I(init); }
  void Start(I init) { sum = init; }
  void Add(int, L line, const int8_t* a) {
    if constexpr (kTokens == 1) {  // the quad serves several panels
      int32_t quad;
      __builtin_memcpy(&quad, a, 4);
      sum.a = _mm512_dpbusd_epi32(sum.a, line.a, _mm512_set1_epi32(quad));
    } else {  // GCC 12 would broadcast each to a register first
      asm("vpdpbusd %2%{1to16%}, %1, %0"
          : "+v"(sum.a)
          : "v"(line.a), "m"(*reinterpret_cast<const int8_t(*)[4]>(a)));
    }
  }
  // Of several panels: the broadcast of a quad is loaded once for all.
  void AddShared(L line, const int8_t* a) {
    int32_t quad;
    __builtin_memcpy(&quad, a, 4);
    asm("vpdpbusd %2, %1, %0" : "+v"(sum.a) : "v"(line.a), "v"(_mm512_set1_epi32(quad)));
  }
  I Done() const { return sum; }
};

}  // namespace
}  // namespace hearth::kernels
