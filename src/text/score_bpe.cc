// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// SentencePiece BPE: of all neighbours whose concatenation is a token, the pair that forms the
// token with the best score is merged first. Blanks are spelled U+2581.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "text/messages_tokenizer.h"
#include "text/unicode.h"
#include "text/vocab_tokenizer.h"

namespace hearth::text {
namespace {

constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581

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

class ScoreBpe final : public VocabTokenizer {
 public:
  Status Load(Vocabulary& vocabulary) {
    unknown_ = vocabulary.unknown;
    prefix_ = vocabulary.space_prefix == Vocabulary::SpacePrefix::kAfterSpecials;
    HEARTH_TRY(Init(vocabulary));
    byte_token_.fill(unknown_);
    for (Token token = 0; token < table_.size(); ++token) {
      if (table_.Kind(token) != TokenKind::kByte) continue;
      byte_token_[static_cast<size_t>(ParseByteToken(table_.Spelling(token)))] = token;
    }
    for (size_t b = 0; b < 256; ++b) {
      if (byte_token_[b] < 0) return Fail(Code::kDataLoss, msg::kTokenizerNoBytes, b);
    }
    FindCuts();
    return {};
  }

 protected:
  std::string PieceBytes(Token, std::string_view spelling) const override {
    std::string out;
    size_t at = 0;
    for (size_t hit = spelling.find(kSpaceMark); hit != std::string_view::npos;
         hit = spelling.find(kSpaceMark, at)) {
      out.append(spelling.substr(at, hit - at)).push_back(' ');
      at = hit + kSpaceMark.size();
    }
    return out.append(spelling.substr(at));
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
    float score;
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

  void FindCuts();
  void Offer(std::string_view text, int32_t left, Scratch& scratch) const;
  void EncodeWord(std::string_view word, Scratch& scratch, std::vector<Token>& out) const;
  void Emit(std::string_view text, const Scratch& scratch, std::vector<Token>& out) const;

  std::array<Token, 256> byte_token_{};
  Token unknown_ = -1;
  bool prefix_ = false;
  bool cut_before_space_ = false;  // no token has U+2581 behind another character
};

void ScoreBpe::FindCuts() {
  cut_before_space_ = true;
  for (Token token = 0; token < table_.size() && cut_before_space_; ++token) {
    const std::string_view spelling = table_.Spelling(token);
    size_t at = 0;
    while (spelling.substr(at).starts_with(kSpaceMark)) at += kSpaceMark.size();
    if (at < spelling.size() && spelling.find(kSpaceMark, at) != std::string_view::npos) {
      cut_before_space_ = false;
    }
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
  Scratch scratch;
  bool after_special = true;
  for (const Fragment& fragment : fragments) {
    if (fragment.token >= 0) {
      out.push_back(fragment.token);
      after_special = true;
      continue;
    }
    const std::string escaped = EscapeSpaces(fragment.text, prefix_ && after_special);
    after_special = false;
    const std::string_view text = escaped;
    for (size_t at = 0; at < text.size();) {
      size_t end = text.size();
      if (cut_before_space_) {
        size_t p = at;
        while (text.substr(p).starts_with(kSpaceMark)) p += kSpaceMark.size();
        end = std::min(end, text.find(kSpaceMark, p));
      }
      EncodeWord(text.substr(at, end - at), scratch, out);
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
