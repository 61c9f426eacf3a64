// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// BPE by ranks over characters, as tokenizer.json spells SentencePiece models (Llama 2, Gemma).
#include <algorithm>
#include <array>

#include "text/merge_loader.h"
#include "text/messages_tokenizer.h"
#include "text/spaces.h"
#include "text/unicode.h"
#include "text/vocab_tokenizer.h"

namespace hearth::text {
namespace {

class CharBpe final : public VocabTokenizer {
 public:
  Status Load(Vocabulary& vocabulary) {
    spaces_ = SpaceRules(vocabulary);
    unknown_ = vocabulary.unknown;
    fuse_unknown_ = vocabulary.fuse_unknown;
    ignore_merges_ = vocabulary.ignore_merges;
    HEARTH_TRY(Init(vocabulary));
    byte_token_.fill(-1);
    for (Token token = 0; token < table_.size(); ++token) {
      if (table_.Kind(token) != TokenKind::kByte) continue;
      byte_token_[static_cast<size_t>(ParseByteToken(table_.Spelling(token)))] = token;
    }
    return LoadMerges(vocabulary.merges, table_, merges_);
  }

 protected:
  std::string PieceBytes(Token, std::string_view spelling) const override {
    return UnescapeSpaces(spelling);
  }

  void EncodeFragments(const std::vector<Fragment>& fragments,
                       std::vector<Token>& out) const override {
    BpeMerger merger(merges_);
    std::vector<Token> word;
    for (const Fragment& fragment : fragments) {
      if (fragment.token >= 0) {
        out.push_back(fragment.token);
        continue;
      }
      const std::string text = spaces_.Apply(fragment.text, fragment.first);
      for (size_t at = 0; at < text.size();) {
        const size_t end = spaces_.WordEnd(text, at);
        EncodeWord(std::string_view(text).substr(at, end - at), merger, word, out);
        at = end;
      }
    }
  }

 private:
  Token Ordinary(std::string_view text) const {
    const Token token = text.size() > table_.longest() ? -1 : table_.Find(text);
    if (token < 0) return -1;
    const TokenKind kind = table_.Kind(token);
    return kind == TokenKind::kNormal || kind == TokenKind::kUserDefined ? token : -1;
  }

  void EncodeWord(std::string_view text, BpeMerger& merger, std::vector<Token>& word,
                  std::vector<Token>& out) const {
    if (ignore_merges_) {
      const Token whole = Ordinary(text);
      if (whole >= 0) {
        out.push_back(whole);
        return;
      }
    }
    word.clear();
    bool after_unknown = false;
    for (size_t at = 0; at < text.size();) {
      const std::string_view c = text.substr(at, StepUtf8(text, at).length);
      at += c.size();
      const Token token = Ordinary(c);
      if (token >= 0) {
        word.push_back(token);
        after_unknown = false;
      } else if (HaveBytes(c)) {
        for (const char b : c) word.push_back(byte_token_[static_cast<uint8_t>(b)]);
        after_unknown = false;
      } else if (unknown_ >= 0) {
        if (!(after_unknown && fuse_unknown_)) word.push_back(unknown_);
        after_unknown = true;
      }
    }
    merger.Apply(word);
    out.insert(out.end(), word.begin(), word.end());
  }

  bool HaveBytes(std::string_view text) const {
    return std::all_of(text.begin(), text.end(),
                       [this](char b) { return byte_token_[static_cast<uint8_t>(b)] >= 0; });
  }

  SpaceRules spaces_;
  Token unknown_ = -1;
  bool fuse_unknown_ = true, ignore_merges_ = false;
  std::array<Token, 256> byte_token_{};
  MergeTable merges_;
};

}  // namespace

Result<std::unique_ptr<const Tokenizer>> BuildCharBpe(Vocabulary& vocabulary) {
  auto tokenizer = std::make_unique<CharBpe>();
  HEARTH_TRY(tokenizer->Load(vocabulary));
  return tokenizer;
}

}  // namespace hearth::text
