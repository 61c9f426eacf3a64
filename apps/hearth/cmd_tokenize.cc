// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <nlohmann/json.hpp>

#include "command.h"
#include "formats/catalogue.h"
#include "hub/hub.h"
#include "messages_talk.h"
#include "printable.h"
#include "talk.h"
#include "text/tokenizer.h"

namespace hearth::app {
namespace {

using Json = nlohmann::ordered_json;
using text::Token;

struct TokenOptions {
  std::string model, input;
  bool json = false;
  bool specials = false;
};

// Parses MODEL [INPUT] --json and the flag about control tokens; reads standard input without
// INPUT.
Result<bool> ParseTokenArgs(Console& console, std::string_view command, const Message& help,
                            const Message& input_help, const Message& specials_help,
                            std::vector<std::string> words, TokenOptions& options) {
  Args args(command, help);
  args.Positional("MODEL", &options.model, msg::kModelArg, true);
  args.Positional("INPUT", &options.input, input_help, false);
  args.Switch("--json", &options.json, msg::kJsonFlag);
  args.Switch("--specials", &options.specials, specials_help);
  HEARTH_ASSIGN(const bool go, args.Parse(console, std::move(words)));
  if (go && options.input.empty()) {
    HEARTH_ASSIGN(options.input, ReadStandardInput());
  }
  return go;
}

// The tokenizer only: no weights are read.
Result<std::unique_ptr<const text::Tokenizer>> OpenTokenizer(const std::string& name) {
  HEARTH_ASSIGN(const hub::Store store, hub::Store::Open());
  HEARTH_ASSIGN(const hub::Model model, store.Resolve(name));
  HEARTH_ASSIGN(const formats::Catalogue catalogue, formats::OpenModel(model.path));
  return text::Tokenizer::FromCatalogue(catalogue);
}

Result<std::vector<Token>> ParseTokens(std::string_view text, const text::Tokenizer& tokenizer) {
  constexpr std::string_view kBetween = " \t\r\n,[]";
  std::vector<Token> tokens;
  while (true) {
    const size_t begin = text.find_first_not_of(kBetween);
    if (begin == std::string_view::npos) return tokens;
    const size_t end = std::min(text.find_first_of(kBetween, begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    Token token = -1;
    const auto [last, error] = std::from_chars(word.data(), word.data() + word.size(), token);
    if (error != std::errc() || last != word.data() + word.size() || token < 0 ||
        token >= tokenizer.vocabulary_size()) {
      return Fail(Code::kInvalidArgument, msg::kBadToken, Printable(word),
                  tokenizer.vocabulary_size() - 1);
    }
    tokens.push_back(token);
    text.remove_prefix(end);
  }
}

}  // namespace

Status RunTokenize(Console& console, std::vector<std::string> words) {
  TokenOptions options;
  HEARTH_ASSIGN(const bool go,
                ParseTokenArgs(console, "tokenize", msg::kHelpTokenize, msg::kTextArg,
                               msg::kSpecialsFlag, std::move(words), options));
  if (!go) return {};
  HEARTH_ASSIGN(const auto tokenizer, OpenTokenizer(options.model));
  const std::vector<Token> tokens = tokenizer->Encode(
      options.input, options.specials ? text::Specials::kParse : text::Specials::kText);
  if (options.json) {
    Json pieces = Json::array();
    for (const Token token : tokens) pieces.push_back(tokenizer->Piece(token, true));
    const Json object = {{"count", tokens.size()}, {"tokens", tokens}, {"pieces", pieces}};
    console.Out(object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    return {};
  }
  std::string line;
  for (const Token token : tokens) line += fmt::format("{}{}", line.empty() ? "" : " ", token);
  console.Out(line + "\n");
  return {};
}

Status RunDetokenize(Console& console, std::vector<std::string> words) {
  TokenOptions options;
  HEARTH_ASSIGN(const bool go,
                ParseTokenArgs(console, "detokenize", msg::kHelpDetokenize, msg::kIdsArg,
                               msg::kShowSpecialsFlag, std::move(words), options));
  if (!go) return {};
  HEARTH_ASSIGN(const auto tokenizer, OpenTokenizer(options.model));
  HEARTH_ASSIGN(const std::vector<Token> tokens, ParseTokens(options.input, *tokenizer));
  const std::string text = tokenizer->Decode(tokens, options.specials);
  if (options.json) {
    console.Out(Json{{"text", text}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    console.Out(console.out_is_terminal() ? Printable(text) + "\n" : text);
  }
  return {};
}

}  // namespace hearth::app
