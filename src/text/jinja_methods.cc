// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "text/jinja_builtins.h"
#include "text/jinja_eval.h"
#include "text/jinja_python.h"
#include "text/jinja_text.h"

// Methods of Python's str, dict, list and tuple, and of Jinja's loop and cycler.
namespace hearth::text::jinja {
namespace {

using In = Interpreter&;
using Args = Arguments&;

bool IntArg(In in, Args a, size_t i, int64_t fallback, int64_t* out) {
  *out = fallback;
  if (!a.Has(i) || a[i].is_none()) return true;
  if (!a[i].is_int()) {
    in.FailType("a whole number", a[i]);
    return false;
  }
  *out = a[i].integer();
  return true;
}

bool TextArg(In in, Args a, size_t i, std::string_view* out) {
  if (!a[i].is_string()) {
    in.FailType("text", a[i]);
    return false;
  }
  *out = a[i].text();
  return true;
}

// A result that keeps the mark of its source.
Value Like(In in, const Value& self, std::string_view text) {
  return in.Room(text.size()) ? in.Text(text).WithSafe(self.is_safe()) : Value();
}

Value Pieces(In in, const Value& self, const std::vector<std::string_view>& parts) {
  if (!in.Spend(parts.size()) || !in.Room(parts.size() * (sizeof(Value) + sizeof(String))))
    return {};
  std::vector<Value> items;
  items.reserve(parts.size());
  for (const std::string_view part : parts) items.push_back(Like(in, self, part));
  return in.heap().NewList(std::move(items));
}

template <std::string (*Function)(std::string_view)>
Value Changed(In in, const Value& self, Args) {
  const std::string_view text = self.text();
  if (!in.Room(text.size() * 3) || !in.SpendBytes(text.size() * 8)) return {};
  return in.Text(Function(text)).WithSafe(self.is_safe());
}

template <bool kLeft, bool kRight>
Value Strip(In in, const Value& self, Args a) {
  const std::string_view text = self.text();
  if (!in.SpendBytes(text.size())) return {};
  if (!a.Has(0) || a[0].is_none()) return Like(in, self, StripSpace(text, kLeft, kRight));
  std::string_view chars;
  if (!TextArg(in, a, 0, &chars) || !in.SpendBytes(text.size() * (1 + chars.size() / 8))) return {};
  return Like(in, self, StripChars(text, chars, kLeft, kRight));
}

template <bool kFromRight>
Value Split(In in, const Value& self, Args a) {
  int64_t limit = -1;
  const std::string_view text = self.text();
  if (!IntArg(in, a, 1, -1, &limit) || !in.SpendBytes(text.size() * 2)) return {};
  // A list of n parts needs room before it is made.
  if (!a.Has(0) || a[0].is_none()) {
    if (!in.Room(text.size() * 8)) return {};
    return Pieces(in, self, SplitSpace(text, limit, kFromRight));
  }
  std::string_view separator;
  if (!TextArg(in, a, 0, &separator)) return {};
  if (separator.empty()) return in.Fail(msg::kTemplateValue, "split");
  if (!in.Room(text.size() / separator.size() * 16)) return {};
  return Pieces(in, self, SplitAt(text, separator, limit, kFromRight));
}

Value SplitLinesMethod(In in, const Value& self, Args a) {
  if (!in.SpendBytes(self.text().size() * 2) || !in.Room(self.text().size() * 16)) return {};
  return Pieces(in, self, SplitLines(self.text(), a.Has(0) && in.Truth(a[0])));
}

// The part of `self` between the optional character positions args[first] and args[first + 1], and
// how many characters stand before it. False: failed or empty by position.
bool Window(In in, const Value& self, Args a, size_t first, std::string_view* text,
            int64_t* skipped) {
  *text = self.text();
  *skipped = 0;
  if (!a.Has(first) && !a.Has(first + 1)) return true;
  const int64_t length = StringLength(self);
  int64_t start = 0, stop = 0;
  if (!IntArg(in, a, first, 0, &start) || !IntArg(in, a, first + 1, length, &stop)) return false;
  if (start < 0) start = std::max<int64_t>(0, start + length);
  if (stop < 0) stop = std::max<int64_t>(0, stop + length);
  stop = std::min(stop, length);
  if (start > stop || !in.SpendBytes(text->size() * 4)) return false;
  const size_t from = CharOffset(*text, start);
  *text = text->substr(from, CharOffset(text->substr(from), stop - start));
  *skipped = start;
  return true;
}

template <bool kEnd>
Value StartsWith(In in, const Value& self, Args a) {
  std::string_view text;
  int64_t skipped = 0;
  const std::span<const Value> options = a[0].Is(Kind::kTuple)
                                             ? std::span<const Value>(a[0].items())
                                             : std::span<const Value>(&a[0], 1);
  for (const Value& option : options) {
    if (!option.is_string()) return in.FailType("startswith", option);
  }
  if (!Window(in, self, a, 1, &text, &skipped)) return in.failed() ? Value() : Value::Bool(false);
  for (const Value& option : options) {
    if (!in.Spend(1)) return {};
    if (kEnd ? text.ends_with(option.text()) : text.starts_with(option.text())) {
      return Value::Bool(true);
    }
  }
  return Value::Bool(false);
}

template <bool kFromRight, bool kMustExist>
Value Find(In in, const Value& self, Args a) {
  std::string_view text, wanted;
  int64_t skipped = 0;
  if (!TextArg(in, a, 0, &wanted)) return {};
  size_t at = std::string_view::npos;
  if (Window(in, self, a, 1, &text, &skipped) && in.SpendBytes(text.size() * 2)) {
    at = kFromRight ? text.rfind(wanted) : text.find(wanted);
  }
  if (in.failed()) return {};
  if (at != std::string_view::npos) return Value::Int(skipped + CountChars(text.substr(0, at)));
  return kMustExist ? in.Fail(msg::kTemplateValue, "index") : Value::Int(-1);
}

Value Count(In in, const Value& self, Args a) {
  std::string_view text, wanted;
  int64_t skipped = 0, count = 0;
  if (!TextArg(in, a, 0, &wanted)) return {};
  if (!Window(in, self, a, 1, &text, &skipped)) return in.failed() ? Value() : Value::Int(0);
  if (!in.SpendBytes(text.size() * 2)) return {};
  if (wanted.empty()) return Value::Int(CountChars(text) + 1);
  for (size_t at = text.find(wanted); at != std::string_view::npos;
       at = text.find(wanted, at + wanted.size())) {
    if (++count % 4 == 0 && !in.Spend(1)) return {};
  }
  return Value::Int(count);
}

Value ReplaceMethod(In in, const Value& self, Args a) {
  std::string_view from, raw;
  int64_t limit = -1;
  if (!TextArg(in, a, 0, &from) || !TextArg(in, a, 1, &raw) || !IntArg(in, a, 2, -1, &limit))
    return {};
  const std::string escaped = self.is_safe() && !a[1].is_safe() ? EscapeHtml(raw) : "";
  const std::string_view to = escaped.empty() ? raw : escaped;
  std::string_view text = self.text();
  if (!in.SpendBytes(text.size() * 2)) return {};
  Builder out(in);
  for (int64_t done = 0; (limit < 0 || done < limit) && in.Spend(1); ++done) {
    if (from.empty()) {  // before every character, and at the end
      out.Append(to);
      if (text.empty()) break;
      const size_t n = CharBytes(text[0]);
      out.Append(text.substr(0, n));
      text.remove_prefix(n);
      continue;
    }
    const size_t at = text.find(from);
    if (at == std::string_view::npos) break;
    out.Append(text.substr(0, at));
    out.Append(to);
    text.remove_prefix(at + from.size());
  }
  out.Append(text);
  return in.failed() ? Value() : out.Take().WithSafe(self.is_safe());
}

Value JoinMethod(In in, const Value& self, Args a) {
  if (!Cursor::Iterable(a[0])) return in.FailType("join", a[0]);
  Builder out(in);
  Cursor cursor(a[0]);
  Value item;
  for (bool first = true; !in.failed() && cursor.Next(in.heap(), &item); first = false) {
    if (!in.Spend(1)) return {};
    if (!first) out.Append(self.text());
    if (self.is_safe()) {
      const Value text = Str(in, item);
      if (!in.failed())
        out.Append(text.is_safe() ? std::string(text.text()) : EscapeHtml(text.text()));
    } else if (item.is_string()) {
      out.Append(item.text());
    } else {
      return in.FailType("join", item);
    }
  }
  return in.failed() ? Value() : out.Take().WithSafe(self.is_safe());
}

// center, ljust, rjust: how much of the padding goes to the left.
enum class Side { kLeft, kRight, kBoth };
template <Side kSide>
Value Justify(In in, const Value& self, Args a) {
  int64_t width = 0;
  std::string_view fill = " ";
  if (!IntArg(in, a, 0, 0, &width) || (a.Has(1) && !TextArg(in, a, 1, &fill))) return {};
  if (CountChars(fill) != 1) return in.Fail(msg::kTemplateValue, "fill");
  const int64_t missing = width - StringLength(self);
  if (missing <= 0) return self;
  // As CPython does: the odd one goes left when the width is odd.
  const int64_t left = kSide == Side::kLeft    ? missing
                       : kSide == Side::kRight ? 0
                                               : missing / 2 + (missing & width & 1);
  if (missing > (int64_t{1} << 40) || !in.Room(static_cast<uint64_t>(missing) * fill.size())) {
    return in.failed() ? Value() : in.Fail(msg::kTemplateValue, "width");
  }
  Builder out(in);
  out.Repeat(fill, left);
  out.Append(self.text());
  out.Repeat(fill, missing - left);
  return in.failed() ? Value() : out.Take().WithSafe(self.is_safe());
}

Value ZFill(In in, const Value& self, Args a) {
  int64_t width = 0;
  if (!IntArg(in, a, 0, 0, &width)) return {};
  const int64_t missing = width - StringLength(self);
  if (missing <= 0) return self;
  if (missing > (int64_t{1} << 40) || !in.Room(static_cast<uint64_t>(missing))) {
    return in.failed() ? Value() : in.Fail(msg::kTemplateValue, "width");
  }
  std::string_view text = self.text();
  Builder out(in);
  if (text.starts_with('-') || text.starts_with('+')) {
    out.Append(text.substr(0, 1));
    text.remove_prefix(1);
  }
  out.Repeat("0", missing);
  out.Append(text);
  return in.failed() ? Value() : out.Take();
}

template <bool kFromRight>
Value Partition(In in, const Value& self, Args a) {
  std::string_view separator;
  if (!TextArg(in, a, 0, &separator)) return {};
  if (separator.empty()) return in.Fail(msg::kTemplateValue, "partition");
  const std::string_view text = self.text();
  if (!in.SpendBytes(text.size() * 2) || !in.Room(text.size())) return {};
  const size_t at = kFromRight ? text.rfind(separator) : text.find(separator);
  if (at == std::string_view::npos) {
    const Value none = Like(in, self, "");
    return kFromRight ? in.heap().NewTuple({none, none, self})
                      : in.heap().NewTuple({self, none, none});
  }
  return in.heap().NewTuple({Like(in, self, text.substr(0, at)), Like(in, self, separator),
                             Like(in, self, text.substr(at + separator.size()))});
}

template <bool kSuffix>
Value RemoveAffix(In in, const Value& self, Args a) {
  std::string_view affix;
  if (!TextArg(in, a, 0, &affix)) return {};
  const std::string_view text = self.text();
  if (affix.empty() || !(kSuffix ? text.ends_with(affix) : text.starts_with(affix))) return self;
  return Like(in, self,
              kSuffix ? text.substr(0, text.size() - affix.size()) : text.substr(affix.size()));
}

Value ExpandTabs(In in, const Value& self, Args a) {
  int64_t size = 8;
  if (!IntArg(in, a, 0, 8, &size)) return {};
  if (size > 1024) return in.Fail(msg::kTemplateValue, "expandtabs");
  Builder out(in);
  int64_t column = 0;
  for (size_t at = 0; at < self.text().size() && in.Spend(1);) {
    const std::string_view c = self.text().substr(at, CharBytes(self.text()[at]));
    at += c.size();
    if (c == "\t") {
      const int64_t fill = size > 0 ? size - column % size : 0;
      out.Repeat(" ", fill);
      column += fill;
      continue;
    }
    out.Append(c);
    column = c == "\n" || c == "\r" ? 0 : column + 1;
  }
  return in.failed() ? Value() : out.Take();
}

// isalpha and its like: at least one character, and all of the kind.
template <bool (*kTest)(char32_t)>
Value All(In in, const Value& self, Args) {
  const std::string_view text = self.text();
  if (!in.SpendBytes(text.size() * 4)) return {};
  for (size_t at = 0; at < text.size();) {
    size_t n = 0;
    if (!kTest(DecodeChar(text, at, &n))) return Value::Bool(false);
    at += n;
  }
  return Value::Bool(!text.empty());
}
bool IsAlnum(char32_t c) {
  return IsAlpha(c) || IsNumeric(c);
}

Value IsAscii(In in, const Value& self, Args) {
  if (!in.SpendBytes(self.text().size())) return {};
  return Value::Bool(
      std::ranges::all_of(self.text(), [](char c) { return static_cast<signed char>(c) >= 0; }));
}

Value IsPrintableMethod(In in, const Value& self, Args a) {
  return self.text().empty() ? Value::Bool(true) : All<IsPrintable>(in, self, a);
}

template <bool kUpper>
Value IsCase(In in, const Value& self, Args a) {
  return FindTest(kUpper ? "upper" : "lower")->function(in, self, a);
}

Value Format(In in, const Value& self, Args a) {
  return FormatBraces(in, self, a);
}

Value FormatMap(In in, const Value& self, Args a) {
  if (!a[0].Is(Kind::kDict)) return in.FailType("format_map", a[0]);
  Arguments args;
  for (const auto& [key, value] : a[0].As<Dict>().items) {
    if (key.is_string()) args.named.emplace_back(key, value);
    if (!in.Spend(1)) return {};
  }
  return FormatBraces(in, self, args);
}

constexpr Builtin kString[] = {
    {"capitalize", &Changed<Capitalize>},
    {"casefold", &Changed<Lower>},
    {"center", &Justify<Side::kBoth>, 1, {"width", "fillchar"}},
    {"count", &Count, 1, {"sub", "start", "end"}},
    {"endswith", &StartsWith<true>, 1, {"suffix", "start", "end"}},
    {"expandtabs", &ExpandTabs, 0, {"tabsize"}},
    {"find", &Find<false, false>, 1, {"sub", "start", "end"}},
    {"format", &Format, 0, {}, true},
    {"format_map", &FormatMap, 1, {"mapping"}},
    {"index", &Find<false, true>, 1, {"sub", "start", "end"}},
    {"isalnum", &All<IsAlnum>},
    {"isalpha", &All<IsAlpha>},
    {"isascii", &IsAscii},
    {"isdecimal", &All<IsDecimal>},
    {"isdigit", &All<IsDecimal>},
    {"islower", &IsCase<false>},
    {"isnumeric", &All<IsNumeric>},
    {"isprintable", &IsPrintableMethod},
    {"isspace", &All<IsSpace>},
    {"isupper", &IsCase<true>},
    {"join", &JoinMethod, 1, {"iterable"}},
    {"ljust", &Justify<Side::kRight>, 1, {"width", "fillchar"}},
    {"lower", &Changed<Lower>},
    {"lstrip", &Strip<true, false>, 0, {"chars"}},
    {"partition", &Partition<false>, 1, {"sep"}},
    {"removeprefix", &RemoveAffix<false>, 1, {"prefix"}},
    {"removesuffix", &RemoveAffix<true>, 1, {"suffix"}},
    {"replace", &ReplaceMethod, 2, {"old", "new", "count"}},
    {"rfind", &Find<true, false>, 1, {"sub", "start", "end"}},
    {"rindex", &Find<true, true>, 1, {"sub", "start", "end"}},
    {"rjust", &Justify<Side::kLeft>, 1, {"width", "fillchar"}},
    {"rpartition", &Partition<true>, 1, {"sep"}},
    {"rsplit", &Split<true>, 0, {"sep", "maxsplit"}},
    {"rstrip", &Strip<false, true>, 0, {"chars"}},
    {"split", &Split<false>, 0, {"sep", "maxsplit"}},
    {"splitlines", &SplitLinesMethod, 0, {"keepends"}},
    {"startswith", &StartsWith<false>, 1, {"prefix", "start", "end"}},
    {"strip", &Strip<true, true>, 0, {"chars"}},
    {"swapcase", &Changed<SwapCase>},
    {"title", &Changed<TitlePython>},
    {"upper", &Changed<Upper>},
    {"zfill", &ZFill, 1, {"width"}},
};

// --- dict, list, tuple, range ---

Value DictGet(In, const Value& self, Args a) {
  if (!Hashable(a[0])) return Value::None();
  const Value* found = self.As<Dict>().Find(a[0]);
  return found != nullptr ? *found : a.Has(1) ? a[1] : Value::None();
}

template <ViewKind kWhat>
Value DictView(In in, const Value& self, Args) {
  return Value::Of(in.heap().Make<View>(self, kWhat));
}

Value DictCopy(In in, const Value& self, Args) {
  if (!in.Spend(self.As<Dict>().items.size())) return {};
  Dict* dict = in.heap().Make<Dict>();
  Value out = Value::Of(dict);
  for (const auto& [key, value] : self.As<Dict>().items) dict->Set(key, value);
  in.heap().Recount(dict);
  return out;
}

Value ListCopy(In in, const Value& self, Args) {
  return Slice(in, self, Value::None(), Value::None(), Value::None());
}

Value ListCount(In in, const Value& self, Args a) {
  std::vector<Value> items;
  if (!in.ToItems(self, &items)) return {};
  return Value::Int(std::ranges::count_if(items, [&](const Value& v) { return Equal(v, a[0]); }));
}

Value ListIndex(In in, const Value& self, Args a) {
  std::vector<Value> items;
  int64_t start = 0, stop = 0;
  if (!in.ToItems(self, &items)) return {};
  const auto size = static_cast<int64_t>(items.size());
  if (!IntArg(in, a, 1, 0, &start) || !IntArg(in, a, 2, size, &stop)) return {};
  start = std::clamp<int64_t>(start < 0 ? start + size : start, 0, size);
  stop = std::clamp<int64_t>(stop < 0 ? stop + size : stop, 0, size);
  for (int64_t i = start; i < stop; ++i) {
    if (Equal(items[static_cast<size_t>(i)], a[0])) return Value::Int(i);
  }
  return in.Fail(msg::kTemplateValue, "index");
}

constexpr Builtin kDict[] = {
    {"copy", &DictCopy},
    {"get", &DictGet, 1, {"key", "default"}},
    {"items", &DictView<ViewKind::kItems>},
    {"keys", &DictView<ViewKind::kKeys>},
    {"values", &DictView<ViewKind::kValues>},
};
// Python has them, the sandbox does not allow them: they look undefined, calling them is an error.
constexpr std::string_view kDictHidden[] = {"clear",   "fromkeys",   "pop",
                                            "popitem", "setdefault", "update"};

constexpr Builtin kList[] = {
    {"copy", &ListCopy},
    {"count", &ListCount, 1, {"value"}},
    {"index", &ListIndex, 1, {"value", "start", "stop"}},
};
constexpr Builtin kTuple[] = {
    {"count", &ListCount, 1, {"value"}},
    {"index", &ListIndex, 1, {"value", "start", "stop"}},
};

// --- loop, cycler ---

Value LoopCycle(In in, const Value& self, Args a) {
  if (a.at.empty() || !a.named.empty()) return in.Fail(msg::kTemplateArguments, "cycle");
  return a[static_cast<size_t>(self.As<Loop>().index0) % a.at.size()];
}

Value LoopChanged(In in, const Value& self, Args a) {
  Loop& loop = self.As<Loop>();
  const Value now = in.heap().NewTuple(std::move(a.at));
  if (!loop.changed.is_missing() && Equal(loop.changed, now)) return Value::Bool(false);
  loop.changed = now;
  return Value::Bool(true);
}

Value CyclerNext(In, const Value& self, Args) {
  Cycler& cycler = self.As<Cycler>();
  Value now = cycler.items[cycler.next];
  cycler.next = (cycler.next + 1) % cycler.items.size();
  return now;
}

Value CyclerReset(In, const Value& self, Args) {
  self.As<Cycler>().next = 0;
  return Value::None();
}

constexpr Builtin kLoop[] = {
    {"changed", &LoopChanged, 0, {}, true},
    {"cycle", &LoopCycle, 0, {}, true},
};
constexpr Builtin kCycler[] = {
    {"next", &CyclerNext},
    {"reset", &CyclerReset},
};

static_assert(std::ranges::is_sorted(kString, {}, &Builtin::name));

struct Table {
  Kind kind;
  std::span<const Builtin> methods;
  std::span<const std::string_view> hidden;
};
constexpr Table kTables[] = {
    {Kind::kString, kString, {}}, {Kind::kDict, kDict, kDictHidden}, {Kind::kList, kList, {}},
    {Kind::kTuple, kTuple, {}},   {Kind::kRange, kTuple, {}},        {Kind::kLoop, kLoop, {}},
    {Kind::kCycler, kCycler, {}},
};

}  // namespace

Method FindMethod(Kind kind, std::string_view name) {
  for (const Table& table : kTables) {
    if (table.kind != kind) continue;
    const auto found = std::ranges::lower_bound(table.methods, name, {}, &Builtin::name);
    if (found != table.methods.end() && found->name == name) return {&*found, false};
    return {nullptr, std::ranges::find(table.hidden, name) != table.hidden.end()};
  }
  return {};
}

}  // namespace hearth::text::jinja
