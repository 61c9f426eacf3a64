// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "engine/session.h"

// Several sessions of one engine in one pass over the weights, which costs little more than a pass
// for one of them. Every session gets, bit for bit, what it would get alone. Sessions may begin,
// end and join between steps.
namespace hearth::engine {

// One step: the next chunk of the prompt of the first session that still reads one, and one more
// token for every session behind its prompt. Sessions that are not answering are passed over.
// What goes wrong with one session comes out of its End. REQUIRES: each session once.
// kInvalidArgument when the sessions have different engines.
Status Step(std::span<Session* const> sessions);

struct Request {
  Session* session;
  std::span<const text::Token> prompt;
  GenerateOptions options;
};
// Answers all requests together; the results are in their order.
Result<std::vector<Result<Answer>>> GenerateTogether(std::span<const Request> requests);

// One token behind what each session holds. logits: [sessions][vocabulary]; top as in
// Session::Logits (tests, benchmarks).
Status DecodeTogether(std::span<Session* const> sessions, std::span<const text::Token> tokens,
                      std::span<float> logits, int32_t top = 0);

}  // namespace hearth::engine
