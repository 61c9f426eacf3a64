// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

inline constexpr Message kEngineNoRoom{
    "engine.no_memory",
    "{0}: with a context of {1} tokens it needs about {2} of memory, {3} are free. Close "
    "other programs, use a smaller --ctx or model, or load it anyway with --force.",
    "{0}：上下文为 {1} 个词元时大约需要 {2} 内存，目前可用 {3}。请关闭其他程序，减小 --ctx "
    "或换更小的模型，或用 --force 强行加载。"};
inline constexpr Message kEngineVocabulary{
    "engine.vocabulary",
    "{0}: the tokenizer has {1} tokens but the model has embeddings for {2}. The file is damaged.",
    "{0}：分词器有 {1} 个词元，模型却只有 {2} 个嵌入。文件已损坏。"};
inline constexpr Message kEngineBadNumbers{
    "engine.bad_numbers",
    "{0}: the model computed values that are not numbers. The file is probably damaged; fetch it "
    "again.",
    "{0}：模型算出了无效数值，文件可能已损坏，请重新下载。"};

inline constexpr Message kSessionContext{
    "engine.bad_context", "A context of {0} tokens is not possible: {1} .. {2} fit this model.",
    "上下文长度不能是 {0} 个词元：此模型允许 {1} 到 {2}。"};
inline constexpr Message kSessionChunk{
    "engine.bad_chunk", "A prefill chunk of {0} tokens is not possible: use 1 .. {1}.",
    "预填充块不能是 {0} 个词元：请用 1 到 {1}。"};
inline constexpr Message kSessionPromptEmpty{"engine.empty_prompt", "The prompt has no tokens.",
                                             "提示词为空。"};
inline constexpr Message kSessionPromptLong{
    "engine.prompt_too_long",
    "The prompt has {0} tokens and the context holds {1}. Shorten the prompt or use a larger "
    "context (--ctx).",
    "提示词有 {0} 个词元，而上下文只能容纳 {1} 个。请缩短提示词，或加大上下文（--ctx）。"};
inline constexpr Message kSessionNotAnswering{"engine.not_answering",
                                              "This session has no answer to end: begin one first.",
                                              "此会话没有可结束的回答：请先开始一个。"};
inline constexpr Message kSessionOtherEngine{
    "engine.other_engine", "Sessions of different models cannot compute together.",
    "不同模型的会话不能一起计算。"};
inline constexpr Message kSessionBadToken{"engine.bad_token",
                                          "{0} is not a token of this model: use 0 .. {1}.",
                                          "{0} 不是此模型的词元：应为 0 到 {1}。"};
inline constexpr Message kSessionBadCount{"engine.bad_count",
                                          "{0} = {1} is not possible here: use 0 .. {2}.",
                                          "{0} = {1} 不可用：应为 0 到 {2}。"};

inline constexpr Message kSavedNotOurs{"engine.saved_magic", "{0}: not a saved Hearth session.",
                                       "{0}：不是 Hearth 保存的会话。"};
inline constexpr Message kSavedVersion{
    "engine.saved_version",
    "{0}: saved by another version of Hearth (format {1}, this one reads {2}).",
    "{0}：由其他版本的 Hearth 保存（格式 {1}，当前版本读取 {2}）。"};
inline constexpr Message kSavedOtherModel{
    "engine.saved_model", "{0}: saved with another model or another cache type ({1}).",
    "{0}：保存时使用的模型或缓存类型不同（{1}）。"};
inline constexpr Message kSavedTooLong{"engine.saved_context",
                                       "{0}: holds {1} tokens, the context of this session {2}.",
                                       "{0}：含有 {1} 个词元，而当前会话的上下文为 {2}。"};
inline constexpr Message kSavedDamaged{"engine.saved_damaged",
                                       "{0}: damaged ({1}). Nothing was loaded.",
                                       "{0}：文件已损坏（{1}），没有加载任何内容。"};
inline constexpr Message kSavedBusy{"engine.saved_busy", "{0}: another program is saving to it.",
                                    "{0}：另一个程序正在保存到这个文件。"};

}  // namespace hearth::msg
