// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "conversation.h"

#include <gtest/gtest.h>

namespace hearth::app {
namespace {

Conversation Three() {
  return {
      "be brief",
      {{"user", "q1"}, {"assistant", "a1"}, {"user", "q2"}, {"assistant", "a2"}, {"user", "q3"}}};
}

TEST(Conversation, SystemPromptComesFirst) {
  EXPECT_EQ(Three().Messages().front().role, "system");
  EXPECT_EQ(Three().Messages().size(), 6u);
  EXPECT_TRUE(Conversation().Messages().empty());
}

TEST(Conversation, UndoTakesTheUserAndTheAnswer) {
  Conversation c = Three();
  EXPECT_EQ(c.UndoLast(), "q3");
  EXPECT_EQ(c.UndoLast(), "q2");
  EXPECT_EQ(c.turns.size(), 2u);
  EXPECT_EQ(c.UndoLast(), "q1");
  EXPECT_EQ(c.UndoLast(), std::nullopt);
}

TEST(Conversation, DropOldestKeepsTheLastQuestion) {
  Conversation c = Three();
  EXPECT_EQ(c.DropOldest(), "q1");
  EXPECT_EQ(c.turns.front().content, "q2");
  EXPECT_EQ(c.DropOldest(), "q2");
  EXPECT_EQ(c.DropOldest(), std::nullopt);
  EXPECT_EQ(c.turns.size(), 1u);
  EXPECT_EQ(c.system, "be brief");
}

TEST(Conversation, SavedTextComesBack) {
  Conversation c = Three();
  c.turns[1].content = "line\n\"quoted\" 你好 \x1b";
  const Conversation back = ParseConversation(ToJson(c, "m"), "file").value();
  EXPECT_EQ(back.system, c.system);
  ASSERT_EQ(back.turns.size(), c.turns.size());
  EXPECT_EQ(back.turns[1].content, c.turns[1].content);
}

TEST(Conversation, DamagedFilesAreRefused) {
  const std::string good = ToJson(Three(), "m");
  for (size_t cut = 0; cut + 2 < good.size(); cut += 7) {
    EXPECT_FALSE(ParseConversation(good.substr(0, cut), "file").has_value()) << cut;
  }
  for (const char* text :
       {"", "[]", "{}", R"({"hearth_chat":2,"system":"","messages":[]})",
        R"({"hearth_chat":1,"system":7,"messages":[]})",
        R"({"hearth_chat":1,"system":"","messages":[{"role":"assistant","content":"x"}]})",
        R"({"hearth_chat":1,"system":"","messages":[{"role":"user","content":1}]})",
        R"({"hearth_chat":1,"system":"","messages":[7]})"}) {
    const auto result = ParseConversation(text, "file.json");
    ASSERT_FALSE(result.has_value()) << text;
    EXPECT_EQ(result.error().code(), Code::kDataLoss);
    EXPECT_NE(result.error().Text(Lang::kEnglish).find("file.json"), std::string::npos);
  }
}

TEST(Conversation, NamesAreNeverPaths) {
  EXPECT_TRUE(ValidChatName("trip-2026_b"));
  for (const char* name : {"", "..", "a/b", "a.b", "a b", "ü", "\n"}) {
    EXPECT_FALSE(ValidChatName(name)) << name;
  }
  EXPECT_FALSE(ValidChatName(std::string(65, 'a')));
}

}  // namespace
}  // namespace hearth::app
