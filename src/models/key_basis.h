// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_team.h"
#include "models/config.h"
#include "models/weights.h"

namespace hearth::models {

// The basis in which an int8 cache keeps the keys of one layer. Keys have a few channels that are
// far larger than the rest, and one scale per token would leave the small ones no bits. So every
// pair of channels that rope turns together is divided by a size in keys and multiplied by it in
// queries; then both are rotated by a Hadamard matrix, which spreads what is still large. Products
// of the two stay what they were. size^2 = rms(key) / rms(query), because the noise of a product is
// |query| x the step of the key, the step follows |key|, and |key| |query| is least when both have
// their weight in the same channels.
struct KeyBasis {
  std::vector<float> key;    // [kv_heads * head_size] factors of VectorKernels::hadamard
  std::vector<float> query;  // the same for the queries of each KV head; holds 1 / (H H^T) too
};

// One basis per layer, from the weights alone.
Result<std::vector<KeyBasis>> KeyBases(const DecoderConfig& config, const DecoderWeights& weights,
                                       ThreadTeam& team);

}  // namespace hearth::models
