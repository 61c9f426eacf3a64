// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "text/chat_template.h"
#include "text/jinja_ast.h"
#include "text/jinja_builtins.h"
#include "text/messages_template.h"

namespace hearth::text::jinja {

// Levels of expressions and statements on the machine's stack, whatever a template does.
inline constexpr int kMaxRecursion = 1200;
// What a call of a built-in function and one round of a loop cost, in steps of about 25 ns.
inline constexpr uint64_t kCallCost = 4;
inline constexpr uint64_t kRoundCost = 6;

// One rendering of one template. Errors are sticky: the first one stops everything; functions
// return an undefined value after it and callers check failed() before they go on.
class Interpreter {
 public:
  Interpreter(const Template& source, const TemplateLimits& limits);
  Result<std::string> Run(json::Value variables);

  // --- for the built-in functions ---
  Heap& heap() { return heap_; }
  const TemplateLimits& limits() const { return limits_; }
  bool failed() const { return error_.has_value(); }
  template <typename... Args>
  Value Fail(const Message& message, const Args&... args) {  // the line comes first
    return FailWith(Code::kInvalidArgument, message, line_, args...);
  }
  Value FailType(std::string_view what, const Value& value);
  Value Raise(std::string_view text);
  // Fuel for `steps` more; false: failed.
  bool Spend(uint64_t steps);
  // Work on `bytes` of text; false: failed.
  bool SpendBytes(uint64_t bytes) { return Spend(bytes / 32); }
  // May `bytes` more be allocated? false: failed.
  bool Room(uint64_t bytes);

  Value Text(std::string text) { return heap_.Text(std::move(text)); }
  Value Text(std::string_view text) { return heap_.Text(std::string(text)); }
  bool Truth(const Value& v) const;
  // Everything that can be iterated, as a vector; false: failed.
  bool ToItems(const Value& v, std::vector<Value>* out);
  Value GetAttr(const Value& object, const Value& name);
  Value GetItem(const Value& object, const Value& key);
  Value Call(const Value& callee, Arguments& args);
  Value CallBuiltin(const Builtin& builtin, const Value& self, Arguments& args);
  Value LoopAttribute(Loop& loop, std::string_view name);

 private:
  enum class Flow { kNormal, kBreak, kContinue };
  class Nested;   // one level of recursion
  class Capture;  // output goes to a string while it lives

  template <typename... Args>
  Value FailWith(Code code, const Message& message, const Args&... args) {
    if (!failed()) error_ = hearth::Fail(code, message, args...).error();
    return {};
  }
  bool Step();
  Value FromJson(const json::Value& v);
  bool Enter();

  Value Eval(const Expr& e);
  Value EvalName(uint32_t id);
  Value EvalList(const Expr& e);
  Value EvalDict(const Expr& e);
  Value EvalLogic(const Expr& e);
  Value EvalCompare(const Expr& e);
  Value EvalArith(const Expr& e);
  Value EvalConcat(const Expr& e);
  Value EvalSlice(const Expr& e);
  Value EvalCall(const Expr& e, const Value* caller);
  Value EvalFilter(const Expr& e, const Value* input);
  bool EvalArguments(const CallArgs& call, Arguments* out);

  Flow Exec(const Stmt& s);
  Flow ExecBody(const Body& body);
  Flow ExecIn(const Body& body, Value scope);
  Flow ExecIf(const Stmt& s);
  Flow ExecFor(const Stmt& s);
  Flow ExecWith(const Stmt& s);
  Flow RunLoop(Value loop);
  void ExecOutput(const Stmt& s);
  void ExecSetBlock(const Stmt& s);
  void ExecCallBlock(const Stmt& s);
  void ExecFilterBlock(const Stmt& s);
  void Assign(const Expr& target, Value value);
  void Print(const Value& v);
  Value CallMacro(const Macro& macro, Arguments& args);
  Value CallLoop(const Loop& loop, Arguments& args);
  bool LoopFill(Loop& loop);  // reads one item ahead; false: there is none
  bool LoopNext(Loop& loop, Value* item);

  Value NewScope(const Value& parent) { return Value::Of(heap_.Make<Scope>(parent)); }

  const Template& template_;
  const TemplateLimits& limits_;
  Heap heap_;
  Value scope_;
  class Builder* out_ = nullptr;
  int recursion_ = 0;
  int calls_ = 0;  // nested macro calls
  uint32_t line_ = 1;
  std::optional<Error> error_;
};

// A growing string that counts against the heap.
class Builder {
 public:
  explicit Builder(Interpreter& in, uint64_t limit = ~uint64_t{0}) : in_(in), limit_(limit) {}
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder() { in_.heap().Return(held_); }
  // Appends, or fails the interpreter and leaves the text as it is.
  void Append(std::string_view piece);
  void Append(char c) { Append(std::string_view(&c, 1)); }
  void Repeat(std::string_view piece, int64_t times);
  std::string_view text() const { return text_; }
  bool over_limit() const { return over_; }
  std::string TakeText();
  Value Take() { return in_.Text(TakeText()); }

 private:
  bool Prepare(uint64_t bytes);  // may this much be appended? false: failed or over the limit

  Interpreter& in_;
  uint64_t limit_;
  uint64_t held_ = 0;  // what the heap counts for us
  bool over_ = false;
  std::string text_;
};

}  // namespace hearth::text::jinja
