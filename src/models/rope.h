// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "models/config.h"

namespace hearth::models {

// Cosines and sines of one position. out: [dims / 2] cosines, then [dims / 2] sines.
// divisors: [dims / 2] or empty.
void RopeTable(const RopeConfig& rope, std::span<const float> divisors, int64_t position,
               float* out);

}  // namespace hearth::models
