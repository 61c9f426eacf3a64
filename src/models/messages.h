// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

inline constexpr Message kModelNoArchitecture{
    "models.no_architecture",
    "{0}: the file does not name an architecture (general.architecture). Is it a language model?",
    "{0}：文件没有写明模型架构（general.architecture）。它是语言模型吗？"};
inline constexpr Message kModelUnknown{"models.unknown_architecture",
                                       "{0}: not supported yet: {1}. Supported: {2}.",
                                       "{0}：尚不支持 {1}。目前支持：{2}。"};
inline constexpr Message kModelNoKey{
    "models.missing_key", "{0}: the metadata field {1} is missing.", "{0}：缺少元数据字段 {1}。"};
inline constexpr Message kModelBadKey{
    "models.bad_key", "{0}: the metadata field {1} has the value {2}; {3} is needed.",
    "{0}：元数据字段 {1} 的值是 {2}，应当为 {3}。"};
inline constexpr Message kModelNoTensor{
    "models.missing_tensor",
    "{0}: the tensor {1} is missing. The file is incomplete; fetch it again.",
    "{0}：缺少张量 {1}。文件不完整，请重新下载。"};
inline constexpr Message kModelBadShape{
    "models.bad_shape", "{0}: the tensor {1} has the shape {2}; {3} fits this architecture.",
    "{0}：张量 {1} 的形状是 {2}，此架构应为 {3}。"};
inline constexpr Message kModelNotFinite{
    "models.not_finite",
    "{0}: the tensor {1} holds an infinite number or one that is not a number at byte {2}. The "
    "file "
    "is damaged: get it again.",
    "{0}：张量 {1} 在第 {2} 字节处含有无穷大或非数值。文件已损坏，请重新获取。"};
inline constexpr Message kModelUnusedTensor{
    "models.unused_tensor",
    "{0}: the tensor {1} is not part of the architecture {2} as Hearth knows it, so the answers "
    "would be wrong. The model is not loaded.",
    "{0}：张量 {1} 不属于 Hearth 所知的 {2} 架构，继续会得到错误的回答，因此没有加载。"};
inline constexpr Message kModelUnsupported{"models.unsupported_setting",
                                           "{0}: {1} = {2} is not supported yet.",
                                           "{0}：尚不支持 {1} = {2}。"};

inline constexpr Message kCancelled{"models.cancelled", "Stopped on request.", "已按要求停止。"};

}  // namespace hearth::msg
