// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/chat_template.h"

#include "base/json.h"
#include "text/jinja_eval.h"
#include "text/jinja_parser.h"
#include "text/jinja_text.h"
#include "text/messages_template.h"

namespace hearth::text {
namespace {

constexpr uint64_t kMaxVariableBytes = 64 << 20;
constexpr size_t kMaxVariableDepth = 128;

void AppendQuoted(std::string* out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out->push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (byte < 0x20) {
      *out += "\\u00";
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

std::string RenderChatMl(const std::vector<ChatMessage>& messages, bool add_generation_prompt) {
  std::string out;
  for (const ChatMessage& message : messages) {
    out += "<|im_start|>" + message.role + "\n" + message.content + "<|im_end|>\n";
  }
  if (add_generation_prompt) out += "<|im_start|>assistant\n";
  return out;
}

}  // namespace

struct ChatTemplate::Impl {
  std::string source;
  std::unique_ptr<const jinja::Template> parsed;
};

ChatTemplate::ChatTemplate(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;
ChatTemplate::~ChatTemplate() = default;

Result<ChatTemplate> ChatTemplate::Parse(std::string source) {
  HEARTH_ASSIGN(auto parsed, jinja::ParseTemplate(source));
  auto impl = std::make_unique<Impl>();
  impl->source = std::move(source);
  impl->parsed = std::move(parsed);
  return ChatTemplate(std::move(impl));
}

Result<std::string> ChatTemplate::Render(std::string_view variables_json,
                                         const TemplateLimits& limits) const {
  HEARTH_ASSIGN(const json::Document document,
                json::Document::Parse(variables_json, "chat template variables", kMaxVariableBytes,
                                      kMaxVariableDepth));
  if (!document.root().is_object()) {
    return Fail(Code::kInvalidArgument, msg::kTemplateVariables);
  }
  return jinja::Interpreter(*impl_->parsed, limits).Run(document.root());
}

const std::string& ChatTemplate::source() const {
  return impl_->source;
}

Result<std::string> RenderChat(const ChatTemplate* chat_template,
                               const std::vector<ChatMessage>& messages, bool add_generation_prompt,
                               std::string_view bos, std::string_view eos) {
  if (chat_template == nullptr || chat_template->source().empty()) {
    return RenderChatMl(messages, add_generation_prompt);
  }
  std::string json = "{\"messages\":[";
  for (const ChatMessage& message : messages) {
    if (json.back() != '[') json.push_back(',');
    json += "{\"role\":";
    AppendQuoted(&json, message.role);
    json += ",\"content\":";
    AppendQuoted(&json, message.content);
    json.push_back('}');
  }
  json += "],\"add_generation_prompt\":";
  json += add_generation_prompt ? "true" : "false";
  json += ",\"tools\":null,\"documents\":null,\"bos_token\":";
  AppendQuoted(&json, bos);
  json += ",\"eos_token\":";
  AppendQuoted(&json, eos);
  json.push_back('}');
  return chat_template->Render(json);
}

}  // namespace hearth::text
