// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "machine.h"

#include <cstdlib>

#include "console.h"
#include "messages_machine.h"
#include "printable.h"

namespace hearth::app {
namespace {

constexpr double kGigabyte = 1e9;
constexpr double kSmallMemory =
    4 * kGigabyte;  // the starter model needs about 1.6 GB beside the rest
constexpr double kSmallDisk = 3 * kGigabyte;  // a 1.1 GB model and room for a second one

// The nearest folder above `path` that exists: where the disk is.
std::string Existing(std::string path) {
  while (!path.empty() && !os::FileExists(path)) {
    const size_t slash = path.rfind('/');
    path = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  }
  return path.empty() ? "." : path;
}

std::string FirstLine(const std::string& path) {
  const Result<std::string> text = os::ReadWholeFile(path, 4096);
  return text ? text->substr(0, text->find('\n')) : "";
}

}  // namespace

Result<Machine> LookAtMachine() {
  Machine machine;
  machine.features = cpu::DetectFeatures();
  machine.topology = cpu::DetectTopology();
  machine.memory = os::Memory();
  machine.data_folder = os::DataFolder();
  const std::string disk = Existing(machine.data_folder);
  machine.free_disk = os::FreeDisk(disk).value_or(0);
  machine.data_folder_writable = os::Writable(disk);
  machine.governor = FirstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  const char* forced = std::getenv("HEARTH_ISA");
  machine.row_forced = forced != nullptr && forced[0] != '\0';
  HEARTH_ASSIGN(machine.row, cpu::Choose(machine.features, machine.row_forced ? forced : ""));
  return machine;
}

std::vector<std::string> Advice(const Machine& m) {
  std::vector<std::string> advice;
  const auto say = [&](const Message& message, const auto&... args) {
    advice.push_back(Console::Text(message, args...));
  };
  const cpu::Isa best = cpu::Choose(m.features, "")->isa;  // cannot fail when nothing is forced
  if (m.row_forced && best != m.row.isa) {
    say(msg::kAdviceForced, cpu::IsaName(m.row.isa), cpu::IsaName(best));
  }
  const bool has_tiles = (m.features.cpu & cpu::kAMXTILE) != 0;
  if (has_tiles && !m.features.os_tile) say(msg::kAdviceAmxState);
  if (has_tiles && m.features.os_tile && !m.features.amx_permitted) say(msg::kAdviceAmxPermission);
  if (best == cpu::Isa::kScalar) say(msg::kAdviceScalar);
  if (m.topology.usable < m.topology.cores) {
    say(msg::kAdviceThreads, m.topology.usable, m.topology.cores);
  }
  if (m.governor == "powersave" || m.governor == "conservative") {
    say(msg::kAdviceGovernor, m.governor);
  }
  const double available = static_cast<double>(m.memory.available);
  if (available < kSmallMemory) say(msg::kAdviceMemory, BytesText(available));
  const double disk = static_cast<double>(m.free_disk);
  if (disk < kSmallDisk) say(msg::kAdviceDisk, BytesText(disk), m.data_folder);
  if (!m.data_folder_writable) say(msg::kAdviceReadOnly, m.data_folder);
  return advice;
}

}  // namespace hearth::app
