// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "command.h"
#include "machine.h"
#include "measure.h"
#include "messages_machine.h"
#include "printable.h"

namespace hearth::app {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> FeatureNames(uint32_t bits) {
  std::vector<std::string> names;
  for (const cpu::FeatureRow& row : cpu::FeatureTable()) {
    if ((bits & row.bit) != 0) names.emplace_back(row.name);
  }
  return names;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

Json ToJson(const Machine& m) {
  return {{"processor", m.features.brand},
          {"isa", cpu::IsaName(m.row.isa)},
          {"isa_why", m.row.why},
          {"features", FeatureNames(m.features.usable())},
          {"features_blocked", FeatureNames(m.features.cpu & ~m.features.usable())},
          {"amx_permitted", m.features.amx_permitted},
          {"cores", m.topology.cores},
          {"processors", m.topology.logical},
          {"usable_threads", m.topology.usable},
          {"cache_bytes", {{"l1d", m.topology.l1d}, {"l2", m.topology.l2}, {"l3", m.topology.l3}}},
          {"memory_bytes", {{"total", m.memory.total}, {"available", m.memory.available}}},
          {"read_gigabytes_per_second",
           m.read_gbps > 0 ? Json(std::round(m.read_gbps * 100) / 100) : Json(nullptr)},
          {"data_folder", m.data_folder},
          {"data_folder_writable", m.data_folder_writable},
          {"free_disk_bytes", m.free_disk},
          {"advice", Advice(m)}};
}

std::string AmxText(const Machine& m) {
  if ((m.features.cpu & cpu::kAMXTILE) == 0) return Console::Text(msg::kDoctorAmxNone);
  return Console::Text(m.features.amx_permitted ? msg::kDoctorAmxGranted : msg::kDoctorAmxRefused);
}

std::string CacheText(const cpu::Topology& t) {
  const auto size = [](uint64_t bytes) {
    return bytes == 0            ? std::string("?")
           : bytes >= (1u << 20) ? fmt::format("{} MiB", bytes >> 20)
                                 : fmt::format("{} KiB", bytes >> 10);
  };
  return fmt::format("L1d {}, L2 {}, L3 {}", size(t.l1d), size(t.l2), size(t.l3));
}

void PrintTable(Console& console, const Machine& m) {
  const auto line = [&](const Message& what, const std::string& text) {
    constexpr int kLabelColumns = 12;
    console.Out(console.Bold(Padded(Console::Text(what), kLabelColumns)) + Printable(text) + "\n");
  };
  line(msg::kDoctorCpu, m.features.brand);
  line(msg::kDoctorThreads, Console::Text(msg::kDoctorThreadsText, m.topology.usable,
                                          m.topology.logical, m.topology.cores));
  line(msg::kDoctorFeatures, Joined(FeatureNames(m.features.usable())));
  const std::vector<std::string> blocked = FeatureNames(m.features.cpu & ~m.features.usable());
  if (!blocked.empty()) line(msg::kDoctorBlocked, Joined(blocked));
  line(msg::kDoctorAmx, AmxText(m));
  line(msg::kDoctorKernels, fmt::format("{} ({})", cpu::IsaName(m.row.isa), m.row.why));
  line(msg::kDoctorCaches, CacheText(m.topology));
  line(msg::kDoctorMemory,
       Console::Text(msg::kDoctorMemoryText, BytesText(static_cast<double>(m.memory.available)),
                     BytesText(static_cast<double>(m.memory.total))));
  if (m.read_gbps > 0) {
    line(msg::kDoctorBandwidth,
         Console::Text(msg::kDoctorBandwidthText, fmt::format("{:.1f}", m.read_gbps),
                       m.topology.usable, fmt::format("{:.0f}", m.read_gbps)));
  }
  line(msg::kDoctorDisk, Console::Text(msg::kDoctorDiskText,
                                       BytesText(static_cast<double>(m.free_disk)), m.data_folder));
  const std::vector<std::string> advice = Advice(m);
  if (advice.empty()) line(msg::kDoctorImprove, Console::Text(msg::kDoctorNothing));
  for (const std::string& text : advice) line(msg::kDoctorImprove, text);
}

}  // namespace

Status RunDoctor(Console& console, std::vector<std::string> words) {
  bool json = false;
  bool quick = false;
  Args args("doctor", msg::kHelpDoctor);
  args.Switch("--json", &json, msg::kJsonFlag);
  args.Switch("--quick", &quick, msg::kDoctorQuick);
  HEARTH_ASSIGN(const bool go, args.Parse(console, std::move(words)));
  if (!go) return {};
  HEARTH_ASSIGN(Machine machine, LookAtMachine());
  if (!quick) {
    HEARTH_ASSIGN(machine.read_gbps, MeasureBandwidth(console, machine.topology.usable));
  }
  if (json) {
    console.Out(ToJson(machine).dump(2) + "\n");
  } else {
    PrintTable(console, machine);
  }
  return {};
}

}  // namespace hearth::app
