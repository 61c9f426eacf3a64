// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/vocab_tokenizer.h"

#include <algorithm>
#include <deque>

#include "text/messages_tokenizer.h"
#include "text/unicode.h"

namespace hearth::text {
namespace {

// Spellings that end an answer when they stand in a vocabulary. Some files give these tokens an
// ordinary type by mistake; where the spelling cannot mean anything else they become control
// tokens.
struct StopSpelling {
  std::string_view spelling;
  bool promote;
};
constexpr StopSpelling kStopSpellings[] = {
    {"<|eot_id|>", true},
    {"<|im_end|>", true},
    {"<|end|>", true},
    {"<|return|>", true},
    {"<|call|>", true},
    {"<end_of_turn>", true},
    {"<|endoftext|>", true},
    {"<|eom_id|>", true},
    {"<|end_of_text|>", true},
    {"<end_of_utterance>", true},
    {"<EOT>", false},
    {"_<EOT>", false},
    {"[EOT]", false},
    {"[EOS]", false},
    {"</s>", false},
    {"<eos>", false},
    {"<|fim_pad|>", true},
    {"<fim-pad>", false},
    {"<fim_pad>", false},
    {"<PAD>", false},
    {"<|fim_repo|>", true},
    {"<|repo_name|>", true},
    {"<fim-repo>", false},
    {"<REPO>", false},
    {"<reponame>", false},
    {"<|file_sep|>", true},
    {"<\xEF\xBD\x9C"
     "end\xE2\x96\x81of\xE2\x96\x81sentence\xEF\xBD\x9C>",
     true},
};

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  if (from.empty() || text.find(from) == std::string::npos) return;
  std::string out;
  size_t at = 0;
  for (size_t hit = text.find(from); hit != std::string::npos; hit = text.find(from, at)) {
    out.append(text, at, hit - at).append(to);
    at = hit + from.size();
  }
  text = out.append(text, at);
}

}  // namespace

Status VocabTokenizer::CheckIds(const Vocabulary& vocabulary) const {
  const auto check = [this](std::string_view name, Token id, Token lowest) -> Status {
    if (id >= lowest && id < table_.size()) return {};
    return Fail(Code::kDataLoss, msg::kTokenizerId, name, id, table_.size() - 1);
  };
  HEARTH_TRY(check("bos_token_id", vocabulary.bos, -1));
  HEARTH_TRY(check("eos_token_id", vocabulary.eos, -1));
  HEARTH_TRY(check("unknown_token_id", vocabulary.unknown, -1));
  HEARTH_TRY(check("bos_token_id", vocabulary.bos, vocabulary.add_bos ? 0 : -1));
  HEARTH_TRY(check("eos_token_id", vocabulary.eos, vocabulary.add_eos ? 0 : -1));
  for (const Token id : vocabulary.stop_tokens) HEARTH_TRY(check("eot_token_id", id, 0));
  for (const auto& special : vocabulary.specials) {
    HEARTH_TRY(check("added_tokens", special.token, 0));
  }
  return {};
}

void VocabTokenizer::FindStopTokens(const Vocabulary& vocabulary) {
  stop_tokens_ = vocabulary.stop_tokens;
  if (eos_ >= 0) stop_tokens_.push_back(eos_);
  for (const StopSpelling& stop : kStopSpellings) {
    const Token token = table_.Find(stop.spelling);
    if (token < 0) continue;
    if (stop.promote && table_.Kind(token) == TokenKind::kNormal) {
      table_.SetKind(token, TokenKind::kControl);
    }
    const TokenKind kind = table_.Kind(token);
    if (kind == TokenKind::kControl || kind == TokenKind::kUnknown) stop_tokens_.push_back(token);
  }
  std::sort(stop_tokens_.begin(), stop_tokens_.end());
  const auto last = std::unique(stop_tokens_.begin(), stop_tokens_.end());
  stop_tokens_.erase(last, stop_tokens_.end());
}

Status VocabTokenizer::AddSpecials(const Vocabulary& vocabulary) {
  specials_ = SpecialMatcher(vocabulary.order);
  normalized_specials_ = SpecialMatcher(vocabulary.order);
  const auto too_many = [] {
    return Fail(Code::kDataLoss, msg::kTokenizerTooMany, "> 16777215", "bytes of special tokens",
                "16777215");
  };
  if (!vocabulary.specials_from_kinds) {
    for (const Vocabulary::Special& special : vocabulary.specials) {
      const std::string_view spelling = table_.Spelling(special.token);
      // A file may list one id twice; it is a control token when either entry says so.
      const bool control = special.control || table_.Kind(special.token) == TokenKind::kControl;
      const bool after = special.normalized && !normalizer_.empty();
      const bool added = after ? normalized_specials_.Add(Normalize(spelling), special.token,
                                                          control, special.strip)
                               : specials_.Add(spelling, special.token, control, special.strip);
      if (!added) return too_many();
    }
    return {};
  }
  for (Token token = 0; token < table_.size(); ++token) {
    const TokenKind kind = table_.Kind(token);
    const bool control = kind == TokenKind::kControl || kind == TokenKind::kUnknown;
    if (!control && kind != TokenKind::kUserDefined) continue;
    if (!specials_.Add(table_.Spelling(token), token, control)) return too_many();
  }
  return {};
}

