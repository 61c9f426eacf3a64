// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "ops/ops.h"

#include <algorithm>
#include <cmath>

#include "base/result.h"

namespace hearth::ops {
namespace {

constexpr int64_t kLanes = 16;

float SumLanes(const float* lanes) {
  float sums[kLanes];
  for (int64_t i = 0; i < kLanes; ++i) sums[i] = lanes[i];
  for (int64_t half = kLanes / 2; half > 0; half /= 2) {
    for (int64_t i = 0; i < half; ++i) sums[i] += sums[i + half];
  }
  return sums[0];
}

// Sixteen running sums, then a fixed tree: accurate and independent of the vector width.
float Dot(const float* a, const float* b, int64_t n) {
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t j = 0; j < kLanes; ++j) lanes[j] += a[i + j] * b[i + j];
  }
  for (int64_t j = 0; i + j < n; ++j) lanes[j] += a[i + j] * b[i + j];
  return SumLanes(lanes);
}

}  // namespace

void RmsNorm(const float* x, const float* weight, int64_t n, float epsilon, float* out) {
  const float mean = Dot(x, x, n) / static_cast<float>(n);
  const float factor = 1.0f / std::sqrt(mean + epsilon);
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] * factor * weight[i];
}

void Rope(float* head, const float* cosines, const float* sines, int64_t half, bool interleaved) {
  const int64_t step = interleaved ? 2 : 1;
  const int64_t partner = interleaved ? 1 : half;
  for (int64_t i = 0; i < half; ++i) {
    float& a = head[i * step];
    float& b = head[i * step + partner];
    const float x = a;
    const float y = b;
    a = x * cosines[i] - y * sines[i];
    b = x * sines[i] + y * cosines[i];
  }
}

void Add(float* x, const float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] += y[i];
}

void Scale(float* x, float factor, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] *= factor;
}

void SiluMul(float* gate, const float* up, int64_t n) {
  for (int64_t i = 0; i < n; ++i) gate[i] = gate[i] / (1.0f + std::exp(-gate[i])) * up[i];
}

void GeluTanhMul(float* gate, const float* up, int64_t n) {
  constexpr float kRoot = 0.7978845608028654f;  // sqrt(2 / pi)
  for (int64_t i = 0; i < n; ++i) {
    const float x = gate[i];
    const float inner = kRoot * (x + 0.044715f * x * x * x);
    gate[i] = 0.5f * x * (1.0f + std::tanh(inner)) * up[i];
  }
}

void SoftCap(float* x, float cap, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] = cap * std::tanh(x[i] / cap);
}

void MatMulFloat(const tensor::Weight& weight, int64_t first, int64_t last, Rows x,
                 int64_t tokens, Rows out, float* scratch) {
  const auto columns = static_cast<int64_t>(weight.columns);
  for (int64_t row = first; row < last; row += kMatMulRows) {
    const int64_t count = std::min(kMatMulRows, last - row);
    for (int64_t r = 0; r < count; ++r)
      weight.Row(static_cast<uint64_t>(row + r), scratch + r * columns);
    for (int64_t t = 0; t < tokens; ++t) {
      for (int64_t r = 0; r < count; ++r) {
        out[t][row + r] = Dot(scratch + r * columns, x[t], columns);
      }
    }
  }
}

void StoreKey(const tensor::KvShape& shape, const tensor::KvView& view, int64_t position,
              const float* key) {
  HEARTH_CHECK(shape.element == tensor::KvElement::kF32);
  const int64_t size = shape.head_size;
  const int64_t block = position / tensor::kKvBlock;
  float* lane = reinterpret_cast<float*>(view.keys) + block * size * tensor::kKvBlock +
                position % tensor::kKvBlock;
  for (int64_t i = 0; i < size; ++i) lane[i * tensor::kKvBlock] = key[i];
}

void StoreValue(const tensor::KvShape& shape, const tensor::KvView& view, int64_t position,
                const float* value) {
  HEARTH_CHECK(shape.element == tensor::KvElement::kF32);
  const int64_t size = shape.head_size;
  std::copy_n(value, size, reinterpret_cast<float*>(view.values) + position * size);
}

void Attend(const tensor::KvShape& shape, const tensor::KvView& view, const AttentionSpec& spec,
            int64_t position, const float* query, float* out, float* scores) {
  constexpr int64_t kBlock = tensor::kKvBlock;
  const int64_t size = shape.head_size;
  const int64_t first = spec.window > 0 ? std::max<int64_t>(0, position + 1 - spec.window) : 0;
  float highest = -INFINITY;
  for (int64_t block = first / kBlock; block * kBlock <= position; ++block) {
    const float* keys = reinterpret_cast<const float*>(view.keys) + block * size * kBlock;
    float lanes[kBlock] = {};
    for (int64_t i = 0; i < size; ++i) {
      for (int64_t j = 0; j < kBlock; ++j) lanes[j] += query[i] * keys[i * kBlock + j];
    }
    if (spec.softcap > 0) Scale(lanes, spec.scale, kBlock), SoftCap(lanes, spec.softcap, kBlock);
    for (int64_t j = 0; j < kBlock; ++j) {
      const int64_t token = block * kBlock + j;
      if (token < first || token > position) continue;
      scores[token] = spec.softcap > 0 ? lanes[j] : lanes[j] * spec.scale;
      highest = std::max(highest, scores[token]);
    }
  }
  float sum = 0;
  std::fill_n(out, size, 0.0f);
  for (int64_t token = first; token <= position; ++token) {
    const float weight = std::exp(scores[token] - highest);
    sum += weight;
    const float* value = reinterpret_cast<const float*>(view.values) + token * size;
    for (int64_t i = 0; i < size; ++i) out[i] += weight * value[i];
  }
  Scale(out, 1.0f / sum, size);
}

}  // namespace hearth::ops
