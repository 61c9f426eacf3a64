// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "base/thread_team.h"
#include "kernels/table.h"
#include "tensor/kv_cache.h"
#include "tensor/weight.h"

// Operations on float rows: the kernel of the chosen ISA row applied to the range that the calling
// thread owns. None depends on how the work was split, so results are equal for every thread count.
namespace hearth::ops {

using Kernels = kernels::KernelTable;

// The kernels of the row that cpu::ChooseIsa names.
Result<const Kernels*> ChooseKernels();

// Rows of floats: row r begins at data + r * stride.
struct Rows {
  float* data;
  int64_t stride;
  float* operator[](int64_t row) const { return data + row * stride; }
};

// Strides are multiples of this, and what lies behind a row is zero: kernels read whole blocks.
inline constexpr int64_t kRowPad = 32;

// The right side of a matrix product: float rows and the form that the kernels want, which is int8
// groups, or tiles of bytes or BF16 where the row has them and the tokens are many.
struct Input {
  Rows x;
  kernels::QuantizedTokens q;
  int64_t tokens;
  uint16_t* tiles;           // null: q or bytes count
  kernels::ByteTiles bytes;  // tiles null: q or tiles count
};
// True when products of `tokens` tokens go through the matrix unit as BF16 ...
bool UsesTiles(const Kernels& kernels, int64_t tokens);
// ... with a weight of this type.
bool HasTiles(const Kernels& kernels, const tensor::Weight& weight);
// Room for the int8 form of `tokens` rows of `columns`, and its parts inside that room.
uint64_t QuantizedBytes(int64_t tokens, int64_t columns);
uint64_t TileBytes(int64_t tokens, int64_t columns);
// `unit` may be set to null where no weight has integer scales.
kernels::QuantizedTokens QuantizedAt(uint8_t* room, int64_t tokens, int64_t columns);

// True when products of `tokens` tokens with this weight can take byte tiles.
bool UsesBytes(const Kernels& kernels, int64_t tokens, const tensor::Weight& weight);
uint64_t ByteTileBytes(int64_t tokens, int64_t columns);
// outliers: [kernels::kOutlierQuads], which ChooseOutliers fills.
kernels::ByteTiles ByteTilesAt(uint8_t* room, int64_t tokens, int64_t columns, int32_t* outliers);
// The quads with the largest tops; tops: [parts][stride] bits of magnitudes of `columns` columns.
// Equal ones in ascending order, so that the choice does not depend on how tokens were split.
void ChooseOutliers(int32_t* tops, int64_t parts, int64_t stride, int64_t columns,
                    int32_t* outliers);
// Fills groups [first, last) of 8 tokens of the form that `input` has room for; with tiles, `first`
// is even and `last` even or the end. Byte tiles overwrite the outlier columns of x.
void FillInput(const Kernels& kernels, const Input& input, int64_t columns, int64_t first,
               int64_t last);
// Fills columns [first, last), multiples of 256 or the end, of the int8 form of a group at most.
void FillColumns(const Kernels& kernels, const Input& input, int64_t columns, int64_t first,
                 int64_t last);

struct Product {
  const tensor::Weight* weight;
  const float* bias;  // [rows] or null
  bool precise;       // float activations and dequantised weights
  uint8_t* scratch;   // ProductScratch(tokens) bytes of this thread, 64-byte aligned
};
uint64_t ProductScratch(const Kernels& kernels, int64_t tokens);
// out[t][r] = weight[r] . input[t] (+ bias[r]) for rows [first, last), multiples of 16 or the end.
void MatMul(const Kernels& kernels, const Product& product, int64_t first, int64_t last,
            const Input& input, Rows out);

// The output layer for a choice among the `top` largest products of each of a few tokens: those
// are exact, in the bits of MatMul, and so is every product that may be one of them; the others are
// estimates below them, from the high bits of a split matrix. Needs barriers; behind the call a
// thread's own share of the rows is complete.
inline constexpr int32_t kMostScreened = 128;
// True where that pays: for one token with top <= kMostScreened, for a group with half as many of
// all its tokens together.
bool Screens(const Kernels& kernels, const tensor::Weight& weight, int64_t tokens, int32_t top);
// Of `room`, shared: zeros before the first call, kept from call to call (what estimates are made
// of depends on how the last ones did).
uint64_t ScreenBytes(int64_t rows, int64_t columns, int32_t threads);
// REQUIRES: Screens, the int8 form of the tokens.
void MatMulTop(const Kernels& kernels, const Product& product, const Input& input, int32_t top,
               Rows out, uint8_t* room, const Worker& worker);

// out[row] = sum over columns of (weight * x)^2 for rows [first, last); x: columns, padded to
// kRowPad with zeros.
void RowSquares(const Kernels& kernels, const tensor::Weight& weight, const float* x, int64_t first,
                int64_t last, float* out);

using kernels::Activation;

// out = activation(gate . input) * (up . input) for rows [first, last).
// tops: [rows] becomes the bits of the largest |out|, or null. brains: null, or where the result
// goes instead of `out`, as BF16 tiles (a matrix unit; rows in multiples of 32; tops null).
// REQUIRES: both have one type and shape, and the input tiles that it takes.
void GatedMatMul(const Kernels& kernels, const Product& gate, const tensor::Weight& up,
                 Activation activation, int64_t first, int64_t last, const Input& input, Rows out,
                 int32_t* tops, uint16_t* brains);

// How one layer attends, and to what.
struct Attention {
  const Kernels* kernels;
  const tensor::KvCache* kv;
  int32_t layer;
  int32_t group;     // query heads per KV head
  float scale;       // on q . k
  float softcap;     // 0: off
  int64_t window;    // tokens that a query sees, itself included; 0: all
  int64_t position;  // of the first token
  int64_t tokens;
  bool precise;       // float products, also where the row has others
  bool float_scores;  // of queries and keys at least
  Rows query;         // [tokens][heads * head_size]
  Rows mixed;         // [tokens][heads * head_size]: the result
  float* scratch;     // AttentionScratch(kernels, head_size) floats of this thread, 64-byte aligned
  float* partial;     // PartialFloats(...) shared floats, for a single token
};
int64_t AttentionScratch(const Kernels& kernels, int64_t head_size);
int64_t PartialFloats(int64_t heads, int64_t kv_heads, int64_t head_size, int64_t context);

// Puts the key or value rows of KV heads [first, last) into the cache at position ...
void StoreKeys(const Attention& a, Rows keys, int64_t first, int64_t last);
void StoreValues(const Attention& a, Rows values, int64_t first, int64_t last);
// This thread's part of attention. With one token the parts are stretches of the cache, and
// after a barrier FinishAttention puts the result into mixed[0] (every thread for itself); with
// several the result is in `mixed` after a barrier.
void Attend(const Attention& a, const Worker& worker);
void FinishAttention(const Attention& a);
// The same for single tokens of several caches: all their stretches are split over the team,
// and each row is finished by one thread. Every row gets what Attend alone would give it.
void AttendTogether(std::span<const Attention> rows, const Worker& worker);

}  // namespace hearth::ops
