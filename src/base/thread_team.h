// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace hearth {

class ThreadTeam;

// How one thread of a team is treated.
struct TeamMember {
  uint32_t weight = 1;               // its part of shared work, relative to the others'
  std::vector<int> processors = {};  // where it stays; empty, and for member 0: anywhere
};

// One member of a team while it executes a task. Cheap view, valid inside ThreadTeam::Run only.
struct Worker {
  ThreadTeam* team;
  int index;  // 0 .. count-1
  int count;
  const int64_t* cuts = nullptr;  // [count + 1] sums of weights; null: all are equal

  // Every member waits here until all have arrived; writes before it are visible after it.
  void Barrier() const;
  // This member's contiguous share of `items`, cut at multiples of `grain`: the same split for the
  // same team, so ownership is static. Faster members have larger shares.
  std::pair<int64_t, int64_t> Share(int64_t items, int64_t grain = 1) const {
    const int64_t grains = (items + grain - 1) / grain;
    const int64_t first = Cut(grains, index) * grain;
    const int64_t last = Cut(grains, index + 1) * grain;
    return {first < items ? first : items, last < items ? last : items};
  }
  // Calls fn(first, last) for stretches that together are this member's part of `items`, cut at
  // multiples of `grain`: of its share ever smaller ones, then of what slower members have not
  // begun. For results that do not depend on who computes them. One such loop between two barriers.
  template <typename Fn>
  void Divide(int64_t items, int64_t grain, const Fn& fn) const {
    const int64_t grains = (items + grain - 1) / grain;
    for (auto [first, last] = Take(grains); first < last; std::tie(first, last) = Take(grains)) {
      fn(first * grain, std::min(last * grain, items));
    }
  }
  // Numbers 0, 1, 2, ... since the last barrier, each for one member only: for tasks of unequal
  // size, whose results must not depend on who does them. One such loop between two barriers.
  int64_t Ticket() const;

 private:
  // Grains that nobody else takes; none when all are taken.
  std::pair<int64_t, int64_t> Take(int64_t grains) const;
  int64_t Cut(int64_t grains, int i) const {
    return cuts == nullptr ? grains * i / count : grains * cuts[i] / cuts[count];
  }
};

// A fixed set of threads that execute one function together. The calling thread is member 0.
// Between tasks the others spin for a short while and then sleep: an idle team uses no CPU.
class ThreadTeam {
 public:
  // REQUIRES: threads >= 1.
  explicit ThreadTeam(int threads);
  // One thread per member, at least one.
  explicit ThreadTeam(std::span<const TeamMember> members);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return size_; }
  // Runs `task` on every member and returns when all have finished. Not re-entrant; one caller at
  // a time.
  void Run(const std::function<void(const Worker&)>& task);

 private:
  friend struct Worker;
  void Start(std::span<const TeamMember> members);
  void Loop(int index, const std::vector<int>& processors);
  Worker Member(int index) { return {this, index, size_, cuts_.empty() ? nullptr : cuts_.data()}; }
  void Arrive();

  // What is left of a member's share, of which it takes the front and others the back: 20 bits of
  // the phase in which it is valid, 22 bits of the first grain, 22 of the last.
  struct alignas(64) Left {
    std::atomic<uint64_t> word = 0;
  };

  const int size_;
  std::vector<int64_t> cuts_;                                 // see Worker; empty: equal shares
  const std::function<void(const Worker&)>* task_ = nullptr;  // written by member 0 before epoch_
  alignas(64) std::atomic<uint32_t> epoch_ = 0;               // one more per task
  alignas(64) std::atomic<uint32_t> arrived_ = 0;             // members inside the barrier
  alignas(64) std::atomic<uint32_t> phase_ = 0;               // one more per completed barrier
  alignas(64) std::atomic<int64_t> ticket_ = 0;               // next; 0 after each barrier
  std::vector<Left> left_;
  std::atomic<bool> stop_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace hearth
