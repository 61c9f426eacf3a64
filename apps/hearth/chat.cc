// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "chat.h"

#include "cpu/isa.h"
#include "engine/chat_prompt.h"
#include "messages_talk.h"
#include "printable.h"

namespace hearth::app {
Chat::Chat(Console& console, SettingValues values) : console_(console), values_(std::move(values)) {
  conversation_.system = values_.system;
}

Status Chat::Open(const std::string& model) {
  HEARTH_ASSIGN(const text::SamplerOptions sampler, SamplerOf(values_));
  seed_ = sampler.seed;
  HEARTH_ASSIGN(LoadedModel loaded, LoadModel(console_, model, values_));
  HEARTH_ASSIGN(session_, OpenSession(loaded, values_));
  model_ = std::move(loaded);
  return {};
}

Result<bool> Chat::Switch(const std::string& model) {
  HEARTH_TRY(CheckModel(model, values_));  // what can be known before the present one goes
  const std::string before = model_.name;
  session_.reset();
  model_ = {};  // memory for one model was promised, not for two
  const Status opened = Open(model);
  if (opened) return true;
  if (before.empty() || !console_.interactive()) return std::unexpected(opened.error());
  console_.PrintError(opened.error());
  HEARTH_TRY(Open(before));
  console_.Note(msg::kModelBack, Printable(FileName(before)));
  return false;
}

void Chat::Keep() const {
  KeepPacked(model_, values_);
}

void Chat::PrintBanner() const {
  const engine::ModelInfo& info = model_.engine->info();
  const std::string banner = Console::Text(
      msg::kChatBanner, Printable(FileName(model_.name)), Printable(info.architecture),
      fmt::format("{:.2f}", static_cast<double>(info.parameters) * 1e-9), session_->context(),
      model_.engine->threads(), cpu::IsaName(cpu::ChooseIsa().value_or(cpu::Isa::kScalar)));
  console_.Out(console_.Bold(banner) + "\n" + console_.Dim(Console::Text(msg::kChatHint)) + "\n\n");
}

Result<bool> Chat::Take(const std::string& input) {
  if (input.find_first_not_of(" \t\n") == std::string::npos) return true;
  if (input.starts_with('/')) return RunCommand(input);
  if (session_ == nullptr) return Fail(Code::kFailedPrecondition, msg::kModelNone);
  HEARTH_TRY(CheckUtf8(input, msg::kThePrompt));
  HEARTH_TRY(Say(input));
  return true;
}

Result<std::vector<text::Token>> Chat::FittingPrompt(Conversation& conversation) {
  const engine::Engine& engine = *model_.engine;
  // Room for an answer is made along with room for the question.
  const size_t context = static_cast<size_t>(session_->context());
  const size_t reserve = values_.on_full == "refuse" ? 1 : std::min<size_t>(512, context / 4);
  while (true) {
    HEARTH_ASSIGN(
        std::vector<text::Token> tokens,
        engine::EncodeChat(engine.tokenizer(), engine.chat_template(), conversation.Messages()));
    if (tokens.size() + reserve <= context) return tokens;
    if (values_.on_full == "refuse" && conversation.turns.size() > 1) {
      return Fail(Code::kResourceExhausted, msg::kChatFull, tokens.size(), context);
    }
    const std::optional<std::string> dropped = conversation.DropOldest();
    if (!dropped) {
      if (tokens.size() < context) return tokens;
      return Fail(Code::kResourceExhausted, msg::kChatTooLong, tokens.size(), context);
    }
    console_.Note(msg::kChatDropped, Shortened(Printable(*dropped), 60));
  }
}

Status Chat::Say(const std::string& message) {
  Conversation next = conversation_;
  next.turns.push_back({"user", message});
  HEARTH_ASSIGN(const std::vector<text::Token> prompt, FittingPrompt(next));
  AskOptions ask;
  HEARTH_ASSIGN(ask.sampler, SamplerOf(values_));
  ask.sampler.seed = seed_++;
  ask.max_tokens = static_cast<int32_t>(values_.max_tokens);
  ask.stop = values_.stop;
  HEARTH_ASSIGN(const engine::Answer answer, Ask(console_, *session_, prompt, ask));
  console_.Out(answer.text.ends_with('\n') ? "" : "\n");
  if (answer.finish == engine::Finish::kCancelled) console_.Note(msg::kStopped);
  PrintStats(console_, *session_, answer, ask.max_tokens);
  if (console_.interactive()) console_.Out("\n");
  totals_.answer_tokens += answer.timings.answer_tokens;
  totals_.prompt_tokens += answer.timings.prompt_tokens - answer.timings.cached_tokens;
  totals_.decode_seconds += answer.timings.decode_seconds;
  totals_.prefill_seconds += answer.timings.prefill_seconds;
  if (answer.finish == engine::Finish::kCancelled && answer.text.empty()) return {};
  next.turns.push_back({"assistant", answer.text});
  conversation_ = std::move(next);
  return {};
}

}  // namespace hearth::app
