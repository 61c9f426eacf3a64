// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "conversation.h"
#include "talk.h"

namespace hearth::app {

// A chat in progress: a conversation, the model that answers it, and the commands of the user. The
// conversation changes only when an answer (or a part of one) exists; after an error it is as
// before.
class Chat {
 public:
  Chat(Console& console, SettingValues values);

  Status Open(const std::string& model);
  // Lets the present model go and opens another. When that fails on a terminal, the error is told
  // and the old one opened again: false.
  Result<bool> Switch(const std::string& model);
  // One input of the user: a message, or a command that begins with '/'. False: leave.
  Result<bool> Take(const std::string& input);
  void PrintBanner() const;
  // At the end: keeps packed weights for the next start, when the settings say so.
  void Keep() const;

 private:
  friend struct SlashTable;
  // Handlers of the command table in chat_commands.cc; `rest` is what follows the command.
  Result<bool> Help(const std::string& rest);
  Result<bool> System(const std::string& rest);
  Result<bool> Save(const std::string& rest);
  Result<bool> Load(const std::string& rest);
  Result<bool> Regenerate(const std::string& rest);
  Result<bool> Undo(const std::string& rest);
  Result<bool> Stats(const std::string& rest);
  Result<bool> Set(const std::string& rest);
  Result<bool> Model(const std::string& rest);
  Result<bool> Bye(const std::string& rest);
  Result<bool> RunCommand(const std::string& input);

  // Adds the message, answers it, keeps both.
  Status Say(const std::string& message);
  // The conversation as tokens that fit the context, by the policy of --on-full.
  Result<std::vector<text::Token>> FittingPrompt(Conversation& conversation);
  void PrintSettings() const;
  std::string ChatFolder() const;

  Console& console_;
  SettingValues values_;
  LoadedModel model_;
  std::unique_ptr<engine::Session> session_;  // null: no model could be loaded
  Conversation conversation_;
  uint64_t seed_ = 0;  // of the next answer; each answer takes one
  struct Totals {
    int64_t answer_tokens = 0, prompt_tokens = 0;
    double decode_seconds = 0, prefill_seconds = 0;
  } totals_;
};

}  // namespace hearth::app
