// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// hearth_greedy MODEL PROMPTS.json [f32]
// Answers every prompt greedily and prints one JSON object {id: {text, tokens, margin, finish}}.
// `f32`: the float mode, whose margins choose the prompts of tests/model/greedy_answers.json.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "greedy.h"

int main(int argc, char** argv) {
  using namespace hearth;
  if (argc < 3) {
    std::cerr << "hearth_greedy MODEL PROMPTS.json [f32]\n";
    return 1;
  }
  std::ifstream file(argv[2]);
  const auto prompts = nlohmann::json::parse(file);
  engine::LoadOptions load;
  if (argc > 3 && std::string(argv[3]) == "f32") {
    load.precision = engine::Precision::kFloat32;
  }
  const auto model = engine::Engine::Load(argv[1], load);
  if (!model) {
    std::cerr << model.error().Text() << "\n";
    return 1;
  }
  engine::SessionOptions settings;
  settings.context = 1024;
  const auto session = engine::Session::Open(*model, settings);
  if (!session) {
    std::cerr << session.error().Text() << "\n";
    return 1;
  }
  nlohmann::ordered_json result;
  for (const auto& item : prompts) {
    const auto answer = golden::AnswerGreedily(**session, item["prompt"], true);
    if (!answer) {
      std::cerr << answer.error().Text() << "\n";
      return 1;
    }
    result[item["id"].get<std::string>()] = {{"text", answer->text},
                                             {"tokens", answer->tokens},
                                             {"margin", answer->margin},
                                             {"finish", answer->finish}};
  }
  std::cout << result.dump(2) << "\n";
  return 0;
}
