// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "text/jinja_python.h"
#include "text/jinja_text.h"

// str % values and str.format().
namespace hearth::text::jinja {
namespace {

constexpr int64_t kMaxPrecision = 500;

// Both notations in one: [[fill]align][sign][#][0][width][grouping][.precision][type]
struct Spec {
  std::string_view fill = " ";  // one character
  char align = '\0';            // < > ^ =, or none: by type
  char sign = '-';
  bool alternate = false;
  int64_t width = 0;
  char grouping = '\0';
  int64_t precision = -1;
  char type = '\0';
};

// Reads digits at `*at`; -1 when there are none.
int64_t ReadNumber(std::string_view text, size_t* at) {
  int64_t value = -1;
  while (*at < text.size() && text[*at] >= '0' && text[*at] <= '9') {
    value = std::min<int64_t>((value < 0 ? 0 : value) * 10 + (text[*at] - '0'), 1 << 30);
    ++*at;
  }
  return value;
}

Value Fail(Interpreter& in) {
  return in.Fail(msg::kTemplateValue, "format");
}

std::string Grouped(std::string_view digits, char separator, size_t size) {
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % size == 0) out.push_back(separator);
    out.push_back(digits[i]);
  }
  return out;
}

// Sign, then padding after the sign for '=', then the digits; `align` decides where the rest goes.
void Pad(Interpreter& in, Builder* out, std::string_view sign, std::string_view body,
         const Spec& spec, char align_default) {
  const char align = spec.align != '\0' ? spec.align : align_default;
  const int64_t missing = std::max<int64_t>(0, spec.width - CountChars(sign) - CountChars(body));
  if (!in.Room(static_cast<uint64_t>(missing) * spec.fill.size())) return;
  const int64_t left = align == '>' ? missing : align == '^' ? missing / 2 : 0;
  out->Repeat(spec.fill, left);
  out->Append(sign);
  if (align == '=') out->Repeat(spec.fill, missing);
  out->Append(body);
  if (align != '=') out->Repeat(spec.fill, missing - left);
}

std::string_view SignOf(bool negative, char sign) {
  if (negative) return "-";
  return sign == '+' ? "+" : sign == ' ' ? " " : "";
}

// REQUIRES: value finite.
std::string FloatDigits(double value, int64_t precision, char type, bool alternate) {
  const char conversion = type == '%' ? 'f' : type;
  const std::string format = fmt::format("%{}.*{}", alternate ? "#" : "", conversion);
  std::string out(400 + static_cast<size_t>(precision), '\0');
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  const int size =
      std::snprintf(out.data(), out.size(), format.c_str(), static_cast<int>(precision), value);
#pragma GCC diagnostic pop
  out.resize(static_cast<size_t>(std::max(size, 0)));
  return out;
}

void FormatFloat(Interpreter& in, Builder* out, double value, const Spec& spec) {
  const bool negative = std::signbit(value) && !std::isnan(value);
  value = std::abs(value);
  std::string body;
  char type = spec.type;
  if (spec.precision > kMaxPrecision) {
    Fail(in);
    return;
  }
  if (!std::isfinite(value)) {
    body = std::isnan(value) ? "nan" : "inf";
    if (type == 'F' || type == 'E' || type == 'G') body = Upper(body);
  } else if (type == '\0' && spec.precision < 0) {
    body = FloatRepr(value);
  } else {
    const bool general = type == '\0';
    if (general || type == 'n') type = 'g';
    const int64_t precision = spec.precision < 0 ? 6 : spec.precision;
    body = FloatDigits(type == '%' ? value * 100 : value, precision, type, spec.alternate);
    if (general && body.find_first_of(".e") == std::string::npos) body += ".0";
  }
  if (spec.grouping != '\0') {
    const size_t end = std::min(body.find_first_of(".e"), body.size());
    body = Grouped(std::string_view(body).substr(0, end), spec.grouping, 3) + body.substr(end);
  }
  if (type == '%') body.push_back('%');
  Pad(in, out, SignOf(negative, spec.sign), body, spec, '>');
}

void FormatInt(Interpreter& in, Builder* out, int64_t value, const Spec& spec) {
  if (spec.type == 'c') {
    std::string c;
    if (value < 0 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
      Fail(in);
      return;
    }
    AppendChar(&c, static_cast<char32_t>(value));
    return Pad(in, out, "", c, spec, '<');
  }
  if (std::string_view("eEfFgG%").find(spec.type) != std::string_view::npos && spec.type != '\0') {
    return FormatFloat(in, out, static_cast<double>(value), spec);
  }
  const int base = spec.type == 'x' || spec.type == 'X' ? 16
                   : spec.type == 'o'                   ? 8
                   : spec.type == 'b'                   ? 2
                                                        : 10;
  std::array<char, 72> buffer{};
  const uint64_t magnitude =
      value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude, base).ptr;
  std::string body(buffer.data(), end);
  if (spec.type == 'X') body = Upper(body);
  if (spec.grouping != '\0') body = Grouped(body, spec.grouping, base == 10 ? 3 : 4);
  std::string sign(SignOf(value < 0, spec.sign));
  if (spec.alternate && base != 10) sign.append("0").push_back(spec.type);
  Pad(in, out, sign, body, spec, '>');
}

