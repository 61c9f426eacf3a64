// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "talk.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <random>

#include "base/os.h"
#include "hub/hub.h"
#include "messages_talk.h"
#include "printable.h"
#include "terminal.h"

namespace hearth::app {
namespace {

constexpr int32_t kDefaultContext = 4096;
constexpr size_t kMaxInput = 64 << 20;

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::string_view FileName(std::string_view name) {
  return name.substr(name.rfind('/') + 1);
}

engine::KvType KvOf(const SettingValues& values) {
  if (values.kv == "auto") return engine::KvType::kAuto;
  return values.kv == "f16" ? engine::KvType::kF16 : engine::KvType::kInt8;
}

engine::Precision PrecisionOf(const SettingValues& values) {
  return values.precision == "f32" ? engine::Precision::kFloat32 : engine::Precision::kDefault;
}

int32_t ContextOf(const SettingValues& values, const engine::ModelInfo& info) {
  if (values.ctx > 0) return static_cast<int32_t>(values.ctx);
  return info.trained_context > 0 ? std::min(kDefaultContext, info.trained_context)
                                  : kDefaultContext;
}

Result<text::SamplerOptions> SamplerOf(const SettingValues& values) {
  text::SamplerOptions options;
  options.temperature = static_cast<float>(values.temperature);
  options.top_k = static_cast<int32_t>(values.top_k);
  options.top_p = static_cast<float>(values.top_p);
  options.min_p = static_cast<float>(values.min_p);
  options.repeat_penalty = static_cast<float>(values.repeat_penalty);
  options.presence_penalty = static_cast<float>(values.presence_penalty);
  options.frequency_penalty = static_cast<float>(values.frequency_penalty);
  options.penalty_window = static_cast<int32_t>(values.penalty_window);
  options.seed = values.seed >= 0 ? static_cast<uint64_t>(values.seed) : std::random_device()();
  HEARTH_TRY(text::Validate(options));
  return options;
}

std::string PackedFolder() {
  return os::DataFolder() + "/packed";
}

Result<LoadedModel> LoadModel(Console& console, const std::string& name,
                              const SettingValues& values, int32_t sessions) {
  HEARTH_ASSIGN(const hub::Store store, hub::Store::Open());
  HEARTH_ASSIGN(const hub::Model model, store.Resolve(name));
  CancelToken cancel;
  const InterruptScope interrupt(cancel);
  Progress progress(console, Console::Text(msg::kLoading, Printable(FileName(name))));
  engine::LoadOptions options;
  options.precision = PrecisionOf(values);
  options.threads = static_cast<int>(values.threads);
  options.context = static_cast<int32_t>(values.ctx);
  options.sessions = sessions;
  options.kv = KvOf(values);
  options.force = values.force;
  options.cancel = &cancel;
  if (values.packed_cache != "off") options.packed_folder = PackedFolder();
  options.progress = [&](uint64_t done, uint64_t total) {
    progress.Update(static_cast<double>(done), static_cast<double>(total), true);
  };
  const auto start = std::chrono::steady_clock::now();
  HEARTH_ASSIGN(auto engine, engine::Engine::Load(model.path, options));
  return LoadedModel{name, std::move(engine), SecondsSince(start)};
}

void KeepPacked(const LoadedModel& model, const SettingValues& values) {
  constexpr uint64_t kMiB = uint64_t{1} << 20;
  constexpr uint64_t kLeastModel = 64 * kMiB;          // smaller ones load in no time
  constexpr uint64_t kSpare = uint64_t{10240} * kMiB;  // of disk that stays free
  if (values.packed_cache == "off" || !model.engine || model.engine->from_packed()) return;
  if (values.packed_cache == "auto") {
    const uint64_t bytes = model.engine->info().file_bytes;
    const auto free = os::FreeDisk(os::DataFolder());
    if (bytes < kLeastModel || !free || *free < kSpare + 2 * bytes) return;
  }
  (void)model.engine->SavePacked();
}

Status CheckModel(const std::string& name, const SettingValues& values) {
  HEARTH_ASSIGN(const hub::Store store, hub::Store::Open());
  HEARTH_ASSIGN(const hub::Model model, store.Resolve(name));
  HEARTH_TRY(engine::Engine::Plan(model.path, static_cast<int32_t>(values.ctx), KvOf(values),
                                  PrecisionOf(values)));
  return {};
}

Result<std::unique_ptr<engine::Session>> OpenSession(const LoadedModel& model,
                                                     const SettingValues& values) {
  engine::SessionOptions options;
  options.context = ContextOf(values, model.engine->info());
  options.kv = KvOf(values);
  return engine::Session::Open(model.engine, options);
}

Result<engine::Answer> Ask(Console& console, engine::Session& session,
                           std::span<const text::Token> prompt, const AskOptions& options) {
  CancelToken cancel;
  const InterruptScope interrupt(cancel);
  std::optional<Progress> progress(std::in_place, console, Console::Text(msg::kReadingPrompt));
  engine::GenerateOptions generate;
  generate.sampler = options.sampler;
  generate.max_tokens = options.max_tokens;
  generate.stop = options.stop;
  generate.logprobs = options.logprobs;
  generate.cancel = &cancel;
  generate.on_prefill = [&](int32_t done, int32_t total) {
    if (progress) progress->Update(done, total, false);
  };
  generate.on_text = [&](std::string_view text) {
    progress.reset();
    if (!options.print) return;
    console.Out(console.out_is_terminal() ? Printable(text) : std::string(text));
    if (console.out_failed()) cancel.Cancel();  // nobody reads any more
  };
  return session.Generate(prompt, generate);
}

double PrefillRate(const engine::Timings& timings) {
  const int32_t computed = timings.prompt_tokens - timings.cached_tokens;
  return timings.prefill_seconds > 0 ? computed / timings.prefill_seconds : 0;
}

double DecodeRate(const engine::Timings& timings) {
  return timings.decode_seconds > 0 ? timings.answer_tokens / timings.decode_seconds : 0;
}

void PrintStats(Console& console, const engine::Session& session, const engine::Answer& answer,
                int32_t max_tokens) {
  const engine::Timings& t = answer.timings;
  if (answer.finish == engine::Finish::kContextFull) {
    console.Note(msg::kEndedFull, session.context());
  }
  if (answer.finish == engine::Finish::kMaxTokens) console.Note(msg::kEndedLength, max_tokens);
  const auto rate = [](double value) { return fmt::format("{:.{}f}", value, value < 100 ? 1 : 0); };
  console.Note(msg::kStatsLine, t.answer_tokens, rate(PrefillRate(t)),
               t.prompt_tokens - t.cached_tokens, t.cached_tokens, rate(DecodeRate(t)),
               session.tokens().size(), session.context());
}

Status CheckUtf8(std::string_view text, const Message& what) {
  const std::optional<size_t> bad = FindInvalidUtf8(text);
  if (!bad) return {};
  return Fail(Code::kInvalidArgument, msg::kBadUtf8, Console::Text(what), *bad + 1);
}

Result<std::string> ReadStandardInput() {
  std::string text;
  char chunk[65536];
  while (const size_t n = std::fread(chunk, 1, sizeof(chunk), stdin)) {
    text.append(chunk, n);
    if (text.size() > kMaxInput) {
      return Fail(Code::kInvalidArgument, msg::kInputTooLong, BytesText(kMaxInput));
    }
  }
  return text;
}

}  // namespace hearth::app
