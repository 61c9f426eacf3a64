// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

// Reading a template. {0} line, {1} column.
inline constexpr Message kTemplateTooLong{"text.template_too_long",
                                          "The chat template is {0} bytes long; the limit is {1}.",
                                          "聊天模板有 {0} 字节，上限是 {1}。"};
inline constexpr Message kTemplateUtf8{"text.template_utf8",
                                       "The chat template is not valid UTF-8 at byte {0}.",
                                       "聊天模板在第 {0} 字节处不是有效的 UTF-8。"};
inline constexpr Message kTemplateUnexpected{"text.template_unexpected",
                                             "Chat template, line {0}, column {1}: unexpected {2}.",
                                             "聊天模板第 {0} 行第 {1} 列：意外的 {2}。"};
inline constexpr Message kTemplateExpected{
    "text.template_expected", "Chat template, line {0}, column {1}: expected {2}, found {3}.",
    "聊天模板第 {0} 行第 {1} 列：应为 {2}，实际是 {3}。"};
inline constexpr Message kTemplateUnclosed{
    "text.template_unclosed", "Chat template, line {0}, column {1}: {2} is never closed.",
    "聊天模板第 {0} 行第 {1} 列：{2} 没有结束。"};
inline constexpr Message kTemplateUnsupported{
    "text.template_unsupported",
    "Chat template, line {0}, column {1}: \"{2}\" is not part of what chat templates may use here.",
    "聊天模板第 {0} 行第 {1} 列：这里的聊天模板不支持“{2}”。"};
inline constexpr Message kTemplateNesting{
    "text.template_nesting", "Chat template, line {0}, column {1}: nested deeper than {2}.",
    "聊天模板第 {0} 行第 {1} 列：嵌套超过 {2} 层。"};
inline constexpr Message kTemplateLiteral{
    "text.template_literal", "Chat template, line {0}, column {1}: {2} cannot be read.",
    "聊天模板第 {0} 行第 {1} 列：无法读取 {2}。"};

// Rendering. {0} line.
inline constexpr Message kTemplateRaised{"text.template_raised",
                                         "The chat template refused the conversation: {0}",
                                         "聊天模板拒绝了这段对话：{0}"};
inline constexpr Message kTemplateUndefined{"text.template_undefined",
                                            "Chat template, line {0}: \"{1}\" is undefined.",
                                            "聊天模板第 {0} 行：“{1}”没有定义。"};
inline constexpr Message kTemplateType{"text.template_type",
                                       "Chat template, line {0}: {1} does not work with {2}.",
                                       "聊天模板第 {0} 行：{1} 不能用于 {2}。"};
inline constexpr Message kTemplateArguments{"text.template_arguments",
                                            "Chat template, line {0}: wrong arguments for \"{1}\".",
                                            "聊天模板第 {0} 行：“{1}”的参数不对。"};
inline constexpr Message kTemplateValue{"text.template_value",
                                        "Chat template, line {0}: wrong value for {1}.",
                                        "聊天模板第 {0} 行：{1} 的值不对。"};
inline constexpr Message kTemplateUnknown{
    "text.template_unknown", "Chat template, line {0}: unknown filter, test or method \"{1}\".",
    "聊天模板第 {0} 行：未知的过滤器、测试或方法“{1}”。"};
inline constexpr Message kTemplateUnpack{"text.template_unpack",
                                         "Chat template, line {0}: cannot unpack into {1} names.",
                                         "聊天模板第 {0} 行：无法拆分成 {1} 个变量。"};
inline constexpr Message kTemplateNumber{
    "text.template_number",
    "Chat template, line {0}: a whole number outside 64 bits is not supported.",
    "聊天模板第 {0} 行：不支持超出 64 位的整数。"};
inline constexpr Message kTemplateVariables{
    "text.template_variables", "The variables of a chat template must be one JSON object.",
    "聊天模板的变量必须是一个 JSON 对象。"};

// Limits.
inline constexpr Message kTemplateSteps{
    "text.template_steps", "Chat template, line {0}: stopped, it needs more than {1} steps.",
    "聊天模板第 {0} 行：已停止，所需步骤超过 {1}。"};
inline constexpr Message kTemplateMemory{
    "text.template_memory", "Chat template, line {0}: stopped, it needs more than {1} bytes.",
    "聊天模板第 {0} 行：已停止，所需内存超过 {1} 字节。"};
inline constexpr Message kTemplateOutput{
    "text.template_output", "Chat template, line {0}: stopped, its output exceeds {1} bytes.",
    "聊天模板第 {0} 行：已停止，输出超过 {1} 字节。"};
inline constexpr Message kTemplateDepth{
    "text.template_depth", "Chat template, line {0}: stopped, nested or recursive beyond {1}.",
    "聊天模板第 {0} 行：已停止，嵌套或递归超过 {1} 层。"};

}  // namespace hearth::msg
