// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "tensor/kv_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace hearth::tensor {
namespace {

TEST(KvCache, HeadsDoNotOverlapAndFillTheCache) {
  for (const KvElement element : {KvElement::kF32, KvElement::kF16, KvElement::kInt8}) {
    const KvShape shape = {
        .layers = 3, .kv_heads = 2, .head_size = 48, .context = 33, .element = element};
    const KvCache cache = KvCache::Allocate(shape).value();
    std::vector<std::pair<uint8_t*, uint64_t>> parts;
    for (int32_t layer = 0; layer < shape.layers; ++layer) {
      for (int32_t head = 0; head < shape.kv_heads; ++head) {
        const KvView view = cache.View(layer, head);
        parts.emplace_back(view.keys, cache.PlaneBytes(shape.context));
        parts.emplace_back(view.values, cache.PlaneBytes(shape.context));
        if (cache.ScaleBytes(1) == 0) continue;
        parts.emplace_back(reinterpret_cast<uint8_t*>(view.key_scales), cache.ScaleBytes(33));
        parts.emplace_back(reinterpret_cast<uint8_t*>(view.value_scales), cache.ScaleBytes(33));
      }
    }
    std::ranges::sort(parts);
    for (size_t i = 0; i < parts.size(); ++i) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(parts[i].first) % 64, 0u);
      uint8_t* end = parts[i].first + parts[i].second;
      std::fill(parts[i].first, end, uint8_t{1});  // all of it can be written
      if (i + 1 == parts.size()) continue;
      EXPECT_LE(end, parts[i + 1].first);
    }
    EXPECT_LE(parts.back().first + parts.back().second,
              parts.front().first + KvCache::Bytes(shape));
  }
}

TEST(KvCache, BytesCountWholeBlocks) {
  const KvShape shape = {
      .layers = 2, .kv_heads = 3, .head_size = 64, .context = 17, .element = KvElement::kF16};
  EXPECT_EQ(KvCache::Bytes(shape), 2u * 3 * 2 * 32 * 64 * 2);
  const KvCache cache = KvCache::Allocate(shape).value();
  EXPECT_EQ(cache.PlaneBytes(0), 0u);
  EXPECT_EQ(cache.PlaneBytes(1), 16u * 64 * 2);
  EXPECT_EQ(cache.PlaneBytes(17), 32u * 64 * 2);
}

}  // namespace
}  // namespace hearth::tensor
