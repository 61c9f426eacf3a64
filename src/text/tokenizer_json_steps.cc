// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/messages_tokenizer.h"
#include "text/pre_tokenizer.h"
#include "text/spaces.h"
#include "text/tokenizer_json.h"

namespace hearth::text {
namespace {

using json::Value;

std::unexpected<Error> Unsupported(std::string_view what, std::string_view name,
                                   std::string_view supported) {
  return Fail(Code::kUnimplemented, msg::kTokenizerUnsupported, what, name, supported);
}

// One step of a pipeline stage, by its "type".
struct StepRow {
  std::string_view type;
  Status (*read)(const Value& step, Vocabulary& vocabulary);
};

// Applies `step`, or each step of a Sequence (found under `list`), through the rows.
Status ReadSteps(std::string_view stage, const Value& step, std::string_view list,
                 std::span<const StepRow> rows, Vocabulary& vocabulary) {
  if (!step || step.is_null()) return {};
  const std::string_view type = step["type"].AsString().value_or("");
  if (type == "Sequence") {
    for (const Value& item : step[list].Items()) {
      if (item["type"].AsString() == "Sequence") return Unsupported(stage, "Sequence", "one level");
      HEARTH_TRY(ReadSteps(stage, item, list, rows, vocabulary));
    }
    return {};
  }
  std::string supported = "Sequence";
  for (const StepRow& row : rows) {
    if (row.type == type) return row.read(step, vocabulary);
    supported.append(" ").append(row.type);
  }
  return Unsupported(stage, type, supported);
}

// --- normalizer ---

using Step = Vocabulary::NormalizerStep;

Status ReadNfc(const Value&, Vocabulary& vocabulary) {
  vocabulary.normalizer.push_back({.kind = Step::kNfc});
  return {};
}

Status ReadNfkc(const Value&, Vocabulary& vocabulary) {
  vocabulary.normalizer.push_back({.kind = Step::kNfkc});
  return {};
}

Status ReadPrepend(const Value& step, Vocabulary& vocabulary) {
  const auto text = step["prepend"].AsString();
  if (!text) return Fail(Code::kDataLoss, msg::kTokenizerField, "normalizer.prepend", "string");
  vocabulary.normalizer.push_back({.kind = Step::kPrepend, .to = std::string(*text)});
  return {};
}

Status ReadReplace(const Value& step, Vocabulary& vocabulary) {
  const auto from = step["pattern"]["String"].AsString();
  const auto to = step["content"].AsString();
  if (!from) {
    return Unsupported("normalizer.Replace", step["pattern"]["Regex"].AsString().value_or(""),
                       "{\"String\": ...}");
  }
  if (!to) return Fail(Code::kDataLoss, msg::kTokenizerField, "normalizer.content", "string");
  vocabulary.normalizer.push_back(
      {.kind = Step::kReplace, .from = std::string(*from), .to = std::string(*to)});
  return {};
}

constexpr StepRow kNormalizers[] = {
    {"NFC", ReadNfc}, {"NFKC", ReadNfkc}, {"Prepend", ReadPrepend}, {"Replace", ReadReplace}};

// --- pre_tokenizer ---

Status ReadByteLevel(const Value& step, Vocabulary& vocabulary) {
  if (vocabulary.model != Vocabulary::Model::kCharBpe) {
    return Unsupported("pre_tokenizer", "ByteLevel", "BPE");
  }
  vocabulary.model = Vocabulary::Model::kByteBpe;
  if (step["add_prefix_space"].AsBool().value_or(true)) {
    vocabulary.space_prefix = Vocabulary::SpacePrefix::kAfterSpecials;
  }
  if (step["use_regex"].AsBool().value_or(true)) {
    if (vocabulary.pre.rule != nullptr) return Unsupported("pre_tokenizer", "ByteLevel", "Split");
    vocabulary.pre.rule = FindPreTokenizer("gpt-2")->pre.rule;
  }
  return {};
}

Status ReadDigits(const Value& step, Vocabulary& vocabulary) {
  const bool first = vocabulary.pre.rule == nullptr && vocabulary.pre.numbers == NumberStep::kNone;
  if (!step["individual_digits"].AsBool().value_or(false) || !first) {
    return Unsupported("pre_tokenizer", "Digits", "individual_digits, first");
  }
  vocabulary.pre.numbers = NumberStep::kEach;
  return {};
}

Status ReadSplit(const Value& step, Vocabulary& vocabulary) {
  const auto regex = step["pattern"]["Regex"].AsString();
  const auto text = step["pattern"]["String"].AsString();
  // Gemma: blanks are U+2581 by now, so that a split at blanks finds nothing.
  const bool blanks_gone =
      !vocabulary.normalizer.empty() && vocabulary.normalizer.back().from == " ";
  if (text == " " && blanks_gone) return {};
  const std::string_view pattern = regex.value_or(text.value_or(""));
  const bool isolated = step["behavior"].AsString() == "Isolated";
  if (regex && isolated && vocabulary.pre.rule == nullptr) {
    const NumberStep numbers = FindNumberPattern(*regex);
    if (numbers != NumberStep::kNone && vocabulary.pre.numbers == NumberStep::kNone) {
      vocabulary.pre.numbers = numbers;
      return {};
    }
    vocabulary.pre.rule = FindSplitPattern(*regex);
    if (vocabulary.pre.rule != nullptr) return {};
  }
  return Unsupported("pre_tokenizer.Split", pattern, "GPT-2, Llama 3, Qwen2, Qwen3.5, \\p{N}");
}

Status ReadMetaspace(const Value& step, Vocabulary& vocabulary) {
  using Prefix = Vocabulary::SpacePrefix;
  if (step["replacement"].AsString().value_or(kSpaceMark) != kSpaceMark) {
    return Unsupported("pre_tokenizer.Metaspace", *step["replacement"].AsString(), kSpaceMark);
  }
  const std::string_view scheme = step["prepend_scheme"].AsString().value_or(
      step["add_prefix_space"].AsBool().value_or(true) ? "always" : "never");
  vocabulary.escape_spaces = true;
  vocabulary.prefix_unless_there = true;
  vocabulary.split_words = step["split"].AsBool().value_or(true);
  vocabulary.space_prefix = scheme == "always"  ? Prefix::kAfterSpecials
                            : scheme == "first" ? Prefix::kFirst
                                                : Prefix::kNever;
  vocabulary.drop_leading_space = scheme != "never";
  return {};
}

constexpr StepRow kPreTokenizers[] = {{"ByteLevel", ReadByteLevel},
                                      {"Digits", ReadDigits},
                                      {"Split", ReadSplit},
                                      {"Metaspace", ReadMetaspace}};

// --- decoder: only whether a leading blank is dropped is not known already ---

Status Nothing(const Value&, Vocabulary&) {
  return {};
}

Status ReadStrip(const Value& step, Vocabulary& vocabulary) {
  if (step["content"].AsString() == " " && step["start"].AsUint().value_or(0) > 0) {
    vocabulary.drop_leading_space = true;
  }
  return {};
}

constexpr StepRow kDecoders[] = {{"ByteLevel", Nothing}, {"Metaspace", Nothing},
                                 {"Replace", Nothing},   {"ByteFallback", Nothing},
                                 {"Fuse", Nothing},      {"Strip", ReadStrip}};

// --- post_processor: which tokens stand around a text ---

Status ReadTemplate(const Value& step, Vocabulary& vocabulary) {
  const std::vector<Value> single = step["single"].Items();
  const auto special = [&](size_t i) -> Token {
    const auto name = single[i]["SpecialToken"]["id"].AsString();
    if (!name) return -1;
    const auto id = step["special_tokens"][*name]["ids"].Items();
    const auto number = id.empty() ? std::nullopt : id[0].AsUint();
    return number && *number < vocabulary.tokens.size() ? static_cast<Token>(*number) : -1;
  };
  if (single.empty()) return {};
  const Token front = special(0);
  if (front >= 0) {
    vocabulary.bos = front;
    vocabulary.add_bos = true;
  }
  const Token back = single.size() > 1 ? special(single.size() - 1) : -1;
  if (back >= 0) {
    vocabulary.eos = back;
    vocabulary.add_eos = true;
  }
  return {};
}

constexpr StepRow kPostProcessors[] = {{"TemplateProcessing", ReadTemplate},
                                       {"ByteLevel", Nothing}};

}  // namespace

Status ReadJsonSteps(const Value& root, Vocabulary& vocabulary) {
  HEARTH_TRY(ReadSteps("normalizer", root["normalizer"], "normalizers", kNormalizers, vocabulary));
  HEARTH_TRY(ReadSteps("pre_tokenizer", root["pre_tokenizer"], "pretokenizers", kPreTokenizers,
                       vocabulary));
  HEARTH_TRY(ReadSteps("decoder", root["decoder"], "decoders", kDecoders, vocabulary));
  return ReadSteps("post_processor", root["post_processor"], "processors", kPostProcessors,
                   vocabulary);
}

}  // namespace hearth::text
