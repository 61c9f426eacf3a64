// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "quant/types.h"

namespace hearth::quant {

// Byte positions of the half-precision scales inside a block; -1: none. F32, F16, BF16 and MXFP4
// (whose first byte is an exponent) have neither.
struct ScaleFields {
  int d;
  int m;  // dmin or m
};
ScaleFields Scales(Type type);

// The first of `blocks` blocks whose scales (F32, F16, BF16: whose weight) are infinite or NaN, or
// -1. Such a block makes every product with it useless: files with one are damaged.
int64_t FindNonFinite(Type type, const uint8_t* in, int64_t blocks);

}  // namespace hearth::quant
