// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/checked.h"
#include "cpu/isa.h"
#include "ops/messages.h"
#include "ops/ops.h"

namespace hearth::ops {
namespace {

uint64_t Padded(int64_t tokens) {
  return RoundUp(static_cast<uint64_t>(tokens), tokens == 1 ? 1 : kernels::kTokenGroup);
}

}  // namespace

Result<const Kernels*> ChooseKernels() {
  HEARTH_ASSIGN(const cpu::Isa isa, cpu::ChooseIsa());
  const Kernels* table = kernels::Table(isa);
  if (table == nullptr) {
    return Fail(Code::kFailedPrecondition, msg::kOpsNoKernels, cpu::IsaName(isa));
  }
  return table;
}

bool UsesTiles(const Kernels& kernels, int64_t tokens) {
  return kernels.matrix_unit != nullptr && tokens >= kernels::kGemmMinTokens;
}

uint64_t QuantizedBytes(int64_t tokens, int64_t columns) {
  const uint64_t count = Padded(tokens);
  const auto width = RoundUp(static_cast<uint64_t>(columns), kRowPad);
  return 4 * 64 + count * (width + width / 32 * 4 + width / 16 * 8);
}

uint64_t TileBytes(int64_t tokens, int64_t columns) {
  const auto width = static_cast<int64_t>(RoundUp(static_cast<uint64_t>(columns), kRowPad));
  return 2 * static_cast<uint64_t>((tokens + 15) / 16 * 16 * width);
}

uint64_t ProductScratch(const Kernels& kernels, int64_t tokens) {
  const uint64_t sums = static_cast<uint64_t>(tokens) * quant::kPanelRows * sizeof(float);
  return UsesTiles(kernels, tokens) ? std::max(sums, kernels::GemmScratchBytes(tokens)) : sums;
}

kernels::QuantizedTokens QuantizedAt(uint8_t* room, int64_t tokens, int64_t columns) {
  const uint64_t count = Padded(tokens);
  const auto width = RoundUp(static_cast<uint64_t>(columns), kRowPad);
  kernels::QuantizedTokens q = {};
  const auto take = [&](uint64_t bytes) {
    uint8_t* at = room;
    room += RoundUp(bytes, 64);
    return at;
  };
  q.q = reinterpret_cast<int8_t*>(take(count * width));
  q.d = reinterpret_cast<float*>(take(count * width / 32 * 4));
  q.sum = reinterpret_cast<int32_t*>(take(count * width / 16 * 4));
  q.dsum = reinterpret_cast<float*>(take(count * width / 16 * 4));
  return q;
}

void FillInput(const Kernels& kernels, const Input& input, int64_t columns, int64_t first,
               int64_t last) {
  const auto width = static_cast<int64_t>(RoundUp(static_cast<uint64_t>(columns), 32));
  if (input.tiles != nullptr) {
    kernels.matrix_unit->tile_tokens({.x = input.x.data,
                                      .stride = input.x.stride,
                                      .tokens = input.tokens,
                                      .columns = width,
                                      .first_block = first / 2,
                                      .last_block = (last + 1) / 2,
                                      .tiles = input.tiles});
    return;
  }
  kernels.quantize({.x = input.x.data,
                    .stride = input.x.stride,
                    .tokens = input.tokens,
                    .columns = width,
                    .first_group = first,
                    .last_group = last,
                    .out = input.q});
}

void MatMul(const Kernels& kernels, const Product& product, int64_t first, int64_t last,
            const Input& input, Rows out) {
  if (first >= last) return;
  const tensor::Weight& weight = *product.weight;
  const auto type = static_cast<size_t>(weight.type);
  const auto columns = static_cast<int64_t>(RoundUp(weight.columns, 32));
  const int64_t first_panel = first / quant::kPanelRows;
  const int64_t last_panel = (last + quant::kPanelRows - 1) / quant::kPanelRows;
  if (input.tiles != nullptr && kernels.matrix_unit->gemm[type] != nullptr) {
    kernels.matrix_unit->gemm[type]({.panels = weight.data,
                                     .panel_bytes = weight.panel_bytes,
                                     .rows = static_cast<int64_t>(weight.rows),
                                     .columns = columns,
                                     .first_panel = first_panel,
                                     .last_panel = last_panel,
                                     .tokens = input.tokens,
                                     .tiles = input.tiles,
                                     .bytes = {},
                                     .scratch = product.scratch,
                                     .out = out.data,
                                     .out_stride = out.stride,
                                     .bias = product.bias,
                                     .add = nullptr,
                                     .add_stride = 0});
    return;
  }
  const kernels::MatMulArgs args = {.panels = weight.data,
                                    .panel_bytes = weight.panel_bytes,
                                    .rows = static_cast<int64_t>(weight.rows),
                                    .columns = columns,
                                    .first_panel = first_panel,
                                    .last_panel = last_panel,
                                    .tokens = input.tokens,
                                    .q = input.q,
                                    .x = input.x.data,
                                    .x_stride = input.x.stride,
                                    .scratch = reinterpret_cast<float*>(product.scratch),
                                    .out = out.data,
                                    .out_stride = out.stride,
                                    .bias = product.bias,
                                    .add = nullptr,
                                    .add_stride = 0};
  (product.precise ? kernels.matmul_float[type] : kernels.matmul[type])(args);
}

}  // namespace hearth::ops
