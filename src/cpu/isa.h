// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cpu/features.h"

namespace hearth::cpu {

// Kernel rows, slowest first. Values index kIsaTable and the kernel tables.
enum class Isa : uint8_t { kScalar, kAvx2, kAvxVnni, kAvx512Vnni, kAvx512Bf16, kAmx };
inline constexpr int kIsaCount = 6;

struct IsaRow {
  Isa isa;
  std::string_view name;  // as in HEARTH_ISA, file names and output
  uint32_t needs;         // Feature bits; the compile flags of its units allow nothing beyond them
};

inline constexpr uint32_t kNeedAvx2 = kAVX2 | kFMA | kF16C;
inline constexpr uint32_t kNeedAvx512 =
    kNeedAvx2 | kAVX512F | kAVX512BW | kAVX512VL | kAVX512DQ | kAVX512VNNI;

inline constexpr std::array<IsaRow, kIsaCount> kIsaTable = {{
    {Isa::kScalar, "scalar", 0},
    {Isa::kAvx2, "avx2", kNeedAvx2},
    {Isa::kAvxVnni, "avxvnni", kNeedAvx2 | kAVXVNNI},
    {Isa::kAvx512Vnni, "avx512vnni", kNeedAvx512},
    {Isa::kAvx512Bf16, "avx512bf16", kNeedAvx512 | kAVX512BF16},
    {Isa::kAmx, "amx", kNeedAvx512 | kAVX512VBMI | kAVX512BF16 | kAMXTILE | kAMXINT8 | kAMXBF16},
}};

constexpr const IsaRow& Row(Isa isa) {
  return kIsaTable[static_cast<size_t>(isa)];
}
constexpr std::string_view IsaName(Isa isa) {
  return Row(isa).name;
}

struct IsaChoice {
  Isa isa = Isa::kScalar;
  std::string why;  // one clause, in the reader's language
};

// True when every feature of the row is usable and the row is in this build.
bool Possible(Isa isa, const Features& features);
// Why the row is not possible, in words; empty when it is.
std::string WhyNot(Isa isa, const Features& features);

// The best possible row, or `forced` when not empty. kInvalidArgument: no row has that name;
// kFailedPrecondition: the machine cannot run it, the message says which feature is missing.
Result<IsaChoice> Choose(const Features& features, std::string_view forced);

// Choose() for this machine and $HEARTH_ISA; detected once per process.
Result<Isa> ChooseIsa();
std::string WhyIsa();  // "the best row that this machine allows", or the error's text

}  // namespace hearth::cpu
