// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/message.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

constexpr Message kTwo{"test.two", "{1} before {0}", "先 {0} 后 {1}"};
constexpr Message kBraces{"test.braces", "{x} {0", "{x} {0"};

TEST(Message, PlaceholdersArePositional) {
  EXPECT_EQ(Render(kTwo, {"a", "b"}, Lang::kEnglish), "b before a");
  EXPECT_EQ(Render(kTwo, {"a", "b"}, Lang::kChinese), "先 a 后 b");
}

TEST(Message, MissingArgumentsShowAndOtherBracesStay) {
  EXPECT_EQ(Render(kTwo, {"a"}, Lang::kEnglish), "? before a");
  EXPECT_EQ(Render(kBraces, {"a"}, Lang::kEnglish), "{x} {0");
}

TEST(Message, ArgumentsAreNotExpandedAgain) {
  EXPECT_EQ(Render(kTwo, {"{1}", "{0}"}, Lang::kEnglish), "{0} before {1}");
}

}  // namespace
}  // namespace hearth
