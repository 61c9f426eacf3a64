// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <immintrin.h>
#include <stdint.h>

// The vector vocabulary for AVX2 + FMA + F16C (and AVX-VNNI): two 256-bit halves per word, the
// lower holds lanes 0-7. Meanings are defined in simd_scalar.h.
namespace hearth::kernels {
namespace {

inline constexpr int kMaxTokens = 4;
inline constexpr int kStreams = 2;
inline constexpr int kPrefetch = 2048;
inline constexpr int kSharedPanels = 1;
inline constexpr bool kOpensCodes = true;
#ifdef __AVXVNNI__
inline constexpr bool kSignedWide = false;
inline constexpr bool kScaledDots = false;
#else
inline constexpr bool kSignedWide = true;  // vpmaddubsw would saturate on large unsigned codes
inline constexpr bool kScaledDots = true;
#endif

struct F {
  __m256 a, b;
};
struct I {
  __m256i a, b;
};
struct L {
  __m256i a, b;
};

inline __m256i LoadYmm(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
inline void StoreYmm(void* p, __m256i x) {
  _mm256_storeu_si256(static_cast<__m256i*>(p), x);
}
inline __m128i LoadXmm(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}
inline __m128i LoadLow(const void* p) {
  return _mm_loadl_epi64(static_cast<const __m128i*>(p));
}

inline F Set1(float x) {
  return {_mm256_set1_ps(x), _mm256_set1_ps(x)};
}
inline F Load(const float* p) {
  return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
inline void Store(float* p, F x) {
  _mm256_storeu_ps(p, x.a);
  _mm256_storeu_ps(p + 8, x.b);
}
inline F LoadFirst(const float* p, int n) {
  float full[16] = {};
  for (int i = 0; i < n; ++i) full[i] = p[i];
  return Load(full);
}
inline void StoreFirst(float* p, F x, int n) {
  float full[16];
  Store(full, x);
  for (int i = 0; i < n; ++i) p[i] = full[i];
}
inline F LoadHalf(const uint16_t* p) {
  return {_mm256_cvtph_ps(LoadXmm(p)), _mm256_cvtph_ps(LoadXmm(p + 8))};
}
inline void StoreHalf(uint16_t* p, F x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(x.a, _MM_FROUND_TO_NEAREST_INT));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 8),
                   _mm256_cvtps_ph(x.b, _MM_FROUND_TO_NEAREST_INT));
}
inline F Add(F x, F y) {
  return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)};
}
inline F Sub(F x, F y) {
  return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)};
}
inline F Mul(F x, F y) {
  return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)};
}
inline F Div(F x, F y) {
  return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)};
}
inline F Fma(F x, F y, F z) {
  return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}
