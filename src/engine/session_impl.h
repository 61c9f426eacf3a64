// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "engine/engine_impl.h"
#include "engine/session.h"

namespace hearth::engine {

struct Session::Impl {
  std::shared_ptr<const Engine> engine;
  SessionOptions options;
  models::DecoderState state;
  std::vector<text::Token> tokens;  // what the KV cache holds; capacity: context
  std::vector<float> logits;        // [vocabulary] of the last computed token

  // Computes `batch` behind the cached tokens, in chunks. Writes the logits of the last `want` to
  // `out` [want][vocabulary]. False when cancelled; whole chunks that were computed stay cached.
  Result<bool> Extend(std::span<const text::Token> batch, int32_t want, float* out,
                      const CancelToken* cancel, const std::function<void(int32_t done)>& progress);
  Status CheckTokens(std::span<const text::Token> batch) const;
};

}  // namespace hearth::engine
