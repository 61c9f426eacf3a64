// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "console.h"
#include "kernels/limits.h"

namespace hearth::app {

// Runs the probes with a progress line; Ctrl-C stops them. `threads` are the counts to measure
// with.
Result<std::vector<kernels::Limit>> Measure(Console& console, kernels::LimitOptions options);

// GB/s that all `threads` read from DRAM together; a fraction of a second.
Result<double> MeasureBandwidth(Console& console, int threads);

// 1, 2, 4, ... and `most`.
std::vector<int> ThreadCounts(int most);

}  // namespace hearth::app
