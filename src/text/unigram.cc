// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// Unigram: of all ways to cut a word into tokens, the one with the largest sum of scores (Kudo,
// "Subword Regularization", ACL 2018), found from left to right by dynamic programming.
#include <algorithm>
#include <array>
#include <limits>

#include "text/messages_tokenizer.h"
#include "text/spaces.h"
#include "text/unicode.h"
#include "text/vocab_tokenizer.h"

namespace hearth::text {
namespace {

// Below the worst score: what a character costs that no token spells (SentencePiece's constant).
constexpr double kUnknownPenalty = 10.0;

class Unigram final : public VocabTokenizer {
 public:
  Status Load(Vocabulary& vocabulary) {
    spaces_ = SpaceRules(vocabulary);
    unknown_ = vocabulary.unknown;
    fuse_unknown_ = vocabulary.fuse_unknown;
    HEARTH_TRY(Init(vocabulary));
    byte_token_.fill(-1);
    double worst = std::numeric_limits<double>::max();
    for (Token token = 0; token < table_.size(); ++token) {
      const TokenKind kind = table_.Kind(token);
      const std::string_view spelling = table_.Spelling(token);
      if (kind == TokenKind::kByte)
        byte_token_[static_cast<size_t>(ParseByteToken(spelling))] = token;
      if (kind == TokenKind::kUnused) continue;  // ids that the vocabulary leaves free
      worst = std::min(worst, table_.Score(token));
      if (kind != TokenKind::kNormal && kind != TokenKind::kUserDefined) continue;
      if (spelling.empty()) continue;
      if (!trie_.Insert(spelling, token)) {
        return Fail(Code::kDataLoss, msg::kTokenizerTooMany, "> 16777215", "bytes", 16777215);
      }
    }
    unknown_score_ = worst - kUnknownPenalty;
    have_bytes_ =
        std::all_of(byte_token_.begin(), byte_token_.end(), [](Token t) { return t >= 0; });
    if (unknown_ < 0 && !have_bytes_) return Fail(Code::kDataLoss, msg::kTokenizerNoBytes, 0);
    return {};
  }

 protected:
  std::string PieceBytes(Token, std::string_view spelling) const override {
    return UnescapeSpaces(spelling);
  }

  void EncodeFragments(const std::vector<Fragment>& fragments,
                       std::vector<Token>& out) const override {
    std::vector<Cut> cuts;
    for (const Fragment& fragment : fragments) {
      if (fragment.token >= 0) {
        out.push_back(fragment.token);
        continue;
      }
      const std::string text = spaces_.Apply(fragment.text, fragment.first);
      for (size_t at = 0; at < text.size();) {
        const size_t end = spaces_.WordEnd(text, at);
        EncodeWord(std::string_view(text).substr(at, end - at), cuts, out);
        at = end;
      }
    }
  }

 private:
  // The best way to reach a byte position of the word.
  struct Cut {
    double score = 0;
    size_t begin = 0;
    Token token = -1;  // -1 with `reached`: a character that no token spells
    bool reached = false;
  };

  static void Improve(Cut& cut, double score, size_t begin, Token token) {
    if (!cut.reached || score > cut.score) cut = {score, begin, token, true};
  }

  void EncodeWord(std::string_view word, std::vector<Cut>& cuts, std::vector<Token>& out) const {
    cuts.assign(word.size() + 1, Cut{});
    for (size_t at = 0; at < word.size();) {
      const double here = cuts[at].score;
      const size_t character = StepUtf8(word, at).length;
      bool spelled = false;
      uint32_t node = trie_.root();
      for (size_t i = at; i < word.size(); ++i) {
        node = trie_.Child(node, static_cast<uint8_t>(word[i]));
        if (node == ByteTrie::kNone) break;
        const Token token = trie_.Value(node);
        if (token < 0) continue;
        Improve(cuts[i + 1], here + table_.Score(token), at, token);
        spelled = spelled || i + 1 - at == character;
      }
      if (!spelled) Improve(cuts[at + character], here + unknown_score_, at, -1);
      at += character;
    }
    const size_t first = out.size();
    bool after_unknown = false;
    for (size_t end = word.size(); end > 0; end = cuts[end].begin) {
      const Cut& cut = cuts[end];
      if (cut.token >= 0) {
        out.push_back(cut.token);
      } else if (have_bytes_) {
        for (size_t i = end; i > cut.begin; --i) {
          out.push_back(byte_token_[static_cast<uint8_t>(word[i - 1])]);
        }
      } else if (!(after_unknown && fuse_unknown_)) {
        out.push_back(unknown_);
      }
      after_unknown = cut.token < 0;
    }
    std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
  }

  SpaceRules spaces_;
  Token unknown_ = -1;
  bool fuse_unknown_ = true, have_bytes_ = false;
  double unknown_score_ = 0;
  std::array<Token, 256> byte_token_{};
  ByteTrie trie_;
};

}  // namespace

Result<std::unique_ptr<const Tokenizer>> BuildUnigram(Vocabulary& vocabulary) {
  auto tokenizer = std::make_unique<Unigram>();
  HEARTH_TRY(tokenizer->Load(vocabulary));
  return tokenizer;
}

}  // namespace hearth::text
