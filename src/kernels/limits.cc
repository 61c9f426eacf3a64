// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/limits.h"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "base/checked.h"
#include "base/os.h"
#include "base/thread_team.h"
#include "kernels/limits_probe.h"
#include "kernels/messages_limits.h"

namespace hearth::kernels {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct IsaProbes {
  cpu::Isa isa;
  const ProbeTable* table;
};
constexpr IsaProbes kTables[] = {
    {cpu::Isa::kScalar, &kLimitsScalar},
#if defined(__x86_64__) && !defined(HEARTH_PORTABLE)
    {cpu::Isa::kAvx2, &kLimitsAvx2},
    {cpu::Isa::kAvxVnni, &kLimitsAvxVnni},
    {cpu::Isa::kAvx512Vnni, &kLimitsAvx512Vnni},
    {cpu::Isa::kAvx512Bf16, &kLimitsAvx512Bf16},
    {cpu::Isa::kAmx, &kLimitsAmx},
#endif
};

// Amount of work done per second of one sample, by all threads together.
using Sample = std::function<double(ThreadTeam& team, double seconds)>;

struct Job {
  std::string name;
  std::string unit;
  Sample sample;
};

// Where memory is read: one part per thread, all parts equal.
struct ReadPlan {
  const uint8_t* data;
  uint64_t per_thread;  // bytes, a multiple of kReadBlock
  int streams;
};
// Read between two looks at the clock; long enough that the clock costs nothing. A multiple of what
// the read loops require.
constexpr uint64_t kReadBlock = (8 << 20) + (40 << 10);  // streams do not share cache sets
constexpr uint64_t kSmallBlock = 8192;

class Measurer {
 public:
  explicit Measurer(const LimitOptions& options) : options_(options) {
    for (const IsaProbes& row : kTables) {
      if (row.isa > options.isa || !cpu::Possible(row.isa, cpu::DetectFeatures())) continue;
      tables_.push_back(row.table);
      if (row.table->read != nullptr) read_ = row.table->read;
    }
  }

  Result<std::vector<Limit>> Run() {
    const int most = *std::ranges::max_element(options_.threads);
    HEARTH_TRY(AllocateBuffers(most));
    std::vector<Job> jobs;
    if (options_.memory) AddMemoryJobs(jobs);
    if (options_.arithmetic) AddArithmeticJobs(jobs);
    std::vector<Limit> limits;
    const int total = static_cast<int>(jobs.size() * options_.threads.size());
    for (const int threads : options_.threads) {
      ThreadTeam team(threads);
      for (const Job& job : jobs) {
        if (options_.cancel != nullptr && options_.cancel->cancelled()) {
          return Fail(Code::kCancelled, msg::kLimitsCancelled);
        }
        limits.push_back(Measure(job, team));
        if (options_.progress) options_.progress(static_cast<int>(limits.size()), total);
      }
    }
    return limits;
  }

 private:
  Status AllocateBuffers(int threads) {
    scratch_bytes_ = std::max<uint64_t>(uint64_t{kProbeBuffer}, topology_.l2);
    HEARTH_ASSIGN(scratch_, os::Pages::Allocate(scratch_bytes_ * static_cast<uint64_t>(threads)));
    Touch(scratch_);
    if (!options_.memory) return {};
    // Twice the last cache, so that what is read next has been evicted; never much of the memory.
    const uint64_t unit = kReadBlock * static_cast<uint64_t>(threads);
    const uint64_t wanted = std::max<uint64_t>(uint64_t{512} << 20, 2 * topology_.l3);
    const uint64_t limit = std::max<uint64_t>(uint64_t{64} << 20, os::Memory().available / 4);
    HEARTH_ASSIGN(dram_, os::Pages::Allocate(RoundUp(std::min(wanted, limit), unit)));
    Touch(dram_);
    return {};
  }

  // Writes one byte per page, or all pages would be one and the same zero page.
  static void Touch(os::Pages& pages) {
    for (uint64_t i = 0; i < pages.size(); i += 4096) pages.data()[i] = 1;
  }

  void AddMemoryJobs(std::vector<Job>& jobs) {
    const auto dram = [&](std::string_view name, int streams) {
      jobs.push_back({std::string(name), "GB/s", [this, streams](ThreadTeam& team, double seconds) {
                        const uint64_t part = dram_.size() / static_cast<uint64_t>(team.size());
                        return ReadRate(team,
                                        {dram_.data(), part / kReadBlock * kReadBlock, streams},
                                        kReadBlock, seconds);
                      }});
    };
    dram(kDramOneStream, 1);
    dram(kDramEightStreams, 8);
    const auto cache = [&](const char* name, uint64_t bytes) {
      bytes = bytes / kSmallBlock * kSmallBlock;
      if (bytes == 0) return;
      jobs.push_back({name, "GB/s", [this, bytes](ThreadTeam& team, double seconds) {
                        return ReadRate(team, {scratch_source(bytes), bytes, 1}, bytes, seconds);
                      }});
    };
    constexpr uint64_t kL3Share = uint64_t{32} << 20;
    if (topology_.l3 > 2 * topology_.l2) cache("L3 read", std::min(kL3Share, topology_.l3 / 2));
    cache("L2 read", topology_.l2 / 2);
  }

