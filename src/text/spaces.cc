// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/spaces.h"

#include <algorithm>

namespace hearth::text {

std::string UnescapeSpaces(std::string_view text) {
  std::string out;
  size_t at = 0;
  for (size_t hit = text.find(kSpaceMark); hit != std::string_view::npos;
       hit = text.find(kSpaceMark, at)) {
    out.append(text.substr(at, hit - at)).push_back(' ');
    at = hit + kSpaceMark.size();
  }
  return out.append(text.substr(at));
}

std::string EscapeSpaces(std::string_view text, bool prefix) {
  std::string out;
  out.reserve(text.size() + text.size() / 2 + 4);
  if (prefix) out.append(kSpaceMark);
  for (const char c : text) {
    if (c == ' ') {
      out.append(kSpaceMark);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

SpaceRules::SpaceRules(const Vocabulary& vocabulary)
    : escape(vocabulary.escape_spaces),
      prefix(vocabulary.space_prefix),
      unless_there(vocabulary.prefix_unless_there),
      split(vocabulary.split_words) {}

std::string SpaceRules::Apply(std::string_view text, bool first) const {
  const bool wanted = prefix == Prefix::kAfterSpecials || (prefix == Prefix::kFirst && first);
  const bool there = text.starts_with(kSpaceMark) || (escape && text.starts_with(' '));
  const bool front = wanted && !(unless_there && there);
  if (escape) return EscapeSpaces(text, front);
  return (front ? std::string(kSpaceMark) : std::string()).append(text);
}

size_t SpaceRules::WordEnd(std::string_view text, size_t at) const {
  if (!split) return text.size();
  const size_t next = text.find(kSpaceMark, at + 1);
  return std::min(next, text.size());
}

}  // namespace hearth::text
