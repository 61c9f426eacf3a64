// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/gguf.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

namespace hearth::formats {
namespace {

TEST(RealModels, OpenWithEverythingInPlace) {
  const char* folder = std::getenv("HEARTH_TEST_MODELS");
  if (folder == nullptr) GTEST_SKIP() << "HEARTH_TEST_MODELS is not set";
  struct Expected {
    const char* file;
    size_t tensors;
    const char* architecture;
    size_t tokens;
  };
  for (const Expected& expected :
       {Expected{"qwen2.5-coder-1.5b-instruct-q4_k_m", 339, "qwen2", 151936},
        {"qwen2.5-coder-0.5b-instruct-q4_k_m", 291, "qwen2", 151936},
        {"gemma3-270m-q4_k_m", 236, "gemma3", 262144},
        {"smollm2-135m-instruct-q4_1", 272, "llama", 49152}}) {
    const std::string path = std::string(folder) + "/" + expected.file + ".gguf";
    const auto start = std::chrono::steady_clock::now();
    const Result<Catalogue> catalogue = OpenModel(path);
    const auto took = std::chrono::steady_clock::now() - start;
    RecordProperty(expected.file, std::to_string(took.count() / 1000) + " us");
    ASSERT_TRUE(catalogue) << catalogue.error().Text();
    EXPECT_EQ(catalogue->tensors.size(), expected.tensors);
    EXPECT_EQ(catalogue->Text("general.architecture").value(), expected.architecture);
    const auto* tokens = catalogue->Array<std::string>("tokenizer.ggml.tokens");
    ASSERT_NE(tokens, nullptr);
    EXPECT_EQ(tokens->size(), expected.tokens);
    EXPECT_EQ(catalogue->total_bytes, std::filesystem::file_size(path));
  }
}

}  // namespace
}  // namespace hearth::formats
