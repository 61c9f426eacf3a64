// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/config.h"

namespace hearth::models {
namespace {

using enum Presence;

constexpr ArchitectureRow kRows[] = {
    {.name = "llama",
     .pairing = RopePairing::kInterleaved,
     .activation = Activation::kSilu,
     .qkv_bias = kOptional,
     .qk_norm = kNever,
     .post_norms = kNever,
     .scale_embedding = false,
     .softcaps = false,
     .global_every = 0,
     .local_rope_base = 0,
     .wide_query_layers = 0},
    {.name = "qwen2",
     .pairing = RopePairing::kHalves,
     .activation = Activation::kSilu,
     .qkv_bias = kRequired,
     .qk_norm = kNever,
     .post_norms = kNever,
     .scale_embedding = false,
     .softcaps = false,
     .global_every = 0,
     .local_rope_base = 0,
     .wide_query_layers = 0},
    {.name = "gemma3",  // norm weights in GGUF files contain the + 1
     .pairing = RopePairing::kHalves,
     .activation = Activation::kGeluTanh,
     .qkv_bias = kNever,
     .qk_norm = kRequired,
     .post_norms = kRequired,
     .scale_embedding = true,
     .softcaps = true,
     .global_every = 6,
     .local_rope_base = 10000.0,
     .wide_query_layers = 62},
};

}  // namespace

std::vector<std::string_view> ArchitectureNames() {
  std::vector<std::string_view> names;
  for (const ArchitectureRow& row : kRows) names.push_back(row.name);
  return names;
}

const ArchitectureRow* FindArchitecture(std::string_view name) {
  const auto* row = std::ranges::find(kRows, name, &ArchitectureRow::name);
  return row == std::end(kRows) ? nullptr : row;
}

}  // namespace hearth::models
