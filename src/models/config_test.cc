// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/config.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hearth::models {
namespace {

formats::Catalogue Llama() {
  formats::Catalogue c;
  c.metadata["general.architecture"] = std::string("llama");
  for (const auto& [key, value] :
       std::initializer_list<std::pair<const char*, uint64_t>>{{"llama.block_count", 12},
                                                               {"llama.embedding_length", 256},
                                                               {"llama.feed_forward_length", 512},
                                                               {"llama.attention.head_count", 8},
                                                               {"llama.attention.head_count_kv", 2},
                                                               {"llama.context_length", 4096}}) {
    c.metadata[key] = value;
  }
  return c;
}

std::string ErrorOf(const formats::Catalogue& c) {
  const auto config = ReadConfig(c);
  return config ? std::string() : std::string(config.error().id());
}

TEST(Config, LlamaDefaults) {
  const auto config = ReadConfig(Llama());
  ASSERT_TRUE(config) << config.error().Text();
  EXPECT_EQ(config->head_size, 32);
  EXPECT_EQ(config->group(), 4);
  EXPECT_EQ(config->pairing, RopePairing::kInterleaved);
  EXPECT_EQ(config->rope.base, 10000.0);
  EXPECT_EQ(config->rope.dims, 32);
  EXPECT_FLOAT_EQ(config->query_scale, 1 / std::sqrt(32.0f));
  EXPECT_TRUE(config->tied_head);
}

TEST(Config, GemmaAlternatesWindows) {
  formats::Catalogue c;
  for (const auto& [key, value] : Llama().metadata) {
    if (key.starts_with("llama.")) c.metadata["gemma3." + key.substr(6)] = value;
  }
  c.metadata["general.architecture"] = std::string("gemma3");
  c.metadata["gemma3.attention.sliding_window"] = uint64_t{512};
  c.metadata["gemma3.rope.freq_base"] = 1e6;
  c.metadata["gemma3.rope.scaling.type"] = std::string("linear");
  c.metadata["gemma3.rope.scaling.factor"] = 8.0;
  const auto config = ReadConfig(c);
  ASSERT_TRUE(config) << config.error().Text();
  for (size_t i = 0; i < 12; ++i) EXPECT_EQ(config->local[i], i % 6 != 5);
  EXPECT_EQ(config->rope.base, 1e6);
  EXPECT_EQ(config->rope.factor, 8.0);
  EXPECT_EQ(config->rope_local.base, 10000.0);
  EXPECT_EQ(config->rope_local.scaling, RopeScaling::kNone);
  EXPECT_FLOAT_EQ(config->embedding_scale, 16.0f);
}

TEST(Config, UnknownArchitectureNamesTheKnownOnes) {
  formats::Catalogue c = Llama();
  c.metadata["general.architecture"] = std::string("mamba");
  const auto config = ReadConfig(c);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code(), Code::kUnimplemented);
  const std::string text = config.error().Text(Lang::kEnglish);
  EXPECT_NE(text.find("not supported yet: mamba"), std::string::npos) << text;
  EXPECT_NE(text.find("llama, qwen2, gemma3"), std::string::npos) << text;
  c.metadata.erase("general.architecture");
  EXPECT_EQ(ErrorOf(c), "models.no_architecture");
}

TEST(Config, ImpossibleFieldsAreNamed) {
  struct Bad {
    const char* key;
    formats::Value value;
    const char* id;
  };
  const Bad bads[] = {
      {"llama.block_count", uint64_t{0}, "models.bad_key"},
      {"llama.block_count", uint64_t{1} << 40, "models.bad_key"},
      {"llama.embedding_length", ~uint64_t{0}, "models.bad_key"},
      {"llama.attention.head_count_kv", uint64_t{3}, "models.bad_key"},
      {"llama.attention.head_count", uint64_t{0}, "models.bad_key"},
      {"llama.attention.key_length", uint64_t{40}, "models.unsupported_setting"},
      {"llama.attention.value_length", uint64_t{64}, "models.unsupported_setting"},
      {"llama.rope.freq_base", std::nan(""), "models.bad_key"},
      {"llama.rope.freq_base", -1.0, "models.bad_key"},
      {"llama.rope.dimension_count", uint64_t{33}, "models.bad_key"},
      {"llama.rope.dimension_count", uint64_t{31}, "models.bad_key"},
      {"llama.rope.scaling.type", std::string("longrope"), "models.unsupported_setting"},
      {"llama.attention.layer_norm_rms_epsilon", INFINITY, "models.bad_key"},
      {"llama.context_length", uint64_t{0}, "models.bad_key"},
  };
  for (const Bad& bad : bads) {
    formats::Catalogue c = Llama();
    c.metadata[bad.key] = bad.value;
    EXPECT_EQ(ErrorOf(c), bad.id) << bad.key;
  }
  for (const char* key : {"llama.block_count", "llama.embedding_length", "llama.context_length",
                          "llama.attention.head_count", "llama.feed_forward_length"}) {
    formats::Catalogue c = Llama();
    c.metadata.erase(key);
    EXPECT_EQ(ErrorOf(c), "models.missing_key") << key;
  }
}

}  // namespace
}  // namespace hearth::models
