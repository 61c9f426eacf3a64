// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// SentencePiece BPE: of all neighbours whose concatenation is a token, the pair that forms the
// token with the best score is merged first. Blanks are spelled U+2581.
#include <algorithm>
#include <array>
#include <deque>
#include <unordered_map>

#include "text/messages_tokenizer.h"
#include "text/spaces.h"
#include "text/unicode.h"
#include "text/vocab_tokenizer.h"
#include "text/word_cache.h"

namespace hearth::text {
namespace {

class ScoreBpe final : public VocabTokenizer {
 public:
  Status Load(Vocabulary& vocabulary) {
    unknown_ = vocabulary.unknown;
    prefix_ = vocabulary.space_prefix == Vocabulary::SpacePrefix::kAfterSpecials;
    HEARTH_TRY(Init(vocabulary));
    if (unknown_ >= 0 && table_.Kind(unknown_) == TokenKind::kControl) {
      table_.SetKind(unknown_, TokenKind::kUnknown);  // it may stand for text
    }
    byte_token_.fill(unknown_);
    for (Token token = 0; token < table_.size(); ++token) {
      if (table_.Kind(token) != TokenKind::kByte) continue;
      byte_token_[static_cast<size_t>(ParseByteToken(table_.Spelling(token)))] = token;
    }
    for (size_t b = 0; b < 256; ++b) {
      if (byte_token_[b] < 0) return Fail(Code::kDataLoss, msg::kTokenizerNoBytes, b);
    }
    FindGlue();
    return {};
  }

 protected:
  std::string PieceBytes(Token, std::string_view spelling) const override {
    return UnescapeSpaces(spelling);
  }

  void EncodeFragments(const std::vector<Fragment>& fragments,
                       std::vector<Token>& out) const override;

 private:
  struct Symbol {
    uint32_t begin;
    uint32_t length;  // bytes; 0: merged into another
    int32_t previous, next;
    Token token;  // of the text of this symbol, -1 when it is none
    Token pair;   // of this symbol and the next, -1 when they form none
  };
  struct Candidate {
    double score;
    uint32_t left;
    Token pair;
  };
  struct Worse {
    bool operator()(const Candidate& a, const Candidate& b) const {
      return a.score != b.score ? a.score < b.score : a.left > b.left;
    }
  };
  struct Scratch {
    std::vector<Symbol> symbols;
    std::vector<Candidate> heap;
    std::unordered_map<Token, uint32_t> left_bytes;  // of unused tokens: where they were merged
  };

  // The ordinary token with this spelling, else -1.
  Token Ordinary(std::string_view text) const {
    if (text.size() > table_.longest()) return -1;
    const Token token = table_.Find(text);
    if (token < 0) return -1;
    const TokenKind kind = table_.Kind(token);
    return kind == TokenKind::kNormal || kind == TokenKind::kUnused ? token : -1;
  }

  void FindGlue();
  // Where the word that begins at `at` ends: no token reaches over that place.
  size_t WordEnd(std::string_view text, size_t at) const;
  void Offer(std::string_view text, int32_t left, Scratch& scratch) const;
  void EncodeWord(std::string_view word, Scratch& scratch, std::vector<Token>& out) const;
  void Emit(std::string_view text, const Scratch& scratch, std::vector<Token>& out) const;

