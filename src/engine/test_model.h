// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/session.h"
#include "formats/random_model.h"

namespace hearth::engine {

// A tiny model with random weights in the test folder.
inline std::string TinyModel(std::string_view preset, std::string_view type = "Q4_K_M") {
  const std::string path =
      testing::TempDir() + "/engine_" + std::string(preset) + "_" + std::string(type) + ".gguf";
  const auto written =
      formats::WriteRandomModel(path, *formats::FindRandomModelPreset(preset), type, 1);
  EXPECT_TRUE(written) << written.error().Text();
  return path;
}

inline std::shared_ptr<const Engine> LoadTiny(std::string_view preset, int threads = 2,
                                              Precision precision = Precision::kDefault) {
  LoadOptions options;
  options.threads = threads;
  options.precision = precision;
  auto engine = Engine::Load(TinyModel(preset), options);
  EXPECT_TRUE(engine) << engine.error().Text();
  return engine ? *std::move(engine) : nullptr;
}

inline std::unique_ptr<Session> OpenTiny(std::shared_ptr<const Engine> engine,
                                         const SessionOptions& options = {
                                             .context = 256, .kv = KvType::kF16, .chunk = 64}) {
  auto session = Session::Open(std::move(engine), options);
  EXPECT_TRUE(session) << session.error().Text();
  return session ? *std::move(session) : nullptr;
}

inline GenerateOptions Greedy(int32_t tokens) {
  GenerateOptions options;
  options.sampler.temperature = 0;
  options.max_tokens = tokens;
  return options;
}

inline std::vector<text::Token> SomeTokens(int32_t count, int32_t seed = 1) {
  std::vector<text::Token> tokens;
  for (int32_t i = 0; i < count; ++i) tokens.push_back((i * 37 + seed * 101) % 500);
  return tokens;
}

}  // namespace hearth::engine
