// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "command.h"
#include "printable.h"

namespace hearth::app {
namespace {

Status Bench(Console& console, std::vector<std::string> args) {
  if (!args.empty() && args.front() == "limits") {
    args.erase(args.begin());
    return RunBenchLimits(console, std::move(args));
  }
  return RunBenchModel(console, std::move(args));
}

constexpr Command kCommands[] = {
    {"chat", msg::kHelpChat, RunChat},
    {"run", msg::kHelpRun, RunRun},
    {"pull", msg::kHelpPull, RunPull},
    {"list", msg::kHelpList, RunList},
    {"remove", msg::kHelpRemove, RunRemove},
    {"show", msg::kHelpShow, RunShow},
    {"tokenize", msg::kHelpTokenize, RunTokenize},
    {"detokenize", msg::kHelpDetokenize, RunDetokenize},
    {"doctor", msg::kHelpDoctor, RunDoctor},
    {"bench", msg::kHelpBench, Bench},
    {"version", msg::kHelpVersion, RunVersion},
};

void PrintHelp(Console& console) {
  console.OutLine(msg::kHelpTop);
  for (const Command& command : kCommands) {
    console.Out("  " + console.Bold(Padded(command.name, 12)) + Console::Text(command.help) + "\n");
  }
  console.OutLine(msg::kHelpBottom);
}

// Letters to insert, delete, replace or swap with the next to get from `a` to `b`.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

std::unexpected<Error> UnknownCommand(std::string_view name) {
  const Command* nearest = nullptr;
  size_t best = 3;
  for (const Command& command : kCommands) {
    if (name.size() > 32) break;
    if (const size_t distance = Distance(name, command.name); distance < best) {
      best = distance;
      nearest = &command;
    }
  }
  if (nearest != nullptr) {
    return Fail(Code::kInvalidArgument, msg::kUnknownCommandNear, name, nearest->name);
  }
  return Fail(Code::kInvalidArgument, msg::kUnknownCommand, name);
}

Status Dispatch(Console& console, std::vector<std::string> args) {
  const std::string name = args.empty() ? "--help" : args.front();
  if (!args.empty()) args.erase(args.begin());
  if (name == "--help" || name == "-h" || name == "help") {
    PrintHelp(console);
    return {};
  }
  if (name == "--version" || name == "-V") return RunVersion(console, std::move(args));
  for (const Command& command : kCommands) {
    if (command.name == name) return command.run(console, std::move(args));
  }
  return UnknownCommand(name);
}

}  // namespace

std::span<const Command> Commands() {
  return kCommands;
}

int Main(Console& console, std::vector<std::string> args) {
  const Status status = Dispatch(console, std::move(args));
  constexpr int kBrokenPipe = 128 + 13;  // as the shell reports SIGPIPE
  if (console.pipe_closed()) return kBrokenPipe;
  if (!status) {
    console.PrintError(status.error());
    return ExitCode(status.error().code());
  }
  if (console.out_failed()) {
    const Error error(Code::kResourceExhausted, msg::kOutFailed, {});
    console.PrintError(error);
    return ExitCode(error.code());
  }
  return 0;
}

}  // namespace hearth::app
