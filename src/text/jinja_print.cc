// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <compare>

#include "text/jinja_python.h"
#include "text/jinja_text.h"

// str(), repr() and json.dumps() of template values.
namespace hearth::text::jinja {
namespace {

void AppendInt(Builder* out, int64_t value) {
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out->Append(std::string_view(buffer.data(), static_cast<size_t>(end - buffer.data())));
}

void AppendHex(Builder* out, std::string_view prefix, char32_t c, int digits) {
  out->Append(prefix);
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out->Append("0123456789abcdef"[c >> shift & 15]);
  }
}

void ReprString(Interpreter& in, Builder* out, std::string_view text) {
  const bool single =
      text.find('\'') == std::string_view::npos || text.find('"') != std::string_view::npos;
  const char quote = single ? '\'' : '"';
  if (!in.SpendBytes(text.size() * 8)) return;
  out->Append(quote);
  size_t plain = 0;  // start of what is copied as it is
  for (size_t i = 0; i < text.size();) {
    size_t n = 0;
    const char32_t c = DecodeChar(text, i, &n);
    const bool escaped = c == '\\' || c == static_cast<unsigned char>(quote);
    if (!escaped && IsPrintable(c)) {
      i += n;
      continue;
    }
    out->Append(text.substr(plain, i - plain));
    i += n;
    plain = i;
    if (escaped) {
      out->Append('\\');
      out->Append(static_cast<char>(c));
    } else if (c == '\n') {
      out->Append("\\n");
    } else if (c == '\r') {
      out->Append("\\r");
    } else if (c == '\t') {
      out->Append("\\t");
    } else if (c < 0x100) {
      AppendHex(out, "\\x", c, 2);
    } else if (c < 0x10000) {
      AppendHex(out, "\\u", c, 4);
    } else {
      AppendHex(out, "\\U", c, 8);
    }
  }
  out->Append(text.substr(plain));
  out->Append(quote);
}

bool TooDeep(Interpreter& in, int depth) {
  if (depth <= kMaxValueDepth) return !in.Spend(1);
  in.Fail(msg::kTemplateDepth, kMaxValueDepth);
  return true;
}

void ReprItems(Interpreter& in, Builder* out, const std::vector<Value>& items, int depth) {
  for (size_t i = 0; i < items.size() && !in.failed(); ++i) {
    if (i > 0) out->Append(", ");
    AppendRepr(in, out, items[i], depth + 1);
  }
}

void ReprDict(Interpreter& in, Builder* out, const Dict& dict, int depth) {
  out->Append('{');
  bool first = true;
  for (const auto& [key, value] : dict.items) {
    if (in.failed()) return;
    if (!first) out->Append(", ");
    first = false;
    AppendRepr(in, out, key, depth + 1);
    out->Append(": ");
    AppendRepr(in, out, value, depth + 1);
  }
  out->Append('}');
}

void ReprView(Interpreter& in, Builder* out, const View& view, int depth) {
  constexpr std::string_view kNames[] = {"dict_keys([", "dict_values([", "dict_items(["};
  out->Append(kNames[static_cast<size_t>(view.what)]);
  bool first = true;
  for (const auto& [key, value] : view.dict.As<Dict>().items) {
    if (in.failed()) return;
    if (!first) out->Append(", ");
    first = false;
    if (view.what == ViewKind::kItems) out->Append('(');
    if (view.what != ViewKind::kValues) AppendRepr(in, out, key, depth + 1);
    if (view.what == ViewKind::kItems) out->Append(", ");
    if (view.what != ViewKind::kKeys) AppendRepr(in, out, value, depth + 1);
    if (view.what == ViewKind::kItems) out->Append(')');
  }
  out->Append("])");
}

void ReprRange(Builder* out, const Range& range) {
  out->Append("range(");
  AppendInt(out, range.start);
  out->Append(", ");
  AppendInt(out, range.stop);
  if (range.step != 1) {
    out->Append(", ");
    AppendInt(out, range.step);
  }
  out->Append(')');
}

void JsonString(Interpreter& in, Builder* out, std::string_view text, bool ascii) {
  if (!in.SpendBytes(text.size() * 4)) return;
  out->Append('"');
  size_t plain = 0;
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\' && (byte < 0x7F || !ascii)) {
      ++i;
      continue;
    }
    out->Append(text.substr(plain, i - plain));
    size_t n = 1;
    constexpr std::string_view kFrom = "\"\\\n\r\t\b\f";
    constexpr std::string_view kTo = "\"\\nrtbf";
    if (const size_t known = kFrom.find(text[i]); known != std::string_view::npos) {
      out->Append('\\');
      out->Append(kTo[known]);
    } else {
      const char32_t c = DecodeChar(text, i, &n);
      if (c < 0x10000) {
        AppendHex(out, "\\u", c, 4);
      } else {
        AppendHex(out, "\\u", 0xD800 + ((c - 0x10000) >> 10), 4);
        AppendHex(out, "\\u", 0xDC00 + ((c - 0x10000) & 0x3FF), 4);
      }
    }
    i += n;
    plain = i;
  }
  out->Append(text.substr(plain));
  out->Append('"');
}

