// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "tensor/kv_cache.h"

#include <array>

#include "base/checked.h"

namespace hearth::tensor {
namespace {

// One head of one layer: keys, values, key scales, value scales, each 64-byte aligned.
struct HeadLayout {
  uint64_t plane, scales, total;
};

HeadLayout Layout(const KvShape& shape) {
  const auto blocks = static_cast<uint64_t>(shape.blocks());
  const uint64_t block_bytes =
      static_cast<uint64_t>(shape.head_size) * kKvBlock * KvElementBytes(shape.element);
  HeadLayout layout = {};
  layout.plane = RoundUp(blocks * block_bytes, 64);
  layout.scales = shape.element == KvElement::kInt8 ? blocks * kKvBlock * sizeof(float) : 0;
  layout.total = 2 * (layout.plane + layout.scales);
  return layout;
}

}  // namespace

uint64_t KvElementBytes(KvElement element) {
  constexpr std::array<uint64_t, 3> kBytes = {4, 2, 1};
  return kBytes[static_cast<size_t>(element)];
}

uint64_t KvCache::Bytes(const KvShape& shape) {
  return Layout(shape).total * static_cast<uint64_t>(shape.layers) *
         static_cast<uint64_t>(shape.kv_heads);
}

Result<KvCache> KvCache::Allocate(const KvShape& shape) {
  HEARTH_CHECK(shape.layers > 0 && shape.kv_heads > 0 && shape.context > 0);
  HEARTH_CHECK(shape.head_size > 0 && shape.head_size % 16 == 0);
  HEARTH_ASSIGN(os::Pages pages, os::Pages::Allocate(Bytes(shape)));
  return KvCache(shape, std::move(pages));
}

KvView KvCache::View(int32_t layer, int32_t kv_head) const {
  const HeadLayout layout = Layout(shape_);
  const auto head = static_cast<uint64_t>(layer) * static_cast<uint64_t>(shape_.kv_heads) +
                    static_cast<uint64_t>(kv_head);
  uint8_t* at = pages_.data() + head * layout.total;
  KvView view = {};
  view.keys = at;
  view.values = at + layout.plane;
  view.key_scales = reinterpret_cast<float*>(at + 2 * layout.plane);
  view.value_scales = reinterpret_cast<float*>(at + 2 * layout.plane + layout.scales);
  return view;
}

uint64_t KvCache::PlaneBytes(int32_t tokens) const {
  const auto blocks = CeilDiv(static_cast<uint64_t>(tokens), kKvBlock);
  return blocks * kKvBlock * static_cast<uint64_t>(shape_.head_size) *
         KvElementBytes(shape_.element);
}

uint64_t KvCache::ScaleBytes(int32_t tokens) const {
  if (shape_.element != KvElement::kInt8) return 0;
  return CeilDiv(static_cast<uint64_t>(tokens), kKvBlock) * kKvBlock * sizeof(float);
}

}  // namespace hearth::tensor
