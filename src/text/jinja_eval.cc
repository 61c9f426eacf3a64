// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_eval.h"

#include <algorithm>

#include "text/jinja_python.h"
#include "text/jinja_text.h"

namespace hearth::text::jinja {

// One level of evaluation. Converts to false when the template is too deep, out of steps or has
// failed before.
class Interpreter::Nested {
 public:
  explicit Nested(Interpreter& in) : in_(in), ok_(in.Enter()) {}
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;
  ~Nested() { --in_.recursion_; }
  explicit operator bool() const { return ok_; }

 private:
  Interpreter& in_;
  bool ok_;
};

class Interpreter::Capture {
 public:
  explicit Capture(Interpreter& in) : in_(in), outer_(in.out_), builder_(in) {
    in.out_ = &builder_;
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() { in_.out_ = outer_; }
  Value Take() { return builder_.Take(); }

 private:
  Interpreter& in_;
  Builder* outer_;
  Builder builder_;
};

void Builder::Append(std::string_view piece) {
  if (Prepare(piece.size())) text_.append(piece);
}

void Builder::Repeat(std::string_view piece, int64_t times) {
  uint64_t bytes = 0;
  if (times <= 0 || piece.empty()) return;
  if (__builtin_mul_overflow(piece.size(), static_cast<uint64_t>(times), &bytes)) {
    bytes = uint64_t{1} << 62;
  }
  if (!Prepare(bytes)) return;
  if (piece.size() == 1) {
    text_.append(bytes, piece[0]);
  } else {
    for (int64_t i = 0; i < times; ++i) text_.append(piece);
  }
}

bool Builder::Prepare(uint64_t bytes) {
  if (in_.failed() || !in_.Spend(1 + bytes / 32)) return false;
  const uint64_t size = text_.size() + bytes;
  if (size > limit_) {
    over_ = true;
    return false;
  }
  if (size <= text_.capacity()) return true;
  const uint64_t wanted = std::max<uint64_t>(size, text_.capacity() * 2);
  if (!in_.Room(wanted)) return false;
  text_.reserve(wanted);
  in_.heap().Return(held_);
  held_ = text_.capacity();
  in_.heap().Hold(held_);
  return true;
}

std::string Builder::TakeText() {
  in_.heap().Return(held_);
  held_ = 0;
  return std::move(text_);
}

Interpreter::Interpreter(const Template& source, const TemplateLimits& limits)
    : template_(source),
      limits_(limits),
      // A quarter stays free for what is not counted: temporary vectors and the allocator itself.
      heap_(limits.memory_bytes - limits.memory_bytes / 4, limits.steps) {}

Result<std::string> Interpreter::Run(json::Value variables) {
  std::string text;
  {
    Builder output(*this, limits_.output_bytes);
    out_ = &output;
    scope_ = NewScope(Value());
    for (const auto& [name, value] : variables.Members()) {
      const auto id = template_.ids.find(name);
      if (id != template_.ids.end()) scope_.As<Scope>().Set(id->second, FromJson(value));
    }
    if (!failed()) ExecBody(template_.body);
    text = output.TakeText();
    out_ = nullptr;
  }
  scope_ = Value();
  if (failed()) return std::unexpected(*std::move(error_));
  return text;
}

Value Interpreter::FromJson(const json::Value& v) {
  if (!Spend(1) || !Room(0)) return {};
  switch (v.kind()) {
    case json::Kind::kBool:
      return Value::Bool(*v.AsBool());
    case json::Kind::kInt:
      return Value::Int(*v.AsInt());
    case json::Kind::kUint: {
      const auto small = v.AsInt();
      return small ? Value::Int(*small) : Fail(msg::kTemplateNumber);
    }
    case json::Kind::kDouble:
      return Value::Float(*v.AsDouble());
    case json::Kind::kString: {
      const std::string_view text = *v.AsString();
      if (!Room(text.size()) || !SpendBytes(text.size())) return {};
      return Text(text);
    }
    case json::Kind::kArray: {
      const auto items = v.Items();
      std::vector<Value> out;
      if (!Room(items.size() * sizeof(Value))) return {};
      out.reserve(items.size());
      for (const json::Value& item : items) {
        out.push_back(FromJson(item));
        if (failed()) return {};
      }
      return heap_.NewList(std::move(out));
    }
    case json::Kind::kObject: {
      Dict* dict = heap_.Make<Dict>();
      const Value out = Value::Of(dict);
      for (const auto& [key, item] : v.Members()) {
        dict->Set(Text(key), FromJson(item));
        if (failed()) return {};
      }
      heap_.Recount(dict);
      return out;
    }
    default:
      return Value::None();
  }
}

// --- limits and errors ---

bool Interpreter::Spend(uint64_t steps) {
  if (failed()) return false;
  if (heap_.Spend(steps)) return true;
  FailWith(Code::kResourceExhausted, msg::kTemplateSteps, line_, limits_.steps);
  return false;
}

bool Interpreter::Room(uint64_t bytes) {
  if (failed()) return false;
  if (heap_.HasRoom(bytes)) return true;
  FailWith(Code::kResourceExhausted, msg::kTemplateMemory, line_, limits_.memory_bytes);
  return false;
}

bool Interpreter::Step() {
  return Spend(1) && Room(0);
}

bool Interpreter::Enter() {
  if (++recursion_ > kMaxRecursion) {
    FailWith(Code::kResourceExhausted, msg::kTemplateDepth, line_, kMaxRecursion);
  }
  return Step();
}

Value Interpreter::FailType(std::string_view what, const Value& value) {
  if (value.is_undefined()) return Fail(msg::kTemplateUndefined, value.undefined_name());
  return Fail(msg::kTemplateType, what, TypeName(value));
}

Value Interpreter::Raise(std::string_view text) {
  return FailWith(Code::kInvalidArgument, msg::kTemplateRaised, text);
}

// --- values ---

bool Interpreter::Truth(const Value& v) const {
  switch (v.kind()) {
    case Kind::kUndefined:
    case Kind::kNone:
    case Kind::kMissing:
      return false;
    case Kind::kBool:
    case Kind::kInt:
      return v.integer() != 0;
    case Kind::kFloat:
      return v.real() != 0.0;
    case Kind::kString:
      return !v.text().empty();
    case Kind::kList:
    case Kind::kTuple:
      return !v.items().empty();
    case Kind::kDict:
      return !v.As<Dict>().items.empty();
    case Kind::kView:
      return !v.As<View>().dict.As<Dict>().items.empty();
    case Kind::kRange:
      return v.As<Range>().count > 0;
    default:
      return true;
  }
}

bool Interpreter::ToItems(const Value& v, std::vector<Value>* out) {
  if (!Cursor::Iterable(v)) {
    FailType("iteration", v);
    return false;
  }
  Cursor cursor(v);
  Value item;
  while (cursor.Next(heap_, &item)) {
    out->push_back(std::move(item));
    if (!Step() || !Room(out->capacity() * sizeof(Value))) return false;
  }
  return !failed();
}

Value Interpreter::GetAttr(const Value& object, const Value& name) {
  const std::string_view text = name.text();
  if (object.is_undefined()) return Fail(msg::kTemplateUndefined, object.undefined_name());
  if (object.Is(Kind::kLoop)) {
    const Value found = LoopAttribute(object.As<Loop>(), text);
    if (!found.is_missing()) return found;
  } else if (object.Is(Kind::kNamespace)) {
    if (text.starts_with('_')) return Value::Undefined(name);
    const Value* found = object.As<Namespace>().attributes.As<Dict>().Find(text);
    return found != nullptr ? *found : Value::Undefined(name);
  } else if (object.Is(Kind::kMacro) && text == "name") {
    return object.As<Macro>().node->name;
  } else if (object.Is(Kind::kCycler) && text == "current") {
    return object.As<Cycler>().items[object.As<Cycler>().next];
  }
  const Method method = FindMethod(object.kind(), text);
  if (method.hidden) return Value::Undefined(name);
  if (method.builtin != nullptr) return Value::Of(heap_.Make<Callable>(method.builtin, object));
  if (object.Is(Kind::kDict)) {
    const Value* found = object.As<Dict>().Find(text);
    if (found != nullptr) return *found;
  }
  return Value::Undefined(name);
}

Value Interpreter::GetItem(const Value& object, const Value& key) {
  if (object.is_undefined()) return Fail(msg::kTemplateUndefined, object.undefined_name());
  if (object.Is(Kind::kDict)) {
    if (!Hashable(key)) return {};
    const Value* found = object.As<Dict>().Find(key);
    if (found != nullptr) return *found;
  } else if (key.is_int()) {
    const Value found = IndexAt(*this, object, key.integer());
    if (!found.is_missing()) return found;
  }
  if (!key.is_string()) return Value::Undefined(Value());
  if (object.Is(Kind::kDict)) {
    const Method method = FindMethod(Kind::kDict, key.text());
    if (method.builtin == nullptr) return Value::Undefined(key);
    return Value::Of(heap_.Make<Callable>(method.builtin, object));
  }
  return GetAttr(object, key);
}

Value Interpreter::CallBuiltin(const Builtin& builtin, const Value& self, Arguments& args) {
  if (!Spend(kCallCost) || !Room(0)) return {};
  if (!BindArguments(builtin, &args)) return Fail(msg::kTemplateArguments, builtin.name);
  Value result = builtin.function(*this, self, args);
  return failed() ? Value() : std::move(result);
}

Value Interpreter::Call(const Value& callee, Arguments& args) {
  if (failed()) return {};
  switch (callee.kind()) {
    case Kind::kMacro:
      return CallMacro(callee.As<Macro>(), args);
    case Kind::kCallable:
      return CallBuiltin(*callee.As<Callable>().function, callee.As<Callable>().self, args);
    case Kind::kLoop:
      return CallLoop(callee.As<Loop>(), args);
    case Kind::kJoiner: {
      Joiner& joiner = callee.As<Joiner>();
      const bool first = !joiner.used;
      joiner.used = true;
      return first ? Text(std::string_view()) : joiner.separator;
    }
    default:
      return FailType("a call", callee);
  }
}

Value Interpreter::CallMacro(const Macro& macro, Arguments& args) {
  const MacroNode& node = *macro.node;
  if (calls_ >= limits_.depth) {
    return FailWith(Code::kResourceExhausted, msg::kTemplateDepth, line_, limits_.depth);
  }
  Nested level(*this);
  if (!level) return {};
  const size_t count = node.parameters.size();
  if (args.at.size() > count && !node.uses_varargs) {
    return Fail(msg::kTemplateArguments, node.name.text());
  }
  const auto take_named = [&](std::string_view name) -> Value {
    for (auto it = args.named.begin(); it != args.named.end(); ++it) {
      if (it->first.text() != name) continue;
      Value value = std::move(it->second);
      args.named.erase(it);
      return value;
    }
    return Value::Missing();
  };
  const Value outer = scope_;
  const Value scope = NewScope(macro.scope);
  std::vector<Value> given(count, Value::Missing());
  bool has_caller = false;
  for (size_t i = 0; i < count; ++i) {
    const auto& parameter = node.parameters[i];
    given[i] = i < args.at.size() ? args.at[i] : take_named(parameter.name.text());
    has_caller |= parameter.id == template_.id_caller;
  }
  Scope& variables = scope.As<Scope>();
  if (node.uses_caller && !has_caller) {
    Value caller = take_named("caller");
    if (caller.is_missing()) caller = Value::Undefined(template_.name_values[template_.id_caller]);
    variables.Set(template_.id_caller, std::move(caller));
  }
  if (node.uses_kwargs) {
    Dict* dict = heap_.Make<Dict>();
    variables.Set(template_.id_kwargs, Value::Of(dict));
    for (auto& [name, value] : args.named) dict->Set(name, std::move(value));
    heap_.Recount(dict);
  } else if (!args.named.empty()) {
    return Fail(msg::kTemplateArguments, node.name.text());
  }
  if (node.uses_varargs) {
    std::vector<Value> rest;
    for (size_t i = count; i < args.at.size(); ++i) rest.push_back(args.at[i]);
    variables.Set(template_.id_varargs, heap_.NewTuple(std::move(rest)));
  }
  Capture capture(*this);
  ++calls_;
  scope_ = scope;
  for (size_t i = 0; i < count && !failed(); ++i) {
    const auto& parameter = node.parameters[i];
    if (given[i].is_missing()) {
      given[i] = parameter.initial != nullptr ? Eval(*parameter.initial)
                                              : Value::Undefined(parameter.name);
    }
    variables.Set(parameter.id, std::move(given[i]));
  }
  ExecBody(node.body);
  heap_.Recount(&variables);
  scope_ = outer;
  --calls_;
  return failed() ? Value() : capture.Take();
}

// --- loops ---

bool Interpreter::LoopFill(Loop& loop) {
  Value item;
  while (!failed() && loop.cursor.Next(heap_, &item)) {
    if (!Step()) return false;
    if (loop.node->test != nullptr) {
      const Value outer = scope_;
      scope_ = NewScope(loop.scope);
      Assign(*loop.node->target, item);
      const bool keep = !failed() && Truth(Eval(*loop.node->test));
      scope_ = outer;
      if (failed()) return false;
      if (!keep) continue;
    }
    loop.pending.push_back(std::move(item));
    return true;
  }
  return false;
}

bool Interpreter::LoopNext(Loop& loop, Value* item) {
  if (loop.taken >= loop.pending.size()) {
    loop.pending.clear();
    loop.taken = 0;
    if (!LoopFill(loop)) return false;
  }
  *item = loop.pending[loop.taken++];
  ++loop.index0;
  loop.before = std::move(loop.current);
  loop.current = *item;
  return true;
}

Value Interpreter::LoopAttribute(Loop& loop, std::string_view name) {
  const auto peek = [&] { return loop.taken < loop.pending.size() || LoopFill(loop); };
  const auto length = [&]() -> int64_t {
    if (loop.length >= 0) return loop.length;
    if (loop.node->test == nullptr && !loop.iterable.Is(Kind::kIterator)) {
      loop.length = Length(*this, loop.iterable);
    } else {
      while (LoopFill(loop)) {
      }
      loop.length = loop.index0 + 1 + static_cast<int64_t>(loop.pending.size() - loop.taken);
    }
    return loop.length;
  };
  if (name == "index0") return Value::Int(loop.index0);
  if (name == "index") return Value::Int(loop.index0 + 1);
  if (name == "first") return Value::Bool(loop.index0 == 0);
  if (name == "last") return Value::Bool(!peek());
  if (name == "length") return Value::Int(length());
  if (name == "revindex") return Value::Int(length() - loop.index0);
  if (name == "revindex0") return Value::Int(length() - loop.index0 - 1);
  if (name == "depth0") return Value::Int(loop.depth0);
  if (name == "depth") return Value::Int(loop.depth0 + 1);
  if (name == "previtem") return loop.index0 == 0 ? Value() : loop.before;
  if (name == "nextitem") return peek() ? loop.pending[loop.taken] : Value();
  return Value::Missing();
}

Value Interpreter::CallLoop(const Loop& loop, Arguments& args) {
  if (!loop.node->recursive || args.at.size() != 1 || !args.named.empty()) {
    return Fail(msg::kTemplateArguments, "loop");
  }
  if (!Cursor::Iterable(args.at[0])) return FailType("a loop", args.at[0]);
  if (calls_ >= limits_.depth) {
    return FailWith(Code::kResourceExhausted, msg::kTemplateDepth, line_, limits_.depth);
  }
  Nested level(*this);
  if (!level) return {};
  const Value inner =
      Value::Of(heap_.Make<Loop>(loop.node, args.at[0], loop.scope, loop.depth0 + 1));
  Capture capture(*this);
  ++calls_;
  RunLoop(inner);
  --calls_;
  return failed() ? Value() : capture.Take();
}

Interpreter::Flow Interpreter::RunLoop(Value value) {
  Loop& loop = value.As<Loop>();
  const ForNode& node = *loop.node;
  const Value outer = scope_;
  Flow flow = Flow::kNormal;
  // As in Jinja: else runs unless one round came to its end.
  bool completed = false;
  Value item;
  while (Spend(kRoundCost) && LoopNext(loop, &item)) {
    scope_ = NewScope(loop.scope);
    scope_.As<Scope>().Set(template_.id_loop, value);
    Assign(*node.target, std::move(item));
    flow = failed() ? Flow::kNormal : ExecBody(node.body);
    if (flow == Flow::kBreak) break;
    completed |= flow == Flow::kNormal;
    heap_.Recount(&loop);
  }
  scope_ = outer;
  flow = Flow::kNormal;
  if (!completed && !node.otherwise.empty() && !failed()) {
    flow = ExecIn(node.otherwise, NewScope(loop.scope));
  }
  return flow;
}

// --- statements ---

Interpreter::Flow Interpreter::ExecBody(const Body& body) {
  for (const StmtPtr& stmt : body) {
    const Flow flow = Exec(*stmt);
    if (flow != Flow::kNormal || failed()) return flow;
  }
  return Flow::kNormal;
}

Interpreter::Flow Interpreter::ExecIn(const Body& body, Value scope) {
  Value outer = std::move(scope_);
  scope_ = std::move(scope);
  const Flow flow = ExecBody(body);
  scope_ = std::move(outer);
  return flow;
}

Interpreter::Flow Interpreter::Exec(const Stmt& s) {
  Nested level(*this);
  if (!level) return Flow::kNormal;
  line_ = s.line;
  switch (s.op) {
    case StmtOp::kOutput:
      ExecOutput(s);
      break;
    case StmtOp::kFor:
      return ExecFor(s);
    case StmtOp::kIf:
      return ExecIf(s);
    case StmtOp::kSet: {
      Value value = Eval(*s.exprs[1]);
      if (!failed()) Assign(*s.exprs[0], std::move(value));
      break;
    }
    case StmtOp::kSetBlock:
      ExecSetBlock(s);
      break;
    case StmtOp::kMacro:
      scope_.As<Scope>().Set(s.name, Value::Of(heap_.Make<Macro>(s.macro.get(), scope_)));
      break;
    case StmtOp::kCallBlock:
      ExecCallBlock(s);
      break;
    case StmtOp::kFilterBlock:
      ExecFilterBlock(s);
      break;
    case StmtOp::kWith:
      return ExecWith(s);
    case StmtOp::kScope:
      return ExecIn(s.bodies[0], NewScope(scope_));
    case StmtOp::kBreak:
      return Flow::kBreak;
    case StmtOp::kContinue:
      return Flow::kContinue;
  }
  return Flow::kNormal;
}

Interpreter::Flow Interpreter::ExecIf(const Stmt& s) {
  for (size_t i = 0; i < s.exprs.size(); ++i) {
    const Value test = Eval(*s.exprs[i]);
    if (failed()) return Flow::kNormal;
    if (Truth(test)) return ExecBody(s.bodies[i]);
  }
  return s.bodies.size() > s.exprs.size() ? ExecBody(s.bodies.back()) : Flow::kNormal;
}

Interpreter::Flow Interpreter::ExecFor(const Stmt& s) {
  const Value iterable = Eval(*s.loop->iterable);
  if (failed()) return Flow::kNormal;
  if (!Cursor::Iterable(iterable)) {
    FailType("a loop", iterable);
    return Flow::kNormal;
  }
  return RunLoop(Value::Of(heap_.Make<Loop>(s.loop.get(), iterable, scope_, 0)));
}

Interpreter::Flow Interpreter::ExecWith(const Stmt& s) {
  const Value outer = scope_;
  const Value scope = NewScope(outer);
  for (size_t i = 0; i < s.exprs.size(); i += 2) {
    Value value = Eval(*s.exprs[i + 1]);
    if (failed()) return Flow::kNormal;
    scope_ = scope;
    Assign(*s.exprs[i], std::move(value));
    scope_ = outer;
  }
  return failed() ? Flow::kNormal : ExecIn(s.bodies[0], scope);
}

void Interpreter::ExecOutput(const Stmt& s) {
  for (const ExprPtr& expr : s.exprs) {
    if (expr->op == Op::kConst && expr->value.is_string()) {
      Print(expr->value);
    } else {
      const Value v = Eval(*expr);
      if (!failed()) Print(v);
    }
    if (failed()) return;
  }
}

void Interpreter::Print(const Value& v) {
  AppendStr(*this, out_, v);
  if (out_->over_limit()) {
    FailWith(Code::kResourceExhausted, msg::kTemplateOutput, line_, limits_.output_bytes);
  }
}

void Interpreter::ExecSetBlock(const Stmt& s) {
  Value text;
  {
    Capture capture(*this);
    ExecIn(s.bodies[0], NewScope(scope_));
    text = capture.Take();
  }
  if (!failed() && s.exprs[1] != nullptr) text = EvalFilter(*s.exprs[1], &text);
  if (!failed()) Assign(*s.exprs[0], std::move(text));
}

void Interpreter::ExecCallBlock(const Stmt& s) {
  const Value caller = Value::Of(heap_.Make<Macro>(s.macro.get(), scope_));
  const Value result = EvalCall(*s.exprs[0], &caller);
  if (!failed()) Print(result);
}

void Interpreter::ExecFilterBlock(const Stmt& s) {
  Value text;
  {
    Capture capture(*this);
    ExecIn(s.bodies[0], NewScope(scope_));
    text = capture.Take();
  }
  if (failed()) return;
  const Value result = EvalFilter(*s.exprs[0], &text);
  if (!failed()) Print(result);
}

void Interpreter::Assign(const Expr& target, Value value) {
  switch (target.op) {
    case Op::kName:
      scope_.As<Scope>().Set(target.name, std::move(value));
      return;
    case Op::kAttrTarget: {
      const Value space = EvalName(target.name);
      if (!space.Is(Kind::kNamespace)) {
        FailType("attribute assignment", space);
        return;
      }
      if (target.value.text().starts_with('_')) {
        Fail(msg::kTemplateValue, target.value.text());
        return;
      }
      Dict& attributes = space.As<Namespace>().attributes.As<Dict>();
      attributes.Set(target.value, std::move(value));
      heap_.Recount(&attributes);
      return;
    }
    default: {
      std::vector<Value> items;
      if (!Cursor::Iterable(value)) {
        FailType("unpacking", value);
        return;
      }
      Cursor cursor(value);
      Value item;
      while (items.size() <= target.args.size() && cursor.Next(heap_, &item)) {
        items.push_back(std::move(item));
      }
      if (items.size() != target.args.size()) {
        Fail(msg::kTemplateUnpack, target.args.size());
        return;
      }
      for (size_t i = 0; i < items.size() && !failed(); ++i) {
        Assign(*target.args[i], std::move(items[i]));
      }
    }
  }
}

}  // namespace hearth::text::jinja
