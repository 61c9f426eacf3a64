// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/key_basis.h"

#include <algorithm>
#include <cmath>

namespace hearth::models {
namespace {

// Mean squares of the rows of a projection over tokens, if its normalised input were white.
// out: one per row of `weight`.
struct Projection {
  const tensor::Weight& weight;
  const std::vector<float>& bias;       // per row, or empty
  const std::vector<float>& head_norm;  // per channel of a head, or empty
};

void RowSquares(const Projection& p, const std::vector<float>& input_norm, int64_t first,
                int64_t last, std::vector<double>& out) {
  std::vector<float> row(p.weight.columns);
  for (auto r = static_cast<size_t>(first); r < static_cast<size_t>(last); ++r) {
    if (!p.head_norm.empty()) {  // it decides the size alone
      const auto size = static_cast<double>(p.head_norm[r % p.head_norm.size()]);
      out[r] = size * size;
      continue;
    }
    p.weight.Row(r, row.data());
    const double bias = p.bias.empty() ? 0 : static_cast<double>(p.bias[r]);
    double sum = bias * bias;
    for (size_t i = 0; i < row.size(); ++i) {
      const double x = static_cast<double>(row[i]) * static_cast<double>(input_norm[i]);
      sum += x * x;
    }
    out[r] = sum;
  }
}

// The channel of a head that rope turns together with channel `d`; itself when rope leaves it.
size_t Mate(const DecoderConfig& config, size_t d) {
  const auto dims = static_cast<size_t>(config.rope.dims);
  if (d >= dims) return d;
  if (config.pairing == RopePairing::kInterleaved) return d ^ 1;
  return d < dims / 2 ? d + dims / 2 : d - dims / 2;
}

KeyBasis BasisOf(const DecoderConfig& config, const std::vector<double>& keys,
                 const std::vector<double>& queries) {
  const auto n = static_cast<size_t>(config.head_size);
  const auto group = static_cast<size_t>(config.group());
  const auto block = static_cast<double>(n & (~n + 1));  // H H^T of VectorKernels::hadamard
  KeyBasis basis = {std::vector<float>(keys.size()), std::vector<float>(keys.size())};
  for (size_t r = 0; r < keys.size(); ++r) {
    const size_t head = r / n, d = r % n, mate = Mate(config, d);
    const double key = keys[r] + keys[head * n + mate];
    double query = 0;
    for (size_t g = 0; g < group; ++g) {
      const size_t first = (head * group + g) * n;
      query += (queries[first + d] + queries[first + mate]) / static_cast<double>(group);
    }
    // A channel of which keys or queries are always zero may have any size.
    const double ratio = key > 0 && query > 0 ? key / query : 1;
    const double size = std::clamp(std::pow(ratio, 0.25), 1e-6, 1e6);
    basis.key[r] = static_cast<float>(1 / size);
    basis.query[r] = static_cast<float>(size / block);
  }
  return basis;
}

}  // namespace

std::vector<KeyBasis> KeyBases(const DecoderConfig& config, const DecoderWeights& weights,
                               ThreadTeam& team) {
  const size_t layers = weights.layers.size();
  const std::vector<double> zeros(static_cast<size_t>(config.query_rows()));
  std::vector<std::vector<double>> queries(layers, zeros);
  std::vector<std::vector<double>> keys(layers,
                                        std::vector<double>(static_cast<size_t>(config.kv_rows())));
  team.Run([&](const Worker& worker) {
    for (size_t i = 0; i < layers; ++i) {
      const LayerWeights& layer = weights.layers[i];
      const auto [q, q_end] = worker.Share(config.query_rows());
      RowSquares({layer.query, layer.query_bias, layer.query_norm}, layer.attention_norm, q, q_end,
                 queries[i]);
      const auto [k, k_end] = worker.Share(config.kv_rows());
      RowSquares({layer.key, layer.key_bias, layer.key_norm}, layer.attention_norm, k, k_end,
                 keys[i]);
    }
  });
  std::vector<KeyBasis> bases;
  for (size_t i = 0; i < layers; ++i) bases.push_back(BasisOf(config, keys[i], queries[i]));
  return bases;
}

}  // namespace hearth::models
