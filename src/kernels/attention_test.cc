// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "kernels/table.h"

namespace hearth::kernels {
namespace {

struct Case {
  int32_t head_size, group, tokens;
  int64_t position;  // of the first query
  int64_t window;
  float softcap;
};

// One KV head filled by a kernel row, with the exact inputs beside it.
struct Cache {
  Cache(const KernelTable& table, Kv type, const Case& c) {
    const int64_t tokens = c.position + c.tokens;
    const int64_t blocks = (tokens + kKvTokens - 1) / kKvTokens;
    const auto elements = static_cast<size_t>(blocks * kKvTokens * c.head_size);
    keys.assign(elements * 4, 0xff);  // not numbers beyond the stored tokens
    values.assign(elements * 4, 0xff);
    key_scales.assign(static_cast<size_t>(blocks * kKvTokens), NAN);
    value_scales = key_scales;
    head = {keys.data(), values.data(), key_scales.data(), value_scales.data()};
    const Philox random(7);
    for (int64_t t = 0; t < tokens; ++t) {
      std::vector<float> k, v;
      for (int64_t i = 0; i < c.head_size; ++i) {
        const auto at = static_cast<uint64_t>(t * c.head_size + i);
        k.push_back(static_cast<float>(random.Uniform(2 * at) * 4 - 2));
        v.push_back(static_cast<float>(random.Uniform(2 * at + 1) * 2 - 1));
      }
      table.kv.store_key[static_cast<int>(type)](head, c.head_size, t, k.data());
      table.kv.store_value[static_cast<int>(type)](head, c.head_size, t, v.data());
      k_rows.push_back(k);
      v_rows.push_back(v);
    }
  }
  std::vector<uint8_t> keys, values;
  std::vector<float> key_scales, value_scales;
  std::vector<std::vector<float>> k_rows, v_rows;
  KvHead head;
};

std::vector<float> Queries(const Case& c) {
  const Philox random(11);
  std::vector<float> q(static_cast<size_t>(c.tokens * c.group * c.head_size));
  for (size_t i = 0; i < q.size(); ++i) q[i] = static_cast<float>(random.Uniform(i) * 2 - 1);
  return q;
}

// [rows][head_size]. `split`: one partial result per chunk, as decoding does; `each`: one call per
// token.
std::vector<float> Attention(const KernelTable& table, Kv type, const Case& c, const Cache& cache,
                             const std::vector<float>& q, bool split, bool each) {
  const int64_t stride = int64_t{c.group} * c.head_size;
  std::vector<float> out(q.size());
  std::vector<float> scratch(static_cast<size_t>(AttendScratch(c.head_size)));
  for (int32_t t = 0; t < c.tokens; t += each ? 1 : c.tokens) {
    const int32_t tokens = each ? 1 : c.tokens;
    const int32_t rows = tokens * c.group;
    const int64_t chunks = (c.position + t + tokens + kKvChunk - 1) / kKvChunk;
    const int64_t parts = split ? chunks : 1;
    const auto count = static_cast<size_t>(parts * rows);
    std::vector<float> highest(count), total(count);
    std::vector<float> mix(count * static_cast<size_t>(c.head_size));
    for (int64_t part = 0; part < parts; ++part) {
      table.kv.attend[static_cast<int>(type)]({.kv = cache.head,
                                               .head_size = c.head_size,
                                               .tokens = tokens,
                                               .group = c.group,
                                               .position = c.position + t,
                                               .window = c.window,
                                               .scale = 0.25f,
                                               .softcap = c.softcap,
                                               .query = q.data() + t * stride,
                                               .query_stride = stride,
                                               .first_chunk = split ? part : 0,
                                               .last_chunk = split ? part + 1 : chunks,
                                               .scratch = scratch.data(),
                                               .highest = highest.data() + part * rows,
                                               .total = total.data() + part * rows,
                                               .mix = mix.data() + part * rows * c.head_size,
                                               .mix_stride = c.head_size});
    }
    for (int32_t row = 0; row < rows; ++row) {
      table.kv.merge({.head_size = c.head_size,
                      .parts = parts,
                      .highest = highest.data() + row,
                      .total = total.data() + row,
                      .mix = mix.data() + row * c.head_size,
                      .stride = rows,
                      .mix_stride = int64_t{rows} * c.head_size,
                      .out = out.data() + t * stride + row * c.head_size});
    }
  }
  return out;
}

std::vector<double> Truth(const Case& c, const Cache& cache) {
  const std::vector<float> q = Queries(c);
  std::vector<double> out(q.size());
  for (int64_t row = 0; row < int64_t{c.tokens} * c.group; ++row) {
    const int64_t last = c.position + row / c.group;
    const int64_t first = c.window > 0 ? std::max<int64_t>(0, last + 1 - c.window) : 0;
    const auto n = static_cast<size_t>(c.head_size);
    const float* query = q.data() + static_cast<size_t>(row) * n;
    std::vector<double> scores;
    for (int64_t t = first; t <= last; ++t) {
      double score = 0;
      for (size_t i = 0; i < n; ++i) {
        score += static_cast<double>(query[i]) *
                 static_cast<double>(cache.k_rows[static_cast<size_t>(t)][i]);
      }
      score *= 0.25;
      if (c.softcap > 0) {
        const auto cap = static_cast<double>(c.softcap);
        score = cap * std::tanh(score / cap);
      }
      scores.push_back(score);
    }
    const double highest = *std::ranges::max_element(scores);
    double total = 0;
    for (double& score : scores) total += score = std::exp(score - highest);
    for (size_t t = 0; t < scores.size(); ++t) {
      const auto& value = cache.v_rows[static_cast<size_t>(first) + t];
      for (size_t i = 0; i < n; ++i) {
        out[static_cast<size_t>(row) * n + i] += scores[t] / total * static_cast<double>(value[i]);
      }
    }
  }
  return out;
}

constexpr Case kCases[] = {
    {16, 1, 1, 0, 0, 0},       {64, 3, 1, 15, 0, 0},    {64, 3, 1, 16, 0, 0},
    {128, 6, 1, 700, 0, 0},    {128, 6, 9, 250, 0, 0},  {64, 7, 9, 0, 0, 0},
    {256, 4, 16, 240, 100, 0}, {64, 1, 40, 600, 33, 0}, {64, 4, 5, 510, 0, 20.0f},
    {48, 2, 3, 511, 257, 0},   {64, 2, 1, 1023, 1, 0},  {80, 3, 5, 300, 40, 5.0f},
};

TEST(Attention, EveryRowEqualsScalarAndScalarIsRight) {
  // FP16 keeps 11 bits of keys up to 2 and values up to 1; int8 keeps 1/254 of the largest.
  constexpr double kBound[kKvTypes] = {2e-6, 2e-3, 2e-2};
  for (const Case& c : kCases) {
    for (int type = 0; type < kKvTypes; ++type) {
      std::vector<float> reference;
      for (const KernelTable* table : UsableTables()) {
        const Cache cache(*table, static_cast<Kv>(type), c);
        for (const bool split : {false, true}) {
          for (const bool each : {false, true}) {
            const auto out =
                Attention(*table, static_cast<Kv>(type), c, cache, Queries(c), split, each);
            if (reference.empty()) {
              reference = out;
              const std::vector<double> truth = Truth(c, cache);
              for (size_t i = 0; i < out.size(); ++i) {
                ASSERT_NEAR(static_cast<double>(out[i]), truth[i], kBound[type])
                    << "type " << type << " position " << c.position << " at " << i;
              }
            }
            for (size_t i = 0; i < out.size(); ++i) {
              ASSERT_EQ(std::bit_cast<uint32_t>(out[i]), std::bit_cast<uint32_t>(reference[i]))
                  << table->name << " type " << type << " position " << c.position << " split "
                  << split << " each " << each << " at " << i;
            }
          }
        }
      }
    }
  }
}

// 300 tokens of a head of 1024 in an int8 cache, keys and values of one size, every third positive.
std::vector<float> OneRow(const KernelTable& table, float size, float query_size) {
  constexpr Case kCase = {1024, 1, 1, 299, 0, 0};
  constexpr auto kInt8 = static_cast<size_t>(Kv::kInt8);
  const Cache cache(table, Kv::kInt8, kCase);
  for (int64_t t = 0; t <= kCase.position; ++t) {
    const std::vector<float> same(kCase.head_size, t % 3 == 0 ? size : -size);
    table.kv.store_key[kInt8](cache.head, kCase.head_size, t, same.data());
    table.kv.store_value[kInt8](cache.head, kCase.head_size, t, same.data());
  }
  const std::vector<float> query(kCase.head_size, query_size);
  return Attention(table, Kv::kInt8, kCase, cache, query, false, false);
}

// A sum that wrapped would choose the other tokens; a reciprocal that overflowed, no number at all.
TEST(Attention, LargestAndLeastNumbersOfAnInt8Cache) {
  for (const KernelTable* table : UsableTables()) {
    for (const float x : OneRow(*table, 2, 1)) ASSERT_NEAR(x, 2.0f, 1e-4f) << table->name;
    for (const float x : OneRow(*table, 1e-37f, 1e-40f)) ASSERT_NEAR(x, 0, 1e-30f) << table->name;
  }
}

struct Tiles {
  const TileAttendTable* table;
  bool float_scores;
};

// [rows][head_size] on tiles, `step` tokens per call.
std::vector<float> OnTiles(const Tiles& tiles, Kv type, const Case& c, const Cache& cache,
                           int32_t step) {
  const std::vector<float> q = Queries(c);
  const int64_t stride = int64_t{c.group} * c.head_size;
  std::vector<float> out(q.size());
  // Alignment by hand; what no kernel wrote must not matter.
  std::vector<uint8_t> room(
      static_cast<size_t>(TileAttendScratch(c.head_size, tiles.float_scores)) + 64, 0xff);
  uint8_t* scratch = room.data() + (64 - reinterpret_cast<uintptr_t>(room.data()) % 64);
  for (int32_t t = 0; t < c.tokens; t += step) {
    tiles.table->attend[static_cast<int>(type)]({.kv = cache.head,
                                                 .head_size = c.head_size,
                                                 .tokens = std::min(step, c.tokens - t),
                                                 .group = c.group,
                                                 .position = c.position + t,
                                                 .stored = c.position + c.tokens,
                                                 .window = c.window,
                                                 .scale = 0.25f,
                                                 .softcap = c.softcap,
                                                 .query = q.data() + t * stride,
                                                 .query_stride = stride,
                                                 .out = out.data() + t * stride,
                                                 .out_stride = stride,
                                                 .scratch = scratch});
  }
  return out;
}

constexpr Case kTileCases[] = {
    {128, 6, 100, 0, 0, 0},     {128, 6, 128, 700, 0, 0}, {64, 7, 40, 250, 0, 0},
    {256, 4, 60, 240, 100, 0},  {64, 1, 40, 600, 33, 0},  {64, 4, 50, 510, 0, 20.0f},
    {48, 2, 33, 511, 257, 0},   {64, 2, 17, 1023, 1, 0},  {16, 1, 300, 3, 0, 0},
    {80, 3, 64, 255, 40, 5.0f}, {128, 1, 1, 0, 0, 0},
};

// BF16 keeps 8 bits of queries, keys, values and probabilities.
TEST(Attention, TilesAreNearTruthAndRowsDoNotDependOnTheSplit) {
  std::vector<Tiles> all;
  for (const KernelTable* table : UsableTables()) {
    if (table->attend_tiles != nullptr) all.push_back({table->attend_tiles, false});
    if (table->attend_float_scores != nullptr) all.push_back({table->attend_float_scores, true});
  }
  for (const Tiles& tiles : all) {
    for (const Case& c : kTileCases) {
      for (int type = 0; type < kKvTypes; ++type) {
        const Cache cache(*Table(cpu::Isa::kScalar), static_cast<Kv>(type), c);
        const std::vector<double> truth = Truth(c, cache);
        const auto whole = OnTiles(tiles, static_cast<Kv>(type), c, cache, c.tokens);
        double error = 0, size = 0;
        for (size_t i = 0; i < truth.size(); ++i) {
          ASSERT_NEAR(static_cast<double>(whole[i]), truth[i], 4e-2)
              << "type " << type << " head " << c.head_size << " position " << c.position << " at "
              << i;
          error += std::pow(static_cast<double>(whole[i]) - truth[i], 2);
          size += truth[i] * truth[i];
        }
        EXPECT_LT(error, size * 4e-4) << "type " << type << " position " << c.position;
        for (const int32_t step : {1, 16, 23}) {
          const auto split = OnTiles(tiles, static_cast<Kv>(type), c, cache, step);
          for (size_t i = 0; i < whole.size(); ++i) {
            ASSERT_EQ(std::bit_cast<uint32_t>(split[i]), std::bit_cast<uint32_t>(whole[i]))
                << "type " << type << " position " << c.position << " step " << step << " at " << i;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace hearth::kernels
