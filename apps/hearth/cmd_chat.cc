// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/os.h"
#include "chat.h"
#include "command.h"
#include "hub/hub.h"
#include "line_input.h"
#include "messages_talk.h"

namespace hearth::app {
namespace {

// Without a name, the only model of the store.
Result<std::string> OnlyModel() {
  HEARTH_ASSIGN(const hub::Store store, hub::Store::Open());
  HEARTH_ASSIGN(const std::vector<hub::Model> models, store.List());
  if (models.size() == 1) return models.front().name;
  if (models.empty()) {
    HEARTH_ASSIGN(const auto catalogue, hub::Catalogue());
    return Fail(Code::kNotFound, msg::kChatNoModel,
                catalogue.empty() ? std::string("NAME") : catalogue.front().name);
  }
  std::string names;
  for (const hub::Model& model : models) names += (names.empty() ? "" : ", ") + model.name;
  return Fail(Code::kInvalidArgument, msg::kChatManyModels, names);
}

// On a terminal an error is told and the chat goes on; elsewhere it ends the program.
Status Converse(Console& console, Chat& chat, LineInput& input) {
  while (!console.out_failed()) {
    std::string message;
    const LineInput::Event event = ReadMessage(input, message);
    if (event == LineInput::Event::kEnd) return {};
    if (event == LineInput::Event::kInterrupted || message.empty()) continue;
    input.Remember(message);
    const Result<bool> taken = chat.Take(message);
    if (taken && !*taken) return {};
    if (taken) continue;
    if (!console.interactive()) return std::unexpected(taken.error());
    console.PrintError(taken.error());
  }
  return {};
}

}  // namespace

Status RunChat(Console& console, std::vector<std::string> words) {
  std::string model;
  SettingValues values;
  Args args("chat", msg::kHelpChat);
  args.Positional("MODEL", &model, msg::kChatModelArg, false);
  using namespace settings;
  args.Settings(kSampling | kPrompt | kChat | kSession | kLoad, &values);
  HEARTH_ASSIGN(const bool go, args.Parse(console, std::move(words)));
  if (!go) return {};
  HEARTH_TRY(CheckUtf8(values.system, msg::kTheSystemPrompt));
  if (model.empty()) {
    HEARTH_ASSIGN(model, OnlyModel());
  }
  Chat chat(console, std::move(values));
  HEARTH_TRY(chat.Open(model));
  if (console.interactive()) {
    chat.PrintBanner();
    const Status made = os::MakeFolders(os::DataFolder());
    (void)made;  // without the folder nothing is remembered
  }
  const auto input = OpenLineInput(console, os::DataFolder() + "/history.jsonl");
  const Status status = Converse(console, chat, *input);
  chat.Keep();
  return status;
}

}  // namespace hearth::app
