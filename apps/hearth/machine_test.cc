// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "machine.h"

#include <gtest/gtest.h>

namespace hearth::app {
namespace {

// A machine with nothing to improve.
Machine Good() {
  Machine m;
  for (const cpu::FeatureRow& row : cpu::FeatureTable()) m.features.cpu |= row.bit;
  m.features.os_ymm = m.features.os_zmm = m.features.os_tile = m.features.amx_permitted = true;
  m.topology.cores = m.topology.usable = m.topology.logical = 4;
  m.memory = {.total = uint64_t{16} << 30, .available = uint64_t{12} << 30};
  m.free_disk = uint64_t{100} << 30;
  m.row = cpu::Choose(m.features, "").value();
  return m;
}

TEST(Advice, NothingForAGoodMachine) {
#if !defined(HEARTH_PORTABLE)
  EXPECT_TRUE(Advice(Good()).empty());
#endif
}

TEST(Advice, EachLackHasItsLine) {
  struct Case {
    const char* lack;
    void (*spoil)(Machine&);
  };
  const Case cases[] = {
      {"forced row",
       [](Machine& m) {
         m.row_forced = true;
         m.row.isa = cpu::Isa::kScalar;
       }},
      {"no tile state", [](Machine& m) { m.features.os_tile = false; }},
      {"no permission", [](Machine& m) { m.features.amx_permitted = false; }},
      {"few threads", [](Machine& m) { m.topology.usable = 1; }},
      {"governor", [](Machine& m) { m.governor = "powersave"; }},
      {"memory", [](Machine& m) { m.memory.available = 1 << 30; }},
      {"disk", [](Machine& m) { m.free_disk = 1 << 30; }},
      {"read-only", [](Machine& m) { m.data_folder_writable = false; }},
  };
  const size_t before = Advice(Good()).size();
  for (const Case& c : cases) {
    Machine machine = Good();
    c.spoil(machine);
#if !defined(HEARTH_PORTABLE)
    EXPECT_EQ(Advice(machine).size(), before + 1) << c.lack;
#else
    EXPECT_GE(Advice(machine).size(), before) << c.lack;
#endif
  }
}

}  // namespace
}  // namespace hearth::app
