// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/explain.h"

#include <algorithm>
#include <chrono>

#include "engine/session_impl.h"

namespace hearth::engine {
namespace {

using models::Op;
using models::Trace;
using text::Token;

constexpr std::string_view kIds[models::kOpCount] = {"embed",
                                                     "norm",
                                                     "quantize",
                                                     "query_key_value",
                                                     "rope",
                                                     "attention",
                                                     "attention_output",
                                                     "gate_up",
                                                     "activation",
                                                     "down",
                                                     "head",
                                                     "wait"};

// Bytes and operations of a number of steps.
class Count {
 public:
  Count(const Engine::Impl& model, tensor::KvElement kv) : model_(model), kv_(kv) {}

  // One step: `tokens` computed together behind `position` others, logits for the last `want`.
  void Step(int64_t position, int64_t tokens, int64_t want) {
    for (const models::LayerWeights& layer : model_.weights->layers) {
      for (const auto* matrix : {&layer.query, &layer.key, &layer.value}) {
        Product(Op::kQueryKeyValue, *matrix, tokens);
      }
      Product(Op::kOutput, layer.output, tokens);
      for (const auto* matrix : {&layer.gate, &layer.up}) Product(Op::kGateUp, *matrix, tokens);
      Product(Op::kDown, layer.down, tokens);
    }
    if (want > 0) Head(want);
    for (const bool local : model_.config.local) AttendLayer(local, position, tokens);
  }

  double bytes(Op op) const { return bytes_[static_cast<size_t>(op)]; }
  double operations(Op op) const { return operations_[static_cast<size_t>(op)]; }

 private:
  void Product(Op op, const tensor::Weight& matrix, int64_t tokens) {
    bytes_[static_cast<size_t>(op)] += static_cast<double>(matrix.bytes());
    operations_[static_cast<size_t>(op)] += 2.0 * static_cast<double>(matrix.rows) *
                                            static_cast<double>(matrix.columns) *
                                            static_cast<double>(tokens);
  }

  // Of the most likely next one: little more than the high bits are read.
  void Head(int64_t want) {
    const tensor::Weight& head = model_.weights->head;
    const bool screened = ops::Screens(*model_.scratch.kernels, head, want, 1);
    Product(Op::kHead, head, want);
    if (!screened || model_.scratch.shape.precise) return;
    const uint64_t unread = head.low_bytes + (want == 1 ? head.middle_bytes : 0);
    bytes_[static_cast<size_t>(Op::kHead)] -= static_cast<double>(head.panels() * unread);
  }

  void AttendLayer(bool local, int64_t position, int64_t tokens) {
    const models::DecoderConfig& config = model_.config;
    const int64_t window = local && config.window > 0 ? config.window : INT64_MAX;
    double seen = 0;  // keys that the queries meet
    for (int64_t t = 0; t < tokens; ++t) {
      seen += static_cast<double>(std::min(position + t + 1, window));
    }
    operations_[static_cast<size_t>(Op::kAttention)] +=
        4.0 * seen * static_cast<double>(config.query_rows());
    const auto cached = static_cast<int32_t>(
        std::min(position + tokens, window < INT64_MAX ? window + tokens : INT64_MAX));
    bytes_[static_cast<size_t>(Op::kAttention)] +=
        static_cast<double>(tensor::KvCache::Bytes({.layers = 1,
                                                    .kv_heads = config.kv_heads,
                                                    .head_size = config.head_size,
                                                    .context = cached,
                                                    .element = kv_}));
  }

  const Engine::Impl& model_;
  const tensor::KvElement kv_;
  double bytes_[models::kOpCount] = {};
  double operations_[models::kOpCount] = {};
};

}  // namespace

Result<Explanation> Session::Explain(std::span<const Token> tokens, int32_t keep, int32_t step) {
  // Refuses what Logits refuses, and computes it once without clocks: pages and caches are warm.
  HEARTH_TRY(Logits(tokens, 1, keep));
  impl_->tokens.resize(static_cast<size_t>(keep));
  const Engine::Impl& model = impl_->engine->impl();
  const int64_t most = std::clamp<int64_t>(step, 1, impl_->options.chunk);
  Trace trace(model.team->size());
  Count count(model, impl_->timeline.kv.shape().element);
  std::vector<float> logits(static_cast<size_t>(model.config.vocabulary));
  impl_->trace = &trace;
  const auto start = std::chrono::steady_clock::now();
  Status done;
  const auto size = static_cast<int64_t>(tokens.size());
  for (int64_t first = 0; first < size && done; first += most) {
    const int64_t part = std::min(most, size - first);
    count.Step(keep + first, part, 1);
    done = impl_->Extend(tokens.subspan(static_cast<size_t>(first), static_cast<size_t>(part)), 1,
                         logits.data(), 1);
  }
  impl_->trace = nullptr;
  HEARTH_TRY(done);
  Explanation result;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  result.tokens = size;
  for (int i = 0; i < models::kOpCount; ++i) {
    const auto op = static_cast<Op>(i);
    result.operations.push_back(
        {kIds[i], trace.seconds(op), count.bytes(op), count.operations(op)});
  }
  return result;
}

}  // namespace hearth::engine
