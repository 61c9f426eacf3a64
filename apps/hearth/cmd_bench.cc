// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/os.h"
#include "base/random.h"
#include "command.h"
#include "engine/together.h"
#include "explain.h"
#include "limits_json.h"
#include "measure.h"
#include "messages_explain.h"
#include "messages_machine.h"
#include "messages_talk.h"
#include "printable.h"
#include "talk.h"
#include "terminal.h"

namespace hearth::app {
namespace {

using Json = nlohmann::ordered_json;
using text::Token;

struct BenchOptions {
  std::string model;
  bool json = false, explain = false, no_limits = false;
  int64_t depth = 0, prefill = 512, decode = 64, repeat = 5;
  int64_t sequences = 1, verify = 1;  // 1: not measured besides
  SettingValues values;
};

// Tokens per second over the repeats.
struct Rates {
  double median = 0, min = 0, max = 0;
  explicit Rates(std::vector<double> all) {
    std::ranges::sort(all);
    median = all[all.size() / 2];
    min = all.front();
    max = all.back();
  }
};

// How close the speeds come to what the machine can do; 0 where a limit was not measured.
struct Shares {
  double bandwidth_gbps = 0;    // DRAM read limit
  double decode_bandwidth = 0;  // bytes of weights per step x tokens per second, over it
  std::string peak_name;        // the dot instruction of the row
  double peak_gops = 0;
  double prefill_peak = 0;  // 2 x weights of the layers x tokens per second, over it
};

// The peak that the prefill of each row is compared with.
std::string_view PeakName(cpu::Isa isa) {
  constexpr std::string_view kNames[cpu::kIsaCount] = {"",
                                                       "AVX2 maddubs ymm",
                                                       "AVX-VNNI vpdpbusd ymm",
                                                       "AVX-512 VNNI vpdpbusd zmm",
                                                       "AVX-512 VNNI vpdpbusd zmm",
                                                       "AMX int8, tiles from L1"};
  return kNames[static_cast<size_t>(isa)];
}

// Tokens of an answer; the first puts the sequences at their depth.
int64_t AnswerOf(const BenchOptions& options) {
  return std::max(options.decode + 1, options.verify);
}

// Tokens in the context of a session.
int64_t TokensOf(const BenchOptions& options) {
  return options.depth + std::max(options.prefill, AnswerOf(options));
}

using Sessions = std::vector<std::unique_ptr<engine::Session>>;

// Runs prefill and decode at a depth. Prompts are random tokens, which cost the same as text.
// Answers are those that the model gives to them, because what it finds likely takes less of the
// output layer than what it does not; they are chosen before anything is measured.
class Bench {
 public:
  // The first session is the one that is measured alone.
  Bench(const Sessions& sessions, const BenchOptions& options)
      : session_(*sessions[0]), options_(options) {
    Philox random(1);
    const auto vocabulary = static_cast<uint32_t>(session_.engine().info().vocabulary);
    logits_.resize(static_cast<size_t>(std::max(options.sequences, options.verify)) * vocabulary);
    for (const auto& session : sessions) {
      sessions_.push_back(session.get());
      std::vector<Token>& prompt = prompts_.emplace_back();
      for (int64_t i = 0; i < options.depth + options.prefill; ++i) {
        prompt.push_back(static_cast<Token>(random.Next() % vocabulary));
      }
    }
  }

  // Where the time of one prefill, and of `decode` single tokens, goes.
  Result<engine::Explanation> ExplainPrefill() {
    return session_.Explain(Prompt(), Depth(), INT32_MAX);
  }
  Result<engine::Explanation> ExplainDecode() {
    return session_.Explain(Answer(0, options_.decode), Depth(), 1);
  }

  // Brings all sessions to the depth and chooses their answers.
  Status Prepare(const CancelToken& cancel) {
    for (size_t i = 0; i < sessions_.size(); ++i) {
      answers_.emplace_back(1, prompts_[i][0]);
      if (options_.depth == 0) continue;
      const auto prompt = std::span(prompts_[i]).first(static_cast<size_t>(options_.depth));
      HEARTH_TRY(sessions_[i]->Logits(prompt, Logits(1), 0, 1));
      answers_[i][0] = Likeliest(0);
    }
    std::vector<Token> tokens(sessions_.size());
    for (int64_t n = 1; n < AnswerOf(options_); ++n) {
      if (cancel.cancelled()) return Fail(Code::kCancelled, msg::kStopped);
      for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = answers_[i].back();
      HEARTH_TRY(engine::DecodeTogether(sessions_, tokens, Logits(options_.sequences), 1));
      for (size_t i = 0; i < tokens.size(); ++i) answers_[i].push_back(Likeliest(i));
    }
    return {};
  }

