// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/os.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace hearth::os {
namespace {

std::string Temp(const std::string& name) {
  return testing::TempDir() + "/hearth_os_" + name;
}

TEST(Os, AtomicWriteReadsBack) {
  const std::string path = Temp("atomic");
  ASSERT_TRUE(WriteFileAtomic(path, "one").has_value());
  ASSERT_TRUE(WriteFileAtomic(path, "two").has_value());
  EXPECT_EQ(ReadWholeFile(path, 100).value(), "two");
  EXPECT_EQ(ReadWholeFile(path, 2).error().id(), "file.too_large");
  ASSERT_TRUE(RemoveFile(path).has_value());
  EXPECT_EQ(ReadWholeFile(path, 2).error().code(), Code::kNotFound);
  EXPECT_TRUE(RemoveFile(path).has_value());
}

TEST(Os, ShortReadIsDataLoss) {
  const std::string path = Temp("short");
  ASSERT_TRUE(WriteFileAtomic(path, "12345").has_value());
  const File file = File::OpenRead(path).value();
  uint8_t bytes[4];
  EXPECT_TRUE(file.ReadAt(1, bytes).has_value());
  EXPECT_EQ(file.ReadAt(2, bytes).error().code(), Code::kDataLoss);
  EXPECT_EQ(File::OpenRead(testing::TempDir()).error().id(), "file.is_folder");
}

TEST(Os, ChangesAfterOpeningAreSeen) {
  const std::string path = Temp("changed");
  ASSERT_TRUE(WriteFileAtomic(path, "12345").has_value());
  File file = File::OpenRead(path).value();
  const File moved = std::move(file);
  EXPECT_TRUE(moved.CheckUnchanged().has_value());
  File writer = File::OpenWrite(path).value();
  const uint8_t byte = 'x';
  ASSERT_TRUE(writer.WriteAt(0, {&byte, 1}).has_value());  // same size
  ASSERT_TRUE(writer.Truncate(6).has_value());
  EXPECT_EQ(moved.CheckUnchanged().error().id(), "file.changed");
  // A file put in its place is another file.
  const File again = File::OpenRead(path).value();
  ASSERT_TRUE(WriteFileAtomic(path, "other").has_value());
  EXPECT_TRUE(again.CheckUnchanged().has_value());
}

TEST(Os, PipesAndDevicesAreRefusedAtOnce) {
  const std::string pipe = Temp("pipe");
  ASSERT_TRUE(RemoveFile(pipe).has_value());
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(File::OpenRead(pipe).error().id(), "file.not_regular");
  EXPECT_EQ(File::OpenRead("/dev/null").error().id(), "file.not_regular");
}

TEST(Os, MemoryAndThreadsAreSane) {
  EXPECT_GT(Memory().total, uint64_t{64} << 20);
  EXPECT_LE(Memory().available, Memory().total);
  EXPECT_FALSE(AllowedProcessors().empty());
  EXPECT_GT(PeakResident(), 0u);
}

TEST(Os, PagesAreZeroedAndMovable) {
  Pages pages = Pages::Allocate(100'000).value();
  EXPECT_EQ(reinterpret_cast<uintptr_t>(pages.data()) % 64, 0u);
  for (uint64_t i = 0; i < pages.size(); ++i) ASSERT_EQ(pages.data()[i], 0);
  Pages other = std::move(pages);
  EXPECT_EQ(pages.data(), nullptr);
  EXPECT_EQ(other.size(), 100'000u);
}

}  // namespace
}  // namespace hearth::os
