// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Operations on rows of floats, written once in the words of the vocabulary. A row is walked in
// words of 16; the last, partial word is padded with zeros.
#pragma once

#include "kernels/vector_args.h"
#include "kernels/vector_math.inl"

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

void Hadamard(float* x, const float* factors, int64_t n) {
  const int64_t block = n & -n;
  for (int64_t i = 0; i < n; i += 16) {
    const F v = Butterfly<2>(Butterfly<1>(Mul(Load(x + i), Load(factors + i))));
    Store(x + i, Butterfly<8>(Butterfly<4>(v)));
  }
  for (int64_t stride = 16; stride < block; stride *= 2) {
    for (int64_t i = 0; i < n; i += 16) {
      if ((i & stride) != 0) continue;
      const F low = Load(x + i);
      const F high = Load(x + i + stride);
      Store(x + i, Add(low, high));
      Store(x + i + stride, Sub(low, high));
    }
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

template <Activation kActivation>
void Activate(float* gate, const float* up, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const int lanes = Lanes(n - i);
    StoreUpTo(gate + i, Gated<kActivation>(LoadUpTo(gate + i, lanes), LoadUpTo(up + i, lanes)),
              lanes);
  }
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
    .hadamard = Hadamard,
    .add = AddTo,
    .scale = Scale,
    .activate = {Activate<Activation::kSilu>, Activate<Activation::kGeluTanh>,
                 Activate<Activation::kGeluErf>},
    .soft_cap = SoftCap,
    .softmax = Softmax,
};

}  // namespace
}  // namespace hearth::kernels
