// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth {

enum class Lang { kEnglish, kChinese };

// One sentence that a person may read, in every language Hearth speaks. Placeholders are positional
// ({0}, {1}, ...) and must be the same set in both texts; a mismatch does not compile.
// Each room keeps its own in `messages.h`. `id` is stable and stands in --json output.
struct Message {
  std::string_view id;
  std::string_view en;
  std::string_view zh;

  consteval Message(std::string_view id_in, std::string_view en_in, std::string_view zh_in)
      : id(id_in), en(en_in), zh(zh_in) {
    if (en.empty() || zh.empty() || Placeholders(en) != Placeholders(zh)) {
      throw "a message needs both languages with the same placeholders";
    }
  }

 private:
  // Bit i is set when {i} occurs.
  static consteval unsigned Placeholders(std::string_view text) {
    unsigned seen = 0;
    for (size_t i = 0; i + 2 < text.size(); ++i) {
      if (text[i] == '{' && text[i + 1] >= '0' && text[i + 1] <= '9' && text[i + 2] == '}') {
        seen |= 1u << (text[i + 1] - '0');
      }
    }
    return seen;
  }
};

// The text of `message` in `lang` with {i} replaced by args[i]; a missing argument shows as "?".
std::string Render(const Message& message, const std::vector<std::string>& args, Lang lang);

// The language of the process: HEARTH_LANG (en, zh), else LC_ALL, LC_MESSAGES, LANG. Read once.
Lang CurrentLang();

}  // namespace hearth
