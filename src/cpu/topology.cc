// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/topology.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <tuple>

#include "base/os.h"
#include "cpu/cpu_list.h"

namespace hearth::cpu {
namespace {

std::optional<int64_t> Number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<int64_t> NumberIn(const std::string& path) {
  return Number(ReadLine(path));
}

bool Contains(const std::vector<int>& list, int id) {
  return std::ranges::find(list, id) != list.end();
}

// Processors' worth of time of one cgroup; 0: no limit. Version 2 says "max 100000" or
// "150000 100000", version 1 has two files, -1 is no limit.
double QuotaOf(const std::string& folder) {
  std::optional<int64_t> quota, period;
  if (const std::string line = ReadLine(folder + "/cpu.max"); !line.empty()) {
    quota = Number(line);
    const size_t space = line.find(' ');
    if (space != std::string::npos) period = Number(std::string_view(line).substr(space + 1));
  } else {
    quota = NumberIn(folder + "/cpu.cfs_quota_us");
    period = NumberIn(folder + "/cpu.cfs_period_us");
  }
  if (quota.value_or(0) <= 0) return 0;
  return static_cast<double>(*quota) /
         static_cast<double>(std::max<int64_t>(1, period.value_or(100'000)));
}

// The tightest quota from the root of the hierarchy down to the own cgroup.
double Quota(const TopologySource& source) {
  double least = 0;
  const auto take = [&](const std::string& folder) {
    const double quota = QuotaOf(folder);
    if (quota > 0 && (least == 0 || quota < least)) least = quota;
  };
  take(source.cgroup);
  take(source.cgroup + "/cpu");
  // "0::/a/b" of version 2, "4:cpu,cpuacct:/a/b" of version 1.
  const Result<std::string> text = os::ReadWholeFile(source.own_cgroup, 1 << 16);
  std::string_view left = text ? std::string_view(*text) : std::string_view();
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(left.size(), line.size() + 1));
    const size_t path = line.find(":/");
    if (path == std::string_view::npos) continue;
    const bool version2 = line.starts_with("0::");
    if (!version2 && !line.contains(":cpu:") && !line.contains(":cpu,")) continue;
    const std::string root = source.cgroup + (version2 ? "" : "/cpu");
    for (size_t at = path + 2; at != std::string_view::npos && at < line.size();) {
      at = line.find('/', at);
      take(root +
           std::string(line.substr(path + 1, at == std::string_view::npos ? at : at - path - 1)));
      if (at != std::string_view::npos) ++at;
    }
  }
  return least;
}

int WithinQuota(const ProcessorTable& table, int64_t threads) {
  auto allowed = static_cast<double>(threads);
  if (table.quota > 0) allowed = std::min(allowed, std::ceil(table.quota));
  return std::max(1, static_cast<int>(allowed));
}

// Slower than this share of the fastest is another kind of core; favoured cores and bins of one
// kind differ by less.
constexpr double kSameKind = 0.75;
// Work per clock of an efficiency core where the kernel gives frequencies only (measured ratios of
// vector code on hybrid client processors are 0.5 to 0.7).
constexpr double kEfficiencyPerClock = 0.6;

// Speed as the kernel states it: capacity, else highest frequency; 0 when it says nothing.
double StatedSpeed(const std::string& folder, bool efficiency) {
  if (const auto capacity = NumberIn(folder + "/cpu_capacity")) {
    return static_cast<double>(*capacity);
  }
  const auto clock = NumberIn(folder + "/cpufreq/cpuinfo_max_freq");
  return static_cast<double>(clock.value_or(0)) * (efficiency ? kEfficiencyPerClock : 1.0);
}

}  // namespace

ProcessorTable ReadProcessors(const TopologySource& source) {
  const std::string root = source.devices + "/system/cpu/";
  const std::vector<int> allowed = source.allowed ? *source.allowed : os::AllowedProcessors();
  const std::vector<int> efficiency = ParseCpuList(ReadLine(source.devices + "/cpu_atom/cpus"));
  std::vector<int> online = ParseCpuList(ReadLine(root + "online"));
  if (online.empty()) online = allowed;
  ProcessorTable table;
  table.quota = Quota(source);
  std::vector<double> speeds;
  for (const int id : online) {
    if (!Contains(allowed, id)) continue;
    const std::string folder = root + "cpu" + std::to_string(id);
    Processor p = {.id = id, .package = 0, .core = id};
    p.package = static_cast<int>(NumberIn(folder + "/topology/physical_package_id").value_or(0));
    const std::vector<int> siblings =
        ParseCpuList(ReadLine(folder + "/topology/thread_siblings_list"));
    if (!siblings.empty()) p.core = std::ranges::min(siblings);
    if (Contains(efficiency, id)) p.kind = CoreKind::kEfficiency;
    speeds.push_back(StatedSpeed(folder, p.kind == CoreKind::kEfficiency));
    table.processors.push_back(p);
  }
  if (table.processors.empty()) table.processors.emplace_back();
  const double fastest = speeds.empty() ? 0 : std::ranges::max(speeds);
  for (size_t i = 0; i < speeds.size(); ++i) {
    Processor& p = table.processors[i];
    double share = fastest > 0 && speeds[i] > 0 ? speeds[i] / fastest : 1;
    if (share < kSameKind) p.kind = CoreKind::kEfficiency;
    if (fastest == 0 && p.kind == CoreKind::kEfficiency) share = kEfficiencyPerClock;
    // One kind, one speed: bins of a few percent are not worth unequal shares.
    p.speed = share >= kSameKind ? 1024 : static_cast<uint32_t>(std::max(1.0, share * 1024));
  }
  return table;
}

int UsableThreads(const ProcessorTable& table) {
  return WithinQuota(table, std::ssize(table.processors));
}

int DefaultThreads(const ProcessorTable& table) {
  std::map<int, CoreKind> cores;
  for (const Processor& p : table.processors) cores[p.core] = p.kind;
  const auto performance = std::ranges::count_if(
      cores, [](const auto& core) { return core.second == CoreKind::kPerformance; });
  return WithinQuota(table, performance > 0 ? performance : std::ssize(cores));
}

std::vector<TeamMember> PlanTeam(const ProcessorTable& table, int threads) {
  // First threads of fast cores, of slow cores, then second threads in the same order.
  std::map<int, int> seen;  // threads of a core so far
  struct Place {
    int round;
    const Processor* processor;
  };
  std::vector<Place> places;
  for (const Processor& p : table.processors) places.push_back({seen[p.core]++, &p});
  std::ranges::sort(places, {}, [](const Place& p) {
    return std::tuple(p.round, -int64_t{p.processor->speed}, p.processor->id);
  });
  std::map<int, uint32_t> users;  // of a core
  std::vector<const Processor*> chosen;
  for (int i = 0; i < threads; ++i) {
    chosen.push_back(places[static_cast<size_t>(i) % places.size()].processor);
    ++users[chosen.back()->core];
  }
  const bool equal = std::ranges::all_of(chosen, [&](const Processor* p) {
    return p->speed == chosen[0]->speed && users[p->core] == users[chosen[0]->core];
  });
  if (equal) return std::vector<TeamMember>(static_cast<size_t>(threads));
  std::vector<TeamMember> team;
  for (const Processor* p : chosen) {
    TeamMember member = {.weight = std::max(1u, p->speed / users[p->core]), .processors = {}};
    for (const Processor& other : table.processors) {
      if (other.kind == p->kind) member.processors.push_back(other.id);
    }
    team.push_back(std::move(member));
  }
  return team;
}

}  // namespace hearth::cpu
