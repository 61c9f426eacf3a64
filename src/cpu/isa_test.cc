// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa.h"

#include <gtest/gtest.h>

namespace hearth::cpu {
namespace {

// A machine of 2022 with everything on.
Features Full() {
  Features f;
  for (const FeatureRow& row : FeatureTable()) f.cpu |= row.bit;
  f.os_ymm = f.os_zmm = f.os_tile = f.amx_permitted = true;
  return f;
}

[[maybe_unused]] Features Without(uint32_t bits) {
  Features f = Full();
  f.cpu &= ~bits;
  return f;
}

[[maybe_unused]] constexpr uint32_t kAmxBits = kAMXTILE | kAMXINT8 | kAMXBF16;
[[maybe_unused]] constexpr uint32_t kAvx512Bits = kAVX512F | kAVX512BW | kAVX512VL | kAVX512DQ |
                                                  kAVX512VNNI | kAVX512VBMI | kAVX512BF16 |
                                                  kAVX512FP16;

#if !defined(HEARTH_PORTABLE) && defined(__x86_64__)

TEST(Isa, PinnedChoicePerMachine) {
  struct Case {
    const char* machine;
    Features features;
    Isa expected;
  };
  Features no_zmm_state = Full();
  no_zmm_state.os_zmm = no_zmm_state.os_tile = false;
  Features no_permission = Full();
  no_permission.amx_permitted = false;
  Features no_ymm_state = Full();
  no_ymm_state.os_ymm = no_ymm_state.os_zmm = no_ymm_state.os_tile = false;
  const Case cases[] = {
      {"server with AMX", Full(), Isa::kAmx},
      {"kernel refuses AMX", no_permission, Isa::kAvx512Bf16},
      {"AVX-512 with BF16", Without(kAmxBits), Isa::kAvx512Bf16},
      {"server before AMX", Without(kAmxBits | kAVX512BF16), Isa::kAvx512Vnni},
      {"AVX-512 without AVX-VNNI", Without(kAmxBits | kAVX512BF16 | kAVXVNNI), Isa::kAvx512Vnni},
      {"AVX-512 without VNNI", Without(kAmxBits | kAVX512VNNI | kAVXVNNI), Isa::kAvx2},
      {"client of 2021", Without(kAmxBits | kAvx512Bits), Isa::kAvxVnni},
      {"client of 2013", Without(kAmxBits | kAvx512Bits | kAVXVNNI), Isa::kAvx2},
      {"AVX2 without FMA", Without(kAmxBits | kAvx512Bits | kAVXVNNI | kFMA), Isa::kScalar},
      {"system saves no zmm", no_zmm_state, Isa::kAvxVnni},
      {"system saves no ymm", no_ymm_state, Isa::kScalar},
      {"nothing", Features{}, Isa::kScalar},
  };
  for (const Case& c : cases) {
    const Result<IsaChoice> choice = Choose(c.features, "");
    ASSERT_TRUE(choice.has_value()) << c.machine;
    EXPECT_EQ(choice->isa, c.expected) << c.machine << ": " << choice->why;
    EXPECT_FALSE(choice->why.empty());
  }
}

TEST(Isa, ForcedRowsWorkDownwards) {
  for (const IsaRow& row : kIsaTable) {
    const Result<IsaChoice> choice = Choose(Full(), row.name);
    ASSERT_TRUE(choice.has_value()) << row.name;
    EXPECT_EQ(choice->isa, row.isa);
  }
}

TEST(Isa, ImpossibleRowSaysWhatIsMissing) {
  const Result<IsaChoice> no_amx = Choose(Without(kAmxBits), "amx");
  ASSERT_FALSE(no_amx.has_value());
  EXPECT_EQ(no_amx.error().code(), Code::kFailedPrecondition);
  EXPECT_EQ(
      no_amx.error().Text(Lang::kEnglish),
      "HEARTH_ISA=amx is not possible on this machine: " + WhyNot(Isa::kAmx, Without(kAmxBits)) +
          ". Unset it, or use: scalar, avx2, avxvnni, avx512vnni, avx512bf16.");
  EXPECT_NE(no_amx.error().Text(Lang::kEnglish).find("AMX_TILE, AMX_INT8, AMX_BF16"),
            std::string::npos);

  Features refused = Full();
  refused.amx_permitted = false;
  EXPECT_EQ(Choose(refused, "amx").error().id(), "cpu.isa_impossible");
  EXPECT_NE(WhyNot(Isa::kAmx, refused), WhyNot(Isa::kAmx, Without(kAmxBits)));
}

#endif

TEST(Isa, UnknownRowFailsWithTheList) {
  for (const char* name : {"avx9", "AMX", "amx ", "0"}) {
    const Result<IsaChoice> choice = Choose(Full(), name);
    ASSERT_FALSE(choice.has_value()) << name;
    EXPECT_EQ(choice.error().code(), Code::kInvalidArgument);
    EXPECT_NE(choice.error()
                  .Text(Lang::kEnglish)
                  .find("scalar, avx2, avxvnni, avx512vnni, avx512bf16, amx"),
              std::string::npos);
    EXPECT_NE(choice.error().Text(Lang::kChinese).find("没有这个名字"), std::string::npos);
  }
}

TEST(Isa, EachRowNeedsMoreThanScalar) {
  EXPECT_EQ(Row(Isa::kScalar).needs, 0u);
  EXPECT_EQ(Row(Isa::kAmx).needs & Row(Isa::kAvx512Bf16).needs, Row(Isa::kAvx512Bf16).needs);
  EXPECT_EQ(Row(Isa::kAvx512Bf16).needs & Row(Isa::kAvx512Vnni).needs, Row(Isa::kAvx512Vnni).needs);
  EXPECT_TRUE(Possible(Isa::kScalar, Features{}));
}

}  // namespace
}  // namespace hearth::cpu
