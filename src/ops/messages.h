// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

inline constexpr Message kOpsNoKernels{
    "ops.no_kernels", "This build of Hearth has no {0} kernels. Use another HEARTH_ISA.",
    "这个 Hearth 版本没有 {0} 内核。请换用其他 HEARTH_ISA。"};

}  // namespace hearth::msg
