// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "quant/layout.h"

namespace hearth::quant {

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

std::span<const TypeRow> Types();          // those of files, in enum order
const TypeRow& Row(Type type);             // of a split type: the blocks that it is packed from
const TypeRow* FindGgmlType(uint32_t id);  // null when not supported (yet)
// The name that GGUF tools give to `id`, also for unsupported ones ("IQ2_XXS"); empty when unknown.
std::string_view GgmlTypeName(uint32_t id);

// Bytes of a row of `columns` weights. REQUIRES: columns is a multiple of block_weights.
inline uint64_t RowBytes(const TypeRow& row, uint64_t columns) {
  return columns / row.block_weights * row.block_bytes;
}

}  // namespace hearth::quant
