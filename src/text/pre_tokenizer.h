// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hearth::text {

// The family of split patterns that byte-level BPE models use, as parameters of one scanner. Each
// rule implements exactly the regular expression in `regex`, alternatives in that order.
struct SplitRule {
  enum Contractions : uint8_t {
    kNoContractions,
    kLower,        // 's|'t|'re|'ve|'m|'ll|'d
    kAnyCase,      // the same with [sS] ...
    kAnyCaseFold,  // (?i:...): Unicode case folding, so U+017F (long s) counts as s
  };
  enum Word : uint8_t {
    kSpaceWord,  // " ?\p{L}+"
    kAnyWord,    // "[^\r\n\p{L}\p{N}]?\p{L}+"
  };
  std::string_view regex;
  Contractions contractions;
  Word word;
  bool marks;                         // \p{M} belongs to words and not to punctuation
  int8_t max_numbers;                 // n > 0: "\p{N}{1,n}", 0: " ?\p{N}+", -1: "\p{N}+"
  std::string_view punctuation_tail;  // "[...]*" after " ?[^\s\p{L}\p{N}]+"
  bool newlines;                      // "\s*[\r\n]+" before "\s+(?!\S)|\s+"
};

// How numbers are isolated before the rule sees the text (a Digits or Split step of its own).
enum class NumberStep : uint8_t { kNone, kEach, kThrees };

struct PreTokenizer {
  const SplitRule* rule;  // null: the whole text is one word
  NumberStep numbers = NumberStep::kNone;
};

// A pre-tokenizer as GGUF names it in tokenizer.ggml.pre.
struct NamedPreTokenizer {
  std::string_view name;
  PreTokenizer pre;
  bool ignore_merges;  // a word that is in the vocabulary is one token
  bool add_bos;        // unless the file says otherwise
};
std::span<const NamedPreTokenizer> NamedPreTokenizers();
const NamedPreTokenizer* FindPreTokenizer(std::string_view name);  // null when unknown

// The rule for a pattern string of a tokenizer.json file (several spellings each); null when
// unknown.
const SplitRule* FindSplitPattern(std::string_view regex);
// "\p{N}" and "\p{N}{1,3}", patterns that isolate numbers; kNone when it is another.
NumberStep FindNumberPattern(std::string_view regex);

// Cuts a text into words, in order, without gaps.
class WordScanner {
 public:
  // REQUIRES: `text` is valid UTF-8 and outlives the scanner.
  WordScanner(const PreTokenizer& pre, std::string_view text) : pre_(pre), text_(text) {}
  // The next word; empty at the end.
  std::string_view Next();

 private:
  struct Char {
    uint32_t code_point;
    uint8_t bits;
    uint8_t length;  // 0: behind the segment
  };
  Char At(size_t at) const;
  size_t SegmentEnd() const;
  size_t WordEnd() const;
  size_t Contraction(size_t at) const;
  size_t SkipWord(size_t at) const;
  size_t Numbers(size_t at, int limit) const;
  size_t Punctuation(size_t at) const;
  size_t Spaces(size_t at) const;
  bool IsWord(const Char& c) const;
  bool IsPunctuation(const Char& c) const;

  PreTokenizer pre_;
  std::string_view text_;
  size_t at_ = 0;
  size_t segment_end_ = 0;  // the rule sees text_[at_, segment_end_) as if nothing followed
};

}  // namespace hearth::text