  std::array<Token, 256> byte_token_{};
  Token unknown_ = -1;
  bool prefix_ = false;
  std::array<bool, 256> glue_{};  // some token has U+2581 behind this byte, not leading
};

size_t SkipSpaceMarks(std::string_view text, size_t at) {
  while (text.substr(at).starts_with(kSpaceMark)) at += kSpaceMark.size();
  return at;
}

void ScoreBpe::FindGlue() {
  for (Token token = 0; token < table_.size(); ++token) {
    const std::string_view spelling = table_.Spelling(token);
    size_t at = SkipSpaceMarks(spelling, 0);
    for (at = spelling.find(kSpaceMark, at); at != spelling.npos;
         at = spelling.find(kSpaceMark, at)) {
      if (at > 0) glue_[static_cast<uint8_t>(spelling[at - 1])] = true;
      at = SkipSpaceMarks(spelling, at);
    }
  }
}

size_t ScoreBpe::WordEnd(std::string_view text, size_t at) const {
  for (;;) {
    at = text.find(kSpaceMark, SkipSpaceMarks(text, at));
    if (at == text.npos) return text.size();
    if (!glue_[static_cast<uint8_t>(text[at - 1])]) return at;
  }
}

void ScoreBpe::Offer(std::string_view text, int32_t left, Scratch& scratch) const {
  if (left < 0) return;
  Symbol& symbol = scratch.symbols[static_cast<size_t>(left)];
  symbol.pair = -1;
  if (symbol.next < 0) return;
  const Symbol& right = scratch.symbols[static_cast<size_t>(symbol.next)];
  symbol.pair = Ordinary(text.substr(symbol.begin, symbol.length + right.length));
  if (symbol.pair < 0) return;
  scratch.heap.push_back({table_.Score(symbol.pair), static_cast<uint32_t>(left), symbol.pair});
  std::push_heap(scratch.heap.begin(), scratch.heap.end(), Worse{});
}

// Tokens of one merged symbol: itself, its parts when it is an unused token, or its bytes.
void ScoreBpe::Emit(std::string_view text, const Scratch& scratch, std::vector<Token>& out) const {
  const Token token = Ordinary(text);
  if (token >= 0 && table_.Kind(token) == TokenKind::kNormal) {
    out.push_back(token);
    return;
  }
  const auto parts = scratch.left_bytes.find(token);
  if (token >= 0 && parts != scratch.left_bytes.end()) {
    Emit(text.substr(0, parts->second), scratch, out);
    Emit(text.substr(parts->second), scratch, out);
    return;
  }
  for (const char c : text) out.push_back(byte_token_[static_cast<uint8_t>(c)]);
}

void ScoreBpe::EncodeWord(std::string_view word, Scratch& scratch, std::vector<Token>& out) const {
  auto& symbols = scratch.symbols;
  symbols.clear();
  scratch.heap.clear();
  scratch.left_bytes.clear();
  for (size_t at = 0; at < word.size();) {
    const size_t length =
        std::min<size_t>(PromisedLength(static_cast<uint8_t>(word[at])), word.size() - at);
    const auto index = static_cast<int32_t>(symbols.size());
    symbols.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(length), index - 1,
                       at + length < word.size() ? index + 1 : -1, -1, -1});
    at += length;
  }
  for (size_t i = 0; i + 1 < symbols.size(); ++i) Offer(word, static_cast<int32_t>(i), scratch);
  while (!scratch.heap.empty()) {
    std::pop_heap(scratch.heap.begin(), scratch.heap.end(), Worse{});
    const Candidate candidate = scratch.heap.back();
    scratch.heap.pop_back();
    Symbol& left = symbols[candidate.left];
    if (left.length == 0 || left.pair != candidate.pair) continue;
    if (table_.Kind(candidate.pair) == TokenKind::kUnused) {
      scratch.left_bytes[candidate.pair] = left.length;
    }
    Symbol& right = symbols[static_cast<size_t>(left.next)];
    left.length += right.length;
    left.next = right.next;
    right.length = 0;
    if (left.next >= 0) {
      symbols[static_cast<size_t>(left.next)].previous = static_cast<int32_t>(candidate.left);
    }
    Offer(word, left.previous, scratch);
    Offer(word, static_cast<int32_t>(candidate.left), scratch);
  }
  for (int32_t i = 0; i >= 0; i = symbols[static_cast<size_t>(i)].next) {
    const Symbol& symbol = symbols[static_cast<size_t>(i)];
    Emit(word.substr(symbol.begin, symbol.length), scratch, out);
  }
}

void ScoreBpe::EncodeFragments(const std::vector<Fragment>& fragments,
                               std::vector<Token>& out) const {
  size_t bytes = 0;
  for (const Fragment& fragment : fragments) bytes += fragment.text.size();
  Scratch scratch;
  WordCache cache(bytes);
  std::deque<std::string> escaped;  // the cache points into them
  bool after_special = true;
  for (const Fragment& fragment : fragments) {
    if (fragment.token >= 0) {
      out.push_back(fragment.token);
      after_special = true;
      continue;
    }
    const std::string_view text =
        escaped.emplace_back(EscapeSpaces(fragment.text, prefix_ && after_special));
    after_special = false;
    // Where UTF-8 is broken, a character may seem to reach into the next word.
    const bool cut = IsValidUtf8(text);
    for (size_t at = 0; at < text.size();) {
      const size_t end = cut ? WordEnd(text, at) : text.size();
      const std::string_view word = text.substr(at, end - at);
      WordCache::Slot& slot = cache.At(word);
      const size_t begin = out.size();
      if (!slot.Repeat(word, out)) {
        EncodeWord(word, scratch, out);
        slot.Keep(word, begin, out);
      }
      at = end;
    }
  }
}

}  // namespace

Result<std::unique_ptr<const Tokenizer>> BuildScoreBpe(Vocabulary& vocabulary) {
  auto tokenizer = std::make_unique<ScoreBpe>();
  HEARTH_TRY(tokenizer->Load(vocabulary));
  return tokenizer;
}

}  // namespace hearth::text
