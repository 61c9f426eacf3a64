// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/thread_team.h"

#include <chrono>

#include "base/result.h"

namespace hearth {
namespace {

// Long enough to cover the serial gaps between two tasks while generating, short enough that a
// shared machine is not starved.
constexpr auto kSpin = std::chrono::microseconds(50);

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Waits until `word` differs from `old`: spins first, then sleeps in the kernel.
void WaitChange(const std::atomic<uint32_t>& word, uint32_t old) {
  const auto deadline = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 64; ++i) {
      if (word.load(std::memory_order_acquire) != old) return;
      Pause();
    }
  } while (std::chrono::steady_clock::now() < deadline);
  while (word.load(std::memory_order_acquire) == old) word.wait(old, std::memory_order_acquire);
}

}  // namespace

void Worker::Barrier() const {
  team->Arrive();
}

ThreadTeam::ThreadTeam(int threads) : size_(threads) {
  HEARTH_CHECK(threads >= 1);
  for (int i = 1; i < size_; ++i) {
    threads_.emplace_back([this, i] { Loop(i); });
  }
}

ThreadTeam::~ThreadTeam() {
  stop_.store(true, std::memory_order_relaxed);
  epoch_.fetch_add(1, std::memory_order_release);
  epoch_.notify_all();
}

void ThreadTeam::Run(const std::function<void(const Worker&)>& task) {
  if (size_ == 1) {
    task(Worker{this, 0, 1});
    return;
  }
  task_ = &task;
  epoch_.fetch_add(1, std::memory_order_release);
  epoch_.notify_all();
  task(Worker{this, 0, size_});
  Arrive();
}

void ThreadTeam::Loop(int index) {
  uint32_t seen = 0;
  while (true) {
    WaitChange(epoch_, seen);
    ++seen;
    if (stop_.load(std::memory_order_relaxed)) return;
    (*task_)(Worker{this, index, size_});
    Arrive();
  }
}

void ThreadTeam::Arrive() {
  if (size_ == 1) return;
  const uint32_t phase = phase_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == static_cast<uint32_t>(size_)) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.fetch_add(1, std::memory_order_release);
    phase_.notify_all();
    return;
  }
  WaitChange(phase_, phase);
}

}  // namespace hearth
