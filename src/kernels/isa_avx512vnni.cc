// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#define HEARTH_TABLE kAvx512VnniTable
#define HEARTH_DOTS
#define HEARTH_ROW "avx512vnni"

#include "kernels/simd_avx512.h"
#include "kernels/unit.inl"
