// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/pre_tokenizer.h"

#include "text/unicode.h"

namespace hearth::text {
namespace {

using R = SplitRule;

constexpr SplitRule kGpt2 = {
    .regex = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)",
    .contractions = R::kLower,
    .word = R::kSpaceWord,
    .marks = false,
    .max_numbers = 0,
    .punctuation_tail = "",
    .newlines = false};

// Llama 3 (tiktoken cl100k without possessive quantifiers).
constexpr SplitRule kLlama3 = {
    .regex = R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+)"
             R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    .contractions = R::kAnyCase,
    .word = R::kAnyWord,
    .marks = false,
    .max_numbers = 3,
    .punctuation_tail = "\r\n",
    .newlines = true};

constexpr SplitRule kLlama3Fold = {
    .regex = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
             R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    .contractions = R::kAnyCaseFold,
    .word = R::kAnyWord,
    .marks = false,
    .max_numbers = 3,
    .punctuation_tail = "\r\n",
    .newlines = true};

constexpr SplitRule kQwen2 = {
    .regex = R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+)"
             R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    .contractions = R::kAnyCase,
    .word = R::kAnyWord,
    .marks = false,
    .max_numbers = 1,
    .punctuation_tail = "\r\n",
    .newlines = true};

constexpr SplitRule kQwen2Fold = {
    .regex = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
             R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    .contractions = R::kAnyCaseFold,
    .word = R::kAnyWord,
    .marks = false,
    .max_numbers = 1,
    .punctuation_tail = "\r\n",
    .newlines = true};

constexpr SplitRule kQwen35 = {
    .regex = R"((?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]))"
             R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+)"
             R"(|\s+(?!\S)|\s+)",
    .contractions = R::kAnyCase,
    .word = R::kAnyWord,
    .marks = true,
    .max_numbers = 1,
    .punctuation_tail = "\r\n",
    .newlines = true};

constexpr SplitRule kQwen35Fold = {
    .regex = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N})"
             R"(| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
    .contractions = R::kAnyCaseFold,
    .word = R::kAnyWord,
    .marks = true,
    .max_numbers = 1,
    .punctuation_tail = "\r\n",
    .newlines = true};

constexpr const SplitRule* kRules[] = {&kGpt2,      &kLlama3, &kLlama3Fold, &kQwen2,
                                       &kQwen2Fold, &kQwen35, &kQwen35Fold};

// Names and properties as llama.cpp has them.
constexpr NamedPreTokenizer kNamed[] = {
    {"gpt-2", {&kGpt2}, false, false},
    {"phi-2", {&kGpt2}, false, false},
    {"gigachat", {&kGpt2}, false, false},
    {"mpt", {&kGpt2}, false, false},
    {"olmo", {&kGpt2}, false, false},
    {"jais", {&kGpt2}, false, false},
    {"trillion", {&kGpt2}, false, false},
    {"exaone4", {&kGpt2}, false, false},
    {"modern-bert", {&kGpt2}, false, false},
    {"llama3", {&kLlama3}, true, true},
    {"llama-v3", {&kLlama3}, true, true},
    {"llama-bpe", {&kLlama3}, true, true},
    {"falcon3", {&kLlama3}, true, true},
    {"falcon-h1", {&kLlama3}, true, true},
    {"pixtral", {&kLlama3}, true, true},
    {"lfm2", {&kLlama3}, true, true},
    {"dbrx", {&kLlama3}, false, false},
    {"smaug-bpe", {&kLlama3}, false, false},
    {"glm4", {&kLlama3}, false, false},
    {"chatglm-bpe", {&kLlama3}, false, false},
    {"qwen2", {&kQwen2}, false, false},
    {"deepseek-r1-qwen", {&kQwen2}, false, false},
    {"stablelm2", {&kQwen2}, false, false},
    {"megrez", {&kQwen2}, false, false},
    {"hunyuan", {&kQwen2}, false, false},
    {"grok-2", {&kQwen2}, false, false},
    {"qwen35", {&kQwen35}, false, false},
    {"smollm", {&kGpt2, NumberStep::kEach}, false, false},
    {"starcoder", {&kGpt2, NumberStep::kEach}, false, false},
    {"refact", {&kGpt2, NumberStep::kEach}, false, false},
    {"command-r", {&kGpt2, NumberStep::kEach}, false, false},
    {"codeshell", {&kGpt2, NumberStep::kEach}, false, false},
    {"exaone", {&kGpt2, NumberStep::kEach}, false, false},
    {"minerva-7b", {&kGpt2, NumberStep::kEach}, false, false},
};

constexpr uint32_t kLongS = 0x17F;

// Lower case of an ASCII letter (and of the long s, when folding); other characters as they are.
uint32_t Lower(uint32_t code_point, SplitRule::Contractions mode) {
  if (mode == R::kLower) return code_point;
  if (mode == R::kAnyCaseFold && code_point == kLongS) return 's';
  return code_point >= 'A' && code_point <= 'Z' ? code_point + 32 : code_point;
}

}  // namespace

std::span<const NamedPreTokenizer> NamedPreTokenizers() {
  return kNamed;
}

