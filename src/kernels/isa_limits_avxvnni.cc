// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "kernels/limits_chains.inl"
#include "kernels/limits_probe.h"

namespace hearth::kernels {
namespace {

constexpr int kChains = 12;

void DpbusdYmm(long steps, unsigned char*) {
  // Not the intrinsic: GCC 12 copies and stores every sum around its dot.
  RunChains<kChains>(steps, _mm256_setzero_si256(), _mm256_set1_epi8(1),
                     [](__m256i sum, __m256i a) {
                       asm("%{vex%} vpdpbusd %1, %1, %0" : "+x"(sum) : "x"(a));
                       return sum;
                     });
}

constexpr Probe kProbes[] = {{"AVX-VNNI vpdpbusd ymm", kChains * 32 * 2.0, DpbusdYmm}};

}  // namespace

const ProbeTable kLimitsAvxVnni = {nullptr, kProbes, 1};

}  // namespace hearth::kernels
