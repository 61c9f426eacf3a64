// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_eval.h"

#include "text/jinja_golden_test.h"

namespace hearth::text {
namespace {

TEST(JinjaEval, StatementsEqualJinja2) {
  CheckSnippets("statements");
}

TEST(JinjaEval, ErrorsNameTheirLine) {
  const auto parsed = ChatTemplate::Parse("a\n{{ b.c }}");
  ASSERT_TRUE(parsed);
  const auto text = parsed->Render("{}");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().Text(Lang::kEnglish), "Chat template, line 2: \"b\" is undefined.");
}

}  // namespace
}  // namespace hearth::text