Status VocabTokenizer::Init(Vocabulary& vocabulary) {
  if (vocabulary.tokens.empty()) return Fail(Code::kDataLoss, msg::kTokenizerMissing, "tokens");
  HEARTH_ASSIGN(table_, TokenTable::Make(vocabulary.tokens, std::move(vocabulary.scores),
                                         std::move(vocabulary.kinds)));
  HEARTH_TRY(CheckIds(vocabulary));
  bos_ = vocabulary.bos;
  eos_ = vocabulary.eos;
  add_bos_ = vocabulary.add_bos;
  add_eos_ = vocabulary.add_eos;
  model_name_ = vocabulary.model_name;
  pre_name_ = vocabulary.pre_name;
  drops_leading_space_ = vocabulary.drop_leading_space;
  replace_invalid_ = vocabulary.replace_invalid;
  normalizer_ = vocabulary.normalizer;
  FindStopTokens(vocabulary);
  HEARTH_TRY(AddSpecials(vocabulary));

  size_t bytes = 0;
  for (const std::string_view token : vocabulary.tokens) bytes += token.size();
  pieces_.Reserve(vocabulary.tokens.size(), bytes);
  for (Token token = 0; token < table_.size(); ++token) {
    const std::string_view spelling = table_.Spelling(token);
    switch (table_.Kind(token)) {
      case TokenKind::kByte: {
        const int byte = ParseByteToken(spelling);
        if (byte < 0) return Fail(Code::kDataLoss, msg::kTokenizerByteToken, token, spelling);
        const char c = static_cast<char>(byte);
        pieces_.Add({&c, 1});
        break;
      }
      case TokenKind::kNormal:
        pieces_.Add(PieceBytes(token, spelling));
        break;
      case TokenKind::kUnknown:
      case TokenKind::kControl:
      case TokenKind::kUserDefined:
      case TokenKind::kUnused:
        pieces_.Add(spelling);
        break;
    }
  }
  return {};
}

std::string_view VocabTokenizer::Piece(Token token, bool show_specials) const {
  HEARTH_CHECK(token >= 0 && token < table_.size());
  const TokenKind kind = table_.Kind(token);
  const bool hidden =
      kind == TokenKind::kControl || kind == TokenKind::kUnknown || kind == TokenKind::kUnused;
  return hidden && !show_specials ? std::string_view() : pieces_[static_cast<size_t>(token)];
}

std::string VocabTokenizer::Decode(std::span<const Token> tokens, bool show_specials) const {
  std::string out;
  for (const Token token : tokens) out.append(Piece(token, show_specials));
  if (drops_leading_space_ && out.starts_with(' ')) out.erase(0, 1);
  return out;
}

std::string VocabTokenizer::Normalize(std::string_view text) const {
  using Step = Vocabulary::NormalizerStep;
  std::string out(text);
  for (const Step& step : normalizer_) {
    switch (step.kind) {
      case Step::kNfc:
        out = ToNfc(out);
        break;
      case Step::kNfkc:
        out = ToNfkc(out);
        break;
      case Step::kReplace:
        ReplaceAll(out, step.from, step.to);
        break;
      case Step::kPrepend:
        if (!out.empty()) out.insert(0, step.to);
        break;
    }
  }
  return out;
}

void VocabTokenizer::Cut(std::string_view text, const SpecialMatcher& matcher, Specials specials,
                         bool first, std::vector<Fragment>& out) {
  size_t at = 0;
  for (const SpecialMatch& match : matcher.Find(text, specials)) {
    if (match.begin > at) {
      out.push_back({text.substr(at, match.begin - at), -1, first && at == 0});
    }
    out.push_back({{}, match.token, false});
    at = match.end;
  }
  if (at < text.size()) out.push_back({text.substr(at), -1, first && at == 0});
}

std::vector<Token> VocabTokenizer::Encode(std::string_view text, Specials specials) const {
  std::vector<Token> out;
  if (text.empty()) return out;
  std::deque<std::string> owned;  // texts that fragments point into
  if (replace_invalid_ && !IsValidUtf8(text)) text = owned.emplace_back(ReplaceInvalidUtf8(text));
  std::vector<Fragment> fragments;
  Cut(text, specials_, specials, true, fragments);
  if (!normalizer_.empty()) {
    std::vector<Fragment> normalized;
    for (const Fragment& fragment : fragments) {
      if (fragment.token >= 0) {
        normalized.push_back(fragment);
      } else {
        const std::string& clean = owned.emplace_back(Normalize(fragment.text));
        Cut(clean, normalized_specials_, specials, fragment.first, normalized);
      }
    }
    fragments = std::move(normalized);
  }
  out.reserve(text.size() / 3 + 8);
  EncodeFragments(fragments, out);
  return out;
}

Result<std::unique_ptr<const Tokenizer>> BuildTokenizer(Vocabulary vocabulary) {
  switch (vocabulary.model) {
    case Vocabulary::Model::kByteBpe:
      return BuildByteBpe(vocabulary);
    case Vocabulary::Model::kCharBpe:
      return BuildCharBpe(vocabulary);
    case Vocabulary::Model::kScoreBpe:
      return BuildScoreBpe(vocabulary);
    case Vocabulary::Model::kUnigram:
      return BuildUnigram(vocabulary);
  }
  return Fail(Code::kInternal, msg::kTokenizerMissing, "model");
}

}  // namespace hearth::text
