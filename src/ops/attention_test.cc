// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "base/thread_team.h"
#include "ops/ops.h"

namespace hearth::ops {
namespace {

struct Setting {
  int32_t kv_heads, group, head_size;
  int64_t position, tokens, window;
  float softcap;
};

std::vector<float> Random(int64_t n, uint64_t seed) {
  const Philox random(seed);
  std::vector<float> out(static_cast<size_t>(n));
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(random.Uniform(i) * 2 - 1);
  return out;
}

// The mixed rows of `tokens` tokens behind a random cache, in calls of at most `step` tokens.
std::vector<float> Mixed(const Kernels& kernels, tensor::KvElement element, const Setting& s,
                         int threads, int64_t step, bool precise) {
  const int64_t kv_row = int64_t{s.kv_heads} * s.head_size;
  const int64_t row = kv_row * s.group;
  const int64_t context = s.position + s.tokens;
  auto cache = tensor::KvCache::Allocate({.layers = 1,
                                          .kv_heads = s.kv_heads,
                                          .head_size = s.head_size,
                                          .context = static_cast<int32_t>(context),
                                          .element = element});
  EXPECT_TRUE(cache);
  std::vector<float> keys = Random(context * kv_row, 1), values = Random(context * kv_row, 2);
  std::vector<float> query = Random(s.tokens * row, 3), mixed(query.size());
  const int64_t floats = AttentionScratch(kernels, s.head_size);
  auto scratch = os::Pages::Allocate(static_cast<uint64_t>((floats + 16) * threads) * 4);
  EXPECT_TRUE(scratch);
  const int64_t heads = int64_t{s.kv_heads} * s.group;
  std::vector<float> partial(
      static_cast<size_t>(PartialFloats(heads, s.kv_heads, s.head_size, context)));
  Attention a = {};
  a.kernels = &kernels;
  a.kv = &*cache;
  a.group = s.group;
  a.scale = 0.3f;
  a.softcap = s.softcap;
  a.window = s.window;
  a.precise = precise;
  a.partial = partial.data();
  a.tokens = context;
  StoreKeys(a, {keys.data(), kv_row}, 0, s.kv_heads);
  StoreValues(a, {values.data(), kv_row}, 0, s.kv_heads);
  std::vector<TeamMember> members;  // every second one is slower: nothing may depend on who works
  for (int i = 0; i < threads; ++i) members.push_back({.weight = i % 2 == 0 ? 8u : 3u});
  ThreadTeam team(members);
  for (int64_t first = 0; first < s.tokens; first += step) {
    a.position = s.position + first;
    a.tokens = std::min(step, s.tokens - first);
    a.query = {query.data() + first * row, row};
    a.mixed = {mixed.data() + first * row, row};
    team.Run([&](const Worker& worker) {
      Attention own = a;
      own.scratch =
          reinterpret_cast<float*>(scratch->data()) + (floats + 15) / 16 * 16 * worker.index;
      Attend(own, worker);
    });
    if (a.tokens == 1) FinishAttention(a);
  }
  return mixed;
}

void ExpectSameBits(const std::vector<float>& a, const std::vector<float>& b, const char* what) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(a[i]), std::bit_cast<uint32_t>(b[i])) << what << " at " << i;
  }
}

constexpr Setting kSettings[] = {
    {2, 6, 128, 0, 200, 0, 0},   {1, 4, 256, 300, 40, 100, 0}, {3, 3, 64, 17, 130, 0, 30.0f},
    {2, 7, 64, 509, 17, 513, 0}, {4, 1, 32, 0, 300, 33, 0},
};

TEST(Attention, ResultsDoNotDependOnThreadsAndPartsOnlyByRounding) {
  const kernels::KernelTable* table = kernels::UsableTables().back();  // rows: kernels/
  for (const Setting& s : kSettings) {
    for (const auto element : {tensor::KvElement::kF16, tensor::KvElement::kInt8}) {
      const auto exact = Mixed(*table, element, s, 1, s.tokens, true);
      const auto all = Mixed(*table, element, s, 1, s.tokens, false);
      for (const int threads : {2, 3, 8}) {
        ExpectSameBits(Mixed(*table, element, s, threads, s.tokens, true), exact, table->name);
        ExpectSameBits(Mixed(*table, element, s, threads, s.tokens, false), all, table->name);
      }
      ExpectSameBits(Mixed(*table, element, s, 2, 7, false), exact, table->name);
      ExpectSameBits(Mixed(*table, element, s, 2, 1, false), exact, table->name);
      // Parts of at least 16 tokens take the same way as all together.
      if (s.tokens % 25 == 0) {
        ExpectSameBits(Mixed(*table, element, s, 2, 25, false), all, table->name);
      }
      for (size_t i = 0; i < all.size(); ++i) ASSERT_NEAR(all[i], exact[i], 3e-2f) << table->name;
    }
  }
}

}  // namespace
}  // namespace hearth::ops
