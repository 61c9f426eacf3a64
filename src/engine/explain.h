// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace hearth::engine {

// What one kind of operation cost in all layers together.
struct OperationCost {
  std::string_view id;    // "gate_up", "attention", "wait", ...; ids are for programs
  double seconds = 0;     // mean over the threads
  double bytes = 0;       // of weights or KV cache that it has to read once per step; 0: little
  double operations = 0;  // a multiply-add counts 2; 0: little
};

struct Explanation {
  double seconds = 0;  // of the whole, on the clock
  int64_t tokens = 0;
  std::vector<OperationCost> operations;  // in the order of a layer, the wait at barriers last
};

}  // namespace hearth::engine
