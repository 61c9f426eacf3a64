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
#include "models/trace.h"
#include "models/weights.h"
#include "ops/ops.h"
#include "tensor/kv_cache.h"

namespace hearth::models {

struct StateShape {
  int32_t context = 0;  // tokens of KV cache
  int32_t chunk = 0;    // most tokens in one Forward
  int32_t threads = 1;
  tensor::KvElement kv = tensor::KvElement::kF16;
  bool precise = false;  // float activations and dequantised weights: the yardstick
};

// Everything that changes while a decoder computes: the KV cache of one timeline and its scratch,
// allocated whole at open. `slots` = max(chunk, threads): with a single token every thread keeps
// its own copy of the residual stream and of the inputs of products, so that no barrier is needed
// to share them.
struct DecoderState {
  static Result<DecoderState> Allocate(const DecoderConfig& config, const StateShape& shape);
  static Result<uint64_t> ScratchBytes(const DecoderConfig& config, const StateShape& shape);

  StateShape shape;
  const ops::Kernels* kernels = nullptr;
  tensor::KvCache kv;
  os::Pages scratch;
  ops::Rows x;                  // [slots][width] residual stream
  ops::Rows h;                  // [slots][width] normalised input of the next product
  ops::Rows query;              // [chunk][heads * head_size]
  ops::Rows key, value;         // [chunk][kv_heads * head_size]
  ops::Rows mixed;              // [slots][heads * head_size] attention output
  ops::Rows delta;              // [chunk][width] what a sub-layer adds to x
  ops::Rows gate, up;           // [chunk][feed_forward]
  ops::Rows rope[2];            // [chunk][dims]: cosines, then sines; 0: global, 1: local layers
  uint8_t* products = nullptr;  // [threads] scratch of matrix products
  uint64_t product_bytes = 0;   // of one thread
  ops::Rows attention;          // [threads][AttentionScratch]
  float* partial = nullptr;     // attention parts of a single token
  uint8_t* input = nullptr;     // int8 or tile form of the input of a product, of all tokens
  int32_t* tops = nullptr;      // [threads][longest row] largest magnitudes of columns, as bits
  int64_t tops_stride = 0;
  int32_t* outliers = nullptr;          // [threads][kOutlierQuads] of the input, the same for all
  uint8_t* quantized_single = nullptr;  // [threads] the same of a single token
  uint64_t quantized_single_bytes = 0;  // of one thread
  Trace* trace = nullptr;               // clocks of all threads; null: nothing is timed
  bool cancelled = false;  // written by member 0 before a barrier, read by all after it
};

// One step: `tokens` stand at positions position, position + 1, ...; the KV cache holds everything
// before. logits: [want][vocabulary] of the last `want` tokens, or null when want is 0.
struct Batch {
  std::span<const int32_t> tokens;
  int32_t position = 0;
  int32_t want = 0;
  float* logits = nullptr;
  const CancelToken* cancel = nullptr;
};

// Computes the step on all threads of `team`. False when it was cancelled: the KV cache then holds
// nothing new that counts. REQUIRES: tokens in range, position + tokens <= context,
// tokens <= chunk, want <= tokens.
bool Forward(const DecoderConfig& config, const DecoderWeights& weights, DecoderState& state,
             ThreadTeam& team, const Batch& batch);

}  // namespace hearth::models
