// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "line_input.h"

#include <nlohmann/json.hpp>

#include "base/os.h"
#include "line_editor.h"
#include "plain_input.h"

namespace hearth::app {
namespace {

constexpr std::string_view kQuotes = "\"\"\"";
constexpr std::string_view kPrompt = ">>> ";
constexpr std::string_view kMorePrompt = "... ";
constexpr uint64_t kMaxHistoryBytes = 16 << 20;
constexpr size_t kMaxRemembered = 100'000;  // bytes; longer messages are not kept

using Event = LineInput::Event;

// Lines up to the one that ends with """; `message` holds what followed the opening ones.
Event ReadQuoted(LineInput& input, std::string& message) {
  while (!message.ends_with(kQuotes)) {
    std::string line;
    const Event event = input.ReadLine(kMorePrompt, line);
    if (event == Event::kInterrupted) return event;
    if (event == Event::kEnd) return Event::kLine;  // the end of the input closes the block
    message += "\n" + line;
  }
  message.resize(message.size() - kQuotes.size());
  return Event::kLine;
}

std::string Encode(const std::string& message) {
  return nlohmann::json(message).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace

Event ReadMessage(LineInput& input, std::string& message) {
  message.clear();
  Event event = input.ReadLine(kPrompt, message);
  if (event != Event::kLine) return event;
  if (message.starts_with(kQuotes)) {
    message.erase(0, kQuotes.size());
    event = ReadQuoted(input, message);
    const size_t first = message.find_first_not_of('\n');
    message.erase(0, first == std::string::npos ? message.size() : first);
    while (message.ends_with('\n')) message.pop_back();
    return event;
  }
  while (message.ends_with('\\')) {
    std::string line;
    message.back() = '\n';
    event = input.ReadLine(kMorePrompt, line);
    if (event == Event::kInterrupted) return event;
    if (event == Event::kEnd) break;
    message += line;
  }
  return Event::kLine;
}

std::vector<std::string> LoadHistory(const std::string& path) {
  std::vector<std::string> messages;
  const Result<std::string> text = os::ReadWholeFile(path, kMaxHistoryBytes);
  if (!text) return messages;
  for (size_t begin = 0; begin < text->size();) {
    const size_t end = std::min(text->find('\n', begin), text->size());
    const auto value =
        nlohmann::json::parse(text->begin() + static_cast<std::ptrdiff_t>(begin),
                              text->begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    if (value.is_string()) messages.push_back(value.get<std::string>());
    begin = end + 1;
  }
  if (messages.size() > kHistoryLines) {
    messages.erase(messages.begin(), messages.end() - static_cast<std::ptrdiff_t>(kHistoryLines));
  }
  return messages;
}

void AppendHistory(const std::string& path, const std::string& message) {
  if (message.size() > kMaxRemembered) return;
  Result<os::File> file = os::File::OpenWrite(path);
  if (!file || !file->Lock(true)) return;
  const Result<uint64_t> size = file->Size();
  if (!size) return;
  const std::string line = Encode(message);
  const auto* bytes = reinterpret_cast<const uint8_t*>(line.data());
  if (!file->WriteAt(*size, {bytes, line.size()})) return;
  const std::vector<std::string> kept =
      *size > kMaxHistoryBytes / 4 ? LoadHistory(path) : std::vector<std::string>();
  if (kept.size() < kHistoryLines) return;
  std::string all;
  for (const std::string& text : kept) all += Encode(text);
  const Status rewritten = os::WriteFileAtomic(path, all);
  (void)rewritten;  // the old file stays as it is
}

std::unique_ptr<LineInput> OpenLineInput(const Console& console, std::string history_path) {
  if (console.interactive()) return OpenLineEditor(std::move(history_path));
  return OpenPlainInput();
}

}  // namespace hearth::app
