// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Renders chat templates for comparison scripts. Each line of standard input is one JSON object:
//   {"template": "...", "variables": "{...}", "unix_time": 0}
// "template" may be left out to use the one of the line before. Each line of output answers it:
//   {"text": "..."} or {"error": "...", "id": "..."}
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "text/chat_template.h"

namespace {

using hearth::Result;
using hearth::text::ChatTemplate;
using hearth::text::TemplateLimits;

constexpr uint64_t kMaxLineBytes = 256 << 20;

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || byte == 0x7F) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out.append("\\u00");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

std::string Answer(const Result<std::string>& rendered) {
  if (rendered) return "{\"text\": " + Quoted(*rendered) + "}";
  return "{\"error\": " + Quoted(rendered.error().Text(hearth::Lang::kEnglish)) +
         ", \"id\": " + Quoted(rendered.error().id()) + "}";
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::optional<Result<ChatTemplate>> parsed;
  for (std::string line; std::getline(std::cin, line);) {
    const auto document = hearth::json::Document::Parse(line, "standard input", kMaxLineBytes);
    if (!document) {
      std::cout << Answer(std::unexpected(document.error())) << std::endl;
      continue;
    }
    const auto root = document->root();
    if (const auto source = root["template"].AsString()) {
      parsed.emplace(ChatTemplate::Parse(std::string(*source)));
    }
    TemplateLimits limits;
    limits.unix_time = root["unix_time"].AsInt();
    const std::string variables(root["variables"].AsString().value_or("{}"));
    if (!parsed || !*parsed) {
      std::cout << (parsed ? Answer(std::unexpected(parsed->error()))
                           : "{\"error\": \"no template\"}")
                << std::endl;
      continue;
    }
    std::cout << Answer((*parsed)->Render(variables, limits)) << std::endl;
  }
  return 0;
}
