// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/os_process.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/messages.h"
#include "base/os.h"

namespace hearth::os {
namespace {

using std::chrono::milliseconds;

TEST(Process, CapturesBothStreamsAndTheExitCode) {
  const auto run = RunProcess({.argv = {"sh", "-c", "echo out; echo err >&2; exit 3"}});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 3);
  EXPECT_EQ(run->out, "out\n");
  EXPECT_EQ(run->err, "err\n");
}

TEST(Process, ArgumentsAreNotInterpreted) {
  const auto run = RunProcess({.argv = {"printf", "%s|", "a b", "$HOME;`id`", "*"}});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->out, "a b|$HOME;`id`|*|");
}

TEST(Process, FolderEnvironmentAndEmptyInput) {
  const auto run = RunProcess({.argv = {"sh", "-c", "pwd; echo $HEARTH_A; cat"},
                               .folder = "/",
                               .environment = {"HEARTH_A=1 2"}});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->out, "/\n1 2\n");
}

TEST(Process, KeepsTheEndOfLongOutput) {
  const auto run =
      RunProcess({.argv = {"sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x; echo end"},
                  .max_output = 1000});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->out.size(), 1000u);
  EXPECT_TRUE(run->out.ends_with("xend\n"));
}

TEST(Process, MissingProgramIsNamed) {
  const auto run = RunProcess({.argv = {"hearth-no-such-program"}});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code(), Code::kNotFound);
  EXPECT_EQ(run.error().id(), "process.missing");
}

TEST(Process, TimeoutStopsTheWholeGroup) {
  const auto start = std::chrono::steady_clock::now();
  const auto run =
      RunProcess({.argv = {"sh", "-c", "sleep 60 & sleep 60"}, .timeout = milliseconds(150)});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().id(), "process.timeout");
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(5000));
}

TEST(Process, TickStopsAProgramThatIgnoresSigterm) {
  int ticks = 0;
  const auto run = RunProcess(
      {.argv = {"sh", "-c", "trap '' TERM; while :; do sleep 1; done"}, .on_tick = [&]() -> Status {
         if (++ticks < 3) return {};
         return Fail(Code::kCancelled, msg::kProcessMissing, "stop");
       }});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code(), Code::kCancelled);
  EXPECT_EQ(ticks, 3);
}

TEST(Process, SignalIsReportedAsTheShellDoes) {
  EXPECT_EQ(RunProcess({.argv = {"sh", "-c", "kill -9 $$"}})->exit_code, 137);
}

TEST(Process, OpenFilesAreNotInherited) {
  const auto run = RunProcess({.argv = {"sh", "-c", "ls /proc/self/fd | wc -l"}});
  ASSERT_TRUE(run);
  EXPECT_LE(std::stoi(run->out), 4);  // 0, 1, 2 and the one that ls opens
}

TEST(Tree, BytesAndRemoval) {
  const std::string root = ::testing::TempDir() + "hearth_tree";
  ASSERT_TRUE(RemoveTree(root));
  EXPECT_EQ(TreeBytes(root), 0u);
  ASSERT_TRUE(MakeFolders(root + "/a/b"));
  ASSERT_TRUE(WriteFileAtomic(root + "/x", "12345"));
  ASSERT_TRUE(WriteFileAtomic(root + "/a/b/y", "678"));
  EXPECT_EQ(TreeBytes(root), 8u);
  ASSERT_TRUE(RemoveTree(root));
  EXPECT_FALSE(FileExists(root));
  ASSERT_TRUE(RemoveTree(root));
}

}  // namespace
}  // namespace hearth::os
