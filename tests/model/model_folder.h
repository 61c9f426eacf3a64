// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

// Tests with real models look for NAME.gguf in the folder $HEARTH_TEST_MODELS.
namespace hearth::golden {

inline std::optional<std::string> FindModel(const std::string& name) {
  const char* folder = std::getenv("HEARTH_TEST_MODELS");
  if (folder == nullptr || *folder == '\0') {
    return std::nullopt;
  }
  const std::filesystem::path path = std::filesystem::path(folder) / (name + ".gguf");
  return std::filesystem::exists(path) ? std::optional(path.string()) : std::nullopt;
}

}  // namespace hearth::golden
