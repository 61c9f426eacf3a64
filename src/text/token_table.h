// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/tokenizer.h"

namespace hearth::text {

// Caps on what a vocabulary may claim.
inline constexpr size_t kMaxTokens = size_t{1} << 22;
inline constexpr size_t kMaxTokenBytes = size_t{1} << 14;
inline constexpr size_t kMaxVocabularyBytes = size_t{1} << 28;

// Strings stored back to back.
class StringArena {
 public:
  void Reserve(size_t strings, size_t bytes);
  void Add(std::string_view text);
  size_t size() const { return offsets_.size() - 1; }
  std::string_view operator[](size_t i) const {
    return std::string_view(blob_).substr(offsets_[i], offsets_[i + 1] - offsets_[i]);
  }

 private:
  std::string blob_;
  std::vector<uint32_t> offsets_ = {0};
};

// The two halves of a 128-bit product, folded together: a fast mixing step.
inline uint64_t MultiplyFold(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Hash of a byte string. `seed` differs between runs, so that a vocabulary cannot be made to
// collide.
uint64_t HashBytes(std::string_view text, uint64_t seed);
uint64_t ProcessSeed();

// An index from strings to tokens over strings that somebody else stores (a StringArena).
class StringIndex {
 public:
  void Reserve(size_t count);  // REQUIRES: called once, before Insert; at most `count` inserts
  // The token already there, else -1 and `token` is stored.
  Token Insert(const StringArena& strings, Token token);
  Token Find(const StringArena& strings, std::string_view text) const;  // -1 when absent

 private:
  struct Slot {
    uint32_t tag = 0;
    Token token = -1;
  };
  std::vector<Slot> slots_;
  uint64_t seed_ = 0;
};

// Every token's spelling, kind and score; validated.
class TokenTable {
 public:
  // `scores` and `kinds` are empty or as long as `tokens`. kDataLoss: too many or too long tokens,
  // two with one spelling (empty ones aside), wrong lengths, scores that are not finite.
  static Result<TokenTable> Make(const std::vector<std::string_view>& tokens,
                                 std::vector<double> scores, std::vector<TokenKind> kinds);

  int32_t size() const { return static_cast<int32_t>(kinds_.size()); }
  std::string_view Spelling(Token token) const { return spellings_[static_cast<size_t>(token)]; }
  TokenKind Kind(Token token) const { return kinds_[static_cast<size_t>(token)]; }
  double Score(Token token) const {
    return scores_.empty() ? 0 : scores_[static_cast<size_t>(token)];
  }
  Token Find(std::string_view spelling) const { return index_.Find(spellings_, spelling); }
  void SetKind(Token token, TokenKind kind) { kinds_[static_cast<size_t>(token)] = kind; }
  size_t longest() const { return longest_; }  // bytes of the longest spelling

 private:
  StringArena spellings_;
  StringIndex index_;
  std::vector<double> scores_;  // empty: none
  std::vector<TokenKind> kinds_;
  size_t longest_ = 0;
};

// A trie over bytes, for longest and common prefixes.
class ByteTrie {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  // False when the trie would exceed 2^24 - 1 nodes. A later value replaces an earlier one.
  bool Insert(std::string_view key, Token value);
  uint32_t Child(uint32_t node, uint8_t byte) const;  // kNone when absent
  uint32_t root() const { return 0; }
  Token Value(uint32_t node) const { return values_[node]; }  // -1: no key ends here

 private:
  struct Edge {
    uint32_t key = kNone;  // parent << 8 | byte
    uint32_t child = 0;
  };
  size_t SlotOf(uint32_t key) const;
  void Grow();
  std::vector<Edge> edges_ = std::vector<Edge>(64);
  std::vector<Token> values_ = {-1};
};

// "<0x41>" gives 0x41; -1 when the spelling has another form.
int ParseByteToken(std::string_view spelling);

}  // namespace hearth::text
