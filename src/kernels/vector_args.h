// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>  // included by ISA units: C headers and plain data only

// Kernels on rows of floats and on the KV cache. Plain pointers and sizes: nothing here owns
// memory, checks or allocates. All results are the same bits on every ISA.
namespace hearth::kernels {

// f of a gated product: gate = f(gate) * up.
enum class Activation : uint8_t { kSilu, kGeluTanh, kGeluErf };
inline constexpr int kActivations = 3;

struct VectorKernels {
  // out[i] = x[i] / sqrt(mean(x^2) + epsilon) * weight[i]. `out` may be `x`.
  void (*rms_norm)(const float* x, const float* weight, int64_t n, float epsilon, float* out);
  // out[i] = (x[i] - mean) / sqrt(variance + epsilon) * weight[i] + bias[i]. `out` may be `x`.
  void (*layer_norm)(const float* x, const float* weight, const float* bias, int64_t n,
                     float epsilon, float* out);
  // Rotates the first 2 * half elements: pairs (i, i + half), or (2i, 2i + 1) when interleaved.
  // cosines, sines: [half]
  void (*rope)(float* head, const float* cosines, const float* sines, int64_t half,
               bool interleaved);
  // x = H (x * factors): H is the unnormalised Hadamard matrix over blocks of the largest power of
  // two that divides n (H H^T = that power). REQUIRES: n is a multiple of 16.
  void (*hadamard)(float* x, const float* factors, int64_t n);
  void (*add)(float* x, const float* y, int64_t n);  // x += y
  void (*scale)(float* x, float factor, int64_t n);  // x *= factor
  void (*activate[kActivations])(float* gate, const float* up, int64_t n);
  void (*soft_cap)(float* x, float cap, int64_t n);  // x = cap * tanh(x / cap)
  void (*softmax)(float* x, int64_t n);              // in place, n >= 1
};

// Element type of a KV cache.
enum class Kv : uint8_t { kFloat, kHalf, kInt8 };
inline constexpr int kKvTypes = 3;
inline constexpr int kKvTokens = 16;  // tokens of a cache block
inline constexpr int kKvChunk = 256;  // tokens whose softmax is one step, aligned to multiples

// Keys and values of one head of one layer:
//   keys   [block][head_size][16 tokens], kInt8: [block][head_size / 4][16 tokens][4]
//   values [block][16 tokens][head_size], kInt8: [block][4][head_size][4 tokens]
//   key_scales, value_scales [block][16], kInt8 only: element * scale of its token
struct KvHead {
  uint8_t* keys;
  uint8_t* values;
  float* key_scales;
  float* value_scales;
};

// Queries of `tokens` consecutive tokens x `group` heads that share one KV head: row r = t * group
// + g is query + t * query_stride + g * head_size and sees the tokens
// (position + t - window, position + t]; window 0: all before.
// Computes the chunks [first_chunk, last_chunk) (of kKvChunk tokens); REQUIRES: every row sees a
// token of the last chunk or of one before it in the range.
struct AttendArgs {
  KvHead kv;
  int32_t head_size;  // multiple of 16
  int32_t tokens, group;
  int64_t position;
  int64_t window;
  float scale;    // on q . k
  float softcap;  // 0: off
  const float* query;
  int64_t query_stride;
  int64_t first_chunk, last_chunk;
  float* scratch;  // AttendScratch(...) floats
  // Result per row: highest score, sum of exponentials, unnormalised mix. A row that sees nothing
  // of the range has the highest score -infinity.
  float* highest;  // [rows]
  float* total;    // [rows]
  float* mix;      // [rows][mix_stride]
  int64_t mix_stride;
};

// Most rows of one AttendArgs, and the scratch that it needs.
inline constexpr int kAttendRows = 64;
constexpr int64_t AttendScratch(int64_t head_size) {
  return kAttendRows * (kKvChunk + 2 * head_size + 3);
}

// Attention of many query tokens with products of BF16: values, probabilities and, unless scores
// are of floats, queries and keys are rounded to it, sums and softmax are float32. A row does not
// depend on the rows beside it.
struct TileAttendArgs {
  KvHead kv;
  int32_t head_size;      // multiple of 16
  int32_t tokens, group;  // rows = tokens * group <= kTileAttendRows, as in AttendArgs
  int64_t position;       // of the first token
  int64_t stored;         // tokens in the cache, at least position + tokens
  int64_t window;
  float scale;
  float softcap;
  const float* query;
  int64_t query_stride;
  float* out;  // row t * group + g: out + t * out_stride + g * head_size
  int64_t out_stride;
  uint8_t* scratch;  // TileAttendScratch(head_size, float scores) bytes, 64-byte aligned
};
struct TileAttendTable {
  void (*attend[kKvTypes])(const TileAttendArgs&);
};

// Most rows of one TileAttendArgs (the more, the fewer times keys and values are converted; their
// sums stay in the L2 cache), and the scratch: queries, keys, values, scores, probabilities, sums,
// and two numbers per row.
inline constexpr int64_t kTileAttendRows = 768;
inline constexpr int64_t kTileAttendBlock = 32;  // rows of one step
constexpr int64_t TileAttendScratch(int64_t head_size, bool float_scores) {
  const int64_t padded = (head_size + 31) / 32 * 32, score = float_scores ? 4 : 2;
  return kTileAttendRows * padded * (score + 4) + kKvChunk * padded * (score + 2) +
         kTileAttendBlock * kKvChunk * 6 + kTileAttendRows * 8;
}

// out = mix / total, over `parts` results of one row in chunk order: highest[p * part_stride] ...
struct MergeArgs {
  int32_t head_size;
  int64_t parts;
  const float* highest;  // [parts] with part_stride
  const float* total;
  const float* mix;
  int64_t stride;      // between parts, of highest and total
  int64_t mix_stride;  // between parts, of mix
  float* out;          // [head_size]
};

struct KvKernels {
  void (*store_key[kKvTypes])(const KvHead& kv, int64_t head_size, int64_t position,
                              const float* key);
  void (*store_value[kKvTypes])(const KvHead& kv, int64_t head_size, int64_t position,
                                const float* value);
  void (*attend[kKvTypes])(const AttendArgs&);
  void (*merge)(const MergeArgs&);
};

}  // namespace hearth::kernels
