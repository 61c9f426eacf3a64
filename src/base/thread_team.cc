// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/thread_team.h"

#include <chrono>

#include "base/os.h"
#include "base/result.h"

namespace hearth {
namespace {

// Long enough to cover the serial gaps between two tasks while generating, short enough that a
// shared machine is not starved.
constexpr auto kSpin = std::chrono::microseconds(50);
// Of those, the time that may be lost to another program on the same processor: a member that is
// not running takes much longer to arrive than one that is late.
constexpr auto kSpinAlone = std::chrono::microseconds(5);

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Waits until `word` differs from `old`: spins first, then lets others go first, then sleeps.
void WaitChange(const std::atomic<uint32_t>& word, uint32_t old) {
  const auto start = std::chrono::steady_clock::now();
  for (auto waited = start - start; waited < kSpin;
       waited = std::chrono::steady_clock::now() - start) {
    if (waited > kSpinAlone) std::this_thread::yield();
    for (int i = 0; i < 64; ++i) {
      if (word.load(std::memory_order_acquire) != old) return;
      Pause();
    }
  }
  while (word.load(std::memory_order_acquire) == old) word.wait(old, std::memory_order_acquire);
}

constexpr int kGrainBits = 22;
constexpr uint64_t kGrainMask = (uint64_t{1} << kGrainBits) - 1;

// Grains [first, last), valid in the phase whose last bits are `tag`.
struct Stretch {
  uint64_t tag;
  int64_t first, last;
  static Stretch Of(uint64_t word) {
    return {word >> (2 * kGrainBits), static_cast<int64_t>(word >> kGrainBits & kGrainMask),
            static_cast<int64_t>(word & kGrainMask)};
  }
  uint64_t word() const {
    return tag << (2 * kGrainBits) | static_cast<uint64_t>(first) << kGrainBits |
           static_cast<uint64_t>(last);
  }
  int64_t size() const { return last - first; }
};

}  // namespace

std::pair<int64_t, int64_t> Worker::Take(int64_t grains) const {
  HEARTH_CHECK(grains <= static_cast<int64_t>(kGrainMask));
  // Since the last loop there were fewer phases than tags: a layer has a loop. In the first phase
  // the words are zero.
  const uint64_t tag = (uint64_t{team->phase_.load(std::memory_order_relaxed)} + 1) &
                       (~uint64_t{0} >> (2 * kGrainBits));
  const auto left_of = [&](int i, uint64_t word) {
    const Stretch left = Stretch::Of(word);
    return left.tag == tag ? left : Stretch{tag, Cut(grains, i), Cut(grains, i + 1)};
  };
  auto& own = team->left_[static_cast<size_t>(index)].word;
  while (true) {
    uint64_t word = own.load(std::memory_order_relaxed);
    const Stretch left = left_of(index, word);
    if (left.size() > 0) {
      const Stretch rest = {tag, left.first + (left.size() + 1) / 2, left.last};
      if (own.compare_exchange_weak(word, rest.word(), std::memory_order_relaxed)) {
        return {left.first, rest.first};
      }
      continue;
    }
    std::atomic<uint64_t>* slowest = nullptr;  // who has the most left
    Stretch most = {tag, 0, 0};
    for (int i = 0; i < count; ++i) {
      auto& other = team->left_[static_cast<size_t>(i)].word;
      const uint64_t seen = other.load(std::memory_order_relaxed);
      if (left_of(i, seen).size() > most.size()) {
        slowest = &other;
        word = seen;
        most = left_of(i, seen);
      }
    }
    if (slowest == nullptr) return {0, 0};
    const Stretch taken = {tag, most.last - (most.size() + 1) / 2, most.last};
    const Stretch rest = {tag, most.first, taken.first};
    if (slowest->compare_exchange_weak(word, rest.word(), std::memory_order_relaxed)) {
      own.store(taken.word(), std::memory_order_relaxed);
    }
  }
}

void Worker::Barrier() const {
  team->Arrive();
}

int64_t Worker::Ticket() const {
  return team->ticket_.fetch_add(1, std::memory_order_relaxed);
}

ThreadTeam::ThreadTeam(int threads) : size_(threads), left_(static_cast<size_t>(threads)) {
  HEARTH_CHECK(threads >= 1);
  Start(std::vector<TeamMember>(static_cast<size_t>(threads)));
}

ThreadTeam::ThreadTeam(std::span<const TeamMember> members)
    : size_(static_cast<int>(members.size())), left_(members.size()) {
  HEARTH_CHECK(!members.empty());
  cuts_.push_back(0);
  for (const TeamMember& member : members) {
    HEARTH_CHECK(member.weight >= 1);
    cuts_.push_back(cuts_.back() + member.weight);
  }
  Start(members);
}

void ThreadTeam::Start(std::span<const TeamMember> members) {
  for (int i = 1; i < size_; ++i) {
    threads_.emplace_back(
        [this, i, on = members[static_cast<size_t>(i)].processors] { Loop(i, on); });
  }
}

ThreadTeam::~ThreadTeam() {
  stop_.store(true, std::memory_order_relaxed);
  epoch_.fetch_add(1, std::memory_order_release);
  epoch_.notify_all();
}

void ThreadTeam::Run(const std::function<void(const Worker&)>& task) {
  task_ = &task;
  epoch_.fetch_add(1, std::memory_order_release);
  epoch_.notify_all();
  task(Member(0));
  Arrive();
}

void ThreadTeam::Loop(int index, const std::vector<int>& processors) {
  if (!processors.empty()) os::StayOn(processors);
  uint32_t seen = 0;
  while (true) {
    WaitChange(epoch_, seen);
    ++seen;
    if (stop_.load(std::memory_order_relaxed)) return;
    (*task_)(Member(index));
    Arrive();
  }
}

void ThreadTeam::Arrive() {
  const uint32_t phase = phase_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == static_cast<uint32_t>(size_)) {
    arrived_.store(0, std::memory_order_relaxed);
    ticket_.store(0, std::memory_order_relaxed);
    phase_.fetch_add(1, std::memory_order_release);
    phase_.notify_all();
    return;
  }
  WaitChange(phase_, phase);
}

}  // namespace hearth
