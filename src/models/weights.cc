// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/weights.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include "base/checked.h"
#include "base/hash.h"
#include "base/messages.h"
#include "models/messages.h"
#include "quant/scales.h"

namespace hearth::models {
namespace {

using formats::Catalogue;
using formats::TensorInfo;

// One tensor on its way from the file to its place.
struct Slot {
  const TensorInfo* source;
  tensor::Weight* matrix;  // or
  std::vector<float>* vector;
  uint64_t offset;  // of a matrix in the arena
};

// Matches the tensors that the architecture asks for with those of the file.
class Binder {
 public:
  Binder(const Catalogue& catalogue, const DecoderConfig& config)
      : catalogue_(catalogue), config_(config), file_(FileName(catalogue)) {}

  Status Bind(DecoderWeights& out) {
    const ArchitectureRow& row = *FindArchitecture(config_.architecture);
    const Panels embedding = config_.tied_head ? Panels::kSplit : Panels::kWhole;
    HEARTH_TRY(
        Matrix("token_embd.weight", config_.vocabulary, config_.width, out.embedding, embedding));
    HEARTH_TRY(Vector("output_norm.weight", config_.width, Presence::kRequired, out.output_norm));
    if (!config_.tied_head) {
      HEARTH_TRY(
          Matrix("output.weight", config_.vocabulary, config_.width, out.head, Panels::kSplit));
    }
    HEARTH_TRY(
        Vector("rope_freqs.weight", config_.rope.dims / 2, Presence::kOptional, out.rope_divisors));
    out.layers.resize(static_cast<size_t>(config_.layers));
    for (size_t i = 0; i < out.layers.size(); ++i) {
      prefix_ = fmt::format("blk.{}.", i);
      HEARTH_TRY(Attention(row, out.layers[i]));
      HEARTH_TRY(FeedForward(row, out.layers[i]));
    }
    for (const TensorInfo& tensor : catalogue_.tensors) {
      if (used_.contains(tensor.name)) continue;
      return Fail(Code::kUnimplemented, msg::kModelUnusedTensor, file_, tensor.name,
                  config_.architecture);
    }
    return {};
  }

  const std::vector<Slot>& slots() const { return slots_; }
  uint64_t arena_bytes() const { return arena_bytes_; }

 private:
  Status Attention(const ArchitectureRow& row, LayerWeights& w) {
    const int64_t q = config_.query_rows();
    const int64_t kv = config_.kv_rows();
    HEARTH_TRY(Vector("attn_norm.weight", config_.width, Presence::kRequired, w.attention_norm));
    HEARTH_TRY(Matrix("attn_q.weight", q, config_.width, w.query));
    HEARTH_TRY(Matrix("attn_k.weight", kv, config_.width, w.key));
    HEARTH_TRY(Matrix("attn_v.weight", kv, config_.width, w.value));
    HEARTH_TRY(Vector("attn_q.bias", q, row.qkv_bias, w.query_bias));
    HEARTH_TRY(Vector("attn_k.bias", kv, row.qkv_bias, w.key_bias));
    HEARTH_TRY(Vector("attn_v.bias", kv, row.qkv_bias, w.value_bias));
    HEARTH_TRY(Vector("attn_q_norm.weight", config_.head_size, row.qk_norm, w.query_norm));
    HEARTH_TRY(Vector("attn_k_norm.weight", config_.head_size, row.qk_norm, w.key_norm));
    HEARTH_TRY(Matrix("attn_output.weight", config_.width, q, w.output));
    return Vector("post_attention_norm.weight", config_.width, row.post_norms,
                  w.post_attention_norm);
  }

  Status FeedForward(const ArchitectureRow& row, LayerWeights& w) {
    HEARTH_TRY(Vector("ffn_norm.weight", config_.width, Presence::kRequired, w.feed_forward_norm));
    HEARTH_TRY(Matrix("ffn_gate.weight", config_.feed_forward, config_.width, w.gate));
    HEARTH_TRY(Matrix("ffn_up.weight", config_.feed_forward, config_.width, w.up));
    HEARTH_TRY(Matrix("ffn_down.weight", config_.width, config_.feed_forward, w.down));
    return Vector("post_ffw_norm.weight", config_.width, row.post_norms, w.post_feed_forward_norm);
  }

  Status BadShape(const TensorInfo& tensor, std::string_view needed) const {
    return Fail(Code::kDataLoss, msg::kModelBadShape, file_, tensor.name,
                fmt::format("{}", tensor.shape), needed);
  }

  Result<const TensorInfo*> Find(const std::string& name, Presence presence) {
    const TensorInfo* tensor = presence == Presence::kNever ? nullptr : catalogue_.Find(name);
    if (tensor != nullptr) used_.insert(name);
    if (tensor == nullptr && presence == Presence::kRequired) {
      return Fail(Code::kDataLoss, msg::kModelNoTensor, file_, name);
    }
    return tensor;
  }

