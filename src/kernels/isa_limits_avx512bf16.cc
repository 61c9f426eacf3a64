// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "kernels/limits_probe.h"

namespace hearth::kernels {
namespace {

constexpr int kChains = 16;

void DotBf16(long steps, unsigned char*) {
  __m512 acc[kChains];
  for (auto& v : acc) v = _mm512_setzero_ps();
  __m512i a = _mm512_set1_epi16(0x3f00);  // 0.5
  asm volatile("" : "+v"(a));
  for (long i = 0; i < steps; ++i) {
    // Not the intrinsic: as in isa_limits_avxvnni.cc.
#pragma GCC unroll 16
    for (auto& v : acc) asm("vdpbf16ps %1, %1, %0" : "+v"(v) : "v"(a));
  }
  for (auto& v : acc) asm volatile("" : "+v"(v));
}

constexpr Probe kProbes[] = {{"AVX-512 BF16 vdpbf16ps zmm", kChains * 32 * 2.0, DotBf16}};

}  // namespace

const ProbeTable kLimitsAvx512Bf16 = {nullptr, kProbes, 1};

}  // namespace hearth::kernels
