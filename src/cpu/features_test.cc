// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/features.h"

#include <gtest/gtest.h>

#include "base/os.h"

namespace hearth::cpu {
namespace {

TEST(Features, UsableIsASubsetOfThePresent) {
  const Features& f = DetectFeatures();
  EXPECT_EQ(f.usable() & ~f.cpu, 0u);
  EXPECT_EQ(&f, &DetectFeatures());
  Features blocked = f;
  blocked.os_ymm = blocked.os_zmm = blocked.os_tile = false;
  EXPECT_EQ(blocked.usable(), 0u);
}

TEST(Features, AgreesWithTheKernelsList) {
  const Result<std::string> info = os::ReadWholeFile("/proc/cpuinfo", 16 << 20);
  if (!info || info->find("flags\t") == std::string::npos) GTEST_SKIP() << "no list of flags";
  struct Case {
    Feature bit;
    const char* flag;
  };
  const Case cases[] = {{kAVX2, " avx2"},
                        {kFMA, " fma"},
                        {kAVXVNNI, " avx_vnni"},
                        {kAVX512F, " avx512f"},
                        {kAVX512VNNI, " avx512_vnni"},
                        {kAVX512FP16, " avx512_fp16"},
                        {kAMXINT8, " amx_int8"},
                        {kAMXBF16, " amx_bf16"}};
  for (const Case& c : cases) {
    EXPECT_EQ((DetectFeatures().cpu & c.bit) != 0, info->find(c.flag) != std::string::npos)
        << c.flag;
  }
}

TEST(Topology, IsSane) {
  const Topology t = DetectTopology();
  EXPECT_GE(t.logical, 1);
  EXPECT_GE(t.cores, 1);
  EXPECT_LE(t.cores, t.logical);
  EXPECT_GE(t.usable, 1);
  EXPECT_TRUE(t.l1d == 0 || t.l2 == 0 || t.l1d <= t.l2);
}

}  // namespace
}  // namespace hearth::cpu