void JsonFloat(Builder* out, double value) {
  if (std::isnan(value)) {
    out->Append("NaN");
  } else if (std::isinf(value)) {
    out->Append(value > 0 ? "Infinity" : "-Infinity");
  } else {
    out->Append(FloatRepr(value));
  }
}

void JsonNewLine(Builder* out, const JsonStyle& style, int depth) {
  if (!style.indent) return;
  out->Append('\n');
  out->Repeat(*style.indent, depth);
}

// Keys are strings in JSON: numbers, booleans and null are spelled out.
bool JsonKey(Interpreter& in, Builder* out, const Value& key, bool ascii) {
  switch (key.kind()) {
    case Kind::kString:
      JsonString(in, out, key.text(), ascii);
      return true;
    case Kind::kNone:
      out->Append("\"null\"");
      return true;
    case Kind::kBool:
      out->Append(key.integer() != 0 ? "\"true\"" : "\"false\"");
      return true;
    case Kind::kInt:
    case Kind::kFloat:
      out->Append('"');
      if (key.Is(Kind::kInt)) {
        AppendInt(out, key.integer());
      } else {
        JsonFloat(out, key.real());
      }
      out->Append('"');
      return true;
    default:
      in.FailType("tojson", key);
      return false;
  }
}

void JsonDict(Interpreter& in, Builder* out, const Dict& dict, const JsonStyle& style, int depth) {
  if (dict.items.empty()) return out->Append("{}");
  std::vector<const std::pair<Value, Value>*> order;
  if (!in.Room(dict.items.size() * sizeof(order[0]))) return;
  for (const auto& item : dict.items) order.push_back(&item);
  if (style.sorted) {
    for (const auto* item : order) {
      const bool same = item->first.kind() == order[0]->first.kind() ||
                        (item->first.is_number() && order[0]->first.is_number());
      if (!same || (!item->first.is_string() && !item->first.is_number())) {
        if (order.size() > 1) {
          in.FailType("sort_keys", item->first);
          return;
        }
      }
    }
    if (!in.Spend(order.size() * 4)) return;
    std::ranges::sort(order, [](const auto* a, const auto* b) {
      if (a->first.is_string()) return a->first.text() < b->first.text();
      return std::is_lt(std::strong_order(a->first.real(), b->first.real()));  // also with NaN
    });
  }
  out->Append('{');
  for (size_t i = 0; i < order.size() && !in.failed(); ++i) {
    if (i > 0) out->Append(style.comma);
    JsonNewLine(out, style, depth + 1);
    if (!JsonKey(in, out, order[i]->first, style.ascii)) return;
    out->Append(style.colon);
    AppendJson(in, out, order[i]->second, style, depth + 1);
  }
  JsonNewLine(out, style, depth);
  out->Append('}');
}

}  // namespace

