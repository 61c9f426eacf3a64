// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/decoder.h"

#include <algorithm>

#include "base/checked.h"
#include "models/rope.h"

namespace hearth::models {
namespace {

// Hands out 64-byte aligned float rows; with a null base it only counts.
class Arena {
 public:
  explicit Arena(uint8_t* base) : base_(base) {}
  ops::Rows Take(int64_t rows, int64_t columns) {
    const auto stride = static_cast<int64_t>(RoundUp(static_cast<uint64_t>(columns), 16));
    auto* data = base_ == nullptr ? nullptr : reinterpret_cast<float*>(base_ + used_);
    used_ += static_cast<uint64_t>(rows * stride) * sizeof(float);
    return {data, stride};
  }
  uint64_t used() const { return used_; }

 private:
  uint8_t* base_;
  uint64_t used_ = 0;
};

int64_t LongestRow(const DecoderConfig& config) {
  return std::max({int64_t{config.width}, config.query_rows(), int64_t{config.feed_forward}});
}

void LayOut(const DecoderConfig& config, const StateShape& shape, Arena& arena, DecoderState& out) {
  const int64_t slots = std::max(shape.chunk, shape.threads);
  out.x = arena.Take(slots, config.width);
  out.h = arena.Take(slots, LongestRow(config));
  out.query = arena.Take(shape.chunk, config.query_rows());
  out.key = arena.Take(shape.chunk, config.kv_rows());
  out.value = arena.Take(shape.chunk, config.kv_rows());
  out.mixed = arena.Take(shape.chunk, config.query_rows());
  out.delta = arena.Take(shape.chunk, config.width);
  out.gate = arena.Take(shape.chunk, config.feed_forward);
  out.up = arena.Take(shape.chunk, config.feed_forward);
  for (ops::Rows& rope : out.rope) rope = arena.Take(shape.chunk, config.rope.dims);
  out.unpacked = arena.Take(shape.threads, ops::kMatMulRows * LongestRow(config));
  out.scores = arena.Take(shape.threads, shape.context);
}

// One pass of a batch through the decoder, as one thread of the team sees it. Every thread runs
// the same methods; between two that exchange data stands a barrier.
class Pass {
 public:
  Pass(const DecoderConfig& config, const DecoderWeights& weights, DecoderState& state,
       const Batch& batch, const Worker& worker)
      : c_(config),
        w_(weights),
        s_(state),
        b_(batch),
        worker_(worker),
        tokens_(static_cast<int64_t>(batch.tokens.size())),
        single_(tokens_ == 1) {}

  void Run() {
    Embed();
    for (size_t i = 0; i < w_.layers.size(); ++i) {
      const LayerWeights& layer = w_.layers[i];
      AttentionInput(i);
      if (worker_.index == 0 && b_.cancel != nullptr) s_.cancelled = b_.cancel->cancelled();
      ProjectHeads(layer, i);
      worker_.Barrier();
      if (s_.cancelled) return;
      Attention(i);
      worker_.Barrier();
      Product(layer.output, s_.mixed, s_.delta);
      worker_.Barrier();
      FeedForwardInput(layer);
      GateAndUp(layer);
      worker_.Barrier();
      Product(layer.down, s_.gate, s_.delta);
      worker_.Barrier();
    }
    Head();
  }

 private:
  // Row of x and h that holds token `t` for this thread.
  int64_t Slot(int64_t t) const { return single_ ? worker_.index : t; }
  // Tokens whose rows this thread computes: its share, or the only one, by every thread for itself.
  std::pair<int64_t, int64_t> OwnTokens() const {
    return single_ ? std::pair<int64_t, int64_t>{0, 1} : worker_.Share(tokens_);
  }
  void Shared() const {
    if (!single_) worker_.Barrier();
  }
  float* Unpacked() const { return s_.unpacked[worker_.index]; }

  // x = embedding of the token; cosines and sines of its position.
  void Embed() {
    const auto [first, last] = OwnTokens();
    for (int64_t t = first; t < last; ++t) {
      float* x = s_.x[Slot(t)];
      w_.embedding.Row(static_cast<uint64_t>(b_.tokens[static_cast<size_t>(t)]), x);
      if (c_.embedding_scale != 1.0f) ops::Scale(x, c_.embedding_scale, c_.width);
      if (single_ && worker_.index != 0) continue;
      RopeTable(c_.rope, w_.rope_divisors, b_.position + t, s_.rope[0][t]);
      if (c_.window > 0) RopeTable(c_.rope_local, w_.rope_divisors, b_.position + t, s_.rope[1][t]);
    }
    worker_.Barrier();
  }

