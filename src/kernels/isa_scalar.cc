// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#define HEARTH_TABLE kScalarTable
#define HEARTH_ROW "scalar"

#include "kernels/simd_scalar.h"
#include "kernels/unit.inl"
