// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::engine {

// Finds stop texts in a stream. Text that may still become the beginning of one is held back.
class StopText {
 public:
  // Empty texts are ignored.
  explicit StopText(std::vector<std::string> stops);

  // Adds text; gives what can be shown now. After a match `stopped()` is true and everything from
  // the match on is dropped.
  std::string Push(std::string_view text);
  // The end of the answer: what was held back.
  std::string Flush();
  bool stopped() const { return stopped_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace hearth::engine
