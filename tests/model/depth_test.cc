// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/session.h"
#include "logits_record.h"
#include "model_folder.h"

namespace hearth::golden {
namespace {

constexpr size_t kDepth = 4096;
constexpr size_t kTokens = 32;
// Of the default mode: how far behind the other choice lay where texts part, in nats, and the mean
// divergence of all distributions (docs/quality.md has what was measured).
constexpr double kTie = 0.5;
constexpr double kMeanDivergence = 0.01;
constexpr int32_t kChunks[] = {512, 64, 1};

struct Case {
  const char* model;
  engine::Precision precision;
  bool always;  // without HEARTH_LONG_TESTS: single tokens of 4,096 take their time
};

// Logits [kTokens][vocabulary] after the prompt, and the best token of each.
struct Continuation {
  std::vector<text::Token> tokens;
  std::vector<std::vector<float>> logits;
};

double Margin(std::span<const float> logits) {
  std::vector<float> sorted(logits.begin(), logits.end());
  std::ranges::nth_element(sorted, sorted.begin() + 1, std::greater());
  return double{sorted[0]} - double{sorted[1]};
}

// Frozen text of the repository: the licence, then English, Chinese and code.
std::vector<text::Token> Prompt(const text::Tokenizer& tokenizer) {
  std::string all;
  for (const char* name : {"/LICENSE", "/tests/golden/logits/text-1.txt",
                           "/tests/golden/logits/text-2.txt", "/tests/golden/logits/text-3.txt"}) {
    std::ifstream file(std::string(HEARTH_SOURCE_DIR) + name, std::ios::binary);
    all.append(std::istreambuf_iterator<char>(file), {});
  }
  std::vector<text::Token> tokens = tokenizer.Encode(all, text::Specials::kParse);
  tokens.resize(std::min(tokens.size(), kDepth));
  return tokens;
}

class Depth : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const auto path = FindModel(GetParam().model);
    if (!path) {
      GTEST_SKIP() << "HEARTH_TEST_MODELS has no " << GetParam().model;
    }
    if (!GetParam().always && std::getenv("HEARTH_LONG_TESTS") == nullptr) {
      GTEST_SKIP() << "HEARTH_LONG_TESTS is not set";
    }
    engine::LoadOptions load;
    load.precision = GetParam().precision;
    auto model = engine::Engine::Load(*path, load);
    ASSERT_TRUE(model) << model.error().Text();
    model_ = *std::move(model);
  }

  // Continues a prompt that was computed `chunk` tokens at once: greedily, or with the tokens of
  // `forced`, so that distributions stay comparable after texts part.
  std::optional<Continuation> Continue(std::span<const text::Token> prompt, int32_t chunk,
                                       const Continuation* forced) const {
    engine::SessionOptions options;
    options.context = kDepth + kTokens;
    options.chunk = chunk;
    const auto session = engine::Session::Open(model_, options);
    EXPECT_TRUE(session) << session.error().Text();
    Continuation result;
    for (size_t i = 0; session && i < kTokens; ++i) {
      const auto& said = forced != nullptr ? forced->tokens : result.tokens;
      auto logits = i == 0 ? (*session)->Logits(prompt, 1)
                           : (*session)->Logits(std::span(said).subspan(i - 1, 1), 1,
                                                static_cast<int32_t>(prompt.size() + i - 1));
      EXPECT_TRUE(logits) << logits.error().Text();
      if (!logits) {
        return std::nullopt;
      }
      result.tokens.push_back(Best(*logits));
      result.logits.push_back(*std::move(logits));
    }
    return result;
  }

  std::shared_ptr<const engine::Engine> model_;
};

// Float mode: the same text. Default mode: int8 products round with the chunk (its outliers, and
// single tokens are quantised by 32 columns), so a text may part where two tokens are nearly as
// likely, on both sides.
TEST_P(Depth, ChunkSizesContinueAlike) {
  const std::vector<text::Token> prompt = Prompt(model_->tokenizer());
  ASSERT_EQ(prompt.size(), kDepth);
  const std::optional<Continuation> first = Continue(prompt, kChunks[0], nullptr);
  ASSERT_TRUE(first);
  for (const int32_t chunk : std::span(kChunks).subspan(1)) {
    const std::optional<Continuation> other = Continue(prompt, chunk, &*first);
    ASSERT_TRUE(other);
    size_t same = kTokens;
    double kl = 0, worst = 0, smallest = 1e9;
    for (size_t i = 0; i < kTokens; ++i) {
      const std::vector<float>&p = first->logits[i], &q = other->logits[i];
      kl += Divergence(p, q) / double{kTokens};
      smallest = std::min(smallest, Margin(p));
      const auto a = static_cast<size_t>(first->tokens[i]),
                 b = static_cast<size_t>(other->tokens[i]);
      if (a == b) continue;
      same = std::min(same, i);
      const double behind = std::max(double{p[a]} - double{p[b]}, double{q[b]} - double{q[a]});
      std::printf("  token %zu parts: %.4g and %.4g\n", i, double{p[a]} - double{p[b]},
                  double{q[b]} - double{q[a]});
      worst = std::max(worst, behind);
    }
    std::printf(
        "%s: %d tokens at once against %d: the first %zu of %zu are alike, mean KL %.2g, smallest "
        "margin %.2g\n",
        GetParam().model, chunk, kChunks[0], same, kTokens, kl, smallest);
    std::fflush(stdout);
    const bool exact = GetParam().precision == engine::Precision::kFloat32;
    EXPECT_LE(worst, exact ? 0 : kTie) << chunk;
    EXPECT_LE(kl, exact ? 0 : kMeanDivergence) << chunk;
  }
}

constexpr auto kDefault = engine::Precision::kDefault;
constexpr auto kFloat = engine::Precision::kFloat32;

INSTANTIATE_TEST_SUITE_P(
    Models, Depth,
    testing::Values(Case{"smollm2-135m-instruct-q4_1", kDefault, true},
                    Case{"gemma3-270m-q4_k_m", kDefault, true},
                    Case{"qwen2.5-coder-0.5b-instruct-q4_k_m", kDefault, false},
                    Case{"qwen2.5-coder-1.5b-instruct-q4_k_m", kDefault, false},
                    Case{"smollm2-135m-instruct-q4_1", kFloat, false},
                    Case{"gemma3-270m-q4_k_m", kFloat, false}),
    [](const auto& param) {
      std::string name = param.param.model;
      name += param.param.precision == kFloat ? "float" : "";
      std::erase_if(name, [](char c) { return !std::isalnum(c); });
      return name;
    });

}  // namespace
}  // namespace hearth::golden