  // Where the numbers of a matrix can be split, those of the output layer are (quant/layout.h).
  enum class Panels { kWhole, kSplit };

  Status Matrix(std::string_view name, int64_t rows, int64_t columns, tensor::Weight& out,
                Panels panels = Panels::kWhole) {
    HEARTH_ASSIGN(const TensorInfo* tensor, Find(prefix_ + std::string(name), Presence::kRequired));
    if (tensor->shape.size() != 2 || tensor->rows() != static_cast<uint64_t>(rows) ||
        tensor->columns() != static_cast<uint64_t>(columns)) {
      return BadShape(*tensor, fmt::format("[{}, {}]", rows, columns));
    }
    const bool split = panels == Panels::kSplit;
    out = quant::SizedMatrix(split ? quant::SplitTypeOf(tensor->type) : tensor->type,
                             tensor->rows(), tensor->columns());
    slots_.push_back({tensor, &out, nullptr, arena_bytes_});
    arena_bytes_ = RoundUp(arena_bytes_ + out.bytes(), 64);
    return {};
  }

  Status Vector(std::string_view name, int64_t size, Presence presence, std::vector<float>& out) {
    HEARTH_ASSIGN(const TensorInfo* tensor, Find(prefix_ + std::string(name), presence));
    if (tensor == nullptr) return {};
    if (tensor->shape.size() != 1 || tensor->columns() != static_cast<uint64_t>(size)) {
      return BadShape(*tensor, fmt::format("[{}]", size));
    }
    slots_.push_back({tensor, nullptr, &out, 0});
    return {};
  }

  const Catalogue& catalogue_;
  const DecoderConfig& config_;
  std::string file_, prefix_;
  std::vector<Slot> slots_;
  std::set<std::string, std::less<>> used_;
  uint64_t arena_bytes_ = 0;
};

// A stretch of one matrix that one thread reads and packs.
struct Slice {
  const Slot* slot;
  uint64_t first_row, rows;  // first_row is a multiple of the panel height

  uint64_t row_bytes() const {
    return quant::RowBytes(quant::Row(slot->source->type), slot->source->columns());
  }
};

constexpr uint64_t kSliceBytes = uint64_t{1} << 20;
constexpr uint64_t kPanel = quant::kPanelRows;

std::vector<Slice> CutSlices(const std::vector<Slot>& slots) {
  std::vector<Slice> slices;
  for (const Slot& slot : slots) {
    if (slot.matrix == nullptr) continue;
    const uint64_t rows = slot.source->rows();
    const uint64_t row_bytes = slot.source->bytes / rows;
    const uint64_t step = std::max<uint64_t>(1, kSliceBytes / row_bytes / kPanel) * kPanel;
    for (uint64_t row = 0; row < rows; row += step) {
      slices.push_back({&slot, row, std::min(step, rows - row)});
    }
  }
  return slices;
}

// Refuses infinite and NaN scales. `first_block`: position of `data` in the tensor.
Status CheckFinite(const Catalogue& catalogue, const TensorInfo& source,
                   std::span<const uint8_t> data, uint64_t first_block) {
  const uint64_t block_bytes = quant::Row(source.type).block_bytes;
  const int64_t blocks = static_cast<int64_t>(data.size() / block_bytes);
  const int64_t bad = quant::FindNonFinite(source.type, data.data(), blocks);
  if (bad < 0) return {};
  const uint64_t block = first_block + static_cast<uint64_t>(bad);
  return Fail(Code::kDataLoss, msg::kModelNotFinite, catalogue.files[source.file].path(),
              source.name, source.offset + block * block_bytes);
}

Status LoadVector(const Catalogue& catalogue, const Slot& slot) {
  const TensorInfo& source = *slot.source;
  std::vector<uint8_t> bytes(source.bytes);
  HEARTH_TRY(catalogue.files[source.file].ReadAt(source.offset, bytes));
  HEARTH_TRY(CheckFinite(catalogue, source, bytes, 0));
  const quant::TypeRow& type = quant::Row(source.type);
  slot.vector->resize(source.columns());
  type.decode(bytes.data(), static_cast<int64_t>(source.columns() / type.block_weights),
              slot.vector->data());
  return {};
}

// Slices are taken by ticket; the first error stops everybody.
class ParallelLoad {
 public:
  ParallelLoad(const Catalogue& catalogue, uint8_t* arena, std::vector<Slice> slices,
               const WeightLoading& loading)
      : catalogue_(catalogue), arena_(arena), slices_(std::move(slices)), loading_(loading) {
    for (const Slice& slice : slices_) total_ += slice.rows * slice.row_bytes();
  }

  Status Run() {
    loading_.team->Run([this](const Worker& worker) { Work(worker); });
    if (loading_.progress) loading_.progress(done_, total_);
    return std::move(status_);
  }

