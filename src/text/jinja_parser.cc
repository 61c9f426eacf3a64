// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_parser.h"

#include <algorithm>
#include <array>

#include "text/jinja_builtins.h"
#include "text/jinja_expr.h"
#include "text/jinja_text.h"
#include "text/messages_template.h"

namespace hearth::text::jinja {
namespace {

class Parser : public ExprParser {
 public:
  Parser(Template* out, std::vector<Token> tokens) : ExprParser(out, std::move(tokens)) {}

  Status Run() {
    out_.body = ParseBody({});
    if (!failed()) CheckBody(out_.body, {});
    if (failed()) return std::unexpected(*std::move(error_));
    return {};
  }

 private:
  using Ends = std::initializer_list<std::string_view>;
  using Handler = StmtPtr (Parser::*)(StmtPtr);
  struct Tag {
    std::string_view name;
    Handler handler;
  };
  static const std::array<Tag, 11> kTags;

  // Statements up to a tag named in `ends`, which is left for the caller (its name is current).
  Body ParseBody(Ends ends) {
    Body body;
    StmtPtr output;
    const auto flush = [&] {
      if (output != nullptr) body.push_back(std::move(output));
    };
    const auto print = [&](ExprPtr expr) {
      if (output == nullptr) output = MakeStmt(StmtOp::kOutput);
      output->exprs.push_back(std::move(expr));
    };
    while (!failed() && Now().type != Tok::kEof) {
      if (Now().type == Tok::kData) {
        ExprPtr data = Make(Op::kConst, Now());
        data->value = out_.Keep(std::string(Now().text));
        print(std::move(data));
        Advance();
      } else if (Skip(Tok::kVariableBegin)) {
        print(ParseTuple(true, "", false));
        Expect(Tok::kVariableEnd, "}}");
      } else if (Skip(Tok::kBlockBegin)) {
        flush();
        for (const std::string_view end : ends) {
          if (IsName(end)) return body;
        }
        body.push_back(ParseStatement());
        Expect(Tok::kBlockEnd, "%}");
      } else {
        Unexpected();
      }
    }
    flush();
    if (ends.size() > 0 && !failed()) {
      FailAt(Now(), Code::kInvalidArgument, msg::kTemplateExpected, *std::prev(ends.end()), "end");
    }
    return body;
  }

  // %} body {% end, with the end tag's name consumed.
  Body ParseBlock(std::string_view end) {
    Body body = ParseInner({end});
    Advance();
    return body;
  }
  Body ParseInner(Ends ends) {
    Skip(Tok::kColon);
    if (!Expect(Tok::kBlockEnd, "%}") || !Enter()) return {};
    Body body = ParseBody(ends);
    Leave();
    return body;
  }

  StmtPtr MakeStmt(StmtOp op) {
    auto stmt = std::make_unique<Stmt>();
    stmt->op = op;
    stmt->line = Now().line;
    return stmt;
  }

  StmtPtr ParseStatement() {
    if (Now().type != Tok::kName) {
      Unexpected();
      return nullptr;
    }
    for (const Tag& tag : kTags) {
      if (!IsName(tag.name)) continue;
      StmtPtr stmt = MakeStmt(StmtOp::kOutput);
      Advance();
      return (this->*tag.handler)(std::move(stmt));
    }
    FailAt(Now(), Code::kInvalidArgument, msg::kTemplateUnsupported, Now().text.substr(0, 40));
    return nullptr;
  }

  StmtPtr ParseFor(StmtPtr stmt) {
    stmt->op = StmtOp::kFor;
    stmt->loop = std::make_unique<ForNode>();
    ForNode& loop = *stmt->loop;
    loop.target = ParseTarget("in", false);
    if (!failed() && !SkipName("in")) {
      FailAt(Now(), Code::kInvalidArgument, msg::kTemplateExpected, "in", Now().text.substr(0, 40));
    }
    loop.iterable = ParseTuple(false, "recursive", false);
    if (SkipName("if")) loop.test = ParseExpression();
    loop.recursive = SkipName("recursive");
    loop.body = ParseInner({"endfor", "else"});
    if (SkipName("else")) loop.otherwise = ParseInner({"endfor"});
    Advance();
    return stmt;
  }

  StmtPtr ParseIf(StmtPtr stmt) {
    stmt->op = StmtOp::kIf;
    while (!failed()) {
      stmt->exprs.push_back(ParseTuple(false, "", false));
      stmt->bodies.push_back(ParseInner({"elif", "else", "endif"}));
      if (SkipName("elif")) continue;
      if (SkipName("else")) stmt->bodies.push_back(ParseInner({"endif"}));
      break;
    }
    Advance();
    return stmt;
  }

