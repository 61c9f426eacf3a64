// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace hearth::text {
namespace {

using Words = std::vector<std::string>;

Words Split(std::string_view name, std::string_view text) {
  const NamedPreTokenizer* named = FindPreTokenizer(name);
  EXPECT_NE(named, nullptr) << name;
  Words words;
  WordScanner scanner(named->pre, text);
  for (auto w = scanner.Next(); !w.empty(); w = scanner.Next()) words.emplace_back(w);
  return words;
}

TEST(PreTokenizer, Rows) {
  const std::string_view text = "I'LL  pay $1234.5!\n\n ok ";
  EXPECT_EQ(Split("gpt-2", text),
            (Words{"I", "'", "LL", " ", " pay", " $", "1234", ".", "5", "!", "\n\n", " ok", " "}));
  EXPECT_EQ(Split("smollm", text), (Words{"I", "'", "LL", " ", " pay", " $", "1", "2", "3", "4",
                                          ".", "5", "!", "\n\n", " ok", " "}));
  EXPECT_EQ(Split("qwen2", text), (Words{"I", "'LL", " ", " pay", " $", "1", "2", "3", "4", ".",
                                         "5", "!\n\n", " ok", " "}));
  EXPECT_EQ(Split("llama-bpe", text),
            (Words{"I", "'LL", " ", " pay", " $", "123", "4", ".", "5", "!\n\n", " ok", " "}));
}

TEST(PreTokenizer, WordsCoverEveryText) {
  const std::string_view text = "a\t b\r\n\r\n  \xE4\xB8\xAD\xE6\x96\x87 e\xCC\x81' 's '\xC5\xBF 9";
  std::set<std::string_view> names;
  for (const NamedPreTokenizer& row : NamedPreTokenizers()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " twice";
    for (size_t begin = 0; begin < text.size(); ++begin) {
      if ((static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) continue;
      std::string joined;
      for (const std::string& word : Split(row.name, text.substr(begin))) joined += word;
      ASSERT_EQ(joined, text.substr(begin)) << row.name;
    }
  }
}

TEST(PreTokenizer, PatternsAreFound) {
  EXPECT_NE(FindSplitPattern(FindPreTokenizer("qwen2")->pre.rule->regex), nullptr);
  EXPECT_EQ(FindSplitPattern("(a+)+$"), nullptr);
  EXPECT_EQ(FindNumberPattern(R"(\p{N}{1,3})"), NumberStep::kThrees);
  EXPECT_EQ(FindPreTokenizer("nobody"), nullptr);
}

}  // namespace
}  // namespace hearth::text
