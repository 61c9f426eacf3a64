// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/together.h"

#include <algorithm>
#include <array>

#include "engine/messages.h"
#include "engine/session_impl.h"

namespace hearth::engine {
namespace {

using text::Token;
using Members = std::span<Session::Impl* const>;

Status CheckOneEngine(std::span<Session* const> sessions) {
  for (const Session* session : sessions) {
    if (&session->engine() == &sessions[0]->engine()) continue;
    return Fail(Code::kInvalidArgument, msg::kSessionOtherEngine);
  }
  return {};
}

using Parts = std::array<models::Part, models::kMostTogether>;

// How many of the largest logits of every member count; 0: all.
int32_t TopOf(Members members) {
  int32_t top = 0;
  for (const Session::Impl* member : members) {
    if (member->answering->Top() == 0) return 0;
    top = std::max(top, member->answering->Top());
  }
  return top;
}

// Chooses for all members, on all threads when they are several. A member whose logits are no
// numbers forgets its part. The caller holds the turn.
void ChooseAll(const Engine::Impl& model, Members members, const Parts& parts) {
  const auto count = static_cast<int64_t>(members.size());
  const auto choose = [&](const Worker& worker) {
    const auto [first, last] = worker.Share(count);
    for (int64_t i = first; i < last; ++i) {
      const auto m = static_cast<size_t>(i);
      const std::span logits(model.scratch.logits[i], static_cast<size_t>(model.config.vocabulary));
      if (members[m]->answering->Choose(logits, model.path)) continue;
      members[m]->tokens.resize(static_cast<size_t>(parts[m].position));
    }
  };
  if (count == 1) return choose({nullptr, 0, 1});
  model.team->Run(choose);
}

// One pass: a chunk of the prompt of one member, or a token of each.
void Compute(const Engine::Impl& model, Members members) {
  Parts parts;
  for (size_t i = 0; i < members.size(); ++i) {
    Session::Impl& member = *members[i];
    HEARTH_CHECK(std::ranges::count(members, &member) == 1);
    parts[i] = {&member.timeline, member.answering->Next(), member.position()};
  }
  Answering& first = *members[0]->answering;
  const bool choose = first.WantsLogits();
  {
    const std::lock_guard turn(model.turn);
    const models::Batch batch = {
        .parts = std::span(parts).first(members.size()),
        .want = choose ? static_cast<int32_t>(members.size()) : 0,
        .logits = model.scratch.logits.data,
        .top = TopOf(members),
        // Stopping others for one of them would cost more than the step does.
        .cancel = members.size() == 1 ? first.cancel() : nullptr,
        .trace = nullptr};
    if (!Forward(model.config, *model.weights, model.scratch, *model.team, batch)) {
      return first.Finish(Finish::kCancelled);
    }
    for (size_t i = 0; i < members.size(); ++i) {
      std::vector<Token>& tokens = members[i]->tokens;
      tokens.insert(tokens.end(), parts[i].tokens.begin(), parts[i].tokens.end());
      members[i]->answering->Computed();
    }
    if (choose) ChooseAll(model, members, parts);
  }
  for (Session::Impl* member : members) {
    member->answering->Accept(member->position() < member->options.context);
  }
}

}  // namespace

Status Step(std::span<Session* const> sessions) {
  HEARTH_TRY(CheckOneEngine(sessions));
  const auto reader = std::ranges::find_if(sessions, [](const Session* session) {
    return session->answering() && session->impl().answering->reading();
  });
  if (reader != sessions.end()) {
    Session::Impl* const member = &(*reader)->impl();
    Compute(member->engine->impl(), {&member, 1});
  }
  std::array<Session::Impl*, models::kMostTogether> members;
  size_t count = 0;
  const auto compute = [&] {
    if (count > 0) Compute(members[0]->engine->impl(), std::span(members).first(count));
    count = 0;
  };
  for (const Session* session : sessions) {
    if (!session->answering() || session->impl().answering->reading()) continue;
    if (session->impl().answering->cancelled()) {
      session->impl().answering->Finish(Finish::kCancelled);
      continue;
    }
    members[count++] = &session->impl();
    if (count == members.size()) compute();
  }
  compute();
  return {};
}

Result<std::vector<Result<Answer>>> GenerateTogether(std::span<const Request> requests) {
  std::vector<Session*> sessions;
  std::vector<Status> begun;
  for (const Request& request : requests) {
    sessions.push_back(request.session);
    begun.push_back(request.session->Begin(request.prompt, request.options));
  }
  const auto answering = [](const Session* session) { return session->answering(); };
  while (std::ranges::any_of(sessions, answering)) HEARTH_TRY(Step(sessions));
  std::vector<Result<Answer>> answers;
  for (size_t i = 0; i < requests.size(); ++i) {
    answers.push_back(begun[i] ? requests[i].session->End()
                               : Result<Answer>(std::unexpected(begun[i].error())));
  }
  return answers;
}

Status DecodeTogether(std::span<Session* const> sessions, std::span<const Token> tokens,
                      std::span<float> logits, int32_t top) {
  HEARTH_TRY(CheckOneEngine(sessions));
  if (sessions.empty()) return {};
  const Engine::Impl& model = sessions[0]->engine().impl();
  const auto vocabulary = static_cast<size_t>(model.config.vocabulary);
  HEARTH_CHECK(tokens.size() == sessions.size() && logits.size() == sessions.size() * vocabulary);
  for (size_t i = 0; i < sessions.size(); ++i) {
    Session::Impl& member = sessions[i]->impl();
    HEARTH_TRY(member.CheckTokens(tokens.subspan(i, 1)));
    if (member.position() < member.options.context) continue;
    return Fail(Code::kResourceExhausted, msg::kSessionPromptLong, member.position() + 1,
                member.options.context);
  }
  Parts parts;
  for (size_t done = 0; done < sessions.size();) {
    const size_t count = std::min(parts.size(), sessions.size() - done);
    for (size_t i = 0; i < count; ++i) {
      Session::Impl& member = sessions[done + i]->impl();
      member.answering.reset();
      parts[i] = {&member.timeline, tokens.subspan(done + i, 1), member.position()};
    }
    const std::span out = logits.subspan(done * vocabulary, count * vocabulary);
    {
      const std::lock_guard turn(model.turn);
      Forward(model.config, *model.weights, model.scratch, *model.team,
              {.parts = std::span(parts).first(count),
               .want = static_cast<int32_t>(count),
               .logits = out.data(),
               .top = top,
               .cancel = nullptr,
               .trace = nullptr});
      HEARTH_TRY(CheckLogits(out, model.path, *model.team));
    }
    for (size_t i = 0; i < count; ++i)
      sessions[done + i]->impl().tokens.push_back(tokens[done + i]);
    done += count;
  }
  return {};
}

}  // namespace hearth::engine
