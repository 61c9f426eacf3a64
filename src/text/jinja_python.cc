// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_python.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "text/jinja_text.h"

namespace hearth::text::jinja {
namespace {

constexpr std::string_view kTypeNames[] = {
    "nothing", "undefined", "none",     "bool",      "int",    "float",     "str",
    "list",    "tuple",     "dict",     "dict view", "range",  "generator", "namespace",
    "macro",   "loop",      "function", "cycler",    "joiner", "scope",
};

constexpr std::string_view kInfixNames[] = {
    "+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">", ">=", "in", "not in",
};

std::string_view InfixName(Infix op) {
  return kInfixNames[static_cast<size_t>(op)];
}

Value FailInfix(Interpreter& in, Infix op, const Value& a, const Value& b) {
  return in.FailType(InfixName(op), a.is_undefined()                    ? a
                                    : b.is_undefined() || a.is_number() ? b
                                                                        : a);
}

Value IntPower(Interpreter& in, int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) return in.Fail(msg::kTemplateValue, "**");
    return Value::Float(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) {
      return in.Fail(msg::kTemplateNumber);
    }
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) {
      return in.Fail(msg::kTemplateNumber);
    }
  }
  return Value::Int(result);
}

int64_t FloorDiv(int64_t a, int64_t b) {
  const int64_t q = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? q - 1 : q;
}

double FloatMod(double a, double b) {
  double m = std::fmod(a, b);
  if (m != 0.0 && (m < 0) != (b < 0)) m += b;
  return m == 0.0 ? std::copysign(0.0, b) : m;
}

double FloatFloorDiv(double a, double b) {
  const double m = FloatMod(a, b);
  const double q = (a - m) / b;
  if (q == 0.0) return std::copysign(0.0, a / b);
  const double floor = std::floor(q);
  return q - floor > 0.5 ? floor + 1.0 : floor;
}

Value IntArith(Interpreter& in, Infix op, int64_t a, int64_t b) {
  int64_t out = 0;
  bool overflow = false;
  switch (op) {
    case Infix::kAdd:
      overflow = __builtin_add_overflow(a, b, &out);
      break;
    case Infix::kSub:
      overflow = __builtin_sub_overflow(a, b, &out);
      break;
    case Infix::kMul:
      overflow = __builtin_mul_overflow(a, b, &out);
      break;
    case Infix::kPow:
      return IntPower(in, a, b);
    case Infix::kDiv:
      if (b == 0) return in.Fail(msg::kTemplateValue, "/");
      return Value::Float(static_cast<double>(a) / static_cast<double>(b));
    default:
      if (b == 0) return in.Fail(msg::kTemplateValue, InfixName(op));
      if (b == -1) {
        if (op == Infix::kMod) return Value::Int(0);
        overflow = __builtin_sub_overflow(int64_t{0}, a, &out);
        break;
      }
      return Value::Int(op == Infix::kFloorDiv ? FloorDiv(a, b) : a - FloorDiv(a, b) * b);
  }
  return overflow ? in.Fail(msg::kTemplateNumber) : Value::Int(out);
}

Value FloatArith(Interpreter& in, Infix op, double a, double b) {
  switch (op) {
    case Infix::kAdd:
      return Value::Float(a + b);
    case Infix::kSub:
      return Value::Float(a - b);
    case Infix::kMul:
      return Value::Float(a * b);
    case Infix::kPow: {
      if (a == 0.0 && b < 0) return in.Fail(msg::kTemplateValue, "**");
      if (a < 0 && std::isfinite(b) && std::floor(b) != b) {
        return in.Fail(msg::kTemplateValue, "**");  // a complex number in Python
      }
      const double out = std::pow(a, b);
      if (std::isinf(out) && std::isfinite(a) && std::isfinite(b)) {
        return in.Fail(msg::kTemplateValue, "**");
      }
      return Value::Float(out);
    }
    default:
      break;
  }
  if (b == 0.0) return in.Fail(msg::kTemplateValue, InfixName(op));
  if (op == Infix::kDiv) return Value::Float(a / b);
  return Value::Float(op == Infix::kMod ? FloatMod(a, b) : FloatFloorDiv(a, b));
}

