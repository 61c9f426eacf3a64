// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "text/pre_tokenizer.h"
#include "text/special_matcher.h"
#include "text/tokenizer.h"

namespace hearth::text {

// What every source of a tokenizer (GGUF metadata, tokenizer.json) is read into. The views point
// into the source, which must live until BuildTokenizer returns.
struct Vocabulary {
  enum class Model : uint8_t {
    kByteBpe,   // byte-level BPE: tokens are spelled in GPT-2's alphabet of bytes
    kCharBpe,   // BPE by ranks on characters, bytes without a character token as <0x..> tokens
    kScoreBpe,  // SentencePiece BPE: the pair that forms the token with the best score
    kUnigram,   // Viterbi over the sum of scores
  };
  // How blanks become U+2581 and whether one is put in front.
  enum class SpacePrefix : uint8_t {
    kNever,
    kFirst,          // of the text, unless it begins with a special token (Metaspace "first")
    kAfterSpecials,  // of every piece of text between special tokens
  };
  struct Special {
    Token token;
    bool control;  // only with Specials::kParse
    SpecialStrip strip = {};
    bool normalized = false;  // matched after normalisation
  };
  struct NormalizerStep {
    enum Kind : uint8_t { kNfc, kNfkc, kReplace, kPrepend } kind;
    std::string from = {};  // kReplace
    std::string to = {};    // kReplace, kPrepend (nothing is put in front of an empty text)
  };

  Model model = Model::kByteBpe;
  std::string model_name, pre_name;
  std::vector<std::string_view> tokens;
  std::vector<double> scores;    // empty or one per token
  std::vector<TokenKind> kinds;  // empty (all normal) or one per token
  std::vector<std::pair<std::string_view, std::string_view>> merges;  // by rank
  Token bos = -1, eos = -1, unknown = -1;
  bool add_bos = false, add_eos = false;
  std::vector<Token> stop_tokens;  // besides eos and those known by their spelling

  bool specials_from_kinds = true;  // control, unknown and user-defined tokens; else `specials`
  std::vector<Special> specials;
  SpecialMatcher::Order order = SpecialMatcher::Order::kLongestFirst;

  PreTokenizer pre = {};                   // kByteBpe
  bool ignore_merges = false;              // BPE by ranks
  bool skip_missing = false;               // a character without token vanishes before merging (HF)
  std::vector<NormalizerStep> normalizer;  // in order, before anything else but specials

  bool escape_spaces = false;  // " " becomes U+2581
  SpacePrefix space_prefix = SpacePrefix::kNever;
  bool prefix_unless_there = false;  // no second U+2581 where the text begins with one (Metaspace)
  bool split_words = false;          // cut before each U+2581 (Metaspace split)
  bool drop_leading_space = false;   // by Decode
  bool byte_fallback = false;        // kCharBpe, kUnigram; kScoreBpe always
  bool fuse_unknown = true;          // neighbouring unknown characters are one unknown token
  bool replace_invalid = true;       // invalid bytes become U+FFFD; else they are encoded as bytes
};

// Validates and builds. kDataLoss says what is wrong with the vocabulary.
Result<std::unique_ptr<const Tokenizer>> BuildTokenizer(Vocabulary vocabulary);

}  // namespace hearth::text
