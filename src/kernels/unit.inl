// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Body of an ISA unit: every algorithm in the vocabulary that was included before, and the one
// table that the unit exports. HEARTH_TABLE names it, HEARTH_ROW is its name.

#include "kernels/args.h"
#include "kernels/attention.inl"
#include "kernels/matmul.inl"
#include "kernels/weights.inl"

namespace hearth::kernels {

extern const KernelTable HEARTH_TABLE;
const KernelTable HEARTH_TABLE = {
    .name = HEARTH_ROW,
    .matmul = HEARTH_ALL_TYPES(MatMulOf),
    .matmul_float = HEARTH_ALL_TYPES(MatMulFloatOf),
    .quantize = Quantize,
    .vector = kVectorKernels,
    .kv = kKvKernels,
    .matrix_unit = nullptr,
};

}  // namespace hearth::kernels
