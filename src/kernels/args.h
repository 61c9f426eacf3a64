// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>  // included by ISA units: C headers and plain data only

#include "quant/layout.h"

// Arguments of the kernels. Plain pointers and sizes: nothing here owns memory, checks or
// allocates.
namespace hearth::kernels {

// Activations quantised to int8 in blocks of 32 columns, for the integer matmul kernels.
// Tokens stand in groups of 8 (the last group is padded to 1, 2, 4 or 8 with zero tokens), so that
// the tokens of a group are neighbours in memory. g = tokens of the padded group:
//   q     [groups][columns / 4][g][4]  int8, -127..127
//   d     [groups][columns / 32][g]    scale: x = d * q
//   sum   [groups][columns / 16][g]    sum of q over 16 columns
//   dsum  [groups][columns / 16][g]    d * sum
// A group's part begins at group * 8 * (elements per token) of each array. columns: multiple of 32.
struct QuantizedTokens {
  int8_t* q;
  float* d;
  int32_t* sum;
  float* dsum;
};
inline constexpr int kTokenGroup = 8;

// Tokens of a padded group that holds `tokens` of them: 1, 2, 4 or 8.
constexpr int PaddedGroup(int64_t tokens) {
  return tokens >= 5 ? 8 : tokens >= 3 ? 4 : static_cast<int>(tokens);
}

struct QuantizeArgs {
  const float* x;  // [tokens][stride]
  int64_t stride;
  int64_t tokens;
  int64_t columns;                  // multiple of 32
  int64_t first_group, last_group;  // groups to do
  QuantizedTokens out;
};

// out[token][row] = sum over columns of weight[row][column] * activation[token][column]
//                   (+ bias[row]) (+ add[token][row])
// for the rows of the panels [first_panel, last_panel).
struct MatMulArgs {
  const uint8_t* panels;  // packed matrix, quant/layout.h
  uint64_t panel_bytes;
  int64_t rows;     // of the whole matrix; the last panel may be partial
  int64_t columns;  // multiple of 32 (zero padded)
  int64_t first_panel, last_panel;
  int64_t tokens;
  QuantizedTokens q;  // for matmul
  const float* x;     // for matmul_float: [tokens][x_stride], columns readable
  int64_t x_stride;
  float* scratch;  // for matmul_float: [tokens][16] of the calling thread
  float* out;      // [tokens][out_stride]
  int64_t out_stride;
  const float* bias;  // [rows], or null
  const float* add;   // [tokens][add_stride], or null; may be `out`
  int64_t add_stride;
};

using MatMulFn = void (*)(const MatMulArgs&);

// The kernels of one ISA row; every row is tested against the scalar one.
struct KernelTable {
  const char* name;
  MatMulFn matmul[quant::kTypeCount];  // integer dots; for float weights: same as matmul_float
  MatMulFn
      matmul_float[quant::kTypeCount];  // float activations, dequantised weights: the yardstick
  void (*quantize)(const QuantizeArgs&);
};

}  // namespace hearth::kernels
