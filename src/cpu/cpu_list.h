// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

// Small system files of the kernel.
namespace hearth::cpu {

// A one-line system file without its newline; empty when it cannot be read.
std::string ReadLine(const std::string& path);

// Members of a kernel CPU list such as "0-3,8", at most 4096; reading ends where it is malformed.
std::vector<int> ParseCpuList(std::string_view list);

}  // namespace hearth::cpu
