// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings.h"
#include "console.h"

namespace hearth::app {

// The arguments of one command: declared, then parsed. The only user of CLI11.
class Args {
 public:
  Args(std::string_view command, const Message& help);
  ~Args();
  Args(const Args&) = delete;
  Args& operator=(const Args&) = delete;

  // All `out` pointers must outlive Parse. Options not given leave `out` alone.
  void Positional(std::string_view name, std::string* out, const Message& help, bool required);
  void Switch(std::string_view flag, bool* out, const Message& help);
  void Text(std::string_view flag, std::string* out, const Message& help);
  // A whole number; outside [min, max] is an error.
  void Integer(std::string_view flag, int64_t* out, int64_t min, int64_t max, const Message& help);
  // Every setting of `groups` as a flag; the environment is applied first.
  void Settings(uint32_t groups, SettingValues* values);

  // False: help was asked for and printed. kInvalidArgument says which argument is wrong.
  Result<bool> Parse(Console& console, std::vector<std::string> args);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::app
