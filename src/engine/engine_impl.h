// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_team.h"
#include "engine/engine.h"
#include "models/decoder.h"

namespace hearth::engine {

// Identifies a model file: over its metadata, tensor table and the beginning of every tensor.
using ModelHash = std::array<uint64_t, 2>;

struct Engine::Impl {
  std::string path;
  std::string packed_folder;  // empty: packed weights are kept nowhere
  Precision precision = Precision::kDefault;
  ModelInfo info;
  ModelHash hash = {};
  models::DecoderConfig config;
  std::unique_ptr<const models::DecoderWeights> weights;
  std::unique_ptr<const text::Tokenizer> tokenizer;
  std::optional<text::ChatTemplate> chat_template;
  mutable std::mutex turn;  // held for one Forward: sessions take turns at team and scratch
  std::unique_ptr<ThreadTeam> team;
  mutable std::vector<models::KeyBasis> key_bases;  // made for the first int8 cache
  mutable models::DecoderScratch scratch;           // for the largest chunk of all sessions so far

  // Makes `scratch` large enough for steps of `chunk` tokens.
  Status Reserve(int32_t chunk) const;
  Result<std::span<const models::KeyBasis>> KeyBases() const;
};

// How the KV cache of a session is stored.
tensor::KvElement KvElementOf(KvType kv, const models::DecoderConfig& config, Precision precision);

}  // namespace hearth::engine
