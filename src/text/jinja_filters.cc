// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "text/jinja_builtins.h"
#include "text/jinja_eval.h"
#include "text/jinja_python.h"
#include "text/jinja_text.h"

// The filters of Jinja2, with tojson as transformers replaces it.
namespace hearth::text::jinja {
namespace {

using In = Interpreter&;
using Args = Arguments&;

Value Generator(In in, std::vector<Value> items) {
  return Value::Of(in.heap().Make<Iterator>("generator", std::move(items)));
}

bool IntArg(In in, const Value& v, int64_t* out) {
  if (!v.is_int()) {
    in.FailType("a whole number", v);
    return false;
  }
  *out = v.integer();
  return true;
}

// Looks up "a.b.0" in a value, as Jinja's make_attrgetter does.
class AttrGetter {
 public:
  AttrGetter(In in, const Value& attribute, Value fallback = Value::Missing())
      : in_(in), fallback_(std::move(fallback)) {
    if (attribute.is_missing() || attribute.is_none()) return;
    if (!attribute.is_string()) {
      parts_.push_back(attribute);
      return;
    }
    for (const std::string_view part : SplitAt(attribute.text(), ".", -1, false)) {
      const bool digits = !part.empty() && part.size() < 18 &&
                          std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
      parts_.push_back(digits ? Value::Int(*ParseInt(part, 10)) : in.Text(part));
    }
  }
  Value operator()(const Value& item) const {
    Value v = item;
    for (const Value& part : parts_) {
      v = in_.GetItem(v, part);
      if (in_.failed()) return {};
      if (v.is_undefined() && !fallback_.is_missing() && !fallback_.is_none()) v = fallback_;
    }
    return v;
  }

