// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Elements of the KV cache as words of floats.
#pragma once

#include "kernels/vector_args.h"

namespace hearth::kernels {
namespace {

// Byte `byte` of the line's 4-byte units, signed.
template <int byte>
inline F SignedByteOfUnits(I line) {
  return ToFloat(ShiftRightSignedI<24>(ShiftLeftI<24 - 8 * byte>(line)));
}

// Type: of an element. Keys: the dimensions [i, i + 4) of the 16 tokens of a block. Values: the
// dimensions [i, i + 16) of 4 tokens, of which the first is a multiple of 4.
template <typename T, F (*kGet)(const T*)>
struct KvFloats {
  using Type = T;
  static F Get(const T* p) { return kGet(p); }
  static void Keys(const T* block, int64_t i, F (&out)[4]) {
    for (int k = 0; k < 4; ++k) out[k] = Get(block + (i + k) * kKvTokens);
  }
  static void Values(const T* tokens, int64_t head_size, int64_t i, F (&out)[4]) {
    for (int k = 0; k < 4; ++k) out[k] = Get(tokens + k * head_size + i);
  }
};

template <Kv kKv>
struct KvElement;
template <>
struct KvElement<Kv::kFloat> : KvFloats<float, Load> {};
template <>
struct KvElement<Kv::kHalf> : KvFloats<uint16_t, LoadHalf> {};
template <>
struct KvElement<Kv::kInt8> {
  using Type = int8_t;
  static void Open(const int8_t* line, F (&out)[4]) {
    const I units = AsUnits(LoadL(reinterpret_cast<const uint8_t*>(line)));
    out[0] = SignedByteOfUnits<0>(units);
    out[1] = SignedByteOfUnits<1>(units);
    out[2] = SignedByteOfUnits<2>(units);
    out[3] = SignedByteOfUnits<3>(units);
  }
  static void Keys(const int8_t* block, int64_t i, F (&out)[4]) {
    Open(block + i * kKvTokens, out);
  }
  static void Values(const int8_t* tokens, int64_t, int64_t i, F (&out)[4]) {
    Open(tokens + 4 * i, out);
  }
};

}  // namespace
}  // namespace hearth::kernels
