// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/topology.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "cpu/cpu_list.h"

namespace hearth::cpu {
namespace {

// A machine of files: what the kernel of another one would say.
class Machine {
 public:
  explicit Machine(const std::string& name) : root_(testing::TempDir() + "/topology_" + name) {
    std::filesystem::remove_all(root_);
    source_.devices = root_ + "/devices";
    source_.cgroup = root_ + "/cgroup";
    source_.own_cgroup = root_ + "/own";
    source_.allowed.emplace();
  }
  ~Machine() { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_ + "/" + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << "\n";
  }
  // A core of the processors `siblings`; clock in MHz, 0: the kernel does not say.
  void Core(const std::vector<int>& siblings, int clock) {
    std::string list;
    for (const int id : siblings) list += fmt::format("{}{}", list.empty() ? "" : ",", id);
    for (const int id : siblings) {
      const std::string folder = fmt::format("devices/system/cpu/cpu{}", id);
      Write(folder + "/topology/thread_siblings_list", list);
      Write(folder + "/topology/physical_package_id", "0");
      if (clock > 0) Write(folder + "/cpufreq/cpuinfo_max_freq", std::to_string(clock * 1000));
      source_.allowed->push_back(id);
    }
  }
  void Online(const std::string& list) { Write("devices/system/cpu/online", list); }
  TopologySource& source() { return source_; }

