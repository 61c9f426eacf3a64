// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "base/cancel.h"
#include "base/os.h"
#include "base/result.h"
#include "base/thread_team.h"
#include "models/config.h"
#include "models/key_basis.h"
#include "models/trace.h"
#include "models/weights.h"
#include "ops/ops.h"
#include "tensor/kv_cache.h"

namespace hearth::models {

// One timeline: its KV cache and room for attention over it.
struct Timeline {
  static Result<Timeline> Allocate(const DecoderConfig& config, int32_t context,
                                   tensor::KvElement element);
  // Of everything but the KV cache.
  static uint64_t PartBytes(const DecoderConfig& config, int32_t context);

  tensor::KvCache kv;
  os::Pages parts;                      // ops::PartialFloats: attention parts of a single token
  std::span<const KeyBasis> key_bases;  // [layers] of an int8 cache, empty for others; not owned
};

// Timelines that can be in one step; their results stay those of steps of their own.
inline constexpr int32_t kMostTogether = kernels::kTokenGroup;
static_assert(kMostTogether < kernels::kGemmMinTokens);

struct ScratchShape {
  int32_t chunk = 0;  // most tokens in one Forward
  int32_t threads = 1;
  bool precise = false;  // float activations and dequantised weights: the yardstick
};

// What a decoder computes with, allocated whole: one per thread team, for all timelines in turn.
// `rows` = max(chunk, kMostTogether), `slots` = max(rows, threads): with a single token every
// thread keeps its own copy of the residual stream and of the inputs of products, so that no
// barrier is needed to share them.
struct DecoderScratch {
  static Result<DecoderScratch> Allocate(const DecoderConfig& config, const ScratchShape& shape);
  static Result<uint64_t> Bytes(const DecoderConfig& config, const ScratchShape& shape);

  ScratchShape shape;
  const ops::Kernels* kernels = nullptr;
  os::Pages pages;
  ops::Rows x;                  // [slots][width] residual stream
  ops::Rows h;                  // [slots][width] normalised input of the next product
  ops::Rows query;              // [rows][heads * head_size]
  ops::Rows key, value;         // [rows][kv_heads * head_size]
  ops::Rows mixed;              // [slots][heads * head_size] attention output
  ops::Rows delta;              // [rows][width] what a sub-layer adds to x
  ops::Rows gate, up;           // [rows][feed_forward]
  ops::Rows rope[2];            // [rows][dims]: cosines, then sines; 0: global, 1: local layers
  ops::Rows logits;             // [kMostTogether][vocabulary], stride vocabulary: for callers
  uint8_t* screen = nullptr;    // ops::ScreenBytes of the output layer
  uint8_t* products = nullptr;  // [threads] scratch of matrix products
  uint64_t product_bytes = 0;   // of one thread
  ops::Rows attention;          // [threads][AttentionScratch]
  uint8_t* input = nullptr;     // int8 or tile form of the input of a product, of all tokens
  int32_t* tops = nullptr;      // [threads][longest row] largest magnitudes of columns, as bits
  int64_t tops_stride = 0;
  int32_t* outliers = nullptr;          // [threads][kOutlierQuads] of the input, the same for all
  uint8_t* quantized_single = nullptr;  // [threads] the same of a single token
  uint64_t quantized_single_bytes = 0;  // of one thread
  bool cancelled = false;  // written by member 0 before a barrier, read by all after it
};

// Tokens of one timeline at positions position, position + 1, ...; its KV cache holds everything
// before.
struct Part {
  Timeline* timeline = nullptr;
  std::span<const int32_t> tokens;
  int32_t position = 0;
};

// One step: tokens of one timeline, or one token of each of several, up to kMostTogether: then
// every timeline gets, bit for bit, what a step of its own would give. The rows of a step are the
// tokens of its parts in order.
struct Batch {
  std::span<const Part> parts;
  int32_t want = 0;         // of the last `want` rows logits are computed
  float* logits = nullptr;  // [want][vocabulary], null when want is 0
  // Of each row, the logits that have to be exact: the `top` largest; the others are then
  // below them, but estimates. 0: all.
  int32_t top = 0;
  const CancelToken* cancel = nullptr;
  Trace* trace = nullptr;  // clocks of all threads; null: nothing is timed
};

// Computes the step on all threads of `team`. False when it was cancelled: the KV caches then hold
// nothing new that counts. REQUIRES: tokens in range, position + tokens <= context,
// tokens <= chunk, want <= rows.
bool Forward(const DecoderConfig& config, const DecoderWeights& weights, DecoderScratch& scratch,
             ThreadTeam& team, const Batch& batch);

}  // namespace hearth::models
