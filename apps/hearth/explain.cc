// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "explain.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "messages_explain.h"
#include "printable.h"

namespace hearth::app {
namespace {

using engine::Explanation;
using engine::OperationCost;

enum class Group : uint8_t { kProduct, kAttention, kSmall, kWait };

struct OperationRow {
  std::string_view id;
  Group group;
  const Message& name;
};
constexpr OperationRow kRows[] = {
    {"embed", Group::kSmall, msg::kOpEmbed},
    {"norm", Group::kSmall, msg::kOpNorm},
    {"quantize", Group::kSmall, msg::kOpQuantize},
    {"query_key_value", Group::kProduct, msg::kOpQueryKeyValue},
    {"rope", Group::kSmall, msg::kOpRope},
    {"attention", Group::kAttention, msg::kOpAttention},
    {"attention_output", Group::kProduct, msg::kOpAttentionOutput},
    {"gate_up", Group::kProduct, msg::kOpGateUp},
    {"activation", Group::kSmall, msg::kOpActivation},
    {"down", Group::kProduct, msg::kOpDown},
    {"head", Group::kProduct, msg::kOpHead},
    {"wait", Group::kWait, msg::kOpWait},
};

const OperationRow& RowOf(std::string_view id) {
  return *std::ranges::find(kRows, id, &OperationRow::id);
}

// Seconds that reading and computing need at least.
double ReadSeconds(const OperationCost& cost, const MachineLimits& limits) {
  return limits.bandwidth_gbps > 0 ? cost.bytes * 1e-9 / limits.bandwidth_gbps : 0;
}
double ComputeSeconds(const OperationCost& cost, const MachineLimits& limits) {
  return limits.peak_gops > 0 ? cost.operations * 1e-9 / limits.peak_gops : 0;
}

double TotalSeconds(const Explanation& explanation) {
  double total = 0;
  for (const OperationCost& cost : explanation.operations) total += cost.seconds;
  return total;
}

std::array<OperationCost, 4> ByGroup(const Explanation& explanation) {
  std::array<OperationCost, 4> sums = {};
  for (const OperationCost& cost : explanation.operations) {
    OperationCost& sum = sums[static_cast<size_t>(RowOf(cost.id).group)];
    sum.seconds += cost.seconds;
    sum.bytes += cost.bytes;
    sum.operations += cost.operations;
  }
  return sums;
}

// The group that most of the time goes to.
std::pair<Group, OperationCost> Largest(const Explanation& explanation) {
  const auto sums = ByGroup(explanation);
  const auto largest = std::ranges::max_element(sums, {}, &OperationCost::seconds);
  return {static_cast<Group>(largest - sums.begin()), *largest};
}

bool BoundByMemory(const OperationCost& cost, const MachineLimits& limits) {
  return ReadSeconds(cost, limits) >= ComputeSeconds(cost, limits);
}

std::string Percent(double part) {
  return fmt::format("{:.0f}", part * 100);
}

std::string Right(std::string_view text, int columns) {
  return std::string(static_cast<size_t>(std::max(1, columns - DisplayWidth(text))), ' ') +
         std::string(text);
}

// Blank instead of a zero that means nothing.
std::string Amount(double value, std::string_view format = "{:.2f}") {
  return value > 0 ? fmt::format(fmt::runtime(format), value) : std::string();
}

void PrintRow(Console& console, std::string_view name, const std::array<std::string, 7>& cells) {
  std::string line = Padded(name, 26);
  for (const std::string& cell : cells) line += Right(cell, 9);
  console.Out(line + "\n");
}

}  // namespace

double ShareOfLimit(const OperationCost& cost, const MachineLimits& limits) {
  const double needed = std::max(ReadSeconds(cost, limits), ComputeSeconds(cost, limits));
  return cost.seconds > 0 ? needed / cost.seconds : 0;
}

std::string_view LimitedBy(const Explanation& explanation, const MachineLimits& limits) {
  const auto [group, cost] = Largest(explanation);
  switch (group) {
    case Group::kProduct:
      return BoundByMemory(cost, limits) ? "memory" : "arithmetic";
    case Group::kAttention:
      return "attention";
    case Group::kSmall:
      return "small";
    case Group::kWait:
      return "wait";
  }
  return "";
}

std::string Sentence(const Explanation& explanation, const MachineLimits& limits) {
  const auto [group, cost] = Largest(explanation);
  const std::string part = Percent(cost.seconds / TotalSeconds(explanation));
  const std::string share = Percent(ShareOfLimit(cost, limits));
  switch (group) {
    case Group::kProduct:
      if (limits.bandwidth_gbps <= 0) return Console::Text(msg::kExplainUnmeasured, part);
      if (BoundByMemory(cost, limits)) {
        return Console::Text(msg::kExplainMemory, part, share,
                             fmt::format("{:.1f}", limits.bandwidth_gbps));
      }
      return Console::Text(msg::kExplainArithmetic, part, share, limits.peak_name);
    case Group::kAttention:
      return Console::Text(msg::kExplainAttention, part, share);
    case Group::kSmall:
      return Console::Text(msg::kExplainSmall, part);
    case Group::kWait:
      return Console::Text(msg::kExplainWait, part);
  }
  return {};
}

void PrintExplanation(Console& console, std::string_view title, const Explanation& explanation,
                      const MachineLimits& limits) {
  const auto speed = fmt::format(
      "{:.1f}", static_cast<double>(explanation.tokens) / std::max(explanation.seconds, 1e-9));
  console.OutLine(msg::kExplainTitle, title, explanation.tokens, speed);
  PrintRow(console, Console::Text(msg::kExplainOperation),
           {"ms", Console::Text(msg::kExplainTime), "GB", "GOP", "GB/s", "GOP/s",
            Console::Text(msg::kExplainLimit)});
  const double total = TotalSeconds(explanation);
  for (const OperationCost& cost : explanation.operations) {
    const double share = ShareOfLimit(cost, limits);
    const double rate = cost.seconds > 0 ? 1e-9 / cost.seconds : 0;
    PrintRow(console, Console::Text(RowOf(cost.id).name),
             {fmt::format("{:.2f}", cost.seconds * 1e3), Percent(cost.seconds / total) + " %",
              Amount(cost.bytes * 1e-9), Amount(cost.operations * 1e-9),
              Amount(cost.bytes * rate, "{:.1f}"), Amount(cost.operations * rate, "{:.0f}"),
              share > 0 ? Percent(share) + " %" : std::string()});
  }
  console.Out(Sentence(explanation, limits) + "\n");
}

nlohmann::ordered_json ExplanationJson(const Explanation& explanation,
                                       const MachineLimits& limits) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const OperationCost& cost : explanation.operations) {
    rows.push_back({{"operation", cost.id},
                    {"seconds", cost.seconds},
                    {"bytes", cost.bytes},
                    {"operations", cost.operations},
                    {"share_of_limit", ShareOfLimit(cost, limits)}});
  }
  return {{"tokens", explanation.tokens},
          {"seconds", explanation.seconds},
          {"operations", rows},
          {"limited_by", LimitedBy(explanation, limits)},
          {"sentence", Sentence(explanation, limits)}};
}

}  // namespace hearth::app
