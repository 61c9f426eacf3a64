// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hearth::cpu {

// Instruction sets that kernel rows may ask for; bits of Features::cpu and IsaRow::needs.
enum Feature : uint32_t {
  kAVX2 = 1u << 0,
  kFMA = 1u << 1,
  kF16C = 1u << 2,
  kAVXVNNI = 1u << 3,
  kAVX512F = 1u << 4,
  kAVX512BW = 1u << 5,
  kAVX512VL = 1u << 6,
  kAVX512DQ = 1u << 7,
  kAVX512VNNI = 1u << 8,
  kAVX512VBMI = 1u << 9,
  kAVX512BF16 = 1u << 10,
  kAVX512FP16 = 1u << 11,
  kAMXTILE = 1u << 12,
  kAMXINT8 = 1u << 13,
  kAMXBF16 = 1u << 14,
};

// Register state that the operating system must save before a feature may be used.
enum class OsState : uint8_t { kYmm, kZmm, kTile };

struct FeatureRow {
  Feature bit;
  std::string_view name;  // as in the vendor's manual: "AVX512_VNNI"
  OsState state;
};
std::span<const FeatureRow> FeatureTable();

// What the processor says (cpu) and what the operating system allows (os_*, amx_permitted). Plain
// data, so that tests can describe machines that are not there.
struct Features {
  uint32_t cpu = 0;            // Feature bits from CPUID
  bool os_ymm = false;         // XCR0 bits 1-2
  bool os_zmm = false;         // and bits 5-7
  bool os_tile = false;        // and bits 17-18
  bool amx_permitted = false;  // the kernel granted tile data to this process
  std::string brand;           // "Intel(R) Xeon(R) Processor"

  // The bits that may really be used.
  uint32_t usable() const;
};

// Asks CPUID, XCR0 and (once per process, when the processor has AMX) the kernel's permission for
// tile data. Cached. On other architectures nothing is set.
const Features& DetectFeatures();

// Data caches as seen by one core; 0 where unknown. Bytes.
struct Topology {
  uint64_t l1d = 0;
  uint64_t l2 = 0;
  uint64_t l3 = 0;
  int l3_shared_by = 0;  // logical processors on one L3
  int cores = 0;         // physical, in the machine
  int logical = 0;       // processors, in the machine
  int usable = 0;        // threads this process may run (affinity, quota)
};
Topology DetectTopology();

}  // namespace hearth::cpu
