// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/byte_reader.h"

#include <gtest/gtest.h>

#include <numeric>

namespace hearth {
namespace {

std::vector<uint8_t> Ramp(size_t count) {
  std::vector<uint8_t> out(count);
  std::iota(out.begin(), out.end(), uint8_t{0});
  return out;
}

TEST(ByteReader, ReadsFieldsFromMemory) {
  const auto bytes = Ramp(20);
  ByteReader reader(bytes, "here");
  EXPECT_EQ(reader.Read<uint8_t>().value(), 0);
  EXPECT_EQ(reader.Read<uint32_t>().value(), 0x04030201u);
  EXPECT_EQ(reader.Read<uint16_t>().value(), 0x0605u);
  EXPECT_TRUE(reader.Skip(3));
  EXPECT_EQ(reader.ReadString(2).value(), "\x0a\x0b");
  EXPECT_EQ(reader.position(), 12u);
  EXPECT_EQ(reader.remaining(), 8u);
  EXPECT_EQ(reader.Read<uint64_t>().value(), 0x131211100f0e0d0cu);
  const auto past = reader.Read<uint8_t>();
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().code(), Code::kDataLoss);
  EXPECT_EQ(past.error().Text(Lang::kEnglish),
            "here: ends before byte 21. It is cut short or was changed while in use.");
}

TEST(ByteReader, RefusesAbsurdLengthsWithoutAllocating) {
  const auto bytes = Ramp(20);
  ByteReader reader(bytes, "here");
  ASSERT_TRUE(reader.Skip(4));
  for (const uint64_t length : {uint64_t{17}, uint64_t{1} << 40, UINT64_MAX - 2, UINT64_MAX}) {
    EXPECT_EQ(reader.ReadString(length).error().id(), "file.short") << length;
    EXPECT_EQ(reader.Skip(length).error().id(), "file.short") << length;
  }
  EXPECT_EQ(reader.position(), 4u);
  EXPECT_TRUE(reader.Skip(16));
}

TEST(ByteReader, EveryChunkSizeGivesTheSameBytes) {
  const std::string path = testing::TempDir() + "/byte_reader";
  const auto bytes = Ramp(100);
  ASSERT_TRUE(os::WriteFileAtomic(path, {reinterpret_cast<const char*>(bytes.data()), 100}));
  const auto file = os::File::OpenRead(path);
  ASSERT_TRUE(file);
  for (uint64_t chunk = 1; chunk <= 120; ++chunk) {
    ByteReader reader(*file, 100, chunk);
    EXPECT_EQ(reader.Read<uint16_t>().value(), 0x0100);
    EXPECT_EQ(reader.Read<uint64_t>().value(), 0x0908070605040302u);
    ASSERT_TRUE(reader.Skip(chunk % 7));
    const uint64_t at = reader.position();
    const auto text = reader.ReadString(60);
    ASSERT_TRUE(text);
    EXPECT_EQ(std::memcmp(text->data(), bytes.data() + at, 60), 0) << chunk;
    EXPECT_EQ(reader.position(), at + 60);
    EXPECT_EQ(reader.Read<uint8_t>().value(), at + 60);
    EXPECT_FALSE(reader.ReadString(reader.remaining() + 1));
    EXPECT_TRUE(reader.ReadString(reader.remaining()));
    EXPECT_FALSE(reader.Read<uint8_t>());
  }
}

TEST(ByteReader, FileCutWhileInUseIsDataLoss) {
  const std::string path = testing::TempDir() + "/byte_reader_cut";
  ASSERT_TRUE(os::WriteFileAtomic(path, std::string(100, 'x')));
  auto file = os::File::OpenWrite(path);
  ASSERT_TRUE(file);
  ByteReader reader(*file, 100, 16);
  ASSERT_TRUE(reader.Skip(10));
  ASSERT_TRUE(file->Truncate(50));
  EXPECT_EQ(reader.ReadString(80).error().code(), Code::kDataLoss);
}

}  // namespace
}  // namespace hearth