  StmtPtr ParseSet(StmtPtr stmt) {
    stmt->exprs.push_back(ParseTarget("", true));
    if (Skip(Tok::kAssign)) {
      stmt->op = StmtOp::kSet;
      stmt->exprs.push_back(ParseTuple(true, "", false));
      return stmt;
    }
    stmt->op = StmtOp::kSetBlock;
    stmt->exprs.push_back(ParseFilters(nullptr, false));
    stmt->bodies.push_back(ParseBlock("endset"));
    return stmt;
  }

  void ParseSignature(MacroNode* macro) {
    Expect(Tok::kLparen, "(");
    bool defaults = false;
    while (!failed() && Now().type != Tok::kRparen) {
      if (!macro->parameters.empty()) Expect(Tok::kComma, ",");
      const std::string_view name = ExpectName();
      if (failed()) return;
      MacroNode::Parameter parameter{out_.Intern(name), out_.Keep(std::string(name)), nullptr};
      if (Skip(Tok::kAssign)) {
        parameter.initial = ParseExpression();
        defaults = true;
      } else if (defaults) {
        Unexpected();
      }
      macro->parameters.push_back(std::move(parameter));
    }
    Expect(Tok::kRparen, ")");
  }

  StmtPtr ParseMacro(StmtPtr stmt) {
    stmt->op = StmtOp::kMacro;
    stmt->macro = std::make_unique<MacroNode>();
    const std::string_view name = ExpectName();
    stmt->name = out_.Intern(name);
    stmt->macro->name = out_.Keep(std::string(name));
    ParseSignature(stmt->macro.get());
    ParseMacroBody(stmt->macro.get(), "endmacro");
    return stmt;
  }

  void ParseMacroBody(MacroNode* macro, std::string_view end) {
    macros_.push_back(macro);
    macro->body = ParseBlock(end);
    macros_.pop_back();
    // A parameter of that name takes the place of the special variable.
    for (const auto& parameter : macro->parameters) {
      if (parameter.id == out_.id_kwargs) macro->uses_kwargs = false;
      if (parameter.id == out_.id_varargs) macro->uses_varargs = false;
    }
  }

  StmtPtr ParseCallBlock(StmtPtr stmt) {
    stmt->op = StmtOp::kCallBlock;
    stmt->macro = std::make_unique<MacroNode>();
    stmt->macro->name = out_.Keep("caller");
    if (Now().type == Tok::kLparen) ParseSignature(stmt->macro.get());
    const Token& start = Now();
    stmt->exprs.push_back(ParseExpression());
    if (!failed() && stmt->exprs.back()->op != Op::kCall) {
      FailAt(start, Code::kInvalidArgument, msg::kTemplateExpected, "a call",
             start.text.substr(0, 40));
    }
    ParseMacroBody(stmt->macro.get(), "endcall");
    return stmt;
  }

  StmtPtr ParseFilterBlock(StmtPtr stmt) {
    stmt->op = StmtOp::kFilterBlock;
    stmt->exprs.push_back(ParseFilters(nullptr, true));
    stmt->bodies.push_back(ParseBlock("endfilter"));
    return stmt;
  }

  StmtPtr ParseWith(StmtPtr stmt) {
    stmt->op = StmtOp::kWith;
    while (!failed() && Now().type != Tok::kBlockEnd) {
      if (!stmt->exprs.empty()) Expect(Tok::kComma, ",");
      stmt->exprs.push_back(ParseTarget("", false));
      Expect(Tok::kAssign, "=");
      stmt->exprs.push_back(ParseExpression());
    }
    stmt->bodies.push_back(ParseBlock("endwith"));
    return stmt;
  }

  StmtPtr ParsePrint(StmtPtr stmt) {
    while (!failed() && Now().type != Tok::kBlockEnd) {
      if (!stmt->exprs.empty()) Expect(Tok::kComma, ",");
      stmt->exprs.push_back(ParseExpression());
    }
    return stmt;
  }

  // {% generation %} marks what the assistant wrote; it prints its body.
  StmtPtr ParseGeneration(StmtPtr stmt) {
    stmt->op = StmtOp::kScope;
    stmt->bodies.push_back(ParseBlock("endgeneration"));
    return stmt;
  }

  StmtPtr ParseBreak(StmtPtr stmt) {
    stmt->op = StmtOp::kBreak;
    return stmt;
  }
  StmtPtr ParseContinue(StmtPtr stmt) {
    stmt->op = StmtOp::kContinue;
    return stmt;
  }

