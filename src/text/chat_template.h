// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hearth::text {

// What a template may spend before it is stopped with kResourceExhausted.
struct TemplateLimits {
  uint64_t steps = 1'200'000;  // evaluated nodes; hostile templates end within 50 ms
  uint64_t output_bytes = 4 << 20;
  uint64_t memory_bytes = 16 << 20;  // values alive at once
  int depth = 64;                    // nesting of macro calls; the source itself has its own cap
  std::optional<int64_t> unix_time;  // what strftime_now sees (UTC); absent: the local clock
};

// A Jinja chat template, parsed once. Immutable, thread-safe. It has no access to anything but the
// values given to Render: no files, no host objects, no reflection.
class ChatTemplate {
 public:
  // kInvalidArgument with line and column on a syntax error or an unsupported construct.
  static Result<ChatTemplate> Parse(std::string source);
  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;
  ~ChatTemplate();

  // `variables_json`: one JSON object with messages, tools, add_generation_prompt, bos_token, ...
  // (the variables of transformers' apply_chat_template; trim_blocks and lstrip_blocks on).
  // raise_exception(text) in the template arrives as kInvalidArgument with that text.
  Result<std::string> Render(std::string_view variables_json,
                             const TemplateLimits& limits = {}) const;

  const std::string& source() const;

 private:
  struct Impl;
  explicit ChatTemplate(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// One turn of a conversation as the surfaces use it.
struct ChatMessage {
  std::string role;  // system, user, assistant, tool
  std::string content;
};

// Renders with the model's template, or with ChatML when it has none (`source` empty).
// `bos`/`eos`: spelling of the model's tokens, as templates expect them.
Result<std::string> RenderChat(const ChatTemplate* chat_template,
                               const std::vector<ChatMessage>& messages, bool add_generation_prompt,
                               std::string_view bos, std::string_view eos);

}  // namespace hearth::text
