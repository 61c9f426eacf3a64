// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace hearth {

// FNV-1a, 64 bits. Continue a hash by passing the last result as `start`.
inline uint64_t FnvHash(const void* data, size_t size, uint64_t start = 0xcbf29ce484222325u) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  for (size_t i = 0; i < size; ++i) start = (start ^ bytes[i]) * 0x100000001b3u;
  return start;
}

}  // namespace hearth