inline F Max(F x, F y) {
  return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)};
}
inline F Min(F x, F y) {
  return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)};
}
inline F Abs(F x) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  return {_mm256_andnot_ps(sign, x.a), _mm256_andnot_ps(sign, x.b)};
}
inline F SelectLess(F x, F limit, F yes, F no) {
  return {_mm256_blendv_ps(no.a, yes.a, _mm256_cmp_ps(x.a, limit.a, _CMP_LT_OQ)),
          _mm256_blendv_ps(no.b, yes.b, _mm256_cmp_ps(x.b, limit.b, _CMP_LT_OQ))};
}
template <int kStride>
inline __m256 ButterflyHalf(__m256 x) {
  constexpr int kUpper = kStride == 4 ? 0xf0 : kStride == 2 ? 0xcc : 0xaa;
  __m256 other;
  if constexpr (kStride == 4) {
    other = _mm256_permute2f128_ps(x, x, 0x01);
  } else {
    other = _mm256_permute_ps(x, kStride == 2 ? 0x4e : 0xb1);
  }
  return _mm256_blend_ps(_mm256_add_ps(other, x), _mm256_sub_ps(other, x), kUpper);
}
template <int kStride>
inline F Butterfly(F x) {
  if constexpr (kStride == 8) return {_mm256_add_ps(x.b, x.a), _mm256_sub_ps(x.a, x.b)};
  if constexpr (kStride < 8) return {ButterflyHalf<kStride>(x.a), ButterflyHalf<kStride>(x.b)};
}
inline float ReduceAdd(F x) {
  const __m256 eight = _mm256_add_ps(x.a, x.b);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float ReduceMax(F x) {
  const __m256 eight = _mm256_max_ps(x.a, x.b);
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
inline __m256 MaxOfHalves(const F& x, const F& y) {
  const __m256 p = _mm256_max_ps(x.a, x.b), q = _mm256_max_ps(y.a, y.b);
  return _mm256_max_ps(_mm256_permute2f128_ps(p, q, 0x20), _mm256_permute2f128_ps(p, q, 0x31));
}
inline __m256 MaxOfPairs(__m256 p, __m256 q) {
  return _mm256_max_ps(_mm256_shuffle_ps(p, q, 0x44), _mm256_shuffle_ps(p, q, 0xee));
}
inline F ReduceMaxes(const F (&x)[8]) {
  const __m256 p = MaxOfPairs(MaxOfHalves(x[0], x[1]), MaxOfHalves(x[2], x[3]));
  const __m256 q = MaxOfPairs(MaxOfHalves(x[4], x[5]), MaxOfHalves(x[6], x[7]));
  const __m256 all = _mm256_max_ps(_mm256_shuffle_ps(p, q, 0x88), _mm256_shuffle_ps(p, q, 0xdd));
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256 ordered = _mm256_permutevar8x32_ps(all, order);
  return {ordered, ordered};
}

inline I Set1I(int32_t x) {
  return {_mm256_set1_epi32(x), _mm256_set1_epi32(x)};
}
inline I LoadI(const int32_t* p) {
  return {LoadYmm(p), LoadYmm(p + 8)};
}
inline void StoreI(int32_t* p, I x) {
  StoreYmm(p, x.a);
  StoreYmm(p + 8, x.b);
}
inline I LoadU8(const uint8_t* p) {
  return {_mm256_cvtepu8_epi32(LoadLow(p)), _mm256_cvtepu8_epi32(LoadLow(p + 8))};
}
inline I LoadS8(const int8_t* p) {
  return {_mm256_cvtepi8_epi32(LoadLow(p)), _mm256_cvtepi8_epi32(LoadLow(p + 8))};
}
inline I LoadS8Pairs(const int8_t* p) {
  const __m128i high = LoadXmm(p), low = LoadXmm(p + 16);
  return {_mm256_cvtepi8_epi16(_mm_unpacklo_epi8(low, high)),
          _mm256_cvtepi8_epi16(_mm_unpackhi_epi8(low, high))};
}
inline I LoadS8Twice(const int8_t* p) {
  const __m128i x = LoadXmm(p);
  return {_mm256_cvtepi8_epi16(_mm_unpacklo_epi8(x, x)),
          _mm256_cvtepi8_epi16(_mm_unpackhi_epi8(x, x))};
}
inline I AddWordDots(I sum, I x, I y) {
#ifdef __AVXVNNI__
  // Not the intrinsic: GCC 12 copies sums before and after.
  asm("%{vex%} vpdpwssd %2, %1, %0" : "+x"(sum.a) : "x"(x.a), "x"(y.a));
  asm("%{vex%} vpdpwssd %2, %1, %0" : "+x"(sum.b) : "x"(x.b), "x"(y.b));
  return sum;
#else
  return {_mm256_add_epi32(sum.a, _mm256_madd_epi16(x.a, y.a)),
          _mm256_add_epi32(sum.b, _mm256_madd_epi16(x.b, y.b))};
#endif
}
inline I SwapWords(I x) {
  const __m256i order = _mm256_setr_epi8(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13,  //
                                         2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  return {_mm256_shuffle_epi8(x.a, order), _mm256_shuffle_epi8(x.b, order)};
}
inline I AddI(I x, I y) {
  return {_mm256_add_epi32(x.a, y.a), _mm256_add_epi32(x.b, y.b)};
}
inline I SubI(I x, I y) {
  return {_mm256_sub_epi32(x.a, y.a), _mm256_sub_epi32(x.b, y.b)};
}
inline I AndI(I x, I y) {
  return {_mm256_and_si256(x.a, y.a), _mm256_and_si256(x.b, y.b)};
}
inline I OrI(I x, I y) {
  return {_mm256_or_si256(x.a, y.a), _mm256_or_si256(x.b, y.b)};
}
inline I MaxI(I x, I y) {
  return {_mm256_max_epi32(x.a, y.a), _mm256_max_epi32(x.b, y.b)};
}
inline I MulI(I x, I y) {
  return {_mm256_mullo_epi32(x.a, y.a), _mm256_mullo_epi32(x.b, y.b)};
}
inline int32_t ReduceMaxI(I x) {
  const __m256i eight = _mm256_max_epi32(x.a, x.b);
  const __m128i four =
      _mm_max_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
  const __m128i two = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return _mm_cvtsi128_si32(_mm_max_epi32(two, _mm_shuffle_epi32(two, 0xb1)));
}
inline __m256i AddEight(const I* x) {
  const auto pairs = [](const I& y, const I& z) {
    return _mm256_hadd_epi32(_mm256_add_epi32(y.a, y.b), _mm256_add_epi32(z.a, z.b));
  };
  const __m256i p = _mm256_hadd_epi32(pairs(x[0], x[1]), pairs(x[2], x[3]));
  const __m256i q = _mm256_hadd_epi32(pairs(x[4], x[5]), pairs(x[6], x[7]));
  return _mm256_add_epi32(_mm256_permute2x128_si256(p, q, 0x20),
                          _mm256_permute2x128_si256(p, q, 0x31));
}
inline I ReduceAdds(const I (&x)[16]) {
  return {AddEight(x), AddEight(x + 8)};
}
template <int n>
inline I ShiftLeftI(I x) {
  return {_mm256_slli_epi32(x.a, n), _mm256_slli_epi32(x.b, n)};
}
template <int n>
inline I ShiftRightI(I x) {
  return {_mm256_srli_epi32(x.a, n), _mm256_srli_epi32(x.b, n)};
}
template <int n>
inline I ShiftRightSignedI(I x) {
  return {_mm256_srai_epi32(x.a, n), _mm256_srai_epi32(x.b, n)};
}
inline F ToFloat(I x) {
  return {_mm256_cvtepi32_ps(x.a), _mm256_cvtepi32_ps(x.b)};
}
inline I RoundToInt(F x) {
  return {_mm256_cvtps_epi32(x.a), _mm256_cvtps_epi32(x.b)};
}
inline F BitsToF(I x) {
  return {_mm256_castsi256_ps(x.a), _mm256_castsi256_ps(x.b)};
}
inline I FToBits(F x) {
  return {_mm256_castps_si256(x.a), _mm256_castps_si256(x.b)};
}
inline void StoreS8(int8_t* p, I x) {
  const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(x.a, x.b), 0xd8);
  const __m128i bytes =
      _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
}

inline L LoadL(const uint8_t* p) {
  return {LoadYmm(p), LoadYmm(p + 32)};
}
inline void StoreL(uint8_t* p, L x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x.a);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 32), x.b);
}
inline L LoadTwice(const uint8_t* p) {
  return {LoadYmm(p), LoadYmm(p)};
}
inline L Halves(L x, L y) {
  return {x.a, y.b};
}
template <int n>
inline __m256i ShiftYmm(__m256i x) {
  if constexpr (n > 0) return _mm256_slli_epi16(x, n);
  if constexpr (n < 0) return _mm256_srli_epi16(x, -n);
  return x;
}
template <int n>
inline L ShiftAnd(L x, uint8_t mask) {
  const __m256i m = _mm256_set1_epi8(static_cast<char>(mask));
  return {_mm256_and_si256(ShiftYmm<n>(x.a), m), _mm256_and_si256(ShiftYmm<n>(x.b), m)};
}
inline L Or(L x, L y) {
  return {_mm256_or_si256(x.a, y.a), _mm256_or_si256(x.b, y.b)};
}
inline L Xor(L x, uint8_t y) {
  const __m256i m = _mm256_set1_epi8(static_cast<char>(y));
  return {_mm256_xor_si256(x.a, m), _mm256_xor_si256(x.b, m)};
}
inline L Lookup(const int8_t* table, int add, L x) {
  const __m256i t = _mm256_add_epi8(_mm256_broadcastsi128_si256(LoadXmm(table)),
                                    _mm256_set1_epi8(static_cast<char>(add)));
  return {_mm256_shuffle_epi8(t, x.a), _mm256_shuffle_epi8(t, x.b)};
}
template <int byte>
inline I ByteOfUnits(L x) {
  const __m256i m = _mm256_set1_epi32(255);
  return {_mm256_and_si256(_mm256_srli_epi32(x.a, 8 * byte), m),
          _mm256_and_si256(_mm256_srli_epi32(x.b, 8 * byte), m)};
}
inline void LoadPairs(const uint8_t* p, bool brain, F* even, F* odd) {
  if (brain) {
    const __m256i high = _mm256_set1_epi32(static_cast<int>(0xffff0000u));
    const L line = LoadL(p);
    *even = BitsToF({_mm256_slli_epi32(line.a, 16), _mm256_slli_epi32(line.b, 16)});
    *odd = BitsToF({_mm256_and_si256(line.a, high), _mm256_and_si256(line.b, high)});
    return;
  }
  // Four rows at a time: e0 o0 e1 o1 | e2 o2 e3 o3.
  const auto quarter = [p](int i) { return _mm256_cvtph_ps(LoadXmm(p + 16 * i)); };
  const auto split = [](__m256 x, __m256 y, __m256* e, __m256* o) {
    const auto order = [](__m256 z) {
      return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(z), 0xd8));
    };
    *e = order(_mm256_shuffle_ps(x, y, 0x88));
    *o = order(_mm256_shuffle_ps(x, y, 0xdd));
  };
  split(quarter(0), quarter(1), &even->a, &odd->a);
  split(quarter(2), quarter(3), &even->b, &odd->b);
}
// Not _mm_prefetch: GCC 12 drops calls of functions that only prefetch.
inline void Prefetch(const uint8_t* p) {
  asm volatile("prefetcht0 %0" : : "m"(*p));
}

