// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

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

bool HasTiles(const Kernels& kernels, const tensor::Weight& weight) {
  return kernels.matrix_unit != nullptr &&
         kernels.matrix_unit->gemm[static_cast<size_t>(weight.type)] != nullptr;
}

uint64_t QuantizedBytes(int64_t tokens, int64_t columns) {
  const uint64_t count = Padded(tokens);
  const auto width = RoundUp(static_cast<uint64_t>(columns), kRowPad);
  const uint64_t blocks = width / 32;
  return 7 * 64 + count * (width + 4 * (6 * blocks + CeilDiv(width, 64) +
                                        CeilDiv(width, uint64_t{quant::kSuperColumns})));
}

uint64_t TileBytes(int64_t tokens, int64_t columns) {
  const auto width = static_cast<int64_t>(RoundUp(static_cast<uint64_t>(columns), kRowPad));
  return 2 * static_cast<uint64_t>((tokens + 15) / 16 * 16 * width);
}

uint64_t ProductScratch(const Kernels& kernels, int64_t tokens) {
  const uint64_t sums = static_cast<uint64_t>(tokens) * quant::kPanelRows * sizeof(float);
  const bool gemm = kernels.bytes != nullptr || kernels.matrix_unit != nullptr;
  if (!gemm || tokens < kernels::kGemmMinTokens) return sums;
  return std::max(sums, kernels::GemmScratchBytes(tokens));
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
  q.unit = reinterpret_cast<float*>(take(count * CeilDiv(width, quant::kSuperColumns) * 4));
  q.factor = reinterpret_cast<int32_t*>(take(count * width / 32 * 4));
  q.sums = reinterpret_cast<int32_t*>(take(count * CeilDiv(width, 64) * 4));
  return q;
}

bool UsesBytes(const Kernels& kernels, int64_t tokens, const tensor::Weight& weight) {
  return kernels.bytes != nullptr && tokens >= kernels.bytes->min_tokens &&
         weight.columns >= 4 * kernels::kOutlierQuads &&
         kernels.bytes->gemm[static_cast<size_t>(weight.type)] != nullptr;
}

uint64_t ByteTileBytes(int64_t tokens, int64_t columns) {
  const auto shape = kernels::ByteTilesShapeOf(columns);
  return static_cast<uint64_t>((tokens + 15) / 16 * (shape.steps * 1024 + shape.groups * 64));
}

kernels::ByteTiles ByteTilesAt(uint8_t* room, int64_t tokens, int64_t columns, int32_t* outliers) {
  const auto shape = kernels::ByteTilesShapeOf(columns);
  return {reinterpret_cast<int8_t*>(room),
          reinterpret_cast<float*>(room + (tokens + 15) / 16 * shape.steps * 1024), outliers};
}

void ChooseOutliers(int32_t* tops, int64_t parts, int64_t stride, int64_t columns,
                    int32_t* outliers) {
  std::array<std::pair<int32_t, int32_t>, kernels::kOutlierQuads> heap;  // (-top, quad)
  size_t size = 0;
  for (int64_t quad = 0; quad < columns / 4; ++quad) {
    int32_t top = 0;
    for (int64_t part = 0; part < parts; ++part) {
      const int32_t* four = tops + part * stride + 4 * quad;
      top = std::max({top, four[0], four[1], four[2], four[3]});
    }
    const std::pair entry(-top, static_cast<int32_t>(quad));
    if (size < heap.size()) {
      heap[size++] = entry;
      std::push_heap(heap.begin(), heap.begin() + size);
    } else if (entry < heap.front()) {
      std::ranges::pop_heap(heap);
      heap.back() = entry;
      std::ranges::push_heap(heap);
    }
  }
  for (size_t i = 0; i < heap.size(); ++i) outliers[i] = heap[i].second;
  std::sort(outliers, outliers + heap.size());
}

namespace {

using Stretch = std::pair<int64_t, int64_t>;  // [first, last)

void Quantize(const Kernels& kernels, const Input& input, int64_t width, Stretch groups,
              Stretch blocks) {
  kernels.quantize({.x = input.x.data,
                    .stride = input.x.stride,
                    .tokens = input.tokens,
                    .columns = width,
                    .first_group = groups.first,
                    .last_group = groups.second,
                    .first_block = blocks.first,
                    .last_block = blocks.second,
                    .out = input.q});
}

// Groups of 8 tokens as blocks of 16 of either kind of tiles.
template <typename Args, typename Out>
Args TilesOf(const Input& input, int64_t width, Stretch groups, Out out) {
  return {input.x.data,     input.x.stride,          input.tokens, width,
          groups.first / 2, (groups.second + 1) / 2, out};
}

}  // namespace

