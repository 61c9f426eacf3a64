// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_builtins.h"

#include <algorithm>

namespace hearth::text::jinja {

bool BindArguments(const Builtin& builtin, Arguments* args) {
  if (builtin.variadic) return args->at.size() >= static_cast<size_t>(builtin.required);
  const auto end = std::ranges::find(builtin.parameters, std::string_view());
  const auto count = static_cast<size_t>(end - builtin.parameters.begin());
  if (args->at.size() > count) return false;
  const size_t given = args->at.size();
  args->at.resize(count, Value::Missing());
  for (auto& [name, value] : args->named) {
    const auto found = std::ranges::find(builtin.parameters, name.text());
    const auto place = static_cast<size_t>(found - builtin.parameters.begin());
    if (place >= count || place < given || !args->at[place].is_missing()) return false;
    args->at[place] = std::move(value);
  }
  args->named.clear();
  for (size_t i = 0; i < static_cast<size_t>(builtin.required); ++i) {
    if (args->at[i].is_missing()) return false;
  }
  return true;
}

}  // namespace hearth::text::jinja
