// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/features.h"

#include <charconv>
#include <cstring>
#include <set>
#include <thread>

#include "cpu/cpu_list.h"
#include "cpu/topology.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace hearth::cpu {
namespace {

constexpr FeatureRow kFeatures[] = {
    {kAVX2, "AVX2", OsState::kYmm},
    {kFMA, "FMA", OsState::kYmm},
    {kF16C, "F16C", OsState::kYmm},
    {kAVXVNNI, "AVX_VNNI", OsState::kYmm},
    {kAVX512F, "AVX512F", OsState::kZmm},
    {kAVX512BW, "AVX512BW", OsState::kZmm},
    {kAVX512VL, "AVX512VL", OsState::kZmm},
    {kAVX512DQ, "AVX512DQ", OsState::kZmm},
    {kAVX512VNNI, "AVX512_VNNI", OsState::kZmm},
    {kAVX512VBMI, "AVX512_VBMI", OsState::kZmm},
    {kAVX512BF16, "AVX512_BF16", OsState::kZmm},
    {kAVX512FP16, "AVX512_FP16", OsState::kZmm},
    {kAMXTILE, "AMX_TILE", OsState::kTile},
    {kAMXINT8, "AMX_INT8", OsState::kTile},
    {kAMXBF16, "AMX_BF16", OsState::kTile},
};

#if defined(__x86_64__)

enum Register { kEax, kEbx, kEcx, kEdx };

// Where CPUID keeps each bit (Intel SDM volume 2, CPUID).
struct CpuidRow {
  Feature feature;
  unsigned leaf, subleaf;
  Register reg;
  int bit;
};
constexpr CpuidRow kCpuid[] = {
    {kFMA, 1, 0, kEcx, 12},      {kF16C, 1, 0, kEcx, 29},       {kAVX2, 7, 0, kEbx, 5},
    {kAVX512F, 7, 0, kEbx, 16},  {kAVX512DQ, 7, 0, kEbx, 17},   {kAVX512BW, 7, 0, kEbx, 30},
    {kAVX512VL, 7, 0, kEbx, 31}, {kAVX512VBMI, 7, 0, kEcx, 1},  {kAVX512VNNI, 7, 0, kEcx, 11},
    {kAMXBF16, 7, 0, kEdx, 22},  {kAVX512FP16, 7, 0, kEdx, 23}, {kAMXTILE, 7, 0, kEdx, 24},
    {kAMXINT8, 7, 0, kEdx, 25},  {kAVXVNNI, 7, 1, kEax, 4},     {kAVX512BF16, 7, 1, kEax, 5},
};

bool CpuidBit(unsigned leaf, unsigned subleaf, Register reg, int bit) {
  unsigned r[4] = {};
  if (!__get_cpuid_count(leaf, subleaf, &r[kEax], &r[kEbx], &r[kEcx], &r[kEdx])) return false;
  if (leaf == 7 && subleaf == 1) {  // exists only when leaf 7 says so
    unsigned top[4] = {};
    __get_cpuid_count(7, 0, &top[kEax], &top[kEbx], &top[kEcx], &top[kEdx]);
    if (top[kEax] < 1) return false;
  }
  return (r[reg] >> bit & 1) != 0;
}

// XCR0: the register states that the operating system saves. REQUIRES: CPUID.1:ECX.OSXSAVE.
uint64_t ReadXcr0() {
  uint32_t low = 0;
  uint32_t high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

// Linux gives tile data to a process only on request (Documentation/arch/x86/xstate.rst).
bool RequestTileData() {
#if defined(__linux__)
  constexpr long kArchReqXcompPerm = 0x1023;
  constexpr long kXfeatureXtiledata = 18;
  return ::syscall(SYS_arch_prctl, kArchReqXcompPerm, kXfeatureXtiledata) == 0;
#else
  return false;
#endif
}

std::string ReadBrand() {
  char text[49] = {};
  unsigned r[4] = {};
  for (unsigned i = 0; i < 3; ++i) {
    if (!__get_cpuid(0x80000002u + i, &r[0], &r[1], &r[2], &r[3])) return {};
    std::memcpy(text + 16 * i, r, 16);
  }
  std::string brand = text;
  const size_t first = brand.find_first_not_of(' ');
  const size_t last = brand.find_last_not_of(' ');
  return first == std::string::npos ? "" : brand.substr(first, last - first + 1);
}

Features Detect() {
  Features f;
  for (const CpuidRow& row : kCpuid) {
    if (CpuidBit(row.leaf, row.subleaf, row.reg, row.bit)) f.cpu |= row.feature;
  }
  constexpr int kOsxsave = 27;
  if (CpuidBit(1, 0, kEcx, kOsxsave)) {
    constexpr uint64_t kYmmState = 0x6, kZmmState = 0xE6, kTileState = 0x60000;
    const uint64_t xcr0 = ReadXcr0();
    f.os_ymm = (xcr0 & kYmmState) == kYmmState;
    f.os_zmm = (xcr0 & kZmmState) == kZmmState;
    f.os_tile = (xcr0 & kTileState) == kTileState;
  }
  f.amx_permitted = (f.cpu & kAMXTILE) != 0 && f.os_tile && RequestTileData();
  f.brand = ReadBrand();
  return f;
}

#else

Features Detect() {
  return {};
}

#endif

constexpr std::string_view kSystemCpu = "/sys/devices/system/cpu/";

// "48K" or "32M" as bytes.
uint64_t ParseSize(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return 0;
  const char unit = end == text.data() + text.size() ? ' ' : *end;
  return unit == 'K' ? value << 10 : unit == 'M' ? value << 20 : unit == 'G' ? value << 30 : value;
}

}  // namespace

std::span<const FeatureRow> FeatureTable() {
  return kFeatures;
}

uint32_t Features::usable() const {
  uint32_t bits = 0;
  for (const FeatureRow& row : kFeatures) {
    const bool saved = row.state == OsState::kYmm   ? os_ymm
                       : row.state == OsState::kZmm ? os_zmm
                                                    : os_tile && amx_permitted;
    if (saved) bits |= cpu & row.bit;
  }
  return bits;
}

const Features& DetectFeatures() {
  static const Features features = Detect();
  return features;
}

Topology DetectTopology() {
  Topology t;
  const std::string cpu0 = std::string(kSystemCpu) + "cpu0/cache/index";
  for (int i = 0; i < 8; ++i) {
    const std::string index = cpu0 + std::to_string(i) + "/";
    const std::string level = ReadLine(index + "level");
    if (level.empty()) break;
    if (ReadLine(index + "type") == "Instruction") continue;
    const uint64_t size = ParseSize(ReadLine(index + "size"));
    if (level == "1") t.l1d = size;
    if (level == "2") t.l2 = size;
    if (level == "3") {
      t.l3 = size;
      t.l3_shared_by = static_cast<int>(ParseCpuList(ReadLine(index + "shared_cpu_list")).size());
    }
  }
  t.logical = static_cast<int>(ParseCpuList(ReadLine(std::string(kSystemCpu) + "online")).size());
  if (t.logical == 0) t.logical = static_cast<int>(std::thread::hardware_concurrency());
  std::set<std::string> cores;  // siblings share one list
  for (int i = 0; i < t.logical; ++i) {
    const std::string topology = std::string(kSystemCpu) + "cpu" + std::to_string(i) + "/topology/";
    const std::string siblings = ReadLine(topology + "thread_siblings_list");
    if (!siblings.empty()) cores.insert(siblings);
  }
  t.cores = cores.empty() ? t.logical : static_cast<int>(cores.size());
  t.usable = UsableThreads(ReadProcessors());
  return t;
}

}  // namespace hearth::cpu
