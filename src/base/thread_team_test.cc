// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/thread_team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>

namespace hearth {
namespace {

TEST(ThreadTeam, SharesCoverEveryItemOnce) {
  for (int count = 1; count <= 8; ++count) {
    for (int64_t items : {0, 1, 7, 16, 100, 1001}) {
      int64_t next = 0;
      for (int i = 0; i < count; ++i) {
        const auto [first, last] = Worker{nullptr, i, count}.Share(items, 4);
        EXPECT_EQ(first, next);
        next = last;
      }
      EXPECT_EQ(next, items);
    }
  }
}

TEST(ThreadTeam, SharesFollowWeights) {
  const std::vector<TeamMember> members = {{8, {}}, {8, {}}, {5, {}}, {1, {}}};
  ThreadTeam team(members);
  for (int64_t items : {0, 1, 7, 16, 100, 2200}) {
    std::vector<std::pair<int64_t, int64_t>> shares(4);
    team.Run([&](const Worker& worker) {
      shares[static_cast<size_t>(worker.index)] = worker.Share(items, 4);
    });
    int64_t next = 0;
    for (const auto& [first, last] : shares) {
      EXPECT_EQ(first, next);
      next = last;
    }
    EXPECT_EQ(next, items);
    if (items != 2200) continue;
    EXPECT_EQ(shares[2].second - shares[2].first, 500);
  }
}

TEST(ThreadTeam, TicketsGoToOneMemberAndStartAgainAfterABarrier) {
  for (int size : {1, 2, 5}) {
    ThreadTeam team(size);
    std::vector<std::atomic<int>> taken(300);
    for (int round = 0; round < 20; ++round) {
      team.Run([&](const Worker& worker) {
        for (int step = 0; step < 3; ++step) {
          for (int64_t i = worker.Ticket(); i < 100; i = worker.Ticket()) {
            ++taken[static_cast<size_t>(step * 100 + i)];
          }
          worker.Barrier();
        }
      });
    }
    for (const auto& count : taken) EXPECT_EQ(count, 20);
  }
}

TEST(ThreadTeam, DividedWorkIsDoneOnceWhoeverIsSlow) {
  const std::vector<TeamMember> uneven = {{8, {}}, {1, {}}, {5, {}}};
  for (const auto& members : {std::vector<TeamMember>(1), std::vector<TeamMember>(2), uneven}) {
    ThreadTeam team(members);
    for (int64_t items : {0, 1, 7, 16, 100, 1001}) {
      std::vector<std::atomic<int>> done(static_cast<size_t>(items) + 1);
      team.Run([&](const Worker& worker) {
        for (int step = 0; step < 50; ++step) {
          worker.Divide(items, 4, [&](int64_t first, int64_t last) {
            EXPECT_EQ(first % 4, 0);
            EXPECT_LT(first, last);
            for (int64_t i = first; i < last; ++i) ++done[static_cast<size_t>(i)];
            if (worker.index == step % 3) std::this_thread::yield();
          });
          worker.Barrier();
        }
      });
      for (int64_t i = 0; i < items; ++i) EXPECT_EQ(done[static_cast<size_t>(i)], 50);
      EXPECT_EQ(done.back(), 0);
    }
  }
}

TEST(ThreadTeam, WhoIsFreeTakesWhatASlowMemberHasNotBegun) {
  ThreadTeam team(2);
  std::atomic<int64_t> fast = 0;
  team.Run([&](const Worker& worker) {
    worker.Divide(1000, 1, [&](int64_t first, int64_t last) {
      if (worker.index == 0) {
        fast += last - first;
      } else {  // its first stretch takes until the other has done the rest
        while (fast + (last - first) < 1000) std::this_thread::yield();
      }
    });
  });
  EXPECT_GE(fast, 500);
}

TEST(ThreadTeam, BarrierMakesWritesVisible) {
  for (int size : {1, 2, 5}) {
    ThreadTeam team(size);
    std::vector<int> cells(static_cast<size_t>(size), 0);
    for (int round = 0; round < 200; ++round) {
      team.Run([&](const Worker& worker) {
        for (int step = 0; step < 10; ++step) {
          ++cells[static_cast<size_t>(worker.index)];
          worker.Barrier();
          EXPECT_EQ(std::accumulate(cells.begin(), cells.end(), 0), (round * 10 + step + 1) * size);
          worker.Barrier();
        }
      });
    }
  }
}

}  // namespace
}  // namespace hearth
