// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "line_input.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <deque>

#include "base/os.h"

namespace hearth::app {
namespace {

using Event = LineInput::Event;

class Script : public LineInput {
 public:
  explicit Script(std::deque<std::string> lines) : lines_(std::move(lines)) {}
  Event ReadLine(std::string_view, std::string& line) override {
    if (lines_.empty()) return Event::kEnd;
    line = lines_.front();
    lines_.pop_front();
    return line == "^C" ? Event::kInterrupted : Event::kLine;
  }
  void Remember(const std::string&) override {}

 private:
  std::deque<std::string> lines_;
};

std::string Message(std::deque<std::string> lines) {
  Script script(std::move(lines));
  std::string message;
  EXPECT_EQ(ReadMessage(script, message), Event::kLine);
  return message;
}

TEST(ReadMessage, KindsOfLines) {
  EXPECT_EQ(Message({"one", "two"}), "one");
  EXPECT_EQ(Message({"one\\", "two\\", "three", "four"}), "one\ntwo\nthree");
  EXPECT_EQ(Message({"one\\"}), "one\n");
  EXPECT_EQ(Message({"\"\"\"one\"\"\""}), "one");
  EXPECT_EQ(Message({"\"\"\"", "one", "", "two", "\"\"\"", "three"}), "one\n\ntwo");
  EXPECT_EQ(Message({"\"\"\"one", "two\"\"\""}), "one\ntwo");
  EXPECT_EQ(Message({"\"\"\"one", "two"}), "one\ntwo");  // the input ends inside
  EXPECT_EQ(Message({"\"\"\"", "\"\"\""}), "");
}

TEST(ReadMessage, InterruptDropsAllLines) {
  Script script({"\"\"\"one", "^C", "next"});
  std::string message;
  EXPECT_EQ(ReadMessage(script, message), Event::kInterrupted);
  EXPECT_EQ(ReadMessage(script, message), Event::kLine);
  EXPECT_EQ(message, "next");
  EXPECT_EQ(ReadMessage(script, message), Event::kEnd);
}

TEST(History, KeepsWholeMessagesAndIsPrivate) {
  const std::string path = testing::TempDir() + "/hearth_history_test";
  ASSERT_TRUE(os::RemoveFile(path).has_value());
  EXPECT_TRUE(LoadHistory(path).empty());
  AppendHistory(path, "first\nsecond line");
  AppendHistory(path, "你好 \"quoted\"");
  EXPECT_EQ(LoadHistory(path), (std::vector<std::string>{"first\nsecond line", "你好 \"quoted\""}));
  struct stat info = {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_TRUE(os::WriteFileAtomic(path, "\"good\"\nrubbish\n7\n\"also good\"").has_value());
  EXPECT_EQ(LoadHistory(path), (std::vector<std::string>{"good", "also good"}));
  ASSERT_TRUE(os::RemoveFile(path).has_value());
}

}  // namespace
}  // namespace hearth::app
