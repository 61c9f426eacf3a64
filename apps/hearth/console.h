// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::app {

// Where the program prints. Escape codes only where the stream is a terminal and NO_COLOR is unset.
class Console {
 public:
  Console();

  bool input_is_terminal() const { return input_is_terminal_; }
  bool out_is_terminal() const { return out_is_terminal_; }
  bool err_is_terminal() const { return err_is_terminal_; }
  // Ctrl-C, progress and editing make sense: a person sits in front.
  bool interactive() const { return input_is_terminal_ && out_is_terminal_; }

  // Standard output, at once. After a failure (closed pipe, full disk) nothing more is written.
  void Out(std::string_view text);
  void Err(std::string_view text);
  // "hearth: error: ...", with the text made printable; "hearth: ..." for what Ctrl-C stopped.
  void PrintError(const Error& error);
  template <typename... Args>
  void OutLine(const Message& message, const Args&... args) {
    Out(Text(message, args...) + "\n");
  }
  // A remark to the person, not part of the result: standard error, dim.
  template <typename... Args>
  void Note(const Message& message, const Args&... args) {
    Err(Dim(Text(message, args...), err_colour_) + "\n");
  }

  // Not ok once standard output could not be written; ends the command with its exit code.
  bool out_failed() const { return out_error_ != 0; }
  bool pipe_closed() const;

  // `text` in an attribute when standard output shows colours, else as it is.
  std::string Dim(std::string_view text) const { return Dim(text, out_colour_); }
  std::string Bold(std::string_view text) const;

  template <typename... Args>
  static std::string Text(const Message& message, const Args&... args) {
    return Render(message, {fmt::format("{}", args)...}, CurrentLang());
  }

 private:
  static std::string Dim(std::string_view text, bool colour);
  bool input_is_terminal_, out_is_terminal_, err_is_terminal_;
  bool out_colour_, err_colour_;
  int out_error_ = 0;  // errno of the first failed write
};

// One line on standard error that shows how far a long action is, redrawn in place; only on a
// terminal and only when it takes longer than a moment. Without a terminal, `lines` prints a plain
// line at each tenth instead.
class Progress {
 public:
  Progress(Console& console, std::string what, bool lines = false);
  ~Progress();  // erases the line
  void SetText(std::string what);
  void Update(double done, double total, bool bytes);

 private:
  using Clock = std::chrono::steady_clock;
  Console& console_;
  std::string what_;
  bool lines_;
  bool drawn_ = false;
  int tenths_ = 0;
  double first_ = -1;  // `done` of the first update: what was there before does not count as speed
  Clock::time_point start_, last_;
};

}  // namespace hearth::app
