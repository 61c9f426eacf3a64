// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// AVX-512 with BF16 and without AMX: mostly Zen 4 and 5. Dots there wait for broadcasts from
// memory, of which two in a cycle can be loaded, so two panels share each; their memory gives more
// to few streams that ask far ahead.
#define HEARTH_TABLE kAvx512Bf16Table
#define HEARTH_DOTS
#define HEARTH_BRAIN_DOTS
#define HEARTH_ROW "avx512bf16"
#define HEARTH_STREAMS 2
#define HEARTH_PREFETCH 4096
#define HEARTH_SHARED_PANELS 2

#include "kernels/simd_avx512.h"
#include "kernels/unit.inl"
