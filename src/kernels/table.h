// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cpu/isa.h"
#include "kernels/args.h"

namespace hearth::kernels {

// The table of a row that is in this build; null when the build left it out (HEARTH_PORTABLE).
// Whether the machine can run it is cpu::ChooseIsa's business.
const KernelTable* Table(cpu::Isa isa);

// Every row that this build has and this machine can run, scalar first: what tests compare.
std::vector<const KernelTable*> UsableTables();

}  // namespace hearth::kernels