Value Repeat(Interpreter& in, const Value& sequence, int64_t times) {
  times = std::max<int64_t>(times, 0);
  if (sequence.is_string()) {
    const std::string_view piece = sequence.text();
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(piece.size(), static_cast<uint64_t>(times), &bytes))
      bytes = ~uint64_t{0};
    if (!in.Room(bytes) || !in.SpendBytes(bytes)) return {};
    std::string out;
    out.reserve(bytes);
    for (int64_t i = 0; !piece.empty() && i < times; ++i) out.append(piece);
    return in.Text(std::move(out)).WithSafe(sequence.is_safe());
  }
  const std::vector<Value>& items = sequence.items();
  uint64_t count = 0;
  if (__builtin_mul_overflow(items.size(), static_cast<uint64_t>(times), &count) ||
      count > 1u << 28) {
    count = 1u << 28;
  }
  if (!in.Room(count * sizeof(Value)) || !in.Spend(count)) return {};
  std::vector<Value> out;
  out.reserve(count);
  for (int64_t i = 0; !items.empty() && i < times; ++i) {
    out.insert(out.end(), items.begin(), items.end());
  }
  return sequence.Is(Kind::kList) ? in.heap().NewList(std::move(out))
                                  : in.heap().NewTuple(std::move(out));
}

Value Add(Interpreter& in, const Value& a, const Value& b) {
  if (a.is_string() && b.is_string()) {
    const bool safe = a.is_safe() || b.is_safe();
    const uint64_t bytes = a.text().size() + b.text().size();
    if (!in.Room(bytes * (safe ? 6 : 1)) || !in.SpendBytes(bytes)) return {};
    std::string out;
    out.reserve(bytes);
    out += safe && !a.is_safe() ? EscapeHtml(a.text()) : std::string_view(a.text());
    out += safe && !b.is_safe() ? EscapeHtml(b.text()) : std::string_view(b.text());
    return in.Text(std::move(out)).WithSafe(safe);
  }
  if (a.is_list() && a.kind() == b.kind()) {
    const uint64_t count = a.items().size() + b.items().size();
    if (!in.Room(count * sizeof(Value)) || !in.Spend(count / 8)) return {};
    std::vector<Value> out;
    out.reserve(count);
    out.insert(out.end(), a.items().begin(), a.items().end());
    out.insert(out.end(), b.items().begin(), b.items().end());
    return a.Is(Kind::kList) ? in.heap().NewList(std::move(out))
                             : in.heap().NewTuple(std::move(out));
  }
  return FailInfix(in, Infix::kAdd, a, b);
}

}  // namespace

std::string_view TypeName(const Value& v) {
  return kTypeNames[static_cast<size_t>(v.kind())];
}

Value Arith(Interpreter& in, Infix op, const Value& a, const Value& b) {
  if (a.is_int() && b.is_int()) return IntArith(in, op, a.integer(), b.integer());
  if (a.is_number() && b.is_number()) return FloatArith(in, op, a.real(), b.real());
  if (op == Infix::kMod && a.is_string()) return FormatPercent(in, a, b);
  if (b.is_undefined()) return FailInfix(in, op, a, b);
  if (op == Infix::kAdd) return Add(in, a, b);
  if (op == Infix::kMul) {
    if ((a.is_string() || a.is_list()) && b.is_int()) return Repeat(in, a, b.integer());
    if ((b.is_string() || b.is_list()) && a.is_int()) return Repeat(in, b, a.integer());
  }
  return FailInfix(in, op, a, b);
}

Value Negate(Interpreter& in, const Value& v) {
  if (v.Is(Kind::kFloat)) return Value::Float(-v.real());
  return IntArith(in, Infix::kSub, 0, v.integer());
}

std::optional<bool> Less(Interpreter& in, const Value& a, const Value& b, int depth) {
  if (a.is_number() && b.is_number()) {
    if (a.is_int() && b.is_int()) return a.integer() < b.integer();
    return a.real() < b.real();
  }
  if (a.is_string() && b.is_string()) {
    if (!in.SpendBytes(std::min(a.text().size(), b.text().size()))) return std::nullopt;
    return a.text() < b.text();
  }
  if (!a.is_list() || a.kind() != b.kind() || depth > kMaxValueDepth) {
    FailInfix(in, Infix::kLt, a, b);
    return std::nullopt;
  }
  const size_t count = std::min(a.items().size(), b.items().size());
  for (size_t i = 0; i < count; ++i) {
    if (!in.Spend(1)) return std::nullopt;
    if (!Equal(a.items()[i], b.items()[i])) return Less(in, a.items()[i], b.items()[i], depth + 1);
  }
  return a.items().size() < b.items().size();
}

