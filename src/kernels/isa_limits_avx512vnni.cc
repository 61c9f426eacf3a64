// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>
#define HEARTH_READ_BYTES 64
#include "kernels/limits_probe.h"
#include "kernels/limits_read.inl"

namespace hearth::kernels {
namespace {

constexpr int kChains = 16;

void DpbusdZmm(long steps, unsigned char*) {
  __m512i acc[kChains];
  for (auto& v : acc) v = _mm512_setzero_si512();
  __m512i a = _mm512_set1_epi8(1);
  asm volatile("" : "+v"(a));
  for (long i = 0; i < steps; ++i) {
    for (auto& v : acc) v = _mm512_dpbusd_epi32(v, a, a);
  }
  for (auto& v : acc) asm volatile("" : "+v"(v));
}

void FmaZmm(long steps, unsigned char*) {
  __m512 acc[kChains];
  for (auto& v : acc) v = _mm512_setzero_ps();
  __m512 a = _mm512_set1_ps(0.5f);
  asm volatile("" : "+v"(a));
  for (long i = 0; i < steps; ++i) {
    for (auto& v : acc) v = _mm512_fmadd_ps(v, a, a);
  }
  for (auto& v : acc) asm volatile("" : "+v"(v));
}

constexpr Probe kProbes[] = {
    {"AVX-512 VNNI vpdpbusd zmm", kChains * 64 * 2.0, DpbusdZmm},
    {"fp32 FMA zmm", kChains * 16 * 2.0, FmaZmm},
};

}  // namespace

const ProbeTable kLimitsAvx512Vnni = {Read, kProbes, 2};

}  // namespace hearth::kernels
