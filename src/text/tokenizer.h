// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/catalogue.h"

namespace hearth::text {

using Token = int32_t;

enum class TokenKind : uint8_t { kNormal, kUnknown, kControl, kUserDefined, kUnused, kByte };

// How the text of special tokens inside the input is treated.
enum class Specials {
  kText,   // user text: "<|im_end|>" is spelled out in ordinary tokens, never a control token
  kParse,  // template output: control tokens are recognised
};

// Text to token ids and back. Immutable, thread-safe.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // From GGUF metadata (tokenizer.ggml.*), or from the JSON of a tokenizer.json file.
  static Result<std::unique_ptr<const Tokenizer>> FromCatalogue(
      const formats::Catalogue& catalogue);
  static Result<std::unique_ptr<const Tokenizer>> FromJson(std::string_view json);

  // `text` may be any bytes; invalid UTF-8 is encoded as the reference does (U+FFFD or bytes).
  // Never adds BOS or EOS: see add_bos()/add_eos().
  virtual std::vector<Token> Encode(std::string_view text, Specials specials) const = 0;
  // The bytes of one token as they stand inside a text (may be part of a character). Control tokens
  // give nothing unless `show_specials`. REQUIRES: 0 <= token < vocabulary_size().
  virtual std::string_view Piece(Token token, bool show_specials = false) const = 0;
  // Whole-sequence decoding, equal to the reference (SentencePiece drops one leading space).
  virtual std::string Decode(std::span<const Token> tokens, bool show_specials = false) const = 0;

  virtual int32_t vocabulary_size() const = 0;
  virtual TokenKind Kind(Token token) const = 0;
  virtual std::string_view Spelling(Token token) const = 0;         // as in the vocabulary file
  virtual Token FindSpelling(std::string_view spelling) const = 0;  // -1 when absent

  Token bos() const { return bos_; }  // -1 when the model has none
  Token eos() const { return eos_; }
  bool add_bos() const { return add_bos_; }
  bool add_eos() const { return add_eos_; }
  // Every token that ends an answer: EOS, EOT, <|im_end|>, <end_of_turn>, ... sorted.
  std::span<const Token> stop_tokens() const { return stop_tokens_; }
  // Whether Decode drops the first space, the one that Encode put in front of a text.
  bool drops_leading_space() const { return drops_leading_space_; }
  std::string_view model_name() const { return model_name_; }  // "gpt2", "llama", "unigram"
  std::string_view pre_name() const { return pre_name_; }  // "qwen2", "llama-bpe", "smollm", ...

 protected:
  Token bos_ = -1, eos_ = -1;
  bool add_bos_ = false, add_eos_ = false, drops_leading_space_ = false;
  std::vector<Token> stop_tokens_;
  std::string model_name_, pre_name_;
};

// Turns a stream of tokens into a stream of whole UTF-8 characters: bytes of an unfinished
// character are held back until the next token completes them.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer, bool show_specials = false)
      : tokenizer_(&tokenizer), show_specials_(show_specials) {}
  std::string Push(Token token);  // the text that became complete
  std::string Flush();            // what is left; broken bytes become U+FFFD

 private:
  const Tokenizer* tokenizer_;
  bool show_specials_;
  bool first_ = true;
  std::string pending_;
};

}  // namespace hearth::text
