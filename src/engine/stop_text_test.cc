// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stop_text.h"

#include <gtest/gtest.h>

namespace hearth::engine {
namespace {

TEST(StopText, HoldsBackWhatMayBecomeAStop) {
  StopText stop({"###", "END"});
  EXPECT_EQ(stop.Push("a#"), "a");
  EXPECT_EQ(stop.Push("#b"), "##b");
  EXPECT_EQ(stop.Push("E"), "");
  EXPECT_EQ(stop.Push("N"), "");
  EXPECT_EQ(stop.Push("E"), "EN");
  EXPECT_FALSE(stop.stopped());
  EXPECT_EQ(stop.Flush(), "E");
}

TEST(StopText, DropsTheMatchAndAllBehindIt) {
  StopText stop({"xyz", "zz"});
  EXPECT_EQ(stop.Push("abxy"), "ab");
  EXPECT_EQ(stop.Push("z and more"), "");
  EXPECT_TRUE(stop.stopped());
  EXPECT_EQ(stop.Push("again"), "");
  EXPECT_EQ(stop.Flush(), "");
}

TEST(StopText, TheEarliestOfSeveralWins) {
  StopText stop({"later", "at"});
  EXPECT_EQ(stop.Push("look at it later"), "look ");
  EXPECT_TRUE(stop.stopped());
}

TEST(StopText, EmptyStopsAreIgnored) {
  StopText stop({""});
  EXPECT_EQ(stop.Push("text"), "text");
  EXPECT_FALSE(stop.stopped());
}

}  // namespace
}  // namespace hearth::engine
