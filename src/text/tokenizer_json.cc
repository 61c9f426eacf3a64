// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// Tokenizers from tokenizer.json (Hugging Face): the vocabulary, the added tokens and the ids.
// The processing steps around the model are read in tokenizer_json_steps.cc.
#include "text/tokenizer_json.h"

#include <optional>

#include "text/messages_tokenizer.h"
#include "text/token_table.h"

namespace hearth::text {
namespace {

using json::Value;
using Model = Vocabulary::Model;

constexpr uint64_t kMaxJsonBytes = uint64_t{256} << 20;

std::unexpected<Error> Field(std::string_view name, std::string_view wanted) {
  return Fail(Code::kDataLoss, msg::kTokenizerField, name, wanted);
}

// Puts a spelling at an id; ids between are free until something takes them.
Status Place(Vocabulary& vocabulary, std::string_view spelling, uint64_t id) {
  if (id >= kMaxTokens) {
    return Fail(Code::kDataLoss, msg::kTokenizerId, spelling, id, kMaxTokens - 1);
  }
  const auto at = static_cast<size_t>(id);
  if (at >= vocabulary.tokens.size()) {
    vocabulary.tokens.resize(at + 1);
    vocabulary.kinds.resize(at + 1, TokenKind::kUnused);
  }
  if (vocabulary.kinds[at] != TokenKind::kUnused && vocabulary.tokens[at] != spelling) {
    return Fail(Code::kDataLoss, msg::kTokenizerIdTwice, id, vocabulary.tokens[at], spelling);
  }
  vocabulary.tokens[at] = spelling;
  vocabulary.kinds[at] = TokenKind::kNormal;
  return {};
}

Status ReadBpe(const Value& model, Vocabulary& vocabulary) {
  for (const std::string_view key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    const auto affix = model[key].AsString();
    if (affix && !affix->empty()) {
      return Fail(Code::kUnimplemented, msg::kTokenizerUnsupported, key, *affix, "\"\"");
    }
  }
  if (!model["vocab"].is_object()) return Field("model.vocab", "{string: int}");
  for (const auto& [spelling, value] : model["vocab"].Members()) {
    const auto id = value.AsUint();
    if (!id) return Field("model.vocab", "{string: int}");
    HEARTH_TRY(Place(vocabulary, spelling, *id));
  }
  if (!model["merges"].is_array()) return Field("model.merges", "[[string, string]]");
  const std::vector<Value> merges = model["merges"].Items();
  vocabulary.merges.reserve(merges.size());
  for (size_t i = 0; i < merges.size(); ++i) {
    if (const auto text = merges[i].AsString()) {
      const size_t space = text->find(' ');
      if (space == 0 || space == std::string_view::npos || space + 1 == text->size() ||
          text->find(' ', space + 1) != std::string_view::npos) {
        return Fail(Code::kDataLoss, msg::kTokenizerMergeForm, i, *text);
      }
      vocabulary.merges.emplace_back(text->substr(0, space), text->substr(space + 1));
      continue;
    }
    const std::vector<Value> pair = merges[i].Items();
    const auto left = pair.size() == 2 ? pair[0].AsString() : std::nullopt;
    const auto right = pair.size() == 2 ? pair[1].AsString() : std::nullopt;
    if (!left || !right || left->empty() || right->empty()) {
      return Fail(Code::kDataLoss, msg::kTokenizerMergeForm, i, "");
    }
    vocabulary.merges.emplace_back(*left, *right);
  }
  vocabulary.model = Model::kCharBpe;
  vocabulary.skip_missing = true;
  vocabulary.byte_fallback = model["byte_fallback"].AsBool().value_or(false);
  vocabulary.fuse_unknown = model["fuse_unk"].AsBool().value_or(false);
  vocabulary.ignore_merges = model["ignore_merges"].AsBool().value_or(false);
  vocabulary.model_name = "bpe";
  return {};
}

Status ReadUnigram(const Value& model, Vocabulary& vocabulary) {
  if (!model["vocab"].is_array()) return Field("model.vocab", "[[string, float]]");
  for (const Value& entry : model["vocab"].Items()) {
    const std::vector<Value> pair = entry.Items();
    const auto spelling = pair.size() == 2 ? pair[0].AsString() : std::nullopt;
    const auto score = pair.size() == 2 ? pair[1].AsDouble() : std::nullopt;
    if (!spelling || !score) return Field("model.vocab", "[[string, float]]");
    HEARTH_TRY(Place(vocabulary, *spelling, vocabulary.tokens.size()));
    vocabulary.scores.push_back(*score);
  }
  if (const auto unknown = model["unk_id"].AsUint()) {
    if (*unknown >= vocabulary.tokens.size()) {
      return Fail(Code::kDataLoss, msg::kTokenizerId, "unk_id", *unknown, vocabulary.tokens.size());
    }
    vocabulary.unknown = static_cast<Token>(*unknown);
  }
  vocabulary.model = Model::kUnigram;
  vocabulary.byte_fallback = model["byte_fallback"].AsBool().value_or(false);
  vocabulary.fuse_unknown = true;
  vocabulary.model_name = "unigram";
  return {};
}

struct ModelRow {
  std::string_view type;
  Status (*read)(const Value&, Vocabulary&);
};
constexpr ModelRow kModels[] = {{"BPE", ReadBpe}, {"Unigram", ReadUnigram}};

Status ReadModel(const Value& model, Vocabulary& vocabulary) {
  if (!model.is_object()) return Fail(Code::kDataLoss, msg::kTokenizerMissing, "model");
  // Files from before the type was written carry merges only when they are BPE.
  const std::string_view type =
      model["type"].AsString().value_or(model["merges"].is_array() ? "BPE" : "");
  for (const ModelRow& row : kModels) {
    if (row.type == type) return row.read(model, vocabulary);
  }
  return Fail(Code::kUnimplemented, msg::kTokenizerUnsupported, "model.type", type, "BPE Unigram");
}

Status ReadAddedTokens(const Value& added, Vocabulary& vocabulary) {
  vocabulary.specials_from_kinds = false;
  vocabulary.order = SpecialMatcher::Order::kLeftmostLongest;
  for (const Value& token : added.Items()) {
    const auto id = token["id"].AsUint();
    const auto content = token["content"].AsString();
    if (!id || !content) return Field("added_tokens", "[{id: int, content: string}]");
    if (token["single_word"].AsBool().value_or(false)) {
      return Fail(Code::kUnimplemented, msg::kTokenizerUnsupported, "added_tokens", "single_word",
                  "lstrip rstrip normalized special");
    }
    HEARTH_TRY(Place(vocabulary, *content, *id));
    const bool control = token["special"].AsBool().value_or(false);
    vocabulary.kinds[*id] = control ? TokenKind::kControl : TokenKind::kUserDefined;
    vocabulary.specials.push_back({.token = static_cast<Token>(*id),
                                   .control = control,
                                   .strip = {.left = token["lstrip"].AsBool().value_or(false),
                                             .right = token["rstrip"].AsBool().value_or(false)},
                                   .normalized = token["normalized"].AsBool().value_or(false)});
  }
  return {};
}

// Kinds that follow from the model: <0x..> tokens are bytes, and the unknown token is unknown.
Status FinishKinds(const Value& model, Vocabulary& vocabulary) {
  if (!vocabulary.scores.empty()) vocabulary.scores.resize(vocabulary.tokens.size(), 0);
  const auto unknown = model["unk_token"].AsString();
  for (size_t i = 0; i < vocabulary.tokens.size(); ++i) {
    if (vocabulary.kinds[i] == TokenKind::kNormal && vocabulary.byte_fallback &&
        ParseByteToken(vocabulary.tokens[i]) >= 0) {
      vocabulary.kinds[i] = TokenKind::kByte;
    }
    if (unknown && vocabulary.kinds[i] != TokenKind::kUnused && vocabulary.tokens[i] == *unknown) {
      vocabulary.unknown = static_cast<Token>(i);
    }
  }
  if (unknown && vocabulary.unknown < 0) {
    return Fail(Code::kDataLoss, msg::kTokenizerMissing, "model.unk_token");
  }
  if (vocabulary.unknown >= 0) {
    vocabulary.kinds[static_cast<size_t>(vocabulary.unknown)] = TokenKind::kUnknown;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<const Tokenizer>> Tokenizer::FromJson(std::string_view json) {
  HEARTH_ASSIGN(const json::Document document,
                json::Document::Parse(json, "tokenizer.json", kMaxJsonBytes));
  const Value root = document.root();
  Vocabulary vocabulary;
  HEARTH_TRY(ReadModel(root["model"], vocabulary));
  HEARTH_TRY(ReadAddedTokens(root["added_tokens"], vocabulary));
  HEARTH_TRY(FinishKinds(root["model"], vocabulary));
  HEARTH_TRY(ReadJsonSteps(root, vocabulary));
  return BuildTokenizer(std::move(vocabulary));
}

}  // namespace hearth::text
