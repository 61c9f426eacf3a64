// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/jinja_ast.h"
#include "text/jinja_eval.h"

// Python's operators and conversions on template values.
namespace hearth::text::jinja {

std::string_view TypeName(const Value& v);  // "str", "dict", ...

Value Arith(Interpreter& in, Infix op, const Value& a, const Value& b);
Value Negate(Interpreter& in, const Value& v);
// nullopt: failed.
std::optional<bool> Compare(Interpreter& in, Infix op, const Value& a, const Value& b);
std::optional<bool> Contains(Interpreter& in, const Value& container, const Value& item);
// Is a < b? For sorting. nullopt: failed.
std::optional<bool> Less(Interpreter& in, const Value& a, const Value& b, int depth = 0);

// len(v); -1: failed (with an error unless `quiet`).
int64_t Length(Interpreter& in, const Value& v, bool quiet = false);
int64_t StringLength(const Value& v);  // in characters
Value Slice(Interpreter& in, const Value& v, const Value& start, const Value& stop,
            const Value& step);
// v[i] of a sequence, Python's rules for negative indices; missing when out of range.
Value IndexAt(Interpreter& in, const Value& v, int64_t index);

void AppendStr(Interpreter& in, Builder* out, const Value& v);
void AppendRepr(Interpreter& in, Builder* out, const Value& v, int depth = 0);
Value Str(Interpreter& in, const Value& v);  // str(v), keeps strings as they are

// json.dumps(v, ensure_ascii, indent, separators, sort_keys).
struct JsonStyle {
  bool ascii = false;
  bool sorted = false;
  std::optional<std::string> indent;  // what one level adds; none: one line
  std::string comma = ", ", colon = ": ";
};
void AppendJson(Interpreter& in, Builder* out, const Value& v, const JsonStyle& style,
                int depth = 0);

// str % args and str.format(...).
Value FormatPercent(Interpreter& in, const Value& format, const Value& args);
Value FormatBraces(Interpreter& in, const Value& format, const Arguments& args);

std::optional<int64_t> ParseInt(std::string_view text, int64_t base);  // int(text, base)
std::optional<double> ParseFloat(std::string_view text);               // float(text)

}  // namespace hearth::text::jinja
