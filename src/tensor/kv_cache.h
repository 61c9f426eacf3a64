// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/os.h"
#include "base/result.h"

namespace hearth::tensor {

enum class KvElement : uint8_t { kF32, kF16, kInt8 };
uint64_t KvElementBytes(KvElement element);

// Tokens per block: the lane count of the kernels' vectors.
inline constexpr int32_t kKvBlock = 16;

struct KvShape {
  int32_t layers = 0, kv_heads = 0, head_size = 0;
  int32_t context = 0;  // tokens
  KvElement element = KvElement::kF16;

  int64_t blocks() const { return (int64_t{context} + kKvBlock - 1) / kKvBlock; }
};

// The keys or values of one head of one layer, as kernels see them: consecutive blocks of 16
// tokens.
//   keys   [block][head_size][16 tokens]: one line per dimension, so that a vector holds 16 tokens
//   values [block][16 tokens][head_size]: one row per token, so that a vector holds 16 dimensions
//   scales [block][16 tokens] floats, kInt8 only: element * scale of its token
struct KvView {
  uint8_t* keys;
  uint8_t* values;
  float* key_scales;
  float* value_scales;
};

// Keys and values of every token of one timeline, allocated whole (pages are touched when used).
// Owner; move-only.
class KvCache {
 public:
  KvCache() = default;
  static Result<KvCache> Allocate(const KvShape& shape);
  static uint64_t Bytes(const KvShape& shape);

  const KvShape& shape() const { return shape_; }
  KvView View(int32_t layer, int32_t kv_head) const;

  // The two stretches of bytes of one head that hold the first `tokens` tokens of `view`, in whole
  // blocks: what a saved session stores.
  uint64_t PlaneBytes(int32_t tokens) const;  // of keys, or of values
  uint64_t ScaleBytes(int32_t tokens) const;  // of key scales, or of value scales

 private:
  KvCache(const KvShape& shape, os::Pages pages) : shape_(shape), pages_(std::move(pages)) {}

  KvShape shape_;
  os::Pages pages_;
};

}  // namespace hearth::tensor
