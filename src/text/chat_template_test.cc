// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/chat_template.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "base/json.h"

namespace hearth::text {
namespace {

const std::string kGolden = HEARTH_SOURCE_DIR "/tests/golden/templates/";

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

json::Document ParseLine(const std::string& line) {
  auto document = json::Document::Parse(line, "golden", 4 << 20);
  EXPECT_TRUE(document);
  return *std::move(document);
}

std::string Fnv1a(std::string_view text) {
  uint64_t value = 0xCBF29CE484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return fmt::format("{:016x}", value);
}

struct Conversation {
  std::string name, variables;
};

std::vector<Conversation> Conversations() {
  std::ifstream file(kGolden + "conversations.jsonl");
  std::vector<Conversation> out;
  for (std::string line; std::getline(file, line);) {
    const auto row = ParseLine(line);
    out.push_back({std::string(*row.root()["name"].AsString()),
                   std::string(*row.root()["variables"].AsString())});
  }
  return out;
}

TemplateLimits Limits() {
  TemplateLimits limits;
  limits.unix_time = 1786800000;  // as recorded
  return limits;
}

Result<ChatTemplate> Family(std::string_view name) {
  return ChatTemplate::Parse(
      ReadAll(fmt::format("{}/tests/data/templates/{}.jinja", HEARTH_SOURCE_DIR, name)));
}

// 31 templates in the styles of the known families times 40 conversations, as Jinja2 renders them.
TEST(ChatTemplate, FamiliesEqualJinja2) {
  const auto conversations = Conversations();
  ASSERT_EQ(conversations.size(), 40u);
  std::ifstream file(kGolden + "families.jsonl");
  int families = 0;
  for (std::string line; std::getline(file, line); ++families) {
    const auto document = ParseLine(line);
    const std::string_view name = *document.root()["template"].AsString();
    const auto parsed = Family(name);
    ASSERT_TRUE(parsed) << name << ": " << parsed.error().Text(Lang::kEnglish);
    const auto outputs = document.root()["outputs"].Items();
    ASSERT_EQ(outputs.size(), conversations.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
      const auto want = outputs[i].Items();
      const auto text = parsed->Render(conversations[i].variables, Limits());
      const std::string where = fmt::format("{}, {}", name, conversations[i].name);
      if (want[0].AsInt() < 0) {
        ASSERT_FALSE(text) << where;
        const std::string_view raised = *want[1].AsString();
        if (!raised.empty()) {
          EXPECT_EQ(text.error().Text(Lang::kEnglish),
                    fmt::format("The chat template refused the conversation: {}", raised));
        }
        continue;
      }
      ASSERT_TRUE(text) << where << ": " << text.error().Text(Lang::kEnglish);
      EXPECT_EQ(static_cast<int64_t>(text->size()), want[0].AsInt()) << where;
      EXPECT_EQ(Fnv1a(*text), *want[1].AsString()) << where;
    }
  }
  EXPECT_GE(families, 25);
}

TEST(ChatTemplate, WholeTextsEqualJinja2) {
  const auto conversations = Conversations();
  std::ifstream file(kGolden + "full.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto row = ParseLine(line);
    const auto parsed = Family(*row.root()["template"].AsString());
    ASSERT_TRUE(parsed);
    const auto i = static_cast<size_t>(*row.root()["conversation"].AsInt());
    const auto text = parsed->Render(conversations[i].variables, Limits());
    if (text) {
      EXPECT_EQ(*text, *row.root()["text"].AsString());
    } else {
      EXPECT_TRUE(row.root()["text"].AsString()->starts_with("TemplateError"));
    }
  }
}

TEST(ChatTemplate, RaisedTextsArrive) {
  const auto parsed = ChatTemplate::Parse("{{ raise_exception('Only \"user\" please: ' ~ 你) }}");
  ASSERT_TRUE(parsed);
  const auto text = parsed->Render(R"({"你": "好"})");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(text.error().Text(Lang::kEnglish),
            "The chat template refused the conversation: Only \"user\" please: 好");
}

TEST(ChatTemplate, LimitsStopARendering) {
  const struct {
    std::string_view source, id;
  } rows[] = {
      {"{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
       "text.template_steps"},
      {"{{ 'x' * 99999999 }}", "text.template_memory"},
      {"{% for i in range(9) %}{{ 'x' * 1000000 }}{% endfor %}", "text.template_output"},
      {"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "text.template_depth"},
  };
  for (const auto& row : rows) {
    const auto parsed = ChatTemplate::Parse(std::string(row.source));
    ASSERT_TRUE(parsed);
    const auto text = parsed->Render("{}");
    ASSERT_FALSE(text) << row.source;
    EXPECT_EQ(text.error().id(), row.id);
    EXPECT_EQ(text.error().code(), Code::kResourceExhausted);
  }
}

TEST(ChatTemplate, VariablesMustBeAnObject) {
  const auto parsed = ChatTemplate::Parse("x");
  ASSERT_TRUE(parsed);
  for (const char* wrong : {"", "[]", "1", "{", "{\"a\": 1} x", "{\"a\": \"\xff\"}"}) {
    EXPECT_FALSE(parsed->Render(wrong)) << wrong;
  }
  EXPECT_FALSE(ChatTemplate::Parse("{{ a }}")->Render("{\"a\": 18446744073709551615}"));
}

TEST(RenderChat, UsesChatMlWithoutATemplate) {
  const std::vector<ChatMessage> messages = {{"system", "Be \"kind\".\n"},
                                             {"user", "你好 {{ x }}"}};
  const std::string want =
      "<|im_start|>system\nBe \"kind\".\n<|im_end|>\n<|im_start|>user\n你好 {{ x }}<|im_end|>\n"
      "<|im_start|>assistant\n";
  EXPECT_EQ(*RenderChat(nullptr, messages, true, "<s>", "</s>"), want);
  const auto empty = ChatTemplate::Parse("");
  EXPECT_EQ(*RenderChat(&*empty, messages, true, "<s>", "</s>"), want);
  const auto chatml = Family("chatml");
  EXPECT_EQ(*RenderChat(&*chatml, messages, true, "<s>", "</s>") + "\n", want + "\n");
}

TEST(RenderChat, PassesTheTokens) {
  const auto parsed = ChatTemplate::Parse(
      "{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m.content }}{{ eos_token }}{% endfor "
      "%}"
      "{{ tools }}{{ add_generation_prompt }}");
  EXPECT_EQ(*RenderChat(&*parsed, {{"user", "a\t\x01"}}, false, "<s>", "</s>"),
            "<s>user:a\t\x01</s>NoneFalse");
}

}  // namespace
}  // namespace hearth::text
