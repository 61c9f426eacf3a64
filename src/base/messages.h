// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

inline constexpr Message kFileNotFound{"file.not_found", "{0}: no such file.",
                                       "{0}：没有这个文件。"};
inline constexpr Message kFileDenied{
    "file.denied", "{0}: permission denied. Check the owner and mode of the file.",
    "{0}：没有权限。请检查文件的所有者和权限。"};
inline constexpr Message kFileIsFolder{"file.is_folder", "{0}: this is a folder, a file is needed.",
                                       "{0}：这是文件夹，需要的是文件。"};
inline constexpr Message kFileNotRegular{
    "file.not_regular", "{0}: not an ordinary file. Give the path of a file on disk.",
    "{0}：不是普通文件。请给出磁盘上文件的路径。"};
inline constexpr Message kFileFailed{"file.failed", "{0}: {1} failed: {2}.",
                                     "{0}：{1} 失败：{2}。"};
inline constexpr Message kFileShort{
    "file.short", "{0}: ends before byte {1}. It is cut short or was changed while in use.",
    "{0}：文件在第 {1} 字节之前就结束了，可能不完整，或在使用中被修改。"};
inline constexpr Message kFileChanged{
    "file.changed", "{0}: was changed while it was read. Try again when nobody writes to it.",
    "{0}：读取过程中文件被修改。请在没有程序写入它时重试。"};
inline constexpr Message kFileTooLarge{"file.too_large", "{0}: larger than {1} bytes.",
                                       "{0}：超过 {1} 字节。"};
inline constexpr Message kDiskFull{"disk.full",
                                   "{0}: the disk is full, or your quota is. Free some space and "
                                   "try again.",
                                   "{0}：磁盘或配额已满。请腾出空间后重试。"};
inline constexpr Message kNoMemory{"memory.refused", "The system refused {0} bytes of memory.",
                                   "系统无法提供 {0} 字节内存。"};
inline constexpr Message kJsonInvalid{"json.invalid", "{0}: not valid JSON: {1}",
                                      "{0}：不是有效的 JSON：{1}"};
inline constexpr Message kProcessMissing{"process.missing",
                                         "{0}: there is no such program in PATH. Install it.",
                                         "{0}：PATH 中没有这个程序，请先安装。"};
inline constexpr Message kProcessFailed{"process.failed", "{0} cannot be started: {1}.",
                                        "无法启动 {0}：{1}。"};
inline constexpr Message kProcessTimeout{
    "process.timeout", "{0} did not end within {1} seconds and was stopped. Try again later.",
    "{0} 在 {1} 秒内没有结束，已被终止。请稍后重试。"};
inline constexpr Message kSettingBad{"setting.bad",
                                     "{0}: \"{1}\" is not a value it can have. Allowed: {2}.",
                                     "{0}：“{1}” 不是有效的值。允许：{2}。"};

}  // namespace hearth::msg