std::optional<bool> Compare(Interpreter& in, Infix op, const Value& a, const Value& b) {
  const auto negated = [](std::optional<bool> v) { return v ? std::optional(!*v) : v; };
  if (op == Infix::kEq || op == Infix::kNe) {
    const bool equal = Equal(a, b);
    if (!in.Spend(0)) return std::nullopt;
    return equal == (op == Infix::kEq);
  }
  if (op == Infix::kIn) return Contains(in, b, a);
  if (op == Infix::kNotIn) return negated(Contains(in, b, a));
  const bool comparable = (a.is_number() && b.is_number()) || (a.is_string() && b.is_string()) ||
                          (a.is_list() && a.kind() == b.kind());
  if (!comparable) {
    FailInfix(in, op, a, b);
    return std::nullopt;
  }
  const bool nan = a.is_number() && (std::isnan(a.real()) || std::isnan(b.real()));
  if (nan) return false;
  switch (op) {
    case Infix::kLt:
      return Less(in, a, b);
    case Infix::kGt:
      return Less(in, b, a);
    case Infix::kLe:
      return negated(Less(in, b, a));
    default:
      return negated(Less(in, a, b));
  }
}

std::optional<bool> Contains(Interpreter& in, const Value& container, const Value& item) {
  switch (container.kind()) {
    case Kind::kString:
      if (!item.is_string()) {
        FailInfix(in, Infix::kIn, item, container);
        return std::nullopt;
      }
      if (!in.SpendBytes(container.text().size())) return std::nullopt;
      return container.text().find(item.text()) != std::string_view::npos;
    case Kind::kDict:
      if (!Hashable(item)) {
        in.FailType("in", item);
        return std::nullopt;
      }
      return container.As<Dict>().Find(item) != nullptr;
    case Kind::kView:
      if (container.As<View>().what == ViewKind::kKeys && Hashable(item)) {
        return container.As<View>().dict.As<Dict>().Find(item) != nullptr;
      }
      break;
    default:
      if (!Cursor::Iterable(container)) {
        in.FailType("in", container);
        return std::nullopt;
      }
  }
  Cursor cursor(container);
  Value one;
  while (cursor.Next(in.heap(), &one)) {
    if (!in.Spend(1)) return std::nullopt;
    if (Equal(one, item)) return true;
  }
  return false;
}

int64_t StringLength(const Value& v) {
  const String& s = v.As<String>();
  if (s.heap == nullptr) return CountChars(s.text);  // shared between threads: not written to
  if (s.length < 0) s.length = CountChars(s.text);
  return s.length;
}

int64_t Length(Interpreter& in, const Value& v, bool quiet) {
  switch (v.kind()) {
    case Kind::kUndefined:
      return 0;
    case Kind::kString:
      return StringLength(v);
    case Kind::kList:
    case Kind::kTuple:
      return static_cast<int64_t>(v.items().size());
    case Kind::kDict:
      return static_cast<int64_t>(v.As<Dict>().items.size());
    case Kind::kView:
      return static_cast<int64_t>(v.As<View>().dict.As<Dict>().items.size());
    case Kind::kRange:
      return v.As<Range>().count;
    case Kind::kLoop:
      return in.LoopAttribute(v.As<Loop>(), "length").integer();
    default:
      if (!quiet) in.FailType("length", v);
      return -1;
  }
}

Value IndexAt(Interpreter& in, const Value& v, int64_t index) {
  const bool sequence = v.is_string() || v.is_list() || v.Is(Kind::kRange);
  if (!sequence) return Value::Missing();
  const int64_t length = Length(in, v);
  if (index < 0) index += length;
  if (index < 0 || index >= length) return Value::Missing();
  if (v.is_list()) return v.items()[static_cast<size_t>(index)];
  if (v.Is(Kind::kRange)) return Value::Int(v.As<Range>().At(index));
  const std::string_view text = v.text();
  const bool ascii = length == static_cast<int64_t>(text.size());
  if (!ascii && !in.SpendBytes(text.size() * 4)) return {};
  const size_t at = ascii ? static_cast<size_t>(index) : CharOffset(text, index);
  return in.Text(text.substr(at, CharBytes(text[at]))).WithSafe(v.is_safe());
}

namespace {

struct Span {
  int64_t start, step, count;
};

// Python's slice.indices. nullopt: failed.
std::optional<Span> ResolveSlice(Interpreter& in, int64_t length, const Value& start,
                                 const Value& stop, const Value& step) {
  for (const Value* part : {&start, &stop, &step}) {
    if (!part->is_none() && !part->is_int()) {
      in.FailType("a slice", *part);
      return std::nullopt;
    }
  }
  const int64_t by = step.is_none() ? 1 : step.integer();
  if (by == 0) {
    in.Fail(msg::kTemplateValue, "a slice");
    return std::nullopt;
  }
  const int64_t low = by < 0 ? -1 : 0;
  const int64_t high = by < 0 ? length - 1 : length;
  const auto place = [&](const Value& v, int64_t absent) {
    if (v.is_none()) return absent;
    int64_t i = v.integer();
    if (i < 0) i = i < -length ? low : i + length;
    return std::clamp(i, low, high);
  };
  const int64_t from = place(start, by < 0 ? high : low);
  const int64_t to = place(stop, by < 0 ? low : high);
  int64_t count = 0;
  if (by > 0 && to > from) count = (to - from - 1) / by + 1;
  if (by < 0 && from > to) count = by == INT64_MIN ? 1 : (from - to - 1) / -by + 1;
  return Span{from, by, count};
}

}  // namespace

