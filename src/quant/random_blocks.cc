// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "quant/random_blocks.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/checked.h"
#include "base/random.h"
#include "quant/half.h"
#include "quant/scales.h"

namespace hearth::quant {
namespace {

// The multiple of d that, as the second scale, centres uniform codes.
constexpr float Centre(Type type) {
  switch (type) {
    case Type::kQ4_1:
      return -7.5f;
    case Type::kQ5_1:
      return -15.5f;
    case Type::kQ2_K:
      return 1.5f;
    case Type::kQ4_K:
      return 7.5f;
    case Type::kQ5_K:
      return 15.5f;
    default:
      return 0;
  }
}
constexpr int kCalibrationBlocks = 64;

// Uniform in [-1, 1).
float Symmetric(uint32_t bits) {
  return static_cast<float>(std::bit_cast<int32_t>(bits)) * 0x1p-31f;
}

void StoreFloat(Type type, float value, uint8_t* out) {
  if (type == Type::kF32) {
    StoreU32(out, std::bit_cast<uint32_t>(value));
  } else {
    StoreU16(out, type == Type::kF16 ? FloatToHalf(value) : FloatToBf16(value));
  }
}

}  // namespace

RandomBlocks::RandomBlocks(Type type, float sigma, uint64_t seed, uint64_t stream)
    : row_(&Row(type)), seed_(seed), stream_(stream), scale_(1) {
  if (row_->block_weights == 1) {
    scale_ = sigma * std::sqrt(3.0f);  // half the width of a uniform distribution
    return;
  }
  std::vector<uint8_t> blocks(size_t{row_->block_bytes} * kCalibrationBlocks);
  std::vector<float> values(size_t{row_->block_weights} * kCalibrationBlocks);
  Fill(0, kCalibrationBlocks, blocks.data());
  row_->decode(blocks.data(), kCalibrationBlocks, values.data());
  double squares = 0;
  for (const float value : values) squares += double{value} * double{value};
  scale_ = sigma / static_cast<float>(std::sqrt(squares / static_cast<double>(values.size())));
}

void RandomBlocks::FillBlock(uint64_t block, uint8_t* out) const {
  const Philox random(seed_, stream_);
  const uint64_t code_draws = CeilDiv(row_->block_bytes, 16);
  const uint64_t first = block * (code_draws + 1);  // one more for the scales
  for (uint64_t draw = 0; draw < code_draws; ++draw) {
    const auto words = random.Block(first + draw);
    const size_t at = draw * 16;
    std::memcpy(out + at, words.data(), std::min<size_t>(16, row_->block_bytes - at));
  }
  const auto words = random.Block(first + code_draws);
  if (row_->type == Type::kMXFP4) {
    const int exponent = 128 + static_cast<int>(std::lround(std::log2(scale_)));
    out[0] = static_cast<uint8_t>(std::clamp(exponent, 0, 254));
    return;
  }
  const ScaleFields scales = Scales(row_->type);
  // Magnitude 0.75 to 1.25; the random sign makes codes that are not centred cancel out.
  const float jitter = 1 + Symmetric(words[0]) / 4;
  const float d = scale_ * jitter * (words[1] % 2 == 0 ? 1.0f : -1.0f);
  StoreU16(out + scales.d, FloatToHalf(d));
  if (scales.m >= 0) StoreU16(out + scales.m, FloatToHalf(d * Centre(row_->type)));
}

void RandomBlocks::Fill(uint64_t first, uint64_t count, uint8_t* out) const {
  if (row_->block_weights > 1) {
    for (uint64_t i = 0; i < count; ++i) FillBlock(first + i, out + i * row_->block_bytes);
    return;
  }
  const Philox random(seed_, stream_);
  std::array<uint32_t, 4> words = {};
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t at = first + i;
    if (i == 0 || at % 4 == 0) words = random.Block(at / 4);
    StoreFloat(row_->type, scale_ * Symmetric(words[at % 4]), out + i * row_->block_bytes);
  }
}

}  // namespace hearth::quant
