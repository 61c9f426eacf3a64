// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>

#include "base/os.h"
#include "engine/test_model.h"

namespace hearth::engine {
namespace {

std::string Path() {
  return testing::TempDir() + "/engine_saved.session";
}

std::string Bytes() {
  std::ifstream in(Path(), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Write(const std::string& bytes) {
  std::ofstream(Path(), std::ios::binary | std::ios::trunc) << bytes;
}

TEST(SessionFile, LoadedSessionContinuesAsTheSavedOne) {
  for (const KvType kv : {KvType::kF16, KvType::kInt8}) {
    const auto engine = LoadTiny("tiny-qwen2");
    const SessionOptions options = {.context = 128, .kv = kv, .chunk = 32};
    const auto session = OpenTiny(engine, options);
    auto prompt = SomeTokens(37);
    const auto first = session->Generate(prompt, Greedy(10));
    ASSERT_TRUE(first);
    ASSERT_TRUE(session->Save(Path()));
    const auto loaded = OpenTiny(engine, options);
    const auto status = loaded->Load(Path());
    ASSERT_TRUE(status) << status.error().Text();
    ASSERT_TRUE(std::ranges::equal(loaded->tokens(), session->tokens()));
    prompt.insert(prompt.end(), first->tokens.begin(), first->tokens.end());
    prompt.push_back(3);
    const auto expected = session->Generate(prompt, Greedy(10));
    const auto answer = loaded->Generate(prompt, Greedy(10));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->tokens, expected->tokens);
    EXPECT_EQ(answer->timings.cached_tokens, expected->timings.cached_tokens);
    EXPECT_GT(answer->timings.cached_tokens, 30);
  }
}

TEST(SessionFile, DamageIsRefusedAndChangesNothing) {
  const auto engine = LoadTiny("tiny-llama");
  const auto session = OpenTiny(engine);
  ASSERT_TRUE(session->Generate(SomeTokens(20), Greedy(10)));
  ASSERT_TRUE(session->Save(Path()));
  const std::string good = Bytes();
  const auto other = OpenTiny(engine);
  ASSERT_TRUE(other->Generate(SomeTokens(9, 4), Greedy(10)));
  const std::vector<text::Token> before(other->tokens().begin(), other->tokens().end());
  const auto refused = [&](const std::string& bytes) {
    Write(bytes);
    const auto status = other->Load(Path());
    EXPECT_TRUE(std::ranges::equal(other->tokens(), before));
    return status ? std::string() : std::string(status.error().id());
  };
  for (const size_t cut : {size_t{0}, size_t{20}, size_t{47}}) {
    EXPECT_EQ(refused(good.substr(0, cut)), "engine.saved_magic") << cut;
  }
  for (const size_t cut : {size_t{48}, size_t{60}, good.size() / 2, good.size() - 1}) {
    EXPECT_EQ(refused(good.substr(0, cut)), "engine.saved_damaged") << cut;
  }
  EXPECT_EQ(refused(good + "x"), "engine.saved_damaged");
  const auto flipped = [&](size_t at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    return bytes;
  };
  EXPECT_EQ(refused(flipped(0)), "engine.saved_magic");
  EXPECT_EQ(refused(flipped(8)), "engine.saved_version");
  EXPECT_EQ(refused(flipped(16)), "engine.saved_model");  // hash
  EXPECT_EQ(refused(flipped(36)), "engine.saved_model");  // heads
  EXPECT_EQ(refused(flipped(50)), "engine.saved_damaged");
  EXPECT_EQ(refused(flipped(good.size() - 100)), "engine.saved_damaged");
  std::string many = good;
  many[46] = 1;  // 65,536 tokens more
  EXPECT_EQ(refused(many), "engine.saved_context");
  Write(good);
  EXPECT_TRUE(other->Load(Path()));
}

TEST(SessionFile, OtherModelAndMissingFolderAreRefused) {
  const auto session = OpenTiny(LoadTiny("tiny-llama"));
  ASSERT_TRUE(session->Generate(SomeTokens(20), Greedy(10)));
  ASSERT_TRUE(session->Save(Path()));
  const auto other = OpenTiny(LoadTiny("tiny-qwen2"));
  EXPECT_EQ(other->Load(Path()).error().id(), "engine.saved_model");
  const auto wide =
      OpenTiny(LoadTiny("tiny-llama"), {.context = 256, .kv = KvType::kInt8, .chunk = 64});
  EXPECT_EQ(wide->Load(Path()).error().id(), "engine.saved_model");
  EXPECT_FALSE(session->Save(testing::TempDir() + "/no/such/folder/x"));
  EXPECT_EQ(session->Load(testing::TempDir() + "/absent").error().code(), Code::kNotFound);
}

}  // namespace
}  // namespace hearth::engine