 private:
  In in_;
  Value fallback_;
  std::vector<Value> parts_;
};

Value IgnoreCase(In in, const Value& v, bool case_sensitive) {
  if (case_sensitive || !v.is_string() || !in.Room(v.text().size()) ||
      !in.SpendBytes(v.text().size() * 4)) {
    return v;
  }
  return in.Text(Lower(v.text()));
}

bool Flag(In in, Args a, size_t i) {
  return a.Has(i) && in.Truth(a[i]);
}

// Bottom-up merge sort: stable, and harmless when a comparison fails half-way.
bool SortBy(In in, std::vector<std::pair<Value, Value>>* items, bool reverse) {
  if (!in.Room(items->size() * 6 * sizeof(Value))) return false;
  std::vector<std::pair<Value, Value>> other(items->size());
  for (size_t width = 1; width < items->size(); width *= 2) {
    for (size_t from = 0; from < items->size(); from += 2 * width) {
      const size_t middle = std::min(from + width, items->size());
      const size_t end = std::min(from + 2 * width, items->size());
      size_t left = from, right = middle;
      for (size_t to = from; to < end; ++to) {
        bool take_right = left == middle;
        if (!take_right && right < end) {
          const auto& l = (*items)[left].first;
          const auto& r = (*items)[right].first;
          const auto less = reverse ? Less(in, l, r) : Less(in, r, l);
          if (!less || !in.Spend(1)) return false;
          take_right = *less;
        }
        other[to] = std::move((*items)[take_right ? right++ : left++]);
      }
    }
    items->swap(other);
  }
  return true;
}

Value Abs(In in, const Value& v, Args) {
  if (v.Is(Kind::kFloat)) return Value::Float(std::abs(v.real()));
  if (!v.is_int()) return in.FailType("abs", v);
  return v.integer() < 0 ? Negate(in, v) : Value::Int(v.integer());
}

Value Attr(In in, const Value& v, Args a) {
  if (!a[0].is_string()) return in.FailType("attr", a[0]);
  if (v.Is(Kind::kDict) && FindMethod(Kind::kDict, a[0].text()).builtin == nullptr) {
    return Value::Undefined(a[0]);
  }
  return in.GetAttr(v, a[0]);
}

Value Batch(In in, const Value& v, Args a) {
  int64_t size = 0;
  std::vector<Value> items, rows, row;
  if (!IntArg(in, a[0], &size) || !in.ToItems(v, &items)) return {};
  for (Value& item : items) {
    if (static_cast<int64_t>(row.size()) == size) {
      if (!in.Spend(kCallCost)) return {};
      rows.push_back(in.heap().NewList(std::move(row)));
      row = {};
    }
    row.push_back(std::move(item));
  }
  if (!row.empty()) {
    const int64_t missing = size - static_cast<int64_t>(row.size());
    if (a.Has(1) && !a[1].is_none() && missing > 0) {
      if (!in.Spend(static_cast<uint64_t>(missing)) ||
          !in.Room(static_cast<uint64_t>(missing) * sizeof(Value))) {
        return {};
      }
      row.insert(row.end(), static_cast<size_t>(missing), a[1]);
    }
    rows.push_back(in.heap().NewList(std::move(row)));
  }
  return Generator(in, std::move(rows));
}

Value SliceFilter(In in, const Value& v, Args a) {
  int64_t slices = 0;
  std::vector<Value> items, rows;
  if (!IntArg(in, a[0], &slices) || !in.ToItems(v, &items)) return {};
  if (slices == 0) return in.Fail(msg::kTemplateValue, "slice");
  if (slices < 0) return Generator(in, {});
  const auto size = static_cast<int64_t>(items.size());
  if (!in.Spend(static_cast<uint64_t>(slices))) return {};
  int64_t start = 0;
  for (int64_t i = 0; i < slices && in.Spend(kCallCost) && in.Room(0); ++i) {
    const bool extra = i < size % slices;
    const int64_t end = start + size / slices + (extra ? 1 : 0);
    std::vector<Value> row(items.begin() + start, items.begin() + end);
    if (a.Has(1) && !a[1].is_none() && !extra) row.push_back(a[1]);
    rows.push_back(in.heap().NewList(std::move(row)));
    start = end;
  }
  return Generator(in, std::move(rows));
}

template <std::string (*kFunction)(std::string_view)>
Value Change(In in, const Value& v, Args) {
  const Value text = Str(in, v);
  if (in.failed() || !in.SpendBytes(text.text().size() * 8) || !in.Room(text.text().size() * 3)) {
    return {};
  }
  return in.Text(kFunction(text.text())).WithSafe(text.is_safe());
}

Value Center(In in, const Value& v, Args a) {
  Arguments width;
  width.at = {a.Has(0) ? a[0] : Value::Int(80), Value::Missing()};
  const Value text = Str(in, v);
  return in.failed() ? Value()
                     : FindMethod(Kind::kString, "center").builtin->function(in, text, width);
}

Value Default(In in, const Value& v, Args a) {
  if (!v.is_undefined() && !(Flag(in, a, 1) && !in.Truth(v))) return v;
  return a.Has(0) ? a[0] : in.Text(std::string_view());
}

Value DictSort(In in, const Value& v, Args a) {
  if (!v.Is(Kind::kDict)) return in.FailType("dictsort", v);
  const bool sensitive = Flag(in, a, 0);
  const std::string_view by = !a.Has(1) ? "key" : a[1].is_string() ? a[1].text() : "";
  if (by != "key" && by != "value") return in.Fail(msg::kTemplateValue, "dictsort");
  std::vector<std::pair<Value, Value>> order;
  for (const auto& [key, value] : v.As<Dict>().items) {
    order.emplace_back(IgnoreCase(in, by == "key" ? key : value, sensitive),
                       in.heap().NewTuple({key, value}));
    if (!in.Spend(1) || !in.Room(order.capacity() * sizeof(order[0]))) return {};
  }
  if (!SortBy(in, &order, Flag(in, a, 2))) return {};
  std::vector<Value> out;
  for (auto& [key, item] : order) out.push_back(std::move(item));
  return in.heap().NewList(std::move(out));
}

Value Escape(In in, const Value& v, Args) {
  if (v.is_string() && v.is_safe()) return v;
  const Value text = Str(in, v);
  if (in.failed() || !in.Room(text.text().size() * 5) || !in.SpendBytes(text.text().size() * 4)) {
    return {};
  }
  return in.Text(EscapeHtml(text.text())).WithSafe(true);
}

Value ForceEscape(In in, const Value& v, Args a) {
  return Escape(in, v.is_string() ? v.WithSafe(false) : v, a);
}

Value First(In in, const Value& v, Args) {
  if (!Cursor::Iterable(v)) return in.FailType("first", v);
  Cursor cursor(v);
  Value item;
  return cursor.Next(in.heap(), &item) ? item : Value();
}

Value Last(In in, const Value& v, Args) {
  if (v.Is(Kind::kDict) || v.Is(Kind::kView)) {
    std::vector<Value> items;
    if (!in.ToItems(v, &items)) return {};
    return items.empty() ? Value() : items.back();
  }
  if (!v.is_string() && !v.is_list() && !v.Is(Kind::kRange) && !v.is_undefined()) {
    return in.FailType("last", v);
  }
  const Value item = IndexAt(in, v, -1);
  return item.is_missing() ? Value() : item;
}

Value ToFloat(In in, const Value& v, Args a) {
  const Value fallback = a.Has(0) ? a[0] : Value::Float(0);
  if (v.is_undefined()) return in.FailType("float", v);
  if (v.is_number()) return Value::Float(v.real());
  if (!v.is_string()) return fallback;
  const auto parsed = ParseFloat(v.text());
  return parsed ? Value::Float(*parsed) : fallback;
}

Value ToInt(In in, const Value& v, Args a) {
  const Value fallback = a.Has(0) ? a[0] : Value::Int(0);
  int64_t base = 10;
  if (a.Has(1) && !IntArg(in, a[1], &base)) return {};
  if (v.is_undefined()) return in.FailType("int", v);
  if (v.is_int()) return Value::Int(v.integer());
  double number = 0;
  if (v.Is(Kind::kFloat)) {
    number = v.real();
    if (std::isinf(number)) return in.Fail(msg::kTemplateNumber);
  } else if (v.is_string()) {
    if (const auto whole = ParseInt(v.text(), base)) return Value::Int(*whole);
    const auto parsed = ParseFloat(v.text());
    if (!parsed || std::isinf(*parsed)) return fallback;
    number = *parsed;
  } else {
    return fallback;
  }
  if (std::isnan(number)) return fallback;
  if (std::abs(number) >= 9.2e18) return in.Fail(msg::kTemplateNumber);
  return Value::Int(static_cast<int64_t>(number));
}

Value FormatFilter(In in, const Value& v, Args a) {
  const Value text = Str(in, v);
  if (in.failed()) return {};
  if (!a.at.empty() && !a.named.empty()) return in.Fail(msg::kTemplateArguments, "format");
  if (a.named.empty()) return FormatPercent(in, text, in.heap().NewTuple(std::move(a.at)));
  Dict* dict = in.heap().Make<Dict>();
  const Value named = Value::Of(dict);
  for (auto& [name, value] : a.named) dict->Set(name, std::move(value));
  return FormatPercent(in, text, named);
}

Value Indent(In in, const Value& v, Args a) {
  if (!v.is_string()) return in.FailType("indent", v);
  std::string indention = "    ";
  if (a.Has(0) && a[0].is_string()) {
    indention = a[0].text();
  } else if (a.Has(0)) {
    int64_t width = 0;
    if (!IntArg(in, a[0], &width)) return {};
    width = std::max<int64_t>(width, 0);
    if (!in.Room(static_cast<uint64_t>(width))) return {};
    indention.assign(static_cast<size_t>(width), ' ');
  }
  const bool blank = Flag(in, a, 2);
  if (!in.Room(v.text().size() * 17) || !in.SpendBytes(v.text().size() * 4)) return {};
  const std::string text = std::string(v.text()) + "\n";
  Builder out(in);
  bool first = true;
  for (const std::string_view line : SplitLines(text, false)) {
    if (!first) out.Append('\n');
    if (first ? Flag(in, a, 1) : blank || !line.empty()) out.Append(indention);
    out.Append(line);
    if (in.failed()) return {};
    first = false;
  }
  return out.Take().WithSafe(v.is_safe());
}

Value Items(In in, const Value& v, Args) {
  if (v.is_undefined()) return Generator(in, {});
  if (!v.Is(Kind::kDict)) return in.FailType("items", v);
  std::vector<Value> items;
  const Value view = Value::Of(in.heap().Make<View>(v, ViewKind::kItems));
  return in.ToItems(view, &items) ? Generator(in, std::move(items)) : Value();
}

Value Join(In in, const Value& v, Args a) {
  if (!Cursor::Iterable(v)) return in.FailType("join", v);
  const Value separator = a.Has(0) ? Str(in, a[0]) : in.Text(std::string_view());
  const AttrGetter getter(in, a.at[1]);
  Builder out(in);
  Cursor cursor(v);
  Value item;
  bool first = true;
  while (!in.failed() && cursor.Next(in.heap(), &item)) {
    if (!first) out.Append(separator.text());
    first = false;
    const Value got = getter(item);
    if (!in.failed() && in.Spend(1)) AppendStr(in, &out, got);
  }
  return in.failed() ? Value() : out.Take();
}

Value LengthFilter(In in, const Value& v, Args) {
  return Value::Int(Length(in, v));
}

Value ToList(In in, const Value& v, Args) {
  std::vector<Value> items;
  return in.ToItems(v, &items) ? in.heap().NewList(std::move(items)) : Value();
}

Value Map(In in, const Value& v, Args a) {
  std::vector<Value> items, out;
  Value attribute = Value::Missing(), fallback = Value::Missing();
  if (a.at.empty()) {
    for (auto& [name, value] : a.named) {
      if (name.text() == "attribute")
        attribute = value;
      else if (name.text() == "default")
        fallback = value;
      else
        return in.Fail(msg::kTemplateArguments, "map");
    }
    if (attribute.is_missing()) return in.Fail(msg::kTemplateArguments, "map");
  }
  if (!in.Truth(v) && !v.Is(Kind::kIterator)) return Generator(in, {});
  if (!in.ToItems(v, &items)) return {};
  const AttrGetter getter(in, attribute, fallback);
  const Builtin* filter = nullptr;
  if (attribute.is_missing()) {
    if (!a[0].is_string()) return in.FailType("map", a[0]);
    filter = FindFilter(a[0].text());
    if (filter == nullptr) return in.Fail(msg::kTemplateUnknown, a[0].text());
  }
  for (const Value& item : items) {
    if (filter == nullptr) {
      out.push_back(getter(item));
    } else {
      Arguments rest;
      rest.at.assign(a.at.begin() + 1, a.at.end());
      rest.named = a.named;
      out.push_back(in.CallBuiltin(*filter, item, rest));
    }
    if (in.failed() || !in.Spend(1)) return {};
  }
  return Generator(in, std::move(out));
}

template <bool kMax>
Value Extreme(In in, const Value& v, Args a) {
  if (!Cursor::Iterable(v)) return in.FailType(kMax ? "max" : "min", v);
  const AttrGetter getter(in, a.at[1]);
  const bool sensitive = Flag(in, a, 0);
  Cursor cursor(v);
  Value item, best, best_key = Value::Missing();
  while (cursor.Next(in.heap(), &item)) {
    const Value key = IgnoreCase(in, getter(item), sensitive);
    if (in.failed() || !in.Spend(1)) return {};
    bool better = best_key.is_missing();
    if (!better) {
      const auto less = kMax ? Less(in, best_key, key) : Less(in, key, best_key);
      if (!less) return {};
      better = *less;
    }
    if (better) {
      best = item;
      best_key = key;
    }
  }
  return best;
}

Value Replace(In in, const Value& v, Args a) {
  Arguments args;
  args.at = {Str(in, a[0]).WithSafe(false), Str(in, a[1]).WithSafe(false),
             a.Has(2) && !a[2].is_none() ? a[2] : Value::Int(-1)};
  const Value text = Str(in, v);
  if (in.failed()) return {};
  return FindMethod(Kind::kString, "replace").builtin->function(in, text.WithSafe(false), args);
}

Value Reverse(In in, const Value& v, Args) {
  if (v.is_string()) return Slice(in, v, Value::None(), Value::None(), Value::Int(-1));
  std::vector<Value> items;
  if (!in.ToItems(v, &items)) return {};
  std::ranges::reverse(items);
  if (v.Is(Kind::kIterator)) return in.heap().NewList(std::move(items));
  return Value::Of(in.heap().Make<Iterator>("list_reverseiterator", std::move(items)));
}

Value Round(In in, const Value& v, Args a) {
  int64_t precision = 0;
  if (a.Has(0) && !IntArg(in, a[0], &precision)) return {};
  const std::string_view method = !a.Has(1) ? "common" : a[1].is_string() ? a[1].text() : "";
  if (!v.is_number()) return in.FailType("round", v);
  if (precision > 300 || precision < -300) return in.Fail(msg::kTemplateValue, "round");
  const double scale = std::pow(10.0, static_cast<double>(precision));
  if (method == "ceil") return Value::Float(std::ceil(v.real() * scale) / scale);
  if (method == "floor") return Value::Float(std::floor(v.real() * scale) / scale);
  if (method != "common") return in.Fail(msg::kTemplateValue, "round");
  if (v.is_int() && precision >= 0) return Value::Int(v.integer());
  if (precision < 0 || !std::isfinite(v.real())) {
    const double out = std::nearbyint(v.real() * scale) / scale;
    return v.is_int() ? Value::Int(static_cast<int64_t>(out)) : Value::Float(out);
  }
  std::array<char, 700> digits{};
  std::snprintf(digits.data(), digits.size(), "%.*f", static_cast<int>(precision), v.real());
  return Value::Float(std::strtod(digits.data(), nullptr));
}

Value Safe(In in, const Value& v, Args) {
  return Str(in, v).WithSafe(true);
}

// select, reject, selectattr, rejectattr: a test by name, or truth.
template <bool kKeep, bool kAttribute>
Value Select(In in, const Value& v, Args a) {
  if (!in.Truth(v)) return Generator(in, {});
  std::vector<Value> items, out;
  const size_t first = kAttribute ? 1 : 0;
  if (a.at.size() < first) return in.Fail(msg::kTemplateArguments, "select");
  if (!in.ToItems(v, &items)) return {};
  const AttrGetter getter(in, kAttribute ? a[0] : Value::Missing());
  const Builtin* test = nullptr;
  if (a.at.size() > first) {
    if (!a[first].is_string()) return in.FailType("select", a[first]);
    test = FindTest(a[first].text());
    if (test == nullptr) return in.Fail(msg::kTemplateUnknown, a[first].text());
  }
  for (Value& item : items) {
    Value got = getter(item);
    if (in.failed()) return {};
    if (test != nullptr) {
      Arguments rest;
      rest.at.assign(a.at.begin() + static_cast<std::ptrdiff_t>(first) + 1, a.at.end());
      rest.named = a.named;
      got = in.CallBuiltin(*test, got, rest);
    }
    if (in.failed() || !in.Spend(1)) return {};
    if (in.Truth(got) == kKeep) out.push_back(std::move(item));
  }
  return Generator(in, std::move(out));
}

Value Sort(In in, const Value& v, Args a) {
  std::vector<Value> items;
  if (!in.ToItems(v, &items)) return {};
  const bool sensitive = Flag(in, a, 1);
  std::vector<AttrGetter> getters;
  if (a.Has(2) && a[2].is_string()) {
    for (const std::string_view part : SplitAt(a[2].text(), ",", -1, false)) {
      getters.emplace_back(in, in.Text(part));
    }
  } else {
    getters.emplace_back(in, a.at[2]);
  }
  std::vector<std::pair<Value, Value>> order;
  if (!in.Room(items.size() * 2 * sizeof(Value))) return {};
  for (Value& item : items) {
    std::vector<Value> keys;
    for (const AttrGetter& getter : getters) {
      keys.push_back(IgnoreCase(in, getter(item), sensitive));
      if (in.failed() || !in.Spend(kCallCost) || !in.Room(0)) return {};
    }
    order.emplace_back(in.heap().NewList(std::move(keys)), std::move(item));
  }
  if (!SortBy(in, &order, Flag(in, a, 0))) return {};
  items.clear();
  for (auto& [key, item] : order) items.push_back(std::move(item));
  return in.heap().NewList(std::move(items));
}

Value String_(In in, const Value& v, Args) {
  return Str(in, v);
}

Value Sum(In in, const Value& v, Args a) {
  std::vector<Value> items;
  if (!in.ToItems(v, &items)) return {};
  const AttrGetter getter(in, a.at[0]);
  Value total = a.Has(1) ? a[1] : Value::Int(0);
  if (total.is_string()) return in.FailType("sum", total);
  for (const Value& item : items) {
    const Value got = getter(item);
    if (in.failed()) return {};
    total = Arith(in, Infix::kAdd, total, got);
    if (in.failed()) return {};
  }
  return total;
}

JsonStyle ReadJsonStyle(In in, Args a) {
  JsonStyle style;
  style.ascii = Flag(in, a, 0);
  style.sorted = Flag(in, a, 3);
  if (a.Has(1) && !a[1].is_none()) {
    int64_t width = 0;
    if (a[1].is_string()) {
      style.indent = std::string(a[1].text());
    } else if (IntArg(in, a[1], &width)) {
      if (in.Room(static_cast<uint64_t>(std::max<int64_t>(width, 0)))) {
        style.indent = std::string(static_cast<size_t>(std::max<int64_t>(width, 0)), ' ');
      }
    }
    style.comma = ",";
  }
  if (a.Has(2) && !a[2].is_none()) {
    std::vector<Value> pair;
    if (!in.ToItems(a[2], &pair)) return style;
    if (pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
      in.Fail(msg::kTemplateValue, "separators");
      return style;
    }
    style.comma = pair[0].text();
    style.colon = pair[1].text();
  }
  return style;
}

Value ToJson(In in, const Value& v, Args a) {
  const JsonStyle style = ReadJsonStyle(in, a);
  Builder out(in);
  AppendJson(in, &out, v, style);
  return in.failed() ? Value() : out.Take();
}

Value Trim(In in, const Value& v, Args a) {
  const Value text = Str(in, v);
  if (in.failed() || !in.SpendBytes(text.text().size())) return {};
  if (!a.Has(0) || a[0].is_none()) {
    return in.Text(StripSpace(text.text(), true, true)).WithSafe(text.is_safe());
  }
  if (!a[0].is_string()) return in.FailType("trim", a[0]);
  if (!in.SpendBytes(text.text().size() * a[0].text().size())) return {};
  return in.Text(StripChars(text.text(), a[0].text(), true, true)).WithSafe(text.is_safe());
}

Value Truncate(In in, const Value& v, Args a) {
  int64_t length = 255, leeway = 5;
  if ((a.Has(0) && !IntArg(in, a[0], &length)) ||
      (a.Has(3) && !a[3].is_none() && !IntArg(in, a[3], &leeway))) {
    return {};
  }
  const Value end = a.Has(2) ? a[2] : in.Text(std::string_view("..."));
  if (!end.is_string()) return in.FailType("truncate", end);
  if (length < StringLength(end) || leeway < 0) return in.Fail(msg::kTemplateValue, "truncate");
  const int64_t size = Length(in, v);
  if (in.failed() || size <= length || size - length <= leeway) return v;
  if (!v.is_string()) return in.FailType("truncate", v);
  Value cut = Slice(in, v, Value::None(), Value::Int(length - StringLength(end)), Value::None());
  if (in.failed()) return {};
  std::string text(cut.text());
  if (!Flag(in, a, 1)) text = text.substr(0, std::min(text.rfind(' '), text.size()));
  return in.Text(text.append(end.text())).WithSafe(v.is_safe());
}

Value Unique(In in, const Value& v, Args a) {
  std::vector<Value> items, out;
  if (!in.ToItems(v, &items)) return {};
  const AttrGetter getter(in, a.at[1]);
  Dict* seen = in.heap().Make<Dict>();
  const Value hold = Value::Of(seen);
  for (Value& item : items) {
    const Value key = IgnoreCase(in, getter(item), Flag(in, a, 0));
    if (in.failed() || !in.Spend(1)) return {};
    if (!Hashable(key)) return in.FailType("unique", key);
    if (seen->Find(key) != nullptr) continue;
    seen->Set(key, Value::None());
    in.heap().Recount(seen);
    out.push_back(std::move(item));
  }
  return Generator(in, std::move(out));
}

void AppendQuoted(Builder* out, std::string_view text, bool query) {
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.' || c == '-' || c == '~' || (c == '/' && !query);
    if (plain) {
      out->Append(c);
    } else if (c == ' ' && query) {
      out->Append('+');
    } else {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      const char escape[] = {'%', kHex[byte >> 4], kHex[byte & 15]};
      out->Append(std::string_view(escape, 3));
    }
  }
}

Value UrlEncode(In in, const Value& v, Args) {
  Builder out(in);
  const auto quote = [&](const Value& part, bool query) {
    const Value text = Str(in, part);
    if (in.failed() || !in.SpendBytes(text.text().size() * 64)) return;
    AppendQuoted(&out, text.text(), query);
  };
  if (v.is_string() || !Cursor::Iterable(v)) {
    quote(v, false);
    return in.failed() ? Value() : out.Take();
  }
  std::vector<Value> items;
  const Value pairs = v.Is(Kind::kDict) ? Value::Of(in.heap().Make<View>(v, ViewKind::kItems)) : v;
  if (!in.ToItems(pairs, &items)) return {};
  for (size_t i = 0; i < items.size() && !in.failed(); ++i) {
    std::vector<Value> pair;
    if (!in.ToItems(items[i], &pair)) return {};
    if (pair.size() != 2) return in.Fail(msg::kTemplateUnpack, 2);
    if (i > 0) out.Append('&');
    quote(pair[0], true);
    out.Append('=');
    quote(pair[1], true);
  }
  return in.failed() ? Value() : out.Take();
}

Value WordCount(In in, const Value& v, Args) {
  const Value text = Str(in, v);
  if (in.failed() || !in.SpendBytes(text.text().size() * 8)) return {};
  int64_t words = 0;
  bool inside = false;
  for (size_t at = 0; at < text.text().size();) {
    size_t n = 0;
    const char32_t c = DecodeChar(text.text(), at, &n);
    at += n;
    const bool word = c == '_' || IsAlpha(c) || IsNumeric(c);
    words += word && !inside ? 1 : 0;
    inside = word;
  }
  return Value::Int(words);
}

constexpr Builtin kFilters[] = {
    {"abs", &Abs},
    {"attr", &Attr, 1, {"name"}},
    {"batch", &Batch, 1, {"linecount", "fill_with"}},
    {"capitalize", &Change<Capitalize>},
    {"center", &Center, 0, {"width"}},
    {"count", &LengthFilter},
    {"d", &Default, 0, {"default_value", "boolean"}},
    {"default", &Default, 0, {"default_value", "boolean"}},
    {"dictsort", &DictSort, 0, {"case_sensitive", "by", "reverse"}},
    {"e", &Escape},
    {"escape", &Escape},
    {"first", &First},
    {"float", &ToFloat, 0, {"default"}},
    {"forceescape", &ForceEscape},
    {"format", &FormatFilter, 0, {}, true},
    {"indent", &Indent, 0, {"width", "first", "blank"}},
    {"int", &ToInt, 0, {"default", "base"}},
    {"items", &Items},
    {"join", &Join, 0, {"d", "attribute"}},
    {"last", &Last},
    {"length", &LengthFilter},
    {"list", &ToList},
    {"lower", &Change<Lower>},
    {"map", &Map, 0, {}, true},
    {"max", &Extreme<true>, 0, {"case_sensitive", "attribute"}},
    {"min", &Extreme<false>, 0, {"case_sensitive", "attribute"}},
    {"reject", &Select<false, false>, 0, {}, true},
    {"rejectattr", &Select<false, true>, 0, {}, true},
    {"replace", &Replace, 2, {"old", "new", "count"}},
    {"reverse", &Reverse},
    {"round", &Round, 0, {"precision", "method"}},
    {"safe", &Safe},
    {"select", &Select<true, false>, 0, {}, true},
    {"selectattr", &Select<true, true>, 0, {}, true},
    {"slice", &SliceFilter, 1, {"slices", "fill_with"}},
    {"sort", &Sort, 0, {"reverse", "case_sensitive", "attribute"}},
    {"string", &String_},
    {"sum", &Sum, 0, {"attribute", "start"}},
    {"title", &Change<TitleJinja>},
    {"tojson", &ToJson, 0, {"ensure_ascii", "indent", "separators", "sort_keys"}},
    {"trim", &Trim, 0, {"chars"}},
    {"truncate", &Truncate, 0, {"length", "killwords", "end", "leeway"}},
    {"unique", &Unique, 0, {"case_sensitive", "attribute"}},
    {"upper", &Change<Upper>},
    {"urlencode", &UrlEncode},
    {"wordcount", &WordCount},
};
static_assert(std::ranges::is_sorted(kFilters, {}, &Builtin::name));

}  // namespace

const Builtin* FindFilter(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kFilters, name, {}, &Builtin::name);
  return found != std::end(kFilters) && found->name == name ? found : nullptr;
}

}  // namespace hearth::text::jinja
