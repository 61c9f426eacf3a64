// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "cpu/isa.h"

namespace hearth::kernels {

// One measured limit of this machine.
struct Limit {
  std::string name;  // stable: "DRAM read, 8 streams", "AMX int8, tiles from L1"
  std::string unit;  // "GB/s" or "GOP/s" (a multiply-add counts 2; floating point too)
  int threads = 1;
  double median = 0, min = 0, max = 0;
};

struct LimitOptions {
  std::vector<int> threads;          // thread counts to measure with, each >= 1
  double seconds = 0.2;              // per limit, all samples together
  int samples = 5;                   // of which the median is reported
  bool memory = true;                // read rates of DRAM, L3, L2
  bool arithmetic = true;            // peak rates of dot instructions
  cpu::Isa isa = cpu::Isa::kScalar;  // rows above this one are left out
  std::function<void(int done, int total)> progress;
  const CancelToken* cancel = nullptr;
};

// Runs the probes one after the other. kCancelled, or kResourceExhausted without memory for the
// buffer.
Result<std::vector<Limit>> MeasureLimits(const LimitOptions& options);

// The median of the limit with this name and thread count; 0 when it was not measured.
double FindLimit(const std::vector<Limit>& limits, std::string_view name, int threads);

// The rate at which `threads` threads read DRAM: which number of streams is the faster differs
// between processors, so the faster counts. 0 when it was not measured.
double DramLimit(const std::vector<Limit>& limits, int threads);

inline constexpr std::string_view kDramOneStream = "DRAM read, 1 stream";
inline constexpr std::string_view kDramEightStreams = "DRAM read, 8 streams";

}  // namespace hearth::kernels
