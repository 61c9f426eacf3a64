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
