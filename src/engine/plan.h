// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/engine.h"
#include "engine/engine_impl.h"
#include "formats/catalogue.h"

namespace hearth::engine {

// The prediction for `sessions` of `context` tokens with prefill steps of `chunk`.
Result<MemoryPlan> PlanMemory(const formats::Catalogue& catalogue,
                              const models::DecoderConfig& config, int32_t context, int32_t chunk,
                              int threads, KvType kv, Precision precision, int32_t sessions);

// Facts for `show`.
Result<ModelInfo> Describe(const formats::Catalogue& catalogue,
                           const models::DecoderConfig& config);

Result<ModelHash> HashModel(const formats::Catalogue& catalogue);

}  // namespace hearth::engine
