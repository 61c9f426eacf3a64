// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// hearth_logits MODEL RECORD OUT [--precision f32|default] [--kv int8|f16] [--threads N]
// Writes the logits of every position of the record's windows, raw float32 [positions][vocabulary],
// to OUT. For tools/quality/kl.py.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <span>
#include <string>

#include "engine/engine.h"
#include "engine/session.h"
#include "logits_record.h"

namespace hearth {
namespace {

int Fail(const std::string& what) {
  std::fprintf(stderr, "hearth_logits: %s\n", what.c_str());
  return 1;
}

int Run(std::span<char*> args) {
  if (args.size() < 4 || args.size() % 2 != 0) {
    return Fail(
        "MODEL RECORD OUT [--precision f32|default] [--kv int8|f16] [--threads N] "
        "[--step POSITIONS]");
  }
  std::map<std::string, std::string> options = {
      {"--precision", "default"}, {"--kv", ""}, {"--threads", "0"}, {"--step", "128"}};
  for (size_t i = 4; i < args.size(); i += 2) {
    const auto option = options.find(args[i]);
    if (option == options.end()) {
      return Fail(std::string(args[i]) + ": unknown");
    }
    option->second = args[i + 1];
  }
  // Positions per call: 512 are 537 MB of logits for the largest vocabulary.
  const size_t step = std::stoul(options["--step"]);
  const auto record = golden::ReadRecord(args[2]);
  if (!record) {
    return Fail(std::string(args[2]) + ": no record");
  }
  engine::LoadOptions load;
  load.precision =
      options["--precision"] == "f32" ? engine::Precision::kFloat32 : engine::Precision::kDefault;
  load.threads = std::stoi(options["--threads"]);
  const auto model = engine::Engine::Load(args[1], load);
  if (!model) {
    return Fail(model.error().Text());
  }
  engine::SessionOptions settings;
  settings.context = 1024;
  if (!options["--kv"].empty()) {
    settings.kv = options["--kv"] == "f16" ? engine::KvType::kF16 : engine::KvType::kInt8;
  }
  const auto session = engine::Session::Open(*model, settings);
  if (!session) {
    return Fail(session.error().Text());
  }
  std::ofstream out(args[3], std::ios::binary);
  for (const auto& window : record->windows) {
    for (size_t start = 0; start < window.size(); start += step) {
      const auto part = std::span(window).subspan(start, std::min(step, window.size() - start));
      const auto logits =
          (*session)->Logits(part, static_cast<int32_t>(part.size()), static_cast<int32_t>(start));
      if (!logits) {
        return Fail(logits.error().Text());
      }
      out.write(reinterpret_cast<const char*>(logits->data()),
                static_cast<std::streamsize>(logits->size() * sizeof(float)));
    }
  }
  out.close();
  return out ? 0 : Fail(std::string(args[3]) + ": cannot be written");
}

}  // namespace
}  // namespace hearth

int main(int argc, char** argv) {
  return hearth::Run(std::span(argv, static_cast<size_t>(argc)));
}
