// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "text/vocabulary.h"

// U+2581, the visible blank of SentencePiece, in texts and in spellings.
namespace hearth::text {

inline constexpr std::string_view kSpaceMark = "\xE2\x96\x81";

// `text` with every U+2581 as a blank.
std::string UnescapeSpaces(std::string_view text);
// `text` with every blank as U+2581, after one U+2581 more when `prefix`.
std::string EscapeSpaces(std::string_view text, bool prefix);

// The part of the vocabulary's rules that prepares a fragment for kCharBpe and kUnigram.
struct SpaceRules {
  using Prefix = Vocabulary::SpacePrefix;
  bool escape = false;
  Prefix prefix = Prefix::kNever;
  bool unless_there = false;
  bool split = false;

  explicit SpaceRules(const Vocabulary& vocabulary);
  SpaceRules() = default;
  std::string Apply(std::string_view text, bool first) const;
  // Where the word that begins at `at` ends.
  size_t WordEnd(std::string_view text, size_t at) const;
};

}  // namespace hearth::text
