// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "console.h"
#include "engine/explain.h"

namespace hearth::app {

// What the machine can do at best; 0: not known.
struct MachineLimits {
  double bandwidth_gbps = 0;   // reading memory, all threads
  std::string_view peak_name;  // the dot instruction of the kernels
  double peak_gops = 0;
};

// The seconds that an operation needs at least on this machine, over those it took; 0: not known.
double ShareOfLimit(const engine::OperationCost& cost, const MachineLimits& limits);

// "memory", "arithmetic", "attention", "wait" or "small": what most of the time goes to.
std::string_view LimitedBy(const engine::Explanation& explanation, const MachineLimits& limits);
// The same as a sentence for people.
std::string Sentence(const engine::Explanation& explanation, const MachineLimits& limits);

// `title` names the part: "prefill", "decode".
void PrintExplanation(Console& console, std::string_view title,
                      const engine::Explanation& explanation, const MachineLimits& limits);
nlohmann::ordered_json ExplanationJson(const engine::Explanation& explanation,
                                       const MachineLimits& limits);

}  // namespace hearth::app
