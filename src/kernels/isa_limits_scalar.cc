// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#define HEARTH_READ_BYTES 16
#include "kernels/limits_probe.h"
#include "kernels/limits_read.inl"

namespace hearth::kernels {

const ProbeTable kLimitsScalar = {Read, nullptr, 0};

}  // namespace hearth::kernels
