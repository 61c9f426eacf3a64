// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "text/jinja_ast.h"

namespace hearth::text::jinja {

// kInvalidArgument with line and column; kResourceExhausted for kMaxTemplateBytes and kMaxNesting.
Result<std::unique_ptr<const Template>> ParseTemplate(std::string_view source);

}  // namespace hearth::text::jinja
