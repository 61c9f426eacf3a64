// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

inline constexpr Message kSamplerRange{"text.sampler_range",
                                       "{0} = {1} is out of range. Give a value in {2}.",
                                       "{0} = {1} 超出范围，请给出 {2} 之内的值。"};

}  // namespace hearth::msg