  // x += [norm](delta) of the sub-layer before, unless `norm` is null; h = norm(x).
  void AddAndNorm(const std::vector<float>* post_norm, const std::vector<float>& norm) {
    const auto [first, last] = OwnTokens();
    for (int64_t t = first; t < last; ++t) {
      float* x = s_.x[Slot(t)];
      float* h = s_.h[Slot(t)];
      if (post_norm != nullptr && post_norm->empty()) {
        ops::Add(x, s_.delta[t], c_.width);
      } else if (post_norm != nullptr) {
        ops::RmsNorm(s_.delta[t], post_norm->data(), c_.width, c_.norm_epsilon, h);
        ops::Add(x, h, c_.width);
      }
      ops::RmsNorm(x, norm.data(), c_.width, c_.norm_epsilon, h);
    }
    Shared();
  }

  void AttentionInput(size_t i) {
    const std::vector<float>* before = i == 0 ? nullptr : &w_.layers[i - 1].post_feed_forward_norm;
    AddAndNorm(before, w_.layers[i].attention_norm);
  }

  void FeedForwardInput(const LayerWeights& layer) {
    AddAndNorm(&layer.post_attention_norm, layer.feed_forward_norm);
  }

  // q, k, v of whole heads: the owner of a head also adds its bias, normalises, rotates and stores.
  void ProjectHeads(const LayerWeights& layer, size_t i) {
    const auto [first, last] = worker_.Share(int64_t{c_.heads} + 2 * int64_t{c_.kv_heads});
    for (int64_t unit = first; unit < last;) {
      const bool query = unit < c_.heads;
      const bool key = !query && unit < c_.heads + c_.kv_heads;
      const int64_t base = query ? 0 : key ? c_.heads : c_.heads + c_.kv_heads;
      const int64_t end = std::min<int64_t>(last, base + (query ? c_.heads : c_.kv_heads));
      const tensor::Weight& matrix = query ? layer.query : key ? layer.key : layer.value;
      const std::vector<float>& bias = query ? layer.query_bias
                                       : key ? layer.key_bias
                                             : layer.value_bias;
      const ops::Rows out = query ? s_.query : key ? s_.key : s_.value;
      const int64_t row = (unit - base) * c_.head_size;
      const int64_t row_end = (end - base) * c_.head_size;
      Multiply(matrix, row, row_end, Input(s_.h), out);
      for (int64_t t = 0; t < tokens_ && !bias.empty(); ++t) {
        ops::Add(out[t] + row, bias.data() + row, row_end - row);
      }
      const std::vector<float>& norm = query ? layer.query_norm : layer.key_norm;
      if (query || key) Rotate(out, norm, row, row_end, c_.local[i]);
      if (!query) Store(out, key, static_cast<int32_t>(i), unit - base, end - base);
      unit = end;
    }
  }

  // Puts keys or values of the heads [first, last) into the cache.
  void Store(ops::Rows rows, bool key, int32_t layer, int64_t first, int64_t last) const {
    for (int64_t head = first; head < last; ++head) {
      const tensor::KvView view = s_.kv.View(layer, static_cast<int32_t>(head));
      for (int64_t t = 0; t < tokens_; ++t) {
        const float* row = rows[t] + head * c_.head_size;
        if (key) {
          ops::StoreKey(s_.kv.shape(), view, b_.position + t, row);
        } else {
          ops::StoreValue(s_.kv.shape(), view, b_.position + t, row);
        }
      }
    }
  }

  void Rotate(ops::Rows out, const std::vector<float>& norm, int64_t row, int64_t row_end,
              bool local) const {
    const int64_t half = c_.rope.dims / 2;
    const bool interleaved = c_.pairing == RopePairing::kInterleaved;
    for (int64_t t = 0; t < tokens_; ++t) {
      const float* table = s_.rope[local ? 1 : 0][t];
      for (float* head = out[t] + row; head < out[t] + row_end; head += c_.head_size) {
        if (!norm.empty()) ops::RmsNorm(head, norm.data(), c_.head_size, c_.norm_epsilon, head);
        ops::Rope(head, table, table + half, half, interleaved);
      }
    }
  }

  // mixed = attention of every query head; the heads of a group share the keys they read.
  void Attention(size_t i) {
    const bool local = c_.local[i];
    const ops::AttentionSpec spec = {c_.query_scale, c_.attention_softcap, local ? c_.window : 0};
    const auto [first, last] = worker_.Share(tokens_ * c_.kv_heads);
    for (int64_t task = first; task < last; ++task) {
      const int64_t t = task / c_.kv_heads;
      const int64_t kv_head = task % c_.kv_heads;
      const tensor::KvView view =
          s_.kv.View(static_cast<int32_t>(i), static_cast<int32_t>(kv_head));
      for (int64_t g = 0; g < c_.group(); ++g) {
        const int64_t at = (kv_head * c_.group() + g) * c_.head_size;
        ops::Attend(s_.kv.shape(), view, spec, b_.position + t, s_.query[t] + at, s_.mixed[t] + at,
                    s_.scores[worker_.index]);
      }
    }
  }

