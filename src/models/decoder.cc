// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/decoder.h"

#include <algorithm>
#include <initializer_list>

#include "base/checked.h"
#include "models/rope.h"

namespace hearth::models {
namespace {

// Hands out 64-byte aligned pieces; with a null base it only counts.
class Arena {
 public:
  explicit Arena(uint8_t* base) : base_(base) {}
  uint8_t* TakeBytes(uint64_t bytes) {
    uint8_t* at = base_ == nullptr ? nullptr : base_ + used_;
    used_ += RoundUp(bytes, 64);
    return at;
  }
  ops::Rows Take(int64_t rows, int64_t columns) {
    const auto stride = static_cast<int64_t>(RoundUp(static_cast<uint64_t>(columns), ops::kRowPad));
    uint8_t* at = TakeBytes(static_cast<uint64_t>(rows * stride) * sizeof(float));
    return {reinterpret_cast<float*>(at), stride};
  }
  uint64_t used() const { return used_; }

 private:
  uint8_t* base_;
  uint64_t used_ = 0;
};

int64_t LongestRow(const DecoderConfig& config) {
  return std::max({int64_t{config.width}, config.query_rows(), int64_t{config.feed_forward}});
}

// Narrower models lose more through int8 tiles than llama.cpp does, and stay with BF16 ones for all
// products but gate and up, which cost the least (docs/quality.md).
constexpr int32_t kMinByteTilesWidth = 1024;

void LayOut(const DecoderConfig& config, const StateShape& shape, Arena& arena, DecoderState& out) {
  const int64_t slots = std::max(shape.chunk, shape.threads);
  out.x = arena.Take(slots, config.width);
  out.h = arena.Take(slots, config.width);
  out.query = arena.Take(shape.chunk, config.query_rows());
  out.key = arena.Take(shape.chunk, config.kv_rows());
  out.value = arena.Take(shape.chunk, config.kv_rows());
  out.mixed = arena.Take(slots, config.query_rows());
  out.delta = arena.Take(shape.chunk, config.width);
  out.gate = arena.Take(shape.chunk, config.feed_forward);
  out.up = arena.Take(shape.chunk, config.feed_forward);
  for (ops::Rows& rope : out.rope) rope = arena.Take(shape.chunk, config.rope.dims);
  out.product_bytes = RoundUp(ops::ProductScratch(*out.kernels, shape.chunk), 64);
  out.products = arena.TakeBytes(out.product_bytes * static_cast<uint64_t>(shape.threads));
  out.attention = arena.Take(shape.threads, ops::AttentionScratch(*out.kernels, config.head_size));
  out.partial = arena
                    .Take(1, ops::PartialFloats(config.heads, config.kv_heads, config.head_size,
                                                shape.context))
                    .data;
  if (shape.precise) return;
  const int64_t longest = LongestRow(config);
  out.input = arena.TakeBytes(std::max(
      ops::QuantizedBytes(shape.chunk, longest),
      ops::UsesTiles(*out.kernels, shape.chunk) ? ops::TileBytes(shape.chunk, longest) : 0));
  out.tops_stride = longest;
  const int64_t threads = shape.threads;
  out.tops = reinterpret_cast<int32_t*>(
      arena.TakeBytes(static_cast<uint64_t>(threads * longest) * sizeof(int32_t)));
  out.outliers = reinterpret_cast<int32_t*>(
      arena.TakeBytes(static_cast<uint64_t>(threads * kernels::kOutlierQuads) * sizeof(int32_t)));
  out.quantized_single_bytes = RoundUp(ops::QuantizedBytes(1, longest), 64);
  out.quantized_single =
      arena.TakeBytes(out.quantized_single_bytes * static_cast<uint64_t>(shape.threads));
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
        v_(state.kernels->vector),
        clock_(state.trace == nullptr ? nullptr : &state.trace->clock(worker.index)),
        tokens_(static_cast<int64_t>(batch.tokens.size())),
        single_(tokens_ == 1) {}

  void Run() {
    if (clock_ != nullptr) clock_->Start();
    Embed();
    for (size_t i = 0; i < w_.layers.size(); ++i) {
      const LayerWeights& layer = w_.layers[i];
      const ops::Input input = AttentionInput(i);
      if (worker_.index == 0 && b_.cancel != nullptr) s_.cancelled = b_.cancel->cancelled();
      ProjectHeads(layer, i, input);
      Barrier();
      if (s_.cancelled) return;
      const ops::Attention attention = AttentionOf(i);
      ops::Attend(attention, worker_);
      Mark(Op::kAttention);
      Barrier();
      Product(layer.output, Mixed(layer, attention), s_.delta);
      Mark(Op::kOutput);
      Barrier();
      GateAndUp(layer, AddAndNorm(&layer.post_attention_norm, layer.feed_forward_norm, 0,
                                  {&layer.gate, &layer.up}));
      Barrier();
      Product(layer.down, Hidden(layer), s_.delta);
      Mark(Op::kDown);
      Barrier();
    }
    if (b_.want > 0) Head();
  }

 private:
  void Mark(Op op) const {
    if (clock_ != nullptr) clock_->Mark(op);
  }
  void Barrier() const {
    worker_.Barrier();
    Mark(Op::kWait);
  }

  // Row of x, h and mixed that holds token `t` for this thread.
  int64_t Slot(int64_t t) const { return single_ ? worker_.index : t; }

  using Matrices = std::initializer_list<const tensor::Weight*>;

  // True when all these products of `count` tokens go through the matrix unit as int8.
  bool TakesBytes(int64_t count, Matrices matrices) const {
    const bool gate_up = (*matrices.begin())->rows == static_cast<uint64_t>(c_.feed_forward);
    if (s_.shape.precise || (c_.width < kMinByteTilesWidth && !gate_up)) return false;
    return ops::UsesTiles(*s_.kernels, count) && std::ranges::all_of(matrices, [&](const auto* m) {
             return ops::HasByteTiles(*s_.kernels, *m);
           });
  }

  // Room for the form in which products of `matrices` take `count` rows.
  ops::Input InputOf(ops::Rows rows, int64_t columns, int64_t count, Matrices matrices) const {
    ops::Input input = {rows, {}, count, nullptr, {}};
    if (s_.shape.precise) return input;
    const auto index = static_cast<uint64_t>(worker_.index);
    if (TakesBytes(count, matrices)) {
      input.bytes =
          ops::ByteTilesAt(s_.input, count, columns, s_.outliers + index * kernels::kOutlierQuads);
    } else if (ops::UsesTiles(*s_.kernels, count)) {
      input.tiles = reinterpret_cast<uint16_t*>(s_.input);
    } else if (single_) {
      input.q =
          ops::QuantizedAt(s_.quantized_single + index * s_.quantized_single_bytes, 1, columns);
    } else {
      input.q = ops::QuantizedAt(s_.input, count, columns);
    }
    return input;
  }

  // The rows of `rows` from token `first` on as input of products with `matrices`. `fill(t)`
  // computes the row of token t; each thread does its groups of tokens, or the only token for
  // itself. have_tops: s_.tops[0] holds the largest magnitudes of all columns.
  template <typename Fill>
  ops::Input Prepare(ops::Rows rows, int64_t columns, int64_t first, Matrices matrices,
                     bool have_tops, const Fill& fill) {
    const int64_t count = tokens_ - first;
    const ops::Input input = InputOf(rows, columns, count, matrices);
    const int64_t groups = (count + kGroup - 1) / kGroup;
    // Pairs of groups: a tile holds 16 tokens.
    const auto [begin, end] =
        single_ ? std::pair<int64_t, int64_t>{0, 1} : worker_.Share(groups, 2);
    const int64_t last = std::min(end * kGroup, count);
    for (int64_t t = begin * kGroup; t < last; ++t) fill(first + t);
    Mark(Op::kNorm);
    if (input.bytes.tiles != nullptr) {
      if (!have_tops) TopsOf({rows[begin * kGroup], rows.stride}, last - begin * kGroup, columns);
      ops::ChooseOutliers(s_.tops, have_tops ? 1 : worker_.count, s_.tops_stride, columns,
                          s_.outliers + worker_.index * kernels::kOutlierQuads);
    }
    if (!s_.shape.precise) ops::FillInput(*s_.kernels, input, columns, begin, end);
    Mark(Op::kQuantize);
    if (!single_) Barrier();
    return input;
  }

  // The largest magnitudes of the columns of all tokens, each thread's part for itself.
  void TopsOf(ops::Rows rows, int64_t count, int64_t columns) const {
    int32_t* tops = s_.tops + worker_.index * s_.tops_stride;
    std::fill_n(tops, columns, 0);
    s_.kernels->matrix_unit->column_tops(rows.data, rows.stride, count, columns, tops);
    Mark(Op::kQuantize);
    Barrier();
  }

  // x = embedding of the token; cosines and sines of its position.
  void Embed() {
    const auto [first, last] = single_ ? std::pair<int64_t, int64_t>{0, 1} : worker_.Share(tokens_);
    for (int64_t t = first; t < last; ++t) {
      float* x = s_.x[Slot(t)];
      w_.embedding.Row(static_cast<uint64_t>(b_.tokens[static_cast<size_t>(t)]), x);
      if (c_.embedding_scale != 1.0f) v_.scale(x, c_.embedding_scale, c_.width);
      if (single_ && worker_.index != 0) continue;
      RopeTable(c_.rope, w_.rope_divisors, b_.position + t, s_.rope[0][t]);
      if (c_.window > 0) RopeTable(c_.rope_local, w_.rope_divisors, b_.position + t, s_.rope[1][t]);
    }
    Mark(Op::kEmbed);
    Barrier();
  }

  // x += [norm](delta) of the sub-layer before, unless `post_norm` is null; h = norm(x).
  ops::Input AddAndNorm(const std::vector<float>* post_norm, const std::vector<float>& norm,
                        int64_t first, Matrices matrices) {
    const ops::Rows rows = {s_.h[Slot(first)], s_.h.stride};
    return Prepare(rows, c_.width, first, matrices, false, [&](int64_t t) {
      float* x = s_.x[Slot(t)];
      float* h = s_.h[Slot(t)];
      if (post_norm != nullptr && post_norm->empty()) {
        v_.add(x, s_.delta[t], c_.width);
      } else if (post_norm != nullptr) {
        v_.rms_norm(s_.delta[t], post_norm->data(), c_.width, c_.norm_epsilon, h);
        v_.add(x, h, c_.width);
      }
      v_.rms_norm(x, norm.data(), c_.width, c_.norm_epsilon, h);
    });
  }

  ops::Input AttentionInput(size_t i) {
    const std::vector<float>* before = i == 0 ? nullptr : &w_.layers[i - 1].post_feed_forward_norm;
    const LayerWeights& layer = w_.layers[i];
    return AddAndNorm(before, layer.attention_norm, 0, {&layer.query, &layer.key, &layer.value});
  }

  // The attention output as input of the output projection.
  ops::Input Mixed(const LayerWeights& layer, const ops::Attention& attention) {
    return Prepare(attention.mixed, c_.query_rows(), 0, {&layer.output}, false, [&](int64_t) {
      if (single_) ops::FinishAttention(attention);
      Mark(Op::kAttention);
    });
  }

  // The activated hidden rows of the MLP as input of the down projection.
  ops::Input Hidden(const LayerWeights& layer) {
    return Prepare(s_.gate, c_.feed_forward, 0, {&layer.down}, Gated(layer), [](int64_t) {});
  }

  // True when gate, up and activation are one product on the matrix unit.
  bool Gated(const LayerWeights& layer) const {
    return !s_.shape.precise && ops::UsesTiles(*s_.kernels, tokens_) &&
           layer.gate.type == layer.up.type &&
           s_.kernels->matrix_unit->gemm[static_cast<size_t>(layer.up.type)] != nullptr;
  }

  ops::Attention AttentionOf(size_t i) const {
    ops::Attention a = {};
    a.kernels = s_.kernels;
    a.kv = &s_.kv;
    a.layer = static_cast<int32_t>(i);
    a.group = c_.group();
    a.scale = c_.query_scale;
    a.softcap = c_.attention_softcap;
    a.window = c_.local[i] ? c_.window : 0;
    a.position = b_.position;
    a.tokens = tokens_;
    a.precise = s_.shape.precise;
    a.query = s_.query;
    a.mixed = {s_.mixed[Slot(0)], s_.mixed.stride};
    a.scratch = s_.attention[worker_.index];
    a.partial = s_.partial;
    return a;
  }

  // q, k, v of whole heads: the owner of a head also adds its bias, normalises, rotates and stores.
  void ProjectHeads(const LayerWeights& layer, size_t i, const ops::Input& input) {
    struct Part {
      const tensor::Weight& weight;
      const std::vector<float>& bias;
      ops::Rows out;
      int64_t heads;
    };
    const Part parts[] = {{layer.query, layer.query_bias, s_.query, c_.heads},
                          {layer.key, layer.key_bias, s_.key, c_.kv_heads},
                          {layer.value, layer.value_bias, s_.value, c_.kv_heads}};
    const ops::Attention attention = AttentionOf(i);
    const auto [first, last] = worker_.Share(int64_t{c_.heads} + 2 * int64_t{c_.kv_heads});
    int64_t base = 0;  // heads of the parts before
    for (const Part& part : parts) {
      const int64_t begin = std::max<int64_t>(first - base, 0);
      const int64_t end = std::min(last - base, part.heads);
      base += part.heads;
      if (begin >= end) continue;
      Multiply(part.weight, part.bias.empty() ? nullptr : part.bias.data(), begin * c_.head_size,
               end * c_.head_size, input, part.out);
      Mark(Op::kQueryKeyValue);
      if (&part == &parts[0]) Rotate(part.out, layer.query_norm, begin, end, c_.local[i]);
      if (&part == &parts[1]) {
        Rotate(part.out, layer.key_norm, begin, end, c_.local[i]);
        ops::StoreKeys(attention, part.out, begin, end);
      }
      if (&part == &parts[2]) ops::StoreValues(attention, part.out, begin, end);
      Mark(Op::kRope);
    }
  }

  void Rotate(ops::Rows out, const std::vector<float>& norm, int64_t first, int64_t last,
              bool local) const {
    const int64_t half = c_.rope.dims / 2;
    const bool interleaved = c_.pairing == RopePairing::kInterleaved;
    for (int64_t t = 0; t < tokens_; ++t) {
      const float* table = s_.rope[local ? 1 : 0][t];
      for (int64_t i = first; i < last; ++i) {
        float* head = out[t] + i * c_.head_size;
        if (!norm.empty()) v_.rms_norm(head, norm.data(), c_.head_size, c_.norm_epsilon, head);
        v_.rope(head, table, table + half, half, interleaved);
      }
    }
  }

  // gate = activation(gate . h) * (up . h), each thread its rows, in stretches that are still in
  // the cache when they are activated.
  void GateAndUp(const LayerWeights& layer, const ops::Input& input) {
    constexpr int64_t kStretch = kernels::kGemmPanels * quant::kPanelRows;
    const auto activate = c_.activation == Activation::kSilu ? v_.silu_mul : v_.gelu_tanh_mul;
    const auto [first, last] = worker_.Share(c_.feed_forward, quant::kPanelRows);
    if (Gated(layer)) {
      ops::GatedMatMul(*s_.kernels, ProductOf(layer.gate, nullptr), layer.up, activate, first, last,
                       input, s_.gate, s_.tops);
      Mark(Op::kGateUp);
      return;
    }
    const int64_t step = single_ ? last - first : kStretch;
    for (int64_t row = first; row < last; row += step) {
      const int64_t end = std::min(row + step, last);
      Multiply(layer.gate, nullptr, row, end, input, s_.gate);
      Multiply(layer.up, nullptr, row, end, input, s_.up);
      Mark(Op::kGateUp);
      for (int64_t t = 0; t < tokens_; ++t) {
        activate(s_.gate[t] + row, s_.up[t] + row, end - row);
      }
      Mark(Op::kActivate);
    }
  }

  // out = matrix . input, each thread its rows.
  void Product(const tensor::Weight& matrix, const ops::Input& input, ops::Rows out) {
    const auto [first, last] = worker_.Share(static_cast<int64_t>(matrix.rows), quant::kPanelRows);
    Multiply(matrix, nullptr, first, last, input, out);
  }

  void Multiply(const tensor::Weight& matrix, const float* bias, int64_t first, int64_t last,
                const ops::Input& input, ops::Rows out) const {
    ops::MatMul(*s_.kernels, ProductOf(matrix, bias), first, last, input, out);
  }

  ops::Product ProductOf(const tensor::Weight& matrix, const float* bias) const {
    return {&matrix, bias, s_.shape.precise,
            s_.products + static_cast<uint64_t>(worker_.index) * s_.product_bytes};
  }

  // Logits of the last `want` tokens.
  void Head() {
    const ops::Input input = AddAndNorm(&w_.layers.back().post_feed_forward_norm, w_.output_norm,
                                        tokens_ - b_.want, {&w_.head});
    const ops::Rows out = {b_.logits, c_.vocabulary};
    Product(w_.head, input, out);
    Mark(Op::kHead);
    if (c_.logit_softcap <= 0) return;
    const auto [first, last] = worker_.Share(c_.vocabulary, quant::kPanelRows);
    for (int64_t t = 0; t < b_.want; ++t)
      v_.soft_cap(out[t] + first, c_.logit_softcap, last - first);
  }

  static constexpr int64_t kGroup = kernels::kTokenGroup;

  const DecoderConfig& c_;
  const DecoderWeights& w_;
  DecoderState& s_;
  const Batch& b_;
  const Worker& worker_;
  const kernels::VectorKernels& v_;
  Trace::Clock* const clock_;  // null: nothing is timed
  const int64_t tokens_;
  const bool single_;
};

}  // namespace

Result<uint64_t> DecoderState::ScratchBytes(const DecoderConfig& config, const StateShape& shape) {
  Arena count(nullptr);
  DecoderState ignored = {};
  HEARTH_ASSIGN(ignored.kernels, ops::ChooseKernels());
  LayOut(config, shape, count, ignored);
  return count.used();
}

Result<DecoderState> DecoderState::Allocate(const DecoderConfig& config, const StateShape& shape) {
  DecoderState state = {};
  state.shape = shape;
  HEARTH_ASSIGN(state.kernels, ops::ChooseKernels());
  HEARTH_ASSIGN(state.kv, tensor::KvCache::Allocate({.layers = config.layers,
                                                     .kv_heads = config.kv_heads,
                                                     .head_size = config.head_size,
                                                     .context = shape.context,
                                                     .element = shape.kv}));
  HEARTH_ASSIGN(const uint64_t scratch, ScratchBytes(config, shape));
  HEARTH_ASSIGN(state.scratch, os::Pages::Allocate(scratch));
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
