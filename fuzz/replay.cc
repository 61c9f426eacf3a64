// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target once over each file of the folders given as arguments, without libFuzzer.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/os.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  constexpr uint64_t kMaxSeed = uint64_t{64} << 20;
  LLVMFuzzerTestOneInput(nullptr, 0);
  int files = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string folder = argv[i];
    const auto names = hearth::os::ListFolder(folder);
    if (!names) {
      std::fprintf(stderr, "%s\n", names.error().Text().c_str());
      return 1;
    }
    for (const std::string& name : *names) {
      const auto bytes = hearth::os::ReadWholeFile(folder + "/" + name, kMaxSeed);
      if (!bytes) {
        std::fprintf(stderr, "%s\n", bytes.error().Text().c_str());
        return 1;
      }
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes->data()), bytes->size());
      ++files;
    }
  }
  std::printf("%d inputs\n", files);
  return 0;
}
