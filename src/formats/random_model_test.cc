// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/random_model.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "formats/catalogue.h"

namespace hearth::formats {
namespace {

std::string Path(const std::string& name) {
  return testing::TempDir() + "/random_" + name;
}

TEST(RandomModel, TinyModelsOpenWithEveryType) {
  for (const char* preset : {"tiny-llama", "tiny-qwen2", "tiny-gemma3"}) {
    const RandomModelSpec* spec = FindRandomModelPreset(preset);
    ASSERT_NE(spec, nullptr);
    for (const quant::TypeRow& row : quant::Types()) {
      const std::string path = Path(preset);
      ASSERT_TRUE(WriteRandomModel(path, *spec, row.name, 1));
      const Result<Catalogue> model = OpenModel(path);
      ASSERT_TRUE(model) << model.error().Text();
      EXPECT_EQ(model->Text("general.architecture").value(), spec->architecture);
      EXPECT_EQ(model->Array<std::string>("tokenizer.ggml.tokens")->size(), spec->vocabulary);
      const TensorInfo* down = model->Find("blk.1.ffn_down.weight");
      ASSERT_NE(down, nullptr);
      EXPECT_EQ(down->type, row.type);
      EXPECT_EQ(down->rows(), spec->width);
      EXPECT_EQ(down->columns(), spec->feed_forward);
      EXPECT_EQ(model->Find("output.weight") == nullptr, spec->tied);
      EXPECT_EQ(model->total_bytes, std::filesystem::file_size(path));
    }
  }
}

TEST(RandomModel, TheSeedDecidesEveryByte) {
  const RandomModelSpec& spec = *FindRandomModelPreset("tiny-qwen2");
  std::string contents[3];
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(WriteRandomModel(Path("seed"), spec, "Q4_K_M", i == 2 ? 6 : 5));
    contents[i] = os::ReadWholeFile(Path("seed"), 1 << 24).value();
  }
  EXPECT_EQ(contents[0], contents[1]);
  EXPECT_NE(contents[0], contents[2]);
}

TEST(RandomModel, MixturesAndFallbacks) {
  const RandomModelSpec& tiny = *FindRandomModelPreset("tiny-llama");
  ASSERT_TRUE(WriteRandomModel(Path("mix"), tiny, "Q4_K_M", 1));
  const Result<Catalogue> mixed = OpenModel(Path("mix"));
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->Find("output.weight")->type, quant::Type::kQ6_K);
  EXPECT_EQ(mixed->Find("blk.0.attn_q.weight")->type, quant::Type::kQ4_K);
  RandomModelSpec odd = tiny;
  odd.width = 96;
  ASSERT_TRUE(WriteRandomModel(Path("mix"), odd, "Q4_K_M", 1));
  const Result<Catalogue> fallen = OpenModel(Path("mix"));
  ASSERT_TRUE(fallen);
  EXPECT_EQ(fallen->Find("output.weight")->type, quant::Type::kQ8_0);
  EXPECT_EQ(fallen->Find("blk.0.attn_q.weight")->type, quant::Type::kQ5_0);
  EXPECT_EQ(fallen->Find("blk.0.attn_output.weight")->type, quant::Type::kQ4_K);
}

TEST(RandomModel, RefusesUnknownTypes) {
  const Status status = WriteRandomModel(Path("none"), RandomModelPresets()[0], "Q9", 1);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().id(), "random_model.type");
  EXPECT_EQ(FindRandomModelPreset("no such"), nullptr);
}

}  // namespace
}  // namespace hearth::formats
