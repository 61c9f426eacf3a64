// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/special_matcher.h"
#include "text/token_table.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace hearth::text {

// What all models share: the vocabulary, the special tokens in a text, decoding.
class VocabTokenizer : public Tokenizer {
 public:
  std::vector<Token> Encode(std::string_view text, Specials specials) const final;
  std::string_view Piece(Token token, bool show_specials) const final;
  std::string Decode(std::span<const Token> tokens, bool show_specials) const final;
  int32_t vocabulary_size() const final { return table_.size(); }
  TokenKind Kind(Token token) const final { return table_.Kind(token); }
  std::string_view Spelling(Token token) const final { return table_.Spelling(token); }
  Token FindSpelling(std::string_view spelling) const final { return table_.Find(spelling); }

  // Validates the parts that all models share and sets the members below.
  Status Init(Vocabulary& vocabulary);

 protected:
  // A stretch of text between special tokens, or (token >= 0) such a token.
  struct Fragment {
    std::string_view text;
    Token token = -1;
    bool first = false;  // nothing stands in front of it
  };
  virtual void EncodeFragments(const std::vector<Fragment>& fragments,
                               std::vector<Token>& out) const = 0;
  // The bytes that `token` adds to a text; `spelling` is a view into the table.
  virtual std::string PieceBytes(Token token, std::string_view spelling) const = 0;

  // Cuts the special tokens out of `text`. `first`: as in Fragment.
  static void Cut(std::string_view text, const SpecialMatcher& matcher, Specials specials,
                  bool first, std::vector<Fragment>& out);

  TokenTable table_;

 private:
  Status CheckIds(const Vocabulary& vocabulary) const;
  void FindStopTokens(const Vocabulary& vocabulary);
  Status AddSpecials(const Vocabulary& vocabulary);
  std::string Normalize(std::string_view text) const;

  StringArena pieces_;
  SpecialMatcher specials_;
  SpecialMatcher normalized_specials_;  // matched after normalisation (Hugging Face)
  bool replace_invalid_ = true;
  std::vector<Vocabulary::NormalizerStep> normalizer_;
};

Result<std::unique_ptr<const Tokenizer>> BuildByteBpe(Vocabulary& vocabulary);
Result<std::unique_ptr<const Tokenizer>> BuildCharBpe(Vocabulary& vocabulary);
Result<std::unique_ptr<const Tokenizer>> BuildScoreBpe(Vocabulary& vocabulary);
Result<std::unique_ptr<const Tokenizer>> BuildUnigram(Vocabulary& vocabulary);

}  // namespace hearth::text
