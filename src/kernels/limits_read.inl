// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Read loops of the limit probes, for the vector width of the including unit (HEARTH_READ_BYTES).

namespace hearth::kernels {
namespace {

typedef unsigned long Vec __attribute__((vector_size(HEARTH_READ_BYTES), may_alias));
constexpr long kPerLine = 64 / static_cast<long>(sizeof(Vec));  // vectors per cache line

inline const Vec* At(const unsigned char* data, long offset) {
  return static_cast<const Vec*>(static_cast<const void*>(data + offset));
}

inline unsigned long Fold(const Vec& v) {
  unsigned long out = 0;
  for (unsigned i = 0; i < sizeof(Vec) / sizeof(unsigned long); ++i) out ^= v[i];
  return out;
}

unsigned long ReadOne(const unsigned char* data, long bytes) {
  Vec acc[8] = {};
  constexpr long kStep = 8 * static_cast<long>(sizeof(Vec));
  for (long at = 0; at < bytes; at += kStep) {
    const Vec* p = At(data, at);
    for (int i = 0; i < 8; ++i) acc[i] ^= p[i];
  }
  for (int i = 1; i < 8; ++i) acc[0] ^= acc[i];
  return Fold(acc[0]);
}

unsigned long ReadEight(const unsigned char* data, long bytes) {
  constexpr long kAhead = 2048;
  const long stream = bytes / 8;
  Vec acc[8] = {};
  for (long at = 0; at < stream; at += 64) {
    for (int s = 0; s < 8; ++s) {
      const Vec* p = At(data, s * stream + at);
      __builtin_prefetch(data + s * stream + at + kAhead);
      for (long i = 0; i < kPerLine; ++i) acc[s] ^= p[i];
    }
  }
  for (int i = 1; i < 8; ++i) acc[0] ^= acc[i];
  return Fold(acc[0]);
}

unsigned long Read(const unsigned char* data, long bytes, int streams) {
  return streams == 8 ? ReadEight(data, bytes) : ReadOne(data, bytes);
}

}  // namespace
}  // namespace hearth::kernels
