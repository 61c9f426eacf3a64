// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "kernels/limits.h"

namespace hearth::app {

// The rows of `bench limits --json`, also part of `bench MODEL --json`.
inline nlohmann::ordered_json LimitsJson(const std::vector<kernels::Limit>& limits) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const kernels::Limit& limit : limits) {
    rows.push_back({{"name", limit.name},
                    {"unit", limit.unit},
                    {"threads", limit.threads},
                    {"median", limit.median},
                    {"min", limit.min},
                    {"max", limit.max}});
  }
  return rows;
}

}  // namespace hearth::app
