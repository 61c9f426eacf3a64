// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "text/jinja_builtins.h"
#include "text/jinja_eval.h"
#include "text/jinja_python.h"
#include "text/jinja_text.h"

// What can stand after "is".
namespace hearth::text::jinja {
namespace {

using In = Interpreter&;
using Args = Arguments&;

template <Kind... kKinds>
Value Is(In, const Value& v, Args) {
  return Value::Bool((v.Is(kKinds) || ...));
}

template <Infix kOp>
Value Compared(In in, const Value& v, Args a) {
  const auto holds = Compare(in, kOp, v, a[0]);
  return holds ? Value::Bool(*holds) : Value();
}

Value Remainder(In in, const Value& v, const Value& divisor) {
  return Arith(in, Infix::kMod, v, divisor);
}

Value Odd(In in, const Value& v, Args) {
  const Value rest = Remainder(in, v, Value::Int(2));
  return Value::Bool(!in.failed() && Equal(rest, Value::Int(1)));
}

Value Even(In in, const Value& v, Args) {
  const Value rest = Remainder(in, v, Value::Int(2));
  return Value::Bool(!in.failed() && Equal(rest, Value::Int(0)));
}

Value DivisibleBy(In in, const Value& v, Args a) {
  const Value rest = Remainder(in, v, a[0]);
  return Value::Bool(!in.failed() && Equal(rest, Value::Int(0)));
}

Value Defined(In, const Value& v, Args) {
  return Value::Bool(!v.is_undefined());
}

Value False_(In, const Value& v, Args) {
  return Value::Bool(v.Is(Kind::kBool) && v.integer() == 0);
}

Value True_(In, const Value& v, Args) {
  return Value::Bool(v.Is(Kind::kBool) && v.integer() != 0);
}

Value Sequence(In, const Value& v, Args) {
  return Value::Bool(v.is_string() || v.is_list() || v.Is(Kind::kDict) || v.Is(Kind::kRange) ||
                     v.is_undefined());
}

Value Iterable(In, const Value& v, Args) {
  return Value::Bool(Cursor::Iterable(v) || v.Is(Kind::kLoop));
}

Value SameAs(In, const Value& v, Args a) {
  const Value& other = a[0];
  if (v.kind() != other.kind()) return Value::Bool(false);
  if (v.is_none()) return Value::Bool(true);
  if (v.is_number() || v.is_string()) return Value::Bool(Equal(v, other));
  return Value::Bool(v.object() == other.object());
}

Value Escaped(In, const Value& v, Args) {
  return Value::Bool(v.is_string() && v.is_safe());
}

template <bool (*kWanted)(char32_t), bool (*kRefused)(char32_t)>
Value Cased(In in, const Value& v, Args) {
  const Value text = Str(in, v);
  if (in.failed() || !in.SpendBytes(text.text().size() * 8)) return {};
  bool any = false;
  for (size_t at = 0; at < text.text().size();) {
    size_t n = 0;
    const char32_t c = DecodeChar(text.text(), at, &n);
    at += n;
    if (kRefused(c) || IsTitle(c)) return Value::Bool(false);
    any |= kWanted(c);
  }
  return Value::Bool(any);
}

template <const Builtin* (*kFind)(std::string_view)>
Value Exists(In in, const Value& v, Args) {
  if (!v.is_string()) return in.FailType("a name", v);
  return Value::Bool(kFind(v.text()) != nullptr);
}

constexpr Builtin kTests[] = {
    {"!=", &Compared<Infix::kNe>, 1, {"other"}},
    {"<", &Compared<Infix::kLt>, 1, {"other"}},
    {"<=", &Compared<Infix::kLe>, 1, {"other"}},
    {"==", &Compared<Infix::kEq>, 1, {"other"}},
    {">", &Compared<Infix::kGt>, 1, {"other"}},
    {">=", &Compared<Infix::kGe>, 1, {"other"}},
    {"boolean", &Is<Kind::kBool>},
    {"callable", &Is<Kind::kMacro, Kind::kCallable, Kind::kJoiner, Kind::kLoop, Kind::kUndefined>},
    {"defined", &Defined},
    {"divisibleby", &DivisibleBy, 1, {"num"}},
    {"eq", &Compared<Infix::kEq>, 1, {"other"}},
    {"equalto", &Compared<Infix::kEq>, 1, {"other"}},
    {"escaped", &Escaped},
    {"even", &Even},
    {"false", &False_},
    {"filter", &Exists<FindFilter>},
    {"float", &Is<Kind::kFloat>},
    {"ge", &Compared<Infix::kGe>, 1, {"other"}},
    {"greaterthan", &Compared<Infix::kGt>, 1, {"other"}},
    {"gt", &Compared<Infix::kGt>, 1, {"other"}},
    {"in", &Compared<Infix::kIn>, 1, {"seq"}},
    {"integer", &Is<Kind::kInt>},
    {"iterable", &Iterable},
    {"le", &Compared<Infix::kLe>, 1, {"other"}},
    {"lessthan", &Compared<Infix::kLt>, 1, {"other"}},
    {"lower", &Cased<IsLower, IsUpper>},
    {"lt", &Compared<Infix::kLt>, 1, {"other"}},
    {"mapping", &Is<Kind::kDict>},
    {"ne", &Compared<Infix::kNe>, 1, {"other"}},
    {"none", &Is<Kind::kNone>},
    {"number", &Is<Kind::kInt, Kind::kFloat, Kind::kBool>},
    {"odd", &Odd},
    {"sameas", &SameAs, 1, {"other"}},
    {"sequence", &Sequence},
    {"string", &Is<Kind::kString>},
    {"test", &Exists<FindTest>},
    {"true", &True_},
    {"undefined", &Is<Kind::kUndefined>},
    {"upper", &Cased<IsUpper, IsLower>},
};
static_assert(std::ranges::is_sorted(kTests, {}, &Builtin::name));

}  // namespace

const Builtin* FindTest(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kTests, name, {}, &Builtin::name);
  return found != std::end(kTests) && found->name == name ? found : nullptr;
}

}  // namespace hearth::text::jinja
