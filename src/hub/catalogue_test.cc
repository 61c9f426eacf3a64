// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/catalogue.h"

#include <gtest/gtest.h>

#include "hub/sources.h"
#include "hub/test_support.h"

namespace hearth::hub {
namespace {

TEST(HubName, AllowsNamesAndNothingElse) {
  for (const char* name : {"a", "0", "qwen2.5-coder:1.5b", "smollm2:135m", "a_b.c-d", "a..b",
                           "a:..", "a:-", "llama3"}) {
    EXPECT_TRUE(ValidName(name)) << name;
  }
  EXPECT_TRUE(ValidName(fmt::format("{:a>64}:{:b>64}", "", "")));
  const auto corpus = TraversalCorpus();
  EXPECT_GE(corpus.size(), 500u);
  for (const std::string& name : corpus) EXPECT_FALSE(ValidName(name)) << name;
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const bool first = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
    const bool later = first || byte == '.' || byte == '_' || byte == '-';
    EXPECT_EQ(ValidName(std::string(1, byte)), first) << c;
    EXPECT_EQ(ValidName(std::string{'a', byte, 'b'}), later || byte == ':') << c;
    EXPECT_EQ(ValidName(std::string{'a', ':', byte}), later) << c;
  }
}

TEST(Catalogue, BuiltInRowsAreSound) {
  const TempFolder folder;
  const auto catalogue = Catalogue(folder.path()).value();
  ASSERT_EQ(catalogue.size(), 3u);
  const CatalogueEntry* starter = Find(catalogue, "starter");
  ASSERT_NE(starter, nullptr);
  EXPECT_EQ(starter->name, "qwen2.5-coder:1.5b");
  EXPECT_EQ(starter->size, 1117320768u);
  EXPECT_EQ(starter->license, "Apache-2.0");
  ASSERT_EQ(starter->sources.size(), 2u);
  EXPECT_EQ(starter->sources[0].kind, "huggingface");
  EXPECT_EQ(starter->sources[1].parts.size(), 22u);
  EXPECT_NE(Find(catalogue, "smollm2:135m"), nullptr);
  EXPECT_NE(Find(catalogue, "qwen2.5-coder:0.5b"), nullptr);
  EXPECT_EQ(Find(catalogue, "gemma3:270m"), nullptr);
  for (const CatalogueEntry& row : catalogue) {
    EXPECT_FALSE(row.description_en.empty());
    EXPECT_FALSE(row.description_zh.empty());
    for (const Source& source : row.sources) EXPECT_NE(FindSourceKind(source.kind), nullptr);
  }
}

TEST(Catalogue, UserRowsAreAdded) {
  const TempFolder folder;
  WriteCatalogue(folder.path(), {FakeModel{}});
  const auto catalogue = Catalogue(folder.path()).value();
  EXPECT_EQ(catalogue.size(), 4u);
  EXPECT_EQ(Find(catalogue, "alias-of-toy"), Find(catalogue, "toy:1"));
}

TEST(Catalogue, UserRowsCannotTakeNames) {
  const TempFolder folder;
  for (const char* name : {"starter", "smollm2:135m"}) {
    WriteCatalogue(folder.path(), {FakeModel{.name = name}});
    const auto catalogue = Catalogue(folder.path());
    ASSERT_FALSE(catalogue);
    EXPECT_EQ(catalogue.error().id(), "hub.catalogue_taken");
  }
}

// `text` with the first `from` replaced by `to`.
std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  HEARTH_CHECK(at != text.npos);
  return text.replace(at, from.size(), to);
}

