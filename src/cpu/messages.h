// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

namespace hearth::msg {

inline constexpr Message kIsaUnknown{
    "cpu.isa_unknown",
    "HEARTH_ISA={0}: no kernel row has this name. Use one of: {1}; or unset it for the best.",
    "HEARTH_ISA={0}：没有这个名字的内核。可用：{1}；不设置则自动选最快的。"};
inline constexpr Message kIsaImpossible{
    "cpu.isa_impossible",
    "HEARTH_ISA={0} is not possible on this machine: {1}. Unset it, or use: {2}.",
    "本机无法使用 HEARTH_ISA={0}：{1}。请取消设置，或使用：{2}。"};
inline constexpr Message kIsaNoFeature{"cpu.no_feature", "the processor has no {0}",
                                       "处理器不支持 {0}"};
inline constexpr Message kIsaNoState{"cpu.no_state",
                                     "the operating system does not save the registers of {0}",
                                     "操作系统没有启用 {0} 的寄存器"};
inline constexpr Message kIsaNoPermission{
    "cpu.no_amx_permission", "the kernel does not give this process AMX tile data ({0})",
    "内核不允许本进程使用 AMX 的 tile 数据（{0}）"};
inline constexpr Message kIsaNotBuilt{
    "cpu.not_built", "this build has only the scalar kernels ({0})", "此构建只含标量内核（{0}）"};
inline constexpr Message kIsaBest{"cpu.isa_best", "the best row that this machine allows",
                                  "本机可用的最快内核"};
inline constexpr Message kIsaForced{"cpu.isa_forced", "forced by HEARTH_ISA", "由 HEARTH_ISA 指定"};
inline constexpr Message kIsaNotNext{"cpu.isa_not_next", "{0}; not {1}: {2}", "{0}；未用 {1}：{2}"};

}  // namespace hearth::msg