const NamedPreTokenizer* FindPreTokenizer(std::string_view name) {
  for (const NamedPreTokenizer& row : kNamed) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

const SplitRule* FindSplitPattern(std::string_view regex) {
  for (const SplitRule* rule : kRules) {
    if (rule->regex == regex) return rule;
  }
  return nullptr;
}

NumberStep FindNumberPattern(std::string_view regex) {
  if (regex == R"(\p{N})") return NumberStep::kEach;
  if (regex == R"(\p{N}{1,3})") return NumberStep::kThrees;
  return NumberStep::kNone;
}

WordScanner::Char WordScanner::At(size_t at) const {
  if (at >= segment_end_) return {0, 0, 0};
  const auto lead = static_cast<uint8_t>(text_[at]);
  if (lead < 0x80) return {lead, kAsciiClass[lead], 1};
  const auto tail = [this, at](size_t i) {
    return static_cast<uint32_t>(static_cast<uint8_t>(text_[at + i]) & 0x3F);
  };
  if (lead < 0xE0) {
    const uint32_t c = (lead & 0x1Fu) << 6 | tail(1);
    return {c, CharClassSlow(c), 2};
  }
  if (lead < 0xF0) {
    const uint32_t c = (lead & 0x0Fu) << 12 | tail(1) << 6 | tail(2);
    return {c, CharClassSlow(c), 3};
  }
  const uint32_t c = (lead & 0x07u) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3);
  return {c, CharClassSlow(c), 4};
}

bool WordScanner::IsWord(const Char& c) const {
  return (c.bits & (pre_.rule->marks ? kLetter | kMark : kLetter)) != 0;
}

bool WordScanner::IsPunctuation(const Char& c) const {
  return c.length != 0 && (c.bits & (kSpace | kLetter | kNumber)) == 0 &&
         !(pre_.rule->marks && (c.bits & kMark) != 0);
}

// Numbers are their own segments when they are isolated first; a segment is otherwise as long as
// it can be.
size_t WordScanner::SegmentEnd() const {
  if (pre_.numbers == NumberStep::kNone) return text_.size();
  WordScanner all = *this;
  all.segment_end_ = text_.size();
  const int limit = pre_.numbers == NumberStep::kEach ? 1 : 3;
  size_t at = all.Numbers(at_, limit);
  if (at != at_) return at;
  while (at < text_.size()) {
    const Char c = all.At(at);
    if ((c.bits & kNumber) != 0) break;
    at += c.length;
  }
  return at;
}

std::string_view WordScanner::Next() {
  if (at_ >= text_.size()) return {};
  if (at_ >= segment_end_) segment_end_ = SegmentEnd();
  const size_t begin = at_;
  at_ = pre_.rule == nullptr ? segment_end_ : WordEnd();
  return text_.substr(begin, at_ - begin);
}

size_t WordScanner::WordEnd() const {
  const Char first = At(at_);
  if (first.code_point == '\'') {
    const size_t end = Contraction(at_);
    if (end != at_) return end;
  }
  const size_t second_at = at_ + first.length;
  const bool space = first.code_point == ' ';
  // Words: the optional character in front is taken when a word follows it.
  if (IsWord(first)) return SkipWord(second_at);
  const bool prefix = pre_.rule->word == SplitRule::kSpaceWord
                          ? space
                          : (first.bits & (kNewline | kLetter | kNumber)) == 0;
  const Char second = At(second_at);
  if (prefix && IsWord(second)) return SkipWord(second_at + second.length);

  if ((first.bits & kNumber) != 0) return Numbers(at_, pre_.rule->max_numbers);
  if (space && pre_.rule->max_numbers == 0 && (second.bits & kNumber) != 0) {
    return Numbers(second_at, 0);
  }
  if (IsPunctuation(first)) return Punctuation(second_at);
  if (space && IsPunctuation(second)) return Punctuation(second_at + second.length);
  return Spaces(at_);
}

size_t WordScanner::Contraction(size_t at) const {
  const SplitRule::Contractions mode = pre_.rule->contractions;
  if (mode == SplitRule::kNoContractions) return at;
  const Char a = At(at + 1);
  const uint32_t x = Lower(a.code_point, mode);
  if (x == 's' || x == 't' || x == 'm' || x == 'd') return at + 1 + a.length;
  const Char b = At(at + 1 + a.length);
  const uint32_t y = Lower(b.code_point, mode);
  const bool two = ((x == 'r' || x == 'v') && y == 'e') || (x == 'l' && y == 'l');
  return two ? at + 1 + a.length + b.length : at;
}

size_t WordScanner::SkipWord(size_t at) const {
  for (Char c = At(at); IsWord(c); c = At(at)) at += c.length;
  return at;
}

// limit <= 0: no limit.
size_t WordScanner::Numbers(size_t at, int limit) const {
  int count = 0;
  for (Char c = At(at); (c.bits & kNumber) != 0; c = At(at)) {
    at += c.length;
    if (++count == limit) break;
  }
  return at;
}

size_t WordScanner::Punctuation(size_t at) const {
  for (Char c = At(at); IsPunctuation(c); c = At(at)) at += c.length;
  const std::string_view tail = pre_.rule->punctuation_tail;
  while (at < segment_end_ && tail.find(text_[at]) != std::string_view::npos) ++at;
  return at;
}

// "\s*[\r\n]+" when the rule has it, then "\s+(?!\S)", then "\s+".
size_t WordScanner::Spaces(size_t at) const {
  size_t end = at;
  size_t last = at;  // where the last space begins
  size_t newline_end = at;
  for (Char c = At(end); (c.bits & kSpace) != 0; c = At(end)) {
    last = end;
    end += c.length;
    if ((c.bits & kNewline) != 0) newline_end = end;
  }
  if (pre_.rule->newlines && newline_end != at) return newline_end;
  if (end < segment_end_ && last != at) return last;
  return end;
}

}  // namespace hearth::text
