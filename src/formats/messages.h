// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

// {0} is the file in every message. Most of them mean that the file is damaged: the advice is the
// same each time, so it stands once in the documentation of the code (data_loss).
namespace hearth::msg {

inline constexpr Message kFormatUnknown{
    "formats.unknown",
    "{0}: not a model file that Hearth can read. A GGUF file is needed (its first bytes are GGUF).",
    "{0}：Hearth 无法识别这个模型文件。需要 GGUF 文件（开头四个字节是 GGUF）。"};
inline constexpr Message kFormatOther{
    "formats.other",
    "{0}: this is a {1} file, not supported yet. Hearth reads GGUF: look for a GGUF version of the "
    "model.",
    "{0}：这是 {1} 文件，暂不支持。Hearth 读取 GGUF 文件：请寻找该模型的 GGUF 版本。"};
inline constexpr Message kMetadataKind{
    "formats.metadata_kind",
    "{0}: metadata {1} is of kind {2}, {3} is needed. The file was made by a faulty tool.",
    "{0}：元数据 {1} 的类型是 {2}，需要的是 {3}。该文件由有缺陷的工具生成。"};

inline constexpr Message kGgufVersion{
    "gguf.version", "{0}: GGUF version {1} is not supported yet. Versions 2 and 3 are.",
    "{0}：暂不支持 GGUF 版本 {1}，支持的版本是 2 和 3。"};
inline constexpr Message kGgufBigEndian{
    "gguf.big_endian", "{0}: a big-endian GGUF file. Look for the ordinary little-endian one.",
    "{0}：这是大端序的 GGUF 文件。请寻找普通的小端序版本。"};
inline constexpr Message kGgufCount{
    "gguf.count", "{0}: byte {1} promises {2} {3}, more than {4}. The file is damaged.",
    "{0}：第 {1} 字节声明有 {2} 个 {3}，超过 {4}。文件已损坏。"};
inline constexpr Message kGgufKey{
    "gguf.key", "{0}: the metadata key at byte {1} is empty, too long or not printable ASCII.",
    "{0}：第 {1} 字节处的元数据键为空、过长或含有非 ASCII 可见字符。"};
inline constexpr Message kGgufKeyTwice{"gguf.key_twice",
                                       "{0}: metadata {1} appears twice (byte {2}).",
                                       "{0}：元数据 {1} 出现了两次（第 {2} 字节）。"};
inline constexpr Message kGgufValueType{
    "gguf.value_type", "{0}: metadata {1} has the unknown value type {2} (byte {3}).",
    "{0}：元数据 {1} 的值类型 {2} 未知（第 {3} 字节）。"};
inline constexpr Message kGgufArray{
    "gguf.array", "{0}: metadata {1} is an array of {2} values, not supported yet (byte {3}).",
    "{0}：元数据 {1} 是 {2} 类型的数组，暂不支持（第 {3} 字节）。"};
inline constexpr Message kGgufString{
    "gguf.string", "{0}: metadata {1} holds a string of {2} bytes, more than {3} (byte {4}).",
    "{0}：元数据 {1} 含有长 {2} 字节的字符串，超过 {3}（第 {4} 字节）。"};
inline constexpr Message kGgufBool{
    "gguf.bool", "{0}: metadata {1} is a truth value that is {2}, neither 0 nor 1 (byte {3}).",
    "{0}：元数据 {1} 是布尔值，但值为 {2}，既不是 0 也不是 1（第 {3} 字节）。"};
inline constexpr Message kGgufHeader{
    "gguf.header", "{0}: the header does not end before byte {1}. The file is damaged.",
    "{0}：文件头在第 {1} 字节之前没有结束。文件已损坏。"};
inline constexpr Message kGgufAlignment{
    "gguf.alignment",
    "{0}: general.alignment is {1}; a power of two not above {2} is needed. The file is damaged.",
    "{0}：general.alignment 是 {1}，必须是不超过 {2} 的 2 的幂。文件已损坏。"};

inline constexpr Message kGgufTensorName{
    "gguf.tensor_name",
    "{0}: the tensor name at byte {1} is empty, too long or not printable ASCII.",
    "{0}：第 {1} 字节处的张量名为空、过长或含有非 ASCII 可见字符。"};
inline constexpr Message kGgufTensorTwice{"gguf.tensor_twice", "{0}: tensor {1} appears twice.",
                                          "{0}：张量 {1} 出现了两次。"};
inline constexpr Message kGgufDimensions{
    "gguf.dimensions", "{0}: tensor {1} has {2} dimensions; 1 to {3} are possible (byte {4}).",
    "{0}：张量 {1} 有 {2} 个维度，只能是 1 到 {3} 个（第 {4} 字节）。"};
inline constexpr Message kGgufDimension{
    "gguf.dimension", "{0}: dimension {2} of tensor {1} is {3}, an impossible size (byte {4}).",
    "{0}：张量 {1} 的第 {2} 维大小是 {3}，不可能（第 {4} 字节）。"};
inline constexpr Message kGgufTensorType{
    "gguf.tensor_type", "{0}: tensor {1} has type {2}, not supported yet: {2}. Supported: {3}.",
    "{0}：张量 {1} 的类型是 {2}，暂不支持：{2}。支持的类型：{3}。"};
inline constexpr Message kGgufTensorTypeUnknown{
    "gguf.tensor_type_unknown",
    "{0}: tensor {1} has the unknown type number {2}. The file is damaged or newer than Hearth.",
    "{0}：张量 {1} 的类型编号 {2} 未知。文件已损坏，或比 Hearth 更新。"};
inline constexpr Message kGgufColumns{
    "gguf.columns", "{0}: tensor {1} has {2} columns, not a multiple of {3} as type {4} needs.",
    "{0}：张量 {1} 有 {2} 列，不是类型 {4} 所需的 {3} 的倍数。"};
inline constexpr Message kGgufOffset{
    "gguf.offset", "{0}: tensor {1} starts at {2}, not a multiple of the alignment {3}.",
    "{0}：张量 {1} 从 {2} 开始，不是对齐值 {3} 的倍数。"};
inline constexpr Message kGgufOutside{
    "gguf.outside",
    "{0}: tensor {1} needs {2} bytes from byte {3}, but the file has {4} bytes. It is cut short: "
    "get it "
    "again.",
    "{0}：张量 {1} 需要从第 {3} 字节起的 {2} 字节，但文件只有 {4} 字节。文件不完整，请重新获取。"};
inline constexpr Message kGgufOverlap{
    "gguf.overlap", "{0}: tensors {1} and {2} overlap at byte {3}. The file is damaged.",
    "{0}：张量 {1} 和 {2} 在第 {3} 字节处重叠。文件已损坏。"};

inline constexpr Message kGgufParts{
    "gguf.parts", "{0}: the file says that it is one of {1} parts; 1 to {2} are possible.",
    "{0}：文件声明共有 {1} 个部分，只能是 1 到 {2} 个。"};
inline constexpr Message kGgufSplitFirst{
    "gguf.split_first", "{0}: this is part {1} of {2} of a model. Open part 1 instead.",
    "{0}：这是模型的第 {1} 部分，共 {2} 部分。请打开第 1 部分。"};
inline constexpr Message kGgufSplitName{
    "gguf.split_name",
    "{0}: part 1 of {1} must have a name that ends in {2}, so that the other parts can be found.",
    "{0}：第 1 部分（共 {1} 部分）的文件名必须以 {2} 结尾，才能找到其他部分。"};
inline constexpr Message kGgufSplitPart{
    "gguf.split_part", "{0}: this should be part {1} of {2}, but it says part {3} of {4}.",
    "{0}：这应当是第 {1} 部分（共 {2} 部分），但文件声明是第 {3} 部分（共 {4} 部分）。"};
inline constexpr Message kGgufSplitTensors{
    "gguf.split_tensors", "{0}: the parts hold {1} tensors together, {2} are promised.",
    "{0}：各部分共有 {1} 个张量，但声明有 {2} 个。"};

inline constexpr Message kRandomType{"random_model.type", "{0}: not a type. Possible: {1}.",
                                     "{0}：不是有效的类型。可用：{1}。"};

}  // namespace hearth::msg
