// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"
#include "text/vocabulary.h"

namespace hearth::text {

// Reads normalizer, pre_tokenizer, decoder and post_processor of a tokenizer.json into
// `vocabulary`. kUnimplemented names a step or a pattern that is not supported.
Status ReadJsonSteps(const json::Value& root, Vocabulary& vocabulary);

}  // namespace hearth::text
