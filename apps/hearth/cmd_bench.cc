// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/os.h"
#include "base/random.h"
#include "command.h"
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
  constexpr std::string_view kNames[cpu::kIsaCount] = {
      "", "AVX2 maddubs ymm", "AVX-VNNI vpdpbusd ymm", "AVX-512 VNNI vpdpbusd zmm",
      "AMX int8, tiles from L1"};
  return kNames[static_cast<size_t>(isa)];
}

// Runs prefill and decode at a depth; tokens are random, which costs the same as text.
class Bench {
 public:
  Bench(engine::Session& session, const BenchOptions& options)
      : session_(session), options_(options) {
    Philox random(1);
    const auto vocabulary = static_cast<uint32_t>(session.engine().info().vocabulary);
    const int64_t count = options.depth + std::max(options.prefill, options.decode);
    for (int64_t i = 0; i < count; ++i) {
      tokens_.push_back(static_cast<Token>(random.Next() % vocabulary));
    }
  }

  // Where the time of one prefill, and of `decode` single tokens, goes.
  Result<engine::Explanation> ExplainPrefill() {
    return session_.Explain(Tokens(options_.depth, options_.prefill), Depth(), INT32_MAX);
  }
  Result<engine::Explanation> ExplainDecode() {
    return session_.Explain(Tokens(options_.depth, options_.decode), Depth(), 1);
  }

  Status FillDepth() {
    if (options_.depth == 0) return {};
    HEARTH_TRY(session_.Logits(Tokens(0, options_.depth), 0));
    return {};
  }

  Result<double> PrefillRate() {
    const auto start = Clock::now();
    HEARTH_TRY(session_.Logits(Tokens(options_.depth, options_.prefill), 1, Depth()));
    return static_cast<double>(options_.prefill) / Seconds(start);
  }

  Result<double> DecodeRate() {
    const auto start = Clock::now();
    for (int64_t i = 0; i < options_.decode; ++i) {
      HEARTH_TRY(session_.Logits(Tokens(options_.depth + i, 1), 1, Depth() + static_cast<int>(i)));
    }
    return static_cast<double>(options_.decode) / Seconds(start);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double Seconds(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }
  int32_t Depth() const { return static_cast<int32_t>(options_.depth); }
  std::span<const Token> Tokens(int64_t first, int64_t count) const {
    return std::span(tokens_).subspan(static_cast<size_t>(first), static_cast<size_t>(count));
  }

  engine::Session& session_;
  const BenchOptions& options_;
  std::vector<Token> tokens_;
};

struct Measured {
  Rates prefill, decode;
};

// Prefill and decode in turn, so that a slow moment of the machine meets both; one round warms up.
Result<Measured> MeasureModel(Console& console, engine::Session& session,
                              const BenchOptions& options) {
  CancelToken cancel;
  const InterruptScope interrupt(cancel);
  Progress progress(console, Console::Text(msg::kMeasuring));
  Bench bench(session, options);
  HEARTH_TRY(bench.FillDepth());
  std::vector<double> prefill, decode;
  for (int64_t i = 0; i <= options.repeat; ++i) {
    if (cancel.cancelled()) return Fail(Code::kCancelled, msg::kStopped);
    HEARTH_ASSIGN(const double prefill_rate, bench.PrefillRate());
    if (cancel.cancelled()) return Fail(Code::kCancelled, msg::kStopped);
    HEARTH_ASSIGN(const double decode_rate, bench.DecodeRate());
    progress.Update(static_cast<double>(i + 1), static_cast<double>(options.repeat + 1), false);
    if (i == 0) continue;
    prefill.push_back(prefill_rate);
    decode.push_back(decode_rate);
  }
  return Measured{Rates(std::move(prefill)), Rates(std::move(decode))};
}

Shares SharesOf(const Measured& measured, const engine::ModelInfo& info, int threads, cpu::Isa isa,
                const std::vector<kernels::Limit>& limits) {
  Shares shares;
  shares.bandwidth_gbps = kernels::FindLimit(limits, kernels::kDramEightStreams, threads);
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

Json RatesJson(const Rates& rates, int64_t tokens) {
  return {{"tokens", tokens},
          {"tokens_per_second", rates.median},
          {"min", rates.min},
          {"max", rates.max}};
}

void PrintTable(Console& console, const Measured& measured, const Shares& shares) {
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

Status ExplainModel(Console& console, const LoadedModel& model, engine::Session& session,
                    const BenchOptions& options) {
  Bench bench(session, options);
  HEARTH_TRY(bench.FillDepth());
  HEARTH_ASSIGN(const engine::Explanation prefill, bench.ExplainPrefill());
  HEARTH_ASSIGN(const engine::Explanation decode, bench.ExplainDecode());
  HEARTH_ASSIGN(const cpu::Isa isa, cpu::ChooseIsa());
  const int threads = model.engine->threads();
  HEARTH_ASSIGN(const std::vector<kernels::Limit> limits,
                LimitsFor(console, options, threads, isa));
  const MachineLimits machine = {kernels::FindLimit(limits, kernels::kDramEightStreams, threads),
                                 PeakName(isa), kernels::FindLimit(limits, PeakName(isa), threads)};
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
  if (options.values.ctx == 0) {
    options.values.ctx = options.depth + std::max(options.prefill, options.decode);
  }
  HEARTH_ASSIGN(const LoadedModel model, LoadModel(console, options.model, options.values));
  HEARTH_ASSIGN(const auto session, OpenSession(model, options.values));
  if (options.explain) return ExplainModel(console, model, *session, options);
  HEARTH_ASSIGN(const Measured measured, MeasureModel(console, *session, options));
  HEARTH_ASSIGN(const cpu::Isa isa, cpu::ChooseIsa());
  HEARTH_ASSIGN(const std::vector<kernels::Limit> limits,
                LimitsFor(console, options, model.engine->threads(), isa));
  const engine::ModelInfo& info = model.engine->info();
  const Shares shares = SharesOf(measured, info, model.engine->threads(), isa, limits);
  if (!options.json) {
    console.OutLine(msg::kBenchTitle, Printable(model.name),
                    BytesText(static_cast<double>(info.file_bytes)), model.engine->threads(),
                    cpu::IsaName(isa), options.depth);
    PrintTable(console, measured, shares);
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
  object["prefill"]["operations_per_token"] = 2 * info.layer_weights;
  object["decode"]["bytes_per_token"] = info.step_bytes;
  object["prefill"]["share_of_peak"] = shares.prefill_peak;
  object["prefill"]["peak"] = shares.peak_name;
  object["decode"]["share_of_bandwidth"] = shares.decode_bandwidth;
  console.Out(object.dump(2) + "\n");
  return {};
}

}  // namespace hearth::app
