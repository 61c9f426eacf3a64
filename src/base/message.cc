// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/message.h"

#include <cstdlib>

namespace hearth {

std::string Render(const Message& message, const std::vector<std::string>& args, Lang lang) {
  std::string_view text = lang == Lang::kChinese ? message.zh : message.en;
  std::string out;
  out.reserve(text.size() + 64);
  for (size_t i = 0; i < text.size(); ++i) {
    const bool placeholder = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' &&
                             text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!placeholder) {
      out += text[i];
      continue;
    }
    const size_t index = static_cast<size_t>(text[i + 1] - '0');
    out += index < args.size() ? args[index] : "?";
    i += 2;
  }
  return out;
}

Lang CurrentLang() {
  static const Lang lang = [] {
    for (const char* name : {"HEARTH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
      const char* value = std::getenv(name);
      if (value != nullptr && value[0] != '\0') {
        return std::string_view(value).starts_with("zh") ? Lang::kChinese : Lang::kEnglish;
      }
    }
    return Lang::kEnglish;
  }();
  return lang;
}

}  // namespace hearth
