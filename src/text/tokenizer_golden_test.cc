// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// Token ids against hashes recorded from llama.cpp (.gguf) and Hugging Face's tokenizers (.json) by
// tools/golden/record_tokenizers.py, on generated mixed text: 4608 chunks of about 1.2 KB and
// 100,000 short strings, each with special tokens as text and recognised.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>

#include "base/os.h"
#include "base/random.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

namespace hearth::text {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEARTH_SLOW_BUILD 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEARTH_SLOW_BUILD 1
#endif
#endif
#ifdef HEARTH_SLOW_BUILD
constexpr uint64_t kEvery = 8;  // groups that are compared in an instrumented build
#else
constexpr uint64_t kEvery = 1;
#endif

constexpr uint64_t kChunkGroup = 16, kStringGroup = 1000;  // as in mixed_text.py
constexpr uint64_t kStringStream = uint64_t{1} << 32;

// --- the generator of tools/golden/mixed_text.py; change both together ---

constexpr std::string_view kLines[] = {
    "<|im_start|> <|im_end|> <|endoftext|> <end_of_turn> <start_of_turn> <bos> <eos> <s> </s> "
    "<unk> "
    "<pad>",
    "<|begin_of_text|> <|eot_id|> <|start_header_id|> <tool_call> </tool_call> <0x0A> [INST] "
    "<unused7> <|im_start <|sep|>",
    "<|im_end|><|im_end|> |> <| <fim_prefix> <table> <mask> [multimodal] <|file_sep|> <repo_name> "
    "<|sep|>\xC2\xA0",
    "'s 'S 't 'T 're 'Re 'RE 've 'VE 'm 'M 'll 'LL 'lL 'd 'D '\u017f '' 'x n't",
    "\u0663\u0664 \u2167 \u00bd \uff11\uff12 \u4e8c\u5341 1,234.56 0x1F 1e-9 2026-11-22 \u0be7 "
    "\U0001d7d8 007",
    "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e8\U0001f1f3 \u2764\ufe0f "
    "\U0001f44d\U0001f3fd \u26a1 \U0001f680\U0001f680 \U0001f9d1\u200d\U0001f4bb",
    "e\u0301 A\u030a\u0302 n\u0303 \u1100\u1161\u11a8 \u0915\u094d\u0937\u093f \u0e01\u0e33 "
    "\u05d0\u05b8 \u0627\u064e\u0651 o\u0308\u0304 \u0301 \u1e69 \uf900 \u2126"};
constexpr std::string_view kSpaces[] = {" ",      "\t",     "\n",       "\r\n",   "\r", "\u00a0",
                                        "\u3000", "\u2003", "\xC2\x85", "\u2028", "  ", "\n\n"};
constexpr std::string_view kBroken[] = {"\xff",         "\xfe", "\xc3",     "\xe4\xb8",
                                        "\xf0\x9f\x98", "\x80", "\xbf\xbf", "\xe2\x80"};
struct Range {
  uint32_t low, high;
};
constexpr Range kRanges[] = {
    {0x20, 0x7E},     {0xA1, 0xFF},       {0x100, 0x17E},     {0x391, 0x3A1},     {0x3B1, 0x3C9},
    {0x410, 0x44F},   {0x5D0, 0x5EA},     {0x621, 0x63A},     {0x905, 0x939},     {0xE01, 0xE2E},
    {0x3041, 0x3096}, {0x30A1, 0x30FA},   {0x4E00, 0x9FA5},   {0xAC00, 0xD7A3},   {0x2190, 0x21FF},
    {0x2500, 0x257F}, {0x1F300, 0x1F320}, {0x1D400, 0x1D454}, {0x20000, 0x2A6D6}, {0xE000, 0xE010}};

std::vector<std::string_view> Words(std::initializer_list<size_t> lines) {
  std::vector<std::string_view> words;
  for (const size_t line : lines) {
    std::string_view rest = kLines[line];
    for (size_t space = rest.find(' '); space != rest.npos; space = rest.find(' ')) {
      words.push_back(rest.substr(0, space));
      rest.remove_prefix(space + 1);
    }
    words.push_back(rest);
  }
  return words;
}

// Sequential numbers; a block of Philox is four.
class Random {
 public:
  explicit Random(uint64_t stream) : philox_(2026, stream) {}
  uint32_t Next() {
    if (next_ % 4 == 0) block_ = philox_.Block(next_ / 4);
    return block_[next_++ % 4];
  }

 private:
  Philox philox_;
  uint64_t next_ = 0;
  std::array<uint32_t, 4> block_{};
};

class MixedText {
  // REQUIRES: bound > 0.
  static uint32_t Draw(Random& random, size_t bound) {
    return random.Next() % static_cast<uint32_t>(bound);
  }
  template <typename List>
  static auto Pick(Random& random, const List& list) {
    return list[Draw(random, std::size(list))];
  }

