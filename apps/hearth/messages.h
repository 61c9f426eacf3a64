// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

// Texts of the program itself.
namespace hearth::msg {

inline constexpr Message kHelpTop{
    "app.help_top",
    "Hearth runs language models on this computer.\n\n"
    "  hearth COMMAND [ARGUMENTS]      `hearth COMMAND --help` says more\n",
    "Hearth 在本机运行语言模型。\n\n"
    "  hearth 命令 [参数]      用 `hearth 命令 --help` 查看详情\n"};
inline constexpr Message kHelpBottom{
    "app.help_bottom",
    "\nMODEL is a name from `hearth list`, or a path to a GGUF file. Settings: docs/settings.md.",
    "\nMODEL 是 `hearth list` 中的名字，或 GGUF 文件的路径。设置说明见 docs/settings.md。"};
inline constexpr Message kHelpChat{"app.help_chat", "talk with a model", "与模型对话"};
inline constexpr Message kHelpRun{"app.help_run", "answer one prompt and leave",
                                  "回答一个提示后退出"};
inline constexpr Message kHelpPull{"app.help_pull", "download a model of the catalogue",
                                   "下载目录中的模型"};
inline constexpr Message kHelpList{"app.help_list", "models on this computer and in the catalogue",
                                   "列出本机和目录中的模型"};
inline constexpr Message kHelpShow{"app.help_show", "what a model is and how much memory it needs",
                                   "显示模型信息和所需内存"};
inline constexpr Message kHelpRemove{"app.help_remove", "delete a model from this computer",
                                     "从本机删除模型"};
inline constexpr Message kHelpTokenize{"app.help_tokenize", "text to token ids",
                                       "文字转为词元编号"};
inline constexpr Message kHelpDetokenize{"app.help_detokenize", "token ids to text",
                                         "词元编号转为文字"};
inline constexpr Message kHelpDoctor{"app.help_doctor", "what this computer can do",
                                     "检查本机的能力"};
inline constexpr Message kHelpBench{
    "app.help_bench", "speed of a model; `bench limits`: speed limits of this computer",
    "测量模型速度；`bench limits`：测量本机的速度极限"};
inline constexpr Message kHelpVersion{"app.help_version", "version, compiler and kernels",
                                      "显示版本、编译器和内核"};

inline constexpr Message kHelpFlag{"app.help_flag", "show this text", "显示本说明"};
inline constexpr Message kJsonFlag{"app.json_flag", "print one JSON object", "输出一个 JSON 对象"};
inline constexpr Message kLabelUsage{"app.label_usage", "Usage", "用法"};
inline constexpr Message kLabelOptions{"app.label_options", "OPTIONS", "选项"};
inline constexpr Message kLabelPositionals{"app.label_positionals", "Arguments", "参数"};
inline constexpr Message kGroupOptions{"app.group_options", "Options", "选项"};
inline constexpr Message kGroupSettings{"app.group_settings", "Settings", "设置"};

inline constexpr Message kModelArg{"app.model_arg", "a model's name, or a path to a GGUF file",
                                   "模型名，或 GGUF 文件的路径"};
inline constexpr Message kUnknownCommand{
    "app.unknown_command", "{0}: no such command. `hearth --help` lists the commands.",
    "{0}：没有这个命令。用 `hearth --help` 查看全部命令。"};
inline constexpr Message kUnknownCommandNear{
    "app.unknown_command_near",
    "{0}: no such command. Did you mean `hearth {1}`? `hearth --help` lists the commands.",
    "{0}：没有这个命令。是想用 `hearth {1}` 吗？用 `hearth --help` 查看全部命令。"};
inline constexpr Message kUnknownArgument{
    "app.unknown_argument", "hearth {0}: unexpected argument {1}. See `hearth {0} --help`.",
    "hearth {0}：不认识的参数 {1}。请看 `hearth {0} --help`。"};
inline constexpr Message kMissingArgument{"app.missing_argument",
                                          "hearth {0}: {1} is missing. See `hearth {0} --help`.",
                                          "hearth {0}：缺少 {1}。请看 `hearth {0} --help`。"};
inline constexpr Message kBadArguments{"app.bad_arguments",
                                       "hearth {0}: {1}. See `hearth {0} --help`.",
                                       "hearth {0}：{1}。请看 `hearth {0} --help`。"};
inline constexpr Message kBadNumber{"app.bad_number",
                                    "{0}: \"{1}\" is not a whole number from {2} to {3}.",
                                    "{0}：“{1}” 不是 {2} 到 {3} 之间的整数。"};
inline constexpr Message kHeadError{"app.head_error", "hearth: error: ", "hearth：错误："};
inline constexpr Message kHeadPlain{"app.head_plain", "hearth: ", "hearth："};
inline constexpr Message kOutFailed{
    "app.out_failed",
    "Standard output could not be written (is the disk full?). The result is incomplete.",
    "无法写入标准输出（磁盘已满？）。结果不完整。"};

}  // namespace hearth::msg
