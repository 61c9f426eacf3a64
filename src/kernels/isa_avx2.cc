// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#define HEARTH_TABLE kAvx2Table
#define HEARTH_ROW "avx2"

#include "kernels/simd_avx2.h"
#include "kernels/unit.inl"
