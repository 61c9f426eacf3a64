// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "text/jinja_value.h"

// Everything a template can call, as tables: filters, tests, global functions and methods.
namespace hearth::text::jinja {

class Interpreter;

struct Arguments {
  std::vector<Value> at;                       // after binding: one per parameter, may be missing
  std::vector<std::pair<Value, Value>> named;  // name (a string), value
  const Value& operator[](size_t i) const { return at[i]; }
  bool Has(size_t i) const { return i < at.size() && !at[i].is_missing(); }
};

using Function = Value (*)(Interpreter& in, const Value& self, Arguments& args);

inline constexpr size_t kMaxParameters = 5;

// One row. `parameters` are Python's names, so that keywords work; `required` of them must be
// given. Variadic rows take their arguments as they come.
struct Builtin {
  std::string_view name;
  Function function;
  int required = 0;
  std::array<std::string_view, kMaxParameters> parameters = {};
  bool variadic = false;
};

const Builtin* FindFilter(std::string_view name);  // nullptr when unknown
const Builtin* FindTest(std::string_view name);
const Builtin* FindGlobal(std::string_view name);
// Attributes that Python objects of this kind have. `unsafe`: it exists, but the sandbox hides it.
struct Method {
  const Builtin* builtin = nullptr;
  bool hidden = false;
};
Method FindMethod(Kind kind, std::string_view name);

// Puts named arguments in their places. False when they do not fit.
bool BindArguments(const Builtin& builtin, Arguments* args);

}  // namespace hearth::text::jinja
