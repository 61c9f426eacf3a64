// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/unicode.h"

#include <utf8proc.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace hearth::text {
namespace {

// Bits of a general category, indexed by utf8proc_category_t.
constexpr auto kCategoryBits = [] {
  std::array<uint8_t, 32> bits{};
  for (const int c : {UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LL, UTF8PROC_CATEGORY_LT,
                      UTF8PROC_CATEGORY_LM, UTF8PROC_CATEGORY_LO}) {
    bits[static_cast<size_t>(c)] = kLetter;
  }
  for (const int c : {UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NL, UTF8PROC_CATEGORY_NO}) {
    bits[static_cast<size_t>(c)] = kNumber;
  }
  for (const int c : {UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MC, UTF8PROC_CATEGORY_ME}) {
    bits[static_cast<size_t>(c)] = kMark;
  }
  // Outside ASCII, White_Space is exactly Zs, Zl, Zp and U+0085.
  for (const int c : {UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZL, UTF8PROC_CATEGORY_ZP}) {
    bits[static_cast<size_t>(c)] = kSpace;
  }
  return bits;
}();

struct Free {
  void operator()(utf8proc_uint8_t* p) const { std::free(p); }
};

std::string Normalize(std::string_view text, utf8proc_option_t options) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
  const std::unique_ptr<utf8proc_uint8_t, Free> owner(mapped);
  if (size < 0) return std::string(text);
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size));
}

constexpr bool IsTail(char c) {
  return (static_cast<uint8_t>(c) & 0xC0) == 0x80;
}

// Bounds of the second byte and length for each lead byte: Unicode 15, table 3-7.
struct Lead {
  uint8_t length;  // 0: begins nothing
  uint8_t low, high;
};
constexpr Lead LeadOf(uint8_t b) {
  if (b >= 0xC2 && b <= 0xDF) return {2, 0x80, 0xBF};
  if (b == 0xE0) return {3, 0xA0, 0xBF};
  if (b == 0xED) return {3, 0x80, 0x9F};
  if (b >= 0xE1 && b <= 0xEF) return {3, 0x80, 0xBF};
  if (b == 0xF0) return {4, 0x90, 0xBF};
  if (b >= 0xF1 && b <= 0xF3) return {4, 0x80, 0xBF};
  if (b == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

Utf8Step StepUtf8(std::string_view text, size_t at) {
  const auto lead = static_cast<uint8_t>(text[at]);
  if (lead < 0x80) return {Utf8::kValid, 1, lead};
  const Lead rule = LeadOf(lead);
  if (rule.length == 0) return {Utf8::kInvalid, 1, 0};
  uint32_t code_point = lead & (0x7Fu >> rule.length);
  for (uint32_t i = 1; i < rule.length; ++i) {
    if (at + i >= text.size()) return {Utf8::kIncomplete, i, 0};
    const auto b = static_cast<uint8_t>(text[at + i]);
    const bool good = i == 1 ? b >= rule.low && b <= rule.high : IsTail(text[at + i]);
    if (!good) return {Utf8::kInvalid, i, 0};
    code_point = code_point << 6 | (b & 0x3Fu);
  }
  return {Utf8::kValid, rule.length, code_point};
}

bool IsValidUtf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    if (static_cast<uint8_t>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const Utf8Step step = StepUtf8(text, at);
    if (step.status != Utf8::kValid) return false;
    at += step.length;
  }
  return true;
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = StepUtf8(text, at);
    if (step.status == Utf8::kValid) {
      out.append(text.substr(at, step.length));
      at += step.length;
    } else {
      out.append(kReplacement);
      ++at;
    }
  }
  return out;
}

void AppendUtf8(uint32_t code_point, std::string& out) {
  const auto put = [&out](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

std::string ToNfc(std::string_view text) {
  return Normalize(text, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
}

std::string ToNfkc(std::string_view text) {
  return Normalize(
      text, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
}

uint8_t CharClassSlow(uint32_t code_point) {
  if (code_point == 0x85) return kSpace;
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  return kCategoryBits[static_cast<size_t>(category) & 31];
}

}  // namespace hearth::text
