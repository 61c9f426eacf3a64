// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan.h"

#include <algorithm>
#include <array>
#include <variant>

#include "base/hash.h"

namespace hearth::engine {
namespace {

using formats::Catalogue;
using formats::Value;

// The program itself: code, stacks, small buffers. Measured on Debian 12, x86-64.
constexpr uint64_t kProgramBytes = uint64_t{16} << 20;
// A string in memory: the object, its heap block, an entry in a hash table. Same machine.
constexpr uint64_t kStringBytes = 96;

// Token texts and merges live once in the catalogue and once in the tokenizer.
uint64_t VocabularyBytes(const Catalogue& catalogue) {
  uint64_t bytes = 0;
  for (const auto& [key, value] : catalogue.metadata) {
    if (!key.starts_with("tokenizer.")) continue;
    if (const auto* strings = std::get_if<std::vector<std::string>>(&value)) {
      bytes += strings->size() * kStringBytes;
    }
  }
  return bytes;
}

std::string TextOf(const Catalogue& catalogue, std::string_view key) {
  const auto value = catalogue.Text(key);
  return value && *value ? std::string(**value) : std::string();
}

struct ValueHash {
  uint64_t& state;
  template <typename T>
  void operator()(const T& number) const {
    state = FnvHash(&number, sizeof(number), state);
  }
  void operator()(const std::string& text) const {
    state = FnvHash(text.data(), text.size(), state);
  }
  template <typename T>
  void operator()(const std::vector<T>& list) const {
    for (const T& item : list) (*this)(item);
  }
};

// Bytes of a tensor that decoding reads for the most likely token: of the output layer the high
// bits, of the embedding a row.
uint64_t StepBytes(const formats::TensorInfo& tensor, const models::DecoderConfig& config) {
  const bool embedding = tensor.name == "token_embd.weight";
  if (embedding && !config.tied_head) return 0;
  const bool head = embedding || tensor.name == "output.weight";
  if (!head || tensor.shape.size() != 2) return tensor.bytes;
  const quant::Type split = quant::SplitTypeOf(tensor.type);
  const uint64_t unread = quant::MiddlePanelBytes(split, tensor.columns()) +
                          quant::LowPanelBytes(split, tensor.columns());
  return tensor.bytes - tensor.rows() * unread / quant::kPanelRows;
}

}  // namespace

tensor::KvElement KvElementOf(KvType kv, const models::DecoderConfig& config, Precision precision) {
  constexpr int32_t kWide = 1024;
  if (precision == Precision::kFloat32) return tensor::KvElement::kF32;
  if (kv == KvType::kAuto) kv = config.width >= kWide ? KvType::kInt8 : KvType::kF16;
  return kv == KvType::kInt8 ? tensor::KvElement::kInt8 : tensor::KvElement::kF16;
}

Result<MemoryPlan> PlanMemory(const Catalogue& catalogue, const models::DecoderConfig& config,
                              int32_t context, int32_t chunk, int threads, KvType kv,
                              Precision precision, int32_t sessions) {
  HEARTH_ASSIGN(const uint64_t weights, models::PlanWeights(catalogue, config));
  const tensor::KvElement element = KvElementOf(kv, config, precision);
  const models::ScratchShape shape = {
      .chunk = chunk, .threads = threads, .precise = precision == Precision::kFloat32};
  MemoryPlan plan;
  plan.lines.push_back({"weights", weights});
  const auto timelines = static_cast<uint64_t>(sessions);
  plan.lines.push_back(
      {"KV cache", timelines * tensor::KvCache::Bytes({.layers = config.layers,
                                                       .kv_heads = config.kv_heads,
                                                       .head_size = config.head_size,
                                                       .context = context,
                                                       .element = element})});
  HEARTH_ASSIGN(const uint64_t scratch, models::DecoderScratch::Bytes(config, shape));
  plan.lines.push_back(
      {"scratch", scratch + timelines * models::Timeline::PartBytes(config, context)});
  plan.lines.push_back({"vocabulary", VocabularyBytes(catalogue)});
  plan.lines.push_back({"program", kProgramBytes});
  for (const MemoryLine& line : plan.lines) plan.total += line.bytes;
  return plan;
}

Result<ModelInfo> Describe(const Catalogue& catalogue, const models::DecoderConfig& config) {
  ModelInfo info;
  info.name = TextOf(catalogue, "general.name");
  info.architecture = config.architecture;
  info.license = TextOf(catalogue, "general.license");
  info.size_label = TextOf(catalogue, "general.size_label");
  info.chat_template = TextOf(catalogue, "tokenizer.chat_template");
  info.file_bytes = catalogue.total_bytes;
  info.layers = config.layers;
  info.width = config.width;
  info.heads = config.heads;
  info.kv_heads = config.kv_heads;
  info.head_size = config.head_size;
  info.feed_forward = config.feed_forward;
  info.vocabulary = config.vocabulary;
  info.trained_context = config.trained_context;
  std::array<ModelInfo::TypeGroup, quant::kTypeCount> groups = {};
  for (const formats::TensorInfo& tensor : catalogue.tensors) {
    uint64_t weights = 1;
    for (const uint64_t size : tensor.shape) weights *= size;
    info.parameters += weights;
    if (tensor.shape.size() == 2 && tensor.name.starts_with("blk.")) info.layer_weights += weights;
    info.step_bytes += StepBytes(tensor, config);
    ModelInfo::TypeGroup& group = groups[static_cast<size_t>(tensor.type)];
    group.type = quant::Row(tensor.type).name;
    ++group.tensors;
    group.bytes += tensor.bytes;
  }
  for (ModelInfo::TypeGroup& group : groups) {
    if (group.tensors > 0) info.types.push_back(std::move(group));
  }
  std::ranges::sort(info.types, std::greater(), &ModelInfo::TypeGroup::bytes);
  return info;
}

Result<ModelHash> HashModel(const Catalogue& catalogue) {
  uint64_t header = FnvHash(nullptr, 0);
  for (const auto& [key, value] : catalogue.metadata) {
    header = FnvHash(key.data(), key.size(), header);
    std::visit(ValueHash{header}, value);
  }
  uint64_t weights = header;
  for (const formats::TensorInfo& tensor : catalogue.tensors) {
    std::array<uint8_t, 256> beginning = {};
    const std::span<uint8_t> part(beginning.data(), std::min<uint64_t>(256, tensor.bytes));
    HEARTH_TRY(catalogue.files[tensor.file].ReadAt(tensor.offset, part));
    weights = FnvHash(tensor.name.data(), tensor.name.size(), weights);
    weights = FnvHash(&tensor.type, sizeof(tensor.type), weights);
    weights = FnvHash(part.data(), part.size(), weights);
  }
  return ModelHash{header, weights};
}

}  // namespace hearth::engine
