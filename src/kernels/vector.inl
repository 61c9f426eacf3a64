// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Operations on rows of floats, written once in the words of the vocabulary. A row is walked in
// words of 16; the last, partial word is padded with zeros.
#pragma once

#include "kernels/vector_args.h"

namespace hearth::kernels {
namespace {

inline int Lanes(int64_t left) {
  return left < 16 ? static_cast<int>(left) : 16;
}
inline F LoadUpTo(const float* p, int n) {
  return n == 16 ? Load(p) : LoadFirst(p, n);
}
inline void StoreUpTo(float* p, F x, int n) {
  if (n == 16) {
    Store(p, x);
  } else {
    StoreFirst(p, x, n);
  }
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

inline float SumOfSquares(const float* x, int64_t n) {
  F sum[2] = {Set1(0), Set1(0)};
  for (int64_t i = 0, word = 0; i < n; i += 16, ++word) {
    const F v = LoadUpTo(x + i, Lanes(n - i));
    sum[word & 1] = Fma(v, v, sum[word & 1]);
  }
  return ReduceAdd(Add(sum[0], sum[1]));
}

void RmsNorm(const float* x, const float* weight, int64_t n, float epsilon, float* out) {
  const float mean = SumOfSquares(x, n) / static_cast<float>(n);
  const F factor = Set1(1.0f / __builtin_sqrtf(mean + epsilon));
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    const F v = Mul(LoadUpTo(x + i, lanes), factor);
    StoreUpTo(out + i, Mul(v, LoadUpTo(weight + i, lanes)), lanes);
  }
}

void LayerNorm(const float* x, const float* weight, const float* bias, int64_t n, float epsilon,
               float* out) {
  F sum = Set1(0);
  for (int64_t i = 0; i < n; i += 16) sum = Add(sum, LoadUpTo(x + i, Lanes(n - i)));
  const F mean = Set1(ReduceAdd(sum) / static_cast<float>(n));
  F squares = Set1(0);
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    F v = Sub(LoadUpTo(x + i, lanes), mean);
    if (lanes < 16) {  // the padding is not part of the variance
      float kept[16];
      Store(kept, v);
      v = LoadFirst(kept, lanes);
    }
    squares = Fma(v, v, squares);
  }
  const float variance = ReduceAdd(squares) / static_cast<float>(n);
  const F factor = Set1(1.0f / __builtin_sqrtf(variance + epsilon));
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    const F v = Mul(Sub(LoadUpTo(x + i, lanes), mean), factor);
    StoreUpTo(out + i, Fma(v, LoadUpTo(weight + i, lanes), LoadUpTo(bias + i, lanes)), lanes);
  }
}

void Rope(float* head, const float* cosines, const float* sines, int64_t half, bool interleaved) {
  if (interleaved) {
    for (int64_t i = 0; i < half; ++i) {
      const float x = head[2 * i];
      const float y = head[2 * i + 1];
      head[2 * i] = x * cosines[i] - y * sines[i];
      head[2 * i + 1] = x * sines[i] + y * cosines[i];
    }
    return;
  }
  for (int64_t i = 0; i < half; i += 16) {
    const int lanes = Lanes(half - i);
    const F x = LoadUpTo(head + i, lanes);
    const F y = LoadUpTo(head + half + i, lanes);
    const F c = LoadUpTo(cosines + i, lanes);
    const F s = LoadUpTo(sines + i, lanes);
    StoreUpTo(head + i, Sub(Mul(x, c), Mul(y, s)), lanes);
    StoreUpTo(head + half + i, Add(Mul(x, s), Mul(y, c)), lanes);
  }
}

void AddTo(float* x, const float* y, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    StoreUpTo(x + i, Add(LoadUpTo(x + i, lanes), LoadUpTo(y + i, lanes)), lanes);
  }
}

void Scale(float* x, float factor, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    StoreUpTo(x + i, Mul(LoadUpTo(x + i, lanes), Set1(factor)), lanes);
  }
}

void SiluMul(float* gate, const float* up, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    const F x = LoadUpTo(gate + i, lanes);
    StoreUpTo(gate + i, Mul(Mul(x, Sigmoid(x)), LoadUpTo(up + i, lanes)), lanes);
  }
}

void GeluTanhMul(float* gate, const float* up, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    const F x = LoadUpTo(gate + i, lanes);
    // (1 + tanh(u)) / 2 = sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3)
    const F cubic = Mul(Mul(x, x), Set1(0.0713548162726f));
    const F gelu = Mul(x, Sigmoid(Mul(x, Add(cubic, Set1(1.5957691216057308f)))));
    StoreUpTo(gate + i, Mul(gelu, LoadUpTo(up + i, lanes)), lanes);
  }
}

void GeluErfMul(float* gate, const float* up, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    const F x = LoadUpTo(gate + i, lanes);
    const F t = Erf(Mul(x, Set1(0.7071067811865476f)));
    const F gelu = Mul(Mul(x, Set1(0.5f)), Add(Set1(1.0f), t));
    StoreUpTo(gate + i, Mul(gelu, LoadUpTo(up + i, lanes)), lanes);
  }
}

inline F Capped(F x, float cap) {
  return Mul(Tanh(Mul(x, Set1(1.0f / cap))), Set1(cap));
}

void SoftCap(float* x, float cap, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    StoreUpTo(x + i, Capped(LoadUpTo(x + i, lanes), cap), lanes);
  }
}

void Softmax(float* x, int64_t n) {
  float highest = x[0];
  for (int64_t i = 1; i < n; ++i) highest = x[i] > highest ? x[i] : highest;
  F sum = Set1(0);
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    StoreUpTo(x + i, Exp(Sub(LoadUpTo(x + i, lanes), Set1(highest))), lanes);
    sum = Add(sum, LoadUpTo(x + i, lanes));
  }
  Scale(x, 1.0f / ReduceAdd(sum), n);
}

constexpr VectorKernels kVectorKernels = {
    .rms_norm = RmsNorm,
    .layer_norm = LayerNorm,
    .rope = Rope,
    .add = AddTo,
    .scale = Scale,
    .silu_mul = SiluMul,
    .gelu_tanh_mul = GeluTanhMul,
    .gelu_erf_mul = GeluErfMul,
    .soft_cap = SoftCap,
    .softmax = Softmax,
};

}  // namespace
}  // namespace hearth::kernels
