// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace hearth::engine {

// A conversation as the tokens that a model expects, with the beginning of its next answer.
// `chat_template`: null for ChatML. Control tokens come from the template only: where a message of
// a user, a tool or the system spells one ("<|im_end|>"), its letters become ordinary tokens.
Result<std::vector<text::Token>> EncodeChat(const text::Tokenizer& tokenizer,
                                            const text::ChatTemplate* chat_template,
                                            std::vector<text::ChatMessage> messages);

// Text without a template, as it stands: control tokens are recognised, BOS is added when the model
// wants one and the text does not begin with it.
std::vector<text::Token> EncodeRaw(const text::Tokenizer& tokenizer, std::string_view prompt);

}  // namespace hearth::engine
