// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

// Texts of pull, list, show and remove.
namespace hearth::msg {

inline constexpr Message kNameArg{"app.name_arg", "a name of the catalogue (`hearth list`)",
                                  "目录中的名字（见 `hearth list`）"};
inline constexpr Message kSourceUsed{"app.source_used", "{0}: from {1}", "{0}：来自 {1}"};
inline constexpr Message kSourcePassed{"app.source_passed", "{0}: not from {1}: {2}",
                                       "{0}：未使用 {1}：{2}"};
inline constexpr Message kPullWaiting{"app.pull_waiting",
                                      "{0}: another program is downloading it, waiting",
                                      "{0}：另一个程序正在下载，等待中"};
inline constexpr Message kPullChecking{"app.pull_checking", "{0}: checking what is here",
                                       "{0}：正在校验已有部分"};
inline constexpr Message kPullFetching{"app.pull_fetching", "{0}: downloading", "{0}：正在下载"};
inline constexpr Message kPulled{"app.pulled", "{0} is ready ({1}, SHA-256 checked).",
                                 "{0} 已就绪（{1}，SHA-256 已校验）。"};
inline constexpr Message kRemoved{"app.removed", "{0} was removed.", "{0} 已删除。"};
inline constexpr Message kListHere{"app.list_here", "On this computer", "本机"};
inline constexpr Message kListNone{"app.list_none", "  none yet", "  还没有"};
inline constexpr Message kListCatalogue{"app.list_catalogue",
                                        "In the catalogue (get one with `hearth pull NAME`)",
                                        "目录中（用 `hearth pull 名字` 下载）"};

}  // namespace hearth::msg
