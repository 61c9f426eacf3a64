// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/session.h"
#include "logits_record.h"
#include "model_folder.h"

namespace hearth::golden {
namespace {

constexpr size_t kStep = 512;  // positions per call, as many as a prompt is cut into
constexpr double kTolerance = 2e-3;

// Divergence summed over windows, with and without the first position of each.
struct Means {
  double all = 0, later = 0, positions = 0, windows = 0;
  void Add(double sum, double after_first, double count) {
    all += sum;
    later += after_first;
    positions += count;
    windows += 1;
  }
  double Mean() const { return all / positions; }
  double Later() const { return later / (positions - windows); }
};

class Logits : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto path = FindModel(GetParam());
    if (!path) {
      GTEST_SKIP() << "HEARTH_TEST_MODELS has no " << GetParam();
    }
    path_ = *path;
    const std::filesystem::path folder = HEARTH_SOURCE_DIR "/tests/golden/logits";
    auto record = ReadRecord(folder / (std::string(GetParam()) + ".logits"));
    ASSERT_TRUE(record);
    record_ = *std::move(record);
    std::ifstream index(folder / "index.json");
    index_ = nlohmann::json::parse(index)[GetParam()];
  }

  std::unique_ptr<engine::Session> Open(engine::Precision precision) {
    engine::LoadOptions load;
    load.precision = precision;
    const auto model = engine::Engine::Load(path_, load);
    EXPECT_TRUE(model) << model.error().Text();
    if (!model) {
      return nullptr;
    }
    engine::SessionOptions settings;
    settings.context = 1024;
    auto session = engine::Session::Open(*model, settings);
    EXPECT_TRUE(session) << session.error().Text();
    return session ? *std::move(session) : nullptr;
  }

  // The logits of positions [start, start + count) of a window whose earlier ones are cached.
  static std::vector<float> Feed(engine::Session& session, const std::vector<int32_t>& window,
                                 size_t start, size_t count) {
    const auto part = std::span(window).subspan(start, count);
    auto logits = session.Logits(part, static_cast<int32_t>(count), static_cast<int32_t>(start));
    EXPECT_TRUE(logits) << logits.error().Text();
    return logits ? *std::move(logits) : std::vector<float>();
  }

  std::string path_;
  Record record_;
  nlohmann::json index_;
};

// All 2,048 positions. The float mode equals the record; the default mode's mean divergence from it
// is not above that of llama.cpp's defaults from its own float run, with and without the first
// position of each window, which has a weight of its own (docs/quality.md).
TEST_P(Logits, FloatModeIsExactAndDefaultLosesNoMoreThanLlamaCpp) {
  const auto vocabulary = static_cast<size_t>(record_.vocabulary);
  const auto exact = Open(engine::Precision::kFloat32);
  const auto session = Open(engine::Precision::kDefault);
  ASSERT_TRUE(exact && session);
  double worst = 0;
  Means ours, theirs;
  std::vector<double> divergences;
  int32_t same = 0;  // most likely tokens
  for (size_t w = 0; w < record_.windows.size(); ++w) {
    const auto& window = record_.windows[w];
    double sum = 0, first = 0;
    for (size_t start = 0; start < window.size(); start += kStep) {
      const size_t count = std::min(kStep, window.size() - start);
      const auto p = Feed(*exact, window, start, count), q = Feed(*session, window, start, count);
      ASSERT_EQ(p.size(), count * vocabulary);
      ASSERT_EQ(q.size(), count * vocabulary);
      for (size_t i = 0; i < count; ++i) {
        const auto row = [&](const auto& logits) {
          return std::span(logits).subspan(i * vocabulary, vocabulary);
        };
        worst = std::max(worst, MaxDifference(record_.positions[w][start + i], row(p)));
        divergences.push_back(Divergence(row(p), row(q)));
        sum += divergences.back();
        same += Best(row(p)) == Best(row(q)) ? 1 : 0;
        first = start + i == 0 ? sum : first;
      }
    }
    const auto positions = static_cast<double>(window.size());
    ours.Add(sum, sum - first, positions);
    theirs.Add(static_cast<double>(index_["llama_cpp_kl"][w]) * positions,
               static_cast<double>(index_["llama_cpp_kl_after_first"][w]) * (positions - 1),
               positions);
  }
  std::ranges::sort(divergences);
  std::printf(
      "%s: %.0f positions, float mode off by at most %.2g; mean KL %.6f (llama.cpp %.6f), after "
      "the first position %.6f (%.6f), 99 %% of them below %.4f, all below %.4f; same best token "
      "in "
      "%.2f %%\n",
      GetParam(), ours.positions, worst, ours.Mean(), theirs.Mean(), ours.Later(), theirs.Later(),
      divergences[divergences.size() * 99 / 100], divergences.back(), 100 * same / ours.positions);
  EXPECT_GE(ours.positions, 2000);
  EXPECT_LE(worst, kTolerance);
  EXPECT_LE(ours.Mean(), theirs.Mean());
  EXPECT_LE(ours.Later(), theirs.Later());
}

INSTANTIATE_TEST_SUITE_P(Models, Logits,
                         testing::Values("smollm2-135m-instruct-q4_1", "gemma3-270m-q4_k_m",
                                         "qwen2.5-coder-0.5b-instruct-q4_k_m",
                                         "qwen2.5-coder-1.5b-instruct-q4_k_m"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::erase_if(name, [](char c) { return !std::isalnum(c); });
                           return name;
                         });

}  // namespace
}  // namespace hearth::golden
