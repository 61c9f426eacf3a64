// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// Vocabularies that lie: each is refused with a message that names the place.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>

#include "text/token_table.h"
#include "text/tokenizer.h"

namespace hearth::text {
namespace {

using formats::Catalogue;
using Tokens = std::vector<Token>;

std::vector<std::string>& Strings(Catalogue& c, const std::string& key) {
  return std::get<std::vector<std::string>>(c.metadata["tokenizer.ggml." + key]);
}

Catalogue ByteBpe() {
  Catalogue c;
  c.metadata["tokenizer.ggml.model"] = std::string("gpt2");
  c.metadata["tokenizer.ggml.pre"] = std::string("qwen2");
  c.metadata["tokenizer.ggml.tokens"] = std::vector<std::string>{"a", "b", "ab", "<s>"};
  c.metadata["tokenizer.ggml.token_type"] = std::vector<int64_t>{1, 1, 1, 3};
  c.metadata["tokenizer.ggml.merges"] = std::vector<std::string>{"a b"};
  return c;
}

Catalogue ScoreBpe() {
  Catalogue c;
  std::vector<std::string> tokens = {"<unk>", "<s>"};
  std::vector<int64_t> types = {2, 3};
  for (int b = 0; b < 256; ++b) {
    tokens.push_back(fmt::format("<0x{:02X}>", b));
    types.push_back(6);
  }
  for (const char* token : {"a", "b", "ab", "\xE2\x96\x81"}) {
    tokens.emplace_back(token);
    types.push_back(1);
  }
  c.metadata["tokenizer.ggml.model"] = std::string("llama");
  c.metadata["tokenizer.ggml.scores"] = std::vector<float>(tokens.size(), -1.0f);
  c.metadata["tokenizer.ggml.tokens"] = std::move(tokens);
  c.metadata["tokenizer.ggml.token_type"] = std::move(types);
  c.metadata["tokenizer.ggml.bos_token_id"] = uint64_t{1};
  return c;
}

struct Case {
  const char* name;
  const char* message;  // id of the expected message
  Catalogue (*make)();
  std::function<void(Catalogue&)> harm;
};

std::vector<Case> ByteCases() {
  return {
      {"no model", "text.tokenizer_missing", ByteBpe,
       [](Catalogue& c) { c.metadata.erase("tokenizer.ggml.model"); }},
      {"unknown model", "text.tokenizer_unsupported", ByteBpe,
       [](Catalogue& c) { c.metadata["tokenizer.ggml.model"] = std::string("rwkv"); }},
      {"model is a number", "formats.metadata_kind", ByteBpe,
       [](Catalogue& c) { c.metadata["tokenizer.ggml.model"] = uint64_t{1}; }},
      {"no tokens", "text.tokenizer_missing", ByteBpe,
       [](Catalogue& c) { c.metadata.erase("tokenizer.ggml.tokens"); }},
      {"tokens are numbers", "text.tokenizer_missing", ByteBpe,
       [](Catalogue& c) { c.metadata["tokenizer.ggml.tokens"] = std::vector<float>{1}; }},
      {"empty", "text.tokenizer_missing", ByteBpe,
       [](Catalogue& c) {
         Strings(c, "tokens").clear();
         c.metadata["tokenizer.ggml.token_type"] = std::vector<int64_t>{};
         Strings(c, "merges").clear();
       }},
      {"unknown pre-tokenizer", "text.tokenizer_unsupported", ByteBpe,
       [](Catalogue& c) { c.metadata["tokenizer.ggml.pre"] = std::string("nobody"); }},
      {"no pre-tokenizer", "text.tokenizer_missing", ByteBpe,
       [](Catalogue& c) { c.metadata.erase("tokenizer.ggml.pre"); }},
      {"duplicate tokens", "text.tokenizer_duplicate", ByteBpe,
       [](Catalogue& c) { Strings(c, "tokens")[1] = std::string("a"); }},
      {"huge token", "text.tokenizer_token_too_long", ByteBpe,
       [](Catalogue& c) { Strings(c, "tokens")[1].assign(kMaxTokenBytes + 1, 'x'); }},
      {"too few types", "text.tokenizer_length", ByteBpe,
       [](Catalogue& c) { c.metadata["tokenizer.ggml.token_type"] = std::vector<int64_t>{1}; }},
      {"unknown type", "text.tokenizer_kind", ByteBpe,
       [](Catalogue& c) {
         c.metadata["tokenizer.ggml.token_type"] = std::vector<int64_t>{1, 1, 7, 3};
       }},
      {"negative type", "text.tokenizer_kind", ByteBpe,
       [](Catalogue& c) {
         c.metadata["tokenizer.ggml.token_type"] = std::vector<int64_t>{1, 1, -1, 3};
       }},
      {"types are text", "text.tokenizer_field", ByteBpe,
       [](Catalogue& c) {
         c.metadata["tokenizer.ggml.token_type"] = std::vector<std::string>{"1"};
       }},
      {"no merges", "text.tokenizer_field", ByteBpe,
       [](Catalogue& c) { c.metadata.erase("tokenizer.ggml.merges"); }},
      {"merge of one", "text.tokenizer_merge_form", ByteBpe,
       [](Catalogue& c) { Strings(c, "merges")[0] = std::string("ab"); }},
      {"merge without right", "text.tokenizer_merge_form", ByteBpe,
       [](Catalogue& c) { Strings(c, "merges")[0] = std::string("a "); }},
      {"merge names a missing token", "text.tokenizer_merge_token", ByteBpe,
       [](Catalogue& c) { Strings(c, "merges")[0] = std::string("a c"); }},
      {"merge makes a missing token", "text.tokenizer_merge_token", ByteBpe,
       [](Catalogue& c) { Strings(c, "merges")[0] = std::string("b a"); }},
      {"merge twice", "text.tokenizer_merge_twice", ByteBpe,
       [](Catalogue& c) { Strings(c, "merges").push_back("a b"); }},
      {"eos out of range", "text.tokenizer_id", ByteBpe,
       [](Catalogue& c) { c.metadata["tokenizer.ggml.eos_token_id"] = uint64_t{4}; }},
      {"eos beyond 32 bits", "text.tokenizer_id", ByteBpe,
       [](Catalogue& c) { c.metadata["tokenizer.ggml.eos_token_id"] = uint64_t{1} << 32; }},
      {"eot out of range", "text.tokenizer_id", ByteBpe,
       [](Catalogue& c) { c.metadata["tokenizer.ggml.eot_token_id"] = uint64_t{99}; }},
      {"adds a bos it does not have", "text.tokenizer_id", ByteBpe,
       [](Catalogue& c) { c.metadata["tokenizer.ggml.add_bos_token"] = uint64_t{1}; }},
  };
}

std::vector<Case> ScoreCases() {
  return {
      {"no scores", "text.tokenizer_missing", ScoreBpe,
       [](Catalogue& c) { c.metadata.erase("tokenizer.ggml.scores"); }},
      {"too few scores", "text.tokenizer_length", ScoreBpe,
       [](Catalogue& c) { c.metadata["tokenizer.ggml.scores"] = std::vector<float>{1, 2}; }},
      {"NaN score", "text.tokenizer_score", ScoreBpe,
       [](Catalogue& c) {
         std::get<std::vector<float>>(c.metadata["tokenizer.ggml.scores"])[5] = std::nanf("");
       }},
      {"infinite score", "text.tokenizer_score", ScoreBpe,
       [](Catalogue& c) {
         std::get<std::vector<float>>(c.metadata["tokenizer.ggml.scores"])[5] = INFINITY;
       }},
      {"byte token of another form", "text.tokenizer_byte_token", ScoreBpe,
       [](Catalogue& c) { Strings(c, "tokens")[9] = std::string("<0xZZ>"); }},
      {"a byte without token", "text.tokenizer_no_bytes", ScoreBpe,
       [](Catalogue& c) {
         std::get<std::vector<int64_t>>(c.metadata["tokenizer.ggml.token_type"])[9] = 1;
       }},
  };
}

TEST(HostileVocabulary, IsRefusedByName) {
  std::vector<Case> cases = ByteCases();
  for (Case& more : ScoreCases()) cases.push_back(std::move(more));
  for (const Case& hostile : cases) {
    Catalogue catalogue = hostile.make();
    ASSERT_TRUE(Tokenizer::FromCatalogue(catalogue).has_value()) << hostile.name;
    hostile.harm(catalogue);
    const auto tokenizer = Tokenizer::FromCatalogue(catalogue);
    ASSERT_FALSE(tokenizer.has_value()) << hostile.name;
    EXPECT_EQ(tokenizer.error().id(), hostile.message) << hostile.name;
    EXPECT_NE(tokenizer.error().Text(Lang::kEnglish), tokenizer.error().Text(Lang::kChinese));
  }
}

TEST(HostileVocabulary, JsonIsRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "json.invalid"},
      {"[1", "json.invalid"},
      {"[]", "text.tokenizer_missing"},
      {R"({"model": {}})", "text.tokenizer_unsupported"},
      {R"({"model": {"type": "WordPiece"}})", "text.tokenizer_unsupported"},
      {R"({"model": {"type": "BPE"}})", "text.tokenizer_field"},
      {R"({"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}})", "text.tokenizer_field"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 99999999}, "merges": []}})",
       "text.tokenizer_id"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []}})",
       "text.tokenizer_id_twice"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 0, "a": 1}, "merges": []}})",
       "text.tokenizer_duplicate"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}})",
       "text.tokenizer_merge_form"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}})",
       "text.tokenizer_merge_form"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}})",
       "text.tokenizer_merge_token"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": "u"}})",
       "text.tokenizer_missing"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "end_of_word_suffix": "</w>"}})",
       "text.tokenizer_unsupported"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
           "normalizer": {"type": "Lowercase"}})",
       "text.tokenizer_unsupported"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
           "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated"}})",
       "text.tokenizer_unsupported"},
      {R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
           "added_tokens": [{"id": 0, "content": "b"}]})",
       "text.tokenizer_id_twice"},
      {R"({"model": {"type": "Unigram", "vocab": [["a"]]}})", "text.tokenizer_field"},
      {R"({"model": {"type": "Unigram", "vocab": [["a", 0]], "unk_id": 7}})", "text.tokenizer_id"},
      {R"({"model": {"type": "Unigram", "vocab": [["a", 0]]}})", "text.tokenizer_no_bytes"},
  };
  for (const auto& [json, message] : cases) {
    const auto tokenizer = Tokenizer::FromJson(json);
    ASSERT_FALSE(tokenizer.has_value()) << json;
    EXPECT_EQ(tokenizer.error().id(), message) << json;
  }
}