TEST(Catalogue, EveryFieldIsChecked) {
  FakeModel model;
  model.packages = 2;
  const std::string good = R"({"format":1,"models":[)" + model.Row() + "]}";
  ASSERT_TRUE(ParseCatalogue(good, "x"));
  struct Row {
    const char* from;
    const char* to;
    const char* id;
  };
  const Row rows[] = {
      {"\"format\":1", "\"format\":0", "hub.catalogue"},
      {"\"format\":1", "\"format\":\"1\"", "hub.catalogue"},
      {"\"format\":1", "\"format\":1.0", "hub.catalogue"},
      {"\"format\":1", "\"format\":2", "hub.newer"},
      {"\"format\":1,", "", "hub.catalogue"},
      {"\"models\":[", "\"models\":1,\"x\":[", "hub.catalogue"},
      {"\"toy:1\"", "\"../toy\"", "hub.catalogue"},
      {"\"toy:1\"", "7", "hub.catalogue"},
      {"\"alias-of-toy\"", "\"A\"", "hub.catalogue"},
      {"\"alias-of-toy\"", "\"toy:1\"", "hub.catalogue_taken"},
      {"[\"alias-of-toy\"]", "\"a\"", "hub.catalogue"},
      {"\"MIT\"", "\"\"", "hub.catalogue"},
      {"\"MIT\"", "\"a\\u0000b\"", "hub.catalogue"},
      {"\"size\":300000", "\"size\":0", "hub.catalogue"},
      {"\"size\":300000", "\"size\":-1", "hub.catalogue"},
      {"\"size\":300000", "\"size\":18446744073709551615", "hub.catalogue"},
      {"\"size\":300000", "\"size\":1e99", "hub.catalogue"},
      {"\"size\":300000", "\"size\":300001", "hub.catalogue"},  // the parts no longer add up
      {"\"huggingface\"", "\"Hugging Face\"", "hub.catalogue"},
      {"\"maker/toy\"", "\"maker\"", "hub.catalogue"},
      {"\"maker/toy\"", "\"maker/toy/x\"", "hub.catalogue"},
      {"\"maker/toy\"", "\"../toy\"", "hub.catalogue"},
      {"\"maker/toy\"", "\"a/b?x=\"", "hub.catalogue"},
      {"\"01234567890", "\"main", "hub.catalogue"},
      {"\"toy.gguf\"", "\"/etc/passwd\"", "hub.catalogue"},
      {"\"toy.gguf\"", "\"a/../b\"", "hub.catalogue"},
      {"\"toy.gguf\"", "\"a#b\"", "hub.catalogue"},
      {"\"toy-part1\"", "\"--index-url=http://evil\"", "hub.catalogue"},
      {"\"toy-part1\"", "\"-r\"", "hub.catalogue"},
      {"\"toy-part1\"", "\"../x\"", "hub.catalogue"},
      {"\"toy-part1\"", "\"a[extra]\"", "hub.catalogue"},
      {"\"version\":\"1\"", "\"version\":\">=1\"", "hub.catalogue"},
      {"\"version\":\"1\"", "\"version\":1", "hub.catalogue"},
      {"\"*/data/part1.bin\"", "\"../part1.bin\"", "hub.catalogue"},
      {"\"*/data/part1.bin\"", "\"\"", "hub.catalogue"},
      {"\"size\":150000", "\"size\":149999", "hub.catalogue"},
      {"\"parts\":[", "\"parts\":[7,", "hub.catalogue"},
      {"\"sources\":[", "\"sources\":[],\"x\":[", "hub.catalogue"},
      {"\"license\"", "\"description\":{\"en\":\"a\"},\"license\"", "hub.catalogue"},
      {"\"license\"", "\"description\":{\"en\":\"a\\u001b[2J\",\"zh\":\"a\"},\"license\"",
       "hub.catalogue"},
      {"{\"format\"", "{{\"format\"", "json.invalid"},
  };
  for (const Row& row : rows) {
    const auto parsed = ParseCatalogue(Replaced(good, row.from, row.to), "the-file");
    ASSERT_FALSE(parsed) << row.from << " -> " << row.to;
    EXPECT_EQ(parsed.error().id(), row.id) << row.to;
    EXPECT_NE(parsed.error().Text(Lang::kEnglish).find("the-file"), std::string::npos);
  }
  for (const char* key : {"\"sha256\":\"", "\"name\":\""}) {
    EXPECT_FALSE(ParseCatalogue(Replaced(good, key, std::string(key) + "/"), "x")) << key;
  }
  const std::string upper = Replaced(good, Sha256Of(model.content), std::string(64, 'A'));
  EXPECT_EQ(ParseCatalogue(upper, "x").error().id(), "hub.catalogue");
}

TEST(Catalogue, NewerRowsAreTolerated) {
  const FakeModel model;
  const std::string text =
      Replaced(R"({"future":[1],"format":1,"models":[)" + model.Row() + "]}", "\"sources\":[",
               "\"new\":{},\"sources\":[{\"kind\":\"orbit\"},");
  const auto rows = ParseCatalogue(text, "x");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->at(0).sources.at(0).kind, "orbit");
  EXPECT_EQ(FindSourceKind("orbit"), nullptr);
}

TEST(Catalogue, TraversalCorpusInEveryNameField) {
  FakeModel model;
  model.packages = 1;
  const std::string good = R"({"format":1,"models":[)" + model.Row() + "]}";
  for (const std::string& bad : TraversalCorpus()) {
    std::string escaped;
    for (const char c : bad) {
      const auto byte = static_cast<unsigned char>(c);
      escaped += byte < 32 || byte > 126 || c == '"' || c == '\\' ? fmt::format("\\u{:04x}", byte)
                                                                  : std::string(1, c);
    }
    for (const char* field : {"\"toy:1\"", "\"alias-of-toy\"", "\"maker/toy\"", "\"toy-part1\""}) {
      // "x/x" and the like are fine for a repository, as "a,b" is for none of them.
      const auto rows = ParseCatalogue(Replaced(good, field, fmt::format("\"{}\"", escaped)), "x");
      if (!rows) continue;
      EXPECT_EQ(std::string(field), "\"toy-part1\"") << bad;  // 65 letters are a package's right
      EXPECT_EQ(rows->at(0).sources.at(1).parts.at(0).package, std::string(65, 'a'));
    }
  }
}

TEST(Catalogue, LimitsOfCounts) {
  FakeModel model;
  model.content = "x";
  const std::string row = model.Row();
  const auto with = [&](size_t count) {
    std::string rows;
    for (size_t i = 0; i < count; ++i) {
      const std::string named = Replaced(row, "toy:1", fmt::format("m:{}", i));
      rows.append(i == 0 ? "" : ",").append(Replaced(named, "alias-of-toy", fmt::format("a{}", i)));
    }
    return ParseCatalogue(R"({"format":1,"models":[)" + rows + "]}", "x").has_value();
  };
  EXPECT_TRUE(with(kMaxCatalogueModels));
  EXPECT_FALSE(with(kMaxCatalogueModels + 1));
  EXPECT_EQ(ParseCatalogue(std::string(kMaxCatalogueBytes + 1, ' '), "x").error().id(),
            "file.too_large");
}

}  // namespace
}  // namespace hearth::hub