inline __m256i Broadcast4(const void* a) {
  int32_t quad;
  __builtin_memcpy(&quad, a, 4);
  return _mm256_set1_epi32(quad);
}

inline F LoadQuads(const float* p, const float* q, const float* r, const float* s) {
  return {_mm256_loadu2_m128(q, p), _mm256_loadu2_m128(s, r)};
}
inline void StoreQuads(float* p, float* q, float* r, float* s, F x) {
  _mm256_storeu2_m128(q, p, x.a);
  _mm256_storeu2_m128(s, r, x.b);
}
inline void Stream(float* p, F x) {
  _mm256_stream_ps(p, x.a);
  _mm256_stream_ps(p + 8, x.b);
}
inline void StreamFence() {
  _mm_sfence();
}

inline L AsLine(I x) {
  return {x.a, x.b};
}
inline I AsUnits(L x) {
  return {x.a, x.b};
}
inline L AddW(L x, L y) {
  return {_mm256_add_epi16(x.a, y.a), _mm256_add_epi16(x.b, y.b)};
}
inline L MulW(L x, L y) {
  return {_mm256_mullo_epi16(x.a, y.a), _mm256_mullo_epi16(x.b, y.b)};
}
inline L MulRoundW(L x, L y) {
  return {_mm256_mulhrs_epi16(x.a, y.a), _mm256_mulhrs_epi16(x.b, y.b)};
}
inline L MinW(L x, L y) {
  return {_mm256_min_epi16(x.a, y.a), _mm256_min_epi16(x.b, y.b)};
}
template <int n>
inline L ShiftW(L x) {
  return {ShiftYmm<n>(x.a), ShiftYmm<n>(x.b)};
}
template <int n>
inline L ShiftRightSignedW(L x) {
  return {_mm256_srai_epi16(x.a, n), _mm256_srai_epi16(x.b, n)};
}
inline L SelectOdd(L even, L odd) {
  const __m256i high = _mm256_set1_epi16(static_cast<int16_t>(0xff00));
  return {_mm256_blendv_epi8(even.a, odd.a, high), _mm256_blendv_epi8(even.b, odd.b, high)};
}
inline __m256i PackYmm(I x, I y) {
  const __m256i packed =
      _mm256_packs_epi16(_mm256_packs_epi32(x.a, x.b), _mm256_packs_epi32(y.a, y.b));
  return _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}
