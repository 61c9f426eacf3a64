// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/sources.h"

#include <cstdlib>

namespace hearth::hub {
namespace {

constexpr SourceKind kSourceKinds[] = {
    {"huggingface", &huggingface::Probe, &huggingface::Scratch, &huggingface::Fetch},
    {"python-packages", &python_packages::Probe, &python_packages::Scratch,
     &python_packages::Fetch},
};

}  // namespace

SourceSettings SourceSettings::FromEnvironment() {
  SourceSettings settings;
  const auto read = [](const char* name, std::string& out) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') out = value;
  };
  read("HF_ENDPOINT", settings.hf_endpoint);
  read("HF_TOKEN", settings.hf_token);
  return settings;
}

std::span<const SourceKind> SourceKinds() {
  return kSourceKinds;
}

const SourceKind* FindSourceKind(std::string_view name) {
  for (const SourceKind& kind : kSourceKinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace hearth::hub
