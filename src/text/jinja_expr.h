// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/jinja_ast.h"
#include "text/jinja_lexer.h"
#include "text/messages_template.h"

namespace hearth::text::jinja {

// The expression half of the parser: one function per level of Jinja's grammar, lowest binding
// first. Errors are sticky: after the first one every function returns null and the caller unwinds.
class ExprParser {
 public:
  ExprParser(Template* out, std::vector<Token> tokens) : out_(*out), tokens_(std::move(tokens)) {}

 protected:
  const Token& Now() const { return tokens_[at_]; }
  const Token& After() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool IsName(std::string_view name) const {
    return Now().type == Tok::kName && Now().text == name;
  }
  void Advance() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  bool Skip(Tok type);
  bool SkipName(std::string_view name);
  bool Expect(Tok type, std::string_view what);  // false: failed
  std::string_view ExpectName();
  bool failed() const { return error_.has_value(); }
  void Unexpected();
  template <typename... Args>
  void FailAt(const Token& token, Code code, const Message& message, const Args&... args) {
    if (!failed()) {
      error_ = Fail(code, message, token.line, ColumnOf(out_.source, token.text.data()), args...)
                   .error();
    }
  }
  bool Enter();  // one level of nesting; false (and failed) when it is too deep
  void Leave() { --depth_; }

  ExprPtr ParseExpression(bool with_cond = true);
  // a, b, c; `end` is a word that ends a tuple early (in, recursive).
  ExprPtr ParseTuple(bool with_cond, std::string_view end, bool parentheses);
  ExprPtr ParseFilters(ExprPtr node, bool inline_start);
  ExprPtr ParseTarget(std::string_view end, bool with_attributes);
  ExprPtr Make(Op op, const Token& token);
  ExprPtr Finish(ExprPtr node);  // measures the depth
  uint32_t LoadName(std::string_view name);

  Template& out_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  std::optional<Error> error_;
  std::vector<MacroNode*> macros_;  // being parsed, outermost first

 private:
  ExprPtr ParseOr();
  ExprPtr ParseAnd();
  ExprPtr ParseNot();
  ExprPtr ParseCompare();
  ExprPtr ParseAdd();
  ExprPtr ParseConcat();
  ExprPtr ParseMultiply();
  ExprPtr ParsePower();
  ExprPtr ParseUnary(bool with_filters);
  ExprPtr ParsePrimary();
  ExprPtr ParsePostfix(ExprPtr node);
  ExprPtr ParseFilterChain(ExprPtr node);
  ExprPtr ParseSubscript(ExprPtr node);
  ExprPtr ParseSubscribed(ExprPtr node);
  ExprPtr ParseTest(ExprPtr node);
  ExprPtr ParseListLiteral();
  ExprPtr ParseDictLiteral();
  ExprPtr ParseNumber(const Token& token);
  ExprPtr ParseCall(ExprPtr function);
  bool ParseCallArgs(CallArgs* args);
  bool IsTupleEnd(std::string_view end) const;
  template <typename Next, typename Match>
  ExprPtr ParseChain(Op op, const Next& next, const Match& match);
};

}  // namespace hearth::text::jinja