void FormatText(Interpreter& in, Builder* out, std::string_view text, const Spec& spec) {
  if (spec.precision >= 0) text = text.substr(0, CharOffset(text, spec.precision));
  if (!in.SpendBytes(text.size())) return;
  Pad(in, out, "", text, spec, '<');
}

// --- percent ---

class Percent {
 public:
  Percent(Interpreter& in, const Value& format, const Value& args)
      : in_(in), text_(format.text()), args_(args) {}

  Value Run() {
    Builder out(in_);
    size_t at = 0;
    while (at < text_.size() && !in_.failed()) {
      const size_t mark = std::min(text_.find('%', at), text_.size());
      out.Append(text_.substr(at, mark - at));
      if (mark == text_.size()) break;
      at = mark + 1;
      Conversion(&out, &at);
    }
    if (in_.failed()) return {};
    const size_t given = args_.Is(Kind::kTuple) ? args_.items().size() : 1;
    const bool checked =
        args_.Is(Kind::kTuple) || !(args_.Is(Kind::kDict) || args_.Is(Kind::kList) ||
                                    args_.Is(Kind::kRange) || args_.is_undefined());
    if (checked && !mapped_ && used_ < given) return Fail(in_);
    return out.Take();
  }

 private:
  Value NextArgument() {
    const bool tuple = args_.Is(Kind::kTuple);
    if (used_ >= (tuple ? args_.items().size() : 1)) return Fail(in_);
    return tuple ? args_.items()[used_++] : (++used_, args_);
  }

  int64_t Width(size_t* at) {
    if (*at >= text_.size() || text_[*at] != '*') return ReadNumber(text_, at);
    ++*at;
    const Value v = NextArgument();
    if (!v.is_int() || v.integer() > 1 << 30 || v.integer() < -(1 << 30)) {
      if (!in_.failed()) Fail(in_);
      return 0;
    }
    return v.integer();
  }

  void Conversion(Builder* out, size_t* at) {
    Spec spec;
    spec.align = '>';
    Value value = Value::Missing();
    if (*at < text_.size() && text_[*at] == '(') {
      const size_t close = text_.find(')', *at);
      if (close == std::string_view::npos || !args_.Is(Kind::kDict)) {
        Fail(in_);
        return;
      }
      const Value* found = args_.As<Dict>().Find(text_.substr(*at + 1, close - *at - 1));
      if (found == nullptr) {
        Fail(in_);
        return;
      }
      value = *found;
      mapped_ = true;
      *at = close + 1;
    }
    bool zero = false, left = false;
    for (; *at < text_.size(); ++*at) {
      const char c = text_[*at];
      if (c == '-')
        left = true;
      else if (c == '0')
        zero = true;
      else if (c == '+')
        spec.sign = '+';
      else if (c == ' ')
        spec.sign = spec.sign == '+' ? '+' : ' ';
      else if (c == '#')
        spec.alternate = true;
      else
        break;
    }
    spec.width = std::max<int64_t>(0, Width(at));
    if (*at < text_.size() && text_[*at] == '.') {
      ++*at;
      spec.precision = std::max<int64_t>(0, Width(at));
    }
    while (*at < text_.size() && std::string_view("hlL").find(text_[*at]) != std::string_view::npos)
      ++*at;
    if (*at >= text_.size() || in_.failed()) {
      Fail(in_);
      return;
    }
    spec.type = text_[(*at)++];
    if (spec.type == '%') return out->Append('%');
    if (value.is_missing()) value = NextArgument();
    if (in_.failed()) return;
    if (zero) {
      spec.fill = "0";
      spec.align = '=';
    }
    if (left) {
      spec.fill = " ";
      spec.align = '<';
    }
    One(out, value, spec);
  }

