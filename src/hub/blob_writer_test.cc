// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/blob_writer.h"

#include <gtest/gtest.h>

#include "hub/test_support.h"

namespace hearth::hub {
namespace {

TEST(Sha256, KnownAnswers) {  // FIPS 180-2, appendix B
  EXPECT_EQ(Sha256Of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 hash;
  hash.Update(AsBytes("a"));
  hash.Update(AsBytes("bc"));
  EXPECT_EQ(hash.Hex(), Sha256Of("abc"));
  EXPECT_EQ(hash.Hex(), Sha256Of(""));
}

TEST(BlobWriter, WritesAndResumes) {
  const TempFolder folder;
  const std::string path = folder.path() + "/b";
  const std::string content = RandomBytes(3000000, 7);
  {
    BlobWriter blob = BlobWriter::Open(path, content.size()).value();
    EXPECT_EQ(blob.available(), 0u);
    ASSERT_TRUE(blob.Append(AsBytes(content).first(2000000)));
  }
  BlobWriter blob = BlobWriter::Open(path, content.size()).value();
  EXPECT_EQ(blob.available(), 2000000u);
  EXPECT_EQ(blob.offset(), 0u);
  uint64_t checked = 0;
  ASSERT_TRUE(blob.StartAt(1500000, [&](uint64_t n) { checked = n; }, nullptr));
  EXPECT_EQ(checked, 1500000u);
  EXPECT_EQ(blob.available(), 1500000u);
  ASSERT_TRUE(blob.Append(AsBytes(content).subspan(1500000)));
  ASSERT_TRUE(blob.StartAt(10, {}, nullptr));  // back again
  ASSERT_TRUE(blob.Append(AsBytes(content).subspan(10)));
  ASSERT_TRUE(blob.Finish(Sha256Of(content), "b"));
  EXPECT_EQ(ReadText(path), content);
}

TEST(BlobWriter, WrongHashIsCutToNothing) {
  const TempFolder folder;
  const std::string path = folder.path() + "/b";
  BlobWriter blob = BlobWriter::Open(path, 3).value();
  ASSERT_TRUE(blob.Append(AsBytes("abd")));
  const Status finished = blob.Finish(Sha256Of("abc"), "b");
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().id(), "hub.hash");
  EXPECT_EQ(ReadText(path), "");
  ASSERT_TRUE(blob.Append(AsBytes("abc")));  // and it can begin anew
  EXPECT_TRUE(blob.Finish(Sha256Of("abc"), "b"));
}

TEST(BlobWriter, NeverLongerThanPromised) {
  const TempFolder folder;
  const std::string path = folder.path() + "/b";
  {
    BlobWriter blob = BlobWriter::Open(path, 3).value();
    EXPECT_EQ(blob.Append(AsBytes("abcd")).error().id(), "hub.too_long");
    ASSERT_TRUE(blob.Append(AsBytes("abc")));
    EXPECT_EQ(blob.Append(AsBytes("d")).error().code(), Code::kDataLoss);
  }
  EXPECT_EQ(BlobWriter::Open(path, 2).value().available(), 0u);
  EXPECT_EQ(ReadText(path), "");
}

TEST(BlobWriter, RehashingCanBeCancelled) {
  const TempFolder folder;
  WriteText(folder.path() + "/b", "abc");
  BlobWriter blob = BlobWriter::Open(folder.path() + "/b", 5).value();
  CancelToken cancel;
  cancel.Cancel();
  EXPECT_EQ(blob.StartAt(3, {}, &cancel).error().code(), Code::kCancelled);
  EXPECT_EQ(blob.available(), 3u);
}

}  // namespace
}  // namespace hearth::hub
