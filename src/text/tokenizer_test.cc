// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace hearth::text {
namespace {

using formats::Catalogue;
using formats::Value;

std::unique_ptr<const Tokenizer> OpenReal(const char* name) {
  const char* folder = std::getenv("HEARTH_TEST_MODELS");
  if (folder == nullptr) return nullptr;
  auto catalogue = formats::OpenModel(std::string(folder) + "/" + name);
  if (!catalogue) return nullptr;
  auto tokenizer = Tokenizer::FromCatalogue(*catalogue);
  EXPECT_TRUE(tokenizer.has_value()) << tokenizer.error().Text();
  return tokenizer ? *std::move(tokenizer) : nullptr;
}

// A byte-level vocabulary: the 256 bytes in GPT-2's alphabet, some merges, some special tokens.
Catalogue SmallByteBpe() {
  std::vector<std::string> tokens;
  int next = 256;
  for (int b = 0; b < 256; ++b) {
    const bool printable = (b > 0x20 && b < 0x7F) || (b > 0xA0 && b != 0xAD);
    const int c = printable ? b : next++;
    std::string spelling;
    if (c < 0x80) {
      spelling.push_back(static_cast<char>(c));
    } else {
      spelling.push_back(static_cast<char>(0xC0 | c >> 6));
      spelling.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    }
    tokens.push_back(spelling);
  }
  for (const char* token : {"he", "ll", "hell", "hello", "\xC4\xA0h", "\xC4\xA0he"}) {
    tokens.emplace_back(token);
  }
  std::vector<int64_t> types(tokens.size(), 1);
  const auto add = [&](const char* spelling, int64_t type) {
    tokens.emplace_back(spelling);
    types.push_back(type);
  };
  add("<|end|>", 3);      // 262
  add("<tool>", 4);       // 263
  add("<|end|>long", 3);  // 264
  Catalogue catalogue;
  catalogue.metadata["tokenizer.ggml.model"] = std::string("gpt2");
  catalogue.metadata["tokenizer.ggml.pre"] = std::string("qwen2");
  catalogue.metadata["tokenizer.ggml.tokens"] = std::move(tokens);
  catalogue.metadata["tokenizer.ggml.token_type"] = std::move(types);
  catalogue.metadata["tokenizer.ggml.merges"] =
      std::vector<std::string>{"h e", "l l", "he ll", "hell o", "\xC4\xA0 h", "\xC4\xA0h e"};
  catalogue.metadata["tokenizer.ggml.eos_token_id"] = uint64_t{262};
  return catalogue;
}

std::unique_ptr<const Tokenizer> Build(const Catalogue& catalogue) {
  auto tokenizer = Tokenizer::FromCatalogue(catalogue);
  EXPECT_TRUE(tokenizer.has_value()) << tokenizer.error().Text();
  return *std::move(tokenizer);
}

using Tokens = std::vector<Token>;

TEST(ByteBpe, MergesByRank) {
  const auto tokenizer = Build(SmallByteBpe());
  EXPECT_EQ(tokenizer->Encode("hello", Specials::kText), (Tokens{259}));
  EXPECT_EQ(tokenizer->Encode(" hello", Specials::kText), (Tokens{32, 259}));
  EXPECT_EQ(tokenizer->Encode(" he", Specials::kText), (Tokens{32, 256}));  // rank 0 first
  EXPECT_EQ(tokenizer->Encode("", Specials::kText), Tokens{});
  EXPECT_EQ(tokenizer->Decode(Tokens{32, 259}), " hello");
}

TEST(ByteBpe, SpecialsOnlyWhenParsed) {
  const auto tokenizer = Build(SmallByteBpe());
  EXPECT_EQ(tokenizer->Encode("he<|end|>", Specials::kParse), (Tokens{256, 262}));
  EXPECT_EQ(tokenizer->Encode("<|end|>long", Specials::kParse), (Tokens{264}));
  const Tokens text = tokenizer->Encode("he<|end|>", Specials::kText);
  EXPECT_EQ(text.size(), 8u);
  EXPECT_EQ(tokenizer->Decode(text), "he<|end|>");
  EXPECT_EQ(tokenizer->Encode("<tool>", Specials::kText), (Tokens{263}));
  EXPECT_EQ(tokenizer->Piece(262), "");
  EXPECT_EQ(tokenizer->Piece(262, true), "<|end|>");
  EXPECT_EQ(Tokens(tokenizer->stop_tokens().begin(), tokenizer->stop_tokens().end()), Tokens{262});
}

TEST(ByteBpe, InvalidUtf8BecomesReplacement) {
  const auto tokenizer = Build(SmallByteBpe());
  const Tokens tokens = tokenizer->Encode("a\xE4\xB8z\xFF", Specials::kText);
  EXPECT_EQ(tokenizer->Decode(tokens), "a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD");
}

// Every split of a text into tokens streams the same characters as Decode gives.
TEST(StreamDecoder, HoldsUnfinishedCharacters) {
  const auto tokenizer = Build(SmallByteBpe());
  const std::string text = "h\xC3\xA9 \xE4\xB8\xAD \xF0\x9F\x98\x80.";
  StreamDecoder stream(*tokenizer);
  std::string streamed;
  for (const Token token : tokenizer->Encode(text, Specials::kText)) {
    const std::string part = stream.Push(token);
    EXPECT_TRUE(part.empty() || (static_cast<uint8_t>(part[0]) & 0xC0) != 0x80);
    streamed += part;
  }
  EXPECT_EQ(streamed, text);
  EXPECT_EQ(stream.Flush(), "");
}

TEST(StreamDecoder, BrokenBytesBecomeReplacements) {
  const auto tokenizer = Build(SmallByteBpe());
  StreamDecoder stream(*tokenizer);
  EXPECT_EQ(stream.Push(0xE4), "");
  EXPECT_EQ(stream.Push(0xB8), "");
  EXPECT_EQ(stream.Push('a'),
            "\xEF\xBF\xBD"
            "a");
  EXPECT_EQ(stream.Push(0xFF), "\xEF\xBF\xBD");
  EXPECT_EQ(stream.Push(0xF0), "");
  EXPECT_EQ(stream.Flush(), "\xEF\xBF\xBD");
  EXPECT_EQ(stream.Flush(), "");
}

TEST(RealVocabulary, RoundTripAndKnownIds) {
  const auto qwen = OpenReal("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf");
  if (qwen == nullptr) GTEST_SKIP() << "HEARTH_TEST_MODELS is not set";
  EXPECT_EQ(qwen->Encode("Hello, world! 你好 123", Specials::kText),
            (Tokens{9707, 11, 1879, 0, 220, 108386, 220, 16, 17, 18}));
  EXPECT_EQ(qwen->Encode("<|im_start|>user\n", Specials::kParse), (Tokens{151644, 872, 198}));
  const std::string text = "def f(x):\n\treturn x ** 2  # 平方 \U0001F600 e\xCC\x81\r\n\n  end";
  for (const char* name : {"qwen2.5-coder-0.5b-instruct-q4_k_m.gguf", "gemma3-270m-q4_k_m.gguf",
                           "smollm2-135m-instruct-q4_1.gguf"}) {
    const auto tokenizer = OpenReal(name);
    ASSERT_NE(tokenizer, nullptr) << name;
    EXPECT_EQ(tokenizer->Decode(tokenizer->Encode(text, Specials::kText)), text) << name;
    EXPECT_GE(tokenizer->stop_tokens().size(), 1u) << name;
  }
}

}  // namespace
}  // namespace hearth::text