// A control token is reached by the template alone, never by what a user or a document says.
TEST(HostileVocabulary, TextNeverBecomesAControlToken) {
  Catalogue catalogue = ByteBpe();
  catalogue.metadata["tokenizer.ggml.token_type"] = std::vector<int64_t>{1, 1, 3, 3};  // "ab"
  const auto merged = Tokenizer::FromCatalogue(catalogue);
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ((*merged)->Encode("ab", Specials::kText), (Tokens{0, 1}));
  EXPECT_EQ((*merged)->Encode("ab", Specials::kParse), (Tokens{2}));

  // tokenizer.json: as the result of a merge, and as an id that is listed twice.
  for (const char* json :
       {R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]},
            "added_tokens": [{"id": 2, "content": "ab", "special": true}]})",
        R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []},
            "normalizer": {"type": "NFC"}, "added_tokens": [{"id": 2, "content": "ab"},
                             {"id": 2, "content": "ab", "normalized": true, "special": true}]})"}) {
    const auto tokenizer = Tokenizer::FromJson(json);
    ASSERT_TRUE(tokenizer.has_value()) << json;
    EXPECT_EQ((*tokenizer)->Encode("ab", Specials::kText), (Tokens{0, 1})) << json;
    EXPECT_EQ((*tokenizer)->Encode("ab", Specials::kParse), (Tokens{2})) << json;
  }
}

