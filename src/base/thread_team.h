// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace hearth {

class ThreadTeam;

// One member of a team while it executes a task. Cheap view, valid inside ThreadTeam::Run only.
struct Worker {
  ThreadTeam* team;
  int index;  // 0 .. count-1
  int count;

  // Every member waits here until all have arrived; writes before it are visible after it.
  void Barrier() const;
  // This member's contiguous share of `items`, cut at multiples of `grain`: the same split for the
  // same count, so ownership is static.
  std::pair<int64_t, int64_t> Share(int64_t items, int64_t grain = 1) const {
    const int64_t grains = (items + grain - 1) / grain;
    const int64_t first = grains * index / count * grain;
    const int64_t last = grains * (index + 1) / count * grain;
    return {first < items ? first : items, last < items ? last : items};
  }
};

// A fixed set of threads that execute one function together. The calling thread is member 0.
// Between tasks the others spin for a short while and then sleep: an idle team uses no CPU.
class ThreadTeam {
 public:
  // REQUIRES: threads >= 1.
  explicit ThreadTeam(int threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return size_; }
  // Runs `task` on every member and returns when all have finished. Not re-entrant; one caller at
  // a time.
  void Run(const std::function<void(const Worker&)>& task);

 private:
  friend struct Worker;
  void Loop(int index);
  void Arrive();

  const int size_;
  const std::function<void(const Worker&)>* task_ = nullptr;  // written by member 0 before epoch_
  alignas(64) std::atomic<uint32_t> epoch_ = 0;               // one more per task
  alignas(64) std::atomic<uint32_t> arrived_ = 0;             // members inside the barrier
  alignas(64) std::atomic<uint32_t> phase_ = 0;               // one more per completed barrier
  std::atomic<bool> stop_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace hearth
