// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/decoder.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <type_traits>

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

// Narrower models lose more through byte tiles than llama.cpp does: they take them for gate and up
// only, which cost the least (docs/quality.md).
constexpr int32_t kMinByteTilesWidth = 1024;
// Without BF16 the other products lose more too: such models keep scores of floats, and the
// narrowest int8 per 32 columns for all.
constexpr int32_t kMinGateUpWidth = 768;

void LayOut(const DecoderConfig& config, const ScratchShape& shape, Arena& arena,
            DecoderScratch& out) {
  const int64_t rows = std::max(shape.chunk, kMostTogether);
  const int64_t slots = std::max<int64_t>(rows, shape.threads);
  out.x = arena.Take(slots, config.width);
  out.h = arena.Take(slots, config.width);
  out.query = arena.Take(rows, config.query_rows());
  out.key = arena.Take(rows, config.kv_rows());
  out.value = arena.Take(rows, config.kv_rows());
  out.mixed = arena.Take(slots, config.query_rows());
  out.delta = arena.Take(rows, config.width);
  out.gate = arena.Take(rows, config.feed_forward);
  out.up = arena.Take(rows, config.feed_forward);
  for (ops::Rows& rope : out.rope) rope = arena.Take(rows, config.rope.dims);
  out.logits = arena.Take(1, int64_t{kMostTogether} * config.vocabulary);
  out.logits.stride = config.vocabulary;
  out.product_bytes = RoundUp(ops::ProductScratch(*out.kernels, rows), 64);
  out.products = arena.TakeBytes(out.product_bytes * static_cast<uint64_t>(shape.threads));
  out.attention = arena.Take(shape.threads, ops::AttentionScratch(*out.kernels, config.head_size));
  if (shape.precise) return;
  out.screen = arena.TakeBytes(ops::ScreenBytes(config.vocabulary, config.width, shape.threads));
  const int64_t longest = LongestRow(config);
  out.input = arena.TakeBytes(
      std::max({ops::QuantizedBytes(rows, longest),
                ops::UsesTiles(*out.kernels, rows) ? ops::TileBytes(rows, longest) : 0,
                out.kernels->bytes != nullptr ? ops::ByteTileBytes(rows, longest) : 0}));
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

int64_t RowsOf(const Batch& batch) {
  return batch.parts.size() == 1 ? static_cast<int64_t>(batch.parts[0].tokens.size())
                                 : static_cast<int64_t>(batch.parts.size());
}

// One pass of a batch through the decoder, as one thread of the team sees it. Every thread runs
// the same methods; between two that exchange data stands a barrier.
class Pass {
 public:
  Pass(const DecoderConfig& config, const DecoderWeights& weights, DecoderScratch& scratch,
       const Batch& batch, const Worker& worker)
      : c_(config),
        w_(weights),
        s_(scratch),
        b_(batch),
        worker_(worker),
        v_(scratch.kernels->vector),
        clock_(batch.trace == nullptr ? nullptr : &batch.trace->clock(worker.index)),
        tokens_(RowsOf(batch)),
        single_(tokens_ == 1),
        together_(batch.parts.size() > 1) {}

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
      Attend(i);
      Mark(Op::kAttention);
      Barrier();
      Product(layer.output, Mixed(layer, i), s_.delta);
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

  // The part that row `t` belongs to.
  const Part& PartOf(int64_t t) const { return b_.parts[together_ ? static_cast<size_t>(t) : 0]; }
  // Index of row `t` among the tokens of its part.
  int64_t IndexOf(int64_t t) const { return together_ ? 0 : t; }

  // Row of x, h and mixed that holds token `t` for this thread.
  int64_t Slot(int64_t t) const { return single_ ? worker_.index : t; }

  using Matrices = std::initializer_list<const tensor::Weight*>;

  // True when all these products of `count` tokens take byte tiles.
  bool TakesBytes(int64_t count, Matrices matrices) const {
    const bool gate_up = (*matrices.begin())->rows == static_cast<uint64_t>(c_.feed_forward);
    const int32_t narrow = s_.kernels->matrix_unit != nullptr ? 0 : kMinGateUpWidth;
    if (s_.shape.precise || c_.width < (gate_up ? narrow : kMinByteTilesWidth)) return false;
    return std::ranges::all_of(
        matrices, [&](const auto* m) { return ops::UsesBytes(*s_.kernels, count, *m); });
  }

  // True when all of them go through the matrix unit as BF16, or take the float rows themselves.
  bool TakesBrains(int64_t count, Matrices matrices) const {
    return ops::UsesTiles(*s_.kernels, count) && std::ranges::all_of(matrices, [&](const auto* m) {
             return ops::HasTiles(*s_.kernels, *m) ||
                    quant::FloatBytes(quant::PackRowOf(m->type).codes) != 0;
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
    } else if (TakesBrains(count, matrices)) {
      input.tiles = reinterpret_cast<uint16_t*>(s_.input);
    } else if (single_) {
      input.q =
          ops::QuantizedAt(s_.quantized_single + index * s_.quantized_single_bytes, 1, columns);
    } else {
      input.q = ops::QuantizedAt(s_.input, count, columns);
    }
    // Scales of their own lose less, where nobody needs units.
    if (std::ranges::none_of(matrices,
                             [](const auto* m) { return quant::HasIntegerScales(m->type); })) {
      input.q.unit = nullptr;
    }
    return input;
  }

  // What fills rows that the step before has computed.
  struct Filled {
    void operator()(int64_t) const {}
  };

  // The rows of `rows` from token `first` on as input of products with `matrices`. `fill(t)`
  // computes the row of token t; each thread does its groups of tokens, or the only token for
  // itself. have_tops: s_.tops[0] holds the largest magnitudes of all columns.
  template <typename Fill>
  ops::Input Prepare(ops::Rows rows, int64_t columns, int64_t first, Matrices matrices,
                     bool have_tops, const Fill& fill) {
    const int64_t count = tokens_ - first;
    const ops::Input input = InputOf(rows, columns, count, matrices);
    if (!single_ && count <= kGroup) {
      FillFew(input, columns, first, fill);
      return input;
    }
    const bool count_tops = input.bytes.tiles != nullptr && !have_tops;
    int32_t* const tops = s_.tops + worker_.index * s_.tops_stride;
    if (count_tops) std::fill_n(tops, columns, 0);
    const auto fill_rows = [&](int64_t begin, int64_t end) {
      for (int64_t t = begin * kGroup; t < std::min(end * kGroup, count); ++t) {
        fill(first + t);
        if (count_tops) {  // while the row is in L1
          s_.kernels->bytes->column_tops(rows[t], rows.stride, 1, columns, tops);
        }
      }
      Mark(Op::kNorm);
    };
    const auto quantize = [&](int64_t begin, int64_t end) {
      if (!s_.shape.precise) ops::FillInput(*s_.kernels, input, columns, begin, end);
      Mark(Op::kQuantize);
    };
    const auto choose_outliers = [&] {
      ops::ChooseOutliers(s_.tops, have_tops ? 1 : worker_.count, s_.tops_stride, columns,
                          s_.outliers + worker_.index * kernels::kOutlierQuads);
    };
    if (single_) {
      fill_rows(0, 1);
      quantize(0, 1);
      return input;
    }
    if (input.bytes.tiles != nullptr && have_tops) choose_outliers();
    const int64_t groups = (count + kGroup - 1) / kGroup;
    // Pairs of groups: a tile holds 16 tokens.
    worker_.Divide(groups, 2, [&](int64_t begin, int64_t end) {
      fill_rows(begin, end);
      if (!count_tops) quantize(begin, end);
    });
    Barrier();
    if (count_tops) {
      choose_outliers();
      worker_.Divide(groups, 2, quantize);
      Barrier();
    }
    return input;
  }

  // Prepare for a group of tokens at most: a thread computes rows of some tokens, then the form of
  // all in some columns.
  template <typename Fill>
  void FillFew(const ops::Input& input, int64_t columns, int64_t first, const Fill& fill) const {
    if constexpr (!std::is_same_v<Fill, Filled>) {
      const auto [begin, end] = worker_.Share(input.tokens);
      for (int64_t t = begin; t < end; ++t) fill(first + t);
      Mark(Op::kNorm);
      Barrier();
    }
    if (s_.shape.precise) return;
    const auto [from, to] = worker_.Share(columns, quant::kSuperColumns);
    ops::FillColumns(*s_.kernels, input, columns, from, to);
    Mark(Op::kQuantize);
    Barrier();
  }

  // x = embedding of the token; cosines and sines of its position.
  void Embed() {
    const auto [first, last] = single_ ? std::pair<int64_t, int64_t>{0, 1} : worker_.Share(tokens_);
    for (int64_t t = first; t < last; ++t) {
      float* x = s_.x[Slot(t)];
      const Part& part = PartOf(t);
      const auto token = part.tokens[static_cast<size_t>(IndexOf(t))];
      w_.embedding.Row(static_cast<uint64_t>(token), x);
      if (c_.embedding_scale != 1.0f) v_.scale(x, c_.embedding_scale, c_.width);
      if (single_ && worker_.index != 0) continue;
      const int64_t position = part.position + IndexOf(t);
      RopeTable(c_.rope, w_.rope_divisors, position, s_.rope[0][t]);
      if (c_.window > 0) RopeTable(c_.rope_local, w_.rope_divisors, position, s_.rope[1][t]);
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
  ops::Input Mixed(const LayerWeights& layer, size_t i) {
    const ops::Rows rows = {s_.mixed[Slot(0)], s_.mixed.stride};
    if (!single_ && !together_) {
      return Prepare(rows, c_.query_rows(), 0, {&layer.output}, false, Filled{});
    }
    return Prepare(rows, c_.query_rows(), 0, {&layer.output}, false, [&](int64_t t) {
      ops::FinishAttention(AttentionOf(i, t));
      Mark(Op::kAttention);
    });
  }

  // The activated hidden rows of the MLP as input of the down projection.
  ops::Input Hidden(const LayerWeights& layer) {
    uint16_t* const tiles = HiddenTiles(layer);
    if (tiles != nullptr) return {{}, {}, tokens_, tiles, {}};
    return Prepare(s_.gate, c_.feed_forward, 0, {&layer.down}, Gated(layer), Filled{});
  }

  // Where gate and up leave those rows as the BF16 tiles that the product with `down` takes, in
  // place of rows of floats; null where it takes another form.
  uint16_t* HiddenTiles(const LayerWeights& layer) const {
    const bool wanted =
        Gated(layer) && c_.feed_forward % 32 == 0 && !TakesBytes(tokens_, {&layer.down}) &&
        ops::UsesTiles(*s_.kernels, tokens_) && ops::HasTiles(*s_.kernels, layer.down);
    return wanted ? reinterpret_cast<uint16_t*>(s_.gate.data) : nullptr;
  }

  // True when gate, up and activation are one product.
  bool Gated(const LayerWeights& layer) const {
    if (s_.shape.precise || layer.gate.type != layer.up.type) return false;
    if (TakesBytes(tokens_, {&layer.gate, &layer.up})) return true;
    return ops::UsesTiles(*s_.kernels, tokens_) && ops::HasTiles(*s_.kernels, layer.up);
  }

  // Attention in layer `i` of the part that begins with row `row`.
  ops::Attention AttentionOf(size_t i, int64_t row) const {
    const Part& part = PartOf(row);
    ops::Attention a = {};
    a.kernels = s_.kernels;
    a.kv = &part.timeline->kv;
    a.layer = static_cast<int32_t>(i);
    a.group = c_.group();
    a.scale = c_.query_scale;
    a.softcap = c_.attention_softcap;
    a.window = c_.local[i] ? c_.window : 0;
    a.position = part.position;
    a.tokens = static_cast<int64_t>(part.tokens.size());
    a.precise = s_.shape.precise;
    a.float_scores = s_.kernels->matrix_unit == nullptr && c_.width < kMinByteTilesWidth;
    a.query = {s_.query[row], s_.query.stride};
    a.mixed = {s_.mixed[Slot(row)], s_.mixed.stride};
    a.scratch = s_.attention[worker_.index];
    a.partial = reinterpret_cast<float*>(part.timeline->parts.data());
    return a;
  }

  void Attend(size_t i) const {
    if (!together_) return ops::Attend(AttentionOf(i, 0), worker_);
    std::array<ops::Attention, kMostTogether> rows;
    for (int64_t t = 0; t < tokens_; ++t) rows[static_cast<size_t>(t)] = AttentionOf(i, t);
    ops::AttendTogether({rows.data(), static_cast<size_t>(tokens_)}, worker_);
  }

  // Puts rows of keys or values of heads [begin, end) into the caches of their parts.
  template <typename Store>
  void StoreRows(size_t i, ops::Rows rows, int64_t begin, int64_t end, Store store) const {
    for (int64_t t = 0; t < (together_ ? tokens_ : 1); ++t) {
      store(AttentionOf(i, t), ops::Rows{rows[t], rows.stride}, begin, end);
    }
  }

  // q, k, v of whole heads: who has a head also adds its bias, normalises, rotates and stores.
  void ProjectHeads(const LayerWeights& layer, size_t i, const ops::Input& input) {
    worker_.Divide(
        int64_t{c_.heads} + 2 * int64_t{c_.kv_heads}, 1,
        [&](int64_t first, int64_t last) { ProjectHeads(layer, i, input, first, last); });
  }

  // Those of heads [first, last), counted through q, k and v.
  void ProjectHeads(const LayerWeights& layer, size_t i, const ops::Input& input, int64_t first,
                    int64_t last) {
    struct Part {
      const tensor::Weight& weight;
      const std::vector<float>& bias;
      ops::Rows out;
      int64_t heads;
    };
    const Part parts[] = {{layer.query, layer.query_bias, s_.query, c_.heads},
                          {layer.key, layer.key_bias, s_.key, c_.kv_heads},
                          {layer.value, layer.value_bias, s_.value, c_.kv_heads}};
    int64_t base = 0;  // heads of the parts before
    for (const Part& part : parts) {
      const int64_t begin = std::max<int64_t>(first - base, 0);
      const int64_t end = std::min(last - base, part.heads);
      base += part.heads;
      if (begin >= end) continue;
      Multiply(part.weight, part.bias.empty() ? nullptr : part.bias.data(), begin * c_.head_size,
               end * c_.head_size, input, part.out);
      Mark(Op::kQueryKeyValue);
      if (&part == &parts[0]) {
        Rotate(part.out, layer.query_norm, begin, end, c_.local[i]);
        ChangeBasis(i, part.out, &KeyBasis::query, c_.group(), begin, end);
      }
      if (&part == &parts[1]) {
        Rotate(part.out, layer.key_norm, begin, end, c_.local[i]);
        ChangeBasis(i, part.out, &KeyBasis::key, 1, begin, end);
        StoreRows(i, part.out, begin, end, ops::StoreKeys);
      }
      if (&part == &parts[2]) StoreRows(i, part.out, begin, end, ops::StoreValues);
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

  // Heads [first, last) of keys or queries to the basis of an int8 cache; `group` heads share the
  // factors of one.
  void ChangeBasis(size_t layer, ops::Rows out, std::vector<float> KeyBasis::* factors,
                   int64_t group, int64_t first, int64_t last) const {
    for (int64_t t = 0; t < tokens_; ++t) {
      const Timeline& timeline = *PartOf(t).timeline;
      if (timeline.key_bases.empty()) continue;
      const float* row = (timeline.key_bases[layer].*factors).data();
      for (int64_t i = first; i < last; ++i) {
        v_.hadamard(out[t] + i * c_.head_size, row + i / group * c_.head_size, c_.head_size);
      }
    }
  }

  // gate = activation(gate . h) * (up . h).
  void GateAndUp(const LayerWeights& layer, const ops::Input& input) {
    worker_.Divide(c_.feed_forward, Grain(layer.gate),
                   [&](int64_t first, int64_t last) { GateAndUp(layer, input, first, last); });
  }

  // Rows [first, last), in stretches that are still in the cache when they are activated.
  void GateAndUp(const LayerWeights& layer, const ops::Input& input, int64_t first, int64_t last) {
    constexpr int64_t kStretch = 128 << 10;  // floats of each
    if (Gated(layer)) {
      uint16_t* const tiles = HiddenTiles(layer);
      ops::GatedMatMul(*s_.kernels, ProductOf(layer.gate, nullptr), layer.up, c_.activation, first,
                       last, input, s_.gate, tiles == nullptr ? s_.tops : nullptr, tiles);
      Mark(Op::kGateUp);
      return;
    }
    const int64_t step =
        std::max(kStretch / tokens_ / quant::kPanelRows, kernels::kGemmPanels) * quant::kPanelRows;
    for (int64_t row = first; row < last; row += step) {
      const int64_t end = std::min(row + step, last);
      Multiply(layer.gate, nullptr, row, end, input, s_.gate);
      Multiply(layer.up, nullptr, row, end, input, s_.up);
      Mark(Op::kGateUp);
      const auto activate = v_.activate[static_cast<size_t>(c_.activation)];
      for (int64_t t = 0; t < tokens_; ++t) {
        activate(s_.gate[t] + row, s_.up[t] + row, end - row);
      }
      Mark(Op::kActivate);
    }
  }

  // The least rows of a product that one thread computes at once: few, so that threads end
  // together, but enough that the first bytes of a stretch are not most of its time.
  int64_t Grain(const tensor::Weight& matrix) const {
    constexpr uint64_t kBytes = 64 << 10;
    constexpr uint64_t kPanels = 4;
    const uint64_t panels = tokens_ > kGroup ? kPanels : CeilDiv(kBytes, matrix.panel_bytes);
    return static_cast<int64_t>(RoundUp(panels, kPanels)) * quant::kPanelRows;
  }

  // out = matrix . input
  void Product(const tensor::Weight& matrix, const ops::Input& input, ops::Rows out) {
    worker_.Divide(
        static_cast<int64_t>(matrix.rows), Grain(matrix),
        [&](int64_t first, int64_t last) { Multiply(matrix, nullptr, first, last, input, out); });
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
    const bool screened = !s_.shape.precise && ops::Screens(*s_.kernels, w_.head, b_.want, b_.top);
    if (screened) {
      ops::MatMulTop(*s_.kernels, ProductOf(w_.head, nullptr), input, b_.top, out, s_.screen,
                     worker_);
    } else {
      Product(w_.head, input, out);
    }
    Mark(Op::kHead);
    if (c_.logit_softcap <= 0) return;
    Barrier();
    const auto [first, last] = worker_.Share(c_.vocabulary, quant::kPanelRows);
    for (int64_t t = 0; t < b_.want; ++t)
      v_.soft_cap(out[t] + first, c_.logit_softcap, last - first);
  }

  static constexpr int64_t kGroup = kernels::kTokenGroup;

  const DecoderConfig& c_;
  const DecoderWeights& w_;
  DecoderScratch& s_;
  const Batch& b_;
  const Worker& worker_;
  const kernels::VectorKernels& v_;
  Trace::Clock* const clock_;  // null: nothing is timed
  const int64_t tokens_;
  const bool single_;
  const bool together_;  // one row of each of several parts
};

}  // namespace

Result<Timeline> Timeline::Allocate(const DecoderConfig& config, int32_t context,
                                    tensor::KvElement element) {
  Timeline timeline;
  HEARTH_ASSIGN(timeline.kv, tensor::KvCache::Allocate({.layers = config.layers,
                                                        .kv_heads = config.kv_heads,
                                                        .head_size = config.head_size,
                                                        .context = context,
                                                        .element = element}));
  HEARTH_ASSIGN(timeline.parts, os::Pages::Allocate(PartBytes(config, context)));
  return timeline;
}

uint64_t Timeline::PartBytes(const DecoderConfig& config, int32_t context) {
  return sizeof(float) * static_cast<uint64_t>(ops::PartialFloats(config.heads, config.kv_heads,
                                                                  config.head_size, context));
}

Result<uint64_t> DecoderScratch::Bytes(const DecoderConfig& config, const ScratchShape& shape) {
  Arena count(nullptr);
  DecoderScratch ignored = {};
  HEARTH_ASSIGN(ignored.kernels, ops::ChooseKernels());
  LayOut(config, shape, count, ignored);
  return count.used();
}

Result<DecoderScratch> DecoderScratch::Allocate(const DecoderConfig& config,
                                                const ScratchShape& shape) {
  DecoderScratch scratch = {};
  scratch.shape = shape;
  HEARTH_ASSIGN(scratch.kernels, ops::ChooseKernels());
  HEARTH_ASSIGN(const uint64_t bytes, Bytes(config, shape));
  HEARTH_ASSIGN(scratch.pages, os::Pages::Allocate(bytes));
  Arena arena(scratch.pages.data());
  LayOut(config, shape, arena, scratch);
  return scratch;
}

bool Forward(const DecoderConfig& config, const DecoderWeights& weights, DecoderScratch& scratch,
             ThreadTeam& team, const Batch& batch) {
  const int64_t rows = RowsOf(batch);
  HEARTH_CHECK(rows > 0 && batch.want <= rows);
  HEARTH_CHECK(rows <= std::max(batch.parts.size() > 1 ? kMostTogether : 0, scratch.shape.chunk));
  for (const Part& part : batch.parts) {
    const auto tokens = static_cast<int64_t>(part.tokens.size());
    HEARTH_CHECK(part.position + tokens <= part.timeline->kv.shape().context);
    HEARTH_CHECK(batch.parts.size() == 1 || tokens == 1);
  }
  HEARTH_CHECK(team.size() <= scratch.shape.threads);
  scratch.cancelled = batch.cancel != nullptr && batch.cancel->cancelled();
  if (scratch.cancelled) return false;
  team.Run([&](const Worker& worker) { Pass(config, weights, scratch, batch, worker).Run(); });
  return !scratch.cancelled;
}

}  // namespace hearth::models
