// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/sources.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace hearth::hub {
namespace {

TEST(Sources, TableRowsAreDistinctAndComplete) {
  std::set<std::string_view> names;
  for (const SourceKind& kind : SourceKinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_EQ(FindSourceKind(kind.name), &kind);
    EXPECT_NE(kind.probe, nullptr);
    EXPECT_NE(kind.scratch, nullptr);
    EXPECT_NE(kind.fetch, nullptr);
  }
  EXPECT_EQ(FindSourceKind(""), nullptr);
}

TEST(Sources, EnvironmentSettings) {
  ::unsetenv("HF_ENDPOINT");
  ::unsetenv("HF_TOKEN");
  EXPECT_EQ(SourceSettings::FromEnvironment().hf_endpoint, "https://huggingface.co");
  EXPECT_EQ(SourceSettings::FromEnvironment().hf_token, "");
  ::setenv("HF_ENDPOINT", "https://mirror.example", 1);
  ::setenv("HF_TOKEN", "hf_x", 1);
  EXPECT_EQ(SourceSettings::FromEnvironment().hf_endpoint, "https://mirror.example");
  EXPECT_EQ(SourceSettings::FromEnvironment().hf_token, "hf_x");
  ::setenv("HF_ENDPOINT", "", 1);
  EXPECT_EQ(SourceSettings::FromEnvironment().hf_endpoint, "https://huggingface.co");
  ::unsetenv("HF_ENDPOINT");
  ::unsetenv("HF_TOKEN");
}

}  // namespace
}  // namespace hearth::hub
