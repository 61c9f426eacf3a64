// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hearth::models {
namespace {

// YaRN (arXiv 2309.00071): dimensions that turn often keep their frequency, slow ones are
// stretched, with a linear ramp between. Returns the share of stretching of pair `i`.
class YarnRamp {
 public:
  explicit YarnRamp(const RopeConfig& rope) {
    constexpr double kFastTurns = 32, kSlowTurns = 1;
    low_ = std::max(0.0, std::floor(Pair(rope, kFastTurns)));
    high_ = std::min(rope.dims - 1.0, std::ceil(Pair(rope, kSlowTurns)));
  }
  double Stretched(int64_t i) const {
    const double share = (static_cast<double>(i) - low_) / std::max(0.001, high_ - low_);
    return std::clamp(share, 0.0, 1.0);
  }

 private:
  // The pair that makes `turns` rotations over the original context.
  static double Pair(const RopeConfig& rope, double turns) {
    return rope.dims * std::log(rope.original_context / (turns * 2 * std::numbers::pi)) /
           (2 * std::log(rope.base));
  }
  double low_, high_;
};

}  // namespace

void RopeTable(const RopeConfig& rope, std::span<const float> divisors, int64_t position,
               float* out) {
  const int64_t half = rope.dims / 2;
  const bool yarn = rope.scaling == RopeScaling::kYarn;
  const double stretch = rope.scaling == RopeScaling::kNone ? 1.0 : 1.0 / rope.factor;
  const double magnitude = yarn ? rope.attention_factor * (1.0 + 0.1 * std::log(rope.factor)) : 1.0;
  const YarnRamp ramp(rope);
  const double ratio = std::pow(rope.base, -2.0 / rope.dims);
  double frequency = 1.0;
  for (int64_t i = 0; i < half; ++i, frequency *= ratio) {
    double angle = static_cast<double>(position) * frequency;
    if (!divisors.empty()) angle /= static_cast<double>(divisors[static_cast<size_t>(i)]);
    if (yarn) {
      const double share = ramp.Stretched(i);
      angle *= stretch * share + (1.0 - share);
    } else {
      angle *= stretch;
    }
    out[i] = static_cast<float>(std::cos(angle) * magnitude);
    out[half + i] = static_cast<float>(std::sin(angle) * magnitude);
  }
}

}  // namespace hearth::models
