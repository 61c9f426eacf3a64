// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/os.h"
#include "chat.h"
#include "messages_talk.h"
#include "printable.h"

namespace hearth::app {

// What the user can type after '/', in the order of /help.
struct SlashTable {
  struct Row {
    std::string_view name;
    std::string_view argument;  // for /help
    const Message& help;
    Result<bool> (Chat::*run)(const std::string& rest);
    bool needs_model;
  };
  static constexpr Row kRows[] = {
      {"/help", "", msg::kSlashHelp, &Chat::Help, false},
      {"/system", "[TEXT]", msg::kSlashSystem, &Chat::System, false},
      {"/save", "[NAME]", msg::kSlashSave, &Chat::Save, true},
      {"/load", "[NAME]", msg::kSlashLoad, &Chat::Load, true},
      {"/regenerate", "", msg::kSlashRegenerate, &Chat::Regenerate, true},
      {"/undo", "", msg::kSlashUndo, &Chat::Undo, false},
      {"/stats", "", msg::kSlashStats, &Chat::Stats, true},
      {"/set", "[NAME VALUE]", msg::kSlashSet, &Chat::Set, false},
      {"/model", "NAME", msg::kSlashModel, &Chat::Model, false},
      {"/bye", "", msg::kSlashBye, &Chat::Bye, false},
  };
};

namespace {

// Settings that act on a running chat; the others need a new session or engine.
constexpr uint32_t kChangeable = settings::kSampling | settings::kChat;
constexpr uint32_t kShown = kChangeable | settings::kSession | settings::kLoad;
constexpr uint64_t kMaxSaved = 256 << 20;
constexpr std::string_view kDefaultName = "last";

// Cuts the first word off `text`, which keeps the rest without leading blanks.
std::string TakeWord(std::string& text) {
  constexpr std::string_view kBlank = " \t\n";
  const size_t end = std::min(text.find_first_of(kBlank), text.size());
  std::string word = text.substr(0, end);
  text.erase(0, std::min(text.find_first_not_of(kBlank, end), text.size()));
  while (!text.empty() && kBlank.find(text.back()) != std::string_view::npos) text.pop_back();
  return word;
}

}  // namespace

Result<bool> Chat::RunCommand(const std::string& input) {
  std::string rest = input;
  const std::string name = TakeWord(rest);
  for (const SlashTable::Row& row : SlashTable::kRows) {
    if (row.name != name) continue;
    if (row.needs_model && session_ == nullptr) {
      return Fail(Code::kFailedPrecondition, msg::kModelNone);
    }
    return (this->*row.run)(rest);
  }
  return Fail(Code::kInvalidArgument, msg::kSlashUnknown, Printable(name));
}

Result<bool> Chat::Help(const std::string&) {
  for (const SlashTable::Row& row : SlashTable::kRows) {
    const std::string usage = fmt::format("{} {}", row.name, row.argument);
    console_.Out("  " + console_.Bold(Padded(usage, 22)) + Console::Text(row.help) + "\n");
  }
  console_.OutLine(msg::kSlashMultiline);
  return true;
}

Result<bool> Chat::System(const std::string& rest) {
  if (!rest.empty()) {
    HEARTH_TRY(CheckUtf8(rest, msg::kTheSystemPrompt));
    conversation_.system = rest;
    console_.Note(msg::kSystemSet);
  } else if (conversation_.system.empty()) {
    console_.OutLine(msg::kSystemNone);
  } else {
    console_.OutLine(msg::kSystemIs, Printable(conversation_.system));
  }
  return true;
}

std::string Chat::ChatFolder() const {
  return os::DataFolder() + "/chats";
}

Result<bool> Chat::Save(const std::string& rest) {
  const std::string name = rest.empty() ? std::string(kDefaultName) : rest;
  if (!ValidChatName(name)) return Fail(Code::kInvalidArgument, msg::kChatName, Printable(name));
  HEARTH_TRY(os::MakeFolders(ChatFolder()));
  const std::string path = ChatFolder() + "/" + name;
  HEARTH_TRY(os::WriteFileAtomic(path + ".json", ToJson(conversation_, model_.name)));
  HEARTH_TRY(session_->Save(path + ".session"));
  console_.Note(msg::kSaved, name);
  return true;
}

Result<bool> Chat::Load(const std::string& rest) {
  if (rest.empty()) {
    std::string names;
    constexpr std::string_view kEnding = ".json";
    const std::vector<std::string> files =
        os::ListFolder(ChatFolder()).value_or(std::vector<std::string>());
    for (const std::string& file : files) {
      const std::string_view name =
          std::string_view(file).substr(0, file.size() - std::min(file.size(), kEnding.size()));
      if (!file.ends_with(kEnding) || !ValidChatName(name)) continue;
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    if (names.empty()) {
      console_.OutLine(msg::kSavedNone);
    } else {
      console_.OutLine(msg::kSavedList, names);
    }
    return true;
  }
  if (!ValidChatName(rest)) return Fail(Code::kInvalidArgument, msg::kChatName, Printable(rest));
  const std::string path = ChatFolder() + "/" + rest;
  Result<std::string> json = os::ReadWholeFile(path + ".json", kMaxSaved);
  if (!json && json.error().code() == Code::kNotFound) {
    return Fail(Code::kNotFound, msg::kChatNotFound, rest);
  }
  HEARTH_ASSIGN(const std::string content, std::move(json));
  HEARTH_ASSIGN(conversation_, ParseConversation(content, path + ".json"));
  console_.Note(msg::kLoaded, rest, conversation_.turns.size());
  // Only a shortcut: without it the conversation is computed again.
  if (const Status cached = session_->Load(path + ".session"); !cached) {
    console_.Note(msg::kLoadedWithoutCache, Printable(cached.error().Text()));
  }
  return true;
}

Result<bool> Chat::Regenerate(const std::string&) {
  const Conversation before = conversation_;
  const std::optional<std::string> message = conversation_.UndoLast();
  if (!message) return Fail(Code::kFailedPrecondition, msg::kNothingToRegenerate);
  const Status said = Say(*message);
  // Without a new answer the old one stays.
  if (conversation_.turns.size() < before.turns.size()) conversation_ = before;
  HEARTH_TRY(said);
  return true;
}

Result<bool> Chat::Undo(const std::string&) {
  const std::optional<std::string> message = conversation_.UndoLast();
  if (!message) return Fail(Code::kFailedPrecondition, msg::kNothingToUndo);
  console_.Note(msg::kUndone, Shortened(Printable(*message), 60));
  return true;
}

Result<bool> Chat::Stats(const std::string&) {
  const auto rate = [](double amount, double seconds) {
    return fmt::format("{:.1f}", seconds > 0 ? amount / seconds : 0.0);
  };
  console_.OutLine(msg::kStatsText, conversation_.turns.size(), session_->tokens().size(),
                   session_->context(), totals_.answer_tokens,
                   fmt::format("{:.1f}", totals_.decode_seconds),
                   rate(static_cast<double>(totals_.answer_tokens), totals_.decode_seconds),
                   totals_.prompt_tokens, fmt::format("{:.1f}", totals_.prefill_seconds),
                   BytesText(static_cast<double>(os::PeakResident())), seed_);
  return true;
}

void Chat::PrintSettings() const {
  for (const Setting& setting : Settings()) {
    if ((setting.group & kShown) == 0) continue;
    const bool fixed = (setting.group & kChangeable) == 0;
    const std::string head = "  " + Padded(setting.name, 20) + Padded(Show(setting, values_), 12);
    console_.Out((fixed ? console_.Dim(head) : head) + console_.Dim(Console::Text(setting.help)) +
                 "\n");
  }
}

Result<bool> Chat::Set(const std::string& rest) {
  if (rest.empty()) {
    PrintSettings();
    return true;
  }
  std::string value = rest;
  const std::string name = TakeWord(value);
  const Setting* setting = FindSetting(name);
  if (setting == nullptr || (setting->group & kShown) == 0) {
    return Fail(Code::kInvalidArgument, msg::kSetUnknown, Printable(name));
  }
  if ((setting->group & kChangeable) == 0) {
    return Fail(Code::kFailedPrecondition, msg::kSetAtStart, setting->name, setting->flag());
  }
  if (value.empty() && !setting->is_list()) {
    console_.OutLine(msg::kSetDone, setting->name, Show(*setting, values_));
    console_.OutLine(msg::kSetAllowed, Allowed(*setting));
    return true;
  }
  SettingValues changed = values_;
  HEARTH_TRY(Assign(*setting, value, changed));
  HEARTH_ASSIGN(const text::SamplerOptions sampler, SamplerOf(changed));
  if (setting->name == "seed") seed_ = sampler.seed;
  values_ = std::move(changed);
  console_.Note(msg::kSetDone, setting->name, Show(*setting, values_));
  return true;
}

Result<bool> Chat::Model(const std::string& rest) {
  if (rest.empty()) return Fail(Code::kInvalidArgument, msg::kModelNeeded);
  HEARTH_ASSIGN(const bool switched, Switch(rest));
  if (switched) PrintBanner();
  return true;
}

Result<bool> Chat::Bye(const std::string&) {
  return false;
}

}  // namespace hearth::app
