// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "args.h"
#include "console.h"
#include "messages.h"

namespace hearth::app {

// `args` are the words after the command. A failed Status becomes the error line and the exit code.
using CommandFunction = Status (*)(Console& console, std::vector<std::string> args);

struct Command {
  std::string_view name;
  const Message& help;
  CommandFunction run;
};

// The program's commands, in the order of the help text (commands.cc).
std::span<const Command> Commands();

// Runs the whole program; the exit code.
int Main(Console& console, std::vector<std::string> args);

Status RunChat(Console& console, std::vector<std::string> args);
Status RunRun(Console& console, std::vector<std::string> args);
Status RunPull(Console& console, std::vector<std::string> args);
Status RunList(Console& console, std::vector<std::string> args);
Status RunShow(Console& console, std::vector<std::string> args);
Status RunRemove(Console& console, std::vector<std::string> args);
Status RunTokenize(Console& console, std::vector<std::string> args);
Status RunDetokenize(Console& console, std::vector<std::string> args);
Status RunDoctor(Console& console, std::vector<std::string> args);
Status RunBenchLimits(Console& console, std::vector<std::string> args);
Status RunBenchModel(Console& console, std::vector<std::string> args);
Status RunVersion(Console& console, std::vector<std::string> args);

}  // namespace hearth::app
