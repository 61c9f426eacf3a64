// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/config.h"

#include <fmt/ranges.h>

#include <cmath>

#include "models/messages.h"

namespace hearth::models {
namespace {

using formats::Catalogue;

// Reads "<architecture>.<field>" with the range that the decoder can serve.
class Reader {
 public:
  Reader(const Catalogue& catalogue, std::string_view architecture)
      : catalogue_(catalogue),
        prefix_(std::string(architecture) + "."),
        file_(FileName(catalogue)) {}

  std::string Key(std::string_view field) const { return prefix_ + std::string(field); }
  const std::string& file() const { return file_; }

  Result<int32_t> Integer(std::string_view field, int32_t low, int32_t high,
                          std::optional<int32_t> otherwise = {}) const {
    HEARTH_ASSIGN(const std::optional<uint64_t> value, catalogue_.Integer(Key(field)));
    if (!value) {
      if (otherwise) return *otherwise;
      return Fail(Code::kDataLoss, msg::kModelNoKey, file_, Key(field));
    }
    if (*value < static_cast<uint64_t>(low) || *value > static_cast<uint64_t>(high)) {
      return Bad(field, *value, fmt::format("{} .. {}", low, high));
    }
    return static_cast<int32_t>(*value);
  }

  // A finite number in [low, high].
  Result<double> Number(std::string_view field, double low, double high, double otherwise) const {
    HEARTH_ASSIGN(const std::optional<double> value, catalogue_.Number(Key(field)));
    if (!value) return otherwise;
    if (!(*value >= low && *value <= high)) {
      return Bad(field, *value, fmt::format("{} .. {}", low, high));
    }
    return *value;
  }

  Result<std::string_view> Text(std::string_view field, std::string_view otherwise) const {
    HEARTH_ASSIGN(const std::optional<std::string_view> value, catalogue_.Text(Key(field)));
    return value.value_or(otherwise);
  }

  template <typename T>
  std::unexpected<Error> Bad(std::string_view field, const T& value,
                             std::string_view needed) const {
    return Fail(Code::kDataLoss, msg::kModelBadKey, file_, Key(field), value, needed);
  }

