// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// Byte-level BPE (GPT-2 and its descendants): words are cut by a pre-tokenizer, then the bytes of
// each word are merged by rank.
#include <algorithm>
#include <array>

#include "text/bpe_merge.h"
#include "text/merge_loader.h"
#include "text/messages_tokenizer.h"
#include "text/unicode.h"
#include "text/vocab_tokenizer.h"
#include "text/word_cache.h"

namespace hearth::text {
namespace {

// GPT-2's alphabet: printable bytes stand for themselves, the others for U+0100, U+0101, ... in
// order.
struct ByteAlphabet {
  std::array<uint16_t, 256> character{};
  std::array<int16_t, 512> byte{};  // -1: not in the alphabet
};
constexpr ByteAlphabet kAlphabet = [] {
  ByteAlphabet alphabet;
  alphabet.byte.fill(-1);
  uint16_t next = 256;
  for (uint16_t b = 0; b < 256; ++b) {
    const bool printable =
        (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
    const uint16_t c = printable ? b : next++;
    alphabet.character[b] = c;
    alphabet.byte[c] = static_cast<int16_t>(b);
  }
  return alphabet;
}();

class ByteBpe final : public VocabTokenizer {
 public:
  Status Load(Vocabulary& vocabulary) {
    pre_ = vocabulary.pre;
    ignore_merges_ = vocabulary.ignore_merges;
    skip_missing_ = vocabulary.skip_missing;
    prefix_ = vocabulary.space_prefix != Vocabulary::SpacePrefix::kNever;
    HEARTH_TRY(Init(vocabulary));
    for (size_t b = 0; b < 256; ++b) {
      std::string spelling;
      AppendUtf8(kAlphabet.character[b], spelling);
      const Token token = table_.Find(spelling);
      byte_token_[b] = token >= 0 && IsOrdinary(token) ? token : -1;
    }
    return LoadMerges(vocabulary.merges, table_, merges_);
  }

 protected:
  std::string PieceBytes(Token, std::string_view spelling) const override {
    std::string out;
    for (size_t at = 0; at < spelling.size();) {
      const Utf8Step step = StepUtf8(spelling, at);
      const bool known = step.status == Utf8::kValid && step.code_point < 512 &&
                         kAlphabet.byte[step.code_point] >= 0;
      if (!known) return std::string(spelling);  // not spelled in the alphabet: stands for itself
      out.push_back(static_cast<char>(kAlphabet.byte[step.code_point]));
      at += step.length;
    }
    return out;
  }

  void EncodeFragments(const std::vector<Fragment>& fragments,
                       std::vector<Token>& out) const override {
    size_t bytes = 0;
    for (const Fragment& fragment : fragments) bytes += fragment.text.size();
    WordCache cache(bytes);
    BpeMerger merger(merges_);
    std::vector<Token> word;
    std::vector<std::string> prefixed;
    prefixed.reserve(prefix_ ? fragments.size() : 0);  // no reallocation: the cache points into it
    for (const Fragment& fragment : fragments) {
      if (fragment.token >= 0) {
        out.push_back(fragment.token);
        continue;
      }
      std::string_view text = fragment.text;
      if (prefix_ && !text.starts_with(' ')) {
        text = prefixed.emplace_back(" ").append(fragment.text);
      }
      WordScanner scanner(pre_, text);
      for (std::string_view w = scanner.Next(); !w.empty(); w = scanner.Next()) {
        EncodeWord(w, cache, merger, word, out);
      }
    }
  }

 private:
  bool IsOrdinary(Token token) const { return table_.Kind(token) == TokenKind::kNormal; }

  // The token that is spelled like the whole word, else -1.
  Token WholeWord(std::string_view word) const {
    std::string spelling;
    for (const char c : word) AppendUtf8(kAlphabet.character[static_cast<uint8_t>(c)], spelling);
    const Token token = table_.Find(spelling);
    return token >= 0 && IsOrdinary(token) ? token : -1;
  }

  void EncodeWord(std::string_view text, WordCache& cache, BpeMerger& merger,
                  std::vector<Token>& word, std::vector<Token>& out) const {
    if (text.size() == 1) {
      const Token token = byte_token_[static_cast<uint8_t>(text[0])];
      if (token >= 0) out.push_back(token);
      return;
    }
    WordCache::Slot& slot = cache.At(text);
    if (slot.Repeat(text, out)) return;
    const size_t begin = out.size();
    const Token whole = ignore_merges_ ? WholeWord(text) : -1;
    if (whole >= 0) {
      out.push_back(whole);
    } else {
      word.clear();
      for (const char c : text) {
        const Token token = byte_token_[static_cast<uint8_t>(c)];
        if (token >= 0 || !skip_missing_) word.push_back(token);
      }
      merger.Apply(word);
      std::copy_if(word.begin(), word.end(), std::back_inserter(out),
                   [](Token token) { return token >= 0; });
    }
    slot.Keep(text, begin, out);
  }

  PreTokenizer pre_{};
  bool ignore_merges_ = false, skip_missing_ = false, prefix_ = false;
  std::array<Token, 256> byte_token_{};
  MergeTable merges_;
};

}  // namespace

Result<std::unique_ptr<const Tokenizer>> BuildByteBpe(Vocabulary& vocabulary) {
  auto tokenizer = std::make_unique<ByteBpe>();
  HEARTH_TRY(tokenizer->Load(vocabulary));
  return tokenizer;
}

}  // namespace hearth::text
