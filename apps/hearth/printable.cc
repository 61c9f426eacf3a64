// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "printable.h"

#include <fmt/format.h>

#include <cstdint>

namespace hearth::app {
namespace {

struct Character {
  uint32_t code = 0;
  size_t bytes = 0;  // 0: invalid
};

// The character at the start of `text` (not empty), by the table of well-formed sequences of the
// Unicode Standard (table 3-7).
Character Decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t bytes = first >= 0xC2 && first < 0xE0 ? 2
                       : first < 0xE0                ? 0
                       : first < 0xF0                ? 3
                       : first < 0xF5                ? 4
                                                     : 0;
  if (bytes == 0 || text.size() < bytes) return {};
  uint32_t code = first & (0x7Fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  if (overlong || (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) return {};
  return {code, bytes};
}

bool IsBidiControl(uint32_t code) {
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

struct Range {
  uint32_t first, last;
};
// East Asian wide and fullwidth blocks and emoji (UAX 11), joined where only unassigned lie
// between.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
                           {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
                           {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},
                           {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
                           {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
// Combining marks and joiners take no column of their own.
constexpr Range kZero[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};

template <size_t N>
bool In(const Range (&ranges)[N], uint32_t code) {
  for (const Range& r : ranges) {
    if (code >= r.first && code <= r.last) return true;
  }
  return false;
}

int Columns(uint32_t code) {
  return In(kZero, code) ? 0 : In(kWide, code) ? 2 : 1;
}

}  // namespace

std::optional<size_t> FindInvalidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const Character c = Decode(text.substr(i));
    if (c.bytes == 0) return i;
    i += c.bytes;
  }
  return std::nullopt;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = Decode(text);
    if (c.bytes == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c.code < 0x20 && c.code != '\n' && c.code != '\t') {
      out += {'\xE2', '\x90', static_cast<char>(0x80 + c.code)};  // U+2400 + code
    } else if (c.code == 0x7F) {
      out += "\xE2\x90\xA1";
    } else if ((c.code >= 0x80 && c.code < 0xA0) || IsBidiControl(c.code)) {
      out += fmt::format("<U+{:04X}>", c.code);
    } else {
      out += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes == 0 ? 1 : c.bytes);
  }
  return out;
}

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Character c = Decode(text);
    width += c.bytes == 0 ? 1 : Columns(c.code);
    text.remove_prefix(c.bytes == 0 ? 1 : c.bytes);
  }
  return width;
}

std::string Padded(std::string_view text, int columns) {
  const int missing = columns - DisplayWidth(text);
  return std::string(text) + std::string(missing > 0 ? static_cast<size_t>(missing) : 0, ' ');
}

std::string Shortened(std::string_view text, int columns) {
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.size() == text.size() && DisplayWidth(line) <= columns) return std::string(line);
  std::string out;
  int width = 0;
  for (size_t i = 0; i < line.size();) {
    const Character c = Decode(line.substr(i));
    const size_t bytes = c.bytes == 0 ? 1 : c.bytes;
    width += c.bytes == 0 ? 1 : Columns(c.code);
    if (width > columns - 1) break;
    out += line.substr(i, bytes);
    i += bytes;
  }
  return out + "…";
}

std::string BytesText(double bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < std::size(kUnits)) {
    bytes /= 1000;
    ++unit;
  }
  const int digits = unit == 0 ? 0 : bytes < 9.995 ? 2 : bytes < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", bytes, digits, kUnits[unit]);
}

}  // namespace hearth::app
