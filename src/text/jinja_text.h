// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Python's str, on valid UTF-8: positions and lengths are in characters where the name says so.
namespace hearth::text::jinja {

// Bytes of the character that starts with `lead`. REQUIRES: valid UTF-8.
inline size_t CharBytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}
// Position of the first byte that is not valid UTF-8, or npos.
size_t FindInvalidUtf8(std::string_view text);
char32_t DecodeChar(std::string_view text, size_t at, size_t* bytes);
void AppendChar(std::string* out, char32_t c);
int64_t CountChars(std::string_view text);
// Byte offset of character `index`; text.size() when there are fewer.
size_t CharOffset(std::string_view text, int64_t index);

bool IsSpace(char32_t c);  // str.isspace
bool IsPrintable(char32_t c);
bool IsUpper(char32_t c);
bool IsLower(char32_t c);
bool IsTitle(char32_t c);
bool IsAlpha(char32_t c);
bool IsDecimal(char32_t c);  // also used for isdigit and isnumeric
bool IsNumeric(char32_t c);

std::string_view StripSpace(std::string_view text, bool left, bool right);
std::string_view StripChars(std::string_view text, std::string_view chars, bool left, bool right);
std::vector<std::string_view> SplitLines(std::string_view text, bool keep_ends);
// str.split() and str.rsplit() without a separator. limit < 0: all.
std::vector<std::string_view> SplitSpace(std::string_view text, int64_t limit, bool from_right);
// With a separator. REQUIRES: !separator.empty()
std::vector<std::string_view> SplitAt(std::string_view text, std::string_view separator,
                                      int64_t limit, bool from_right);

std::string Upper(std::string_view text);
std::string Lower(std::string_view text);
std::string SwapCase(std::string_view text);
std::string Capitalize(std::string_view text);   // str.capitalize
std::string TitlePython(std::string_view text);  // str.title
std::string TitleJinja(std::string_view text);   // the title filter
std::string EscapeHtml(std::string_view text);

// Python's repr(float).
std::string FloatRepr(double value);

}  // namespace hearth::text::jinja
