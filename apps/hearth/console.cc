// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "messages.h"
#include "printable.h"
#include "terminal.h"

namespace hearth::app {
namespace {

constexpr auto kQuiet = std::chrono::milliseconds(400);  // shorter actions show nothing
constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr int kBarColumns = 24;

// Writes everything; the errno of the failure, else 0.
int WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return 0;
}

bool Set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && value[0] != '\0';
}

bool DumbTerminal() {
  const char* term = std::getenv("TERM");
  return term == nullptr || std::string_view(term) == "dumb" || term[0] == '\0';
}

}  // namespace

Console::Console()
    : input_is_terminal_(IsTerminal(STDIN_FILENO)),
      out_is_terminal_(IsTerminal(STDOUT_FILENO)),
      err_is_terminal_(IsTerminal(STDERR_FILENO)) {
  const bool colour = !Set("NO_COLOR") && !DumbTerminal();
  out_colour_ = colour && out_is_terminal_;
  err_colour_ = colour && err_is_terminal_;
}

void Console::Out(std::string_view text) {
  if (out_error_ == 0) out_error_ = WriteAll(STDOUT_FILENO, text);
}

void Console::Err(std::string_view text) {
  WriteAll(STDERR_FILENO, text);
}

bool Console::pipe_closed() const {
  return out_error_ == EPIPE;
}

void Console::PrintError(const Error& error) {
  // Ctrl-C is a wish, not a fault.
  const Message& head = error.code() == Code::kCancelled ? msg::kHeadPlain : msg::kHeadError;
  Err(Text(head) + Printable(error.Text()) + "\n");
}

std::string Console::Dim(std::string_view text, bool colour) {
  return colour ? "\x1b[2m" + std::string(text) + "\x1b[0m" : std::string(text);
}

std::string Console::Bold(std::string_view text) const {
  return out_colour_ ? "\x1b[1m" + std::string(text) + "\x1b[0m" : std::string(text);
}

Progress::Progress(Console& console, std::string what, bool lines)
    : console_(console),
      what_(std::move(what)),
      lines_(lines),
      start_(Clock::now()),
      last_(start_) {}

Progress::~Progress() {
  if (drawn_) console_.Err("\r\x1b[K");
}

void Progress::SetText(std::string what) {
  if (what == what_) return;
  what_ = std::move(what);
  tenths_ = 0;
}

void Progress::Update(double done, double total, bool bytes) {
  const auto now = Clock::now();
  if (first_ < 0) first_ = done;
  const double share = total > 0 ? std::clamp(done / total, 0.0, 1.0) : 0.0;
  const std::string amount = bytes ? BytesText(done) + " / " + BytesText(total)
                                   : fmt::format("{:.0f} / {:.0f}", done, total);
  if (!console_.err_is_terminal() || DumbTerminal()) {
    const int tenths = static_cast<int>(share * 10);
    if (lines_ && tenths > tenths_) {
      console_.Err(fmt::format("{} {:3.0f} %  {}\n", what_, share * 100, amount));
      tenths_ = tenths;
    }
    return;
  }
  if (now - start_ < kQuiet || (drawn_ && now - last_ < kRedraw)) return;
  const int filled = static_cast<int>(share * kBarColumns);
  std::string bar;
  for (int i = 0; i < kBarColumns; ++i) bar += i < filled ? "█" : "░";
  const double seconds = std::chrono::duration<double>(now - start_).count();
  std::string rate;
  if (bytes && seconds > 0.5) rate = "  " + BytesText((done - first_) / seconds) + "/s";
  const std::string figures = fmt::format("  {} {:3.0f} %  {}{}", bar, share * 100, amount, rate);
  const int columns = TerminalColumns() - 3;  // the terminal may echo a ^C behind it
  const int left = std::max(8, columns - DisplayWidth(figures));
  console_.Err("\r\x1b[K" + Shortened(Shortened(what_, left) + figures, columns));
  drawn_ = true;
  last_ = now;
}

}  // namespace hearth::app
