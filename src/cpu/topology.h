// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_team.h"

namespace hearth::cpu {

enum class CoreKind : uint8_t { kPerformance, kEfficiency };

// One logical processor that this process may use.
struct Processor {
  int id = 0;       // as the kernel counts
  int package = 0;  // socket
  int core = 0;     // lowest id among the processors that share the core (SMT siblings)
  CoreKind kind = CoreKind::kPerformance;
  uint32_t speed = 1024;  // relative; 1024: the fastest of the table
};

// What there is to compute on: online processors inside the affinity mask, and the quota.
struct ProcessorTable {
  std::vector<Processor> processors;  // by id
  double quota = 0;  // processors' worth of time that the cgroup allows; 0: no limit
};

// Where the table is read from; a test names folders of its own.
struct TopologySource {
  std::string devices = "/sys/devices";
  std::string cgroup = "/sys/fs/cgroup";
  std::string own_cgroup = "/proc/self/cgroup";
  std::optional<std::vector<int>> allowed;  // affinity mask; nothing: that of this thread
};
// Facts that are missing there take the values above; without any, one processor is left.
ProcessorTable ReadProcessors(const TopologySource& source = {});

// Threads that can run at once: one per processor, not more than the quota rounded up. At least 1.
int UsableThreads(const ProcessorTable& table);

// Threads for heavy work when nobody asks for a number: one per performance core (per efficiency
// core where no other is allowed), not more than the quota rounded up. At least 1.
int DefaultThreads(const ProcessorTable& table);

// Who computes when there are `threads`: performance cores first, then efficiency cores, then
// second threads of cores. Where all cores are of one kind and no core has two threads of the team,
// every share is equal, and the kernel places threads best. Otherwise weights follow speed, and a
// thread stays on processors of its kind. REQUIRES: threads >= 1.
std::vector<TeamMember> PlanTeam(const ProcessorTable& table, int threads);

}  // namespace hearth::cpu
