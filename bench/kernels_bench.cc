// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrix products of every kernel row on this machine: bytes of packed weights per second (what
// decode is limited by) and operations per second (what prefill is limited by).
// kernels_bench --benchmark_filter='amx/Q4_K/tokens:1' ; compare with `hearth bench limits`.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "base/thread_team.h"
#include "kernels/table.h"
#include "quant/packed.h"

namespace hearth {
namespace {

// A matrix far larger than the caches, so that tokens:1 reads memory as decode does.
struct Work {
  int64_t rows = 16 * 40000, columns = 2048;
  std::vector<uint8_t> packed;
  std::vector<float> x, out, d, dsum, unit;
  std::vector<int8_t> q;
  std::vector<int32_t> sum, factor, sums;
};

Work MakeWork(quant::Type type, int64_t tokens) {
  Work w;
  const auto columns = static_cast<uint64_t>(w.columns);
  w.packed.resize(quant::PackedBytes(type, static_cast<uint64_t>(w.rows), columns) + 4096);
  // Small bytes keep every scale finite; speed does not depend on the values.
  for (size_t i = 0; i < w.packed.size(); ++i) w.packed[i] = static_cast<uint8_t>(i * 7 % 23);
  Philox random(1);
  const int64_t padded = (tokens + 7) / 8 * 8;
  w.x.resize(static_cast<size_t>(padded * w.columns));
  for (float& v : w.x) v = static_cast<float>(random.Next() % 200) * 0.01f - 1;
  w.q.resize(w.x.size());
  w.d.resize(w.x.size() / 32);
  w.sum.resize(w.x.size() / 16);
  w.dsum.resize(w.x.size() / 16);
  w.unit.resize(w.x.size() / 256);
  w.factor.resize(w.x.size() / 32);
  w.sums.resize(w.x.size() / 64);
  w.out.resize(static_cast<size_t>(tokens * w.rows));
  return w;
}

void RunMatMul(benchmark::State& state, const kernels::KernelTable* table, quant::Type type,
               int64_t tokens, int threads) {
  Work w = MakeWork(type, tokens);
  ThreadTeam team(threads);
  const kernels::QuantizedTokens view{w.q.data(),    w.d.data(),      w.sum.data(), w.dsum.data(),
                                      w.unit.data(), w.factor.data(), w.sums.data()};
  table->quantize(
      {w.x.data(), w.columns, tokens, w.columns, 0, (tokens + 7) / 8, 0, w.columns / 32, view});
  const uint64_t panel = quant::PanelBytes(type, static_cast<uint64_t>(w.columns));
  for (auto _ : state) {
    team.Run([&](const Worker& worker) {
      const auto [first, last] = worker.Share(w.rows / 16);
      table->matmul[static_cast<int>(type)]({.panels = w.packed.data(),
                                             .panel_bytes = panel,
                                             .rows = w.rows,
                                             .columns = w.columns,
                                             .first_panel = first,
                                             .last_panel = last,
                                             .tokens = tokens,
                                             .q = view,
                                             .x = w.x.data(),
                                             .x_stride = w.columns,
                                             .scratch = nullptr,
                                             .out = w.out.data(),
                                             .out_stride = w.rows,
                                             .bias = nullptr,
                                             .add = nullptr,
                                             .add_stride = 0});
    });
  }
  const auto iterations = static_cast<double>(state.iterations());
  state.counters["GB/s"] = benchmark::Counter(
      iterations * static_cast<double>(w.rows / 16) * static_cast<double>(panel) * 1e-9,
      benchmark::Counter::kIsRate);
  state.counters["GOP/s"] =
      benchmark::Counter(iterations * 2e-9 * static_cast<double>(w.rows * w.columns * tokens),
                         benchmark::Counter::kIsRate);
}

// The high bits of a split matrix, `both`: and the middle ones, all of them from memory, or of so
// few rows that they stay in L2: bytes of them per second.
void RunScreen(benchmark::State& state, const kernels::KernelTable* table, quant::Type type,
               bool both, int64_t rows, int64_t tokens, int threads) {
  Work w = MakeWork(quant::Type::kQ8_0, 8);
  w.rows = rows;
  const auto matrix =
      quant::SizedMatrix(type, static_cast<uint64_t>(rows), static_cast<uint64_t>(w.columns));
  const auto parts = matrix.PartsAt(w.packed.data(), 0);
  const uint64_t read = matrix.panel_bytes + (both ? matrix.middle_bytes : 0);
  Philox random(1);
  for (int8_t& q : w.q) q = static_cast<int8_t>(random.Next() % 255 - 127);
  std::vector<float> d(static_cast<size_t>(w.columns / 32), 0.01f);
  std::vector<float> highest(w.out.size() / 16), variance(highest.size());
  ThreadTeam team(threads);
  for (auto _ : state) {
    team.Run([&](const Worker& worker) {
      const auto [first, last] = worker.Share(rows / 16);
      table->screen[static_cast<int>(type)](
          {.panels = parts.high,
           .panel_bytes = matrix.panel_bytes,
           .middle = both ? parts.middle : nullptr,
           .rows = rows,
           .columns = w.columns,
           .first_panel = first,
           .last_panel = last,
           .tokens = tokens,
           .x = {w.q.data(), w.sum.data(), d.data(), w.sum.data(), d.data()},
           .out = w.out.data(),
           .out_stride = rows,
           .highest = highest.data(),
           .panel_stride = rows / 16,
           .variance = variance.data()});
    });
  }
  const double blocks = static_cast<double>(state.iterations() * rows / 16 * w.columns / 32);
  state.counters["GB/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(rows / 16) *
                             static_cast<double>(read) * 1e-9,
                         benchmark::Counter::kIsRate);
  state.counters["block/thread"] = benchmark::Counter(  // seconds of a thread per 16 x 32 weights
      blocks / threads, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// The activation of an MLP over a stretch of 512 x 256 that lies in L2, as decoder.cc applies it.
void RunSiluMul(benchmark::State& state, const kernels::KernelTable* table) {
  std::vector<float> gate(512 * 256), up(gate.size(), 1.0f);
  Philox random(1);
  for (auto _ : state) {
    state.PauseTiming();
    for (float& v : gate) v = static_cast<float>(random.Next() % 200) * 0.1f - 10;
    state.ResumeTiming();
    for (int64_t t = 0; t < 512; ++t) table->vector.activate[0](&gate[t * 256], &up[t * 256], 256);
  }
  state.counters["G/s"] = benchmark::Counter(static_cast<double>(state.iterations()) * 512 * 256e-9,
                                             benchmark::Counter::kIsRate);
}

// Attention of one token at depth 4096 in a model of 28 layers with two KV heads for twelve of 128:
// bytes of the cache per second.
void RunAttendOne(benchmark::State& state, const kernels::KernelTable* table, kernels::Kv type,
                  int threads) {
  constexpr int64_t kHead = 128, kGroup = 6, kDepth = 4096, kHeads = 28 * 2;
  constexpr int64_t kElements = kDepth * kHead;
  constexpr int64_t kElementBytes[] = {4, 2, 1};
  const int64_t plane = kElements * kElementBytes[static_cast<size_t>(type)];
  std::vector<uint8_t> cache(static_cast<size_t>(2 * plane * kHeads));
  for (size_t i = 0; i < cache.size(); ++i) cache[i] = static_cast<uint8_t>(i * 7 % 23);
  std::vector<float> scales(kDepth, 0.01f), query(kGroup * kHead, 0.01f);
  ThreadTeam team(threads);
  for (auto _ : state) {
    team.Run([&](const Worker& worker) {
      std::vector<float> scratch(static_cast<size_t>(kernels::AttendScratch(kHead)));
      std::vector<float> mix(kGroup * kHead), highest(kGroup), total(kGroup);
      constexpr int64_t kChunks = kDepth / kernels::kKvChunk;
      for (int64_t layer = 0; layer < kHeads / 2; ++layer) {
        const auto [first, last] = worker.Share(2 * kChunks);
        for (int64_t task = first; task < last; ++task) {
          uint8_t* head = cache.data() + (layer * 2 + task / kChunks) * 2 * plane;
          table->kv.attend[static_cast<size_t>(type)](
              {.kv = {head, head + plane, scales.data(), scales.data()},
               .head_size = kHead,
               .tokens = 1,
               .group = kGroup,
               .position = kDepth - 1,
               .window = 0,
               .scale = 0.1f,
               .softcap = 0,
               .query = query.data(),
               .query_stride = 0,
               .first_chunk = task % kChunks,
               .last_chunk = task % kChunks + 1,
               .scratch = scratch.data(),
               .highest = highest.data(),
               .total = total.data(),
               .mix = mix.data(),
               .mix_stride = kHead});
        }
        worker.Barrier();
      }
    });
  }
  state.counters["GB/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(cache.size()) * 1e-9,
      benchmark::Counter::kIsRate);
}

// Many tokens against one matrix in the form of tiles, both stay in the caches as far as they fit.
void RunGemm(benchmark::State& state, const kernels::KernelTable* table, quant::Type type,
             int64_t columns, int64_t rows, bool bytes) {
  const int64_t tokens = 512;
  const auto width = static_cast<uint64_t>(columns);
  std::vector<uint8_t> packed(quant::PackedBytes(type, static_cast<uint64_t>(rows), width) + 4096);
  for (size_t i = 0; i < packed.size(); ++i) packed[i] = static_cast<uint8_t>(i * 7 % 23);
  std::vector<float> x(static_cast<size_t>(tokens * columns), 0.5f);
  std::vector<float> out(static_cast<size_t>(tokens * rows));
  std::vector<uint16_t> tiles(x.size());
  const kernels::ByteTilesShape shape = kernels::ByteTilesShapeOf(columns);
  std::vector<int8_t> byte_tiles(static_cast<size_t>(tokens * shape.steps) * 64);
  std::vector<float> d(static_cast<size_t>(tokens * shape.groups));
  std::vector<int32_t> outliers(kernels::kOutlierQuads);
  for (size_t i = 0; i < outliers.size(); ++i) outliers[i] = static_cast<int32_t>(5 * i);
  const kernels::ByteTiles view = {byte_tiles.data(), d.data(), outliers.data()};
  std::vector<uint8_t> scratch(kernels::GemmScratchBytes(tokens) + 64);
  uint8_t* aligned = scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64) % 64;
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7919 % 2001) * 1e-3f - 1;
  if (bytes) {
    table->bytes->tokens({x.data(), columns, tokens, columns, 0, tokens / 16, view});
  } else {
    table->matrix_unit->tile_tokens(
        {x.data(), columns, tokens, columns, 0, tokens / 16, tiles.data()});
  }
  for (auto _ : state) {
    (bytes ? table->bytes->gemm : table->matrix_unit->gemm)[static_cast<int>(type)](
        {.panels = packed.data(),
         .panel_bytes = quant::PanelBytes(type, width),
         .rows = rows,
         .columns = columns,
         .first_panel = 0,
         .last_panel = rows / 16,
         .tokens = tokens,
         .tiles = tiles.data(),
         .bytes = view,
         .scratch = aligned,
         .out = out.data(),
         .out_stride = rows,
         .bias = nullptr,
         .add = nullptr,
         .add_stride = 0,
         .gate_panels = nullptr,
         .activation = {},
         .tops = nullptr});
  }
  state.counters["GOP/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * 2e-9 * static_cast<double>(rows * columns * tokens),
      benchmark::Counter::kIsRate);
}

}  // namespace
}  // namespace hearth

