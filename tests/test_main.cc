// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// The main function of every test program: each run has a temporary folder of its own
// (testing::TempDir()), so that tests may run at the same time, and leaves nothing behind.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::error_code error;
  std::string folder = std::filesystem::temp_directory_path(error).string() + "/hearth-test-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr || setenv("TEST_TMPDIR", folder.c_str(), 1) != 0) {
    std::fprintf(stderr, "no temporary folder %s\n", folder.c_str());
    return 1;
  }
  const int status = RUN_ALL_TESTS();
  std::filesystem::remove_all(folder, error);
  return status;
}
