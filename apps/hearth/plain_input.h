// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "line_input.h"

namespace hearth::app {

// Lines of standard input, without a prompt.
std::unique_ptr<LineInput> OpenPlainInput();

}  // namespace hearth::app
