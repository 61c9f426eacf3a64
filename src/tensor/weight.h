// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/packed.h"

namespace hearth::tensor {

// A loaded weight matrix [rows][columns], packed for every ISA; views the arena of its model.
using Weight = quant::PackedMatrix;

}  // namespace hearth::tensor
