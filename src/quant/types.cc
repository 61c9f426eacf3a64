// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "quant/types.h"

#include <array>

#include "quant/decode.h"

namespace hearth::quant {
namespace {

constexpr uint32_t kNoGgmlId = UINT32_MAX;

constexpr std::array<TypeRow, kTypeCount> kTypes = {{
    {Type::kF32, "F32", 0, 1, 4, DecodeF32},
    {Type::kF16, "F16", 1, 1, 2, DecodeF16},
    {Type::kBF16, "BF16", 30, 1, 2, DecodeBF16},
    {Type::kQ4_0, "Q4_0", 2, 32, 18, DecodeQ4_0},
    {Type::kQ4_1, "Q4_1", 3, 32, 20, DecodeQ4_1},
    {Type::kQ5_0, "Q5_0", 6, 32, 22, DecodeQ5_0},
    {Type::kQ5_1, "Q5_1", 7, 32, 24, DecodeQ5_1},
    {Type::kQ8_0, "Q8_0", 8, 32, 34, DecodeQ8_0},
    {Type::kQ2_K, "Q2_K", 10, 256, 84, DecodeQ2_K},
    {Type::kQ3_K, "Q3_K", 11, 256, 110, DecodeQ3_K},
    {Type::kQ4_K, "Q4_K", 12, 256, 144, DecodeQ4_K},
    {Type::kQ5_K, "Q5_K", 13, 256, 176, DecodeQ5_K},
    {Type::kQ6_K, "Q6_K", 14, 256, 210, DecodeQ6_K},
    {Type::kIQ4_NL, "IQ4_NL", 20, 32, 18, DecodeIQ4_NL},
    {Type::kIQ4_XS, "IQ4_XS", 23, 256, 136, DecodeIQ4_XS},
    {Type::kMXFP4, "MXFP4", 39, 32, 17, DecodeMXFP4},
    {Type::kQ6_KSplit, "Q6_K_split", kNoGgmlId, 256, 210, DecodeQ6_K},
    {Type::kQ8_0Split, "Q8_0_split", kNoGgmlId, 32, 34, DecodeQ8_0},
}};

constexpr bool InEnumOrder() {
  for (size_t i = 0; i < kTypes.size(); ++i) {
    if (static_cast<size_t>(kTypes[i].type) != i) return false;
  }
  return true;
}
static_assert(InEnumOrder());

// Every number that GGUF has used, by position; empty where a number was never given or withdrawn.
constexpr std::array<std::string_view, 42> kGgmlNames = {
    "F32",   "F16",        "Q4_0",       "Q4_1",       "Q4_2",     "Q4_3",     "Q5_0",
    "Q5_1",  "Q8_0",       "Q8_1",       "Q2_K",       "Q3_K",     "Q4_K",     "Q5_K",
    "Q6_K",  "Q8_K",       "IQ2_XXS",    "IQ2_XS",     "IQ3_XXS",  "IQ1_S",    "IQ4_NL",
    "IQ3_S", "IQ2_S",      "IQ4_XS",     "I8",         "I16",      "I32",      "I64",
    "F64",   "IQ1_M",      "BF16",       "Q4_0_4_4",   "Q4_0_4_8", "Q4_0_8_8", "TQ1_0",
    "TQ2_0", "IQ4_NL_4_4", "IQ4_NL_4_8", "IQ4_NL_8_8", "MXFP4",    "NVFP4",    "Q1_0"};

}  // namespace

std::span<const TypeRow> Types() {
  return std::span(kTypes).first(kFileTypeCount);
}

const TypeRow& Row(Type type) {
  return kTypes[static_cast<size_t>(type)];
}

const TypeRow* FindGgmlType(uint32_t id) {
  for (const TypeRow& row : Types()) {
    if (row.ggml_id == id) return &row;
  }
  return nullptr;
}

std::string_view GgmlTypeName(uint32_t id) {
  return id < kGgmlNames.size() ? kGgmlNames[id] : std::string_view();
}

}  // namespace hearth::quant
