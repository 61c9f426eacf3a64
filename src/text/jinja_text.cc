// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hearth::text::jinja {
namespace {

utf8proc_category_t Category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

// Characters whose upper or title case is more than one character (SpecialCasing.txt, the
// unconditional rows that text in practice contains).
struct Expansion {
  char32_t from;
  std::string_view upper, title;
};
constexpr Expansion kExpansions[] = {
    {0x00DF, "SS", "Ss"},
    {0x0149, "\u02BCN", "\u02BCN"},
    {0x01F0, "J\u030C", "J\u030C"},
    {0x0390, "\u0399\u0308\u0301", "\u0399\u0308\u0301"},
    {0x03B0, "\u03A5\u0308\u0301", "\u03A5\u0308\u0301"},
    {0x0587, "\u0535\u0552", "\u0535\u0582"},
    {0xFB00, "FF", "Ff"},
    {0xFB01, "FI", "Fi"},
    {0xFB02, "FL", "Fl"},
    {0xFB03, "FFI", "Ffi"},
    {0xFB04, "FFL", "Ffl"},
    {0xFB05, "ST", "St"},
    {0xFB06, "ST", "St"},
};

const Expansion* FindExpansion(char32_t c) {
  const auto* found = std::ranges::find(kExpansions, c, &Expansion::from);
  return found == std::end(kExpansions) ? nullptr : found;
}

void AppendUpper(std::string* out, char32_t c) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c));
  } else if (const Expansion* e = FindExpansion(c)) {
    out->append(e->upper);
  } else {
    AppendChar(out, static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c))));
  }
}

void AppendTitle(std::string* out, char32_t c) {
  if (const Expansion* e = FindExpansion(c)) {
    out->append(e->title);
  } else {
    AppendChar(out, static_cast<char32_t>(utf8proc_totitle(static_cast<utf8proc_int32_t>(c))));
  }
}

bool IsCased(char32_t c) {
  return IsUpper(c) || IsLower(c) || Category(c) == UTF8PROC_CATEGORY_LT;
}

bool IsCaseIgnorable(char32_t c) {
  switch (Category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return c == '\'' || c == '.' || c == ':' || c == 0xB7 || c == 0x2019;
  }
}

// A capital sigma at the end of a word becomes a final sigma.
bool IsFinalSigma(std::string_view text, size_t at, size_t bytes) {
  size_t i = at;
  bool cased_before = false;
  while (i > 0) {
    do --i;
    while ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80);
    size_t n = 0;
    const char32_t c = DecodeChar(text, i, &n);
    if (IsCaseIgnorable(c)) continue;
    cased_before = IsCased(c);
    break;
  }
  if (!cased_before) return false;
  for (i = at + bytes; i < text.size();) {
    size_t n = 0;
    const char32_t c = DecodeChar(text, i, &n);
    i += n;
    if (!IsCaseIgnorable(c)) return !IsCased(c);
  }
  return true;
}

void AppendLower(std::string* out, std::string_view text, size_t at, size_t bytes, char32_t c) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
  } else if (c == 0x130) {
    out->append("i\u0307");
  } else if (c == 0x3A3) {
    AppendChar(out, IsFinalSigma(text, at, bytes) ? 0x3C2 : 0x3C3);
  } else {
    AppendChar(out, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
  }
}

template <typename Visit>
void ForEachChar(std::string_view text, const Visit& visit) {
  for (size_t i = 0; i < text.size();) {
    size_t n = 0;
    const char32_t c = DecodeChar(text, i, &n);
    visit(c, i, n);
    i += n;
  }
}

bool IsLineBreak(char32_t c) {
  return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
         c == 0x2029;
}

// Start of the last character of `text`. REQUIRES: !text.empty()
size_t LastChar(std::string_view text) {
  size_t i = text.size() - 1;
  while (i > 0 && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) --i;
  return i;
}

template <typename Drop>
std::string_view StripWhile(std::string_view text, bool left, bool right, const Drop& drop) {
  size_t n = 0;
  while (left && !text.empty() && drop(DecodeChar(text, 0, &n))) text.remove_prefix(n);
  while (right && !text.empty()) {
    const size_t last = LastChar(text);
    if (!drop(DecodeChar(text, last, &n))) break;
    text = text.substr(0, last);
  }
  return text;
}

}  // namespace

