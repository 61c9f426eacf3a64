// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/cancel.h"
#include "base/os.h"
#include "base/result.h"
#include "base/thread_team.h"
#include "formats/catalogue.h"
#include "models/config.h"
#include "models/packed_cache.h"
#include "tensor/weight.h"

namespace hearth::models {

// One transformer layer. Empty vectors: the architecture has none.
struct LayerWeights {
  std::vector<float> attention_norm;          // [width]
  tensor::Weight query;                       // [heads * head_size][width]
  tensor::Weight key, value;                  // [kv_heads * head_size][width]
  std::vector<float> query_bias;              // [heads * head_size]
  std::vector<float> key_bias, value_bias;    // [kv_heads * head_size]
  std::vector<float> query_norm, key_norm;    // [head_size]
  tensor::Weight output;                      // [width][heads * head_size]
  std::vector<float> post_attention_norm;     // [width]
  std::vector<float> feed_forward_norm;       // [width]
  tensor::Weight gate, up;                    // [feed_forward][width]
  tensor::Weight down;                        // [width][feed_forward]
  std::vector<float> post_feed_forward_norm;  // [width]
};

// All weights of a decoder. Owns the arena that the matrices view; not movable.
struct DecoderWeights {
  tensor::Weight embedding;          // [vocabulary][width]
  tensor::Weight head;               // [vocabulary][width]; the embedding itself when tied
  std::vector<float> output_norm;    // [width]
  std::vector<float> rope_divisors;  // [rope dims / 2] or empty: frequencies are divided by these
  std::vector<LayerWeights> layers;
  os::Pages arena;
  PackedKey key;        // of the arena, when a packed cache file was named
  bool mapped = false;  // the arena is a view of a packed cache file, read-only

  DecoderWeights() = default;
  DecoderWeights(const DecoderWeights&) = delete;
  DecoderWeights& operator=(const DecoderWeights&) = delete;
};

struct WeightLoading {
  ThreadTeam* team = nullptr;
  std::function<void(uint64_t done, uint64_t total)> progress;  // bytes of the file; one thread
  CancelToken* cancel = nullptr;
  std::string packed = {};  // packed cache file to map when it fits; empty: none
  uint64_t identity = 0;    // hash of the model, for the key of that file
};

// Bytes that the loaded weights occupy. Checks that every tensor of the architecture is there with
// its shape, and that the file has no other: kDataLoss, kUnimplemented.
Result<uint64_t> PlanWeights(const formats::Catalogue& catalogue, const DecoderConfig& config);

// Reads and packs on all threads; source pages are dropped as they are used.
Result<std::unique_ptr<const DecoderWeights>> LoadWeights(const formats::Catalogue& catalogue,
                                                          const DecoderConfig& config,
                                                          const WeightLoading& loading);

}  // namespace hearth::models
