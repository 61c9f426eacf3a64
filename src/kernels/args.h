// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>  // included by ISA units: C headers and plain data only

#include "kernels/vector_args.h"
#include "quant/layout.h"

// Arguments of the kernels. Plain pointers and sizes: nothing here owns memory, checks or
// allocates.
namespace hearth::kernels {

// Activations quantised to int8 in blocks of 32 columns, for the integer matmul kernels. Where
// weights have integer scales (quant::HasIntegerScales), the scales of a super-block of 256 columns
// are small multiples of one unit, so that products are exact over all of it. `unit` null: each
// block has the scale that fits it, and the last three arrays are not filled.
// Tokens stand in groups of 8 (a last group of more than one token is padded with zeros), so that
// the tokens of a group are neighbours in memory. g = tokens of the padded group, 1 or 8:
//   q       [groups][columns / 32][g][32]  int8, -127..127
//   d       [groups][columns / 32][g]      scale: x = d * q, d = unit * factor
//   sum     [groups][columns / 16][g]      sum of q over 16 columns
//   dsum    [groups][columns / 16][g]      d * sum
//   unit    [groups][super-blocks][g]
//   factor  [groups][columns / 32][g]      1 ... kMaxFactor, in both words of 32 bits
//   sums    [groups][columns / 64][g]      factor * sum over 32 columns, of two blocks: two words,
//                                          the low one of the first (zero beyond the last block)
// A group's part begins at group * 8 * (elements per token) of each array. columns: multiple of 32.
struct QuantizedTokens {
  int8_t* q;
  float* d;
  int32_t* sum;
  float* dsum;
  float* unit;
  int32_t* factor;
  int32_t* sums;
};
inline constexpr int kMaxFactor = 8;
inline constexpr int kTokenGroup = 8;

// Tokens of a padded group that holds `tokens` of them. Verifying 2 to 8 tokens costs little more
// than one where memory is the limit, so no sizes stand between.
constexpr int PaddedGroup(int64_t tokens) {
  return tokens > 1 ? kTokenGroup : 1;
}

struct QuantizeArgs {
  const float* x;  // [tokens][stride]
  int64_t stride;
  int64_t tokens;
  int64_t columns;                  // multiple of 32
  int64_t first_group, last_group;  // groups to do
  int64_t first_block, last_block;  // blocks of 32 columns to do: multiples of 8, or the end
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
  const uint8_t* middle = nullptr;  // second and third part of a split matrix
  const uint8_t* low = nullptr;
};

using MatMulFn = void (*)(const MatMulArgs&);

// Products of a group of tokens with the high bits of a split matrix (quant/layout.h), or with the
// high and the middle ones, as if every weight were in the middle of those with its bits. The other
// bits are called low here. Estimates: the tokens have one scale per
// super-block here, and no terms of their own for offsets. How far they are from whole
// products is known as a variance: with n values of the low bits the error is a sum of independent
// terms s * x * u, u of -(n - 1) / 2 ... (n - 1) / 2, of variance (n^2 - 1) / 12 * sum of s^2 *
// x^2. g = tokens of the padded group:
//   q      [columns / 32][g][32]  int8
//   start  [columns / 32][g]      minus the zero that is in the middle, times the sum of q: where a
//                                 scale has 32 columns one number; where it has 16, two words, the
//                                 low one of the first 16, each with kScreenBias added
//   d      [super-blocks][g]      n * scale: x = d / n * q
//   share  [columns / 32]         of these columns in the variance of any token, of kScreenShare;
//                                 two words where a scale has 16, the high one of the first 16
//   rounded [super-blocks]         the same of rounding each weight to a multiple of 32 times the
//                                  scale of its super-block (screen_amx.inl)
struct ScreenTokens {
  int8_t* q;
  int32_t* start;
  float* d;
  int32_t* share;
  float* rounded;
};
inline constexpr int32_t kScreenBias = 1 << 13;
// 16 shares, times squares of bytes, fit into 31 bits.
inline constexpr int32_t kScreenShare = (1 << 13) - 1;
inline constexpr int64_t kScreenTileColumns = 8192;
struct ScreenArgs {
  const uint8_t* panels;
  uint64_t panel_bytes;
  const uint8_t* middle;  // second part of the matrix; null: the high bits alone
  int64_t rows, columns;
  int64_t first_panel, last_panel;
  int64_t tokens;  // 1 ... kTokenGroup
  ScreenTokens x;
  float* out;  // [tokens][out_stride] products
  int64_t out_stride;
  float* highest;  // [tokens][panel_stride] the largest of a panel
  int64_t panel_stride;
  float* variance;  // [panels] of the error of its products, the largest; in shares
};
using ScreenFn = void (*)(const ScreenArgs&);

// Activations as BF16 matrix-unit tiles: [tokens / 16][columns / 32][16 tokens][32 columns], 1 KB a
// tile, missing tokens zero. Rounded to nearest even.
struct TileArgs {
  const float* x;  // [tokens][stride]
  int64_t stride;
  int64_t tokens;
  int64_t columns;                  // multiple of 32
  int64_t first_block, last_block;  // blocks of 16 tokens to do
  uint16_t* tiles;
};

// Activations as int8 tiles of 16 tokens x 64 columns, 1 KB a tile. A few columns of a
// model's activations are far larger than the others, so the kOutlierQuads quads (4 columns) with
// the largest magnitudes of all tokens are quantised first, as a group of their own; what that
// leaves of them stays in its place and is quantised with the other columns, in groups of
// kByteGroup: x = d[0] * outlier + d[1 + column / kByteGroup] * q.
//   tiles     [tokens / 16][steps][16 tokens][64 columns], first the tiles of the outliers
//   d         [tokens / 16][groups][16 tokens], first the outliers
//   outliers  [kOutlierQuads] numbers of the quads, ascending
// Missing tokens and columns count as zero. Rows that multiply unsigned by signed bytes store +
// 128.
inline constexpr int64_t kByteGroup = 512;
inline constexpr int kOutlierQuads = 48;
struct ByteTiles {
  int8_t* tiles;
  float* d;
  const int32_t* outliers;
};
struct ByteTilesShape {
  int64_t steps, groups;
};
constexpr ByteTilesShape ByteTilesShapeOf(int64_t columns) {
  return {kOutlierQuads / 16 + (columns + 63) / 64, 1 + (columns + kByteGroup - 1) / kByteGroup};
}
struct ByteTileArgs {
  float* x;  // [tokens][stride]; outlier columns are overwritten
  int64_t stride;
  int64_t tokens;
  int64_t columns;                  // multiple of 32, at least 4 * kOutlierQuads
  int64_t first_block, last_block;  // blocks of 16 tokens to do
  ByteTiles out;
};

// Products of many tokens: weights are decoded once per panel and call, products
// are summed in float32. Same result for any split of the panels over threads; differs from
// `matmul` by the rounding of BF16, or of the scales of ByteTiles, instead of int8 per 32 columns.
// Other arguments as in MatMulArgs.
struct GemmArgs {
  const uint8_t* panels;
  uint64_t panel_bytes;
  int64_t rows, columns;
  int64_t first_panel, last_panel;
  int64_t tokens;
  const uint16_t* tiles;  // TileArgs::tiles of all tokens, for gemm
  ByteTiles bytes;        // for ByteGemmTable::gemm
  uint8_t* scratch;       // GemmScratchBytes(tokens), 64-byte aligned, of the calling thread
  float* out;
  int64_t out_stride;
  const float* bias;
  const float* add;
  int64_t add_stride;
  // A gated pair of matrices of one type and shape: gate_panels are the gate's, `panels` those of
  // up, and out = activation(gate) * up. Null: one matrix.
  const uint8_t* gate_panels;
  Activation activation;
  int32_t* tops;  // [rows] becomes the bits of the largest |out| of all tokens; null: not wanted
  // Null, or where `out` of a gated pair goes instead, as TileArgs::tiles at a multiple of 64
  // bytes, without tops. Rows with a matrix unit; first_panel and last_panel are even.
  uint16_t* brains = nullptr;
};
using GemmFn = void (*)(const GemmArgs&);

// Panels whose sums are kept at once, and columns of a pair of panels that are decoded at once.
inline constexpr int64_t kGemmPanels = 16;
inline constexpr int64_t kBrainChunk = 1024;
inline constexpr int64_t kByteChunk = 1536;
inline constexpr int64_t kGemmWeightBytes = 2 * quant::kPanelRows * kBrainChunk * 2;
constexpr uint64_t GemmScratchBytes(int64_t tokens) {
  const int64_t sums = (tokens + 15) / 16 * 16 * kGemmPanels * quant::kPanelRows * 4;
  return static_cast<uint64_t>(kGemmWeightBytes + sums);
}
// Fewer tokens than this are faster through `matmul` than on a matrix unit.
inline constexpr int64_t kGemmMinTokens = 16;

// Int8 products of many tokens. Weights are requantised to one scale per row and group of columns.
// Every row that has it gives the same bits, for any split of the panels over threads.
struct ByteGemmTable {
  int64_t min_tokens;              // fewer are faster in another form
  GemmFn gemm[quant::kTypeCount];  // null where the type has none
  void (*tokens)(const ByteTileArgs&);
  // Choosing outliers: top[column] = max(top[column], bits of |x|) over `tokens` rows.
  void (*column_tops)(const float* x, int64_t stride, int64_t tokens, int64_t columns,
                      int32_t* top);
};

// What a row with a matrix unit has besides; int8 is half the bytes and twice the rate of BF16.
struct GemmTable {
  GemmFn gemm[quant::kTypeCount];  // BF16; null where the type has none
  void (*tile_tokens)(const TileArgs&);
  TileAttendTable attend;
  void (*attend_int8)(const AttendArgs&);  // KvKernels::attend
  ByteGemmTable bytes;
  // With the middle bits, of 2 or more tokens and up to kScreenTileColumns columns in whole
  // super-blocks; null where the type has none.
  ScreenFn screen[quant::kTypeCount];
};

// The kernels of one ISA row; every row is tested against the scalar one.
struct KernelTable {
  const char* name;
  MatMulFn matmul[quant::kTypeCount];  // integer dots; for float weights: same as matmul_float
  MatMulFn
      matmul_float[quant::kTypeCount];  // float activations, dequantised weights: the yardstick
  // out[row] = sum over columns of (weight * x)^2, of the one row of floats x.
  MatMulFn row_squares[quant::kTypeCount];
  ScreenFn screen[quant::kTypeCount];  // null where the type is not split
  void (*quantize)(const QuantizeArgs&);
  VectorKernels vector;
  KvKernels kv;
  // Null where the row has none:
  const ByteGemmTable* bytes;
  const TileAttendTable* attend_tiles;         // all products of BF16
  const TileAttendTable* attend_float_scores;  // scores of floats
  const GemmTable* matrix_unit;
};

}  // namespace hearth::kernels