  // What can only be judged when the whole tree is known: unknown filters are errors at once,
  // except under a condition, where they fail when reached; break and continue need a loop around
  // them.
  struct Place {
    bool soft = false;
    bool loop = false;
  };

  void CheckExpr(const ExprPtr& expr, bool soft) {
    if (expr == nullptr || failed()) return;
    if ((expr->op == Op::kFilter || expr->op == Op::kTest) && expr->builtin == nullptr && !soft) {
      error_ = Fail(Code::kInvalidArgument, msg::kTemplateUnknown, expr->line, expr->value.text())
                   .error();
      return;
    }
    soft = soft || expr->op == Op::kCond;
    for (const ExprPtr& arg : expr->args) CheckExpr(arg, soft);
    if (expr->call == nullptr) return;
    for (const ExprPtr& arg : expr->call->positional) CheckExpr(arg, soft);
    for (const auto& [name, arg] : expr->call->named) CheckExpr(arg, soft);
    CheckExpr(expr->call->star, soft);
    CheckExpr(expr->call->star_star, soft);
  }

  void CheckBody(const Body& body, Place place) {
    for (const StmtPtr& stmt : body) {
      if (failed()) return;
      CheckStmt(*stmt, place);
    }
  }

  void CheckStmt(const Stmt& stmt, Place place) {
    const bool leaves_loop = stmt.op == StmtOp::kBreak || stmt.op == StmtOp::kContinue;
    if (leaves_loop && !place.loop) {
      error_ = Fail(Code::kInvalidArgument, msg::kTemplateUnexpected, stmt.line, 1,
                    stmt.op == StmtOp::kBreak ? "break" : "continue")
                   .error();
      return;
    }
    const bool is_if = stmt.op == StmtOp::kIf;
    for (const ExprPtr& expr : stmt.exprs) CheckExpr(expr, place.soft || is_if);
    const bool same_function = is_if || stmt.op == StmtOp::kWith ||
                               stmt.op == StmtOp::kFilterBlock || stmt.op == StmtOp::kSetBlock;
    const Place inner{is_if, same_function && place.loop};
    for (const Body& inside : stmt.bodies) CheckBody(inside, inner);
    if (stmt.loop != nullptr) {
      CheckExpr(stmt.loop->iterable, place.soft);
      CheckExpr(stmt.loop->test, false);
      CheckBody(stmt.loop->body, {false, true});
      CheckBody(stmt.loop->otherwise, {false, place.loop && !stmt.loop->recursive});
    }
    if (stmt.macro != nullptr) {
      for (const auto& parameter : stmt.macro->parameters) CheckExpr(parameter.initial, false);
      CheckBody(stmt.macro->body, {});
    }
  }
};

constexpr std::array<Parser::Tag, 11> Parser::kTags = {{
    {"for", &Parser::ParseFor},
    {"if", &Parser::ParseIf},
    {"set", &Parser::ParseSet},
    {"macro", &Parser::ParseMacro},
    {"call", &Parser::ParseCallBlock},
    {"filter", &Parser::ParseFilterBlock},
    {"with", &Parser::ParseWith},
    {"print", &Parser::ParsePrint},
    {"generation", &Parser::ParseGeneration},
    {"break", &Parser::ParseBreak},
    {"continue", &Parser::ParseContinue},
}};

}  // namespace

uint32_t Template::Intern(std::string_view name) {
  if (const auto found = ids.find(name); found != ids.end()) return found->second;
  const auto id = static_cast<uint32_t>(name_values.size());
  name_values.push_back(Keep(std::string(name)));
  ids.emplace(name_values.back().text(), id);
  globals.push_back(FindGlobal(name));
  return id;
}

Result<std::unique_ptr<const Template>> ParseTemplate(std::string_view source) {
  if (source.size() > kMaxTemplateBytes) {
    return Fail(Code::kResourceExhausted, msg::kTemplateTooLong, source.size(), kMaxTemplateBytes);
  }
  if (const size_t bad = FindInvalidUtf8(source); bad != std::string_view::npos) {
    return Fail(Code::kInvalidArgument, msg::kTemplateUtf8, bad);
  }
  auto out = std::make_unique<Template>();
  out->source = NormalizeSource(source);
  out->id_loop = out->Intern("loop");
  out->id_caller = out->Intern("caller");
  out->id_kwargs = out->Intern("kwargs");
  out->id_varargs = out->Intern("varargs");
  HEARTH_ASSIGN(std::vector<Token> tokens, Tokenize(out->source));
  HEARTH_TRY(Parser(out.get(), std::move(tokens)).Run());
  return out;
}

}  // namespace hearth::text::jinja
