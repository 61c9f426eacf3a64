// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/os.h"
#include "base/result.h"
#include "cpu/features.h"
#include "cpu/isa.h"

namespace hearth::app {

// Everything doctor looks at, gathered once; advice is a pure function of it.
struct Machine {
  cpu::Features features;
  cpu::Topology topology;
  os::MemoryInfo memory;
  std::string data_folder;
  uint64_t free_disk = 0;  // bytes; 0 where unknown
  bool data_folder_writable = true;
  std::string governor;  // of processor 0; empty where unknown
  cpu::IsaChoice row;    // the kernel row that will be used
  bool row_forced = false;
  double read_gbps = 0;  // DRAM read with all threads; 0: not measured
};

// kFailedPrecondition or kInvalidArgument when HEARTH_ISA asks for what cannot be.
Result<Machine> LookAtMachine();

// What a person could change to get more out of the machine, most important first.
std::vector<std::string> Advice(const Machine& machine);

}  // namespace hearth::app
