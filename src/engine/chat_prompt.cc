// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/chat_prompt.h"

#include <algorithm>
#include <string>

namespace hearth::engine {
namespace {

using text::ChatMessage;
using text::Specials;
using text::Token;
using text::Tokenizer;
using text::TokenKind;

std::string Spelling(const Tokenizer& tokenizer, Token token) {
  return token < 0 ? std::string() : std::string(tokenizer.Spelling(token));
}

// A private-use character that none of the messages contains.
std::string UnusedMark(const std::vector<ChatMessage>& messages) {
  for (uint32_t code = 0xE000; code < 0xF8FF; ++code) {
    const std::string mark = {static_cast<char>(0xE0 | code >> 12),
                              static_cast<char>(0x80 | (code >> 6 & 0x3F)),
                              static_cast<char>(0x80 | (code & 0x3F))};
    const bool used = std::ranges::any_of(messages, [&](const ChatMessage& message) {
      return message.content.find(mark) != std::string::npos;
    });
    if (!used) return mark;
  }
  return {};
}

// `content` with `mark` inside every control token that it spells, so that none is recognised. The
// mark stays where it is until the end, so breaking one spelling cannot complete another.
std::string BreakControlTokens(const Tokenizer& tokenizer, std::string content,
                               std::string_view mark) {
  size_t at = 0;
  for (const Token token : tokenizer.Encode(content, Specials::kParse)) {
    if (tokenizer.Kind(token) != TokenKind::kControl) continue;
    const std::string_view spelling = tokenizer.Spelling(token);
    const size_t found = content.find(spelling, at);
    if (found == std::string::npos || spelling.empty()) continue;
    content.insert(found + 1, mark);
    at = found + spelling.size() + mark.size();
  }
  return content;
}

std::string Without(std::string_view text, std::string_view mark) {
  std::string out;
  while (true) {
    const size_t found = text.find(mark);
    out += text.substr(0, found);
    if (found == std::string_view::npos) return out;
    text.remove_prefix(found + mark.size());
  }
}

// Encodes template output in which `mark` protects what users spelled: control tokens are taken
// where they stand, the text between them is encoded without the marks.
std::vector<Token> EncodeMarked(const Tokenizer& tokenizer, std::string_view rendered,
                                std::string_view mark) {
  std::vector<Token> out;
  const auto add_text = [&](std::string_view text) {
    if (text.empty()) return;
    const std::vector<Token> tokens = tokenizer.Encode(Without(text, mark), Specials::kText);
    out.insert(out.end(), tokens.begin(), tokens.end());
  };
  for (const Token token : tokenizer.Encode(rendered, Specials::kParse)) {
    if (tokenizer.Kind(token) != TokenKind::kControl) continue;
    const std::string_view spelling = tokenizer.Spelling(token);
    const size_t found = rendered.find(spelling);
    if (found == std::string_view::npos || spelling.empty()) continue;
    add_text(rendered.substr(0, found));
    out.push_back(token);
    rendered.remove_prefix(found + spelling.size());
  }
  add_text(rendered);
  return out;
}

bool SpellsControlToken(const Tokenizer& tokenizer, std::string_view content) {
  const std::vector<Token> tokens = tokenizer.Encode(content, Specials::kParse);
  return std::ranges::any_of(
      tokens, [&](Token token) { return tokenizer.Kind(token) == TokenKind::kControl; });
}

void AddBos(const Tokenizer& tokenizer, std::vector<Token>& tokens) {
  if (!tokenizer.add_bos() || tokenizer.bos() < 0) return;
  if (tokens.empty() || tokens.front() != tokenizer.bos()) {
    tokens.insert(tokens.begin(), tokenizer.bos());
  }
}

}  // namespace

Result<std::vector<Token>> EncodeChat(const Tokenizer& tokenizer,
                                      const text::ChatTemplate* chat_template,
                                      std::vector<ChatMessage> messages) {
  std::string mark;
  for (ChatMessage& message : messages) {
    if (!SpellsControlToken(tokenizer, message.content)) continue;
    if (mark.empty()) mark = UnusedMark(messages);
    message.content = BreakControlTokens(tokenizer, std::move(message.content), mark);
  }
  HEARTH_ASSIGN(const std::string rendered, text::RenderChat(chat_template, messages, true,
                                                             Spelling(tokenizer, tokenizer.bos()),
                                                             Spelling(tokenizer, tokenizer.eos())));
  std::vector<Token> tokens = mark.empty() ? tokenizer.Encode(rendered, Specials::kParse)
                                           : EncodeMarked(tokenizer, rendered, mark);
  AddBos(tokenizer, tokens);
  return tokens;
}

std::vector<Token> EncodeRaw(const Tokenizer& tokenizer, std::string_view prompt) {
  std::vector<Token> tokens = tokenizer.Encode(prompt, Specials::kParse);
  AddBos(tokenizer, tokens);
  return tokens;
}

}  // namespace hearth::engine