 private:
  std::string root_;
  TopologySource source_;
};

// Two performance cores with two threads each, or one, and eight efficiency cores.
void Hybrid(Machine& machine, bool smt, int clock = 5000) {
  if (smt) {
    machine.Core({0, 1}, clock);
    machine.Core({2, 3}, clock == 0 ? 0 : clock + 200);  // a favoured core is of the same kind
  } else {
    machine.Core({0}, clock);
    machine.Core({2}, clock);
  }
  for (int id = 4; id < 12; ++id) machine.Core({id}, clock == 0 ? 0 : 3800);
  machine.Online(smt ? "0-11" : "0,2,4-11");
  machine.Write("devices/cpu_core/cpus", smt ? "0-3" : "0,2");
  machine.Write("devices/cpu_atom/cpus", "4-11");
}

int64_t Count(const ProcessorTable& table, CoreKind kind) {
  return std::ranges::count_if(table.processors, [&](const auto& p) { return p.kind == kind; });
}

void ExpectEqualShares(const std::vector<TeamMember>& team, size_t threads) {
  EXPECT_EQ(team.size(), threads);
  for (const TeamMember& member : team) {
    EXPECT_EQ(member.weight, 1u);
    EXPECT_TRUE(member.processors.empty());
  }
}

TEST(Topology, HybridWithSecondThreads) {
  Machine machine("smt");
  Hybrid(machine, true);
  const ProcessorTable table = ReadProcessors(machine.source());
  ASSERT_EQ(table.processors.size(), 12u);
  EXPECT_EQ(Count(table, CoreKind::kPerformance), 4);
  EXPECT_EQ(Count(table, CoreKind::kEfficiency), 8);
  EXPECT_EQ(table.processors[3].core, 2);
  EXPECT_EQ(table.processors[0].speed, table.processors[2].speed);
  EXPECT_LT(table.processors[4].speed, table.processors[0].speed / 2);
  EXPECT_EQ(table.quota, 0);
  EXPECT_EQ(DefaultThreads(table), 2);
  ExpectEqualShares(PlanTeam(table, 2), 2);  // one per fast core
  EXPECT_EQ(UsableThreads(table), 12);
  const std::vector<TeamMember> ten = PlanTeam(table, 10);
  ASSERT_EQ(ten.size(), 10u);
  EXPECT_EQ(ten[0].weight, ten[1].weight);
  EXPECT_GT(ten[1].weight, 2 * ten[2].weight);
  EXPECT_EQ(ten[1].processors, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(ten[9].processors, (std::vector<int>{4, 5, 6, 7, 8, 9, 10, 11}));
  const std::vector<TeamMember> twelve = PlanTeam(table, 12);
  EXPECT_EQ(twelve[0].weight, twelve[11].weight);  // the threads of a core share its speed
  EXPECT_EQ(twelve[0].weight, ten[0].weight / 2);
}

TEST(Topology, HybridWithoutSecondThreads) {
  Machine machine("no_smt");
  Hybrid(machine, false, 0);  // the kernel names kinds, but no speed
  const ProcessorTable table = ReadProcessors(machine.source());
  EXPECT_EQ(table.processors.size(), 10u);
  EXPECT_EQ(DefaultThreads(table), 2);
  const std::vector<TeamMember> team = PlanTeam(table, 10);
  ASSERT_EQ(team.size(), 10u);
  EXPECT_GT(team[0].weight, team[9].weight);
}

TEST(Topology, KindsByCapacityAlone) {
  Machine machine("capacity");
  for (int id = 0; id < 4; ++id) {
    machine.Core({id}, 0);
    machine.Write(fmt::format("devices/system/cpu/cpu{}/cpu_capacity", id),
                  id < 2 ? "1024" : "446");
  }
  machine.Online("0-3");
  const ProcessorTable table = ReadProcessors(machine.source());
  EXPECT_EQ(Count(table, CoreKind::kEfficiency), 2);
  EXPECT_EQ(table.processors[3].speed, 446u);
  EXPECT_EQ(DefaultThreads(table), 2);
}

TEST(Topology, OfflineCoresAreAbsent) {
  Machine machine("offline");
  Hybrid(machine, true);
  machine.Online("0-1,5-7");
  const ProcessorTable table = ReadProcessors(machine.source());
  EXPECT_EQ(table.processors.size(), 5u);
  EXPECT_EQ(DefaultThreads(table), 1);
}

TEST(Topology, AffinityLimits) {
  Machine machine("affinity");
  Hybrid(machine, true);
  machine.source().allowed = {2, 3, 4};  // one fast core with both threads, one slow
  EXPECT_EQ(DefaultThreads(ReadProcessors(machine.source())), 1);
  machine.source().allowed = {5, 6, 7};  // slow ones only: they are what there is
  const ProcessorTable slow = ReadProcessors(machine.source());
  EXPECT_EQ(DefaultThreads(slow), 3);
  ExpectEqualShares(PlanTeam(slow, 3), 3);
  machine.source().allowed = {63};  // nothing of the table
  EXPECT_EQ(DefaultThreads(ReadProcessors(machine.source())), 1);
}

TEST(Topology, QuotaLimits) {
  Machine machine("quota");
  for (int id = 0; id < 8; ++id) machine.Core({id}, 3000);
  machine.Online("0-7");
  EXPECT_EQ(DefaultThreads(ReadProcessors(machine.source())), 8);
  machine.Write("cgroup/cpu.max", "max 100000");
  EXPECT_EQ(DefaultThreads(ReadProcessors(machine.source())), 8);
  machine.Write("cgroup/cpu.max", "150000 100000");
  const ProcessorTable table = ReadProcessors(machine.source());
  EXPECT_DOUBLE_EQ(table.quota, 1.5);
  EXPECT_EQ(DefaultThreads(table), 2);
  EXPECT_EQ(UsableThreads(table), 2);
  machine.Write("cgroup/a/b/cpu.max", "40000 100000");  // of a group inside, its parent has none
  EXPECT_EQ(DefaultThreads(ReadProcessors(machine.source())), 2);
  machine.Write("own", "0::/a/b");
  EXPECT_DOUBLE_EQ(ReadProcessors(machine.source()).quota, 0.4);
  EXPECT_EQ(DefaultThreads(ReadProcessors(machine.source())), 1);
}

TEST(Topology, QuotaOfVersionOne) {
  Machine machine("quota1");
  for (int id = 0; id < 8; ++id) machine.Core({id}, 3000);
  machine.Online("0-7");
  machine.Write("cgroup/cpu/cpu.cfs_quota_us", "-1");
  machine.Write("cgroup/cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(ReadProcessors(machine.source()).quota, 0);
  machine.Write("cgroup/cpu/job/cpu.cfs_quota_us", "250000");
  machine.Write("cgroup/cpu/job/cpu.cfs_period_us", "100000");
  machine.Write("own", "7:cpuset:/\n4:cpu,cpuacct:/job");
  EXPECT_DOUBLE_EQ(ReadProcessors(machine.source()).quota, 2.5);
  EXPECT_EQ(DefaultThreads(ReadProcessors(machine.source())), 3);
}

TEST(Topology, NothingOrNonsenseIsOneProcessor) {
  Machine machine("nothing");
  const ProcessorTable table = ReadProcessors(machine.source());
  EXPECT_EQ(table.processors.size(), 1u);
  EXPECT_EQ(DefaultThreads(table), 1);
  ExpectEqualShares(PlanTeam(table, 4), 4);
  machine.Online("x-");
  machine.Write("cgroup/cpu.max", "-5 0");
  machine.Write("own", "::::");
  EXPECT_EQ(DefaultThreads(ReadProcessors(machine.source())), 1);
}

TEST(Topology, OfThisMachine) {
  const ProcessorTable table = ReadProcessors();
  EXPECT_GE(DefaultThreads(table), 1);
  EXPECT_LE(DefaultThreads(table), UsableThreads(table));
}

TEST(CpuList, Reads) {
  EXPECT_EQ(ParseCpuList("0-2,8"), (std::vector<int>{0, 1, 2, 8}));
  EXPECT_EQ(ParseCpuList(""), (std::vector<int>{}));
  EXPECT_EQ(ParseCpuList("3-1"), (std::vector<int>{}));
  EXPECT_EQ(ParseCpuList("0-2000000000").size(), 4096u);
}

}  // namespace
}  // namespace hearth::cpu
