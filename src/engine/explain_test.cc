// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/explain.h"

#include <algorithm>

#include "engine/session.h"
#include "engine/test_model.h"

namespace hearth::engine {
namespace {

const OperationCost& Find(const Explanation& explanation, std::string_view id) {
  const auto found = std::ranges::find(explanation.operations, id, &OperationCost::id);
  EXPECT_NE(found, explanation.operations.end()) << id;
  return *found;
}

// The shape of tiny-llama: 2 layers of width 256, 4 heads of 64, 2 KV heads, MLP of 512, 512
// tokens.
TEST(Explain, CountsOperationsAndTime) {
  const auto session = OpenTiny(LoadTiny("tiny-llama", 2, Precision::kDefault));
  ASSERT_TRUE(session);
  const auto explanation = session->Explain(SomeTokens(40), 0, 40);
  ASSERT_TRUE(explanation) << explanation.error().Text();
  EXPECT_EQ(explanation->tokens, 40);
  EXPECT_EQ(Find(*explanation, "gate_up").operations, 2.0 * 2 * 2 * 512 * 256 * 40);
  EXPECT_EQ(Find(*explanation, "query_key_value").operations, 2.0 * 2 * (256 + 2 * 128) * 256 * 40);
  EXPECT_EQ(Find(*explanation, "head").operations, 2.0 * 512 * 256);
  EXPECT_EQ(Find(*explanation, "attention").operations, 4.0 * 2 * 256 * (40 * 41 / 2));
  EXPECT_EQ(session->tokens().size(), 40u);
  double sum = 0;
  for (const OperationCost& operation : explanation->operations) {
    EXPECT_GE(operation.seconds, 0) << operation.id;
    sum += operation.seconds;
  }
  EXPECT_GT(sum, 0);
  EXPECT_LE(sum, explanation->seconds);
}

TEST(Explain, OneTokenAtATimeReadsTheWeightsEachTime) {
  const auto session = OpenTiny(LoadTiny("tiny-llama", 1, Precision::kDefault));
  ASSERT_TRUE(session);
  const auto together = session->Explain(SomeTokens(8), 0, 8);
  const auto each = session->Explain(SomeTokens(8), 0, 1);
  ASSERT_TRUE(together);
  ASSERT_TRUE(each);
  EXPECT_EQ(Find(*each, "down").bytes, 8 * Find(*together, "down").bytes);
  EXPECT_EQ(Find(*each, "down").operations, Find(*together, "down").operations);
}

TEST(Explain, RefusesWhatLogitsRefuses) {
  const auto session = OpenTiny(LoadTiny("tiny-llama", 1, Precision::kDefault));
  ASSERT_TRUE(session);
  EXPECT_FALSE(session->Explain({}, 0, 1));
  EXPECT_FALSE(session->Explain(SomeTokens(4), 1, 1));
}

}  // namespace
}  // namespace hearth::engine