Value Slice(Interpreter& in, const Value& v, const Value& start, const Value& stop,
            const Value& step) {
  if (!v.is_string() && !v.is_list() && !v.Is(Kind::kRange)) return in.FailType("a slice", v);
  const auto span = ResolveSlice(in, Length(in, v), start, stop, step);
  if (!span) return {};
  if (v.Is(Kind::kRange)) {
    const Range& r = v.As<Range>();
    const int64_t from = r.start + span->start * r.step;
    const int64_t by = span->count <= 1 ? r.step : r.step * span->step;
    return Value::Of(in.heap().Make<Range>(from, from + by * span->count, by, span->count));
  }
  if (v.is_list()) {
    if (!in.Room(static_cast<uint64_t>(span->count) * sizeof(Value)) ||
        !in.Spend(static_cast<uint64_t>(span->count) / 8)) {
      return {};
    }
    std::vector<Value> items;
    items.reserve(static_cast<size_t>(span->count));
    for (int64_t i = 0; i < span->count; ++i) {
      items.push_back(v.items()[static_cast<size_t>(span->start + i * span->step)]);
    }
    return v.Is(Kind::kList) ? in.heap().NewList(std::move(items))
                             : in.heap().NewTuple(std::move(items));
  }
  const std::string_view text = v.text();
  if (!in.Room(text.size()) || !in.SpendBytes(text.size() * 4)) return {};
  std::string out;
  if (span->step == 1 && span->count > 0) {
    const size_t from = CharOffset(text, span->start);
    out = text.substr(from, CharOffset(text.substr(from), span->count));
  } else if (span->count > 0) {
    std::vector<uint32_t> offsets;
    if (!in.Room(text.size() * 5) || !in.Spend(text.size())) return {};
    for (size_t at = 0; at < text.size(); at += CharBytes(text[at])) {
      offsets.push_back(static_cast<uint32_t>(at));
    }
    for (int64_t i = 0; i < span->count; ++i) {
      const size_t at = offsets[static_cast<size_t>(span->start + i * span->step)];
      out.append(text.substr(at, CharBytes(text[at])));
    }
  }
  return in.Text(std::move(out)).WithSafe(v.is_safe());
}

std::optional<int64_t> ParseInt(std::string_view text, int64_t base) {
  std::string digits;
  text = StripSpace(text, true, true);
  bool negative = false;
  if (text.starts_with('+') || text.starts_with('-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const auto prefix = [&](char mark) {
    return text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == mark;
  };
  const auto take_prefix = [&](char mark, int64_t value) {
    if ((base == value || base == 0) && prefix(mark)) {
      base = value;
      text.remove_prefix(2);
      if (text.starts_with('_')) text.remove_prefix(1);
    }
  };
  take_prefix('x', 16);
  take_prefix('o', 8);
  take_prefix('b', 2);
  if (base == 0) base = 10;
  if (base < 2 || base > 36 || text.empty()) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {  // only between digits
      if (i == 0 || i + 1 == text.size() || text[i + 1] == '_') return std::nullopt;
      continue;
    }
    digits.push_back(text[i]);
  }
  if (digits.front() == '-' || digits.front() == '+') return std::nullopt;
  if (negative) digits.insert(digits.begin(), '-');
  int64_t value = 0;
  const auto end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value, static_cast<int>(base));
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

std::optional<double> ParseFloat(std::string_view text) {
  text = StripSpace(text, true, true);
  std::string clean;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](size_t at) {
      return at < text.size() && text[at] >= '0' && text[at] <= '9';
    };
    if (text[i] == '_') {
      if (i == 0 || !digit(i - 1) || !digit(i + 1)) return std::nullopt;
      continue;
    }
    if (text[i] == 'x' || text[i] == 'X' || text[i] == 'p' || text[i] == '(') return std::nullopt;
    clean.push_back(text[i]);
  }
  if (clean.empty() || clean.size() > 400) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(clean.c_str(), &end);
  if (end != clean.c_str() + clean.size() || IsSpace(static_cast<unsigned char>(clean[0]))) {
    return std::nullopt;
  }
  return value;
}

}  // namespace hearth::text::jinja
