// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#define HEARTH_TABLE kAvxVnniTable
#define HEARTH_DOTS
#define HEARTH_ROW "avxvnni"

#include "kernels/simd_avx2.h"
#include "kernels/unit.inl"
