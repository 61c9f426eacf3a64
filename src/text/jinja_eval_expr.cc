// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "text/jinja_eval.h"
#include "text/jinja_python.h"

// The expression half of the interpreter.
namespace hearth::text::jinja {

Value Interpreter::Eval(const Expr& e) {
  if (e.op == Op::kConst) return e.value;
  if (!Enter()) {
    --recursion_;
    return {};
  }
  line_ = e.line;
  Value result;
  switch (e.op) {
    case Op::kName:
      result = EvalName(e.name);
      break;
    case Op::kGetAttr: {
      const Value object = Eval(*e.args[0]);
      if (!failed()) result = GetAttr(object, e.value);
      break;
    }
    case Op::kGetItem: {
      const Value object = Eval(*e.args[0]);
      const Value key = failed() ? Value() : Eval(*e.args[1]);
      if (!failed()) result = GetItem(object, key);
      break;
    }
    case Op::kSlice:
      result = EvalSlice(e);
      break;
    case Op::kCall:
      result = EvalCall(e, nullptr);
      break;
    case Op::kFilter:
    case Op::kTest:
      result = EvalFilter(e, nullptr);
      break;
    case Op::kList:
    case Op::kTuple:
      result = EvalList(e);
      break;
    case Op::kDict:
      result = EvalDict(e);
      break;
    case Op::kNegate:
    case Op::kPlus: {
      const Value v = Eval(*e.args[0]);
      if (failed()) break;
      if (!v.is_number()) {
        FailType(e.op == Op::kNegate ? "-" : "+", v);
      } else if (e.op == Op::kNegate) {
        result = Negate(*this, v);
      } else {
        result = v.Is(Kind::kBool) ? Value::Int(v.integer()) : v;
      }
      break;
    }
    case Op::kNot:
      result = Value::Bool(!Truth(Eval(*e.args[0])));
      break;
    case Op::kAnd:
    case Op::kOr:
      result = EvalLogic(e);
      break;
    case Op::kCompare:
      result = EvalCompare(e);
      break;
    case Op::kArith:
      result = EvalArith(e);
      break;
    case Op::kConcat:
      result = EvalConcat(e);
      break;
    case Op::kCond: {
      const bool yes = Truth(Eval(*e.args[0]));
      if (failed()) break;
      if (yes) {
        result = Eval(*e.args[1]);
      } else if (e.args[2] != nullptr) {
        result = Eval(*e.args[2]);
      }
      break;
    }
    default:
      break;
  }
  --recursion_;
  return failed() ? Value() : result;
}

Value Interpreter::EvalName(uint32_t id) {
  for (Value* scope = &scope_; scope->Is(Kind::kScope); scope = &scope->As<Scope>().parent) {
    const Value* found = scope->As<Scope>().FindHere(id);
    if (found != nullptr) return *found;
    if (!Spend(1)) return {};
  }
  if (const Builtin* global = template_.globals[id]) {
    return Value::Of(heap_.Make<Callable>(global, Value()));
  }
  return Value::Undefined(template_.name_values[id]);
}

Value Interpreter::EvalList(const Expr& e) {
  std::vector<Value> items;
  items.reserve(e.args.size());
  for (const ExprPtr& arg : e.args) {
    items.push_back(Eval(*arg));
    if (failed()) return {};
  }
  return e.op == Op::kList ? heap_.NewList(std::move(items)) : heap_.NewTuple(std::move(items));
}

Value Interpreter::EvalDict(const Expr& e) {
  Dict* dict = heap_.Make<Dict>();
  Value result = Value::Of(dict);
  for (size_t i = 0; i < e.args.size(); i += 2) {
    const Value key = Eval(*e.args[i]);
    Value value = failed() ? Value() : Eval(*e.args[i + 1]);
    if (failed()) return {};
    if (!Hashable(key)) return FailType("a dict key", key);
    dict->Set(key, std::move(value));
  }
  heap_.Recount(dict);
  return result;
}

Value Interpreter::EvalLogic(const Expr& e) {
  const bool stop_at = e.op == Op::kOr;
  for (size_t i = 0; i < e.args.size(); ++i) {
    Value v = Eval(*e.args[i]);
    if (failed()) return {};
    if (i + 1 == e.args.size() || Truth(v) == stop_at) return v;
  }
  return {};
}

Value Interpreter::EvalCompare(const Expr& e) {
  Value left = Eval(*e.args[0]);
  for (size_t i = 0; i < e.operators.size(); ++i) {
    if (failed()) return {};
    Value right = Eval(*e.args[i + 1]);
    if (failed()) return {};
    const auto holds = Compare(*this, e.operators[i], left, right);
    if (!holds) return {};
    if (!*holds) return Value::Bool(false);
    left = std::move(right);
  }
  return Value::Bool(true);
}

Value Interpreter::EvalArith(const Expr& e) {
  Value left = Eval(*e.args[0]);
  for (size_t i = 0; i < e.operators.size(); ++i) {
    if (failed()) return {};
    const Value right = Eval(*e.args[i + 1]);
    if (failed() || !Step()) return {};
    left = Arith(*this, e.operators[i], left, right);
  }
  return left;
}

Value Interpreter::EvalConcat(const Expr& e) {
  std::vector<Value> parts;
  for (const ExprPtr& arg : e.args) {
    parts.push_back(Eval(*arg));
    if (failed()) return {};
  }
  Builder out(*this);
  for (const Value& part : parts) AppendStr(*this, &out, part);
  return failed() ? Value() : out.Take();
}

Value Interpreter::EvalSlice(const Expr& e) {
  Value parts[4];
  for (size_t i = 0; i < 4; ++i) {
    parts[i] = e.args[i] == nullptr ? Value::None() : Eval(*e.args[i]);
    if (failed()) return {};
  }
  return Slice(*this, parts[0], parts[1], parts[2], parts[3]);
}

bool Interpreter::EvalArguments(const CallArgs& call, Arguments* out) {
  out->at.reserve(call.positional.size());
  for (const ExprPtr& arg : call.positional) {
    out->at.push_back(Eval(*arg));
    if (failed()) return false;
  }
  for (const auto& [name, arg] : call.named) {
    out->named.emplace_back(name, Eval(*arg));
    if (failed()) return false;
  }
  if (call.star != nullptr) {
    const Value more = Eval(*call.star);
    if (failed() || !ToItems(more, &out->at)) return false;
  }
  if (call.star_star == nullptr) return true;
  const Value more = Eval(*call.star_star);
  if (failed()) return false;
  if (!more.Is(Kind::kDict)) {
    FailType("**", more);
    return false;
  }
  for (const auto& [key, value] : more.As<Dict>().items) {
    const bool repeated = std::ranges::any_of(
        out->named, [&key](const auto& other) { return Equal(other.first, key); });
    if (!key.is_string() || repeated) {
      Fail(msg::kTemplateArguments, "**");
      return false;
    }
    out->named.emplace_back(key, value);
    if (!Step()) return false;
  }
  return true;
}

Value Interpreter::EvalCall(const Expr& e, const Value* caller) {
  const Expr& callee = *e.args[0];
  Arguments args;
  const auto arguments = [&] {
    if (failed() || !EvalArguments(*e.call, &args)) return false;
    if (caller != nullptr)
      args.named.emplace_back(template_.name_values[template_.id_caller], *caller);
    line_ = e.line;
    return true;
  };
  if (callee.op == Op::kGetAttr) {  // object.method(...) without making a bound method
    const Value object = Eval(*callee.args[0]);
    if (failed()) return {};
    const Method method = FindMethod(object.kind(), callee.value.text());
    if (method.builtin != nullptr && !object.is_undefined()) {
      return arguments() ? CallBuiltin(*method.builtin, object, args) : Value();
    }
    const Value function = GetAttr(object, callee.value);
    return arguments() ? Call(function, args) : Value();
  }
  const Value function = Eval(callee);
  return arguments() ? Call(function, args) : Value();
}

// Filters and tests: the same call with the value in front. `input`: of a filter block.
Value Interpreter::EvalFilter(const Expr& e, const Value* input) {
  if (e.builtin == nullptr) {
    line_ = e.line;
    return Fail(msg::kTemplateUnknown, e.value.text());
  }
  Value self;
  if (e.args[0] == nullptr) {
    self = *input;
  } else if (input != nullptr && e.args[0]->op == Op::kFilter) {
    self = EvalFilter(*e.args[0], input);
  } else {
    self = Eval(*e.args[0]);
  }
  if (failed()) return {};
  Arguments args;
  if (!EvalArguments(*e.call, &args)) return {};
  line_ = e.line;
  return CallBuiltin(*e.builtin, self, args);
}

}  // namespace hearth::text::jinja
