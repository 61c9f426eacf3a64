// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

// Texts of bench --explain.
namespace hearth::msg {

inline constexpr Message kBenchExplain{
    "app.bench_explain", "where the time goes, operation by operation, and what limits it",
    "逐项说明时间花在哪里、受什么限制"};
inline constexpr Message kBenchNoLimits{
    "app.bench_no_limits", "do not measure the limits of this computer", "不测量本机的极限"};
inline constexpr Message kExplainTitle{"app.explain_title", "\n{0}: {1} tokens, {2} t/s",
                                       "\n{0}：{1} 个词元，{2} t/s"};
inline constexpr Message kExplainOperation{"app.explain_operation", "operation", "操作"};
inline constexpr Message kExplainTime{"app.explain_time", "time", "时间"};
inline constexpr Message kExplainLimit{"app.explain_limit", "of limit", "占极限"};

inline constexpr Message kOpEmbed{"app.op_embed", "embedding", "词嵌入"};
inline constexpr Message kOpNorm{"app.op_norm", "norms, residual", "归一化与残差"};
inline constexpr Message kOpQuantize{"app.op_quantize", "quantise inputs", "量化输入"};
inline constexpr Message kOpQueryKeyValue{"app.op_query_key_value", "query, key, value",
                                          "查询、键、值"};
inline constexpr Message kOpRope{"app.op_rope", "rotate, store KV", "旋转并写入 KV"};
inline constexpr Message kOpAttention{"app.op_attention", "attention", "注意力"};
inline constexpr Message kOpAttentionOutput{"app.op_attention_output", "attention output",
                                            "注意力输出"};
inline constexpr Message kOpGateUp{"app.op_gate_up", "gate, up", "门控与上投影"};
inline constexpr Message kOpActivation{"app.op_activation", "activation", "激活函数"};
inline constexpr Message kOpDown{"app.op_down", "down", "下投影"};
inline constexpr Message kOpHead{"app.op_head", "logits", "输出层"};
inline constexpr Message kOpWait{"app.op_wait", "waiting for a thread", "等待其他线程"};

inline constexpr Message kExplainUnmeasured{
    "app.explain_unmeasured",
    "Matrix products take {0} % of the time. Without --no-limits it says what limits them.",
    "矩阵乘占 {0} % 的时间。去掉 --no-limits 可以看到受什么限制。"};
inline constexpr Message kExplainMemory{
    "app.explain_memory",
    "Memory limits it: matrix products take {0} % of the time and read at {1} % of what DRAM gives "
    "({2} GB/s).",
    "受内存限制：矩阵乘占 {0} % 的时间，读取速度是内存极限（{2} GB/s）的 {1} %。"};
inline constexpr Message kExplainArithmetic{
    "app.explain_arithmetic",
    "Arithmetic limits it: matrix products take {0} % of the time at {1} % of the peak of {2}.",
    "受计算限制：矩阵乘占 {0} % 的时间，达到 {2} 峰值的 {1} %。"};
inline constexpr Message kExplainAttention{
    "app.explain_attention",
    "Attention limits it: {0} % of the time at {1} % of its limit. A shorter context is faster.",
    "受注意力限制：占 {0} % 的时间，达到极限的 {1} %。上下文越短越快。"};
inline constexpr Message kExplainSmall{
    "app.explain_small",
    "Small operations limit it: norms, activation and their like take {0} % of the time.",
    "受零碎操作限制：归一化、激活等占 {0} % 的时间。"};
inline constexpr Message kExplainWait{
    "app.explain_wait",
    "Waiting limits it: threads wait for each other {0} % of the time. Close other programs or use "
    "fewer threads.",
    "受等待限制：线程互相等待占 {0} % 的时间。请关闭其他程序或减少线程数。"};

}  // namespace hearth::msg
