// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/random_vocabulary.h"

#include <gtest/gtest.h>

#include <set>

#include "formats/catalogue.h"

namespace hearth::formats {
namespace {

TEST(RandomVocabulary, HasNoSpellingTwiceAndClosedMerges) {
  const std::string path = testing::TempDir() + "/random_vocabulary";
  for (const auto add : {AddBpeVocabulary, AddSpmVocabulary}) {
    for (const uint32_t size : {512u, 513u, 50'000u}) {
      GgufWriter writer;
      add(writer, size);
      Result<os::File> file = os::File::OpenWrite(path);
      ASSERT_TRUE(file && writer.Start(*file));
      const Result<Catalogue> model = OpenModel(path);
      ASSERT_TRUE(model) << model.error().Text();
      const auto& tokens = *model->Array<std::string>("tokenizer.ggml.tokens");
      EXPECT_EQ(tokens.size(), size);
      EXPECT_EQ(model->Array<int64_t>("tokenizer.ggml.token_type")->size(), size);
      const std::set<std::string> unique(tokens.begin(), tokens.end());
      EXPECT_EQ(unique.size(), tokens.size());
      const auto* merges = model->Array<std::string>("tokenizer.ggml.merges");
      EXPECT_EQ(merges == nullptr, add == AddSpmVocabulary);
      for (const std::string& merge : merges == nullptr ? std::vector<std::string>() : *merges) {
        const size_t space = merge.find(' ');
        EXPECT_TRUE(unique.contains(merge.substr(0, space))) << merge;
        EXPECT_TRUE(unique.contains(merge.substr(space + 1))) << merge;
        EXPECT_TRUE(unique.contains(merge.substr(0, space) + merge.substr(space + 1))) << merge;
      }
    }
  }
}

}  // namespace
}  // namespace hearth::formats
