// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/catalogue.h"
#include "ops/ops.h"

namespace hearth::models {

// Which two elements of a head form one rotated pair.
enum class RopePairing : uint8_t {
  kInterleaved,  // (2i, 2i + 1): the row order that GGUF writes for `llama`
  kHalves,       // (i, i + dims / 2)
};
using ops::Activation;  // of the gated feed-forward product
enum class RopeScaling : uint8_t { kNone, kLinear, kYarn };

// Rotary position embedding of one kind of layer.
struct RopeConfig {
  double base = 10000.0;
  int32_t dims = 0;  // elements of a head that rotate (even), from its first
  RopeScaling scaling = RopeScaling::kNone;
  double factor = 1.0;            // context is stretched by this much (kLinear, kYarn)
  double original_context = 0;    // kYarn: trained context before stretching
  double attention_factor = 1.0;  // kYarn: extra factor on cos and sin
};

// Everything that distinguishes one decoder-only transformer from another.
struct DecoderConfig {
  std::string architecture;
  int32_t layers = 0;
  int32_t width = 0;     // of the residual stream
  int32_t heads = 0;     // query heads
  int32_t kv_heads = 0;  // heads % kv_heads == 0
  int32_t head_size = 0;
  int32_t feed_forward = 0;  // hidden width of the MLP
  int32_t vocabulary = 0;
  int32_t trained_context = 0;
  float norm_epsilon = 1e-5f;
  float query_scale = 1.0f;  // factor on q . k
  float embedding_scale = 1.0f;
  float attention_softcap = 0.0f;  // c * tanh(score / c); 0: off
  float logit_softcap = 0.0f;
  Activation activation = Activation::kSilu;
  RopePairing pairing = RopePairing::kHalves;
  RopeConfig rope;          // global layers
  RopeConfig rope_local;    // layers with a sliding window
  int32_t window = 0;       // tokens a local layer sees, itself included
  std::vector<bool> local;  // [layers]
  bool tied_head = false;   // the embedding is the output head too

  int64_t query_rows() const { return int64_t{heads} * head_size; }
  int64_t kv_rows() const { return int64_t{kv_heads} * head_size; }
  int32_t group() const { return heads / kv_heads; }
};

enum class Presence : uint8_t { kNever, kOptional, kRequired };

// What is fixed for a family and not written into its files. One row per architecture
// (architectures.cc); adding a relative is adding a row.
struct ArchitectureRow {
  std::string_view name;  // general.architecture
  RopePairing pairing;
  Activation activation;
  Presence qkv_bias;
  Presence qk_norm;           // RMS norm over each head of q and k
  Presence post_norms;        // norms after attention and after the MLP
  bool scale_embedding;       // by sqrt(width)
  bool softcaps;              // attention and logit soft-capping are read from metadata
  int32_t global_every;       // layer i is global when i % n == n - 1, else local; 0: all global
  double local_rope_base;     // of local layers; 0: as global
  int32_t wide_query_layers;  // depth at which queries are scaled by sqrt(width / heads); 0: never
};
std::vector<std::string_view> ArchitectureNames();
const ArchitectureRow* FindArchitecture(std::string_view name);  // null when unknown

// Reads and checks the metadata. kUnimplemented "not supported yet: NAME", kDataLoss for a missing
// or impossible field; each names the file.
Result<DecoderConfig> ReadConfig(const formats::Catalogue& catalogue);

// Name of the model file for messages.
std::string FileName(const formats::Catalogue& catalogue);

}  // namespace hearth::models
