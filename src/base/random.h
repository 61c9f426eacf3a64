// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace hearth {

// Philox4x32-10, a counter-based generator (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011): the value depends on (seed, stream, counter) only, never on who asks first.
class Philox {
 public:
  explicit constexpr Philox(uint64_t seed, uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  constexpr std::array<uint32_t, 4> Block(uint64_t counter) const {
    std::array<uint32_t, 4> c = {
        static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32),
        static_cast<uint32_t>(stream_), static_cast<uint32_t>(stream_ >> 32)};
    uint32_t k0 = static_cast<uint32_t>(seed_);
    uint32_t k1 = static_cast<uint32_t>(seed_ >> 32);
    for (int round = 0; round < 10; ++round) {
      const uint64_t p0 = uint64_t{0xD2511F53} * c[0];
      const uint64_t p1 = uint64_t{0xCD9E8D57} * c[2];
      c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<uint32_t>(p1),
           static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<uint32_t>(p0)};
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    return c;
  }

  // Uniform in [0, 1), 53 bits, for the given counter.
  constexpr double Uniform(uint64_t counter) const {
    const auto b = Block(counter);
    const uint64_t bits = (uint64_t{b[0]} << 32 | b[1]) >> 11;
    return static_cast<double>(bits) * 0x1.0p-53;
  }

  // Sequential convenience for tests and data generators.
  constexpr uint32_t Next() {
    const uint64_t i = next_++;
    return Block(i / 4)[i % 4];
  }

 private:
  uint64_t seed_;
  uint64_t stream_;
  uint64_t next_ = 0;
};

}  // namespace hearth
