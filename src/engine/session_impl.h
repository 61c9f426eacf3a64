// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "engine/answering.h"
#include "engine/engine_impl.h"
#include "engine/session.h"

namespace hearth::engine {

struct Session::Impl {
  std::shared_ptr<const Engine> engine;
  SessionOptions options;
  models::Timeline timeline;
  std::vector<text::Token> tokens;       // what the KV cache holds; capacity: context
  std::unique_ptr<Answering> answering;  // between Begin and End
  models::Trace* trace = nullptr;        // of the steps of Extend; null: nothing is timed

  int32_t position() const { return static_cast<int32_t>(tokens.size()); }
  // Computes `batch` behind the cached tokens, in chunks. Writes the logits of the last `want` to
  // `out` [want][vocabulary]; `top` as in models::Batch.
  Status Extend(std::span<const text::Token> batch, int32_t want, float* out, int32_t top = 0);
  Status CheckTokens(std::span<const text::Token> batch) const;
};

}  // namespace hearth::engine
