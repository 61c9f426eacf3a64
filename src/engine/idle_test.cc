// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a user notices of threads: nothing while idle, and an end soon after Ctrl-C.
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <thread>

#include "engine/session.h"
#include "engine/test_model.h"

namespace hearth::engine {
namespace {

// Processor time of all threads of the process.
double ProcessorSeconds() {
  return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

TEST(Idle, AnOpenSessionUsesNoProcessorTime) {
  const auto session = OpenTiny(LoadTiny("tiny-llama", 4));
  ASSERT_TRUE(session->Generate(SomeTokens(100), Greedy(8)));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the spin after a task
  const double before = ProcessorSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  EXPECT_LE(ProcessorSeconds() - before, 0.010);  // one tick of the kernel's clock
}

// Counted in tokens, because time means nothing on a shared machine: of an answer that is stopped
// at its n-th token, at most one more is computed, and none is reported.
TEST(Idle, CancelEndsWithinOneStep) {
  for (const size_t stop : {1u, 2u, 7u}) {
    const auto session = OpenTiny(LoadTiny("tiny-llama", 3));
    CancelToken cancel;
    GenerateOptions options = Greedy(60);
    options.cancel = &cancel;
    size_t reports = 0, late = 0, cached = 0;
    options.on_text = [&](std::string_view) {
      if (cancel.cancelled()) ++late;
      if (++reports != stop) return;
      cached = session->tokens().size();
      cancel.Cancel();
    };
    const auto answer = session->Generate(SomeTokens(40), options);
    ASSERT_TRUE(answer);
    ASSERT_GE(reports, stop);
    EXPECT_EQ(answer->finish, Finish::kCancelled);
    EXPECT_LE(session->tokens().size(), cached + 1);
    EXPECT_LE(late, 1u);  // held-back bytes of the last token may follow
  }
}

// A prompt is stopped within the chunk in which the wish arrives, from another thread too.
TEST(Idle, CancelEndsAPromptWithinOneChunk) {
  const auto session =
      OpenTiny(LoadTiny("tiny-llama", 2), {.context = 1024, .kv = KvType::kF16, .chunk = 16});
  CancelToken cancel;
  GenerateOptions options = Greedy(4);
  options.cancel = &cancel;
  int32_t at_cancel = 0, last = 0;
  options.on_prefill = [&](int32_t done, int32_t) {
    last = done;
    if (done < 160 || at_cancel != 0) return;
    at_cancel = done;
    std::thread([&] { cancel.Cancel(); }).join();
  };
  const auto answer = session->Generate(SomeTokens(900), options);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->finish, Finish::kCancelled);
  EXPECT_EQ(last, at_cancel);
  EXPECT_EQ(session->tokens().size(), static_cast<size_t>(at_cancel));
}

}  // namespace
}  // namespace hearth::engine
