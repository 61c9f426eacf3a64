// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "quant/types.h"

namespace hearth::quant {

// Weights for tests and benchmarks: valid blocks of any format whose codes are uniform and whose
// floats have mean near 0 and standard deviation near `sigma` (within a factor 1.5 for MXFP4, whose
// scales are powers of two).
class RandomBlocks {
 public:
  // REQUIRES: sigma is positive and the scale it needs is a finite half (any sigma in [1e-3, 100]
  // is).
  RandomBlocks(Type type, float sigma, uint64_t seed, uint64_t stream);
  // Writes blocks [first, first + count) of the endless sequence of this seed and stream: the same
  // bytes for every split into calls. out: count * block_bytes bytes.
  void Fill(uint64_t first, uint64_t count, uint8_t* out) const;

 private:
  void FillBlock(uint64_t block, uint8_t* out) const;

  const TypeRow* row_;
  uint64_t seed_;
  uint64_t stream_;
  float scale_;  // of `d`, so that sigma results
};

}  // namespace hearth::quant
