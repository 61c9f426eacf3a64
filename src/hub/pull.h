// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "hub/catalogue.h"
#include "hub/sources.h"
#include "hub/store.h"

namespace hearth::hub {

// What a pull is doing. Called from the pulling thread, a few times a second.
struct PullProgress {
  enum class Phase { kWaiting, kChecking, kFetching };
  Phase phase = Phase::kFetching;  // kWaiting: another program fetches it; kChecking: re-hashing
  uint64_t done = 0;               // bytes of the whole model
  uint64_t total = 0;
};

struct PullOptions {
  std::function<void(const PullProgress&)> progress;
  // `why_not` is null when this kind of source is now used, else the reason why it is passed over.
  std::function<void(std::string_view kind, const Error* why_not)> on_source;
  const CancelToken* cancel = nullptr;
  SourceSettings settings = SourceSettings::FromEnvironment();
};

// Brings a model of the catalogue into the store: asks each of its sources in turn whether it can
// be reached, resumes what is there, checks the SHA-256 while the bytes stream by, and gives the
// name only to a complete and correct file. Already there: returns at once. Safe to call from two
// programs at the same time; the second waits. After an error or cancellation the bytes fetched so
// far stay for the next call, except when their hash is wrong: those are deleted.
Result<Model> Pull(Store& store, std::string_view name, const PullOptions& options);

}  // namespace hearth::hub
