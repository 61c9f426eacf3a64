// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// The loop of a probe of one instruction.
#pragma once

namespace hearth::kernels {
namespace {

// `steps` times sum = step(sum, a) of each of kChains sums that begin at `zero`: independent chains
// hide the latency. kChains: at least latency times ports, as many as registers hold.
template <int kChains, typename Sum, typename Operand, typename Step>
inline void RunChains(long steps, Sum zero, Operand a, const Step& step) {
  Sum sums[kChains];
  for (auto& sum : sums) sum = zero;
  asm volatile("" : "+v"(a));
  for (long i = 0; i < steps; ++i) {
#pragma GCC unroll 16
    for (int c = 0; c < kChains; ++c) sums[c] = step(sums[c], a);
  }
  for (auto& sum : sums) asm volatile("" : "+v"(sum));
}

}  // namespace
}  // namespace hearth::kernels
