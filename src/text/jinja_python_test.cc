// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_python.h"

#include "text/jinja_golden_test.h"

namespace hearth::text {
namespace {

TEST(JinjaPython, JsonEqualsPython) {
  CheckSnippets("json");
}

TEST(JinjaPython, ReadsNumbersAsPythonDoes) {
  EXPECT_EQ(jinja::ParseInt(" -12_3 ", 10), -123);
  EXPECT_EQ(jinja::ParseInt("0x1F", 16), 31);
  EXPECT_EQ(jinja::ParseInt("0x1F", 0), 31);
  for (const char* wrong :
       {"", "-", "+-1", "1__0", "_1", "1_", "0x", "1.0", "9223372036854775808"}) {
    EXPECT_EQ(jinja::ParseInt(wrong, 10), std::nullopt) << wrong;
  }
  EXPECT_EQ(jinja::ParseFloat(" 1_0.5e1\n"), 105.0);
  for (const char* wrong : {"", "x", "0x10", "1 2", "1__0", "nan(1)"}) {
    EXPECT_EQ(jinja::ParseFloat(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace hearth::text
