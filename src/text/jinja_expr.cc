// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_expr.h"

#include <charconv>
#include <cstdlib>
#include <optional>

#include "text/jinja_builtins.h"
#include "text/jinja_text.h"
#include "text/messages_template.h"

namespace hearth::text::jinja {
namespace {

struct InfixToken {
  Tok token;
  Infix infix;
};
constexpr InfixToken kInfixes[] = {
    {Tok::kAdd, Infix::kAdd},
    {Tok::kSub, Infix::kSub},
    {Tok::kMul, Infix::kMul},
    {Tok::kDiv, Infix::kDiv},
    {Tok::kFloorDiv, Infix::kFloorDiv},
    {Tok::kMod, Infix::kMod},
    {Tok::kPow, Infix::kPow},
    {Tok::kEq, Infix::kEq},
    {Tok::kNe, Infix::kNe},
    {Tok::kLt, Infix::kLt},
    {Tok::kLe, Infix::kLe},
    {Tok::kGt, Infix::kGt},
    {Tok::kGe, Infix::kGe},
};

std::optional<Infix> InfixOf(Tok token, Infix first, Infix last) {
  for (const InfixToken& row : kInfixes) {
    if (row.token == token && row.infix >= first && row.infix <= last) return row.infix;
  }
  return std::nullopt;
}

// Reads exactly `count` hexadecimal digits.
std::optional<char32_t> Hex(std::string_view text, size_t count) {
  uint32_t value = 0;
  if (text.size() < count) return std::nullopt;
  const auto end = text.data() + count;
  const auto result = std::from_chars(text.data(), end, value, 16);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return std::nullopt;
  return value;
}

// A string literal with its quotes, with Python's escapes; unknown ones keep their backslash.
std::optional<std::string> Unescape(std::string_view literal) {
  const std::string_view in = literal.substr(1, literal.size() - 2);
  constexpr std::string_view kFrom = "\\'\"abfnrtv";
  constexpr std::string_view kTo = "\\'\"\a\b\f\n\r\t\v";
  std::string out;
  out.reserve(in.size());
  for (size_t i = 0; i < in.size(); ++i) {
    if (in[i] != '\\' || i + 1 == in.size()) {
      out.push_back(in[i]);
      continue;
    }
    const char c = in[++i];
    if (const size_t known = kFrom.find(c); known != std::string_view::npos) {
      out.push_back(kTo[known]);
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      const auto value = Hex(in.substr(i + 1), digits);
      if (!value) return std::nullopt;
      AppendChar(&out, *value);
      i += digits;
    } else if (c >= '0' && c <= '7') {
      char32_t value = 0;
      size_t n = 0;
      while (n < 3 && i + n < in.size() && in[i + n] >= '0' && in[i + n] <= '7') {
        value = value * 8 + static_cast<char32_t>(in[i + n++] - '0');
      }
      AppendChar(&out, value);
      i += n - 1;
    } else if (c == 'N') {
      return std::nullopt;  // names of characters are not carried along
    } else if (c != '\n') {
      out.push_back('\\');
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

bool ExprParser::Skip(Tok type) {
  if (Now().type != type) return false;
  Advance();
  return true;
}

bool ExprParser::SkipName(std::string_view name) {
  if (!IsName(name)) return false;
  Advance();
  return true;
}

void ExprParser::Unexpected() {
  if (Now().type == Tok::kEof) {
    FailAt(Now(), Code::kInvalidArgument, msg::kTemplateUnexpected, "end");
  } else {
    FailAt(Now(), Code::kInvalidArgument, msg::kTemplateUnexpected, Now().text.substr(0, 40));
  }
}

bool ExprParser::Expect(Tok type, std::string_view what) {
  if (failed()) return false;
  if (Skip(type)) return true;
  FailAt(Now(), Code::kInvalidArgument, msg::kTemplateExpected, what,
         Now().type == Tok::kEof ? "end" : Now().text.substr(0, 40));
  return false;
}

std::string_view ExprParser::ExpectName() {
  const std::string_view text = Now().text;
  return Expect(Tok::kName, "a name") ? text : std::string_view();
}

bool ExprParser::Enter() {
  if (failed()) return false;
  if (++depth_ <= kMaxNesting) return true;
  --depth_;
  FailAt(Now(), Code::kResourceExhausted, msg::kTemplateNesting, kMaxNesting);
  return false;
}

ExprPtr ExprParser::Make(Op op, const Token& token) {
  auto node = std::make_unique<Expr>();
  node->op = op;
  node->line = token.line;
  return node;
}

ExprPtr ExprParser::Finish(ExprPtr node) {
  if (failed()) return nullptr;
  int depth = 0;
  const auto measure = [&](const ExprPtr& child) {
    if (child != nullptr) depth = std::max(depth, int{child->depth});
  };
  for (const ExprPtr& child : node->args) measure(child);
  if (node->call != nullptr) {
    for (const ExprPtr& child : node->call->positional) measure(child);
    for (const auto& [name, child] : node->call->named) measure(child);
    measure(node->call->star);
    measure(node->call->star_star);
  }
  if (depth >= kMaxNesting) {
    FailAt(Now(), Code::kResourceExhausted, msg::kTemplateNesting, kMaxNesting);
    return nullptr;
  }
  node->depth = static_cast<uint16_t>(depth + 1);
  return node;
}

uint32_t ExprParser::LoadName(std::string_view name) {
  const uint32_t id = out_.Intern(name);
  for (MacroNode* macro : macros_) {
    macro->uses_caller |= id == out_.id_caller;
    macro->uses_kwargs |= id == out_.id_kwargs;
    macro->uses_varargs |= id == out_.id_varargs;
  }
  return id;
}

ExprPtr ExprParser::ParseExpression(bool with_cond) {
  if (!Enter()) return nullptr;
  ExprPtr node = ParseOr();
  while (with_cond && !failed() && IsName("if")) {
    ExprPtr cond = Make(Op::kCond, Now());
    Advance();
    cond->args.push_back(ParseOr());
    cond->args.push_back(std::move(node));
    cond->args.push_back(SkipName("else") ? ParseExpression() : nullptr);
    node = Finish(std::move(cond));
  }
  Leave();
  return node;
}

// a op b op c as one node, so that long sums are not deep. `match` consumes the operator.
template <typename Next, typename Match>
ExprPtr ExprParser::ParseChain(Op op, const Next& next, const Match& match) {
  const Token& start = Now();
  ExprPtr first = next();
  ExprPtr node;
  while (!failed()) {
    std::optional<Infix> infix = match();
    if (!infix) break;
    if (node == nullptr) {
      node = Make(op, start);
      node->args.push_back(std::move(first));
    }
    node->operators.push_back(*infix);
    node->args.push_back(next());
  }
  return node == nullptr ? std::move(first) : Finish(std::move(node));
}

ExprPtr ExprParser::ParseOr() {
  return ParseChain(
      Op::kOr, [&] { return ParseAnd(); },
      [&] { return SkipName("or") ? std::optional(Infix::kEq) : std::nullopt; });
}

ExprPtr ExprParser::ParseAnd() {
  return ParseChain(
      Op::kAnd, [&] { return ParseNot(); },
      [&] { return SkipName("and") ? std::optional(Infix::kEq) : std::nullopt; });
}

ExprPtr ExprParser::ParseNot() {
  if (!IsName("not")) return ParseCompare();
  if (!Enter()) return nullptr;
  ExprPtr node = Make(Op::kNot, Now());
  Advance();
  node->args.push_back(ParseNot());
  Leave();
  return Finish(std::move(node));
}

ExprPtr ExprParser::ParseCompare() {
  const auto match = [&]() -> std::optional<Infix> {
    if (auto infix = InfixOf(Now().type, Infix::kEq, Infix::kGe)) {
      Advance();
      return infix;
    }
    if (SkipName("in")) return Infix::kIn;
    if (IsName("not") && After().type == Tok::kName && After().text == "in") {
      Advance();
      Advance();
      return Infix::kNotIn;
    }
    return std::nullopt;
  };
  return ParseChain(Op::kCompare, [&] { return ParseAdd(); }, match);
}

ExprPtr ExprParser::ParseAdd() {
  return ParseChain(
      Op::kArith, [&] { return ParseConcat(); },
      [&] {
        const auto infix = InfixOf(Now().type, Infix::kAdd, Infix::kSub);
        if (infix) Advance();
        return infix;
      });
}

ExprPtr ExprParser::ParseConcat() {
  return ParseChain(
      Op::kConcat, [&] { return ParseMultiply(); },
      [&] { return Skip(Tok::kTilde) ? std::optional(Infix::kAdd) : std::nullopt; });
}

ExprPtr ExprParser::ParseMultiply() {
  return ParseChain(
      Op::kArith, [&] { return ParsePower(); },
      [&] {
        const auto infix = InfixOf(Now().type, Infix::kMul, Infix::kMod);
        if (infix) Advance();
        return infix;
      });
}

ExprPtr ExprParser::ParsePower() {
  return ParseChain(
      Op::kArith, [&] { return ParseUnary(true); },
      [&] { return Skip(Tok::kPow) ? std::optional(Infix::kPow) : std::nullopt; });
}

ExprPtr ExprParser::ParseUnary(bool with_filters) {
  if (!Enter()) return nullptr;
  ExprPtr node;
  if (Now().type == Tok::kSub || Now().type == Tok::kAdd) {
    node = Make(Now().type == Tok::kSub ? Op::kNegate : Op::kPlus, Now());
    Advance();
    node->args.push_back(ParseUnary(false));
    node = Finish(std::move(node));
  } else {
    node = ParsePrimary();
  }
  node = ParsePostfix(std::move(node));
  if (with_filters) node = ParseFilterChain(std::move(node));
  Leave();
  return node;
}

ExprPtr ExprParser::ParseNumber(const Token& token) {
  std::string digits;
  for (const char c : token.text) {
    if (c != '_') digits.push_back(c);
  }
  ExprPtr node = Make(Op::kConst, token);
  if (token.type == Tok::kFloat) {
    node->value = Value::Float(std::strtod(digits.c_str(), nullptr));
    return node;
  }
  int base = 10;
  std::string_view text = digits;
  if (text.size() > 2 && text[0] == '0' && (text[1] | 0x20) > '9') {
    const char mark = static_cast<char>(text[1] | 0x20);
    base = mark == 'x' ? 16 : mark == 'o' ? 8 : 2;
    text.remove_prefix(2);
  }
  int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (result.ec != std::errc()) {
    FailAt(token, Code::kInvalidArgument, msg::kTemplateLiteral, token.text.substr(0, 40));
    return nullptr;
  }
  node->value = Value::Int(value);
  return node;
}

ExprPtr ExprParser::ParsePrimary() {
  if (failed()) return nullptr;
  const Token& token = Now();
  ExprPtr node = Make(Op::kConst, token);
  switch (token.type) {
    case Tok::kName:
      Advance();
      if (token.text == "true" || token.text == "True") {
        node->value = Value::Bool(true);
      } else if (token.text == "false" || token.text == "False") {
        node->value = Value::Bool(false);
      } else if (token.text == "none" || token.text == "None") {
        node->value = Value::None();
      } else {
        node->op = Op::kName;
        node->name = LoadName(token.text);
      }
      return node;
    case Tok::kString: {
      std::string text;
      for (; Now().type == Tok::kString; Advance()) {
        const auto piece = Unescape(Now().text);
        if (!piece) {
          FailAt(Now(), Code::kInvalidArgument, msg::kTemplateLiteral, Now().text.substr(0, 40));
          return nullptr;
        }
        text += *piece;
      }
      node->value = out_.Keep(std::move(text));
      return node;
    }
    case Tok::kInteger:
    case Tok::kFloat:
      Advance();
      return ParseNumber(token);
    case Tok::kLparen:
      Advance();
      node = ParseTuple(true, "", true);
      return Expect(Tok::kRparen, ")") ? std::move(node) : nullptr;
    case Tok::kLbracket:
      return ParseListLiteral();
    case Tok::kLbrace:
      return ParseDictLiteral();
    default:
      Unexpected();
      return nullptr;
  }
}

bool ExprParser::IsTupleEnd(std::string_view end) const {
  const Tok type = Now().type;
  return type == Tok::kVariableEnd || type == Tok::kBlockEnd || type == Tok::kRparen ||
         (!end.empty() && IsName(end));
}

ExprPtr ExprParser::ParseTuple(bool with_cond, std::string_view end, bool parentheses) {
  const Token& start = Now();
  std::vector<ExprPtr> items;
  bool tuple = false;
  while (!failed()) {
    if (!items.empty() && !Expect(Tok::kComma, ",")) return nullptr;
    if (IsTupleEnd(end)) break;
    items.push_back(ParseExpression(with_cond));
    if (Now().type != Tok::kComma) break;
    tuple = true;
  }
  if (failed()) return nullptr;
  if (!tuple) {
    if (!items.empty()) return std::move(items.front());
    if (!parentheses) {
      Unexpected();
      return nullptr;
    }
  }
  ExprPtr node = Make(Op::kTuple, start);
  node->args = std::move(items);
  return Finish(std::move(node));
}

ExprPtr ExprParser::ParseTarget(std::string_view end, bool with_attributes) {
  const auto one = [&]() -> ExprPtr {
    const Token& token = Now();
    if (Skip(Tok::kLparen)) {
      if (!Enter()) return nullptr;
      ExprPtr inner = ParseTarget("", with_attributes);
      Leave();
      return Expect(Tok::kRparen, ")") ? std::move(inner) : nullptr;
    }
    const std::string_view name = ExpectName();
    if (failed()) return nullptr;
    for (const std::string_view constant : {"true", "false", "none", "True", "False", "None"}) {
      if (name == constant) {
        FailAt(token, Code::kInvalidArgument, msg::kTemplateUnexpected, name);
        return nullptr;
      }
    }
    ExprPtr node = Make(Op::kName, token);
    node->name = out_.Intern(name);
    if (with_attributes && Skip(Tok::kDot)) {
      node->op = Op::kAttrTarget;
      node->name = LoadName(name);
      node->value = out_.Keep(std::string(ExpectName()));
    }
    return node;
  };
  const Token& start = Now();
  std::vector<ExprPtr> items;
  bool tuple = false;
  while (!failed()) {
    if (!items.empty() && !Expect(Tok::kComma, ",")) return nullptr;
    if (!items.empty() && (IsTupleEnd(end) || Now().type == Tok::kAssign)) break;
    items.push_back(one());
    if (Now().type != Tok::kComma) break;
    tuple = true;
  }
  if (failed()) return nullptr;
  if (!tuple) return std::move(items.front());
  ExprPtr node = Make(Op::kTuple, start);
  node->args = std::move(items);
  return Finish(std::move(node));
}

ExprPtr ExprParser::ParseListLiteral() {
  ExprPtr node = Make(Op::kList, Now());
  Advance();
  while (!failed() && Now().type != Tok::kRbracket) {
    if (!node->args.empty() && !Expect(Tok::kComma, ",")) return nullptr;
    if (Now().type == Tok::kRbracket) break;
    node->args.push_back(ParseExpression());
  }
  return Expect(Tok::kRbracket, "]") ? Finish(std::move(node)) : nullptr;
}

ExprPtr ExprParser::ParseDictLiteral() {
  ExprPtr node = Make(Op::kDict, Now());
  Advance();
  while (!failed() && Now().type != Tok::kRbrace) {
    if (!node->args.empty() && !Expect(Tok::kComma, ",")) return nullptr;
    if (Now().type == Tok::kRbrace) break;
    node->args.push_back(ParseExpression());
    if (!Expect(Tok::kColon, ":")) return nullptr;
    node->args.push_back(ParseExpression());
  }
  return Expect(Tok::kRbrace, "}") ? Finish(std::move(node)) : nullptr;
}

ExprPtr ExprParser::ParsePostfix(ExprPtr node) {
  while (!failed()) {
    if (Now().type == Tok::kDot || Now().type == Tok::kLbracket) {
      node = ParseSubscript(std::move(node));
    } else if (Now().type == Tok::kLparen) {
      node = ParseCall(std::move(node));
    } else {
      return node;
    }
  }
  return nullptr;
}

ExprPtr ExprParser::ParseFilterChain(ExprPtr node) {
  while (!failed()) {
    if (Now().type == Tok::kPipe) {
      node = ParseFilters(std::move(node), false);
    } else if (IsName("is")) {
      node = ParseTest(std::move(node));
    } else if (Now().type == Tok::kLparen) {
      node = ParseCall(std::move(node));
    } else {
      return node;
    }
  }
  return nullptr;
}

ExprPtr ExprParser::ParseSubscript(ExprPtr node) {
  const Token& token = Now();
  if (Skip(Tok::kDot)) {
    const Token& attribute = Now();
    Advance();
    if (attribute.type == Tok::kName) {
      ExprPtr get = Make(Op::kGetAttr, token);
      get->value = out_.Keep(std::string(attribute.text));
      get->args.push_back(std::move(node));
      return Finish(std::move(get));
    }
    if (attribute.type != Tok::kInteger) {
      FailAt(attribute, Code::kInvalidArgument, msg::kTemplateExpected, "a name",
             attribute.text.substr(0, 40));
      return nullptr;
    }
    ExprPtr get = Make(Op::kGetItem, token);
    get->args.push_back(std::move(node));
    get->args.push_back(ParseNumber(attribute));
    return Finish(std::move(get));
  }
  Advance();
  return ParseSubscribed(std::move(node));
}

// What stands between the brackets of node[...]: one expression, a slice, or a tuple.
ExprPtr ExprParser::ParseSubscribed(ExprPtr node) {
  ExprPtr get = Make(Op::kGetItem, Now());
  get->args.push_back(std::move(node));
  const auto at_end = [&] {
    return Now().type == Tok::kRbracket || Now().type == Tok::kComma || Now().type == Tok::kColon;
  };
  ExprPtr first = Now().type == Tok::kColon ? nullptr : ParseExpression();
  if (!failed() && Skip(Tok::kColon)) {
    get->op = Op::kSlice;
    get->args.push_back(std::move(first));
    get->args.push_back(at_end() ? nullptr : ParseExpression());
    get->args.push_back(Skip(Tok::kColon) && !at_end() ? ParseExpression() : nullptr);
  } else if (Now().type == Tok::kComma) {
    ExprPtr tuple = Make(Op::kTuple, Now());
    tuple->args.push_back(std::move(first));
    while (!failed() && Skip(Tok::kComma)) tuple->args.push_back(ParseExpression());
    get->args.push_back(Finish(std::move(tuple)));
  } else {
    get->args.push_back(std::move(first));
  }
  return Expect(Tok::kRbracket, "]") ? Finish(std::move(get)) : nullptr;
}

ExprPtr ExprParser::ParseCall(ExprPtr function) {
  ExprPtr call = Make(Op::kCall, Now());
  call->call = std::make_unique<CallArgs>();
  call->args.push_back(std::move(function));
  return ParseCallArgs(call->call.get()) ? Finish(std::move(call)) : nullptr;
}

bool ExprParser::ParseCallArgs(CallArgs* args) {
  const Token& start = Now();
  if (!Expect(Tok::kLparen, "(")) return false;
  bool any = false;
  while (!failed() && Now().type != Tok::kRparen) {
    if (any && !Expect(Tok::kComma, ",")) return false;
    if (any && Now().type == Tok::kRparen) break;
    any = true;
    bool in_order = args->star_star == nullptr;
    if (Skip(Tok::kMul)) {
      in_order = in_order && args->star == nullptr;
      args->star = ParseExpression();
    } else if (Skip(Tok::kPow)) {
      args->star_star = ParseExpression();
    } else if (Now().type == Tok::kName && After().type == Tok::kAssign) {
      Value name = out_.Keep(std::string(Now().text));
      for (const auto& [other, value] : args->named) in_order &= other.text() != name.text();
      Advance();
      Advance();
      args->named.emplace_back(std::move(name), ParseExpression());
    } else {
      in_order = in_order && args->star == nullptr && args->named.empty();
      args->positional.push_back(ParseExpression());
    }
    if (!in_order) {
      FailAt(start, Code::kInvalidArgument, msg::kTemplateUnexpected, "(");
    }
  }
  return Expect(Tok::kRparen, ")");
}

ExprPtr ExprParser::ParseFilters(ExprPtr node, bool inline_start) {
  while (!failed() && (Now().type == Tok::kPipe || inline_start)) {
    if (!inline_start) Advance();
    inline_start = false;
    ExprPtr filter = Make(Op::kFilter, Now());
    std::string name(ExpectName());
    while (!failed() && Skip(Tok::kDot)) name.append(".").append(ExpectName());
    filter->builtin = FindFilter(name);
    filter->value = out_.Keep(std::move(name));
    filter->call = std::make_unique<CallArgs>();
    filter->args.push_back(std::move(node));
    if (Now().type == Tok::kLparen && !ParseCallArgs(filter->call.get())) return nullptr;
    node = Finish(std::move(filter));
  }
  return failed() ? nullptr : std::move(node);
}

ExprPtr ExprParser::ParseTest(ExprPtr node) {
  const Token& token = Now();
  Advance();
  const bool negated = SkipName("not");
  ExprPtr test = Make(Op::kTest, token);
  std::string name(ExpectName());
  while (!failed() && Skip(Tok::kDot)) name.append(".").append(ExpectName());
  test->builtin = FindTest(name);
  test->value = out_.Keep(std::move(name));
  test->call = std::make_unique<CallArgs>();
  test->args.push_back(std::move(node));
  switch (Now().type) {
    case Tok::kLparen:
      if (!ParseCallArgs(test->call.get())) return nullptr;
      break;
    case Tok::kName:
      if (IsName("else") || IsName("or") || IsName("and")) break;
      if (IsName("is")) {
        Unexpected();
        return nullptr;
      }
      [[fallthrough]];
    case Tok::kString:
    case Tok::kInteger:
    case Tok::kFloat:
    case Tok::kLbracket:
    case Tok::kLbrace:
      test->call->positional.push_back(ParsePostfix(ParsePrimary()));
      break;
    default:
      break;
  }
  test = Finish(std::move(test));
  if (!negated) return test;
  ExprPtr inverse = Make(Op::kNot, token);
  inverse->args.push_back(std::move(test));
  return Finish(std::move(inverse));
}

}  // namespace hearth::text::jinja
