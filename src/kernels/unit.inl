// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Body of an ISA unit: every algorithm in the vocabulary that was included before, and the one
// table that the unit exports. HEARTH_TABLE names it, HEARTH_ROW is its name; HEARTH_DOTS is
// defined where the vocabulary has dots of bytes that multiply many tokens faster than MatMul does,
// HEARTH_BRAIN_DOTS where the processor has dots of BF16.

#include "kernels/args.h"
#include "kernels/attention_int8.inl"
#include "kernels/matmul.inl"
#include "kernels/screen.inl"
#include "kernels/weights.inl"

#ifdef HEARTH_DOTS
#include "kernels/gemm_int8_dots.inl"

#include "kernels/gemm_int8.inl"
#endif
#ifdef HEARTH_BRAIN_DOTS
#include "kernels/attention_bf16.inl"
#endif

namespace hearth::kernels {

#ifdef HEARTH_DOTS
namespace {
constexpr ByteGemmTable kBytes = {ByteProduct::kMinTokens, HEARTH_ALL_TYPES(ByteGemmOf),
                                  ByteTokens<ByteProduct>, ColumnTops};
}  // namespace
#define HEARTH_BYTES &kBytes
#else
#define HEARTH_BYTES nullptr
#endif

extern const KernelTable HEARTH_TABLE;
const KernelTable HEARTH_TABLE = {
    .name = HEARTH_ROW,
    .matmul = HEARTH_ALL_TYPES(MatMulOf),
    .matmul_float = HEARTH_ALL_TYPES(MatMulFloatOf),
    .row_squares = HEARTH_ALL_TYPES(RowSquaresOf),
    .screen = HEARTH_ALL_TYPES(ScreenOf),
    .quantize = Quantize,
    .vector = kVectorKernels,
    .kv = kKvKernels,
    .bytes = HEARTH_BYTES,
#ifdef HEARTH_BRAIN_DOTS
    .attend_tiles = &kTileAttend<AttendProduct<false>>,
    .attend_float_scores = &kTileAttend<AttendProduct<true>>,
#else
    .attend_tiles = nullptr,
    .attend_float_scores = nullptr,
#endif
    .matrix_unit = nullptr,
};

}  // namespace hearth::kernels