 private:
  void Work(const Worker& worker) {
    std::vector<uint8_t> buffer;  // source bytes of one slice
    while (!stop_.load(std::memory_order_relaxed)) {
      const size_t ticket = next_.fetch_add(1, std::memory_order_relaxed);
      if (ticket >= slices_.size()) return;
      if (loading_.cancel != nullptr && loading_.cancel->cancelled()) {
        return Stop(Fail(Code::kCancelled, msg::kCancelled));
      }
      const Slice& slice = slices_[ticket];
      if (Status status = LoadSlice(slice, buffer); !status) return Stop(std::move(status));
      done_.fetch_add(slice.rows * slice.row_bytes(), std::memory_order_relaxed);
      if (worker.index == 0 && loading_.progress) loading_.progress(done_, total_);
    }
  }

  Status LoadSlice(const Slice& slice, std::vector<uint8_t>& buffer) {
    const TensorInfo& source = *slice.slot->source;
    const tensor::Weight& matrix = *slice.slot->matrix;
    const uint64_t row_bytes = slice.row_bytes();
    const uint64_t begin = source.offset + slice.first_row * row_bytes;
    buffer.resize(slice.rows * row_bytes);
    const os::File& file = catalogue_.files[source.file];
    HEARTH_TRY(file.ReadAt(begin, buffer));
    const uint64_t block_bytes = quant::Row(source.type).block_bytes;
    HEARTH_TRY(CheckFinite(catalogue_, source, buffer, slice.first_row * row_bytes / block_bytes));
    for (uint64_t row = 0; row < slice.rows; row += kPanel) {
      const uint8_t* rows[kPanel] = {};
      for (uint64_t i = 0; i < std::min(kPanel, slice.rows - row); ++i) {
        rows[i] = buffer.data() + (row + i) * row_bytes;
      }
      const uint64_t panel = (slice.first_row + row) / kPanel;
      quant::PackPanel(matrix.type, matrix.columns, rows,
                       matrix.PartsAt(arena_ + slice.slot->offset, panel));
    }
    return {};
  }

  void Stop(Status status) {
    const std::lock_guard lock(mutex_);
    if (status_) status_ = std::move(status);
    stop_.store(true, std::memory_order_relaxed);
  }

  const Catalogue& catalogue_;
  uint8_t* arena_;
  std::vector<Slice> slices_;
  const WeightLoading& loading_;
  uint64_t total_ = 0;
  std::atomic<uint64_t> done_ = 0;
  std::atomic<size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;  // guards status_
  Status status_;
};

// The arena is decided by the model, the way of packing, and which matrix stands where.
PackedKey KeyOf(const Binder& binder, uint64_t identity) {
  uint64_t places = identity;
  for (const Slot& slot : binder.slots()) {
    if (slot.matrix == nullptr) continue;
    const std::string& name = slot.source->name;
    places = FnvHash(name.data(), name.size(), places);
    const uint64_t facts[] = {slot.offset, slot.matrix->rows, slot.matrix->columns,
                              static_cast<uint64_t>(slot.matrix->type)};
    places = FnvHash(facts, sizeof(facts), places);
  }
  return {places, PackedLayout(), binder.arena_bytes()};
}

}  // namespace

Result<uint64_t> PlanWeights(const Catalogue& catalogue, const DecoderConfig& config) {
  DecoderWeights weights;
  Binder binder(catalogue, config);
  HEARTH_TRY(binder.Bind(weights));
  uint64_t bytes = binder.arena_bytes();
  for (const Slot& slot : binder.slots()) {
    if (slot.vector != nullptr) bytes += slot.source->columns() * sizeof(float);
  }
  return bytes;
}

Result<std::unique_ptr<const DecoderWeights>> LoadWeights(const Catalogue& catalogue,
                                                          const DecoderConfig& config,
                                                          const WeightLoading& loading) {
  auto weights = std::make_unique<DecoderWeights>();
  Binder binder(catalogue, config);
  HEARTH_TRY(binder.Bind(*weights));
  if (!loading.packed.empty()) {
    weights->key = KeyOf(binder, loading.identity);
    if (auto pages = OpenPacked(loading.packed, weights->key)) {
      weights->arena = *std::move(pages);
      weights->mapped = true;
    }
  }
  if (!weights->mapped) {
    HEARTH_ASSIGN(weights->arena, os::Pages::Allocate(binder.arena_bytes()));
  }
  for (const Slot& slot : binder.slots()) {
    if (slot.matrix != nullptr) {
      slot.matrix->data = weights->arena.data() + slot.offset;
    } else {
      HEARTH_TRY(LoadVector(catalogue, slot));
    }
  }
  if (!weights->mapped) {
    ParallelLoad load(catalogue, weights->arena.data(), CutSlices(binder.slots()), loading);
    HEARTH_TRY(load.Run());
  }
  if (config.tied_head) weights->head = weights->embedding;
  return weights;
}

}  // namespace hearth::models
