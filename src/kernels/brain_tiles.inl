// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tiles of BF16, 1 KB each: A holds 16 rows x 32 columns; B holds 16 pairs of columns x 16 rows,
// the two columns of a row side by side.
#pragma once

#include <immintrin.h>

#include "kernels/gemm_stretch.inl"

namespace hearth::kernels {
namespace {

inline constexpr int64_t kBrainColumns = 32;  // of one tile

// 32 floats as BF16, rounded to nearest even.
inline __m512i Brains(F first, F second) {
  const __m512bh both = _mm512_cvtne2ps_pbh(second.a, first.a);
  __m512i bits;
  __builtin_memcpy(&bits, &both, 64);
  return bits;
}

// 16 rows x 2 columns of floats to one B tile row: bf16(even), bf16(odd) per row.
inline void StoreBrains(uint8_t* out, F even, F odd) {
  const __m512i pick = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                        8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  _mm512_storeu_si512(out, _mm512_permutexvar_epi16(pick, Brains(even, odd)));
}

}  // namespace
}  // namespace hearth::kernels
