// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "kernels/table.h"

namespace hearth::kernels {
namespace {

std::vector<float> RandomRow(size_t n, uint64_t seed, float range) {
  const Philox random(seed);
  std::vector<float> row(n);
  for (size_t i = 0; i < n; ++i) row[i] = static_cast<float>(random.Uniform(i) * 2 - 1) * range;
  return row;
}

bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::bit_cast<uint32_t>(a[i]) != std::bit_cast<uint32_t>(b[i])) return false;
  }
  return a.size() == b.size();
}

// Runs `kernel` on every ISA row for awkward lengths; all rows must give the bits of the scalar
// one, and those must be within `bound` (absolute) of `truth`.
void Compare(float range, double bound,
             const std::function<void(const VectorKernels&, std::vector<float>& x,
                                      const std::vector<float>& y)>& kernel,
             const std::function<std::vector<double>(const std::vector<float>& x,
                                                     const std::vector<float>& y)>& truth) {
  for (const size_t n : {1u, 2u, 15u, 16u, 17u, 31u, 32u, 47u, 64u, 100u, 576u}) {
    const std::vector<float> x = RandomRow(n, n, range);
    const std::vector<float> y = RandomRow(n, n + 1000, 1.0f);
    std::vector<float> reference;
    for (const KernelTable* table : UsableTables()) {
      // Guards behind the row must survive.
      std::vector<float> out = x;
      out.resize(n + 16, 7.25f);
      kernel(table->vector, out, y);
      for (size_t i = n; i < out.size(); ++i) ASSERT_EQ(out[i], 7.25f) << table->name << " " << n;
      out.resize(n);
      if (reference.empty()) {
        reference = out;
        const std::vector<double> expected = truth(x, y);
        for (size_t i = 0; i < n; ++i) {
          ASSERT_NEAR(static_cast<double>(out[i]), expected[i], bound) << "length " << n;
        }
      }
      ASSERT_TRUE(SameBits(out, reference)) << table->name << " length " << n;
    }
  }
}

using Rows = std::vector<double>;

Rows Each(const std::vector<float>& x, const std::function<double(double, size_t)>& f) {
  Rows out(x.size());
  for (size_t i = 0; i < x.size(); ++i) out[i] = f(static_cast<double>(x[i]), i);
  return out;
}

TEST(Vector, RmsNorm) {
  Compare(
      4.0f, 4e-6,
      [](const VectorKernels& k, std::vector<float>& x, const std::vector<float>& y) {
        k.rms_norm(x.data(), y.data(), static_cast<int64_t>(y.size()), 1e-6f, x.data());
      },
      [](const std::vector<float>& x, const std::vector<float>& y) {
        double sum = 0;
        for (const float v : x) sum += static_cast<double>(v) * static_cast<double>(v);
        const double factor = 1 / std::sqrt(sum / static_cast<double>(x.size()) + 1e-6);
        return Each(x, [&](double v, size_t i) { return v * factor * static_cast<double>(y[i]); });
      });
}

TEST(Vector, LayerNorm) {
  Compare(
      4.0f, 2e-5,
      [](const VectorKernels& k, std::vector<float>& x, const std::vector<float>& y) {
        k.layer_norm(x.data(), y.data(), y.data(), static_cast<int64_t>(y.size()), 1e-2f, x.data());
      },
      [](const std::vector<float>& x, const std::vector<float>& y) {
        double mean = 0, variance = 0;
        for (const float v : x) mean += static_cast<double>(v) / static_cast<double>(x.size());
        for (const float v : x) variance += std::pow(static_cast<double>(v) - mean, 2);
        variance /= static_cast<double>(x.size());
        const double factor = 1 / std::sqrt(variance + static_cast<double>(1e-2f));
        return Each(x, [&](double v, size_t i) {
          return ((v - mean) * factor + 1) * static_cast<double>(y[i]);
        });
      });
}

TEST(Vector, GatedActivations) {
  const auto run = [](Activation f) {
    return [f](const VectorKernels& k, std::vector<float>& x, const std::vector<float>& y) {
      k.activate[static_cast<size_t>(f)](x.data(), y.data(), static_cast<int64_t>(y.size()));
    };
  };
  const auto gated = [](double (*f)(double)) {
    return [f](const std::vector<float>& x, const std::vector<float>& y) {
      return Each(x, [&](double v, size_t i) { return f(v) * static_cast<double>(y[i]); });
    };
  };
  for (const float range : {0.5f, 8.0f, 200.0f}) {
    const double bound = 1e-6 * std::max(1.0, static_cast<double>(range) / 4);
    Compare(range, bound, run(Activation::kSilu),
            gated([](double v) { return v / (1 + std::exp(-v)); }));
    Compare(range, bound, run(Activation::kGeluTanh), gated([](double v) {
              return 0.5 * v * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
            }));
    Compare(range, bound, run(Activation::kGeluErf),
            gated([](double v) { return 0.5 * v * (1 + std::erf(v / std::sqrt(2))); }));
  }
}

