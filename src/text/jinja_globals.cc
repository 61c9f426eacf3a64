// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "text/jinja_builtins.h"
#include "text/jinja_eval.h"
#include "text/jinja_python.h"

// The functions that a template can call by name.
namespace hearth::text::jinja {
namespace {

using In = Interpreter&;
using Args = Arguments&;

constexpr int64_t kMaxRange = 100000;  // the sandbox of Jinja stops here as well

Value RangeFunction(In in, const Value&, Args a) {
  int64_t part[3] = {0, 0, 1};
  if (!a.named.empty() || a.at.size() > 3) return in.Fail(msg::kTemplateArguments, "range");
  for (size_t i = 0; i < a.at.size(); ++i) {
    if (!a[i].is_int()) return in.FailType("range", a[i]);
    part[i] = a[i].integer();
  }
  if (a.at.size() == 1) std::swap(part[0], part[1]);
  const auto [start, stop, step] = part;
  if (step == 0) return in.Fail(msg::kTemplateValue, "range");
  const bool empty = step > 0 ? start >= stop : start <= stop;
  uint64_t count = 0;
  if (!empty) {
    const uint64_t distance = step > 0 ? static_cast<uint64_t>(stop) - static_cast<uint64_t>(start)
                                       : static_cast<uint64_t>(start) - static_cast<uint64_t>(stop);
    const uint64_t stride =
        step > 0 ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
    count = (distance - 1) / stride + 1;
  }
  if (count > kMaxRange) return in.Fail(msg::kTemplateValue, "range");
  return Value::Of(in.heap().Make<Range>(start, stop, step, static_cast<int64_t>(count)));
}

// dict(mapping or pairs, **more)
Value MakeDict(In in, Args a, std::string_view name) {
  Dict* dict = in.heap().Make<Dict>();
  Value out = Value::Of(dict);
  if (a.at.size() > 1) return in.Fail(msg::kTemplateArguments, name);
  if (a.at.size() == 1 && a[0].Is(Kind::kDict)) {
    for (const auto& [key, value] : a[0].As<Dict>().items) {
      dict->Set(key, value);
      if (!in.Spend(1)) return {};
    }
  } else if (a.at.size() == 1) {
    std::vector<Value> pairs;
    if (!in.ToItems(a[0], &pairs)) return {};
    for (const Value& entry : pairs) {
      std::vector<Value> pair;
      if (!in.ToItems(entry, &pair)) return {};
      if (pair.size() != 2) return in.Fail(msg::kTemplateUnpack, 2);
      if (!Hashable(pair[0])) return in.FailType("a dict key", pair[0]);
      dict->Set(pair[0], pair[1]);
    }
  }
  for (auto& [key, value] : a.named) dict->Set(key, std::move(value));
  in.heap().Recount(dict);
  return out;
}

Value DictFunction(In in, const Value&, Args a) {
  return MakeDict(in, a, "dict");
}

Value NamespaceFunction(In in, const Value&, Args a) {
  const Value attributes = MakeDict(in, a, "namespace");
  if (in.failed()) return {};
  for (const auto& [key, value] : attributes.As<Dict>().items) {
    if (key.is_string() && key.text().starts_with('_')) {
      return in.Fail(msg::kTemplateValue, key.text());
    }
  }
  return Value::Of(in.heap().Make<Namespace>(attributes));
}

Value JoinerFunction(In in, const Value&, Args a) {
  return Value::Of(in.heap().Make<Joiner>(a.Has(0) ? a[0] : in.Text(std::string_view(", "))));
}

Value CyclerFunction(In in, const Value&, Args a) {
  if (a.at.empty() || !a.named.empty()) return in.Fail(msg::kTemplateArguments, "cycler");
  return Value::Of(in.heap().Make<Cycler>(std::move(a.at)));
}

Value RaiseException(In in, const Value&, Args a) {
  const Value text = Str(in, a[0]);
  return in.failed() ? Value() : in.Raise(text.text());
}

Value StrftimeNow(In in, const Value&, Args a) {
  if (!a[0].is_string()) return in.FailType("strftime_now", a[0]);
  if (a[0].text().size() > 256) return in.Fail(msg::kTemplateValue, "strftime_now");
  std::tm parts{};
  if (in.limits().unix_time) {
    const std::time_t fixed = *in.limits().unix_time;
    gmtime_r(&fixed, &parts);
  } else {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    localtime_r(&now, &parts);
  }
  // One character more, so that an empty result can be told from one that does not fit.
  const std::string format = std::string(a[0].text()) + " ";
  std::array<char, 4096> buffer{};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  const size_t size = std::strftime(buffer.data(), buffer.size(), format.c_str(), &parts);
#pragma GCC diagnostic pop
  if (size == 0) return in.Fail(msg::kTemplateValue, "strftime_now");
  return in.Text(std::string_view(buffer.data(), size - 1));
}

constexpr Builtin kGlobals[] = {
    {"cycler", &CyclerFunction, 0, {}, true},
    {"dict", &DictFunction, 0, {}, true},
    {"joiner", &JoinerFunction, 0, {"sep"}},
    {"namespace", &NamespaceFunction, 0, {}, true},
    {"raise_exception", &RaiseException, 1, {"message"}},
    {"range", &RangeFunction, 1, {}, true},
    {"strftime_now", &StrftimeNow, 1, {"format"}},
};
static_assert(std::ranges::is_sorted(kGlobals, {}, &Builtin::name));

}  // namespace

const Builtin* FindGlobal(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kGlobals, name, {}, &Builtin::name);
  return found != std::end(kGlobals) && found->name == name ? found : nullptr;
}

}  // namespace hearth::text::jinja
