// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// UTF-8 and the few Unicode properties that tokenizers ask for. The only file that sees utf8proc is
// unicode.cc (Unicode 15.0 in Debian 12).
namespace hearth::text {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

enum class Utf8 : uint8_t {
  kValid,    // `length` bytes are one character
  kInvalid,  // `length` bytes (the maximal subpart of Unicode 3.9, at least 1) begin no character
  kIncomplete,  // all `length` remaining bytes begin a character, its end is missing
};

struct Utf8Step {
  Utf8 status;
  uint32_t length;
  uint32_t code_point;  // when kValid
};

// The character at text[at]. Overlong forms, surrogates and values above U+10FFFF are invalid.
// REQUIRES: at < text.size().
Utf8Step StepUtf8(std::string_view text, size_t at);

bool IsValidUtf8(std::string_view text);
// `text` with every byte that is not part of a valid character replaced by one U+FFFD.
std::string ReplaceInvalidUtf8(std::string_view text);
void AppendUtf8(uint32_t code_point, std::string& out);
// Length that the first byte of a character promises (1 for continuation bytes), as llama.cpp
// counts.
inline uint32_t PromisedLength(uint8_t lead) {
  return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

// Normalisation forms C and KC. REQUIRES: valid UTF-8.
std::string ToNfc(std::string_view text);
std::string ToNfkc(std::string_view text);

// Properties of a character, as bits.
enum CharBits : uint8_t {
  kLetter = 1,   // \p{L}
  kNumber = 2,   // \p{N}
  kSpace = 4,    // \s: White_Space
  kMark = 8,     // \p{M}
  kNewline = 16  // \r or \n
};
uint8_t CharClassSlow(uint32_t code_point);  // any character
inline constexpr auto kAsciiClass = [] {
  std::array<uint8_t, 128> table{};
  for (size_t c = 0; c < 128; ++c) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (letter) table[c] = kLetter;
    if (c >= '0' && c <= '9') table[c] = kNumber;
    if (c == ' ' || (c >= 9 && c <= 13)) table[c] = kSpace;
    if (c == '\r' || c == '\n') table[c] = kSpace | kNewline;
  }
  return table;
}();
inline uint8_t CharClass(uint32_t code_point) {
  return code_point < 128 ? kAsciiClass[code_point] : CharClassSlow(code_point);
}

}  // namespace hearth::text
