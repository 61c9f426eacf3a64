// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

namespace hearth::json {
namespace {

Result<Document> Parse(std::string_view text) {
  return Document::Parse(text, "test", 1 << 20);
}

TEST(Json, NothingIsAnError) {
  EXPECT_EQ(Parse({}).error().id(), "json.invalid");
  EXPECT_EQ(Parse("").error().id(), "json.invalid");
}

TEST(Json, ReadsEveryKind) {
  const Document document =
      Parse(
          R"({"n":null,"b":true,"i":-3,"u":18446744073709551615,"d":1.5,"s":"a\u00e9","l":[1,"x"],)"
          R"("o":{"k":2}})")
          .value();
  const Value root = document.root();
  EXPECT_TRUE(root["n"].is_null());
  EXPECT_EQ(root["b"].AsBool(), true);
  EXPECT_EQ(root["i"].AsInt(), -3);
  EXPECT_EQ(root["i"].AsUint(), std::nullopt);
  EXPECT_EQ(root["u"].AsUint(), UINT64_MAX);
  EXPECT_EQ(root["u"].AsInt(), std::nullopt);
  EXPECT_EQ(root["d"].AsDouble(), 1.5);
  EXPECT_EQ(root["d"].AsInt(), std::nullopt);
  EXPECT_EQ(root["i"].AsDouble(), -3.0);
  EXPECT_EQ(root["s"].AsString(), "a\xC3\xA9");
  ASSERT_EQ(root["l"].Items().size(), 2u);
  EXPECT_EQ(root["l"].Items()[1].AsString(), "x");
  EXPECT_EQ(root["o"]["k"].AsUint(), 2u);
  EXPECT_EQ(root.Members().size(), 8u);
  EXPECT_EQ(root.Members()[0].first, "n");
}

TEST(Json, AbsenceIsQuiet) {
  const Document document = Parse(R"([1])").value();
  const Value none = document.root()["x"]["y"];
  EXPECT_FALSE(none);
  EXPECT_EQ(none.kind(), Kind::kAbsent);
  EXPECT_EQ(none.AsString(), std::nullopt);
  EXPECT_TRUE(none.Items().empty());
  EXPECT_TRUE(document.root().Members().empty());
}

TEST(Json, ValuesOutliveAMove) {
  Document document = Parse(R"({"a":"text"})").value();
  const Value a = document.root()["a"];
  const Document moved = std::move(document);
  EXPECT_EQ(a.AsString(), "text");
}

TEST(Json, RefusesBadInput) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("{\"a\":}"), std::string("[1,]"),
        std::string("nul"), std::string("\"\xFF\""), std::string("\"a\nb\""), std::string("01"),
        std::string("1 2"), deep}) {
    const auto parsed = Parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code(), Code::kInvalidArgument);
    EXPECT_EQ(parsed.error().id(), "json.invalid");
  }
  EXPECT_EQ(Document::Parse("[1234]", "x", 5).error().id(), "file.too_large");
  EXPECT_TRUE(Document::Parse("[123]", "x", 5));
}

}  // namespace
}  // namespace hearth::json
