// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "line_editor.h"

#include <histedit.h>
#include <algorithm>
#include <cstdio>
#include <cwchar>
#include <map>

#include "messages_talk.h"
#include "printable.h"
#include "terminal.h"

namespace hearth::app {
namespace {

// Terminals that know bracketed paste put pasted text between these.
constexpr std::string_view kPasteOn = "\x1b[?2004h";
constexpr std::string_view kPasteOff = "\x1b[?2004l";
constexpr std::wstring_view kPasteEnd = L"\x1b[201~";
constexpr size_t kMaxPaste = 4 << 20;  // characters

std::wstring Widen(const std::string& text) {
  std::wstring out(text.size(), L'\0');
  const char* from = text.c_str();
  std::mbstate_t state = {};
  const size_t n = std::mbsrtowcs(out.data(), &from, out.size(), &state);
  out.resize(n == static_cast<size_t>(-1) ? 0 : n);
  return out;
}

std::string Narrow(const std::wstring& text) {
  std::string out;
  std::mbstate_t state = {};
  for (const wchar_t c : text) {
    char bytes[16];
    const size_t n = std::wcrtomb(bytes, c, &state);
    out += n == static_cast<size_t>(-1) ? std::string("\xEF\xBF\xBD") : std::string(bytes, n);
  }
  return out;
}

class LineEditor : public LineInput {
 public:
  explicit LineEditor(std::string history_path)
      : history_path_(std::move(history_path)),
        history_(history_init()),
        edit_(el_init("hearth", stdin, stdout, stderr)) {
    HistEvent event;
    history(history_, &event, H_SETSIZE, static_cast<int>(kHistoryLines));
    history(history_, &event, H_SETUNIQUE, 1);
    for (const std::string& message : LoadHistory(history_path_)) Enter(message);
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &LineEditor::Prompt);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_SIGNAL, 0);
    el_set(edit_, EL_SETTY, "-d", "-isig", static_cast<char*>(nullptr));  // Ctrl-C is a key
    el_set(edit_, EL_ADDFN, "hearth-interrupt", "drop the line", &LineEditor::OnInterrupt);
    el_set(edit_, EL_BIND, "^C", "hearth-interrupt", static_cast<char*>(nullptr));
    el_set(edit_, EL_ADDFN, "hearth-paste", "take pasted text", &LineEditor::OnPaste);
    el_set(edit_, EL_BIND, "\\e[200~", "hearth-paste", static_cast<char*>(nullptr));
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", static_cast<char*>(nullptr));
  }
  ~LineEditor() override {
    el_end(edit_);
    history_end(history_);
  }

  Event ReadLine(std::string_view prompt, std::string& line) override {
    prompt_ = prompt;
    interrupted_ = false;
    CancelToken ignored;  // Ctrl-C before the terminal is in raw mode must not end the program
    const InterruptScope interrupt(ignored);
    // Before the prompt is shown: a terminal that still collects lines turns Ctrl-D into a zero
    // byte.
    el_set(edit_, EL_PREP_TERM, 1);
    Write(kPasteOn);
    int count = 0;
    const char* text = el_gets(edit_, &count);
    Write(kPasteOff);
    if (text == nullptr || count <= 0) {
      Write("\n");
      return interrupted_ ? Event::kInterrupted : Event::kEnd;
    }
    line = text;
    if (line.ends_with('\n')) line.pop_back();
    line = Expand(std::move(line));
    return Event::kLine;
  }

  void Remember(const std::string& message) override {
    Enter(message);
    AppendHistory(history_path_, message);
  }

 private:
  static LineEditor& Self(EditLine* edit) {
    void* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return *static_cast<LineEditor*>(self);
  }

  static char* Prompt(EditLine* edit) { return Self(edit).prompt_.data(); }

  static unsigned char OnInterrupt(EditLine* edit, int) {
    Self(edit).interrupted_ = true;
    return CC_EOF;
  }

  // Pasted lines must not be sent one by one: several lines stand in the edited line as one mark.
  static unsigned char OnPaste(EditLine* edit, int) {
    std::wstring text;
    wchar_t c = 0;
    while (text.size() < kMaxPaste && el_wgetc(edit, &c) == 1) {
      text += c == L'\r' ? L'\n' : c;
      if (text.ends_with(kPasteEnd)) {
        text.resize(text.size() - kPasteEnd.size());
        break;
      }
    }
    while (text.ends_with(L'\n')) text.pop_back();
    const std::string pasted = Narrow(text);
    const bool several = pasted.find('\n') != std::string::npos;
    const std::string shown = several ? Self(edit).Mark(pasted) : Printable(pasted);
    el_winsertstr(edit, Widen(shown).c_str());
    return CC_REFRESH;
  }

  // A short stand-in for text of several lines, replaced when the line is sent.
  std::string Mark(const std::string& text) {
    const auto lines = 1 + std::ranges::count(text, '\n');
    const std::string words = Shortened(Printable(text), 24);
    std::string mark = fmt::format("[{} {}]", Console::Text(msg::kPastedLines, lines), words);
    for (int n = 2; blocks_.contains(mark) && blocks_[mark] != text; ++n) {
      mark = fmt::format("[{} #{} {}]", Console::Text(msg::kPastedLines, lines), n, words);
    }
    blocks_[mark] = text;
    return mark;
  }

  std::string Expand(std::string line) const {
    for (const auto& [mark, text] : blocks_) {
      const size_t at = line.find(mark);
      if (at != std::string::npos) line.replace(at, mark.size(), text);
    }
    return line;
  }

  void Enter(const std::string& message) {
    const bool several = message.find('\n') != std::string::npos;
    HistEvent event;
    history(history_, &event, H_ENTER, (several ? Mark(message) : message).c_str());
  }

  // libedit writes through stdio; the same road keeps the order.
  static void Write(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  std::string history_path_;
  std::string prompt_;
  std::map<std::string, std::string> blocks_;  // mark in the line -> what it stands for
  History* history_;
  EditLine* edit_;
  bool interrupted_ = false;
};

}  // namespace

std::unique_ptr<LineInput> OpenLineEditor(std::string history_path) {
  SetUpLocale();
  return std::make_unique<LineEditor>(std::move(history_path));
}

}  // namespace hearth::app
