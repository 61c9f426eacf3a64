// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/wheel.h"

#include <gtest/gtest.h>

#include "hub/test_support.h"

namespace hearth::hub {
namespace {

struct Outcome {
  Status status;
  std::string data;
};

Outcome Read(const std::string& path, std::string_view pattern, uint64_t size) {
  Outcome out;
  const os::File wheel = os::File::OpenRead(path).value();
  out.status = ReadWheelMember(wheel, pattern, size, [&](std::span<const uint8_t> data) -> Status {
    out.data.append(data.begin(), data.end());
    return {};
  });
  return out;
}

std::string IdOf(const Outcome& out) {
  return out.status ? "ok" : std::string(out.status.error().id());
}

TEST(Wheel, Patterns) {
  EXPECT_TRUE(MatchesPattern("a/data/p1.bin", "*/data/p1.bin"));
  EXPECT_TRUE(MatchesPattern("a/b/data/p1.bin", "*/data/p*.bin"));
  EXPECT_TRUE(MatchesPattern("abc", "abc"));
  EXPECT_TRUE(MatchesPattern("", "*"));
  EXPECT_TRUE(MatchesPattern("aXbXc", "a*X*c"));
  EXPECT_FALSE(MatchesPattern("data/p1.bin", "*/data/p1.bin"));
  EXPECT_FALSE(MatchesPattern("abc", "ab"));
  EXPECT_FALSE(MatchesPattern("ab", "abc"));
  EXPECT_FALSE(MatchesPattern("", "a"));
  // Would take for ever with naive backtracking.
  EXPECT_FALSE(MatchesPattern(std::string(5000, 'a'), "*a*a*a*a*a*a*a*a*a*b"));
}

TEST(Wheel, ReadsOneMember) {
  const TempFolder folder;
  const std::string path = folder.path() + "/w.whl";
  const std::string content = RandomBytes(500000, 3) + std::string(500000, 'z');
  WriteWheel(path, {{"a/x.py", "print(1)"}, {"a/data/p.bin", content}, {"a/RECORD", ""}});
  const Outcome out = Read(path, "*/data/p.bin", content.size());
  EXPECT_EQ(IdOf(out), "ok");
  EXPECT_EQ(out.data, content);
}

TEST(Wheel, WrongWheelsAreRefused) {
  const TempFolder folder;
  const std::string path = folder.path() + "/w.whl";
  const std::string content(1000, 'a');
  WriteWheel(path, {{"a/data/p.bin", content}, {"b/data/p.bin", content}});
  EXPECT_EQ(IdOf(Read(path, "*/data/q.bin", 1000)), "hub.wheel");
  EXPECT_EQ(IdOf(Read(path, "*/data/p.bin", 1000)), "hub.wheel");  // two of them
  EXPECT_EQ(IdOf(Read(path, "a/data/p.bin", 1000)), "ok");
  EXPECT_EQ(IdOf(Read(path, "a/data/p.bin", 999)), "hub.wheel");
  EXPECT_EQ(IdOf(Read(path, "a/data/p.bin", 1001)), "hub.wheel");
  WriteText(path, "this is no archive");
  EXPECT_EQ(IdOf(Read(path, "*", 1000)), "hub.wheel");
  WriteText(path, "");
  EXPECT_EQ(IdOf(Read(path, "*", 1000)), "hub.wheel");
}

TEST(Wheel, NamesAreNeverFollowed) {
  const TempFolder folder;
  const std::string path = folder.path() + "/w.whl";
  Members members;
  for (std::string name : TraversalCorpus()) {
    if (name.empty() || name.find('\0') != name.npos || name.size() > 1000) continue;
    members.emplace_back(std::move(name), "evil");
  }
  members.emplace_back("a/data/p.bin", "good");
  WriteWheel(path, members);
  const Outcome out = Read(path, "a/data/p.bin", 4);
  EXPECT_EQ(IdOf(out), "ok");
  EXPECT_EQ(out.data, "good");
  EXPECT_EQ(os::ListFolder(folder.path()).value(), std::vector<std::string>{"w.whl"});
}

TEST(Wheel, BombsStopAtTheExpectedSize) {
  const TempFolder folder;
  const std::string path = folder.path() + "/w.whl";
  WriteWheel(path, {{"a/data/p.bin", std::string(20000000, '\0')}});
  std::string zip = ReadText(path);
  EXPECT_LT(zip.size(), 100000u);
  EXPECT_EQ(IdOf(Read(path, "a/data/p.bin", 1000)), "hub.wheel");
  // Now it lies: 1000 bytes in both headers (little-endian size fields), 20 MB when unpacked.
  const std::string real("\x00\x2d\x31\x01", 4);
  const std::string lie("\xe8\x03\x00\x00", 4);
  size_t changed = 0;
  for (size_t at = zip.find(real); at != zip.npos; at = zip.find(real, at + 4), ++changed) {
    zip.replace(at, 4, lie);
  }
  ASSERT_GE(changed, 1u);
  WriteText(path, zip);
  const Outcome out = Read(path, "a/data/p.bin", 1000);
  EXPECT_EQ(IdOf(out), "hub.wheel");
  EXPECT_LE(out.data.size(), 1000u);
}

TEST(Wheel, TooManyMembers) {
  const TempFolder folder;
  const std::string path = folder.path() + "/w.whl";
  Members members;
  for (size_t i = 0; i <= kMaxWheelMembers; ++i) members.emplace_back(fmt::format("m{}", i), "");
  WriteWheel(path, members);
  EXPECT_EQ(IdOf(Read(path, "none", 1)), "hub.wheel");
  members.resize(kMaxWheelMembers);
  WriteWheel(path, members);
  EXPECT_EQ(IdOf(Read(path, "m77", 0)), "ok");
}

TEST(Wheel, DamageNeverPassesAsContent) {
  const TempFolder folder;
  const std::string path = folder.path() + "/w.whl";
  const std::string content = RandomBytes(2000, 5) + std::string(2000, 'q');
  WriteWheel(path, {{"a/x.py", "print(1)"}, {"a/data/p.bin", content}});
  const std::string good = ReadText(path);
  for (size_t cut = 0; cut < good.size(); cut += 41) {
    WriteText(path, good.substr(0, cut));
    EXPECT_EQ(IdOf(Read(path, "a/data/p.bin", content.size())), "hub.wheel") << cut;
  }
  Philox random(11);
  for (int i = 0; i < 150; ++i) {
    std::string bad = good;
    bad[random.Next() % bad.size()] ^= static_cast<char>(1u << (random.Next() % 8));
    WriteText(path, bad);
    const Outcome out = Read(path, "a/data/p.bin", content.size());
    EXPECT_TRUE(!out.status || out.data == content) << i;  // some flips do not matter
  }
}

}  // namespace
}  // namespace hearth::hub
