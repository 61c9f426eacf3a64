// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

// Where the time of a pass goes: each thread keeps one clock, and what it has just done gets the
// time since its mark before.
namespace hearth::models {

enum class Op : uint8_t {
  kEmbed,
  kNorm,      // residual and norm
  kQuantize,  // rows into the form that products want
  kQueryKeyValue,
  kRope,  // rotation of queries and keys, storing of keys and values
  kAttention,
  kOutput,
  kGateUp,
  kActivate,
  kDown,
  kHead,
  kWait,  // at a barrier, for the slowest thread
};
inline constexpr int kOpCount = 12;

class Trace {
 public:
  // The clock of one thread; lies alone on its cache lines.
  class alignas(64) Clock {
   public:
    void Start() { last_ = std::chrono::steady_clock::now(); }
    // Books the time since the last mark, or the start, for `op`.
    void Mark(Op op) {
      const auto now = std::chrono::steady_clock::now();
      seconds_[static_cast<size_t>(op)] += std::chrono::duration<double>(now - last_).count();
      last_ = now;
    }
    double seconds(Op op) const { return seconds_[static_cast<size_t>(op)]; }

   private:
    std::chrono::steady_clock::time_point last_ = {};
    std::array<double, kOpCount> seconds_ = {};
  };

  explicit Trace(int threads) : clocks_(static_cast<size_t>(threads)) {}
  Clock& clock(int thread) { return clocks_[static_cast<size_t>(thread)]; }

  // Mean over the threads.
  double seconds(Op op) const {
    double sum = 0;
    for (const Clock& clock : clocks_) sum += clock.seconds(op);
    return sum / static_cast<double>(clocks_.size());
  }

 private:
  std::vector<Clock> clocks_;
};

}  // namespace hearth::models
