// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// hearth_random_model PRESET TYPE OUT.gguf [SEED]: a model file of a real shape with random
// weights.
#include "formats/random_model.h"

#include <charconv>
#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  using hearth::formats::RandomModelPresets;
  uint64_t seed = 1;
  bool good = argc == 4 || argc == 5;
  if (argc == 5) {
    const std::string text = argv[4];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    good = error == std::errc() && end == text.data() + text.size();
  }
  const auto* spec = good ? hearth::formats::FindRandomModelPreset(argv[1]) : nullptr;
  if (spec == nullptr) {
    std::fprintf(stderr, "usage: %s PRESET TYPE OUT.gguf [SEED]\npresets:", argv[0]);
    for (const auto& preset : RandomModelPresets()) {
      std::fprintf(stderr, " %.*s", static_cast<int>(preset.name.size()), preset.name.data());
    }
    std::fprintf(stderr, "\ntypes: %s\n", hearth::formats::RandomModelTypes().c_str());
    return 2;
  }
  const hearth::Status status = hearth::formats::WriteRandomModel(argv[3], *spec, argv[2], seed);
  if (status) return 0;
  std::fprintf(stderr, "%s\n", status.error().Text().c_str());
  return hearth::ExitCode(status.error().code());
}
