// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/cancel.h"

// What the program asks of terminals and signals; the only place that calls the system for it.
namespace hearth::app {

bool IsTerminal(int fd);
int TerminalColumns();  // of standard output; 80 where unknown

// Uses the user's character set for line editing; UTF-8 when the locale names none.
void SetUpLocale();

// Ctrl-C sets `token` instead of ending the program while this lives. Scopes may nest; the
// innermost one gets the signal.
class InterruptScope {
 public:
  explicit InterruptScope(CancelToken& token);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

 private:
  CancelToken* outer_;
};

// A closed pipe and a file beyond its limit become write errors instead of a silent death.
void IgnoreWriteSignals();

// True when `fd` has input to read within `milliseconds`.
bool InputWaits(int fd, int milliseconds);

}  // namespace hearth::app
