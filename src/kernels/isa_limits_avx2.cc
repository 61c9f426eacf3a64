// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>
#define HEARTH_READ_BYTES 32
#include "kernels/limits_chains.inl"
#include "kernels/limits_probe.h"
#include "kernels/limits_read.inl"

namespace hearth::kernels {
namespace {

constexpr int kChains =
    8;  // independent accumulators: latency times ports, and 16 registers suffice

// The sequence that stands for a dot product of bytes before VNNI: maddubs, madd, add.
void Maddubs(long steps, unsigned char*) {
  __m256i acc[kChains];
  for (auto& v : acc) v = _mm256_setzero_si256();
  __m256i a = _mm256_set1_epi8(1);
  const __m256i b = _mm256_set1_epi8(1);
  const __m256i ones = _mm256_set1_epi16(1);
  for (long i = 0; i < steps; ++i) {
    for (auto& v : acc) {
      asm volatile("" : "+x"(a));  // unknown again, so that the product is computed again
      v = _mm256_add_epi32(v, _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), ones));
    }
  }
  for (auto& v : acc) asm volatile("" : "+x"(v));
}

void FmaYmm(long steps, unsigned char*) {
  RunChains<kChains>(steps, _mm256_setzero_ps(), _mm256_set1_ps(0.5f),
                     [](__m256 sum, __m256 a) { return _mm256_fmadd_ps(sum, a, a); });
}

constexpr Probe kProbes[] = {
    {"AVX2 maddubs ymm", kChains * 32 * 2.0, Maddubs},
    {"fp32 FMA ymm", kChains * 8 * 2.0, FmaYmm},
};

}  // namespace

const ProbeTable kLimitsAvx2 = {Read, kProbes, 2};

}  // namespace hearth::kernels
