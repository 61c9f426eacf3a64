// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tensor/weight.h"
#include "tensor/kv_cache.h"

// Operations on float rows. Each works on the range that the calling thread owns; none depends on
// how the work was split, so results are equal for every thread count and chunk size.
namespace hearth::ops {

// Rows of floats: row r begins at data + r * stride.
struct Rows {
  float* data;
  int64_t stride;
  float* operator[](int64_t row) const { return data + row * stride; }
};

// out[i] = x[i] / sqrt(mean(x^2) + epsilon) * weight[i]. `out` may be `x`.
void RmsNorm(const float* x, const float* weight, int64_t n, float epsilon, float* out);

// Rotates the first 2 * half elements of one head. cosines, sines: [half], of the token's position.
// Pair i is (2i, 2i + 1) when `interleaved`, else (i, i + half).
void Rope(float* head, const float* cosines, const float* sines, int64_t half, bool interleaved);

void Add(float* x, const float* y, int64_t n);              // x += y
void Scale(float* x, float factor, int64_t n);              // x *= factor
void SiluMul(float* gate, const float* up, int64_t n);      // gate = silu(gate) * up
void GeluTanhMul(float* gate, const float* up, int64_t n);  // gate = gelu(gate) * up
void SoftCap(float* x, float cap, int64_t n);               // x = cap * tanh(x / cap)

// out[t][r] = sum over k of weight[r][k] * x[t][k], for r in [first, last), t in [0, tokens).
// scratch: [kMatMulRows][columns rounded up to 16]
inline constexpr int64_t kMatMulRows = 4;
void MatMulFloat(const tensor::Weight& weight, int64_t first, int64_t last, Rows x,
                 int64_t tokens, Rows out, float* scratch);

// Puts key or value of one head at `position` into the cache. key, value: [head_size]
void StoreKey(const tensor::KvShape& shape, const tensor::KvView& view, int64_t position,
              const float* key);
void StoreValue(const tensor::KvShape& shape, const tensor::KvView& view, int64_t position,
                const float* value);

// How one layer attends.
struct AttentionSpec {
  float scale;     // on q . k
  float softcap;   // 0: off
  int64_t window;  // tokens that a query sees, itself included; 0: all
};

// Causal attention of one query at `position` over the cached tokens up to and with its own.
// query, out: [head_size]; scores: [position + 1] scratch.
void Attend(const tensor::KvShape& shape, const tensor::KvView& view, const AttentionSpec& spec,
            int64_t position, const float* query, float* out, float* scores);

}  // namespace hearth::ops
