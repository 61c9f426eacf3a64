// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>
#define HEARTH_READ_BYTES 64
#include "kernels/limits_chains.inl"
#include "kernels/limits_probe.h"
#include "kernels/limits_read.inl"

namespace hearth::kernels {
namespace {

constexpr int kChains = 16;

void DpbusdZmm(long steps, unsigned char*) {
  RunChains<kChains>(steps, _mm512_setzero_si512(), _mm512_set1_epi8(1),
                     [](__m512i sum, __m512i a) { return _mm512_dpbusd_epi32(sum, a, a); });
}

void FmaZmm(long steps, unsigned char*) {
  RunChains<kChains>(steps, _mm512_setzero_ps(), _mm512_set1_ps(0.5f),
                     [](__m512 sum, __m512 a) { return _mm512_fmadd_ps(sum, a, a); });
}

constexpr Probe kProbes[] = {
    {"AVX-512 VNNI vpdpbusd zmm", kChains * 64 * 2.0, DpbusdZmm},
    {"fp32 FMA zmm", kChains * 16 * 2.0, FmaZmm},
};

}  // namespace

const ProbeTable kLimitsAvx512Vnni = {Read, kProbes, 2};

}  // namespace hearth::kernels
