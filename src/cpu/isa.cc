// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa.h"

#include <cstdlib>
#include <optional>

#include "cpu/messages.h"

namespace hearth::cpu {
namespace {

#if defined(__x86_64__) && !defined(HEARTH_PORTABLE)
constexpr bool kVectorRowsBuilt = true;
#else
constexpr bool kVectorRowsBuilt = false;
#endif

static_assert([] {
  for (size_t i = 0; i < kIsaTable.size(); ++i) {
    if (static_cast<size_t>(kIsaTable[i].isa) != i) return false;
  }
  return true;
}());

std::string Say(const Message& message, const std::vector<std::string>& args = {}) {
  return Render(message, args, CurrentLang());
}

// The names of the features in `bits`, "A, B".
std::string Names(uint32_t bits) {
  std::string out;
  for (const FeatureRow& row : FeatureTable()) {
    if ((bits & row.bit) == 0) continue;
    if (!out.empty()) out += ", ";
    out += row.name;
  }
  return out;
}

template <typename Keep>
std::string RowNames(Keep keep) {
  std::string out;
  for (const IsaRow& row : kIsaTable) {
    if (!keep(row)) continue;
    if (!out.empty()) out += ", ";
    out += row.name;
  }
  return out;
}

const Result<IsaChoice>& Chosen() {
  static const Result<IsaChoice> choice = [] {
    const char* forced = std::getenv("HEARTH_ISA");
    return Choose(DetectFeatures(), forced == nullptr ? "" : forced);
  }();
  return choice;
}

}  // namespace

bool Possible(Isa isa, const Features& features) {
  const uint32_t needs = Row(isa).needs;
  return (needs & features.usable()) == needs && (needs == 0 || kVectorRowsBuilt);
}

std::string WhyNot(Isa isa, const Features& features) {
  if (Possible(isa, features)) return {};
  const uint32_t needs = Row(isa).needs;
  if (const uint32_t absent = needs & ~features.cpu; absent != 0) {
    return Say(msg::kIsaNoFeature, {Names(absent)});
  }
  const uint32_t blocked = needs & ~features.usable();
  if (blocked == 0) return Say(msg::kIsaNotBuilt, {std::string(IsaName(isa))});
  const bool only_permission = features.os_tile && !features.amx_permitted &&
                               (blocked & ~uint32_t{kAMXTILE | kAMXINT8 | kAMXBF16}) == 0;
  return Say(only_permission ? msg::kIsaNoPermission : msg::kIsaNoState, {Names(blocked)});
}

Result<IsaChoice> Choose(const Features& features, std::string_view forced) {
  if (!forced.empty()) {
    for (const IsaRow& row : kIsaTable) {
      if (row.name != forced) continue;
      if (Possible(row.isa, features)) return IsaChoice{row.isa, Say(msg::kIsaForced)};
      return Fail(Code::kFailedPrecondition, msg::kIsaImpossible, forced, WhyNot(row.isa, features),
                  RowNames([&](const IsaRow& r) { return Possible(r.isa, features); }));
    }
    return Fail(Code::kInvalidArgument, msg::kIsaUnknown, forced,
                RowNames([](const IsaRow&) { return true; }));
  }
  IsaChoice choice{Isa::kScalar, Say(msg::kIsaBest)};
  for (const IsaRow& row : kIsaTable) {
    if (Possible(row.isa, features)) choice.isa = row.isa;
  }
  if (choice.isa != kIsaTable.back().isa) {
    const IsaRow& next = kIsaTable[static_cast<size_t>(choice.isa) + 1];
    choice.why =
        Say(msg::kIsaNotNext, {choice.why, std::string(next.name), WhyNot(next.isa, features)});
  }
  return choice;
}

Result<Isa> ChooseIsa() {
  HEARTH_ASSIGN(const IsaChoice choice, Chosen());
  return choice.isa;
}

std::string WhyIsa() {
  return Chosen() ? Chosen()->why : Chosen().error().Text();
}

}  // namespace hearth::cpu