size_t FindInvalidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    utf8proc_int32_t c = 0;
    const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + i,
                                    static_cast<utf8proc_ssize_t>(text.size() - i), &c);
    if (n <= 0) return i;
    i += static_cast<size_t>(n);
  }
  return std::string_view::npos;
}

char32_t DecodeChar(std::string_view text, size_t at, size_t* bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const size_t n = std::min(CharBytes(text[at]), text.size() - at);
  *bytes = n;
  switch (n) {
    case 1:
      return byte(0);
    case 2:
      return char32_t{byte(0) & 0x1Fu} << 6 | (byte(1) & 0x3Fu);
    case 3:
      return char32_t{byte(0) & 0x0Fu} << 12 | char32_t{byte(1) & 0x3Fu} << 6 | (byte(2) & 0x3Fu);
    default:
      return char32_t{byte(0) & 0x07u} << 18 | char32_t{byte(1) & 0x3Fu} << 12 |
             char32_t{byte(2) & 0x3Fu} << 6 | (byte(3) & 0x3Fu);
  }
}

void AppendChar(std::string* out, char32_t c) {
  const auto put = [&](char32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

int64_t CountChars(std::string_view text) {
  int64_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  return count;
}

size_t CharOffset(std::string_view text, int64_t index) {
  size_t at = 0;
  for (; index > 0 && at < text.size(); --index) at += CharBytes(text[at]);
  return std::min(at, text.size());
}

bool IsSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

bool IsPrintable(char32_t c) {
  if (c < 0x80) return c >= 0x20 && c != 0x7F;
  switch (Category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_ZS:
      return false;
    default:
      return true;
  }
}

bool IsUpper(char32_t c) {
  return c < 0x80 ? c >= 'A' && c <= 'Z' : Category(c) == UTF8PROC_CATEGORY_LU;
}
bool IsLower(char32_t c) {
  return c < 0x80 ? c >= 'a' && c <= 'z'
                  : Category(c) == UTF8PROC_CATEGORY_LL || c == 0xAA || c == 0xBA;
}
bool IsTitle(char32_t c) {
  return Category(c) == UTF8PROC_CATEGORY_LT;
}
bool IsAlpha(char32_t c) {
  const auto category = Category(c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}
bool IsDecimal(char32_t c) {
  return Category(c) == UTF8PROC_CATEGORY_ND;
}
bool IsNumeric(char32_t c) {
  const auto category = Category(c);
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

std::string_view StripSpace(std::string_view text, bool left, bool right) {
  return StripWhile(text, left, right, IsSpace);
}

std::string_view StripChars(std::string_view text, std::string_view chars, bool left, bool right) {
  return StripWhile(text, left, right, [&](char32_t c) {
    std::string one;
    AppendChar(&one, c);
    return chars.find(one) != std::string_view::npos;
  });
}

std::vector<std::string_view> SplitLines(std::string_view text, bool keep_ends) {
  std::vector<std::string_view> lines;
  size_t start = 0;
  for (size_t i = 0; i < text.size();) {
    size_t n = 0;
    const char32_t c = DecodeChar(text, i, &n);
    if (!IsLineBreak(c)) {
      i += n;
      continue;
    }
    size_t end = i + n;
    if (c == '\r' && end < text.size() && text[end] == '\n') ++end;
    lines.push_back(text.substr(start, (keep_ends ? end : i) - start));
    start = i = end;
  }
  if (start < text.size()) lines.push_back(text.substr(start));
  return lines;
}

std::vector<std::string_view> SplitSpace(std::string_view text, int64_t limit, bool from_right) {
  std::vector<std::string_view> parts;
  text = StripSpace(text, !from_right, from_right);
  while (!text.empty()) {
    if (limit >= 0 && static_cast<int64_t>(parts.size()) == limit) {
      parts.push_back(text);  // the rest keeps the blanks at its other end
      break;
    }
    size_t n = 0;
    size_t edge = from_right ? text.size() : 0;
    if (from_right) {
      while (edge > 0) {
        const size_t last = LastChar(text.substr(0, edge));
        if (IsSpace(DecodeChar(text, last, &n))) break;
        edge = last;
      }
      if (edge < text.size()) parts.push_back(text.substr(edge));
      text = StripSpace(text.substr(0, edge), false, true);
    } else {
      while (edge < text.size() && !IsSpace(DecodeChar(text, edge, &n))) edge += n;
      parts.push_back(text.substr(0, edge));
      text = StripSpace(text.substr(edge), true, false);
    }
  }
  if (from_right) std::ranges::reverse(parts);
  return parts;
}

std::vector<std::string_view> SplitAt(std::string_view text, std::string_view separator,
                                      int64_t limit, bool from_right) {
  std::vector<std::string_view> parts;
  while (limit < 0 || static_cast<int64_t>(parts.size()) < limit) {
    const size_t at = from_right ? text.rfind(separator) : text.find(separator);
    if (at == std::string_view::npos) break;
    if (from_right) {
      parts.push_back(text.substr(at + separator.size()));
      text = text.substr(0, at);
    } else {
      parts.push_back(text.substr(0, at));
      text = text.substr(at + separator.size());
    }
  }
  parts.push_back(text);
  if (from_right) std::ranges::reverse(parts);
  return parts;
}

std::string Upper(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  ForEachChar(text, [&](char32_t c, size_t, size_t) { AppendUpper(&out, c); });
  return out;
}

std::string Lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  ForEachChar(text, [&](char32_t c, size_t at, size_t n) { AppendLower(&out, text, at, n, c); });
  return out;
}

std::string SwapCase(std::string_view text) {
  std::string out;
  ForEachChar(text, [&](char32_t c, size_t at, size_t n) {
    if (IsUpper(c)) {
      AppendLower(&out, text, at, n, c);
    } else if (IsLower(c)) {
      AppendUpper(&out, c);
    } else {
      out.append(text.substr(at, n));
    }
  });
  return out;
}

std::string Capitalize(std::string_view text) {
  std::string out;
  ForEachChar(text, [&](char32_t c, size_t at, size_t n) {
    if (at == 0) {
      AppendTitle(&out, c);
    } else {
      AppendLower(&out, text, at, n, c);
    }
  });
  return out;
}

std::string TitlePython(std::string_view text) {
  std::string out;
  bool inside = false;
  ForEachChar(text, [&](char32_t c, size_t at, size_t n) {
    if (inside) {
      AppendLower(&out, text, at, n, c);
    } else {
      AppendTitle(&out, c);
    }
    inside = IsCased(c);
  });
  return out;
}

std::string TitleJinja(std::string_view text) {
  std::string out;
  size_t start = 0;
  const auto flush = [&](size_t end) {
    if (end <= start) return;
    size_t n = 0;
    AppendUpper(&out, DecodeChar(text, start, &n));
    out += Lower(text.substr(start + n, end - start - n));
  };
  // Words and the runs of separators between them are both items.
  bool separators = false;
  ForEachChar(text, [&](char32_t c, size_t at, size_t) {
    const bool separator = IsSpace(c) || c == '-' || c == '(' || c == '{' || c == '[' || c == '<';
    if (separator != separators) {
      flush(at);
      start = at;
      separators = separator;
    }
  });
  flush(text.size());
  return out;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '"':
        out += "&#34;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string FloatRepr(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::scientific)
                       .ptr;
  const std::string_view shortest(buffer.data(), static_cast<size_t>(end - buffer.data()));
  const size_t e = shortest.find('e');
  std::string digits;
  for (const char c : shortest.substr(0, e)) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  int exponent = 0;
  std::string_view exponent_text = shortest.substr(e + 1);
  if (exponent_text.front() == '+') exponent_text.remove_prefix(1);
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);

  std::string out = std::signbit(value) ? "-" : "";
  const int size = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    out += digits.substr(0, 1);
    if (size > 1) out.append(".").append(digits, 1);
    out += exponent < 0 ? "e-" : "e+";
    const int magnitude = std::abs(exponent);
    if (magnitude < 10) out.push_back('0');
    return out + std::to_string(magnitude);
  }
  if (exponent < 0) {
    return out.append("0.").append(static_cast<size_t>(-exponent - 1), '0').append(digits);
  }
  const auto point = static_cast<size_t>(exponent + 1);
  if (digits.size() <= point) {
    return out.append(digits).append(point - digits.size(), '0').append(".0");
  }
  return out.append(digits, 0, point).append(".").append(digits, point);
}

}  // namespace hearth::text::jinja
