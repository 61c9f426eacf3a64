// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace hearth {

namespace settings {
using Number = double;
using Integer = int64_t;
using Text = std::string;
using Texts = std::vector<std::string>;
using Switch = bool;

// Which commands take a setting; bits.
enum Group : uint32_t {
  kSampling = 1,  // how the next token is chosen
  kSession = 2,   // the KV cache
  kLoad = 4,      // how a model is loaded
  kPrompt = 8,    // what stands before the user's words
  kRun = 16,      // one answer
  kChat = 32,     // a conversation
};
}  // namespace settings

// The value of every setting, with its default: values.temperature, values.top_k, ...
struct SettingValues {
  using Texts = settings::Texts;
#define HEARTH_SETTING(name, type, value, ...) settings::type name = settings::type(value);
#include "base/settings.inc"
};

// One row of settings.inc.
struct Setting {
  using Member =
      std::variant<double SettingValues::*, int64_t SettingValues::*, std::string SettingValues::*,
                   bool SettingValues::*, std::vector<std::string> SettingValues::*>;
  std::string_view name;      // "top_k"
  std::string_view fallback;  // the default, as text
  double min, max;            // numbers only, both allowed
  std::string_view choices;   // "a|b"; empty: any text
  uint32_t group;
  Message help;
  Member member;

  std::string flag() const;      // "--top-k"
  std::string variable() const;  // "HEARTH_TOP_K"
  bool is_switch() const { return std::holds_alternative<bool SettingValues::*>(member); }
  bool is_list() const {
    return std::holds_alternative<std::vector<std::string> SettingValues::*>(member);
  }
};

std::span<const Setting> Settings();
const Setting* FindSetting(std::string_view name);  // by name or flag spelling; null when absent

// Gives the setting a value from text. kInvalidArgument names the setting and what it allows;
// `values` is then unchanged. Lists grow; an empty text clears them.
Status Assign(const Setting& setting, std::string_view text, SettingValues& values);
// Applies every set HEARTH_<NAME> of the given groups.
Status AssignFromEnvironment(uint32_t groups, SettingValues& values);
// The current value as people write it.
std::string Show(const Setting& setting, const SettingValues& values);
// "0 to 5", "int8 or f16", ...; empty when anything goes.
std::string Allowed(const Setting& setting);

// The whole of docs/settings.md.
std::string SettingsPage();

}  // namespace hearth
