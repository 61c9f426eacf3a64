// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/unicode.h"

#include <gtest/gtest.h>

namespace hearth::text {
namespace {

TEST(Utf8, EveryCharacterThereAndBack) {
  for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    AppendUtf8(c, text);
    const Utf8Step step = StepUtf8(text, 0);
    ASSERT_EQ(step.status, Utf8::kValid) << c;
    ASSERT_EQ(step.length, text.size()) << c;
    ASSERT_EQ(step.code_point, c);
    if (text.size() > 1) {
      ASSERT_EQ(StepUtf8(std::string_view(text).substr(0, text.size() - 1), 0).status,
                Utf8::kIncomplete);
    }
  }
}

TEST(Utf8, BrokenSequences) {
  for (const std::string_view text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE4z", "\xE4\xB8z"}) {
    EXPECT_EQ(StepUtf8(text, 0).status, Utf8::kInvalid) << text.size();
    EXPECT_FALSE(IsValidUtf8(text));
    EXPECT_TRUE(IsValidUtf8(ReplaceInvalidUtf8(text)));
  }
  EXPECT_EQ(StepUtf8("\xE4\xB8z", 0).length, 2u);  // the maximal subpart
  EXPECT_EQ(ReplaceInvalidUtf8("a\xE4\xB8z"), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(ReplaceInvalidUtf8("\xE4\xB8\xAD"), "\xE4\xB8\xAD");
}

TEST(CharClass, KnownCharacters) {
  EXPECT_EQ(CharClass('a'), kLetter);
  EXPECT_EQ(CharClass(0x4E2D), kLetter);
  EXPECT_EQ(CharClass(0x0301), kMark);
  EXPECT_EQ(CharClass('7'), kNumber);
  EXPECT_EQ(CharClass(0x2167), kNumber);  // roman numeral eight
  EXPECT_EQ(CharClass('\n'), kSpace | kNewline);
  EXPECT_EQ(CharClass(0x3000), kSpace);
  EXPECT_EQ(CharClass(0x85), kSpace);
  EXPECT_EQ(CharClass(0x1C), 0);    // a separator, but not White_Space
  EXPECT_EQ(CharClass(0x200B), 0);  // zero width space is none
  EXPECT_EQ(CharClass(0x1F600), 0);
  int spaces = 0;
  for (uint32_t c = 0; c <= 0x10FFFF; ++c) spaces += (CharClass(c) & kSpace) != 0;
  EXPECT_EQ(spaces, 25);  // as in the Unicode property list
}

TEST(Normalization, Forms) {
  EXPECT_EQ(ToNfc("e\xCC\x81"), "\xC3\xA9");
  EXPECT_EQ(ToNfkc("\xEF\xBC\xA1"), "A");  // full-width A
  EXPECT_EQ(ToNfc(""), "");
}

}  // namespace
}  // namespace hearth::text