  Result<double> PrefillRate() {
    const auto start = Clock::now();
    HEARTH_TRY(session_.Logits(Prompt(), 1, Depth()));
    return static_cast<double>(options_.prefill) / Seconds(start);
  }

  // As a greedy answer does: of the logits only the largest is wanted.
  Result<double> DecodeRate() {
    const auto start = Clock::now();
    for (int64_t i = 0; i < options_.decode; ++i) {
      HEARTH_TRY(session_.Logits(Answer(i, 1), Logits(1), Depth() + static_cast<int>(i), 1));
    }
    return static_cast<double>(options_.decode) / Seconds(start);
  }

  // Of all sequences together, each of which chooses as in DecodeRate.
  Result<double> TogetherRate() {
    // A token of each puts all of them at the depth; it is not measured.
    for (size_t i = 0; i < sessions_.size(); ++i) {
      HEARTH_TRY(sessions_[i]->Logits({answers_[i].data(), 1}, 0, Depth()));
    }
    std::vector<Token> tokens(sessions_.size());
    const auto start = Clock::now();
    for (int64_t i = 1; i <= options_.decode; ++i) {
      for (size_t s = 0; s < tokens.size(); ++s) tokens[s] = answers_[s][static_cast<size_t>(i)];
      HEARTH_TRY(engine::DecodeTogether(sessions_, tokens, Logits(options_.sequences), 1));
    }
    return static_cast<double>(options_.decode * options_.sequences) / Seconds(start);
  }

