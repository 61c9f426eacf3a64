// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_text.h"

#include <gtest/gtest.h>

namespace hearth::text::jinja {
namespace {

TEST(JinjaText, FindsInvalidUtf8) {
  EXPECT_EQ(FindInvalidUtf8("a é 你 😀"), std::string_view::npos);
  for (const char* bad : {"a\x80", "a\xC3", "a\xE4\xBD", "a\xED\xA0\x80", "a\xF4\x90\x80\x80"}) {
    EXPECT_EQ(FindInvalidUtf8(bad), 1u);
  }
}

TEST(JinjaText, CharactersRoundTrip) {
  for (const char32_t c : {0x24u, 0xA2u, 0x939u, 0x20ACu, 0xD7FFu, 0xE000u, 0x10348u, 0x10FFFFu}) {
    std::string text;
    AppendChar(&text, c);
    size_t n = 0;
    EXPECT_EQ(DecodeChar(text, 0, &n), c);
    EXPECT_EQ(n, text.size());
  }
  EXPECT_EQ(CharOffset("你a好", 2), 4u);
  EXPECT_EQ(CountChars("你a好"), 3);
}

TEST(JinjaText, FloatsPrintAsInPython) {
  const std::pair<double, const char*> rows[] = {
      {0.1, "0.1"},
      {1.0, "1.0"},
      {-0.0, "-0.0"},
      {1e15, "1000000000000000.0"},
      {1e16, "1e+16"},
      {1.5e-5, "1.5e-05"},
      {0.0001, "0.0001"},
      {123456.789, "123456.789"},
      {1e100, "1e+100"},
      {5e-324, "5e-324"},
      {1.0 / 3, "0.3333333333333333"},
  };
  for (const auto& [value, text] : rows) EXPECT_EQ(FloatRepr(value), text);
}

}  // namespace
}  // namespace hearth::text::jinja
