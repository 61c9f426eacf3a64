// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

inline constexpr Message kLimitsCancelled{"kernels.limits_cancelled", "Measuring was stopped.",
                                          "测量已停止。"};

}  // namespace hearth::msg
