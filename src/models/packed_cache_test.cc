// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/packed_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace hearth::models {
namespace {

const PackedKey kKey = {.content = 1, .layout = 2, .bytes = 100'000};

std::vector<uint8_t> Arena() {
  std::vector<uint8_t> arena(kKey.bytes);
  for (size_t i = 0; i < arena.size(); ++i) arena[i] = static_cast<uint8_t>(i * 7);
  return arena;
}

class PackedCache : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(os::RemoveTree(folder_));
    ASSERT_TRUE(os::MakeFolders(folder_));
  }
  void Save(const std::string& model) {
    const auto saved = SavePacked(path_, kKey, model, Arena());
    ASSERT_TRUE(saved) << saved.error().Text();
  }
  // The file with one byte changed.
  void Damage(uint64_t offset) {
    auto file = os::File::OpenWrite(path_);
    ASSERT_TRUE(file);
    uint8_t byte = 0;
    ASSERT_TRUE(file->ReadAt(offset, {&byte, 1}));
    byte ^= 1;
    ASSERT_TRUE(file->WriteAt(offset, {&byte, 1}));
  }

  const std::string folder_ = testing::TempDir() + "/packed_cache";
  const std::string path_ = folder_ + "/model.packed";
};

TEST_F(PackedCache, GivesBackWhatWasSaved) {
  EXPECT_FALSE(OpenPacked(path_, kKey));
  Save("/model");
  const auto pages = OpenPacked(path_, kKey);
  ASSERT_TRUE(pages);
  EXPECT_TRUE(std::ranges::equal(std::span(pages->data(), pages->size()), Arena()));
}

TEST_F(PackedCache, AnotherKeyIsNotOpened) {
  Save("/model");
  EXPECT_FALSE(OpenPacked(path_, {kKey.content + 1, kKey.layout, kKey.bytes}));
  EXPECT_FALSE(OpenPacked(path_, {kKey.content, kKey.layout + 1, kKey.bytes}));
  EXPECT_FALSE(OpenPacked(path_, {kKey.content, kKey.layout, kKey.bytes + 1}));
}

TEST_F(PackedCache, DamagedOrCutHeadersAreNotOpened) {
  for (const uint64_t offset : {0, 8, 12, 16, 24, 32, 40, 48, 4000}) {
    Save("/model");
    Damage(offset);
    EXPECT_FALSE(OpenPacked(path_, kKey)) << offset;
  }
  for (const uint64_t size : {0, 10, 5000, 2 << 20, (2 << 20) + 99'999}) {
    Save("/model");
    ASSERT_TRUE(os::File::OpenWrite(path_)->Truncate(size));
    EXPECT_FALSE(OpenPacked(path_, kKey)) << size;
  }
}

TEST_F(PackedCache, PruneKeepsFilesWhoseModelIsThere) {
  Save(path_);  // a model that exists: the file itself
  PrunePacked(folder_);
  EXPECT_TRUE(os::FileExists(path_));
  Save(folder_ + "/gone");
  PrunePacked(folder_);
  EXPECT_FALSE(os::FileExists(path_));
  PrunePacked(folder_ + "/no such folder");
}

TEST_F(PackedCache, NothingStaysBehindWhenWritingFails) {
  const std::string path = folder_ + "/no such folder/model.packed";
  EXPECT_FALSE(SavePacked(path, kKey, "/model", Arena()));
  EXPECT_FALSE(os::FileExists(path + ".part"));
}

TEST(PackedLayout, IsTheSameEachTime) {
  EXPECT_EQ(PackedLayout(), PackedLayout());
}

}  // namespace
}  // namespace hearth::models
