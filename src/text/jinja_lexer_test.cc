// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_lexer.h"

#include "text/jinja_golden_test.h"

namespace hearth::text {
namespace {

TEST(JinjaLexer, WhiteSpaceEqualsJinja2) {
  CheckSnippets("space");
}

TEST(JinjaLexer, TokensKnowTheirLine) {
  const std::string source = jinja::NormalizeSource("a\r\n{{ b }}\n{% if 'x\ny' %}");
  const auto tokens = jinja::Tokenize(source);
  ASSERT_TRUE(tokens);
  ASSERT_EQ(tokens->size(), 10u);
  EXPECT_EQ((*tokens)[0].text, "a\n");
  EXPECT_EQ((*tokens)[2].text, "b");
  EXPECT_EQ((*tokens)[2].line, 2u);
  EXPECT_EQ(jinja::ColumnOf(source, (*tokens)[2].text.data()), 4);
  EXPECT_EQ((*tokens)[7].type, jinja::Tok::kString);
  EXPECT_EQ((*tokens)[8].line, 4u);
  EXPECT_EQ(tokens->back().type, jinja::Tok::kEof);
}

}  // namespace
}  // namespace hearth::text
