// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

// Running another program: an argument list and never a shell.
namespace hearth::os {

struct ProcessOptions {
  std::vector<std::string> argv = {};         // argv[0] is looked up in PATH
  std::string folder = {};                    // working folder; empty: the caller's
  std::vector<std::string> environment = {};  // NAME=value, added to or replacing what is inherited
  uint64_t max_output = 65536;                // bytes kept of each stream: the last ones
  std::chrono::milliseconds timeout{0};       // 0: none
  // Called about every 50 ms; an error stops the program and is the result.
  std::function<Status()> on_tick = {};
};

struct ProcessResult {
  int exit_code = 0;  // 128 + signal number when a signal ended it
  std::string out;
  std::string err;
};

// Runs the program with empty standard input in a process group of its own and waits for it. An
// ended run is a result whatever its exit code. kNotFound: no such program; kDeadlineExceeded: the
// timeout passed. When stopped, the whole group gets SIGTERM and after a second SIGKILL.
Result<ProcessResult> RunProcess(const ProcessOptions& options);

}  // namespace hearth::os
