// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "kernels/limits_chains.inl"
#include "kernels/limits_probe.h"

namespace hearth::kernels {
namespace {

constexpr int kChains = 16;

void DotBf16(long steps, unsigned char*) {
  // Not the intrinsic: as in isa_limits_avxvnni.cc.
  RunChains<kChains>(steps, _mm512_setzero_ps(), _mm512_set1_epi16(0x3f00),  // 0.5
                     [](__m512 sum, __m512i a) {
                       asm("vdpbf16ps %1, %1, %0" : "+v"(sum) : "v"(a));
                       return sum;
                     });
}

constexpr Probe kProbes[] = {{"AVX-512 BF16 vdpbf16ps zmm", kChains * 32 * 2.0, DotBf16}};

}  // namespace

const ProbeTable kLimitsAvx512Bf16 = {nullptr, kProbes, 1};

}  // namespace hearth::kernels
