// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console.h"

namespace hearth::app {

// Where a chat's messages come from.
class LineInput {
 public:
  enum class Event { kLine, kInterrupted, kEnd };
  virtual ~LineInput() = default;
  // One line without its newline; a pasted block counts as one. kInterrupted: Ctrl-C, what was
  // typed is gone. kEnd: Ctrl-D or the end of the input.
  virtual Event ReadLine(std::string_view prompt, std::string& line) = 0;
  // Remembers a whole message for the up arrow, here and in the next chat.
  virtual void Remember(const std::string& message) = 0;
};

// Line editing on a terminal (history in `history_path`, created with mode 0600), plain lines of
// standard input elsewhere.
std::unique_ptr<LineInput> OpenLineInput(const Console& console, std::string history_path);

// Reads one message: a line, lines that end with a backslash, or lines between """ and """.
LineInput::Event ReadMessage(LineInput& input, std::string& message);

// The history file: one JSON string per line, newest last; at most kHistoryLines are kept. A file
// that cannot be read or written only means that nothing is remembered.
inline constexpr size_t kHistoryLines = 1000;
std::vector<std::string> LoadHistory(const std::string& path);
void AppendHistory(const std::string& path, const std::string& message);

}  // namespace hearth::app
