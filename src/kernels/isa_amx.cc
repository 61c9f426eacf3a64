// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the AMX row has besides the AVX-512 one; table.cc puts the two together.
#include "kernels/simd_avx512.h"

#include "kernels/attention_amx.inl"
#include "kernels/attention_int8_amx.inl"
#include "kernels/gemm_bf16.inl"
#include "kernels/gemm_int8_amx.inl"
#include "kernels/screen_amx.inl"

#include "kernels/gemm_int8.inl"

namespace hearth::kernels {

extern const GemmTable kAmxGemm;
const GemmTable kAmxGemm = {
    .gemm = HEARTH_ALL_TYPES(GemmOf),
    .tile_tokens = TileTokens,
    .attend = kTileAttend<AttendProduct>,
    .attend_int8 = Attend<Kv::kInt8, Int8Tiles>,
    .bytes = {ByteProduct::kMinTokens, HEARTH_ALL_TYPES(ByteGemmOf), ByteTokens<ByteProduct>,
              ColumnTops},
    .screen = HEARTH_ALL_TYPES(ScreenAmxOf),
};

}  // namespace hearth::kernels
