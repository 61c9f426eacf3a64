// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text/token_table.h"
#include "text/tokenizer.h"

namespace hearth::text {

// The words of one Encode call and where their tokens stand in its output: a word that comes again
// is copied from there. The texts that words point into must outlive the cache.
class WordCache {
 public:
  explicit WordCache(size_t text_bytes)
      : slots_(std::clamp<size_t>(std::bit_ceil(text_bytes / 16 + 1), 16, 8192)),
        seed_(ProcessSeed()) {}

  class Slot {
   public:
    // Appends the tokens of `word` when they are known.
    bool Repeat(std::string_view word, std::vector<Token>& out) const {
      if (word_ != word) return false;
      for (uint32_t i = 0; i < count_; ++i) out.push_back(out[begin_ + i]);
      return true;
    }
    // Remembers that the tokens of `word` are out[begin..].
    void Keep(std::string_view word, size_t begin, const std::vector<Token>& out) {
      word_ = word;
      begin_ = begin;
      count_ = static_cast<uint32_t>(out.size() - begin);
    }

   private:
    std::string_view word_;
    size_t begin_ = 0;
    uint32_t count_ = 0;
  };

  // The slot that the word has or may take.
  Slot& At(std::string_view word) { return slots_[HashBytes(word, seed_) & (slots_.size() - 1)]; }

 private:
  std::vector<Slot> slots_;
  uint64_t seed_;
};

}  // namespace hearth::text