 private:
  const Catalogue& catalogue_;
  std::string prefix_, file_;
};

constexpr int32_t kMaxContext = 1 << 24;
constexpr int32_t kMaxGroup = 64;  // query heads per KV head that the attention kernels take

Status ReadSizes(const Reader& in, DecoderConfig& config) {
  HEARTH_ASSIGN(config.layers, in.Integer("block_count", 1, 1024));
  HEARTH_ASSIGN(config.width, in.Integer("embedding_length", 1, 1 << 18));
  HEARTH_ASSIGN(config.feed_forward, in.Integer("feed_forward_length", 1, 1 << 20));
  HEARTH_ASSIGN(config.heads, in.Integer("attention.head_count", 1, 4096));
  HEARTH_ASSIGN(config.kv_heads, in.Integer("attention.head_count_kv", 1, 4096, config.heads));
  if (config.heads % config.kv_heads != 0) {
    return in.Bad("attention.head_count_kv", config.kv_heads,
                  fmt::format("a divisor of {}", config.heads));
  }
  HEARTH_ASSIGN(config.head_size,
                in.Integer("attention.key_length", 1, 1024, config.width / config.heads));
  HEARTH_ASSIGN(const int32_t value_size,
                in.Integer("attention.value_length", 1, 1024, config.head_size));
  if (config.head_size % 16 != 0 || value_size != config.head_size) {
    return Fail(Code::kUnimplemented, msg::kModelUnsupported, in.file(),
                in.Key("attention.key_length / value_length"),
                fmt::format("{} / {}", config.head_size, value_size));
  }
  if (config.group() > kMaxGroup) {
    return Fail(Code::kUnimplemented, msg::kModelUnsupported, in.file(),
                in.Key("attention.head_count / head_count_kv"), config.group());
  }
  HEARTH_ASSIGN(config.trained_context, in.Integer("context_length", 1, kMaxContext));
  HEARTH_ASSIGN(const double epsilon,
                in.Number("attention.layer_norm_rms_epsilon", 0.0, 1.0, 1e-5));
  config.norm_epsilon = static_cast<float>(epsilon);
  return {};
}

Status ReadRope(const Reader& in, const ArchitectureRow& row, DecoderConfig& config) {
  RopeConfig& rope = config.rope;
  HEARTH_ASSIGN(rope.base, in.Number("rope.freq_base", 1.0, 1e12, 10000.0));
  HEARTH_ASSIGN(rope.dims,
                in.Integer("rope.dimension_count", 2, config.head_size, config.head_size));
  if (rope.dims % 2 != 0) return in.Bad("rope.dimension_count", rope.dims, "an even number");
  config.rope_local = rope;
  if (row.local_rope_base > 0) {
    HEARTH_ASSIGN(config.rope_local.base,
                  in.Number("rope.freq_base_swa", 1.0, 1e12, row.local_rope_base));
  }
  HEARTH_ASSIGN(const std::string_view kind, in.Text("rope.scaling.type", "none"));
  if (kind == "none") return {};
  if (kind != "linear" && kind != "yarn") {
    return Fail(Code::kUnimplemented, msg::kModelUnsupported, in.file(),
                in.Key("rope.scaling.type"), kind);
  }
  rope.scaling = kind == "linear" ? RopeScaling::kLinear : RopeScaling::kYarn;
  HEARTH_ASSIGN(rope.factor, in.Number("rope.scaling.factor", 1e-3, 1e6, 1.0));
  HEARTH_ASSIGN(rope.attention_factor, in.Number("rope.scaling.attn_factor", 1e-3, 1e3, 1.0));
  HEARTH_ASSIGN(const int32_t original, in.Integer("rope.scaling.original_context_length", 1,
                                                   kMaxContext, config.trained_context));
  rope.original_context = original;
  if (row.local_rope_base == 0) config.rope_local = rope;
  return {};
}

Status ReadWindow(const Reader& in, const ArchitectureRow& row, DecoderConfig& config) {
  config.local.assign(static_cast<size_t>(config.layers), false);
  if (row.global_every == 0) return {};
  HEARTH_ASSIGN(config.window, in.Integer("attention.sliding_window", 0, kMaxContext, 0));
  if (config.window == 0) return {};
  for (int32_t i = 0; i < config.layers; ++i) {
    config.local[static_cast<size_t>(i)] = i % row.global_every != row.global_every - 1;
  }
  return {};
}

}  // namespace

std::string FileName(const Catalogue& catalogue) {
  return catalogue.files.empty() ? std::string("model") : catalogue.files.front().path();
}

Result<DecoderConfig> ReadConfig(const Catalogue& catalogue) {
  HEARTH_ASSIGN(const std::optional<std::string_view> name, catalogue.Text("general.architecture"));
  if (!name) return Fail(Code::kDataLoss, msg::kModelNoArchitecture, FileName(catalogue));
  const ArchitectureRow* row = FindArchitecture(*name);
  if (row == nullptr) {
    return Fail(Code::kUnimplemented, msg::kModelUnknown, FileName(catalogue), *name,
                fmt::format("{}", fmt::join(ArchitectureNames(), ", ")));
  }
  const Reader in(catalogue, *name);
  DecoderConfig config;
  config.architecture = *name;
  config.pairing = row->pairing;
  config.activation = row->activation;
  HEARTH_TRY(ReadSizes(in, config));
  HEARTH_TRY(ReadRope(in, *row, config));
  HEARTH_TRY(ReadWindow(in, *row, config));
  const bool wide = row->wide_query_layers != 0 && config.layers == row->wide_query_layers;
  config.query_scale =
      1.0f / std::sqrt(static_cast<float>(wide ? config.width / config.heads : config.head_size));
  if (row->scale_embedding) config.embedding_scale = std::sqrt(static_cast<float>(config.width));
  if (row->softcaps) {
    HEARTH_ASSIGN(const double attention, in.Number("attn_logit_softcapping", 0.0, 1e6, 0.0));
    HEARTH_ASSIGN(const double logit, in.Number("final_logit_softcapping", 0.0, 1e6, 0.0));
    config.attention_softcap = static_cast<float>(attention);
    config.logit_softcap = static_cast<float>(logit);
  }
  if (const formats::TensorInfo* embedding = catalogue.Find("token_embd.weight")) {
    if (embedding->rows() > (1u << 24)) {
      return in.Bad("vocab_size", embedding->rows(), "at most 16777216");
    }
    config.vocabulary = static_cast<int32_t>(embedding->rows());
  }
  config.tied_head = catalogue.Find("output.weight") == nullptr;
  return config;
}

}  // namespace hearth::models
