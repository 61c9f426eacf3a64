// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "text/jinja_value.h"

// A parsed template. Immutable after parsing and shared between threads.
namespace hearth::text::jinja {

inline constexpr size_t kMaxTemplateBytes = 256 << 10;
inline constexpr int kMaxNesting = 200;  // of expressions and statements in the source

enum class Op : uint8_t {
  kConst,
  kName,
  kGetAttr,  // args[0] . value
  kGetItem,  // args[0] [ args[1] ]
  kSlice,    // args[0] [ args[1] : args[2] : args[3] ], absent ones are null
  kCall,     // args[0] (call)
  kFilter,   // args[0] | value (call); args[0] is null in filter blocks
  kTest,     // args[0] is value (call)
  kList,
  kTuple,
  kDict,  // key, value, key, value, ...
  kNegate,
  kPlus,
  kNot,
  kAnd,         // two or more
  kOr,          // two or more
  kCompare,     // args[0] operators[0] args[1] operators[1] args[2] ...
  kArith,       // the same, from left to right
  kConcat,      // two or more
  kCond,        // args[1] if args[0] else args[2]; args[2] may be null
  kAttrTarget,  // a target: name . value
};

enum class Infix : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kFloorDiv,
  kMod,
  kPow,
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kIn,
  kNotIn,
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct CallArgs {
  std::vector<ExprPtr> positional;
  std::vector<std::pair<Value, ExprPtr>> named;
  ExprPtr star, star_star;
};

struct Expr {
  Op op;
  uint16_t depth = 1;  // of the tree below, for kMaxNesting
  uint32_t line = 0;
  uint32_t name = 0;                 // kName, kAttrTarget: index into Template::name_values
  Value value;                       // kConst; the string after the dot, bar or is
  const Builtin* builtin = nullptr;  // kFilter, kTest; null when unknown
  std::vector<ExprPtr> args;
  std::vector<Infix> operators;
  std::unique_ptr<CallArgs> call;
};

enum class StmtOp : uint8_t {
  kOutput,
  kFor,
  kIf,
  kSet,
  kSetBlock,
  kMacro,
  kCallBlock,
  kFilterBlock,
  kWith,
  kScope,
  kBreak,
  kContinue,
};

struct Stmt;
using StmtPtr = std::unique_ptr<Stmt>;
using Body = std::vector<StmtPtr>;

struct ForNode {
  ExprPtr target, iterable, test;  // test may be null
  bool recursive = false;
  Body body, otherwise;
};

struct MacroNode {
  struct Parameter {
    uint32_t id;
    Value name;
    ExprPtr initial;  // may be null
  };
  Value name;
  std::vector<Parameter> parameters;
  bool uses_caller = false, uses_kwargs = false, uses_varargs = false;
  Body body;
};

struct Stmt {
  StmtOp op;
  uint32_t line = 0;
  uint32_t name = 0;           // kMacro
  std::vector<ExprPtr> exprs;  // kOutput: what is printed; kSet: target, value; kSetBlock: target
                               // and filter or null; kCallBlock: call; kFilterBlock: filter;
                               // kWith: target, value, ...; kIf: one test per branch
  std::vector<Body> bodies;    // kIf: one per test, and one more for else; others: one
  std::unique_ptr<ForNode> loop;
  std::unique_ptr<MacroNode> macro;  // kMacro, kCallBlock
};

struct Template {
  // Every constant string, outside any heap. First, because everything below points into it.
  std::deque<String> strings;
  std::string source;                                  // with normalised line ends
  std::vector<Value> name_values;                      // by id
  std::vector<const Builtin*> globals;                 // by id; null: no global function
  std::unordered_map<std::string_view, uint32_t> ids;  // keys point into name_values
  uint32_t id_loop = 0, id_caller = 0, id_kwargs = 0, id_varargs = 0;
  Body body;

  Value Keep(std::string text) { return Value::Of(&strings.emplace_back(std::move(text))); }
  uint32_t Intern(std::string_view name);
};

}  // namespace hearth::text::jinja