  void One(Builder* out, const Value& value, Spec spec) {
    switch (spec.type) {
      case 's':
      case 'r':
      case 'a': {
        if (spec.align == '=') spec.align = '>';
        spec.fill = " ";
        Builder piece(in_);
        if (spec.type == 's') {
          AppendStr(in_, &piece, value);
        } else {
          AppendRepr(in_, &piece, value);
        }
        return FormatText(in_, out, piece.text(), spec);
      }
      case 'd':
      case 'i':
      case 'u': {
        if (!value.is_number() || !std::isfinite(value.real()) || std::abs(value.real()) > 9e18)
          break;
        spec.type = 'd';
        const int64_t whole = value.is_int() ? value.integer() : static_cast<int64_t>(value.real());
        return Digits(out, whole, spec);
      }
      case 'x':
      case 'X':
      case 'o':
        if (!value.is_int()) break;
        return Digits(out, value.integer(), spec);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        if (!value.is_number()) break;
        return FormatFloat(in_, out, value.real(), spec);
      case 'c':
        if (value.is_string() && StringLength(value) == 1) {
          if (spec.align == '=') spec.align = '>';
          spec.precision = -1;
          return FormatText(in_, out, value.text(), spec);
        }
        if (!value.is_int()) break;
        return FormatInt(in_, out, value.integer(), spec);
      default:
        break;
    }
    if (!in_.failed()) Fail(in_);
  }

  // For whole numbers the precision is a minimum number of digits.
  void Digits(Builder* out, int64_t value, Spec spec) {
    if (spec.precision > kMaxPrecision) {
      Fail(in_);
      return;
    }
    if (spec.precision < 0) return FormatInt(in_, out, value, spec);
    Spec inner;
    inner.type = spec.type;
    inner.sign = spec.sign;
    inner.alternate = spec.alternate;
    inner.align = '=';
    inner.fill = "0";
    inner.width = spec.precision + (value < 0 || spec.sign != '-' ? 1 : 0) +
                  (spec.alternate && spec.type != 'd' ? 2 : 0);
    Builder piece(in_);
    FormatInt(in_, &piece, value, inner);
    std::string_view body = piece.text();
    const size_t sign =
        body.starts_with('-') || body.starts_with('+') || body.starts_with(' ') ? 1 : 0;
    Pad(in_, out, body.substr(0, sign), body.substr(sign), spec, '>');
  }

  Interpreter& in_;
  std::string_view text_;
  const Value& args_;
  size_t used_ = 0;
  bool mapped_ = false;
};

// --- braces ---

class Braces {
 public:
  Braces(Interpreter& in, const Value& format, const Arguments& args)
      : in_(in), safe_(format.is_safe()), args_(args) {}

  void Run(Builder* out, std::string_view text, int depth) {
    for (size_t at = 0; at < text.size() && !in_.failed();) {
      const size_t mark = std::min(text.find_first_of("{}", at), text.size());
      out->Append(text.substr(at, mark - at));
      if (mark == text.size()) return;
      if (mark + 1 < text.size() && text[mark + 1] == text[mark]) {
        out->Append(text[mark]);
        at = mark + 2;
        continue;
      }
      const size_t end = text[mark] == '{' ? Close(text, mark) : std::string_view::npos;
      if (end == std::string_view::npos || depth > 1) {
        Fail(in_);
        return;
      }
      Field(out, text.substr(mark + 1, end - mark - 1), depth);
      at = end + 1;
    }
  }

 private:
  static size_t Close(std::string_view text, size_t open) {
    int level = 0;
    for (size_t i = open; i < text.size(); ++i) {
      if (text[i] == '{') ++level;
      if (text[i] == '}' && --level == 0) return i;
    }
    return std::string_view::npos;
  }

  void Field(Builder* out, std::string_view field, int depth) {
    size_t split = 0;
    for (bool brackets = false; split < field.size(); ++split) {
      const char c = field[split];
      if (c == '[') brackets = true;
      if (c == ']') brackets = false;
      if (!brackets && (c == '!' || c == ':')) break;
    }
    const Value value = Lookup(field.substr(0, split));
    std::string_view rest = field.substr(split);
    char conversion = '\0';
    if (rest.starts_with('!')) {
      if (rest.size() < 2 || (rest.size() > 2 && rest[2] != ':')) {
        Fail(in_);
        return;
      }
      conversion = rest[1];
      rest.remove_prefix(2);
    }
    if (rest.starts_with(':')) rest.remove_prefix(1);
    Builder spec(in_);
    Run(&spec, rest, depth + 1);
    if (in_.failed()) return;
    if (safe_) {
      Builder plain(in_);
      Convert(&plain, value, conversion, spec.text());
      return out->Append(value.is_safe() ? std::string(plain.text()) : EscapeHtml(plain.text()));
    }
    Convert(out, value, conversion, spec.text());
  }

