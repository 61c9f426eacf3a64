// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_builtins.h"

#include "text/jinja_golden_test.h"

namespace hearth::text {
namespace {

TEST(JinjaBuiltins, FiltersEqualJinja2) {
  CheckSnippets("filters");
}
TEST(JinjaBuiltins, TestsEqualJinja2) {
  CheckSnippets("tests");
}
TEST(JinjaBuiltins, MethodsEqualPython) {
  CheckSnippets("methods");
}

TEST(JinjaBuiltins, KeywordsFindTheirPlace) {
  const jinja::Builtin* replace = jinja::FindFilter("replace");
  ASSERT_NE(replace, nullptr);
  jinja::String old("old"), other("other");
  jinja::Arguments args;
  args.at = {jinja::Value::Int(1)};
  args.named = {{jinja::Value::Of(&other), jinja::Value::Int(2)}};
  EXPECT_FALSE(jinja::BindArguments(*replace, &args));  // no such keyword
  args.named = {{jinja::Value::Of(&old), jinja::Value::Int(2)}};
  EXPECT_FALSE(jinja::BindArguments(*replace, &args));  // given twice
}

}  // namespace
}  // namespace hearth::text
