// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#define HEARTH_TABLE kAmxTable
#define HEARTH_ROW "amx"
#define HEARTH_GEMM

#include "kernels/simd_avx512.h"
#include "kernels/unit.inl"
