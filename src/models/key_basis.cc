// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/key_basis.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "ops/ops.h"

namespace hearth::models {
namespace {

struct Projection {
  const tensor::Weight& weight;
  const std::vector<float>& bias;       // per row, or empty
  const std::vector<float>& head_norm;  // per channel of a head, or empty
};

// Mean squares of the rows of a projection over tokens, if its normalised input were white, each
// worker its share. input_norm: padded to whole blocks.
void RowSquares(const ops::Kernels& kernels, const Projection& p,
                const std::vector<float>& input_norm, const Worker& worker,
                std::vector<float>& out) {
  const auto [first, last] = worker.Share(static_cast<int64_t>(out.size()), quant::kPanelRows);
  if (p.head_norm.empty()) {
    ops::RowSquares(kernels, p.weight, input_norm.data(), first, last, out.data());
  }
  for (auto r = static_cast<size_t>(first); r < static_cast<size_t>(last); ++r) {
    if (!p.head_norm.empty()) {  // it decides the size alone
      const float size = p.head_norm[r % p.head_norm.size()];
      out[r] = size * size;
    } else if (!p.bias.empty()) {
      out[r] += p.bias[r] * p.bias[r];
    }
  }
}

// The channel of a head that rope turns together with channel `d`; itself when rope leaves it.
size_t Mate(const DecoderConfig& config, size_t d) {
  const auto dims = static_cast<size_t>(config.rope.dims);
  if (d >= dims) return d;
  if (config.pairing == RopePairing::kInterleaved) return d ^ 1;
  return d < dims / 2 ? d + dims / 2 : d - dims / 2;
}

KeyBasis BasisOf(const DecoderConfig& config, const std::vector<float>& keys,
                 const std::vector<float>& queries) {
  const auto n = static_cast<size_t>(config.head_size);
  const auto group = static_cast<size_t>(config.group());
  const auto block = static_cast<double>(n & (~n + 1));  // H H^T of VectorKernels::hadamard
  KeyBasis basis = {std::vector<float>(keys.size()), std::vector<float>(keys.size())};
  for (size_t r = 0; r < keys.size(); ++r) {
    const size_t head = r / n, d = r % n, mate = Mate(config, d);
    const double key = static_cast<double>(keys[r]) + static_cast<double>(keys[head * n + mate]);
    double query = 0;
    for (size_t g = 0; g < group; ++g) {
      const size_t first = (head * group + g) * n;
      query += static_cast<double>(queries[first + d]) + static_cast<double>(queries[first + mate]);
    }
    // A channel of which keys or queries are always zero may have any size.
    const double ratio = key > 0 && query > 0 ? key * static_cast<double>(group) / query : 1;
    const double size = std::clamp(std::pow(ratio, 0.25), 1e-6, 1e6);
    basis.key[r] = static_cast<float>(1 / size);
    basis.query[r] = static_cast<float>(size / block);
  }
  return basis;
}

}  // namespace

Result<std::vector<KeyBasis>> KeyBases(const DecoderConfig& config, const DecoderWeights& weights,
                                       ThreadTeam& team) {
  HEARTH_ASSIGN(const ops::Kernels* kernels, ops::ChooseKernels());
  const size_t layers = weights.layers.size();
  using Rows = std::vector<std::vector<float>>;
  Rows queries(layers, std::vector<float>(static_cast<size_t>(config.query_rows())));
  Rows keys(layers, std::vector<float>(static_cast<size_t>(config.kv_rows())));
  team.Run([&](const Worker& worker) {
    for (size_t i = 0; i < layers; ++i) {
      const LayerWeights& layer = weights.layers[i];
      std::vector<float> norm = layer.attention_norm;
      norm.resize(RoundUp(norm.size(), ops::kRowPad));
      RowSquares(*kernels, {layer.query, layer.query_bias, layer.query_norm}, norm, worker,
                 queries[i]);
      RowSquares(*kernels, {layer.key, layer.key_bias, layer.key_norm}, norm, worker, keys[i]);
    }
  });
  std::vector<KeyBasis> bases;
  for (size_t i = 0; i < layers; ++i) bases.push_back(BasisOf(config, keys[i], queries[i]));
  return bases;
}

}  // namespace hearth::models