 public:
  explicit MixedText(std::string seed) : seed_(std::move(seed)) {}

  std::string Chunk(uint64_t index) const {
    Random random(index);
    const size_t size = 200 + Draw(random, 2000);
    std::string out;
    while (out.size() < size) {
      AddPiece(random, out);
      if (Draw(random, 3) == 0) out.push_back(' ');
    }
    return out;
  }

  std::string ShortString(uint64_t index) const {
    Random random(kStringStream + index);
    std::string out;
    for (uint32_t n = 1 + Draw(random, 12); n > 0; --n) {
      switch (Draw(random, 8)) {
        case 0:
          out.append(Pick(random, specials_));
          break;
        case 1:
          out.append(Pick(random, kSpaces));
          break;
        case 2:
          out.append(Pick(random, kBroken));
          break;
        case 3:
          out.append(Pick(random, marks_));
          break;
        case 4: {
          const Range range = Pick(random, kRanges);
          AppendUtf8(range.low + Draw(random, range.high - range.low + 1), out);
          break;
        }
        default:
          out.push_back(static_cast<char>(0x20 + Draw(random, 0x5F)));
      }
    }
    return out;
  }

 private:
  static bool IsTail(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

  void AddSeedPiece(Random& random, bool whole, std::string& out) const {
    size_t begin = Draw(random, seed_.size());
    const size_t size = 10 + Draw(random, 200);
    size_t end = std::min(begin + size, seed_.size());
    if (whole) {
      while (begin < end && IsTail(seed_[begin])) ++begin;
      while (end > begin && end < seed_.size() && IsTail(seed_[end])) --end;
    }
    out.append(seed_, begin, end - begin);
  }

  void AddPiece(Random& random, std::string& out) const {
    const uint32_t kind = Draw(random, 16);
    if (kind < 7) return AddSeedPiece(random, kind < 6, out);
    switch (kind) {
      case 7:
        if (Draw(random, 4) == 0) {
          out.append(Pick(random, numbers_));
        } else {
          for (uint32_t n = 1 + Draw(random, 9); n > 0; --n) {
            out.push_back(static_cast<char>(0x30 + Draw(random, 10)));
          }
        }
        break;
      case 8:
        out.append(Pick(random, emoji_));
        break;
      case 9:
        out.append(Pick(random, marks_));
        break;
      case 10: {
        const std::string_view space = Pick(random, kSpaces);
        for (uint32_t n = 1 + Draw(random, 7); n > 0; --n) out.append(space);
        break;
      }
      case 11:
        out.append(Pick(random, specials_));
        break;
      case 12: {
        const Range range = Pick(random, kRanges);
        for (uint32_t n = 1 + Draw(random, 6); n > 0; --n) {
          AppendUtf8(range.low + Draw(random, range.high - range.low + 1), out);
        }
        break;
      }
      case 13:
        for (uint32_t n = 1 + Draw(random, 12); n > 0; --n) {
          out.push_back(static_cast<char>(0x21 + Draw(random, 0x5E)));
        }
        break;
      case 14:
        out.append(Pick(random, kBroken));
        break;
      default:
        out.append(Pick(random, contractions_));
    }
  }

  std::string seed_;
  std::vector<std::string_view> specials_ = Words({0, 1, 2}), contractions_ = Words({3}),
                                numbers_ = Words({4}), emoji_ = Words({5}), marks_ = Words({6});
};

// --- the comparison ---

std::string GoldenFolder() {
  return std::string(HEARTH_SOURCE_DIR) + "/tests/golden/tokenizers/";
}

std::unique_ptr<const Tokenizer> Open(const std::string& path) {
  Result<std::unique_ptr<const Tokenizer>> tokenizer = nullptr;
  if (path.ends_with(".json")) {
    const auto json = os::ReadWholeFile(path, uint64_t{1} << 26);
    EXPECT_TRUE(json.has_value()) << path;
    if (json) tokenizer = Tokenizer::FromJson(*json);
  } else {
    const auto catalogue = formats::OpenModel(path);
    EXPECT_TRUE(catalogue.has_value()) << path;
    if (catalogue) tokenizer = Tokenizer::FromCatalogue(*catalogue);
  }
  EXPECT_TRUE(tokenizer.has_value()) << path << ": " << tokenizer.error().Text();
  return tokenizer ? *std::move(tokenizer) : nullptr;
}

void Add(uint64_t& state, uint64_t value) {
  state = (state ^ value) * 0x100000001B3;
}

// `without`: items with this text are left out (why: see record_tokenizers.py).
uint64_t HashGroup(const Tokenizer& tokenizer, const MixedText& text, bool chunks, uint64_t group,
                   Specials specials, std::string_view without) {
  uint64_t state = 0xCBF29CE484222325;
  const uint64_t size = chunks ? kChunkGroup : kStringGroup;
  for (uint64_t i = group * size; i < (group + 1) * size; ++i) {
    const std::string item = chunks ? text.Chunk(i) : text.ShortString(i);
    if (!without.empty() && item.find(without) != item.npos) continue;
    const std::vector<Token> tokens = tokenizer.Encode(item, specials);
    Add(state, tokens.size());
    for (const Token token : tokens) Add(state, static_cast<uint32_t>(token));
  }
  return state;
}

void Compare(const std::string& path, const std::string& name) {
  const auto seed = os::ReadWholeFile(GoldenFolder() + "seed.txt", 1 << 20);
  ASSERT_TRUE(seed.has_value());
  const MixedText text(*seed);
  const auto tokenizer = Open(path);
  ASSERT_NE(tokenizer, nullptr);
  std::ifstream hashes(GoldenFolder() + name + ".hashes");
  std::string mode, hash;
  uint64_t group = 0, compared = 0, wrong = 0;
  while (hashes >> mode >> group >> hash) {
    if (group % kEvery != 0) continue;
    const bool chunks = mode.starts_with("chunks");
    const Specials specials = mode.ends_with("parse") ? Specials::kParse : Specials::kText;
    const bool leave_out =
        name.starts_with("gemma3") || (name.starts_with("qwen2.5") && specials == Specials::kParse);
    const uint64_t ours =
        HashGroup(*tokenizer, text, chunks, group, specials, leave_out ? "</s>" : "");
    ++compared;
    if (fmt::format("{:016x}", ours) == hash) continue;
    if (++wrong <= 3) ADD_FAILURE() << name << ": " << mode << " group " << group << " differs";
  }
  EXPECT_GE(compared, 90u) << name << ".hashes is missing or short";
  EXPECT_EQ(wrong, 0u) << "of " << compared << " groups of " << name;
}

class TrainedVocabulary : public testing::TestWithParam<const char*> {};
TEST_P(TrainedVocabulary, IdsEqualTheReference) {
  Compare(GoldenFolder() + GetParam(), GetParam());
}
INSTANTIATE_TEST_SUITE_P(Golden, TrainedVocabulary,
                         testing::Values("llama3.json", "qwen2.json", "smollm.json", "gpt2.json",
                                         "llama2.json", "metaspace.json", "unigram.json",
                                         "unigram_nfkc.json", "llama3.gguf", "smollm.gguf",
                                         "spm_prefix.gguf", "spm_plain.gguf"));

// What these models can spell comes back, with U+FFFD for broken bytes in byte-level BPE. In
// SentencePiece, as llama.cpp does it, a broken character can swallow the blank behind it.
TEST(RoundTrip, DecodeGivesTheTextBack) {
  const auto seed = os::ReadWholeFile(GoldenFolder() + "seed.txt", 1 << 20);
  ASSERT_TRUE(seed.has_value());
  const MixedText text(*seed);
  for (const std::string name :
       {"llama3.gguf", "smollm.gguf", "spm_plain.gguf", "llama3.json", "gpt2.json"}) {
    const auto tokenizer = Open(GoldenFolder() + name);
    ASSERT_NE(tokenizer, nullptr);
    for (uint64_t i = 0; i < 20'000; i += kEvery) {
      const std::string item = i % 100 == 0 ? text.Chunk(i / 100) : text.ShortString(i);
      if (name.starts_with("spm") && !IsValidUtf8(item)) continue;
      const std::string want = ReplaceInvalidUtf8(item);
      for (const Specials specials : {Specials::kText, Specials::kParse}) {
        const std::vector<Token> tokens = tokenizer->Encode(item, specials);
        ASSERT_EQ(tokenizer->Decode(tokens, true), want) << name << " item " << i;
      }
      std::string streamed;
      StreamDecoder stream(*tokenizer, true);
      for (const Token token : tokenizer->Encode(item, Specials::kText)) {
        streamed += stream.Push(token);
      }
      streamed += stream.Flush();
      ASSERT_EQ(streamed, want) << name << " item " << i;
    }
  }
}

class RealVocabularyIds : public testing::TestWithParam<const char*> {};
TEST_P(RealVocabularyIds, EqualTheReference) {
  const char* folder = std::getenv("HEARTH_TEST_MODELS");
  if (folder == nullptr) GTEST_SKIP() << "HEARTH_TEST_MODELS is not set";
  const std::string path = std::string(folder) + "/" + GetParam();
  if (!os::FileExists(path)) GTEST_SKIP() << path << " is absent";
  Compare(path, GetParam());
}
INSTANTIATE_TEST_SUITE_P(Golden, RealVocabularyIds,
                         testing::Values("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                                         "smollm2-135m-instruct-q4_1.gguf",
                                         "gemma3-270m-q4_k_m.gguf", "ggml-vocab-llama-bpe.gguf",
                                         "ggml-vocab-llama-spm.gguf"));

}  // namespace
}  // namespace hearth::text
