// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// A chat template, a zero byte, and the JSON of its variables (without one: a conversation of
// ours).
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/chat_template.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::string_view kVariables =
      R"({"messages":[{"role":"user","content":"Hi <b> 你好"},{"role":"assistant","content":null,)"
      R"("tool_calls":[{"function":{"name":"f","arguments":{"a":[1,2.5,true,null]}}}]}],)"
      R"("tools":[{"type":"function","function":{"name":"f"}}],"s":"a,b","n":3,"x":-1.5})";
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t zero = input.find('\0');
  const auto parsed = hearth::text::ChatTemplate::Parse(std::string(input.substr(0, zero)));
  if (!parsed) return 0;
  hearth::text::TemplateLimits limits;
  limits.steps = 20'000;  // small, so that the fuzzer sees many inputs
  limits.memory_bytes = 1 << 20;
  limits.output_bytes = 256 << 10;
  const auto text =
      parsed->Render(zero == std::string_view::npos ? kVariables : input.substr(zero + 1), limits);
  if (!text) (void)text.error().Text(hearth::Lang::kChinese);
  return 0;
}
