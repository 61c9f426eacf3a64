// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/random_model.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>
#include <vector>

#include "formats/gguf_writer.h"
#include "formats/messages.h"
#include "formats/random_vocabulary.h"
#include "quant/half.h"
#include "quant/random_blocks.h"

namespace hearth::formats {
namespace {

using quant::Type;

constexpr std::array<RandomModelSpec, 14> kPresets = {{
    {"tiny-llama", "llama", 2, 256, 4, 2, 64, 512, 512, 1024, false, 10'000},
    {"tiny-qwen2", "qwen2", 2, 256, 4, 2, 64, 512, 512, 1024, true, 1'000'000},
    {"tiny-gemma3", "gemma3", 6, 256, 4, 1, 64, 512, 512, 1024, true, 1'000'000, 32},
    // Wide enough for products on int8 tiles.
    {"tiny-wide", "qwen2", 2, 1024, 8, 2, 128, 1536, 512, 512, true, 1'000'000},
    // 4.4 TB of KV cache at its longest context: what no machine can hold.
    {"tiny-vast", "llama", 4, 32, 16, 16, 1024, 64, 512, 1 << 24, true, 10'000},
    {"llama-1.1b", "llama", 22, 2048, 32, 4, 64, 5632, 32'000, 2048, false, 10'000},
    {"llama-7b", "llama", 32, 4096, 32, 32, 128, 11'008, 32'000, 4096, false, 10'000},
    {"llama3-8b", "llama", 32, 4096, 32, 8, 128, 14'336, 128'256, 8192, false, 500'000},
    {"smollm2-135m", "llama", 30, 576, 9, 3, 64, 1536, 49'152, 8192, true, 100'000},
    {"qwen2-0.5b", "qwen2", 24, 896, 14, 2, 64, 4864, 151'936, 32'768, true, 1'000'000},
    {"qwen2-1.5b", "qwen2", 28, 1536, 12, 2, 128, 8960, 151'936, 32'768, true, 1'000'000},
    {"qwen2-7b", "qwen2", 28, 3584, 28, 4, 128, 18'944, 152'064, 32'768, false, 1'000'000},
    {"gemma3-270m", "gemma3", 18, 640, 4, 1, 256, 2048, 262'144, 32'768, true, 1'000'000, 512},
    {"gemma3-1b", "gemma3", 26, 1152, 4, 1, 256, 6912, 262'144, 32'768, true, 1'000'000, 512},
}};

// Which type the matrices get. `more` serves the parts that GGUF tools keep better: the output, and
// attn_v and ffn_down of half of the layers.
struct Mixture {
  std::string_view name;
  Type base;
  Type more;
  uint32_t file_type;  // general.file_type
};
constexpr std::array<Mixture, 2> kMixtures = {{
    {"Q4_K_M", Type::kQ4_K, Type::kQ6_K, 15},
    {"Q5_K_M", Type::kQ5_K, Type::kQ6_K, 17},
}};

std::optional<Mixture> FindMixture(std::string_view name) {
  for (const Mixture& mixture : kMixtures) {
    if (mixture.name == name) return mixture;
  }
  for (const quant::TypeRow& row : quant::Types()) {
    if (row.name == name) return Mixture{row.name, row.type, row.type, row.ggml_id};
  }
  return std::nullopt;
}

// What GGUF tools use when the columns are not a multiple of 256.
Type Fallback(Type type, uint64_t columns) {
  if (columns % quant::Row(type).block_weights == 0) return type;
  switch (type) {
    case Type::kQ2_K:
    case Type::kQ3_K:
    case Type::kIQ4_XS:
      return Fallback(Type::kIQ4_NL, columns);
    case Type::kQ4_K:
      return Fallback(Type::kQ5_0, columns);
    case Type::kQ5_K:
      return Fallback(Type::kQ5_1, columns);
    case Type::kQ6_K:
      return Fallback(Type::kQ8_0, columns);
    default:
      return Type::kF16;
  }
}

// One tensor to write: weights of standard deviation `sigma` around `mean` (other than 0 in F32
// only).
struct Plan {
  std::string name;
  std::vector<uint64_t> shape;
  Type type;
  float sigma;
  float mean;
};

// What logits spread like. Large enough that a sampler has something to choose from.
constexpr float kLogitSpread = 4;
// What attention scores spread like: 1 would average all positions, and every answer would be
// alike.
constexpr float kScoreSpread = 3;

class Planner {
 public:
  Planner(const RandomModelSpec& spec, const Mixture& mixture) : spec_(spec), mixture_(mixture) {}

  std::vector<Plan> Run() {
    // Small beside what the layers add, or a tied model would only repeat its last token; gemma3
    // scales it by sqrt(width).
    const float embedding = spec_.architecture == "gemma3" ? 0.25f : 1;
    Matrix("token_embd.weight", spec_.vocabulary, spec_.width, spec_.tied, embedding);
    for (uint32_t layer = 0; layer < spec_.layers; ++layer) Layer(layer);
    Norm("output_norm.weight", spec_.width, kLogitSpread / (spec_.tied ? embedding : 1));
    if (!spec_.tied) Matrix("output.weight", spec_.vocabulary, spec_.width, true);
    return std::move(plans_);
  }

 private:
  void Layer(uint32_t layer) {
    const std::string blk = fmt::format("blk.{}.", layer);
    const uint64_t q = uint64_t{spec_.heads} * spec_.head_size;
    const uint64_t kv = uint64_t{spec_.kv_heads} * spec_.head_size;
    const bool gemma = spec_.architecture == "gemma3";
    const uint32_t eighth = spec_.layers / 8;
    const bool more = layer < eighth || layer >= spec_.layers - eighth || (layer - eighth) % 3 == 2;
    Norm(blk + "attn_norm.weight", spec_.width);
    Matrix(blk + "attn_q.weight", q, spec_.width, false, gemma ? 1 : kScoreSpread);
    Matrix(blk + "attn_k.weight", kv, spec_.width);
    Matrix(blk + "attn_v.weight", kv, spec_.width, more);
    if (spec_.architecture == "qwen2") {
      Bias(blk + "attn_q.bias", q);
      Bias(blk + "attn_k.bias", kv);
      Bias(blk + "attn_v.bias", kv);
    }
    if (gemma) {
      Norm(blk + "attn_q_norm.weight", spec_.head_size, kScoreSpread);
      Norm(blk + "attn_k_norm.weight", spec_.head_size);
    }
    Matrix(blk + "attn_output.weight", spec_.width, q);
    if (gemma) Norm(blk + "post_attention_norm.weight", spec_.width);
    Norm(blk + "ffn_norm.weight", spec_.width);
    Matrix(blk + "ffn_gate.weight", spec_.feed_forward, spec_.width);
    Matrix(blk + "ffn_up.weight", spec_.feed_forward, spec_.width);
    Matrix(blk + "ffn_down.weight", spec_.width, spec_.feed_forward, more);
    if (gemma) Norm(blk + "post_ffw_norm.weight", spec_.width);
  }

  // Rows keep the size of their input: sigma = gain / sqrt(columns).
  void Matrix(std::string name, uint64_t rows, uint64_t columns, bool more = false,
              float gain = 1) {
    const Type type = Fallback(more ? mixture_.more : mixture_.base, columns);
    const float sigma = gain / std::sqrt(static_cast<float>(columns));
    plans_.push_back({std::move(name), {rows, columns}, type, sigma, 0});
  }
  void Norm(std::string name, uint64_t columns, float mean = 1) {
    plans_.push_back({std::move(name), {columns}, Type::kF32, mean / 10, mean});
  }
  void Bias(std::string name, uint64_t columns) {
    plans_.push_back({std::move(name), {columns}, Type::kF32, 0.1f, 0});
  }

  const RandomModelSpec& spec_;
  const Mixture& mixture_;
  std::vector<Plan> plans_;
};

void AddMetadata(GgufWriter& writer, const RandomModelSpec& spec, uint32_t file_type) {
  const std::string arch(spec.architecture);
  writer.AddString("general.architecture", arch);
  writer.AddString("general.name", fmt::format("random {}", spec.name));
  writer.AddString("general.license", "apache-2.0");
  writer.AddU32(arch + ".block_count", spec.layers);
  writer.AddU32(arch + ".context_length", spec.context);
  writer.AddU32(arch + ".embedding_length", spec.width);
  writer.AddU32(arch + ".feed_forward_length", spec.feed_forward);
  writer.AddU32(arch + ".attention.head_count", spec.heads);
  writer.AddU32(arch + ".attention.head_count_kv", spec.kv_heads);
  writer.AddU32(arch + ".attention.key_length", spec.head_size);
  writer.AddU32(arch + ".attention.value_length", spec.head_size);
  writer.AddF32(arch + ".attention.layer_norm_rms_epsilon", 1e-6f);
  writer.AddF32(arch + ".rope.freq_base", spec.rope_base);
  if (arch == "llama") {
    writer.AddU32(arch + ".rope.dimension_count", spec.head_size);
    writer.AddU32(arch + ".vocab_size", spec.vocabulary);
  }
  if (spec.sliding_window > 0) {
    writer.AddU32(arch + ".attention.sliding_window", spec.sliding_window);
  }
  if (arch == "gemma3") {
    AddSpmVocabulary(writer, spec.vocabulary);
  } else {
    AddBpeVocabulary(writer, spec.vocabulary);
  }
  writer.AddU32("general.quantization_version", 2);
  writer.AddU32("general.file_type", file_type);
}

Status WriteTensor(os::File& file, uint64_t position, uint64_t bytes, const Plan& plan,
                   uint64_t seed, uint64_t stream) {
  constexpr uint64_t kChunkBytes = 4 << 20;
  const quant::TypeRow& row = quant::Row(plan.type);
  const quant::RandomBlocks random(plan.type, plan.sigma, seed, stream);
  const uint64_t blocks = bytes / row.block_bytes;
  const uint64_t step = kChunkBytes / row.block_bytes;
  std::vector<uint8_t> chunk(std::min(step, blocks) * row.block_bytes);
  for (uint64_t first = 0; first < blocks; first += step) {
    const uint64_t count = std::min(step, blocks - first);
    random.Fill(first, count, chunk.data());
    for (uint64_t i = 0; plan.mean != 0 && i < count; ++i) {  // norms, F32
      const float value = plan.mean + std::bit_cast<float>(quant::LoadU32(chunk.data() + 4 * i));
      quant::StoreU32(chunk.data() + 4 * i, std::bit_cast<uint32_t>(value));
    }
    HEARTH_TRY(file.WriteAt(position + first * row.block_bytes,
                            std::span(chunk).first(count * row.block_bytes)));
  }
  return {};
}

}  // namespace

std::span<const RandomModelSpec> RandomModelPresets() {
  return kPresets;
}

const RandomModelSpec* FindRandomModelPreset(std::string_view name) {
  const auto it = std::ranges::find(kPresets, name, &RandomModelSpec::name);
  return it == kPresets.end() ? nullptr : &*it;
}

std::string RandomModelTypes() {
  std::string names;
  for (const quant::TypeRow& row : quant::Types()) names += std::string(row.name) + ", ";
  for (const Mixture& mixture : kMixtures) names += std::string(mixture.name) + ", ";
  names.resize(names.size() - 2);
  return names;
}

Status WriteRandomModel(const std::string& path, const RandomModelSpec& spec, std::string_view type,
                        uint64_t seed) {
  const std::optional<Mixture> mixture = FindMixture(type);
  if (!mixture) {
    return Fail(Code::kInvalidArgument, msg::kRandomType, type, RandomModelTypes());
  }
  GgufWriter writer;
  AddMetadata(writer, spec, mixture->file_type);
  const std::vector<Plan> plans = Planner(spec, *mixture).Run();
  for (const Plan& plan : plans) writer.AddTensor(plan.name, plan.shape, plan.type);
  HEARTH_ASSIGN(os::File file, os::File::OpenWrite(path));
  HEARTH_TRY(writer.Start(file));
  for (size_t i = 0; i < plans.size(); ++i) {
    HEARTH_TRY(
        WriteTensor(file, writer.TensorPosition(i), writer.TensorBytes(i), plans[i], seed, i));
  }
  return {};
}

}  // namespace hearth::formats
