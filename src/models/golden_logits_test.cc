// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include "models/decoder.h"

namespace hearth::models {
namespace {

// A record as tests/golden/logits/README.md describes it.
struct Golden {
  static constexpr uint32_t kTop = 64;
  struct Position {
    float top_sum;
    std::vector<int32_t> tokens;
    std::vector<float> logprobs;
  };
  uint32_t vocabulary = 0;
  std::vector<std::vector<int32_t>> windows;
  std::vector<Position> positions;
};

class Reader {
 public:
  explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}
  template <typename T>
  T Take() {
    T value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  int32_t Take24() {
    const auto a = Take<uint8_t>(), b = Take<uint8_t>(), c = Take<uint8_t>();
    return a | b << 8 | c << 16;
  }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

Golden ReadGolden(const std::string& path) {
  Reader in(os::ReadWholeFile(path, 64 << 20).value());
  Golden golden;
  EXPECT_EQ(in.Take<uint64_t>(), 0x3154'4947'4F4C'5248u);  // "HRLOGIT1"
  golden.vocabulary = in.Take<uint32_t>();
  EXPECT_EQ(in.Take<uint32_t>(), Golden::kTop);
  golden.windows.resize(in.Take<uint32_t>());
  size_t positions = 0;
  for (auto& window : golden.windows) {
    window.resize(in.Take<uint32_t>());
    positions += window.size();
  }
  for (auto& window : golden.windows) {
    for (int32_t& token : window) token = in.Take<int32_t>();
  }
  golden.positions.resize(positions);
  for (Golden::Position& position : golden.positions) {
    position.top_sum = in.Take<float>();
    position.tokens.resize(Golden::kTop);
    position.logprobs.resize(Golden::kTop);
    for (int32_t& token : position.tokens) token = in.Take24();
    for (float& logprob : position.logprobs) logprob = in.Take<float>();
  }
  return golden;
}

double LogSumExp(const float* logits, size_t n) {
  const double highest = static_cast<double>(*std::max_element(logits, logits + n));
  double sum = 0;
  for (size_t i = 0; i < n; ++i) sum += std::exp(static_cast<double>(logits[i]) - highest);
  return highest + std::log(sum);
}

// Positions of each window that are computed; HEARTH_GOLDEN_POSITIONS overrides.
int32_t Positions() {
  const char* value = std::getenv("HEARTH_GOLDEN_POSITIONS");
  return value == nullptr ? 16 : std::max(1, std::atoi(value));
}

class GoldenLogits : public testing::TestWithParam<const char*> {};

TEST_P(GoldenLogits, Float32MatchesTheRecord) {
  const char* folder = std::getenv("HEARTH_TEST_MODELS");
  if (folder == nullptr) GTEST_SKIP() << "HEARTH_TEST_MODELS is not set";
  const std::string name = GetParam();
  const Golden golden =
      ReadGolden(std::string(HEARTH_SOURCE_DIR "/tests/golden/logits/") + name + ".logits");
  auto catalogue = formats::OpenModel(std::string(folder) + "/" + name + ".gguf");
  ASSERT_TRUE(catalogue.has_value()) << catalogue.error().Text();
  const auto config = ReadConfig(*catalogue);
  ASSERT_TRUE(config.has_value()) << config.error().Text();
  ThreadTeam team(os::UsableThreads());
  const auto weights =
      LoadWeights(*catalogue, *config, {.team = &team, .progress = {}, .cancel = nullptr});
  ASSERT_TRUE(weights.has_value()) << weights.error().Text();

  constexpr int32_t kChunk = 64;
  auto state = DecoderState::Allocate(*config, {.context = 1024,
                                                .chunk = kChunk,
                                                .threads = team.size(),
                                                .kv = tensor::KvElement::kF32,
                                                .precise = true});
  ASSERT_TRUE(state.has_value());
  const auto vocabulary = static_cast<size_t>(config->vocabulary);
  std::vector<float> logits(kChunk * vocabulary);
  double worst = 0;
  size_t base = 0;
  for (const auto& window : golden.windows) {
    const auto count = std::min<size_t>(window.size(), static_cast<size_t>(Positions()));
    for (size_t at = 0; at < count; at += kChunk) {
      const size_t n = std::min<size_t>(kChunk, count - at);
      ASSERT_TRUE(Forward(*config, **weights, *state, team,
                          {.tokens = std::span(window).subspan(at, n),
                           .position = static_cast<int32_t>(at),
                           .want = static_cast<int32_t>(n),
                           .logits = logits.data(),
                           .cancel = nullptr}));
      for (size_t t = 0; t < n; ++t) {
        const float* row = logits.data() + t * vocabulary;
        const double normalizer = LogSumExp(row, golden.vocabulary);
        const Golden::Position& truth = golden.positions[base + at + t];
        for (size_t i = 0; i < Golden::kTop; ++i) {
          const double logprob = static_cast<double>(row[truth.tokens[i]]) - normalizer;
          worst = std::max(worst, std::abs(logprob - static_cast<double>(truth.logprobs[i])));
        }
      }
    }
    base += window.size();
  }
  RecordProperty("worst_difference", std::to_string(worst));
  EXPECT_LE(worst, 2e-3);
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenLogits,
                         testing::Values("smollm2-135m-instruct-q4_1", "gemma3-270m-q4_k_m",
                                         "qwen2.5-coder-0.5b-instruct-q4_k_m",
                                         "qwen2.5-coder-1.5b-instruct-q4_k_m"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name;
                         });

}  // namespace
}  // namespace hearth::models