  // gate = activation(gate(h)) * up(h), each thread its rows.
  void GateAndUp(const LayerWeights& layer) {
    const auto [first, last] = worker_.Share(c_.feed_forward, kRowGrain);
    Multiply(layer.gate, first, last, Input(s_.h), s_.gate);
    Multiply(layer.up, first, last, Input(s_.h), s_.up);
    for (int64_t t = 0; t < tokens_; ++t) {
      if (c_.activation == Activation::kSilu) {
        ops::SiluMul(s_.gate[t] + first, s_.up[t] + first, last - first);
      } else {
        ops::GeluTanhMul(s_.gate[t] + first, s_.up[t] + first, last - first);
      }
    }
  }

  // out = matrix . in, each thread its rows.
  void Product(const tensor::Weight& matrix, ops::Rows in, ops::Rows out) {
    const auto [first, last] = worker_.Share(static_cast<int64_t>(matrix.rows), kRowGrain);
    Multiply(matrix, first, last, in, out);
  }

  void Multiply(const tensor::Weight& matrix, int64_t first, int64_t last, ops::Rows in,
                ops::Rows out) const {
    ops::MatMulFloat(matrix, first, last, in, tokens_, out, Unpacked());
  }

  // Logits of the last `want` tokens.
  void Head() {
    const int64_t skip = tokens_ - b_.want;
    if (b_.want > 0) AddAndNorm(&w_.layers.back().post_feed_forward_norm, w_.output_norm);
    if (b_.want == 0) return;
    const auto [first, last] = worker_.Share(c_.vocabulary, kRowGrain);
    const ops::Rows in = {Input(s_.h)[skip], s_.h.stride};
    const ops::Rows out = {b_.logits, c_.vocabulary};
    ops::MatMulFloat(w_.head, first, last, in, b_.want, out, Unpacked());
    if (c_.logit_softcap <= 0) return;
    for (int64_t t = 0; t < b_.want; ++t) {
      ops::SoftCap(out[t] + first, c_.logit_softcap, last - first);
    }
  }

  // The rows of a buffer that has one slot per thread when there is a single token.
  ops::Rows Input(ops::Rows rows) const { return {rows[Slot(0)], rows.stride}; }

  static constexpr int64_t kRowGrain = 16;  // rows of a packed panel

  const DecoderConfig& c_;
  const DecoderWeights& w_;
  DecoderState& s_;
  const Batch& b_;
  const Worker& worker_;
  const int64_t tokens_;
  const bool single_;
};

}  // namespace

uint64_t DecoderState::ScratchBytes(const DecoderConfig& config, const StateShape& shape) {
  Arena count(nullptr);
  DecoderState ignored = {};
  LayOut(config, shape, count, ignored);
  return count.used();
}

Result<DecoderState> DecoderState::Allocate(const DecoderConfig& config, const StateShape& shape) {
  DecoderState state = {};
  state.shape = shape;
  HEARTH_ASSIGN(state.kv, tensor::KvCache::Allocate({.layers = config.layers,
                                                     .kv_heads = config.kv_heads,
                                                     .head_size = config.head_size,
                                                     .context = shape.context,
                                                     .element = shape.kv}));
  HEARTH_ASSIGN(state.scratch, os::Pages::Allocate(ScratchBytes(config, shape)));
  Arena arena(state.scratch.data());
  LayOut(config, shape, arena, state);
  return state;
}

bool Forward(const DecoderConfig& config, const DecoderWeights& weights, DecoderState& state,
             ThreadTeam& team, const Batch& batch) {
  const auto tokens = static_cast<int64_t>(batch.tokens.size());
  HEARTH_CHECK(tokens > 0 && tokens <= state.shape.chunk && batch.want <= tokens);
  HEARTH_CHECK(batch.position + tokens <= state.shape.context);
  HEARTH_CHECK(team.size() <= state.shape.threads);
  state.cancelled = batch.cancel != nullptr && batch.cancel->cancelled();
  if (state.cancelled) return false;
  team.Run([&](const Worker& worker) { Pass(config, weights, state, batch, worker).Run(); });
  return !state.cancelled;
}

}  // namespace hearth::models