inline L PackS8(I x, I y, I z, I w) {
  return {PackYmm(x, y), PackYmm(z, w)};
}

#ifdef __AVXVNNI__
// 12 sums of half a panel, its line and a broadcast.
inline constexpr int kDotPanels = 1, kDotTokens = 6;
inline I AddDots(I sum, const uint8_t* quad, L line) {
  const __m256i four = Broadcast4(quad);
  // Not the intrinsic: GCC 12 copies every sum of a loop before and after its dot.
  asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum.a) : "x"(four), "x"(line.a));
  asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum.b) : "x"(four), "x"(line.b));
  return sum;
}

template <int kMax, int kLines, int kTokens>
struct Dot {
  I sum;
  void Start(int32_t init) { sum = Set1I(init); }
  void Start(I init) { sum = init; }
  void Add(int, L line, const int8_t* a) {
    const __m256i quad = Broadcast4(a);
    sum.a = _mm256_dpbusd_avx_epi32(sum.a, line.a, quad);
    sum.b = _mm256_dpbusd_avx_epi32(sum.b, line.b, quad);
  }
  I Done() const { return sum; }
};
#else
// vpmaddubsw gives 16-bit sums of two products; as many lines as cannot overflow are added before
// one vpmaddwd widens them. Codes of 8 bits are signed here (kSignedWide): |w| x sign(a, w).
template <int kMax, int kLines, int kTokens>
struct Dot {
  static constexpr bool kWide = kMax > 127;
  static constexpr int kCapacity = kWide ? 1 : 32767 / (2 * 127 * kMax);
  static constexpr int kChain = kCapacity < kLines ? kCapacity : kLines;
  static_assert(kChain >= 1);
  I sum;
  I words;
  void Start(int32_t init) { sum = Set1I(init); }
  void Start(I init) { sum = init; }
  void Add(int index, L line, const int8_t* a) {
    const __m256i quad = Broadcast4(a);
    I product;
    if constexpr (kWide) {
      product = {_mm256_maddubs_epi16(_mm256_abs_epi8(line.a), _mm256_sign_epi8(quad, line.a)),
                 _mm256_maddubs_epi16(_mm256_abs_epi8(line.b), _mm256_sign_epi8(quad, line.b))};
    } else {
      product = {_mm256_maddubs_epi16(line.a, quad), _mm256_maddubs_epi16(line.b, quad)};
    }
    if (index % kChain == 0) {
      words = product;
    } else {
      words = {_mm256_add_epi16(words.a, product.a), _mm256_add_epi16(words.b, product.b)};
      // Keeps the sum running: GCC 12 else multiplies all lines first and spills the products.
      asm("" : "+x"(words.a), "+x"(words.b));
    }
    if (index % kChain == kChain - 1 || index == kLines - 1) {
      const __m256i ones = _mm256_set1_epi16(1);
      sum.a = _mm256_add_epi32(sum.a, _mm256_madd_epi16(words.a, ones));
      sum.b = _mm256_add_epi32(sum.b, _mm256_madd_epi16(words.b, ones));
    }
  }
  I Done() const { return sum; }
};

