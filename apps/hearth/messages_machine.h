// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/message.h"

// Texts of version, doctor and bench.
namespace hearth::msg {

inline constexpr Message kVersionText{"app.version",
                                      "hearth {0}\n"
                                      "commit    {1}\n"
                                      "compiler  {2}\n"
                                      "kernels   {3} ({4})",
                                      "hearth {0}\n"
                                      "提交      {1}\n"
                                      "编译器    {2}\n"
                                      "内核      {3}（{4}）"};

inline constexpr Message kDoctorCpu{"app.doctor_cpu", "processor", "处理器"};
inline constexpr Message kDoctorThreads{"app.doctor_threads", "threads", "线程"};
inline constexpr Message kDoctorThreadsText{"app.doctor_threads_text",
                                            "{0} usable of {1} processors, {2} cores",
                                            "可用 {0} 个，共 {1} 个逻辑处理器、{2} 个核心"};
inline constexpr Message kDoctorFeatures{"app.doctor_features", "features", "指令集"};
inline constexpr Message kDoctorBlocked{"app.doctor_blocked", "blocked", "被禁用"};
inline constexpr Message kDoctorAmx{"app.doctor_amx", "AMX", "AMX"};
inline constexpr Message kDoctorAmxNone{"app.doctor_amx_none", "not in this processor",
                                        "处理器没有"};
inline constexpr Message kDoctorAmxGranted{"app.doctor_amx_granted", "present, permission granted",
                                           "有，已获许可"};
inline constexpr Message kDoctorAmxRefused{
    "app.doctor_amx_refused", "present, but the system refuses permission", "有，但系统不允许使用"};
inline constexpr Message kDoctorKernels{"app.doctor_kernels", "kernels", "内核"};
inline constexpr Message kDoctorCaches{"app.doctor_caches", "caches", "缓存"};
inline constexpr Message kDoctorMemory{"app.doctor_memory", "memory", "内存"};
inline constexpr Message kDoctorMemoryText{"app.doctor_memory_text", "{0} available of {1}",
                                           "可用 {0}，共 {1}"};
inline constexpr Message kDoctorBandwidth{"app.doctor_bandwidth", "bandwidth", "内存带宽"};
inline constexpr Message kDoctorBandwidthText{
    "app.doctor_bandwidth_text",
    "{0} GB/s read with {1} threads: at most {2} tokens/s with a 1 GB model",
    "{1} 线程读取 {0} GB/s：1 GB 的模型最多每秒 {2} 个词元"};
inline constexpr Message kDoctorDisk{"app.doctor_disk", "disk", "磁盘"};
inline constexpr Message kDoctorDiskText{"app.doctor_disk_text", "{0} free for {1}",
                                         "{1} 可用 {0}"};
inline constexpr Message kDoctorImprove{"app.doctor_improve", "to improve", "可以改进"};
inline constexpr Message kDoctorNothing{"app.doctor_nothing",
                                        "nothing: this computer is used as well as it can be",
                                        "没有：本机已充分利用"};
inline constexpr Message kDoctorQuick{"app.doctor_quick", "do not measure the memory bandwidth",
                                      "不测量内存带宽"};
inline constexpr Message kMeasuring{"app.measuring", "measuring", "正在测量"};

inline constexpr Message kAdviceForced{
    "app.advice_forced",
    "HEARTH_ISA forces the {0} kernels; unset it and this machine uses {1}, which is faster.",
    "HEARTH_ISA 指定了 {0} 内核；取消后本机会使用更快的 {1}。"};
inline constexpr Message kAdviceAmxState{
    "app.advice_amx_state",
    "The processor has AMX, but the operating system does not enable it: use Linux 5.16 or newer, "
    "and "
    "in a virtual machine let the host pass AMX through.",
    "处理器有 AMX，但操作系统没有启用：请使用 Linux 5.16 或更新版本；虚拟机请让宿主机透传 AMX。"};
inline constexpr Message kAdviceAmxPermission{
    "app.advice_amx_permission",
    "The kernel refuses AMX to this process: look for a seccomp or container policy that forbids "
    "arch_prctl.",
    "内核不允许本进程使用 AMX：请检查禁止 arch_prctl 的 seccomp 或容器策略。"};
inline constexpr Message kAdviceScalar{
    "app.advice_scalar",
    "Only the scalar kernels can run here, which is slow: AVX2 with FMA (any PC since about 2014) "
    "is "
    "recommended. In a virtual machine let the host pass the processor's features through.",
    "本机只能使用标量内核，很慢：建议使用支持 AVX2 和 FMA 的处理器（约 2014 年以后）。"
    "虚拟机请让宿主机透传处理器特性。"};
inline constexpr Message kAdviceThreads{
    "app.advice_threads",
    "This process may use {0} of {1} cores: raise the container's CPU quota or the affinity mask.",
    "本进程只能使用 {1} 个核心中的 {0} 个：请提高容器的 CPU 配额或放宽亲和性设置。"};
inline constexpr Message kAdviceGovernor{
    "app.advice_governor",
    "The frequency governor is \"{0}\"; \"performance\" answers faster and uses more power.",
    "频率策略是“{0}”；改为“performance”会更快，但更耗电。"};
inline constexpr Message kAdviceMemory{
    "app.advice_memory",
    "Only {0} of memory is available: close other programs, or use a model of at most 1 B "
    "parameters.",
    "只有 {0} 可用内存：请关闭其他程序，或使用不超过 1 B 参数的模型。"};
inline constexpr Message kAdviceDisk{
    "app.advice_disk",
    "Only {0} free for {1}: remove models with `hearth remove`, or set HEARTH_HOME to a larger "
    "disk.",
    "{1} 只剩 {0}：请用 `hearth remove` 删除模型，或用 HEARTH_HOME 指向更大的磁盘。"};
inline constexpr Message kAdviceReadOnly{
    "app.advice_read_only",
    "{0} cannot be written: models cannot be pulled. Set HEARTH_HOME to a folder of yours.",
    "{0} 不可写，无法下载模型。请把 HEARTH_HOME 设为自己的文件夹。"};

inline constexpr Message kBenchModelArg{
    "app.bench_model_arg", "a model, or `limits` for the speed limits of this computer",
    "模型；`limits` 表示测量本机的速度极限"};
inline constexpr Message kBenchThreads{"app.bench_threads", "most threads to measure with",
                                       "最多使用的线程数"};
inline constexpr Message kBenchDepth{"app.bench_depth",
                                     "tokens in the KV cache before each measurement",
                                     "每次测量前 KV 缓存中的词元数"};
inline constexpr Message kBenchPrefill{"app.bench_prefill", "tokens per prefill",
                                       "每次预填充的词元数"};
inline constexpr Message kBenchDecode{"app.bench_decode", "tokens per decode", "每次解码的词元数"};
inline constexpr Message kBenchSequences{"app.bench_sequences",
                                         "also measure this many sequences that decode together",
                                         "另外测量这么多个序列一起解码"};
inline constexpr Message kBenchVerify{"app.bench_verify",
                                      "also measure this many tokens of one sequence in one step",
                                      "另外测量一个序列一步计算这么多个词元"};
inline constexpr Message kBenchExplainsOne{
    "app.bench_explains_one",
    "--explain looks at one sequence; leave --sequences and --verify out.",
    "--explain 只分析单个序列；请去掉 --sequences 和 --verify。"};
inline constexpr Message kBenchTogether{"app.bench_together",
                                        "{0} sequences together, {1} times the decode of one",
                                        "{0} 个序列一起，为单个序列解码的 {1} 倍"};
inline constexpr Message kBenchVerified{"app.bench_verified",
                                        "a step of {0} tokens costs {1} times a step of one",
                                        "一步 {0} 个词元的耗时是一步一个词元的 {1} 倍"};
inline constexpr Message kBenchRepeat{"app.bench_repeat", "measurements of each", "各测量多少次"};
inline constexpr Message kBenchShareBandwidth{"app.bench_share_bandwidth",
                                              "{0} % of the DRAM read limit ({1} GB/s)",
                                              "内存读取极限（{1} GB/s）的 {0} %"};
inline constexpr Message kBenchSharePeak{"app.bench_share_peak", "{0} % of {1} ({2} GOP/s)",
                                         "{1}（{2} GOP/s）的 {0} %"};
inline constexpr Message kBenchTitle{"app.bench_title",
                                     "{0} · {1} · {2} threads · {3} kernels · depth {4}",
                                     "{0} · {1} · {2} 线程 · {3} 内核 · 深度 {4}"};
inline constexpr Message kBenchHeader{"app.bench_header", "limit", "极限"};
inline constexpr Message kBenchThreadsColumn{"app.bench_threads_column", "threads", "线程"};
inline constexpr Message kBenchMedian{"app.bench_median", "median", "中位数"};
inline constexpr Message kBenchMin{"app.bench_min", "min", "最小"};
inline constexpr Message kBenchMax{"app.bench_max", "max", "最大"};

}  // namespace hearth::msg
