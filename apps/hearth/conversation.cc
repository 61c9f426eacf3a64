// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "conversation.h"

#include <nlohmann/json.hpp>

#include "messages_talk.h"
#include "printable.h"

namespace hearth::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr size_t kMaxTurns = 100'000;

// A member of `object` that is a string of valid UTF-8; null otherwise.
const std::string* Text(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() ? nullptr : it->get_ptr<const std::string*>();
}

}  // namespace

std::vector<text::ChatMessage> Conversation::Messages() const {
  std::vector<text::ChatMessage> messages;
  if (!system.empty()) messages.push_back({"system", system});
  messages.insert(messages.end(), turns.begin(), turns.end());
  return messages;
}

std::optional<std::string> Conversation::UndoLast() {
  while (!turns.empty()) {
    text::ChatMessage last = std::move(turns.back());
    turns.pop_back();
    if (last.role == "user") return std::move(last.content);
  }
  return std::nullopt;
}

std::optional<std::string> Conversation::DropOldest() {
  size_t users = 0;
  for (const text::ChatMessage& turn : turns) users += turn.role == "user" ? 1 : 0;
  if (users < 2) return std::nullopt;
  std::string words = std::move(turns.front().content);
  turns.erase(turns.begin());
  while (turns.front().role != "user") turns.erase(turns.begin());
  return words;
}

std::string ToJson(const Conversation& conversation, std::string_view model) {
  Json turns = Json::array();
  for (const text::ChatMessage& turn : conversation.turns) {
    turns.push_back({{"role", turn.role}, {"content", turn.content}});
  }
  const Json object = {{"hearth_chat", kFormat},
                       {"model", model},
                       {"system", conversation.system},
                       {"messages", turns}};
  return object.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Conversation> ParseConversation(std::string_view json, const std::string& where) {
  const auto damaged = [&] { return Fail(Code::kDataLoss, msg::kChatDamaged, where); };
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object() || object.value("hearth_chat", Json()) != Json(kFormat)) return damaged();
  const std::string* system = Text(object, "system");
  const auto turns = object.find("messages");
  if (system == nullptr || turns == object.end() || !turns->is_array() ||
      turns->size() > kMaxTurns) {
    return damaged();
  }
  Conversation conversation{*system, {}};
  for (const Json& turn : *turns) {
    const std::string* role = Text(turn, "role");
    const std::string* content = Text(turn, "content");
    const bool user_next = conversation.turns.size() % 2 == 0;
    if (role == nullptr || content == nullptr || *role != (user_next ? "user" : "assistant")) {
      return damaged();
    }
    conversation.turns.push_back({*role, *content});
  }
  return conversation;
}

bool ValidChatName(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_') return false;
  }
  return true;
}

}  // namespace hearth::app
