// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_golden_test.h"

namespace hearth::text {
namespace {

TEST(JinjaExpr, EqualsJinja2) {
  CheckSnippets("expr");
}

}  // namespace
}  // namespace hearth::text
