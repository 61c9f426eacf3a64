// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/settings.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/messages.h"

namespace hearth {
namespace {

using namespace settings;  // the types and groups that rows name

constexpr Setting kSettings[] = {
#define HEARTH_SETTING(name, type, value, low, high, choices, groups, en, zh) \
  {#name,                                                                     \
   #value,                                                                    \
   low,                                                                       \
   high,                                                                      \
   choices,                                                                   \
   groups,                                                                    \
   Message("setting." #name, en, zh),                                         \
   Setting::Member(std::in_place_type<type SettingValues::*>, &SettingValues::name)},
#include "base/settings.inc"
};

struct Variable {
  std::string_view name;
  Message help;
};
#define HEARTH_SETTING(...)
constexpr Variable kVariables[] = {
#define HEARTH_ENVIRONMENT(name, en, zh) {name, Message(name, en, zh)},
#include "base/settings.inc"
};

template <typename T>
bool ParseWhole(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

bool InRange(const Setting& setting, double value) {
  return std::isfinite(value) && value >= setting.min && value <= setting.max;
}

bool IsChoice(std::string_view choices, std::string_view text) {
  if (choices.empty()) return true;
  while (!choices.empty()) {
    const size_t bar = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, bar) == text) return true;
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return false;
}

// Parsers by type of the member; false when the text is not a value of the setting.
struct Assigner {
  const Setting& setting;
  std::string_view text;
  SettingValues& values;

  bool operator()(double SettingValues::* member) const {
    double value = 0;
    if (!ParseWhole(text, value) || !InRange(setting, value)) return false;
    values.*member = value;
    return true;
  }
  bool operator()(int64_t SettingValues::* member) const {
    int64_t value = 0;
    if (!ParseWhole(text, value) || !InRange(setting, static_cast<double>(value))) return false;
    values.*member = value;
    return true;
  }
  bool operator()(std::string SettingValues::* member) const {
    if (!IsChoice(setting.choices, text)) return false;
    values.*member = text;
    return true;
  }
  bool operator()(bool SettingValues::* member) const {
    const bool on = text == "1" || text == "true" || text == "on";
    const bool off = text == "0" || text == "false" || text == "off";
    if (on || off) values.*member = on;
    return on || off;
  }
  bool operator()(std::vector<std::string> SettingValues::* member) const {
    if (text.empty()) {
      (values.*member).clear();
    } else {
      (values.*member).emplace_back(text);
    }
    return true;
  }
};

struct Shower {
  const SettingValues& values;

  std::string operator()(double SettingValues::* m) const { return fmt::format("{}", values.*m); }
  std::string operator()(int64_t SettingValues::* m) const { return fmt::format("{}", values.*m); }
  std::string operator()(std::string SettingValues::* m) const { return values.*m; }
  std::string operator()(bool SettingValues::* m) const { return values.*m ? "on" : "off"; }
  std::string operator()(std::vector<std::string> SettingValues::* m) const {
    std::string out;
    for (const std::string& text : values.*m) out += (out.empty() ? "\"" : ", \"") + text + "\"";
    return out;
  }
};

// A default as people write it: the source text without quotes; an empty list is nothing.
std::string_view Unquoted(std::string_view text) {
  if (text == "Texts()") return {};
  return text.size() >= 2 && text.front() == '"' ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

std::span<const Setting> Settings() {
  return kSettings;
}

std::string Setting::flag() const {
  std::string out = "--" + std::string(name);
  for (char& c : out) c = c == '_' ? '-' : c;
  return out;
}

std::string Setting::variable() const {
  std::string out = "HEARTH_" + std::string(name);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

const Setting* FindSetting(std::string_view name) {
  for (const Setting& setting : kSettings) {
    const std::string flag = setting.flag();
    if (name == setting.name || name == flag || name == std::string_view(flag).substr(2)) {
      return &setting;
    }
  }
  return nullptr;
}

Status Assign(const Setting& setting, std::string_view text, SettingValues& values) {
  if (std::visit(Assigner{setting, text, values}, setting.member)) return {};
  return Fail(Code::kInvalidArgument, msg::kSettingBad, setting.flag(), text, Allowed(setting));
}

Status AssignFromEnvironment(uint32_t groups, SettingValues& values) {
  for (const Setting& setting : kSettings) {
    if ((setting.group & groups) == 0) continue;
    const std::string variable = setting.variable();
    const char* text = std::getenv(variable.c_str());
    if (text == nullptr || text[0] == '\0') continue;
    if (!Assign(setting, text, values)) {
      return Fail(Code::kInvalidArgument, msg::kSettingBad, variable, text, Allowed(setting));
    }
  }
  return {};
}

std::string Show(const Setting& setting, const SettingValues& values) {
  return std::visit(Shower{values}, setting.member);
}

std::string Allowed(const Setting& setting) {
  if (setting.is_switch()) return "0, 1";
  if (!setting.choices.empty()) {
    std::string out;
    for (const char c : setting.choices) out += c == '|' ? std::string(", ") : std::string(1, c);
    return out;
  }
  return setting.min < setting.max ? fmt::format("{} ... {}", setting.min, setting.max) : "";
}

std::string SettingsPage() {
  std::string page =
      "# Settings\n\n"
      "Generated from `src/base/settings.inc`; a test compares this page with the table. A flag "
      "wins over the\nenvironment variable, the variable over the default. A value outside its "
      "range "
      "is an error.\n\n"
      "| Flag | Variable | Default | Allowed | Meaning | 含义 |\n|---|---|---|---|---|---|\n";
  for (const Setting& s : kSettings) {
    page += fmt::format("| `{}` | `{}` | {} | {} | {} | {} |\n", s.flag(), s.variable(),
                        Unquoted(s.fallback), Allowed(s), s.help.en, s.help.zh);
  }
  page += "\nRead from the environment only:\n\n| Variable | Meaning | 含义 |\n|---|---|---|\n";
  for (const Variable& v : kVariables) {
    page += fmt::format("| `{}` | {} | {} |\n", v.name, v.help.en, v.help.zh);
  }
  return page;
}

}  // namespace hearth
