// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/token_table.h"
#include "text/tokenizer.h"

namespace hearth::text {

// A place where a token is spelled out in a text.
struct SpecialMatch {
  size_t begin;
  size_t end;
  Token token;
};

// How an added token of Hugging Face takes the blanks around it.
struct SpecialStrip {
  bool left = false, right = false;
};

// Finds the tokens that are cut out of a text before anything else looks at it.
class SpecialMatcher {
 public:
  enum class Order : uint8_t {
    kLongestFirst,     // llama.cpp: the longest token takes all its places, then the next one
    kLeftmostLongest,  // Hugging Face: from left to right, the longest at each place
  };

  explicit SpecialMatcher(Order order = Order::kLongestFirst) : order_(order) {}

  // False when there are too many. `control`: found only with Specials::kParse.
  bool Add(std::string_view spelling, Token token, bool control, SpecialStrip strip = {});
  bool empty() const { return entries_.empty(); }

  // Matches in text order; they do not overlap.
  std::vector<SpecialMatch> Find(std::string_view text, Specials specials) const;

 private:
  struct Entry {
    Token token;
    bool control;
    SpecialStrip strip;
  };
  // The longest allowed entry at `at` that ends at or before `limit`; begin == end when none.
  SpecialMatch LongestAt(std::string_view text, size_t at, size_t limit, Specials specials) const;
  void Resolve(std::string_view text, Specials specials, std::vector<SpecialMatch>& cluster,
               std::vector<SpecialMatch>& out) const;
  void ApplyStrips(std::string_view text, std::vector<SpecialMatch>& matches) const;

  Order order_;
  bool strips_ = false;
  ByteTrie trie_;  // values: index into entries_
  std::vector<Entry> entries_;
  std::array<bool, 256> first_control_{};  // a control token begins with this byte
  std::array<bool, 256> first_plain_{};
};

}  // namespace hearth::text
