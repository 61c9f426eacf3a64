// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "printable.h"

#include <gtest/gtest.h>

namespace hearth::app {
namespace {

TEST(Printable, TextOfAllScriptsPassesUnchanged) {
  for (const char* text :
       {"plain\ttext\n", "你好，世界", "naïve – 😀👩‍👩‍👧", "مرحبا"}) {
    EXPECT_EQ(Printable(text), text);
    EXPECT_EQ(FindInvalidUtf8(text), std::nullopt);
  }
}

TEST(Printable, NothingCommandsTheTerminal) {
  EXPECT_EQ(Printable("\x1b[31mred\x07\r"), "␛[31mred␇␍");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "2J"),
            "<U+009B>2J");  // C1 CSI
  EXPECT_EQ(Printable("\x9B"
                      "2J"),
            "\xEF\xBF\xBD"
            "2J");  // the same as a bare byte
  EXPECT_EQ(Printable("a\xE2\x80\xAE"
                      "b"),
            "a<U+202E>b");  // right-to-left override
  EXPECT_EQ(Printable(std::string_view("\0\x7F", 2)), "␀␡");
}

TEST(Printable, InvalidUtf8IsFoundWhereItIs) {
  EXPECT_EQ(FindInvalidUtf8("ab\xFF"), 2u);
  EXPECT_EQ(FindInvalidUtf8("\xE4\xBD"), 0u);           // cut
  EXPECT_EQ(FindInvalidUtf8("\xC0\x80"), 0u);           // overlong
  EXPECT_EQ(FindInvalidUtf8("\xED\xA0\x80"), 0u);       // surrogate
  EXPECT_EQ(FindInvalidUtf8("x\xF4\x90\x80\x80"), 1u);  // beyond U+10FFFF
  EXPECT_EQ(Printable("a\xE4\xBD"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Printable, WidthsAndCuts) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("你好"), 4);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1);
  EXPECT_EQ(Padded("你", 4), "你  ");
  EXPECT_EQ(Shortened("hello", 5), "hello");
  EXPECT_EQ(Shortened("hello!", 5), "hell…");
  EXPECT_EQ(Shortened("你好吗", 5), "你好…");
  EXPECT_EQ(Shortened("one\ntwo", 20), "one…");
}

TEST(Printable, Bytes) {
  EXPECT_EQ(BytesText(0), "0 B");
  EXPECT_EQ(BytesText(999), "999 B");
  EXPECT_EQ(BytesText(1117320736), "1.12 GB");
  EXPECT_EQ(BytesText(999.7e6), "1.00 GB");
  EXPECT_EQ(BytesText(82.3e6), "82.3 MB");
}

}  // namespace
}  // namespace hearth::app
