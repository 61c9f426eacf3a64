// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/key_basis.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "formats/random_model.h"
#include "ops/ops.h"

namespace hearth::models {
namespace {

struct Loaded {
  DecoderConfig config;
  std::unique_ptr<const DecoderWeights> weights;
};

Loaded LoadRandom(std::string_view preset) {
  const std::string path = testing::TempDir() + "/models_key_basis";
  EXPECT_TRUE(formats::WriteRandomModel(path, *formats::FindRandomModelPreset(preset), "Q8_0", 1));
  const auto catalogue = formats::OpenModel(path);
  EXPECT_TRUE(catalogue);
  Loaded out;
  out.config = *ReadConfig(*catalogue);
  ThreadTeam team(2);
  out.weights = *LoadWeights(*catalogue, out.config, {&team, {}, nullptr});
  return out;
}

// Largest share of |x| that one of `n` channels has.
double Crest(const std::vector<float>& x) {
  double most = 0, sum = 0;
  for (const float v : x) {
    most = std::max(most, std::abs(static_cast<double>(v)));
    sum += static_cast<double>(v) * static_cast<double>(v);
  }
  return most / std::sqrt(sum);
}

double Dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return sum;
}

TEST(KeyBasis, ProductsStayAndLargeChannelsAreSpread) {
  for (const char* preset : {"tiny-llama", "tiny-qwen2", "tiny-gemma3"}) {
    const Loaded model = LoadRandom(preset);
    ThreadTeam team(2);
    const std::vector<KeyBasis> bases = *KeyBases(model.config, *model.weights, team);
    ASSERT_EQ(bases.size(), static_cast<size_t>(model.config.layers));
    const auto n = static_cast<size_t>(model.config.head_size);
    const Philox random(3);
    for (const KeyBasis& basis : bases) {
      ASSERT_EQ(basis.key.size(), static_cast<size_t>(model.config.kv_rows()));
      for (size_t head = 0; head < basis.key.size(); head += n) {
        std::vector<float> key(n), query(n);
        for (size_t i = 0; i < n; ++i) {
          key[i] = static_cast<float>(random.Uniform(i) - 0.5);
          query[i] = static_cast<float>(random.Uniform(i + n) - 0.5);
        }
        key[3] = 100.0f;
        const double before = Dot(key, query), crest = Crest(key);
        const auto kernel = (*ops::ChooseKernels())->vector.hadamard;
        kernel(key.data(), basis.key.data() + head, static_cast<int64_t>(n));
        kernel(query.data(), basis.query.data() + head, static_cast<int64_t>(n));
        EXPECT_NEAR(Dot(key, query), before, 1e-4 * std::abs(before)) << preset;
        EXPECT_LT(Crest(key), crest / 2) << preset;
      }
    }
  }
}

// Rope turns a pair of channels: both have one size, or the basis would depend on the position.
TEST(KeyBasis, PairsShareTheirSize) {
  for (const char* preset : {"tiny-llama", "tiny-qwen2", "tiny-gemma3"}) {
    const Loaded model = LoadRandom(preset);
    ThreadTeam team(1);
    const auto n = static_cast<size_t>(model.config.head_size);
    const auto dims = static_cast<size_t>(model.config.rope.dims);
    const bool interleaved = model.config.pairing == RopePairing::kInterleaved;
    const std::vector<KeyBasis> bases = *KeyBases(model.config, *model.weights, team);
    for (const KeyBasis& basis : bases) {
      for (size_t head = 0; head < basis.key.size(); head += n) {
        for (size_t i = 0; i < dims / 2; ++i) {
          const size_t a = head + (interleaved ? 2 * i : i);
          const size_t b = interleaved ? a + 1 : a + dims / 2;
          EXPECT_EQ(basis.key[a], basis.key[b]) << preset;
          EXPECT_EQ(basis.query[a], basis.query[b]) << preset;
        }
      }
    }
  }
}

}  // namespace
}  // namespace hearth::models