// Blocks of the largest power of two: 16 of 48 and 80, 32 of 96.
TEST(Vector, Hadamard) {
  for (const size_t n : {16u, 32u, 48u, 64u, 80u, 96u, 128u, 256u}) {
    const std::vector<float> x = RandomRow(n, n, 4.0f), factors = RandomRow(n, n + 1, 2.0f);
    const size_t block = n & (~n + 1);
    std::vector<float> reference;
    for (const KernelTable* table : UsableTables()) {
      std::vector<float> out = x;
      table->vector.hadamard(out.data(), factors.data(), static_cast<int64_t>(n));
      if (reference.empty()) reference = out;
      ASSERT_TRUE(SameBits(out, reference)) << table->name << " length " << n;
    }
    for (size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (size_t j = i / block * block; j < i / block * block + block; ++j) {
        const double sign = std::popcount(i % block & j % block) % 2 == 0 ? 1 : -1;
        sum += sign * static_cast<double>(x[j]) * static_cast<double>(factors[j]);
      }
      EXPECT_NEAR(static_cast<double>(reference[i]), sum, 1e-4) << "length " << n;
    }
  }
}

TEST(Vector, SoftCapAddScaleSoftmax) {
  Compare(
      300.0f, 3e-5,
      [](const VectorKernels& k, std::vector<float>& x, const std::vector<float>& y) {
        k.soft_cap(x.data(), 50.0f, static_cast<int64_t>(y.size()));
      },
      [](const std::vector<float>& x, const std::vector<float>&) {
        return Each(x, [](double v, size_t) { return 50 * std::tanh(v / 50); });
      });
  Compare(
      3.0f, 1e-6,
      [](const VectorKernels& k, std::vector<float>& x, const std::vector<float>& y) {
        k.add(x.data(), y.data(), static_cast<int64_t>(y.size()));
        k.scale(x.data(), 0.5f, static_cast<int64_t>(y.size()));
      },
      [](const std::vector<float>& x, const std::vector<float>& y) {
        return Each(x, [&](double v, size_t i) { return (v + static_cast<double>(y[i])) / 2; });
      });
  Compare(
      30.0f, 1e-6,
      [](const VectorKernels& k, std::vector<float>& x, const std::vector<float>& y) {
        k.softmax(x.data(), static_cast<int64_t>(y.size()));
      },
      [](const std::vector<float>& x, const std::vector<float>&) {
        double sum = 0;
        for (const float v : x) sum += std::exp(static_cast<double>(v));
        return Each(x, [&](double v, size_t) { return std::exp(v) / sum; });
      });
}

TEST(Vector, RopeTurnsBothPairings) {
  for (const bool interleaved : {false, true}) {
    for (const int64_t half : {1, 8, 16, 20, 32, 64}) {
      const auto n = static_cast<size_t>(half);
      const std::vector<float> head = RandomRow(2 * n, n, 3.0f);
      std::vector<float> cosines(n), sines(n);
      for (size_t i = 0; i < n; ++i) {
        cosines[i] = static_cast<float>(std::cos(0.37 * static_cast<double>(i)));
        sines[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i)));
      }
      std::vector<float> reference;
      for (const KernelTable* table : UsableTables()) {
        std::vector<float> out = head;
        table->vector.rope(out.data(), cosines.data(), sines.data(), half, interleaved);
        if (reference.empty()) reference = out;
        ASSERT_TRUE(SameBits(out, reference)) << table->name << " " << half;
      }
      for (size_t i = 0; i < n; ++i) {
        const size_t a = interleaved ? 2 * i : i;
        const size_t b = interleaved ? 2 * i + 1 : i + n;
        EXPECT_NEAR(reference[a], head[a] * cosines[i] - head[b] * sines[i], 1e-6f);
        EXPECT_NEAR(reference[b], head[a] * sines[i] + head[b] * cosines[i], 1e-6f);
      }
    }
  }
}

}  // namespace
}  // namespace hearth::kernels
