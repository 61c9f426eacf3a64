// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

// Complete model files with random weights, for tests and benchmarks: every part of the program
// runs on them, the text they produce means nothing.
namespace hearth::formats {

struct RandomModelSpec {
  std::string_view name;          // of the preset
  std::string_view architecture;  // llama, qwen2 or gemma3
  uint32_t layers;
  uint32_t width;  // embedding length
  uint32_t heads;
  uint32_t kv_heads;
  uint32_t head_size;
  uint32_t feed_forward;
  uint32_t vocabulary;  // at least 512
  uint32_t context;
  bool tied;  // no output.weight: the embedding serves twice
  float rope_base;
  uint32_t sliding_window = 0;  // gemma3 only
};

// "tiny-llama", "tiny-qwen2", "tiny-gemma3" (two to six layers of width 256), "tiny-wide" (width
// 1024) and real shapes such as "llama-1.1b", "llama-7b", "llama3-8b", "qwen2-1.5b", "gemma3-270m".
std::span<const RandomModelSpec> RandomModelPresets();
const RandomModelSpec* FindRandomModelPreset(std::string_view name);  // null when absent

// The mixtures of types that WriteRandomModel knows: every row of quant::Types() by name, and the
// Q4_K_M and Q5_K_M mixtures of GGUF tools.
std::string RandomModelTypes();

// Writes a GGUF file whose bytes depend on the arguments only. Matrices whose rows do not fit the
// blocks of `type` get the type that GGUF tools fall back to (Q4_K: Q5_0 and so on). gemma3 gets a
// SentencePiece vocabulary with byte fallback, the others byte-level BPE; all have a chat template.
// kInvalidArgument for an unknown type; kResourceExhausted when the disk is full.
Status WriteRandomModel(const std::string& path, const RandomModelSpec& spec, std::string_view type,
                        uint64_t seed);

}  // namespace hearth::formats