int main(int argc, char** argv) {
  using namespace hearth;
  for (const kernels::KernelTable* table : kernels::UsableTables()) {
    benchmark::RegisterBenchmark((std::string(table->name) + "/silu_mul").c_str(),
                                 [=](benchmark::State& state) { RunSiluMul(state, table); })
        ->UseRealTime();
    for (const auto& [kv, kv_name] :
         {std::pair(kernels::Kv::kHalf, "f16"), std::pair(kernels::Kv::kInt8, "int8")}) {
      for (int threads : {1, 2}) {
        const std::string name = std::string(table->name) + "/attend_one/" + kv_name +
                                 "/threads:" + std::to_string(threads);
        benchmark::RegisterBenchmark(
            name.c_str(),
            [=, kv = kv](benchmark::State& state) { RunAttendOne(state, table, kv, threads); })
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
      }
    }
    for (const quant::Type type : {quant::Type::kQ6_KSplit, quant::Type::kQ8_0Split}) {
      for (const auto& [panels, threads] : {std::pair{40000, 2}, {40000, 1}, {48, 1}}) {
        for (const auto& [both, tokens] : {std::pair{false, 1}, {true, 1}, {true, 8}}) {
          const std::string name =
              std::string(table->name) + "/" + std::string(quant::Row(type).name) +
              (both ? "/screen_both:" : "/screen:") + std::to_string(panels) +
              "/tokens:" + std::to_string(tokens) + "/threads:" + std::to_string(threads);
          benchmark::RegisterBenchmark(name.c_str(),
                                       [=, panels = panels, threads = threads, both = both,
                                        tokens = tokens](benchmark::State& state) {
                                         RunScreen(state, table, type, both, 16 * panels, tokens,
                                                   threads);
                                       })
              ->UseRealTime()
              ->Unit(benchmark::kMillisecond);
        }
      }
    }
    for (const quant::TypeRow& row : quant::Types()) {
      if (row.block_weights == 1) continue;
      for (const auto& [columns, rows] : {std::pair{1536, 4480}, {8960, 768}}) {
        for (bool bytes : {false, true}) {
          if (bytes ? table->bytes == nullptr : table->matrix_unit == nullptr) continue;
          benchmark::RegisterBenchmark(
              (std::string(table->name) + "/" + std::string(row.name) +
               (bytes ? "/gemm:int8" : "/gemm:bf16") + "/columns:" + std::to_string(columns))
                  .c_str(),
              [=](benchmark::State& state) {
                RunGemm(state, table, row.type, columns, rows, bytes);
              })
              ->UseRealTime()
              ->Unit(benchmark::kMillisecond);
        }
      }
      for (int64_t tokens : {1, 8, 64}) {
        for (int threads : {1, 2}) {
          const std::string name = std::string(table->name) + "/" + std::string(row.name) +
                                   "/tokens:" + std::to_string(tokens) +
                                   "/threads:" + std::to_string(threads);
          benchmark::RegisterBenchmark(
              name.c_str(),
              [=](benchmark::State& state) { RunMatMul(state, table, row.type, tokens, threads); })
              ->UseRealTime()
              ->Unit(benchmark::kMillisecond);
        }
      }
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
