// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// A hostile vocabulary (GGUF metadata or tokenizer.json) must be refused or give a tokenizer that
// encodes any bytes to ids in range, decodes them, and streams the same text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"
#include "text/unicode.h"

namespace {

using hearth::formats::Catalogue;
using hearth::text::Specials;
using hearth::text::Token;
using hearth::text::Tokenizer;

// Splits off what stands before the next 0xFF byte.
std::string_view Take(std::string_view& rest) {
  const size_t end = std::min(rest.find('\xFF'), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Fields separated by 0xFF: pre, tokens, types (a digit each), scores (a byte each), merges, ids.
Catalogue Metadata(std::string_view& rest, bool bytes) {
  Catalogue catalogue;
  auto& metadata = catalogue.metadata;
  metadata["tokenizer.ggml.model"] = std::string(bytes ? "gpt2" : "llama");
  metadata["tokenizer.ggml.pre"] = std::string(Take(rest));
  metadata["tokenizer.ggml.tokens"] = Lines(Take(rest));
  std::vector<int64_t> types;
  for (const char c : Take(rest)) types.push_back(c - '0');
  if (!types.empty()) metadata["tokenizer.ggml.token_type"] = std::move(types);
  std::vector<float> scores;
  for (const char c : Take(rest)) {
    scores.push_back(c == '!' ? __builtin_nanf("") : static_cast<float>(c));
  }
  if (!scores.empty()) metadata["tokenizer.ggml.scores"] = std::move(scores);
  if (bytes) metadata["tokenizer.ggml.merges"] = Lines(Take(rest));
  const std::string_view ids = Take(rest);
  const char* keys[] = {"tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id",
                        "tokenizer.ggml.unknown_token_id", "tokenizer.ggml.add_bos_token",
                        "tokenizer.ggml.add_space_prefix"};
  for (size_t i = 0; i < ids.size() && i < std::size(keys); ++i) {
    if (ids[i] != '-') metadata[keys[i]] = uint64_t{static_cast<uint8_t>(ids[i] - '0')};
  }
  return catalogue;
}

void Check(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto tokenizer = data[0] % 3 == 0 ? Tokenizer::FromJson(Take(rest))
                                    : Tokenizer::FromCatalogue(Metadata(rest, data[0] % 3 == 1));
  if (!tokenizer) {
    Check(!tokenizer.error().Text().empty());
    return 0;
  }
  for (const Specials specials : {Specials::kText, Specials::kParse}) {
    const std::vector<Token> tokens = (*tokenizer)->Encode(rest, specials);
    hearth::text::StreamDecoder stream(**tokenizer, true);
    std::string streamed;
    for (const Token token : tokens) {
      Check(token >= 0 && token < (*tokenizer)->vocabulary_size());
      if (specials == Specials::kText) {
        Check((*tokenizer)->Kind(token) != hearth::text::TokenKind::kControl);
      }
      streamed += stream.Push(token);
    }
    streamed += stream.Flush();
    const std::string decoded = (*tokenizer)->Decode(tokens, true);
    Check(hearth::text::IsValidUtf8(streamed));
    if (hearth::text::IsValidUtf8(decoded)) Check(streamed == decoded);
  }
  return 0;
}
