// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>

#include "base/json.h"
#include "text/chat_template.h"

// For the tests of this room: what Jinja2 answered (tools/golden/record_templates.py).
namespace hearth::text {

// Renders every recorded snippet of one area and compares bytes; errors must be errors.
inline void CheckSnippets(std::string_view area) {
  std::ifstream file(HEARTH_SOURCE_DIR "/tests/golden/templates/snippets.jsonl");
  std::string line, variables;
  TemplateLimits limits;
  int checked = 0;
  while (std::getline(file, line)) {
    const auto document = json::Document::Parse(line, "snippets.jsonl", 1 << 20);
    ASSERT_TRUE(document);
    const json::Value row = document->root();
    if (const auto shared = row["variables"].AsString()) {
      variables = *shared;
      limits.unix_time = row["unix_time"].AsInt();
      continue;
    }
    if (row["area"].AsString() != area) continue;
    ++checked;
    const std::string source(*row["template"].AsString());
    const auto parsed = ChatTemplate::Parse(source);
    const auto text = parsed ? parsed->Render(variables, limits)
                             : Result<std::string>(std::unexpected(parsed.error()));
    if (row["text"].is_null()) {
      EXPECT_FALSE(text) << source;
    } else if (text) {
      EXPECT_EQ(*text, *row["text"].AsString()) << source;
    } else {
      ADD_FAILURE() << source << ": " << text.error().Text(Lang::kEnglish);
    }
  }
  EXPECT_GT(checked, 10) << area;
}

}  // namespace hearth::text