void AppendStr(Interpreter& in, Builder* out, const Value& v) {
  if (v.is_string()) {
    out->Append(v.text());
  } else if (!v.is_undefined()) {
    AppendRepr(in, out, v);
  }
}

Value Str(Interpreter& in, const Value& v) {
  if (v.is_string()) return v;
  Builder out(in);
  AppendStr(in, &out, v);
  return in.failed() ? Value() : out.Take();
}

void AppendRepr(Interpreter& in, Builder* out, const Value& v, int depth) {
  if (in.failed() || TooDeep(in, depth)) return;
  switch (v.kind()) {
    case Kind::kUndefined:
      return out->Append("Undefined");
    case Kind::kNone:
      return out->Append("None");
    case Kind::kBool:
      return out->Append(v.integer() != 0 ? "True" : "False");
    case Kind::kInt:
      return AppendInt(out, v.integer());
    case Kind::kFloat:
      return out->Append(FloatRepr(v.real()));
    case Kind::kString:
      if (v.is_safe()) out->Append("Markup(");
      ReprString(in, out, v.text());
      if (v.is_safe()) out->Append(")");
      return;
    case Kind::kList:
      out->Append('[');
      ReprItems(in, out, v.items(), depth);
      return out->Append(']');
    case Kind::kTuple:
      out->Append('(');
      ReprItems(in, out, v.items(), depth);
      return out->Append(v.items().size() == 1 ? ",)" : ")");
    case Kind::kDict:
      return ReprDict(in, out, v.As<Dict>(), depth);
    case Kind::kView:
      return ReprView(in, out, v.As<View>(), depth);
    case Kind::kRange:
      return ReprRange(out, v.As<Range>());
    case Kind::kNamespace:
      out->Append("<Namespace ");
      AppendRepr(in, out, v.As<Namespace>().attributes, depth + 1);
      return out->Append('>');
    case Kind::kMacro:
      out->Append("<Macro ");
      ReprString(in, out, v.As<Macro>().node->name.text());
      return out->Append('>');
    case Kind::kLoop:
      out->Append("<LoopContext ");
      AppendInt(out, v.As<Loop>().index0 + 1);
      out->Append('/');
      AppendInt(out, Length(in, v));
      return out->Append('>');
    default:  // Python prints addresses here
      out->Append('<');
      out->Append(v.Is(Kind::kIterator) ? v.As<Iterator>().type_name : TypeName(v));
      return out->Append(" object>");
  }
}

void AppendJson(Interpreter& in, Builder* out, const Value& v, const JsonStyle& style, int depth) {
  if (in.failed() || TooDeep(in, depth)) return;
  switch (v.kind()) {
    case Kind::kNone:
      return out->Append("null");
    case Kind::kBool:
      return out->Append(v.integer() != 0 ? "true" : "false");
    case Kind::kInt:
      return AppendInt(out, v.integer());
    case Kind::kFloat:
      return JsonFloat(out, v.real());
    case Kind::kString:
      return JsonString(in, out, v.text(), style.ascii);
    case Kind::kDict:
      return JsonDict(in, out, v.As<Dict>(), style, depth);
    case Kind::kList:
    case Kind::kTuple: {
      if (v.items().empty()) return out->Append("[]");
      out->Append('[');
      for (size_t i = 0; i < v.items().size() && !in.failed(); ++i) {
        if (i > 0) out->Append(style.comma);
        JsonNewLine(out, style, depth + 1);
        AppendJson(in, out, v.items()[i], style, depth + 1);
      }
      JsonNewLine(out, style, depth);
      return out->Append(']');
    }
    default:
      in.FailType("tojson", v);
  }
}

}  // namespace hearth::text::jinja
