// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "kernels/limits_probe.h"

namespace hearth::kernels {
namespace {

constexpr int kChains = 12;

void DpbusdYmm(long steps, unsigned char*) {
  __m256i acc[kChains];
  for (auto& v : acc) v = _mm256_setzero_si256();
  __m256i a = _mm256_set1_epi8(1);
  asm volatile("" : "+x"(a));
  for (long i = 0; i < steps; ++i) {
    // Not the intrinsic: GCC 12 copies and stores every sum around its dot.
#pragma GCC unroll 12
    for (auto& v : acc) asm("%{vex%} vpdpbusd %1, %1, %0" : "+x"(v) : "x"(a));
  }
  for (auto& v : acc) asm volatile("" : "+x"(v));
}

constexpr Probe kProbes[] = {{"AVX-VNNI vpdpbusd ymm", kChains * 32 * 2.0, DpbusdYmm}};

}  // namespace

const ProbeTable kLimitsAvxVnni = {nullptr, kProbes, 1};

}  // namespace hearth::kernels
