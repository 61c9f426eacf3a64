// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "command.h"
#include "cpu/topology.h"
#include "limits_json.h"
#include "measure.h"
#include "messages_machine.h"
#include "printable.h"

namespace hearth::app {
namespace {

using Json = nlohmann::ordered_json;

void PrintTable(Console& console, const std::vector<kernels::Limit>& limits) {
  const auto row = [&](std::string_view name, std::string_view threads, std::string_view median,
                       std::string_view min, std::string_view max, std::string_view unit) {
    const auto right = [](std::string_view text, int columns) {
      return std::string(static_cast<size_t>(std::max(0, columns - DisplayWidth(text))), ' ') +
             std::string(text);
    };
    console.Out(Padded(name, 30) + right(threads, 8) + right(median, 10) + right(min, 10) +
                right(max, 10) + "  " + std::string(unit) + "\n");
  };
  row(Console::Text(msg::kBenchHeader), Console::Text(msg::kBenchThreadsColumn),
      Console::Text(msg::kBenchMedian), Console::Text(msg::kBenchMin),
      Console::Text(msg::kBenchMax), "");
  for (const kernels::Limit& limit : limits) {
    const auto number = [](double value) {
      return fmt::format("{:.{}f}", value, value < 100 ? 1 : 0);
    };
    row(limit.name, std::to_string(limit.threads), number(limit.median), number(limit.min),
        number(limit.max), limit.unit);
  }
}

}  // namespace

Status RunBenchLimits(Console& console, std::vector<std::string> words) {
  bool json = false;
  int64_t threads = 0;
  Args args("bench limits", msg::kHelpBench);
  args.Switch("--json", &json, msg::kJsonFlag);
  args.Integer("--threads", &threads, 0, 1024, msg::kBenchThreads);
  HEARTH_ASSIGN(const bool go, args.Parse(console, std::move(words)));
  if (!go) return {};
  HEARTH_ASSIGN(const cpu::Isa isa, cpu::ChooseIsa());
  kernels::LimitOptions options;
  options.threads = ThreadCounts(threads > 0 ? static_cast<int>(threads)
                                             : cpu::UsableThreads(cpu::ReadProcessors()));
  options.isa = isa;
  HEARTH_ASSIGN(const std::vector<kernels::Limit> limits, Measure(console, std::move(options)));
  if (json) {
    const Json object = {{"processor", cpu::DetectFeatures().brand},
                         {"isa", cpu::IsaName(isa)},
                         {"limits", LimitsJson(limits)}};
    console.Out(object.dump(2) + "\n");
  } else {
    PrintTable(console, limits);
  }
  return {};
}

}  // namespace hearth::app
