// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/settings.h"
#include "console.h"
#include "engine/session.h"

// What run, chat and bench share: loading a model, opening a session, printing an answer.
namespace hearth::app {

struct LoadedModel {
  std::string name;  // as the user wrote it
  std::shared_ptr<const engine::Engine> engine;
  double load_seconds = 0;
};

// The last part of a path; names of the store have one part only.
std::string_view FileName(std::string_view name);

engine::KvType KvOf(const SettingValues& values);
engine::Precision PrecisionOf(const SettingValues& values);

// The context to open: --ctx, or 4096, or what the model was trained for when that is less.
int32_t ContextOf(const SettingValues& values, const engine::ModelInfo& info);

// Sampling settings as the sampler takes them. A seed of -1 is replaced by a drawn one.
Result<text::SamplerOptions> SamplerOf(const SettingValues& values);

// Finds and loads a model with a progress line; Ctrl-C gives kCancelled. Refused when model and
// `sessions` of the context do not fit into memory, unless `force` is set.
Result<LoadedModel> LoadModel(Console& console, const std::string& name,
                              const SettingValues& values, int32_t sessions = 1);

// Where packed weights are kept for the next start.
std::string PackedFolder();

// Keeps the packed weights on disk for the next start when the setting packed_cache says so; call
// it when the user waits for nothing. What cannot be kept is not an error.
void KeepPacked(const LoadedModel& model, const SettingValues& values);

// The errors of `LoadModel` that show before any weight is read: name, file, shapes, context.
Status CheckModel(const std::string& name, const SettingValues& values);

Result<std::unique_ptr<engine::Session>> OpenSession(const LoadedModel& model,
                                                     const SettingValues& values);

struct AskOptions {
  text::SamplerOptions sampler;
  int32_t max_tokens = -1;
  std::vector<std::string> stop;
  int32_t logprobs = 0;
  bool print = true;  // the answer, as it grows
};

// Answers with Ctrl-C, prompt progress and streaming. On a terminal the text is made printable; in
// a pipe it is exact.
Result<engine::Answer> Ask(Console& console, engine::Session& session,
                           std::span<const text::Token> prompt, const AskOptions& options);

// Tokens per second; 0 when there was nothing to do.
double PrefillRate(const engine::Timings& timings);
double DecodeRate(const engine::Timings& timings);

// The dim line after an answer, and a remark when the answer was cut.
void PrintStats(Console& console, const engine::Session& session, const engine::Answer& answer,
                int32_t max_tokens);

// kInvalidArgument with the position when `text` is not valid UTF-8.
Status CheckUtf8(std::string_view text, const Message& what);

// All of standard input, at most 64 MB.
Result<std::string> ReadStandardInput();

}  // namespace hearth::app
