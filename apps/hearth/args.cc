// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "args.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>

#include "messages.h"

namespace hearth::app {
namespace {

std::string Say(const Message& message) {
  return Render(message, {}, CurrentLang());
}

struct SettingArg {
  const Setting* setting;
  std::vector<std::string> texts;  // as given, in order
  bool on = false;                 // switches
};

struct IntegerArg {
  std::string flag;
  std::string text;
  int64_t *out, min, max;
};

struct PositionalArg {
  std::string name;
  CLI::Option* option;
  bool required;
};

}  // namespace

struct Args::Impl {
  std::string command;
  CLI::App app;
  SettingValues* values = nullptr;
  uint32_t groups = 0;
  std::deque<SettingArg> settings;  // stable addresses: CLI11 writes into them
  std::deque<IntegerArg> integers;
  std::vector<PositionalArg> positionals;
  bool help = false;

  Impl(std::string_view name, const Message& text)
      : command(name), app(Say(text), "hearth " + std::string(name)) {}

  Status AssignSettings();
  Status AssignIntegers();
};

Args::Args(std::string_view command, const Message& help)
    : impl_(std::make_unique<Impl>(command, help)) {
  CLI::App& app = impl_->app;
  app.allow_extras();
  app.set_help_flag();
  app.add_flag("-h,--help", impl_->help, Say(msg::kHelpFlag));
  app.get_option("--help")->group(Say(msg::kGroupOptions));
  auto formatter = std::make_shared<CLI::Formatter>();
  formatter->label("Usage", Say(msg::kLabelUsage));
  formatter->label("OPTIONS", Say(msg::kLabelOptions));
  formatter->label("Positionals", Say(msg::kLabelPositionals));
  formatter->column_width(34);
  app.formatter(formatter);
}

Args::~Args() = default;

void Args::Positional(std::string_view name, std::string* out, const Message& help, bool required) {
  CLI::Option* option = impl_->app.add_option(std::string(name), *out, Say(help));
  option->type_name("")->required(required);
  impl_->positionals.push_back({std::string(name), option, required});
}

void Args::Switch(std::string_view flag, bool* out, const Message& help) {
  impl_->app.add_flag(std::string(flag), *out, Say(help))->group(Say(msg::kGroupOptions));
}

void Args::Text(std::string_view flag, std::string* out, const Message& help) {
  CLI::Option* option = impl_->app.add_option(std::string(flag), *out, Say(help));
  option->type_name("TEXT")->group(Say(msg::kGroupOptions));
}

void Args::Integer(std::string_view flag, int64_t* out, int64_t min, int64_t max,
                   const Message& help) {
  IntegerArg& arg = impl_->integers.emplace_back(IntegerArg{std::string(flag), "", out, min, max});
  CLI::Option* option =
      impl_->app.add_option(arg.flag, arg.text, Say(help) + fmt::format(" [{}]", *out));
  option->type_name("N")->group(Say(msg::kGroupOptions));
}

void Args::Settings(uint32_t groups, SettingValues* values) {
  impl_->values = values;
  impl_->groups = groups;
  for (const Setting& setting : hearth::Settings()) {
    if ((setting.group & groups) == 0) continue;
    SettingArg& arg = impl_->settings.emplace_back(SettingArg{&setting, {}});
    std::string help = Say(setting.help);
    const std::string fallback = Show(setting, SettingValues());
    if (!fallback.empty() && !setting.is_switch()) help += fmt::format(" [{}]", fallback);
    CLI::Option* option = setting.is_switch()
                              ? impl_->app.add_flag(setting.flag(), arg.on, help)
                              : impl_->app.add_option(setting.flag(), arg.texts, help);
    if (!setting.is_switch()) {
      option->expected(1)->allow_extra_args(false)->multi_option_policy(
          CLI::MultiOptionPolicy::TakeAll);
      option->type_name(!setting.choices.empty()    ? std::string(setting.choices)
                        : setting.min < setting.max ? "N"
                                                    : "TEXT");
    }
    option->group(Say(msg::kGroupSettings));
  }
}

Status Args::Impl::AssignSettings() {
  if (values == nullptr) return {};
  HEARTH_TRY(AssignFromEnvironment(groups, *values));
  for (const SettingArg& arg : settings) {
    if (arg.on) HEARTH_TRY(Assign(*arg.setting, "1", *values));
    if (arg.setting->is_list() && !arg.texts.empty()) HEARTH_TRY(Assign(*arg.setting, "", *values));
    for (const std::string& text : arg.texts) HEARTH_TRY(Assign(*arg.setting, text, *values));
  }
  return {};
}

Status Args::Impl::AssignIntegers() {
  for (const IntegerArg& arg : integers) {
    if (app.count(arg.flag) == 0) continue;
    int64_t value = 0;
    const char* const last = arg.text.data() + arg.text.size();
    const auto [end, error] = std::from_chars(arg.text.data(), last, value);
    if (error != std::errc() || end != last || value < arg.min || value > arg.max) {
      return Fail(Code::kInvalidArgument, msg::kBadNumber, arg.flag, arg.text, arg.min, arg.max);
    }
    *arg.out = value;
  }
  return {};
}

Result<bool> Args::Parse(Console& console, std::vector<std::string> args) {
  Impl& impl = *impl_;
  std::ranges::reverse(args);  // as CLI11 wants them
  std::optional<std::string> wrong;
  try {
    impl.app.parse(args);
  } catch (const CLI::ParseError& error) {
    wrong = error.what();
  }
  if (impl.help) {
    console.Out(impl.app.help());
    return false;
  }
  if (const std::vector<std::string> extra = impl.app.remaining(); !extra.empty()) {
    return Fail(Code::kInvalidArgument, msg::kUnknownArgument, impl.command, extra.front());
  }
  for (const PositionalArg& arg : impl.positionals) {
    if (arg.required && arg.option->count() == 0) {
      return Fail(Code::kInvalidArgument, msg::kMissingArgument, impl.command, arg.name);
    }
  }
  if (wrong) return Fail(Code::kInvalidArgument, msg::kBadArguments, impl.command, *wrong);
  HEARTH_TRY(impl.AssignSettings());
  HEARTH_TRY(impl.AssignIntegers());
  return true;
}

}  // namespace hearth::app