  void AddArithmeticJobs(std::vector<Job>& jobs) {
    for (const ProbeTable* table : tables_) {
      for (int i = 0; i < table->count; ++i) {
        const Probe* probe = table->probes + i;
        jobs.push_back({probe->name, "GOP/s", [this, probe](ThreadTeam& team, double seconds) {
                          return ProbeRate(team, *probe, seconds);
                        }});
      }
    }
  }

  // Small working sets live in the scratch pages, larger ones in the DRAM buffer.
  const uint8_t* scratch_source(uint64_t bytes) const {
    return bytes <= scratch_bytes_ ? scratch_.data() : dram_.data();
  }

  Limit Measure(const Job& job, ThreadTeam& team) {
    const double seconds = options_.seconds / (options_.samples + 1);
    job.sample(team, seconds);  // warms caches and clocks
    std::vector<double> rates;
    for (int i = 0; i < options_.samples; ++i) rates.push_back(job.sample(team, seconds) * 1e-9);
    std::ranges::sort(rates);
    return {job.name, job.unit, team.size(), rates[rates.size() / 2], rates.front(), rates.back()};
  }

  // Every thread works in slices until the time is over; the slowest defines the end. `slice` does
  // one slice on a thread and returns the amount of work.
  template <typename Slice>
  static double Rate(ThreadTeam& team, double seconds, const Slice& slice) {
    std::atomic<double> amount = 0;
    Clock::time_point start;
    team.Run([&](const Worker& worker) {
      worker.Barrier();
      if (worker.index == 0) start = Clock::now();
      worker.Barrier();
      double mine = 0;
      do mine += slice(worker.index);
      while (SecondsSince(start) < seconds);
      amount.fetch_add(mine);
    });
    return amount.load() / SecondsSince(start);
  }

  double ReadRate(ThreadTeam& team, const ReadPlan& plan, uint64_t block, double seconds) {
    position_.resize(static_cast<size_t>(team.size()));
    const bool whole = plan.per_thread == block;  // a cache-resident set: read it again and again
    return Rate(team, seconds, [&](int index) {
      const uint64_t stride = plan.data == scratch_.data() ? scratch_bytes_ : plan.per_thread;
      const uint8_t* mine = plan.data + stride * static_cast<uint64_t>(index);
      uint64_t& at = position_[static_cast<size_t>(index)].at;
      if (whole || at + block > plan.per_thread) at = 0;
      sink_.fetch_xor(read_(mine + at, static_cast<long>(block), plan.streams),
                      std::memory_order_relaxed);
      at += block;
      return static_cast<double>(block);
    });
  }

  double ProbeRate(ThreadTeam& team, const Probe& probe, double seconds) {
    constexpr long kSteps = 4096;
    return Rate(team, seconds, [&](int index) {
      probe.run(kSteps, scratch_.data() + scratch_bytes_ * static_cast<uint64_t>(index));
      return probe.operations * kSteps;
    });
  }

  struct alignas(64) Position {
    uint64_t at = 0;  // bytes into the thread's part; that thread only
  };

  const LimitOptions& options_;
  const cpu::Topology topology_ = cpu::DetectTopology();
  std::vector<const ProbeTable*> tables_;
  unsigned long (*read_)(const unsigned char*, long, int) = nullptr;
  os::Pages dram_, scratch_;
  uint64_t scratch_bytes_ = 0;  // per thread
  std::vector<Position> position_;
  std::atomic<unsigned long> sink_ = 0;
};

}  // namespace

Result<std::vector<Limit>> MeasureLimits(const LimitOptions& options) {
  HEARTH_CHECK(!options.threads.empty() && options.samples > 0);
  return Measurer(options).Run();
}

double FindLimit(const std::vector<Limit>& limits, std::string_view name, int threads) {
  for (const Limit& limit : limits) {
    if (limit.name == name && limit.threads == threads) return limit.median;
  }
  return 0;
}

double DramLimit(const std::vector<Limit>& limits, int threads) {
  return std::max(FindLimit(limits, kDramOneStream, threads),
                  FindLimit(limits, kDramEightStreams, threads));
}

}  // namespace hearth::kernels
