// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer.h"
#include "text/unicode.h"

namespace hearth::text {
namespace {

// Moves the whole characters of `pending` to the result; every maximal broken part becomes one
// U+FFFD. At the `end` of the stream an unfinished character counts as broken.
std::string TakeCharacters(std::string& pending, bool end) {
  std::string out;
  size_t at = 0;
  while (at < pending.size()) {
    const Utf8Step step = StepUtf8(pending, at);
    if (step.status == Utf8::kIncomplete && !end) break;
    if (step.status == Utf8::kValid) {
      out.append(pending, at, step.length);
    } else {
      out.append(kReplacement);
    }
    at += step.length;
  }
  pending.erase(0, at);
  return out;
}

}  // namespace

std::string StreamDecoder::Push(Token token) {
  std::string_view piece = tokenizer_->Piece(token, show_specials_);
  if (first_ && !piece.empty()) {
    first_ = false;
    if (tokenizer_->drops_leading_space() && piece.starts_with(' ')) piece.remove_prefix(1);
  }
  pending_.append(piece);
  return TakeCharacters(pending_, false);
}

std::string StreamDecoder::Flush() {
  return TakeCharacters(pending_, true);
}

}  // namespace hearth::text
