// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

inline constexpr Message kHttpUrl{
    "http.url", "\"{0}\" is not an address that Hearth opens. Use https://host/path.",
    "“{0}”不是 Hearth 可以打开的地址。请使用 https://主机/路径 的形式。"};
inline constexpr Message kHttpHost{
    "http.host",
    "{0} is not among the hosts allowed for this download ({1}). Nothing was sent to it.",
    "{0} 不在此次下载允许的主机之列（{1}）。没有向它发送任何数据。"};
inline constexpr Message kHttpPlain{
    "http.plain", "{0} would be reached without encryption. Use an https:// address.",
    "{0} 的连接没有加密。请使用 https:// 地址。"};
inline constexpr Message kHttpRedirects{
    "http.redirects",
    "{0}: more than {1} redirects. The server is set up wrongly; try another source.",
    "{0}：重定向超过 {1} 次。服务器配置有误，请换一个来源。"};
inline constexpr Message kHttpUnreachable{
    "http.unreachable",
    "{0} cannot be reached: {1}. Check the network, and https_proxy if you use a proxy.",
    "无法连接 {0}：{1}。请检查网络；如使用代理，请检查 https_proxy。"};
inline constexpr Message kHttpTls{
    "http.tls",
    "{0} could not prove who it is: {1}. Check the clock and the certificates of this PC.",
    "{0} 无法证明其身份：{1}。请检查本机的时间和证书。"};
inline constexpr Message kHttpStalled{
    "http.stalled", "{0} stopped sending: fewer than {1} bytes in {2} seconds. Try again later.",
    "{0} 停止发送数据：{2} 秒内不足 {1} 字节。请稍后重试。"};
inline constexpr Message kHttpCut{
    "http.cut", "{0} ended the connection too early ({1}). Try again to continue from there.",
    "{0} 过早断开了连接（{1}）。重试即可从断点继续。"};
inline constexpr Message kHttpProtocol{
    "http.protocol", "{0} sent an answer that makes no sense ({1}). Try another source.",
    "{0} 的应答无法理解（{1}）。请换一个来源。"};
inline constexpr Message kHttpTooLong{
    "http.too_long", "{0} sends more than the {1} bytes expected. Try another source.",
    "{0} 发送的数据超过预期的 {1} 字节。请换一个来源。"};
inline constexpr Message kHttpStatus{"http.status",
                                     "{0} answered with status {1}. Try again later.",
                                     "{0} 返回状态 {1}。请稍后重试。"};
inline constexpr Message kHttpNotFound{
    "http.not_found", "{0} does not exist (status {1}). Update Hearth, or try another source.",
    "{0} 不存在（状态 {1}）。请更新 Hearth，或换一个来源。"};
inline constexpr Message kHttpForbidden{
    "http.forbidden",
    "{0} refuses access (status {1}). The model may ask for its licence to be accepted on the web "
    "page, "
    "or a token (HF_TOKEN).",
    "{0} 拒绝访问（状态 {1}）。可能需要先在网页上接受该模型的许可，或提供令牌（HF_TOKEN）。"};
inline constexpr Message kHttpBusy{"http.busy",
                                   "{0} asks to slow down (status {1}). Try again in some minutes.",
                                   "{0} 要求降低请求频率（状态 {1}）。请过几分钟再试。"};
inline constexpr Message kHttpRange{
    "http.range",
    "{0} does not have the part of the file that was asked for (status {1}). "
    "The file there is another one; try another source.",
    "{0} 没有所请求的文件部分（状态 {1}）。那里的文件不同，请换一个来源。"};
inline constexpr Message kHttpCancelled{"http.cancelled", "Stopped.", "已停止。"};
inline constexpr Message kHttpToken{
    "http.token", "The access token holds characters that no token has. Check HF_TOKEN.",
    "访问令牌含有非法字符。请检查 HF_TOKEN。"};

}  // namespace hearth::msg
