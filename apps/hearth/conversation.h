// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/chat_template.h"

namespace hearth::app {

// The messages of a chat: a system prompt (maybe none), then user and assistant in turn.
struct Conversation {
  std::string system;
  std::vector<text::ChatMessage> turns;

  // As the template takes it.
  std::vector<text::ChatMessage> Messages() const;
  // Takes back the last user message and its answer; the user's words, nullopt when there are none.
  std::optional<std::string> UndoLast();
  // Removes the oldest user message and its answer, but never the last user message; the user's
  // words.
  std::optional<std::string> DropOldest();
};

// The file of a saved conversation (docs/formats.md).
std::string ToJson(const Conversation& conversation, std::string_view model);
// kDataLoss, naming `where`, when it is not one or damaged.
Result<Conversation> ParseConversation(std::string_view json, const std::string& where);

// 1 to 64 of a-z A-Z 0-9 - _: never a path.
bool ValidChatName(std::string_view name);

}  // namespace hearth::app