// Adds scale * factor * dot to a sum, for eight rows of a panel, kHalf the first or second ones, so
// that sums of several tokens stay in registers. The words that widen the 16-bit sums hold scale *
// factor, so that scaling is free; both are the same in both words of a lane. Codes of less than 8
// bits.
template <int kMax, int kLines, int kHalf>
struct ScaledDot {
  static constexpr int kCapacity = 32767 / (2 * 127 * kMax);
  static constexpr int kChain = kCapacity < kLines ? kCapacity : kLines;
  static_assert(kChain >= 1);
  __m256i words;
  void Add(int index, L line, const int8_t* a, I scale, const int32_t* factor, I* sum) {
    const __m256i product = _mm256_maddubs_epi16(kHalf == 0 ? line.a : line.b, Broadcast4(a));
    words = index % kChain == 0 ? product : _mm256_add_epi16(words, product);
    asm("" : "+x"(words));  // as in Dot
    if (index % kChain == kChain - 1 || index == kLines - 1) {
      const __m256i half = kHalf == 0 ? scale.a : scale.b;
      __m256i& total = kHalf == 0 ? sum->a : sum->b;
      total = _mm256_add_epi32(
          total, _mm256_madd_epi16(words, _mm256_mullo_epi16(half, Broadcast4(factor))));
      // Adds now: GCC 12 else keeps the products and adds them to each other first.
      asm("" : "+x"(total));
    }
  }
};
#endif

}  // namespace
}  // namespace hearth::kernels
