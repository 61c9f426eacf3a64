// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/messages_tokenizer.h"
#include "text/vocab_tokenizer.h"

namespace hearth::text {
Result<std::unique_ptr<const Tokenizer>> BuildCharBpe(Vocabulary&) {
  return Fail(Code::kUnimplemented, msg::kTokenizerMissing, "char bpe");
}
Result<std::unique_ptr<const Tokenizer>> BuildUnigram(Vocabulary&) {
  return Fail(Code::kUnimplemented, msg::kTokenizerMissing, "unigram");
}
}  // namespace hearth::text
