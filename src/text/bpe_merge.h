// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "text/tokenizer.h"

namespace hearth::text {

// The merges of a BPE model: a pair of tokens becomes one, the smallest rank first.
class MergeTable {
 public:
  static constexpr uint32_t kNoRank = UINT32_MAX;
  struct Merge {
    uint32_t rank = kNoRank;
    Token token = -1;
  };

  void Reserve(size_t count);  // REQUIRES: called once; at most `count` inserts
  bool Insert(Token left, Token right, Merge merge);  // false when the pair is already there
  Merge Find(Token left, Token right) const;          // kNoRank when absent or a token is negative
  bool empty() const { return slots_.empty(); }

 private:
  struct Slot {
    uint64_t pair = UINT64_MAX;
    Merge merge;
  };
  size_t SlotOf(uint64_t pair) const;
  std::vector<Slot> slots_;
  uint64_t seed_ = 0;
};

// Applies merges to one word until none is left: the smallest rank first, of equal ones the
// leftmost. Negative tokens stand for bytes without a token: they never merge. Not thread-safe.
class BpeMerger {
 public:
  explicit BpeMerger(const MergeTable& table) : table_(&table) {}
  // Replaces `word` by the merged tokens. O(n log n).
  void Apply(std::vector<Token>& word);

 private:
  struct Candidate {
    uint32_t rank;
    uint32_t left;
  };
  struct Symbol {
    Token token;
    int32_t previous;
    int32_t next;            // -1 at the end; of a removed symbol: kRemoved
    MergeTable::Merge pair;  // with `next`
  };
  static constexpr int32_t kRemoved = -2;
  void ApplyShort(std::vector<Token>& word);
  void ApplyLong(std::vector<Token>& word);
  void Offer(int32_t left);

  const MergeTable* table_;
  std::vector<MergeTable::Merge> pairs_;  // ApplyShort: of word[i] with word[i + 1]
  std::vector<Symbol> symbols_;
  std::vector<Candidate> heap_;
};

}  // namespace hearth::text
