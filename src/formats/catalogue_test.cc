// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/catalogue.h"

#include <gtest/gtest.h>

namespace hearth::formats {
namespace {

TEST(Catalogue, AccessorsCheckKinds) {
  Catalogue catalogue;
  catalogue.metadata = {{"uint", uint64_t{7}},
                        {"int", int64_t{-3}},
                        {"positive", int64_t{3}},
                        {"float", 2.5},
                        {"string", std::string("x")},
                        {"uints", std::vector<uint64_t>{1, 2}},
                        {"strings", std::vector<std::string>{"a"}}};
  EXPECT_EQ(catalogue.Integer("uint").value(), 7u);
  EXPECT_EQ(catalogue.Integer("positive").value(), 3u);
  EXPECT_EQ(catalogue.Integer("absent").value(), std::nullopt);
  EXPECT_EQ(catalogue.Number("uint").value(), 7.0);
  EXPECT_EQ(catalogue.Number("int").value(), -3.0);
  EXPECT_EQ(catalogue.Number("float").value(), 2.5);
  EXPECT_EQ(catalogue.Number("absent").value(), std::nullopt);
  EXPECT_EQ(catalogue.Text("string").value(), "x");
  EXPECT_EQ(catalogue.Text("absent").value(), std::nullopt);
  EXPECT_EQ(catalogue.Array<uint64_t>("uints")->size(), 2u);
  EXPECT_EQ(catalogue.Array<int64_t>("uints"), nullptr);
  EXPECT_EQ(catalogue.Array<uint64_t>("absent"), nullptr);
  for (const char* key : {"int", "float", "string", "uints", "strings"}) {
    const auto wrong = catalogue.Integer(key);
    ASSERT_FALSE(wrong) << key;
    EXPECT_EQ(wrong.error().code(), Code::kDataLoss);
    EXPECT_EQ(wrong.error().id(), "formats.metadata_kind");
  }
  EXPECT_FALSE(catalogue.Number("string"));
  EXPECT_FALSE(catalogue.Text("uint"));
  EXPECT_NE(catalogue.Text("strings").error().Text(Lang::kEnglish).find("is of kind string[]"),
            std::string::npos);
}

TEST(Catalogue, FindsTensorsByName) {
  Catalogue catalogue;
  catalogue.tensors.push_back({"a", {2, 3, 4}, quant::Type::kF32, 0, 0, 96});
  catalogue.tensors.push_back({"b", {5}, quant::Type::kF32, 0, 96, 20});
  catalogue.index = {{"a", 0}, {"b", 1}};
  EXPECT_EQ(catalogue.Find("a")->rows(), 3u);
  EXPECT_EQ(catalogue.Find("a")->columns(), 4u);
  EXPECT_EQ(catalogue.Find("b")->rows(), 1u);
  EXPECT_EQ(catalogue.Find("b")->columns(), 5u);
  EXPECT_EQ(catalogue.Find("c"), nullptr);
}

}  // namespace
}  // namespace hearth::formats
