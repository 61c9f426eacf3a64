// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Body of an ISA unit: every algorithm in the vocabulary that was included before, and the one
// table that the unit exports. HEARTH_TABLE names it, HEARTH_ROW is its name.

#include "kernels/args.h"
#include "kernels/matmul.inl"
#include "kernels/weights.inl"

namespace hearth::kernels {

extern const KernelTable HEARTH_TABLE;
const KernelTable HEARTH_TABLE = {
    .name = HEARTH_ROW,
    .matmul = {MatMulOf<Type::kF32>(), MatMulOf<Type::kF16>(), MatMulOf<Type::kBF16>(),
               MatMulOf<Type::kQ4_0>(), MatMulOf<Type::kQ4_1>(), MatMulOf<Type::kQ5_0>(),
               MatMulOf<Type::kQ5_1>(), MatMulOf<Type::kQ8_0>(), MatMulOf<Type::kQ2_K>(),
               MatMulOf<Type::kQ3_K>(), MatMulOf<Type::kQ4_K>(), MatMulOf<Type::kQ5_K>(),
               MatMulOf<Type::kQ6_K>(), MatMulOf<Type::kIQ4_NL>(), MatMulOf<Type::kIQ4_XS>(),
               MatMulOf<Type::kMXFP4>()},
    .matmul_float = HEARTH_ALL_TYPES(MatMulFloat),
    .quantize = Quantize,
};

}  // namespace hearth::kernels
