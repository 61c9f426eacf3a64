// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "line_input.h"

namespace hearth::app {

// Editing with libedit, which only line_editor.cc includes. One per process.
std::unique_ptr<LineInput> OpenLineEditor(std::string history_path);

}  // namespace hearth::app
