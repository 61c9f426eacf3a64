// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
// hearth_workloads                 lists the workloads, one per line
// hearth_workloads ROW WORKLOAD    runs one on one kernel row (scalar, avx2)
// Fixed work on zeros, for counting instructions (bench/instructions.py): what a kernel executes
// does not depend on the values. MeasuredPart is the only part that counts.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

#include "kernels/table.h"
#include "quant/packed.h"

namespace hearth {
namespace {

using kernels::KernelTable;
using quant::Type;

struct Workload {
  const char* name;
  Type type;
  int64_t tokens;  // 0: quantise 64 tokens
  bool floats;     // the float yardstick kernel
};

constexpr Workload kWorkloads[] = {
    {"quantize", Type::kF32, 0, false},        {"q4_k-gemv", Type::kQ4_K, 1, false},
    {"q4_k-gemm", Type::kQ4_K, 32, false},     {"q6_k-gemv", Type::kQ6_K, 1, false},
    {"q6_k-gemm", Type::kQ6_K, 32, false},     {"q4_1-gemv", Type::kQ4_1, 1, false},
    {"q5_0-gemv", Type::kQ5_0, 1, false},      {"q5_0-gemm", Type::kQ5_0, 32, false},
    {"q8_0-gemv", Type::kQ8_0, 1, false},      {"f16-gemv", Type::kF16, 1, false},
    {"q4_k-gemv-float", Type::kQ4_K, 1, true},
};
constexpr int64_t kRows = 128, kColumns = 1024, kMaxTokens = 64;

// 64-byte aligned zeros.
struct Zeros {
  explicit Zeros(size_t bytes) : storage(bytes + 64) {}
  template <typename T>
  T* as() {
    const auto address = reinterpret_cast<uintptr_t>(storage.data());
    return reinterpret_cast<T*>(storage.data() + (64 - address % 64) % 64);
  }
  std::vector<uint8_t> storage;
};

extern "C" [[gnu::noinline, gnu::visibility("default")]] void MeasuredPart(
    const KernelTable& table, const Workload& work, const kernels::QuantizeArgs& quantize,
    const kernels::MatMulArgs& matmul) {
  const auto type = static_cast<size_t>(work.type);
  if (work.tokens == 0) {
    table.quantize(quantize);
  } else if (work.floats) {
    table.matmul_float[type](matmul);
  } else {
    table.matmul[type](matmul);
  }
}

void Run(const KernelTable& table, const Workload& work) {
  constexpr auto kCells = static_cast<size_t>(kMaxTokens * kColumns);
  Zeros q(kCells), d(kCells / 8), sum(kCells / 4), dsum(kCells / 4), x(kCells * 4);
  Zeros unit(kCells / 64), factor(kCells / 8), sums(kCells / 16);
  Zeros panels(quant::PackedBytes(work.type, kRows, kColumns) + 256);
  Zeros out(kMaxTokens * kRows * 4), scratch(kMaxTokens * 16 * 4);
  kernels::QuantizeArgs quantize{};
  quantize.x = x.as<float>();
  quantize.stride = quantize.columns = kColumns;
  quantize.tokens = work.tokens == 0 ? kMaxTokens : work.tokens;
  quantize.last_group = (quantize.tokens + 7) / 8;
  quantize.last_block = kColumns / 32;
  quantize.out = {q.as<int8_t>(),   d.as<float>(),        sum.as<int32_t>(), dsum.as<float>(),
                  unit.as<float>(), factor.as<int32_t>(), sums.as<int32_t>()};
  kernels::MatMulArgs matmul{};
  matmul.panels = panels.as<uint8_t>();
  matmul.panel_bytes = quant::PanelBytes(work.type, kColumns);
  matmul.rows = matmul.out_stride = kRows;
  matmul.columns = matmul.x_stride = kColumns;
  matmul.last_panel = kRows / quant::kPanelRows;
  matmul.tokens = work.tokens;
  matmul.q = quantize.out;
  matmul.x = x.as<float>();
  matmul.scratch = scratch.as<float>();
  matmul.out = out.as<float>();
  MeasuredPart(table, work, quantize, matmul);
}

}  // namespace
}  // namespace hearth

int main(int argc, char** argv) {
  using namespace hearth;
  if (argc == 1) {
    for (const Workload& work : kWorkloads) {
      std::puts(work.name);
    }
    return 0;
  }
  for (const kernels::KernelTable* table : kernels::UsableTables()) {
    for (const Workload& work : kWorkloads) {
      if (argc == 3 && std::string_view(argv[1]) == table->name &&
          std::string_view(argv[2]) == work.name) {
        Run(*table, work);
        return 0;
      }
    }
  }
  return 1;
}
