// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_parser.h"

#include "text/jinja_golden_test.h"

namespace hearth::text {
namespace {

TEST(JinjaParser, ErrorsNameTheirPlace) {
  const struct {
    std::string_view source, message;
  } rows[] = {
      {"{{ 1 + }}", "Chat template, line 1, column 8: unexpected }}."},
      {"a\n{% if x %}\nb", "Chat template, line 3, column 2: expected endif, found end."},
      {"a\n  {% include 'x' %}",
       "Chat template, line 2, column 6: \"include\" is not part of what chat templates may use "
       "here."},
      {"{{ 'abc }}", "Chat template, line 1, column 4: ' is never closed."},
      {"{{ x | nosuch }}", "Chat template, line 1: unknown filter, test or method \"nosuch\"."},
      {"{{ 99999999999999999999 }}",
       "Chat template, line 1, column 4: 99999999999999999999 cannot be read."},
      {"{{ '\\ud800' }}", "Chat template, line 1, column 4: '\\ud800' cannot be read."},
      {"\xff", "The chat template is not valid UTF-8 at byte 0."},
  };
  for (const auto& row : rows) {
    const auto parsed = jinja::ParseTemplate(row.source);
    ASSERT_FALSE(parsed) << row.source;
    EXPECT_EQ(parsed.error().Text(Lang::kEnglish), row.message);
    EXPECT_EQ(parsed.error().code(), Code::kInvalidArgument);
  }
}

TEST(JinjaParser, DeepSourcesAreRefused) {
  std::string deep = "{{ ";
  for (int i = 0; i < 500; ++i) deep += '(';
  const auto parsed = jinja::ParseTemplate(deep);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code(), Code::kResourceExhausted);
  EXPECT_EQ(parsed.error().id(), "text.template_nesting");
}

}  // namespace
}  // namespace hearth::text
