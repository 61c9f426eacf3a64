// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "quant/types.h"

#include <gtest/gtest.h>

namespace hearth::quant {
namespace {

TEST(Types, NamesAndNumbersAgree) {
  for (const TypeRow& row : Types()) {
    EXPECT_EQ(&Row(row.type), &row);
    EXPECT_EQ(FindGgmlType(row.ggml_id), &row);
    EXPECT_EQ(GgmlTypeName(row.ggml_id), row.name);
  }
  EXPECT_EQ(FindGgmlType(16), nullptr);
  EXPECT_EQ(GgmlTypeName(16), "IQ2_XXS");
  EXPECT_EQ(GgmlTypeName(40), "NVFP4");
  EXPECT_EQ(GgmlTypeName(42), "");
  EXPECT_EQ(GgmlTypeName(0xffff'ffffu), "");
  EXPECT_EQ(RowBytes(Row(Type::kQ4_K), 512), 288u);
}

}  // namespace
}  // namespace hearth::quant
