// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Functions of words of floats in the words of the vocabulary: the same bits on every ISA.
#pragma once

#include "kernels/vector_args.h"

namespace hearth::kernels {
namespace {

// The bits of |x|: as integers they compare like the magnitudes, and a NaN is the largest.
inline I Magnitude(F x) {
  return AndI(FToBits(x), Set1I(0x7fffffff));
}

// The largest of 16 magnitudes.
inline float LargestOf(I top) {
  const int32_t bits = ReduceMaxI(top);
  float reach;
  __builtin_memcpy(&reach, &bits, 4);
  return reach;
}

// The largest magnitude of n floats, n a multiple of 16; NaN when one is.
inline float Reach(const float* x, int64_t n) {
  I top = Set1I(0);
  for (int64_t i = 0; i < n; i += 16) {
    top = MaxI(top, Magnitude(Load(x + i)));
  }
  return LargestOf(top);
}

// 2^(t - 1.5 * 2^23 + r) with a relative error below 2e-7. t: an integer of at most 126 in
// magnitude plus 1.5 * 2^23, so that it stands in the lowest bits; |r| <= 1/2; exact for r = 0.
inline F PowerOfTwo(F t, F r) {
  F p = Set1(1.3276472454890609e-3f);  // minimax
  p = Fma(p, r, Set1(9.675541892647743e-3f));
  p = Fma(p, r, Set1(5.550713092088699e-2f));
  p = Fma(p, r, Set1(2.4022120237350464e-1f));
  p = Fma(p, r, Set1(6.931469440460205e-1f));
  p = Fma(p, r, Set1(1.0f));
  return BitsToF(AddI(FToBits(p), ShiftLeftI<23>(FToBits(t))));
}
inline constexpr float kShift = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
inline constexpr float kLog2E = 1.44269504088896341f;

// e^x with a relative error below 2.5e-7. REQUIRES: |x| <= 87.
inline F ExpWithin(F x) {
  const F t = Fma(x, Set1(kLog2E), Set1(kShift));
  const F part = Fma(x, Set1(kLog2E), Sub(Set1(kShift), t));
  return PowerOfTwo(t, Fma(x, Set1(1.92596298909109e-8f), part));
}

// e^x; 0 below -87, and not above e^87.
inline F Exp(F x) {
  const F lowest = Set1(-87.0f);
  return SelectLess(x, lowest, Set1(0), ExpWithin(Min(Max(x, lowest), Set1(87.0f))));
}

// 1 / (1 + e^-x) with a relative error below 4e-7 + |x| 2e-8 and absolute below 4e-7. No division:
// it would take as long as the rest. The integer difference is 1 / d to 5 %; one step cubes that
// error, one squares it.
inline F Sigmoid(F x) {
  const F one = Set1(1.0f);
  const F bounded = Min(Max(x, Set1(-80.0f)), Set1(80.0f));
  const F t = Fma(bounded, Set1(-kLog2E), Set1(kShift));
  const F power = PowerOfTwo(t, Fma(bounded, Set1(-kLog2E), Sub(Set1(kShift), t)));
  const F d = Add(one, power);
  const F minus = Sub(Set1(-1.0f), power);
  F y = BitsToF(SubI(Set1I(0x7ef30000), FToBits(d)));
  F e = Fma(minus, y, one);
  y = Fma(y, Fma(e, e, e), y);
  e = Fma(minus, y, one);
  return Fma(y, e, y);
}

// 1 - 2 / (e^(2x) + 1): absolute error below 2e-7.
inline F Tanh(F x) {
  const F e = Exp(Add(x, x));
  return Sub(Set1(1.0f), Div(Set1(2.0f), Add(e, Set1(1.0f))));
}

// Abramowitz and Stegun 7.1.26, absolute error below 2e-7.
inline F Erf(F x) {
  const F a = Abs(x);
  const F t = Div(Set1(1.0f), Fma(a, Set1(0.3275911f), Set1(1.0f)));
  F p = Set1(1.061405429f);
  p = Fma(p, t, Set1(-1.453152027f));
  p = Fma(p, t, Set1(1.421413741f));
  p = Fma(p, t, Set1(-0.284496736f));
  p = Fma(p, t, Set1(0.254829592f));
  const F tail = Mul(Mul(p, t), Exp(Sub(Set1(0), Mul(a, a))));
  const F value = Sub(Set1(1.0f), tail);
  return SelectLess(x, Set1(0), Sub(Set1(0), value), value);
}

// f(gate) * up
template <Activation kActivation>
inline F Gated(F gate, F up) {
  if constexpr (kActivation == Activation::kSilu) {
    return Mul(Mul(gate, Sigmoid(gate)), up);
  } else if constexpr (kActivation == Activation::kGeluTanh) {
    // (1 + tanh(u)) / 2 = sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3)
    const F cubic = Mul(Mul(gate, gate), Set1(0.0713548162726f));
    return Mul(Mul(gate, Sigmoid(Mul(gate, Add(cubic, Set1(1.5957691216057308f))))), up);
  } else {
    const F t = Erf(Mul(gate, Set1(0.7071067811865476f)));
    return Mul(Mul(Mul(gate, Set1(0.5f)), Add(Set1(1.0f), t)), up);
  }
}

// cap * tanh(x / cap)
inline F Capped(F x, float cap) {
  return Mul(Tanh(Mul(x, Set1(1.0f / cap))), Set1(cap));
}

}  // namespace
}  // namespace hearth::kernels
