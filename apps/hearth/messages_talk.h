// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

// Texts of run and chat.
namespace hearth::msg {

inline constexpr Message kPromptArg{"app.prompt_arg",
                                    "the prompt; without it, standard input is read",
                                    "提示；不给则从标准输入读取"};
inline constexpr Message kRawFlag{"app.raw_flag",
                                  "use the prompt as it is, without the chat template",
                                  "原样使用提示，不套用对话模板"};
inline constexpr Message kChatModelArg{"app.chat_model_arg",
                                       "a model's name or path; without it, the only model here",
                                       "模型名或路径；不给则用本机唯一的模型"};
inline constexpr Message kLoading{"app.loading", "loading {0}", "正在加载 {0}"};
inline constexpr Message kReadingPrompt{"app.reading_prompt", "reading the prompt", "正在读取提示"};
inline constexpr Message kNoPrompt{
    "app.no_prompt", "There is no prompt. Write it after the model, or pipe it to standard input.",
    "没有提示。请写在模型名之后，或通过管道送入标准输入。"};
inline constexpr Message kBadUtf8{"app.bad_utf8",
                                  "{0} is not valid UTF-8 (byte {1}). Convert it to UTF-8 first.",
                                  "{0}不是有效的 UTF-8（第 {1} 字节）。请先转换为 UTF-8。"};
inline constexpr Message kThePrompt{"app.the_prompt", "The prompt", "提示"};
inline constexpr Message kTheSystemPrompt{"app.the_system_prompt", "The system prompt", "系统提示"};
inline constexpr Message kInputTooLong{"app.input_too_long",
                                       "Standard input is longer than {0}. Shorten it.",
                                       "标准输入超过 {0}。请缩短。"};
inline constexpr Message kLogprobsNeedJson{"app.logprobs_need_json",
                                           "--logprobs is part of the JSON output: add --json.",
                                           "--logprobs 只在 JSON 输出中：请加上 --json。"};
inline constexpr Message kStopped{"app.stopped", "Stopped.", "已停止。"};

inline constexpr Message kStatsLine{
    "app.stats_line",
    "{0} tokens · prefill {1} t/s ({2} new, {3} cached) · decode {4} t/s · context {5} / {6}",
    "{0} 词元 · 预填充 {1} t/s（新 {2}，缓存 {3}）· 解码 {4} t/s · 上下文 {5} / {6}"};
inline constexpr Message kEndedFull{
    "app.ended_full",
    "The answer stopped because the context is full ({0} tokens). Use a larger --ctx.",
    "上下文已满（{0} 个词元），回答被中断。请使用更大的 --ctx。"};
inline constexpr Message kEndedLength{"app.ended_length",
                                      "The answer stopped at --max-tokens ({0}).",
                                      "回答达到 --max-tokens（{0}）而停止。"};

inline constexpr Message kChatNoModel{
    "app.chat_no_model",
    "Which model? There is none on this computer yet. Get one with: hearth pull {0}",
    "用哪个模型？本机还没有模型。请先运行：hearth pull {0}"};
inline constexpr Message kChatManyModels{"app.chat_many_models",
                                         "Which model? There are several here: {0}.",
                                         "用哪个模型？本机有多个：{0}。"};
inline constexpr Message kChatBanner{"app.chat_banner",
                                     "{0} · {1}, {2} B parameters · context {3} · {4} threads, {5}",
                                     "{0} · {1}，{2} B 参数 · 上下文 {3} · {4} 线程，{5}"};
inline constexpr Message kChatHint{
    "app.chat_hint", "/help lists the commands · Ctrl-C stops an answer · Ctrl-D leaves",
    "/help 查看命令 · Ctrl-C 停止回答 · Ctrl-D 退出"};
inline constexpr Message kChatFull{
    "app.chat_full",
    "The context is full: the conversation has {0} tokens, the context {1}, and nothing is dropped "
    "silently. /undo takes back the last exchange, --ctx makes the context larger, "
    "/set on_full drop-oldest lets the oldest exchanges go.",
    "上下文已满：对话有 {0} 个词元，上下文为 {1}，不会悄悄丢弃内容。/undo 撤回上一轮，--ctx "
    "增大上下文，"
    "/set on_full drop-oldest 允许丢弃最早的对话。"};
inline constexpr Message kChatTooLong{
    "app.chat_too_long",
    "This message alone needs {0} tokens with its system prompt, the context holds {1}. Shorten "
    "it, or use "
    "a larger --ctx.",
    "这条消息加上系统提示需要 {0} 个词元，而上下文只有 {1}。请缩短消息，或使用更大的 --ctx。"};
inline constexpr Message kChatDropped{"app.chat_dropped",
                                      "Context full: the oldest exchange was dropped (\"{0}\").",
                                      "上下文已满：已丢弃最早的一轮（“{0}”）。"};

inline constexpr Message kSlashUnknown{"app.slash_unknown",
                                       "{0}: no such command here. /help lists them.",
                                       "{0}：没有这个命令。/help 查看全部。"};
inline constexpr Message kSlashHelp{"app.slash_help", "this list", "本列表"};
inline constexpr Message kSlashSystem{"app.slash_system", "set the system prompt; alone: show it",
                                      "设置系统提示；单独使用则显示"};
inline constexpr Message kSlashSave{"app.slash_save", "save the conversation", "保存对话"};
inline constexpr Message kSlashLoad{"app.slash_load",
                                    "continue a saved conversation; alone: list them",
                                    "继续已保存的对话；单独使用则列出"};
inline constexpr Message kSlashRegenerate{"app.slash_regenerate", "answer the last message again",
                                          "重新回答上一条消息"};
inline constexpr Message kSlashUndo{"app.slash_undo", "take back the last exchange", "撤回上一轮"};
inline constexpr Message kSlashStats{"app.slash_stats", "numbers of this session",
                                     "本次会话的统计"};
inline constexpr Message kSlashSet{"app.slash_set", "change a setting; alone: show all",
                                   "更改设置；单独使用则显示全部"};
inline constexpr Message kSlashModel{"app.slash_model", "go on with another model",
                                     "换一个模型继续"};
inline constexpr Message kSlashBye{"app.slash_bye", "leave", "退出"};
inline constexpr Message kSlashMultiline{
    "app.slash_multiline",
    "Several lines: end a line with \\, or put the text between \"\"\" and \"\"\", or paste it.",
    "多行输入：行尾用 \\，或把文字放在 \"\"\" 与 \"\"\" 之间，也可直接粘贴。"};
inline constexpr Message kPastedLines{"app.pasted_lines", "{0} lines:", "{0} 行："};
inline constexpr Message kSystemIs{"app.system_is", "System prompt: {0}", "系统提示：{0}"};
inline constexpr Message kSystemNone{"app.system_none", "There is no system prompt.",
                                     "没有系统提示。"};
inline constexpr Message kSystemSet{"app.system_set", "The system prompt is set.",
                                    "系统提示已设置。"};
inline constexpr Message kNothingToUndo{"app.nothing_to_undo", "There is nothing to take back.",
                                        "没有可撤回的内容。"};
inline constexpr Message kUndone{"app.undone", "Taken back: \"{0}\"", "已撤回：“{0}”"};
inline constexpr Message kNothingToRegenerate{"app.nothing_to_regenerate",
                                              "There is no answer yet.", "还没有回答。"};
inline constexpr Message kSetDone{"app.set_done", "{0} = {1}", "{0} = {1}"};
inline constexpr Message kSetUnknown{"app.set_unknown",
                                     "{0}: no such setting. /set alone shows all.",
                                     "{0}：没有这个设置。单独使用 /set 查看全部。"};
inline constexpr Message kSetAtStart{
    "app.set_at_start", "{0} is fixed when the program starts: use {1} on the command line.",
    "{0} 在启动时确定：请在命令行使用 {1}。"};
inline constexpr Message kSetAllowed{"app.set_allowed", "allowed: {0}", "允许：{0}"};
inline constexpr Message kModelNeeded{"app.model_needed", "Which model? /model NAME",
                                      "换哪个模型？/model 名字"};
inline constexpr Message kModelBack{"app.model_back",
                                    "{0} is loaded again; the conversation goes on with it.",
                                    "已重新加载 {0}，可继续对话。"};
inline constexpr Message kModelNone{
    "app.model_none", "No model is loaded. /model NAME loads one; the conversation is kept.",
    "没有加载模型。请用 /model 名字 加载；对话仍然保留。"};
inline constexpr Message kSaved{"app.saved", "Saved as {0}; /load {0} brings it back.",
                                "已保存为 {0}；用 /load {0} 恢复。"};
inline constexpr Message kLoaded{"app.loaded", "Loaded {0}: {1} messages.",
                                 "已加载 {0}：{1} 条消息。"};
inline constexpr Message kLoadedWithoutCache{
    "app.loaded_without_cache",
    "Its computed state does not fit here ({0}); the conversation is read again at the next "
    "answer.",
    "无法使用已保存的计算状态（{0}）；下次回答时会重新读取对话。"};
inline constexpr Message kSavedNone{"app.saved_none", "There are no saved conversations.",
                                    "没有已保存的对话。"};
inline constexpr Message kSavedList{"app.saved_list", "Saved conversations: {0}",
                                    "已保存的对话：{0}"};
inline constexpr Message kChatName{
    "app.chat_name",
    "\"{0}\" is not a name for a conversation: 1 to 64 of a-z, A-Z, 0-9, '-', '_'.",
    "“{0}”不能作为对话名：1 到 64 个字符，可用 a-z、A-Z、0-9、“-”、“_”。"};
inline constexpr Message kChatNotFound{
    "app.chat_not_found", "There is no saved conversation named {0}. /load lists them.",
    "没有名为 {0} 的对话。用 /load 查看全部。"};
inline constexpr Message kChatDamaged{"app.chat_damaged",
                                      "{0}: not a conversation that Hearth saved, or damaged.",
                                      "{0}：不是 Hearth 保存的对话，或已损坏。"};
inline constexpr Message kStatsText{"app.stats_text",
                                    "messages      {0}\n"
                                    "context       {1} / {2} tokens\n"
                                    "answers       {3} tokens in {4} s, {5} t/s\n"
                                    "prompts       {6} tokens computed in {7} s\n"
                                    "memory        {8} at most\n"
                                    "seed          {9}",
                                    "消息          {0}\n"
                                    "上下文        {1} / {2} 词元\n"
                                    "回答          {3} 词元，{4} 秒，{5} t/s\n"
                                    "提示          计算 {6} 词元，{7} 秒\n"
                                    "内存          最多 {8}\n"
                                    "种子          {9}"};

inline constexpr Message kTextArg{"app.text_arg", "the text; without it, standard input is read",
                                  "文字；不给则从标准输入读取"};
inline constexpr Message kIdsArg{
    "app.ids_arg", "token ids with spaces or commas; without it, standard input is read",
    "用空格或逗号分隔的词元编号；不给则从标准输入读取"};
inline constexpr Message kSpecialsFlag{"app.specials_flag", "recognise control tokens in the text",
                                       "识别文字中的控制词元"};
inline constexpr Message kShowSpecialsFlag{"app.show_specials_flag", "show control tokens",
                                           "显示控制词元"};
inline constexpr Message kBadToken{"app.bad_token",
                                   "\"{0}\" is not a token of this model: 0 to {1}.",
                                   "“{0}”不是此模型的词元：应为 0 到 {1}。"};

inline constexpr Message kShowName{"app.show_name", "name", "名称"};
inline constexpr Message kShowArchitecture{"app.show_architecture", "architecture", "架构"};
inline constexpr Message kShowParameters{"app.show_parameters", "parameters", "参数量"};
inline constexpr Message kShowLicense{"app.show_license", "licence", "许可证"};
inline constexpr Message kShowFile{"app.show_file", "file", "文件"};
inline constexpr Message kShowShape{"app.show_shape", "shape", "结构"};
inline constexpr Message kShowShapeText{
    "app.show_shape_text",
    "{0} layers, width {1}, {2} heads, {3} KV heads of {4}, feed-forward {5}, vocabulary {6}",
    "{0} 层，宽 {1}，{2} 头，{3} 个 KV 头（每头 {4}），前馈 {5}，词表 {6}"};
inline constexpr Message kShowContext{"app.show_context", "context", "上下文"};
inline constexpr Message kShowContextText{"app.show_context_text", "trained for {0} tokens",
                                          "训练长度 {0} 词元"};
inline constexpr Message kShowTypes{"app.show_types", "types", "类型"};
inline constexpr Message kShowTypesText{"app.show_types_text", "{0}: {1} tensors, {2}",
                                        "{0}：{1} 个张量，{2}"};
inline constexpr Message kShowTemplate{"app.show_template", "template", "模板"};
inline constexpr Message kShowTemplateText{"app.show_template_text",
                                           "{0} characters (--template shows it)",
                                           "{0} 个字符（--template 可查看）"};
inline constexpr Message kShowTemplateNone{"app.show_template_none", "none, ChatML is used",
                                           "无，使用 ChatML"};
inline constexpr Message kShowMemory{"app.show_memory", "memory", "内存"};
inline constexpr Message kShowMemoryText{"app.show_memory_text", "{0} tokens of context: {1} ({2})",
                                         "{0} 词元上下文：{1}（{2}）"};
inline constexpr Message kPartWeights{"app.part_weights", "weights", "权重"};
inline constexpr Message kPartKvCache{"app.part_kv_cache", "KV cache", "KV 缓存"};
inline constexpr Message kPartScratch{"app.part_scratch", "scratch", "临时空间"};
inline constexpr Message kPartVocabulary{"app.part_vocabulary", "vocabulary", "词表"};
inline constexpr Message kPartProgram{"app.part_program", "program", "程序"};
inline constexpr Message kShowTemplateFlag{
    "app.show_template_flag", "print the chat template and nothing else", "只输出对话模板"};

}  // namespace hearth::msg
