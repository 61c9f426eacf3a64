// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "plain_input.h"

#include <iostream>

namespace hearth::app {
namespace {

class PlainInput : public LineInput {
 public:
  Event ReadLine(std::string_view, std::string& line) override {
    if (!std::getline(std::cin, line)) return Event::kEnd;
    if (line.ends_with('\r')) line.pop_back();
    return Event::kLine;
  }
  void Remember(const std::string&) override {}
};

}  // namespace

std::unique_ptr<LineInput> OpenPlainInput() {
  return std::make_unique<PlainInput>();
}

}  // namespace hearth::app
