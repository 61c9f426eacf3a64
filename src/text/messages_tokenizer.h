// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

inline constexpr Message kTokenizerMissing{
    "text.tokenizer_missing",
    "The model has no tokenizer: \"{0}\" is absent. Use a model file that carries its vocabulary.",
    "模型没有分词器：缺少“{0}”。请使用带有词表的模型文件。"};
inline constexpr Message kTokenizerField{
    "text.tokenizer_field",
    "Tokenizer: \"{0}\" is not {1}. The file is damaged or was made wrongly.",
    "分词器：“{0}”应为 {1}。文件已损坏或制作有误。"};
inline constexpr Message kTokenizerUnsupported{
    "text.tokenizer_unsupported", "Tokenizer: {0} \"{1}\" is not supported yet. Supported: {2}.",
    "分词器：尚不支持 {0}“{1}”。目前支持：{2}。"};
inline constexpr Message kTokenizerTooMany{"text.tokenizer_too_many",
                                           "Tokenizer: {0} {1}, more than the limit of {2}.",
                                           "分词器：{1} 的数量为 {0}，超过上限 {2}。"};
inline constexpr Message kTokenizerLength{
    "text.tokenizer_length", "Tokenizer: \"{0}\" has {1} entries, but there are {2} tokens.",
    "分词器：“{0}”有 {1} 项，而词表有 {2} 个词元。"};
inline constexpr Message kTokenizerDuplicate{
    "text.tokenizer_duplicate", "Tokenizer: the tokens {0} and {1} have the same spelling \"{2}\".",
    "分词器：词元 {0} 与 {1} 的拼写相同：“{2}”。"};
inline constexpr Message kTokenizerTokenTooLong{
    "text.tokenizer_token_too_long", "Tokenizer: token {0} is {1} bytes long, the limit is {2}.",
    "分词器：词元 {0} 长 {1} 字节，上限为 {2}。"};
inline constexpr Message kTokenizerId{"text.tokenizer_id",
                                      "Tokenizer: \"{0}\" is {1}, but the ids are 0 to {2}.",
                                      "分词器：“{0}”的值为 {1}，而编号范围是 0 到 {2}。"};
inline constexpr Message kTokenizerIdTwice{
    "text.tokenizer_id_twice", "Tokenizer: id {0} is given to two tokens, \"{1}\" and \"{2}\".",
    "分词器：编号 {0} 同时属于两个词元：“{1}”和“{2}”。"};
inline constexpr Message kTokenizerKind{"text.tokenizer_kind",
                                        "Tokenizer: token {0} has the unknown type {1}.",
                                        "分词器：词元 {0} 的类型 {1} 未知。"};
inline constexpr Message kTokenizerScore{
    "text.tokenizer_score", "Tokenizer: the score of token {0} is not a finite number.",
    "分词器：词元 {0} 的分数不是有限数。"};
inline constexpr Message kTokenizerMergeForm{
    "text.tokenizer_merge_form", "Tokenizer: merge {0} (\"{1}\") is not a pair of tokens.",
    "分词器：第 {0} 条合并规则（“{1}”）不是一对词元。"};
inline constexpr Message kTokenizerMergeToken{
    "text.tokenizer_merge_token", "Tokenizer: merge {0} needs the token \"{1}\", which is missing.",
    "分词器：第 {0} 条合并规则需要词元“{1}”，但词表中没有。"};
inline constexpr Message kTokenizerMergeTwice{
    "text.tokenizer_merge_twice", "Tokenizer: merge {0} (\"{1}\" with \"{2}\") occurs twice.",
    "分词器：第 {0} 条合并规则（“{1}”与“{2}”）重复。"};
inline constexpr Message kTokenizerByteToken{
    "text.tokenizer_byte_token",
    "Tokenizer: byte token {0} is spelled \"{1}\" instead of the form <0x00> to <0xFF>.",
    "分词器：字节词元 {0} 的拼写为“{1}”，应为 <0x00> 到 <0xFF>。"};
inline constexpr Message kTokenizerNoBytes{
    "text.tokenizer_no_bytes",
    "Tokenizer: there is no token for byte {0} and no unknown token, so some texts have no ids.",
    "分词器：没有字节 {0} 的词元，也没有未知词元，因此部分文本无法编码。"};

}  // namespace hearth::msg
