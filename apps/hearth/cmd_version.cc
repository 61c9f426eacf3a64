// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "command.h"
#include "cpu/isa.h"
#include "messages_machine.h"
#include "version.h"

namespace hearth::app {
namespace {

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "GCC " __VERSION__;
#endif

}  // namespace

Status RunVersion(Console& console, std::vector<std::string> words) {
  bool json = false;
  Args args("version", msg::kHelpVersion);
  args.Switch("--json", &json, msg::kJsonFlag);
  HEARTH_ASSIGN(const bool go, args.Parse(console, std::move(words)));
  if (!go) return {};
  HEARTH_ASSIGN(const cpu::Isa isa, cpu::ChooseIsa());
  if (json) {
    const nlohmann::ordered_json object = {{"version", kVersion},
                                           {"commit", kCommit},
                                           {"compiler", kCompiler},
                                           {"isa", cpu::IsaName(isa)},
                                           {"isa_why", cpu::WhyIsa()}};
    console.Out(object.dump(2) + "\n");
    return {};
  }
  console.OutLine(msg::kVersionText, kVersion, kCommit, kCompiler, cpu::IsaName(isa),
                  cpu::WhyIsa());
  return {};
}

}  // namespace hearth::app
