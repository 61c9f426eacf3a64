// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// Tokenizers from GGUF metadata (tokenizer.ggml.*), with the defaults of llama.cpp.
#include <optional>

#include "text/messages_tokenizer.h"
#include "text/vocabulary.h"

namespace hearth::text {
namespace {

using formats::Catalogue;

// Kinds by the numbers of tokenizer.ggml.token_type; 0 is "undefined".
constexpr TokenKind kKinds[] = {TokenKind::kUnused,  TokenKind::kNormal,      TokenKind::kUnknown,
                                TokenKind::kControl, TokenKind::kUserDefined, TokenKind::kUnused,
                                TokenKind::kByte};

Result<Token> Id(const Catalogue& catalogue, std::string_view key) {
  HEARTH_ASSIGN(const std::optional<uint64_t> id, catalogue.Integer(key));
  if (!id) return Token{-1};
  if (*id >= kMaxTokens) return Fail(Code::kDataLoss, msg::kTokenizerId, key, *id, kMaxTokens - 1);
  return static_cast<Token>(*id);
}

Result<bool> Flag(const Catalogue& catalogue, std::string_view key, bool otherwise) {
  HEARTH_ASSIGN(const std::optional<uint64_t> flag, catalogue.Integer(key));
  return flag ? *flag != 0 : otherwise;
}

Status ReadKinds(const Catalogue& catalogue, std::vector<TokenKind>& kinds) {
  constexpr std::string_view kKey = "tokenizer.ggml.token_type";
  const auto add = [&kinds](size_t i, uint64_t number) -> Status {
    if (number >= std::size(kKinds)) return Fail(Code::kDataLoss, msg::kTokenizerKind, i, number);
    kinds.push_back(kKinds[number]);
    return {};
  };
  if (const auto* numbers = catalogue.Array<int64_t>(kKey)) {
    kinds.reserve(numbers->size());
    for (size_t i = 0; i < numbers->size(); ++i) {
      HEARTH_TRY(add(i, static_cast<uint64_t>((*numbers)[i])));
    }
  } else if (const auto* unsigned_numbers = catalogue.Array<uint64_t>(kKey)) {
    kinds.reserve(unsigned_numbers->size());
    for (size_t i = 0; i < unsigned_numbers->size(); ++i) {
      HEARTH_TRY(add(i, (*unsigned_numbers)[i]));
    }
  } else if (catalogue.metadata.contains(kKey)) {
    return Fail(Code::kDataLoss, msg::kTokenizerField, kKey, "[int]");
  }
  return {};
}

Status ReadScores(const Catalogue& catalogue, std::vector<double>& scores) {
  constexpr std::string_view kKey = "tokenizer.ggml.scores";
  if (const auto* values = catalogue.Array<float>(kKey)) {
    scores.assign(values->begin(), values->end());
  } else if (catalogue.metadata.contains(kKey)) {
    return Fail(Code::kDataLoss, msg::kTokenizerField, kKey, "[float]");
  }
  return {};
}

Status ReadMerges(const Catalogue& catalogue, Vocabulary& vocabulary) {
  constexpr std::string_view kKey = "tokenizer.ggml.merges";
  const auto* merges = catalogue.Array<std::string>(kKey);
  if (merges == nullptr) return Fail(Code::kDataLoss, msg::kTokenizerField, kKey, "[string]");
  vocabulary.merges.reserve(merges->size());
  for (size_t i = 0; i < merges->size(); ++i) {
    const std::string_view merge = (*merges)[i];
    const size_t space = merge.find(' ', 1);  // a token may begin with a space
    if (space == std::string_view::npos || space + 1 == merge.size()) {
      return Fail(Code::kDataLoss, msg::kTokenizerMergeForm, i, merge);
    }
    vocabulary.merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
  }
  return {};
}

Status ReadByteBpe(const Catalogue& catalogue, Vocabulary& vocabulary) {
  vocabulary.model = Vocabulary::Model::kByteBpe;
  HEARTH_ASSIGN(const auto pre, catalogue.Text("tokenizer.ggml.pre"));
  if (!pre) return Fail(Code::kDataLoss, msg::kTokenizerMissing, "tokenizer.ggml.pre");
  const NamedPreTokenizer* named = FindPreTokenizer(*pre);
  if (named == nullptr) {
    std::string supported;
    for (const NamedPreTokenizer& row : NamedPreTokenizers()) {
      supported.append(supported.empty() ? "" : " ").append(row.name);
    }
    return Fail(Code::kUnimplemented, msg::kTokenizerUnsupported, "tokenizer.ggml.pre", *pre,
                supported);
  }
  vocabulary.pre_name = *pre;
  vocabulary.pre = named->pre;
  vocabulary.ignore_merges = named->ignore_merges;
  vocabulary.add_bos = named->add_bos;
  return ReadMerges(catalogue, vocabulary);
}

// SentencePiece with merges by score, and unigram: what is common to both.
Status ReadSentencePiece(const Catalogue& catalogue, Vocabulary& vocabulary) {
  if (!catalogue.metadata.contains("tokenizer.ggml.scores")) {
    return Fail(Code::kDataLoss, msg::kTokenizerMissing, "tokenizer.ggml.scores");
  }
  HEARTH_ASSIGN(const bool prefix, Flag(catalogue, "tokenizer.ggml.add_space_prefix", true));
  using Prefix = Vocabulary::SpacePrefix;
  vocabulary.space_prefix = prefix ? Prefix::kAfterSpecials : Prefix::kNever;
  vocabulary.drop_leading_space = prefix;
  vocabulary.escape_spaces = true;
  vocabulary.byte_fallback = true;
  vocabulary.pre_name = "default";
  vocabulary.replace_invalid = false;
  vocabulary.model = Vocabulary::Model::kScoreBpe;
  vocabulary.add_bos = true;
  return {};
}

struct ModelRow {
  std::string_view name;
  Status (*read)(const Catalogue&, Vocabulary&);
};
constexpr ModelRow kModels[] = {{"gpt2", ReadByteBpe}, {"llama", ReadSentencePiece}};

Status ReadIds(const Catalogue& catalogue, Vocabulary& vocabulary) {
  HEARTH_ASSIGN(vocabulary.bos, Id(catalogue, "tokenizer.ggml.bos_token_id"));
  HEARTH_ASSIGN(vocabulary.eos, Id(catalogue, "tokenizer.ggml.eos_token_id"));
  HEARTH_ASSIGN(vocabulary.unknown, Id(catalogue, "tokenizer.ggml.unknown_token_id"));
  for (const std::string_view key :
       {"tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
    HEARTH_ASSIGN(const Token id, Id(catalogue, key));
    if (id >= 0) vocabulary.stop_tokens.push_back(id);
  }
  HEARTH_ASSIGN(vocabulary.add_bos,
                Flag(catalogue, "tokenizer.ggml.add_bos_token", vocabulary.add_bos));
  HEARTH_ASSIGN(vocabulary.add_eos,
                Flag(catalogue, "tokenizer.ggml.add_eos_token", vocabulary.add_eos));
  return {};
}

}  // namespace

Result<std::unique_ptr<const Tokenizer>> Tokenizer::FromCatalogue(const Catalogue& catalogue) {
  HEARTH_ASSIGN(const auto model, catalogue.Text("tokenizer.ggml.model"));
  if (!model) return Fail(Code::kDataLoss, msg::kTokenizerMissing, "tokenizer.ggml.model");
  const auto* tokens = catalogue.Array<std::string>("tokenizer.ggml.tokens");
  if (tokens == nullptr) {
    return Fail(Code::kDataLoss, msg::kTokenizerMissing, "tokenizer.ggml.tokens");
  }
  const ModelRow* row = nullptr;
  std::string supported;
  for (const ModelRow& candidate : kModels) {
    if (candidate.name == *model) row = &candidate;
    supported.append(supported.empty() ? "" : " ").append(candidate.name);
  }
  if (row == nullptr) {
    return Fail(Code::kUnimplemented, msg::kTokenizerUnsupported, "tokenizer.ggml.model", *model,
                supported);
  }
  Vocabulary vocabulary;
  vocabulary.model_name = *model;
  vocabulary.tokens.assign(tokens->begin(), tokens->end());
  HEARTH_TRY(ReadKinds(catalogue, vocabulary.kinds));
  HEARTH_TRY(ReadScores(catalogue, vocabulary.scores));
  HEARTH_TRY(row->read(catalogue, vocabulary));
  HEARTH_TRY(ReadIds(catalogue, vocabulary));
  return BuildTokenizer(std::move(vocabulary));
}

}  // namespace hearth::text
