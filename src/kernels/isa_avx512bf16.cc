// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the AVX-512 row with BF16 has besides the one without; table.cc puts the two together.
#include "kernels/simd_avx512.h"

#include "kernels/attention_bf16.inl"

namespace hearth::kernels {

extern const TileAttendTable kAvx512Bf16Attend;
const TileAttendTable kAvx512Bf16Attend = HEARTH_TILE_ATTEND(AttendProduct);

}  // namespace hearth::kernels