// One letter, no blanks, a megabyte: not quadratic. The bound is far above what it needs (about a
// second in an instrumented build); a quadratic pass would take hours.
TEST(HostileText, LongWordsAreEncodedInTime) {
  for (const Catalogue& catalogue : {ByteBpe(), ScoreBpe()}) {
    const auto tokenizer = Tokenizer::FromCatalogue(catalogue);
    ASSERT_TRUE(tokenizer.has_value());
    std::string text;
    while (text.size() < 1'000'000) text += "ab";
    const Tokens tokens = (*tokenizer)->Encode(text, Specials::kText);
    EXPECT_LE(tokens.size(), 500'001u);
    text.assign(1'000'000, 'a');
    const Tokens letters = (*tokenizer)->Encode(text, Specials::kText);
    EXPECT_GE(letters.size(), 1'000'000u);
  }
}

TEST(HostileText, OverlappingSpecials) {
  Catalogue catalogue = ByteBpe();
  Strings(catalogue, "tokens") = {"a", "b", "ab", "aa", "aaaa", "aab"};
  catalogue.metadata["tokenizer.ggml.token_type"] = std::vector<int64_t>{1, 1, 1, 4, 4, 4};
  const auto tokenizer = Tokenizer::FromCatalogue(catalogue);
  ASSERT_TRUE(tokenizer.has_value());
  // The longest token takes its places first, wherever they are.
  EXPECT_EQ((*tokenizer)->Encode("aab", Specials::kText), (Tokens{5}));
  EXPECT_EQ((*tokenizer)->Encode("aaaab", Specials::kText), (Tokens{4, 1}));
  EXPECT_EQ((*tokenizer)->Encode("aaaaaab", Specials::kText), (Tokens{4, 5}));
  const Tokens many = (*tokenizer)->Encode(std::string(1'000'003, 'a'), Specials::kText);
  EXPECT_EQ(many.size(), 250'002u);  // 250,000 of four, one of two, one letter
}

}  // namespace
}  // namespace hearth::text