  // Of one sequence, several tokens a step, with all logits of each.
  Result<double> VerifyRate() {
    const int64_t steps = std::max<int64_t>(1, options_.decode / options_.verify);
    const auto start = Clock::now();
    for (int64_t i = 0; i < steps; ++i) {
      HEARTH_TRY(session_.Logits(Answer(0, options_.verify), Logits(options_.verify), Depth()));
    }
    return static_cast<double>(steps * options_.verify) / Seconds(start);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double Seconds(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }
  std::span<float> Logits(int64_t rows) {
    const auto vocabulary = static_cast<size_t>(session_.engine().info().vocabulary);
    return std::span(logits_).first(static_cast<size_t>(rows) * vocabulary);
  }
  Token Likeliest(size_t row) const {
    const auto vocabulary = static_cast<size_t>(session_.engine().info().vocabulary);
    const auto logits = std::span(logits_).subspan(row * vocabulary, vocabulary);
    return static_cast<Token>(std::ranges::max_element(logits) - logits.begin());
  }
  int32_t Depth() const { return static_cast<int32_t>(options_.depth); }
  // Of the sequence that is measured alone.
  std::span<const Token> Prompt() const {
    return std::span(prompts_[0]).subspan(static_cast<size_t>(options_.depth));
  }
  std::span<const Token> Answer(int64_t first, int64_t count) const {
    return std::span(answers_[0]).subspan(static_cast<size_t>(first), static_cast<size_t>(count));
  }

  engine::Session& session_;
  std::vector<engine::Session*> sessions_;
  const BenchOptions& options_;
  std::vector<std::vector<Token>> prompts_, answers_;  // of each session
  std::vector<float> logits_;
};

struct Measured {
  Rates prefill, decode;
  std::optional<Rates> together, verify;  // tokens per second of all rows
};

// What is measured, in turn, so that a slow moment of the machine meets all; one round warms up.
Result<Measured> MeasureModel(Console& console, const Sessions& sessions,
                              const BenchOptions& options) {
  CancelToken cancel;
  const InterruptScope interrupt(cancel);
  Progress progress(console, Console::Text(msg::kMeasuring));
  Bench bench(sessions, options);
  HEARTH_TRY(bench.Prepare(cancel));
  struct Work {
    Result<double> (Bench::*measure)();
    bool wanted;
    std::vector<double> rates;
  };
  Work works[] = {{&Bench::PrefillRate, true, {}},
                  {&Bench::DecodeRate, true, {}},
                  {&Bench::TogetherRate, options.sequences > 1, {}},
                  {&Bench::VerifyRate, options.verify > 1, {}}};
  for (int64_t i = 0; i <= options.repeat; ++i) {
    for (Work& work : works) {
      if (!work.wanted) continue;
      if (cancel.cancelled()) return Fail(Code::kCancelled, msg::kStopped);
      HEARTH_ASSIGN(const double rate, (bench.*work.measure)());
      if (i > 0) work.rates.push_back(rate);
    }
    progress.Update(static_cast<double>(i + 1), static_cast<double>(options.repeat + 1), false);
  }
  const auto besides = [](const Work& work) {
    return work.wanted ? std::optional(Rates(work.rates)) : std::nullopt;
  };
  return Measured{Rates(works[0].rates), Rates(works[1].rates), besides(works[2]),
                  besides(works[3])};
}

Shares SharesOf(const Measured& measured, const engine::ModelInfo& info, int threads, cpu::Isa isa,
                const std::vector<kernels::Limit>& limits) {
  Shares shares;
  shares.bandwidth_gbps = kernels::DramLimit(limits, threads);
  shares.peak_name = PeakName(isa);
  shares.peak_gops = kernels::FindLimit(limits, shares.peak_name, threads);
  if (shares.bandwidth_gbps > 0) {
    shares.decode_bandwidth = static_cast<double>(info.step_bytes) * 1e-9 * measured.decode.median /
                              shares.bandwidth_gbps;
  }
  if (shares.peak_gops > 0) {
    shares.prefill_peak =
        2e-9 * static_cast<double>(info.layer_weights) * measured.prefill.median / shares.peak_gops;
  }
  return shares;
}

// Cost of a step of `rows` tokens over that of a step of one.
double StepRatio(const Measured& measured, int64_t rows) {
  return static_cast<double>(rows) * measured.decode.median / measured.verify->median;
}

Json RatesJson(const Rates& rates, int64_t tokens) {
  return {{"tokens", tokens},
          {"tokens_per_second", rates.median},
          {"min", rates.min},
          {"max", rates.max}};
}

void PrintTable(Console& console, const Measured& measured, const BenchOptions& options,
                const Shares& shares) {
  const auto line = [&](std::string_view name, const Rates& rates, const std::string& share) {
    console.Out(fmt::format("{:<8} {:>9.1f} t/s   {} {:.1f}, {} {:.1f}   {}\n", name, rates.median,
                            Console::Text(msg::kBenchMin), rates.min, Console::Text(msg::kBenchMax),
                            rates.max, share));
  };
  const auto percent = [](double share) { return fmt::format("{:.0f}", share * 100); };
  line("prefill", measured.prefill,
       shares.peak_gops > 0
           ? Console::Text(msg::kBenchSharePeak, percent(shares.prefill_peak), shares.peak_name,
                           fmt::format("{:.0f}", shares.peak_gops))
           : std::string());
  line("decode", measured.decode,
       Console::Text(msg::kBenchShareBandwidth, percent(shares.decode_bandwidth),
                     fmt::format("{:.1f}", shares.bandwidth_gbps)));
  if (measured.together) {
    line("together", *measured.together,
         Console::Text(msg::kBenchTogether, options.sequences,
                       fmt::format("{:.2f}", measured.together->median / measured.decode.median)));
  }
  if (measured.verify) {
    line("verify", *measured.verify,
         Console::Text(msg::kBenchVerified, options.verify,
                       fmt::format("{:.2f}", StepRatio(measured, options.verify))));
  }
}

Result<bool> ParseBenchArgs(Console& console, std::vector<std::string> words,
                            BenchOptions& options) {
  constexpr int64_t kMost = 1 << 20;
  Args args("bench", msg::kHelpBench);
  args.Positional("MODEL", &options.model, msg::kBenchModelArg, true);
  args.Switch("--json", &options.json, msg::kJsonFlag);
  args.Switch("--explain", &options.explain, msg::kBenchExplain);
  args.Switch("--no-limits", &options.no_limits, msg::kBenchNoLimits);
  args.Integer("--depth", &options.depth, 0, kMost, msg::kBenchDepth);
  args.Integer("--prefill", &options.prefill, 1, kMost, msg::kBenchPrefill);
  args.Integer("--decode", &options.decode, 1, kMost, msg::kBenchDecode);
  args.Integer("--sequences", &options.sequences, 1, 64, msg::kBenchSequences);
  args.Integer("--verify", &options.verify, 1, 64, msg::kBenchVerify);
  args.Integer("--repeat", &options.repeat, 1, 1000, msg::kBenchRepeat);
  args.Settings(settings::kLoad | settings::kSession, &options.values);
  return args.Parse(console, std::move(words));
}

// Empty when --no-limits asks for none.
Result<std::vector<kernels::Limit>> LimitsFor(Console& console, const BenchOptions& options,
                                              int threads, cpu::Isa isa) {
  if (options.no_limits) return std::vector<kernels::Limit>();
  kernels::LimitOptions limit_options;
  limit_options.threads = {threads};
  limit_options.isa = isa;
  return Measure(console, limit_options);
}

Status ExplainModel(Console& console, const LoadedModel& model, const Sessions& sessions,
                    const BenchOptions& options) {
  Bench bench(sessions, options);
  HEARTH_TRY(bench.Prepare(CancelToken()));
  HEARTH_ASSIGN(const engine::Explanation prefill, bench.ExplainPrefill());
  HEARTH_ASSIGN(const engine::Explanation decode, bench.ExplainDecode());
  HEARTH_ASSIGN(const cpu::Isa isa, cpu::ChooseIsa());
  const int threads = model.engine->threads();
  HEARTH_ASSIGN(const std::vector<kernels::Limit> limits,
                LimitsFor(console, options, threads, isa));
  const MachineLimits machine = {kernels::DramLimit(limits, threads), PeakName(isa),
                                 kernels::FindLimit(limits, PeakName(isa), threads)};
  if (options.json) {
    const Json object = {{"model", model.name},
                         {"isa", cpu::IsaName(isa)},
                         {"threads", threads},
                         {"depth", options.depth},
                         {"prefill", ExplanationJson(prefill, machine)},
                         {"decode", ExplanationJson(decode, machine)},
                         {"limits", LimitsJson(limits)}};
    console.Out(object.dump(2) + "\n");
    return {};
  }
  console.OutLine(msg::kBenchTitle, Printable(model.name),
                  BytesText(static_cast<double>(model.engine->info().file_bytes)), threads,
                  cpu::IsaName(isa), options.depth);
  PrintExplanation(console, "prefill", prefill, machine);
  PrintExplanation(console, "decode", decode, machine);
  return {};
}

}  // namespace

Status RunBenchModel(Console& console, std::vector<std::string> words) {
  BenchOptions options;
  HEARTH_ASSIGN(const bool go, ParseBenchArgs(console, std::move(words), options));
  if (!go) return {};
  if (options.explain && (options.sequences > 1 || options.verify > 1)) {
    return Fail(Code::kInvalidArgument, msg::kBenchExplainsOne);
  }
  if (options.values.ctx == 0) {
    options.values.ctx = TokensOf(options);
  }
  const auto count = static_cast<int32_t>(options.sequences);
  HEARTH_ASSIGN(const LoadedModel model, LoadModel(console, options.model, options.values, count));
  Sessions sessions;
  for (int32_t i = 0; i < count; ++i) {
    HEARTH_ASSIGN(auto session, OpenSession(model, options.values));
    sessions.push_back(std::move(session));
  }
  if (options.explain) return ExplainModel(console, model, sessions, options);
  HEARTH_ASSIGN(const Measured measured, MeasureModel(console, sessions, options));
  HEARTH_ASSIGN(const cpu::Isa isa, cpu::ChooseIsa());
  HEARTH_ASSIGN(const std::vector<kernels::Limit> limits,
                LimitsFor(console, options, model.engine->threads(), isa));
  const engine::ModelInfo& info = model.engine->info();
  const Shares shares = SharesOf(measured, info, model.engine->threads(), isa, limits);
  if (!options.json) {
    console.OutLine(msg::kBenchTitle, Printable(model.name),
                    BytesText(static_cast<double>(info.file_bytes)), model.engine->threads(),
                    cpu::IsaName(isa), options.depth);
    PrintTable(console, measured, options, shares);
    return {};
  }
  Json object = {{"model", model.name},
                 {"architecture", info.architecture},
                 {"bytes", info.file_bytes},
                 {"isa", cpu::IsaName(isa)},
                 {"threads", model.engine->threads()},
                 {"depth", options.depth},
                 {"repeat", options.repeat},
                 {"kv", options.values.kv},
                 {"precision", options.values.precision},
                 {"prefill", RatesJson(measured.prefill, options.prefill)},
                 {"decode", RatesJson(measured.decode, options.decode)},
                 {"load_seconds", model.load_seconds},
                 {"peak_resident_bytes", os::PeakResident()},
                 {"limits", LimitsJson(limits)}};
  if (measured.together) {
    object["together"] = RatesJson(*measured.together, options.decode);
    object["together"]["sequences"] = options.sequences;
  }
  if (measured.verify) {
    object["verify"] = RatesJson(*measured.verify, options.verify);
    object["verify"]["milliseconds"] =
        1e3 * static_cast<double>(options.verify) / measured.verify->median;
    object["verify"]["step_ratio"] = StepRatio(measured, options.verify);
  }
  object["prefill"]["operations_per_token"] = 2 * info.layer_weights;
  object["decode"]["bytes_per_token"] = info.step_bytes;
  object["prefill"]["share_of_peak"] = shares.prefill_peak;
  object["prefill"]["peak"] = shares.peak_name;
  object["decode"]["share_of_bandwidth"] = shares.decode_bandwidth;
  console.Out(object.dump(2) + "\n");
  return {};
}

}  // namespace hearth::app
