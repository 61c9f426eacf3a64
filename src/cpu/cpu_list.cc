// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "cpu/cpu_list.h"

#include <charconv>

#include "base/os.h"

namespace hearth::cpu {

std::string ReadLine(const std::string& path) {
  Result<std::string> text = os::ReadWholeFile(path, 4096);
  if (!text) return {};
  while (!text->empty() && (text->back() == '\n' || text->back() == ' ')) text->pop_back();
  return *std::move(text);
}

std::vector<int> ParseCpuList(std::string_view list) {
  constexpr size_t kMost = 4096;
  std::vector<int> out;
  const char* at = list.data();
  const char* const end = at + list.size();
  while (at < end && out.size() < kMost) {
    int first = 0;
    auto [next, error] = std::from_chars(at, end, first);
    if (error != std::errc() || first < 0) break;
    int last = first;
    if (next < end && *next == '-') next = std::from_chars(next + 1, end, last).ptr;
    for (int id = first; id <= last && out.size() < kMost; ++id) out.push_back(id);
    at = next < end ? next + 1 : end;
  }
  return out;
}

}  // namespace hearth::cpu
