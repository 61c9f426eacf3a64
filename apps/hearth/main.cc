// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "command.h"
#include "terminal.h"

int main(int argc, char** argv) {
  hearth::app::IgnoreWriteSignals();
  hearth::app::Console console;
  return hearth::app::Main(console,
                           std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