  Value Lookup(std::string_view name) {
    const size_t first = std::min(name.find_first_of(".["), name.size());
    const std::string_view head = name.substr(0, first);
    Value value;
    size_t at = 0;
    const int64_t index = ReadNumber(head, &at);
    if (head.empty() || at == head.size()) {
      if (head.empty() ? next_ < 0 : next_ > 0) return Fail(in_);
      const int64_t place = head.empty() ? next_++ : (next_ = -1, index);
      if (place >= static_cast<int64_t>(args_.at.size())) return Fail(in_);
      value = args_.at[static_cast<size_t>(place)];
    } else {
      const auto found = std::ranges::find_if(
          args_.named, [&](const auto& named) { return named.first.text() == head; });
      if (found == args_.named.end()) return Fail(in_);
      value = found->second;
    }
    for (at = first; at < name.size() && !in_.failed();) {
      const bool attribute = name[at] == '.';
      const size_t stop =
          attribute ? std::min(name.find_first_of(".[", at + 1), name.size()) : name.find(']', at);
      if (stop == std::string_view::npos || stop == at + 1) return Fail(in_);
      const std::string_view key = name.substr(at + 1, stop - at - 1);
      size_t digits = 0;
      const int64_t number = ReadNumber(key, &digits);
      value = attribute              ? in_.GetAttr(value, in_.Text(key))
              : digits == key.size() ? in_.GetItem(value, Value::Int(number))
                                     : in_.GetItem(value, in_.Text(key));
      at = attribute ? stop : stop + 1;
      if (!attribute && at < name.size() && name[at] != '.' && name[at] != '[') return Fail(in_);
    }
    return value;
  }

  void Convert(Builder* out, Value value, char conversion, std::string_view text) {
    if (conversion != '\0') {
      Builder piece(in_);
      if (conversion == 's') {
        AppendStr(in_, &piece, value);
      } else if (conversion == 'r') {
        AppendRepr(in_, &piece, value);
      } else {
        Fail(in_);
      }
      value = piece.Take();
    }
    if (in_.failed()) return;
    if (text.empty()) return AppendStr(in_, out, value);
    Spec spec;
    const bool number = value.is_number();
    if (!ReadSpec(text, &spec, number)) {
      Fail(in_);
      return;
    }
    const std::string_view types = value.Is(Kind::kFloat) ? "eEfFgGn%" : "bcdoxXneEfFgG%";
    if (number && (spec.type == '\0' || types.find(spec.type) != std::string_view::npos)) {
      if (value.Is(Kind::kFloat)) return FormatFloat(in_, out, value.real(), spec);
      if (spec.precision < 0 ||
          std::string_view("eEfFgG%").find(spec.type) != std::string_view::npos) {
        if (value.Is(Kind::kBool) && spec.type == '\0') spec.type = 'd';
        return FormatInt(in_, out, value.integer(), spec);
      }
    } else if (value.is_string() && (spec.type == '\0' || spec.type == 's') && spec.sign == '-' &&
               !spec.alternate && spec.grouping == '\0' && spec.align != '=') {
      return FormatText(in_, out, value.text(), spec);
    }
    Fail(in_);
  }

  static bool ReadSpec(std::string_view text, Spec* spec, bool number) {
    constexpr std::string_view kAligns = "<>^=";
    size_t at = 0;
    size_t n = 0;
    DecodeChar(text, 0, &n);
    if (n < text.size() && kAligns.find(text[n]) != std::string_view::npos) {
      spec->fill = text.substr(0, n);
      spec->align = text[n];
      at = n + 1;
    } else if (kAligns.find(text[0]) != std::string_view::npos) {
      spec->align = text[0];
      at = 1;
    }
    const auto take = [&](std::string_view any) {
      const bool hit = at < text.size() && any.find(text[at]) != std::string_view::npos;
      return hit ? text[at++] : '\0';
    };
    if (const char sign = take("+- ")) spec->sign = sign;
    spec->alternate = take("#") != '\0';
    if (take("0") != '\0') {
      if (spec->align == '\0') {
        spec->fill = "0";
        spec->align = number ? '=' : '<';
      }
    }
    spec->width = std::max<int64_t>(0, ReadNumber(text, &at));
    spec->grouping = take(",_");
    if (take(".") != '\0') {
      spec->precision = ReadNumber(text, &at);
      if (spec->precision < 0) return false;
    }
    if (at < text.size()) spec->type = text[at++];
    return at == text.size();
  }

  Interpreter& in_;
  bool safe_;
  const Arguments& args_;
  int64_t next_ = 0;  // -1: explicit numbers were used
};

}  // namespace

Value FormatPercent(Interpreter& in, const Value& format, const Value& args) {
  return Percent(in, format, args).Run();
}

Value FormatBraces(Interpreter& in, const Value& format, const Arguments& args) {
  Builder out(in);
  Braces(in, format, args).Run(&out, format.text(), 0);
  return in.failed() ? Value() : out.Take().WithSafe(format.is_safe());
}

}  // namespace hearth::text::jinja
