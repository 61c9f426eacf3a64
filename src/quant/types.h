// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace hearth::quant {

// Number formats of weights as ordinary model files hold them. Values are Hearth's own, never on
// disk.
enum class Type : uint8_t {
  kF32,
  kF16,
  kBF16,
  kQ4_0,
  kQ4_1,
  kQ5_0,
  kQ5_1,
  kQ8_0,
  kQ2_K,
  kQ3_K,
  kQ4_K,
  kQ5_K,
  kQ6_K,
  kIQ4_NL,
  kIQ4_XS,
  kMXFP4,
};
inline constexpr int kTypeCount = 16;

// One row per format; generated documentation, tests and dispatch read the same table (types.cc).
struct TypeRow {
  Type type;
  std::string_view name;   // as in GGUF tools: "Q4_K"
  uint32_t ggml_id;        // tensor type number in a GGUF file
  uint32_t block_weights;  // weights per block, along the row (1, 32 or 256)
  uint32_t block_bytes;
  // Reference decoder: `blocks` whole blocks at `in` to blocks * block_weights floats at `out`.
  // Bit for bit what the reference implementation computes.
  void (*decode)(const uint8_t* in, int64_t blocks, float* out);
};

std::span<const TypeRow> Types();  // in enum order
const TypeRow& Row(Type type);
const TypeRow* FindGgmlType(uint32_t id);  // null when not supported (yet)
// The name that GGUF tools give to `id`, also for unsupported ones ("IQ2_XXS"); empty when unknown.
std::string_view GgmlTypeName(uint32_t id);

// Bytes of a row of `columns` weights. REQUIRES: columns is a multiple of block_weights.
inline uint64_t RowBytes(const TypeRow& row, uint64_t columns) {
  return columns / row.block_weights * row.block_bytes;
}

}  // namespace hearth::quant
