// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/random_vocabulary.h"

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hearth::formats {
namespace {

// Token types of GGUF.
constexpr int32_t kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6;

constexpr std::array<std::string_view, 24> kWords = {
    " the",  " and",  " you",   " that",  " this",  " what",  " is",    " in",
    "hello", "world", "one",    "two",    "are",    "ing",    "tion",   "er",
    "on",    "at",    "\u4f60", "\u597d", "\u7684", "\u662f", "\u4e0d", "\u6211"};

constexpr std::string_view kChatMl =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] "
    "+ '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ "
    "'<|im_start|>assistant\\n' }}{% endif %}";
constexpr std::string_view kGemmaTemplate =
    "{{ bos_token }}{% for message in messages %}{% set role = 'model' if message['role'] == "
    "'assistant' else message['role'] %}{{ '<start_of_turn>' + role + '\\n' + message['content'] | "
    "trim + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ "
    "'<start_of_turn>model\\n' }}{% endif %}";

std::string Utf8(uint32_t code) {  // below 0x800
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  return {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 0x3f))};
}

// GPT-2's spelling of bytes: printable Latin-1 stands for itself, the others for 256, 257, ...
std::array<std::string, 256> ByteSpellings() {
  std::array<std::string, 256> out;
  uint32_t next = 256;
  for (uint32_t byte = 0; byte < 256; ++byte) {
    const bool printable =
        (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    out[byte] = Utf8(printable ? byte : next++);
  }
  return out;
}

// A different pronounceable word for each number.
std::string MadeUpWord(uint32_t number) {
  constexpr std::string_view kConsonants = "bdfgklmnprstvz";
  constexpr std::string_view kVowels = "aeiou";
  std::string word;
  uint32_t rest = number;
  do {
    word += kConsonants[rest % kConsonants.size()];
    rest /= static_cast<uint32_t>(kConsonants.size());
    word += kVowels[rest % kVowels.size()];
    rest /= static_cast<uint32_t>(kVowels.size());
  } while (rest > 0);
  return word + "x";  // in no real word of the list, so that spellings never meet
}

struct Vocabulary {
  std::vector<std::string> tokens;
  std::vector<int32_t> types;
  std::vector<float> scores;
  std::set<std::string, std::less<>> spellings;

  bool Add(std::string token, int32_t type, float score) {
    if (!spellings.insert(token).second) return false;
    tokens.push_back(std::move(token));
    types.push_back(type);
    scores.push_back(score);
    return true;
  }
  uint32_t size() const { return static_cast<uint32_t>(tokens.size()); }
};

void WriteShared(GgufWriter& writer, const Vocabulary& vocabulary, std::string_view model) {
  writer.AddString("tokenizer.ggml.model", model);
  writer.AddStrings("tokenizer.ggml.tokens", vocabulary.tokens);
  writer.AddI32s("tokenizer.ggml.token_type", vocabulary.types);
}

}  // namespace

void AddBpeVocabulary(GgufWriter& writer, uint32_t size) {
  HEARTH_CHECK(size >= 512);
  const auto bytes = ByteSpellings();
  Vocabulary vocabulary;
  for (const std::string& byte : bytes) vocabulary.Add(byte, kNormal, 0);
  std::vector<std::string> merges;
  for (const std::string_view word : kWords) {
    std::string left = bytes[static_cast<uint8_t>(word[0])];
    for (const char c : word.substr(1)) {
      const std::string& right = bytes[static_cast<uint8_t>(c)];
      if (vocabulary.Add(left + right, kNormal, 0)) merges.push_back(left + ' ' + right);
      left += right;
    }
  }
  for (uint32_t i = 0; vocabulary.size() + 3 < size; ++i) {
    vocabulary.Add("\u0120" + MadeUpWord(i), kNormal, 0);
  }
  const uint32_t specials = vocabulary.size();
  for (const char* token : {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}) {
    vocabulary.Add(token, kControl, 0);
  }
  WriteShared(writer, vocabulary, "gpt2");
  writer.AddString("tokenizer.ggml.pre", "gpt-2");
  writer.AddStrings("tokenizer.ggml.merges", merges);
  writer.AddU32("tokenizer.ggml.bos_token_id", specials);
  writer.AddU32("tokenizer.ggml.eos_token_id", specials + 2);
  writer.AddU32("tokenizer.ggml.padding_token_id", specials);
  writer.AddBool("tokenizer.ggml.add_bos_token", false);
  writer.AddString("tokenizer.chat_template", kChatMl);
}

void AddSpmVocabulary(GgufWriter& writer, uint32_t size) {
  HEARTH_CHECK(size >= 512);
  Vocabulary vocabulary;
  vocabulary.Add("<pad>", kControl, -1000);
  vocabulary.Add("<eos>", kControl, -1000);
  vocabulary.Add("<bos>", kControl, -1000);
  vocabulary.Add("<unk>", kUnknown, -1000);
  vocabulary.Add("<start_of_turn>", kControl, -1000);
  vocabulary.Add("<end_of_turn>", kControl, -1000);
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary.Add(fmt::format("<0x{:02X}>", byte), kByte, -1000);
  }
  // Longer pieces are merged later: a score is minus the position of its merge.
  float score = -1;
  for (std::string_view word : kWords) {
    const bool spaced = word[0] == ' ';
    if (spaced) word.remove_prefix(1);
    std::string piece = spaced ? "\u2581" : "";
    const bool ascii = static_cast<uint8_t>(word[0]) < 0x80;
    for (size_t i = 0; i < word.size(); ++i) {
      piece += word[i];
      if ((ascii && (spaced || i > 0)) || i + 1 == word.size())
        vocabulary.Add(piece, kNormal, score--);
    }
  }
  vocabulary.Add("\u2581", kNormal, -500);
  for (char c = '!'; c <= '~'; ++c)
    vocabulary.Add(std::string(1, c), kNormal, -501 - static_cast<float>(c));
  for (uint32_t i = 0; vocabulary.size() < size; ++i) {
    vocabulary.Add("\u2581" + MadeUpWord(i), kNormal, -1000 - static_cast<float>(i));
  }
  WriteShared(writer, vocabulary, "llama");
  writer.AddString("tokenizer.ggml.pre", "default");
  writer.AddF32s("tokenizer.ggml.scores", vocabulary.scores);
  writer.AddU32("tokenizer.ggml.bos_token_id", 2);
  writer.AddU32("tokenizer.ggml.eos_token_id", 1);
  writer.AddU32("tokenizer.ggml.unknown_token_id", 3);
  writer.AddU32("tokenizer.ggml.padding_token_id", 0);
  writer.AddBool("tokenizer.ggml.add_bos_token", true);
  writer.AddBool("tokenizer.ggml.add_eos_token", false);
  writer.AddBool("tokenizer.ggml.add_space_prefix", false);
  writer.AddString("tokenizer.chat_template", kGemmaTemplate);
}

}  // namespace hearth::formats
