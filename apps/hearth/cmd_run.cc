// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "command.h"
#include "cpu/isa.h"
#include "engine/chat_prompt.h"
#include "messages_talk.h"
#include "talk.h"

namespace hearth::app {
namespace {

using Json = nlohmann::ordered_json;

struct RunOptions {
  std::string model, prompt;
  bool json = false;
  bool raw = false;
  SettingValues values;
};

// The prompt as the model will see it.
Result<std::vector<text::Token>> EncodePrompt(const LoadedModel& model, const RunOptions& options) {
  const text::Tokenizer& tokenizer = model.engine->tokenizer();
  if (options.raw) return engine::EncodeRaw(tokenizer, options.values.system + options.prompt);
  std::vector<text::ChatMessage> messages;
  if (!options.values.system.empty()) messages.push_back({"system", options.values.system});
  messages.push_back({"user", options.prompt});
  return engine::EncodeChat(tokenizer, model.engine->chat_template(), std::move(messages));
}

Json LogprobsJson(const text::Tokenizer& tokenizer, const engine::Answer& answer) {
  const auto spelled = [&](text::Token token, float logprob) {
    const bool known = token < tokenizer.vocabulary_size();
    return Json{{"token", token},
                {"text", known ? tokenizer.Piece(token, true) : ""},
                {"logprob", logprob}};
  };
  Json rows = Json::array();
  for (const engine::TokenReport& report : answer.reports) {
    Json row = spelled(report.token, report.logprob);
    row["top"] = Json::array();
    for (const text::TokenLogprob& t : report.top)
      row["top"].push_back(spelled(t.token, t.logprob));
    rows.push_back(std::move(row));
  }
  return rows;
}

Json AnswerJson(const LoadedModel& model, const engine::Session& session,
                const engine::Answer& answer, const AskOptions& options) {
  const engine::Timings& t = answer.timings;
  Json object = {
      {"model", model.name},
      {"architecture", model.engine->info().architecture},
      {"isa", cpu::IsaName(cpu::ChooseIsa().value_or(cpu::Isa::kScalar))},
      {"threads", model.engine->threads()},
      {"text", answer.text},
      {"finish_reason", engine::FinishName(answer.finish)},
      {"seed", options.sampler.seed},
      {"tokens",
       {{"prompt", t.prompt_tokens},
        {"cached", t.cached_tokens},
        {"answer", t.answer_tokens},
        {"context", session.context()}}},
      {"load", {{"seconds", model.load_seconds}}},
      {"prefill", {{"seconds", t.prefill_seconds}, {"tokens_per_second", PrefillRate(t)}}},
      {"decode", {{"seconds", t.decode_seconds}, {"tokens_per_second", DecodeRate(t)}}}};
  if (options.logprobs > 0) object["logprobs"] = LogprobsJson(model.engine->tokenizer(), answer);
  return object;
}

// Checks and completes what the command line says; nothing heavy has happened yet.
Status Prepare(Console& console, RunOptions& options) {
  if (options.values.logprobs > 0 && !options.json) {
    return Fail(Code::kInvalidArgument, msg::kLogprobsNeedJson);
  }
  if (options.prompt.empty() && !console.input_is_terminal()) {
    HEARTH_ASSIGN(options.prompt, ReadStandardInput());
  }
  if (options.prompt.empty()) return Fail(Code::kInvalidArgument, msg::kNoPrompt);
  HEARTH_TRY(CheckUtf8(options.prompt, msg::kThePrompt));
  return CheckUtf8(options.values.system, msg::kTheSystemPrompt);
}

}  // namespace

Status RunRun(Console& console, std::vector<std::string> words) {
  RunOptions options;
  Args args("run", msg::kHelpRun);
  args.Positional("MODEL", &options.model, msg::kModelArg, true);
  args.Positional("PROMPT", &options.prompt, msg::kPromptArg, false);
  args.Switch("--json", &options.json, msg::kJsonFlag);
  args.Switch("--raw", &options.raw, msg::kRawFlag);
  using namespace settings;
  args.Settings(kSampling | kRun | kPrompt | kSession | kLoad, &options.values);
  HEARTH_ASSIGN(const bool go, args.Parse(console, std::move(words)));
  if (!go) return {};
  HEARTH_TRY(Prepare(console, options));
  AskOptions ask;
  HEARTH_ASSIGN(ask.sampler, SamplerOf(options.values));
  ask.max_tokens = static_cast<int32_t>(options.values.max_tokens);
  ask.stop = options.values.stop;
  ask.logprobs = static_cast<int32_t>(options.values.logprobs);
  ask.print = !options.json;

  HEARTH_ASSIGN(const LoadedModel model, LoadModel(console, options.model, options.values));
  HEARTH_ASSIGN(const std::vector<text::Token> prompt, EncodePrompt(model, options));
  HEARTH_ASSIGN(const auto session, OpenSession(model, options.values));
  HEARTH_ASSIGN(const engine::Answer answer, Ask(console, *session, prompt, ask));
  if (options.json) {
    const Json object = AnswerJson(model, *session, answer, ask);
    console.Out(object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    if (!answer.text.ends_with('\n')) console.Out("\n");
    if (console.err_is_terminal() || answer.finish == engine::Finish::kContextFull) {
      PrintStats(console, *session, answer, ask.max_tokens);
    }
  }
  if (answer.finish == engine::Finish::kCancelled) return Fail(Code::kCancelled, msg::kStopped);
  KeepPacked(model, options.values);
  return {};
}

}  // namespace hearth::app
