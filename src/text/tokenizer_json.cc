// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/messages_tokenizer.h"
#include "text/tokenizer.h"

namespace hearth::text {
Result<std::unique_ptr<const Tokenizer>> Tokenizer::FromJson(std::string_view) {
  return Fail(Code::kUnimplemented, msg::kTokenizerMissing, "json");
}
}  // namespace hearth::text