void FillInput(const Kernels& kernels, const Input& input, int64_t columns, int64_t first,
               int64_t last) {
  const auto width = static_cast<int64_t>(RoundUp(static_cast<uint64_t>(columns), 32));
  if (input.bytes.tiles != nullptr) {
    kernels.bytes->tokens(TilesOf<kernels::ByteTileArgs>(input, width, {first, last}, input.bytes));
    return;
  }
  if (input.tiles != nullptr) {
    kernels.matrix_unit->tile_tokens(
        TilesOf<kernels::TileArgs>(input, width, {first, last}, input.tiles));
    return;
  }
  Quantize(kernels, input, width, {first, last}, {0, width / 32});
}

void FillColumns(const Kernels& kernels, const Input& input, int64_t columns, int64_t first,
                 int64_t last) {
  const auto width = static_cast<int64_t>(RoundUp(static_cast<uint64_t>(columns), kRowPad));
  Quantize(kernels, input, width, {0, 1}, {first / 32, (last + 31) / 32});
}

namespace {

// What GemmArgs and MatMulArgs share: rows [first, last) of a matrix, and where products go. The
// caller fills in the tokens.
template <typename Args>
Args ArgsOf(const tensor::Weight& weight, int64_t first, int64_t last, Rows out) {
  Args args = {};
  args.panels = weight.data;
  args.panel_bytes = weight.panel_bytes;
  args.rows = static_cast<int64_t>(weight.rows);
  args.columns = static_cast<int64_t>(RoundUp(weight.columns, 32));
  args.first_panel = first / quant::kPanelRows;
  args.last_panel = (last + quant::kPanelRows - 1) / quant::kPanelRows;
  args.out = out.data;
  args.out_stride = out.stride;
  return args;
}

kernels::GemmArgs GemmArgsOf(const Product& product, int64_t first, int64_t last,
                             const Input& input, Rows out) {
  auto args = ArgsOf<kernels::GemmArgs>(*product.weight, first, last, out);
  args.tokens = input.tokens;
  args.tiles = input.tiles;
  args.bytes = input.bytes;
  args.scratch = product.scratch;
  args.bias = product.bias;
  return args;
}

// The kernel that takes the form of `input`; null when that is neither kind of tiles, or has none.
kernels::GemmFn GemmOf(const Kernels& kernels, quant::Type type, const Input& input) {
  const auto i = static_cast<size_t>(type);
  if (input.bytes.tiles != nullptr) return kernels.bytes->gemm[i];
  return input.tiles != nullptr ? kernels.matrix_unit->gemm[i] : nullptr;
}

}  // namespace

void GatedMatMul(const Kernels& kernels, const Product& gate, const tensor::Weight& up,
                 Activation activation, int64_t first, int64_t last, const Input& input, Rows out,
                 int32_t* tops, uint16_t* brains) {
  if (first >= last) return;
  kernels::GemmArgs args = GemmArgsOf(gate, first, last, input, out);
  args.gate_panels = args.panels;
  args.panels = up.data;
  args.activation = activation;
  args.tops = tops;
  args.brains = brains;
  GemmOf(kernels, up.type, input)(args);
}

void MatMul(const Kernels& kernels, const Product& product, int64_t first, int64_t last,
            const Input& input, Rows out) {
  if (first >= last) return;
  const tensor::Weight& weight = *product.weight;
  const auto type = static_cast<size_t>(weight.type);
  if (const kernels::GemmFn gemm = GemmOf(kernels, weight.type, input); gemm != nullptr) {
    gemm(GemmArgsOf(product, first, last, input, out));
    return;
  }
  auto args = ArgsOf<kernels::MatMulArgs>(weight, first, last, out);
  args.tokens = input.tokens;
  args.q = input.q;
  args.x = input.x.data;
  args.x_stride = input.x.stride;
  args.scratch = reinterpret_cast<float*>(product.scratch);
  args.bias = product.bias;
  args.middle = weight.panel(0).middle;
  args.low = weight.panel(0).low;
  (product.precise ? kernels.matmul_float[type] : kernels.matmul[type])(args);
}

void RowSquares(const Kernels& kernels, const tensor::Weight& weight, const float* x, int64_t first,
                int64_t last, float* out) {
  if (first >= last) return;
  auto args = ArgsOf<kernels::MatMulArgs>(weight, first, last, {out, 0});
  args.tokens = 1;
  args.x = x;
  args.middle = weight.panel(0).middle;
  args.low = weight.panel(0).low;
  kernels.row_squares[static_cast<size_t>(weight.type)](args);
}

}  // namespace hearth::ops
