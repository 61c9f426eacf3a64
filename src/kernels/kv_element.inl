// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Elements of the KV cache as words of floats.
#pragma once

#include "kernels/vector_args.h"

namespace hearth::kernels {
namespace {

template <Kv kKv>
struct KvElement;
template <>
struct KvElement<Kv::kFloat> {
  using Type = float;
  static F Get(const float* p) { return Load(p); }
};
template <>
struct KvElement<Kv::kHalf> {
  using Type = uint16_t;
  static F Get(const uint16_t* p) { return LoadHalf(p); }
};
template <>
struct KvElement<Kv::kInt8> {
  using Type = int8_t;
  static F Get(const int8_t* p) { return ToFloat(LoadS8(p)); }
};

}  // namespace
}  // namespace hearth::kernels
