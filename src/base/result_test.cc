// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <set>

#include "base/messages.h"

namespace hearth {
namespace {

TEST(Result, ErrorSpeaksBothLanguages) {
  const Error error = Fail(Code::kNotFound, msg::kFileNotFound, "/a/b").error();
  EXPECT_EQ(error.Text(Lang::kEnglish), "/a/b: no such file.");
  EXPECT_EQ(error.Text(Lang::kChinese), "/a/b：没有这个文件。");
  EXPECT_EQ(error.id(), "file.not_found");
}

TEST(Result, ExitCodesAreDistinctAndNeverZero) {
  std::set<int> seen;
  for (int i = 0; i < kCodeCount; ++i) {
    const int code = ExitCode(static_cast<Code>(i));
    EXPECT_NE(code, 0);
    EXPECT_TRUE(seen.insert(code).second) << code;
  }
}

Result<int> Half(int x) {
  if (x % 2 != 0) return Fail(Code::kInvalidArgument, msg::kFileNotFound, x);
  return x / 2;
}
Result<int> Quarter(int x) {
  HEARTH_ASSIGN(const int half, Half(x));
  return Half(half);
}

TEST(Result, MacrosPassErrorsOn) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(6).error().Text(Lang::kEnglish), "3: no such file.");
}

}  // namespace
}  // namespace hearth
