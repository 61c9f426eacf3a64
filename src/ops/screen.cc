// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "base/checked.h"
#include "ops/ops.h"

namespace hearth::ops {
namespace {

// The low bits of weights are as good as random, so an error of more than eight standard deviations
// has a probability below 2 e^-32 = 3e-14 a row (Hoeffding 1963: bounded independent terms). The
// largest of 7 million that were measured had 5.8 (docs/speed.md).
constexpr float kDeviations = 8;

struct Best {
  float value;
  int32_t row;
};
bool Better(const Best& a, const Best& b) {
  return a.value != b.value ? a.value > b.value : a.row < b.row;
}

// What the threads share, in a room of ScreenBytes.
struct Room {
  float* highest;   // [panels] estimate
  float* variance;  // [panels] of its error
  float* groups;    // [threads][3][columns / 16]: step, middle, spread of each group
  Best* best;       // [threads][top], value NaN: none
};

// Where the parts of a room begin, in bytes.
struct RoomPlan {
  uint64_t variance, groups, best, end;
};
RoomPlan PlanRoom(int64_t rows, int64_t columns, int32_t threads) {
  const uint64_t panels = RoundUp(CeilDiv(static_cast<uint64_t>(rows), quant::kPanelRows), 16);
  const auto floats = static_cast<uint64_t>(3 * ((columns + 31) / 32 * 2) * threads);
  RoomPlan plan = {};
  plan.variance = panels * sizeof(float);
  plan.groups = 2 * plan.variance;
  plan.best = plan.groups + RoundUp(floats, 16) * sizeof(float);
  plan.end = plan.best + static_cast<uint64_t>(kMostScreened * threads) * sizeof(Best);
  return plan;
}

Room RoomAt(uint8_t* at, const RoomPlan& plan) {
  return {reinterpret_cast<float*>(at), reinterpret_cast<float*>(at + plan.variance),
          reinterpret_cast<float*>(at + plan.groups), reinterpret_cast<Best*>(at + plan.best)};
}

// Fills step, middle and spread of ScreenArgs, [3][columns / 16], from the token's int8 form.
void FillGroups(quant::Type type, const kernels::QuantizedTokens& q, int64_t columns,
                float* groups) {
  const quant::PackRow& row = quant::PackRowOf(type);
  const int64_t stride = columns / 16, count = columns / row.group;
  const float values = static_cast<float>(1 << quant::SplitOf(row.codes).low_bits);
  const float middle = (values - 1) / 2 - static_cast<float>(row.zero);
  const float variance = (values * values - 1) / 12;
  for (int64_t g = 0; g < count; ++g) {
    const int64_t first = g * row.group;
    int32_t sum = 0, squares = 0;
    for (int64_t i = first / 16; i < (first + row.group) / 16; ++i) sum += q.sum[i];
    for (int64_t c = first; c < first + row.group; ++c) squares += q.q[c] * q.q[c];
    const float d = q.d[first / 32];
    groups[g] = values * d;
    groups[stride + g] = middle * (d * static_cast<float>(sum));
    groups[2 * stride + g] = variance * (d * d * static_cast<float>(squares));
  }
}

// The best of the estimates of rows [first, last), best first in order of heaps; NaN: none.
void FindBest(const Room& room, const float* out, int64_t first, int64_t last,
              std::span<Best> best) {
  size_t size = 0;
  for (int64_t row = first; row < last; row += quant::kPanelRows) {
    const bool full = size == best.size();
    if (full && room.highest[row / quant::kPanelRows] <= best.front().value) continue;
    for (int64_t i = row; i < std::min(row + quant::kPanelRows, last); ++i) {
      const Best item = {out[i], static_cast<int32_t>(i)};
      if (std::isnan(item.value)) continue;
      if (size < best.size()) {
        best[size++] = item;
        std::push_heap(best.begin(), best.begin() + static_cast<int64_t>(size), Better);
      } else if (item.value > best.front().value) {
        std::ranges::pop_heap(best, Better);
        best.back() = item;
        std::ranges::push_heap(best, Better);
      }
    }
  }
  for (Best& none : best.subspan(size)) none = {std::numeric_limits<float>::quiet_NaN(), 0};
}

}  // namespace

bool Screens(const Kernels& kernels, const tensor::Weight& weight) {
  return kernels.screen[static_cast<size_t>(weight.type)] != nullptr;
}

uint64_t ScreenBytes(int64_t rows, int64_t columns, int32_t threads) {
  return PlanRoom(rows, columns, threads).end;
}

void MatMulTop(const Kernels& kernels, const Product& product, const Input& input, int32_t top,
               float* out, uint8_t* room_bytes, const Worker& worker) {
  HEARTH_CHECK(input.tokens == 1 && top > 0 && top <= kMostScreened);
  const tensor::Weight& weight = *product.weight;
  const auto rows = static_cast<int64_t>(weight.rows);
  const auto columns = static_cast<int64_t>(RoundUp(weight.columns, 32));
  const Room room = RoomAt(room_bytes, PlanRoom(rows, columns, worker.count));
  const auto [first, last] = worker.Share(rows, quant::kPanelRows);
  const int64_t groups = columns / 16;
  float* const mine = room.groups + worker.index * 3 * groups;
  FillGroups(weight.type, input.q, columns, mine);
  if (first < last) {
    kernels.screen[static_cast<size_t>(weight.type)](
        {.panels = weight.data,
         .panel_bytes = weight.panel_bytes,
         .rows = rows,
         .columns = columns,
         .first_panel = first / quant::kPanelRows,
         .last_panel = static_cast<int64_t>(CeilDiv(static_cast<uint64_t>(last), 16)),
         .q = input.q.q,
         .step = mine,
         .middle = mine + groups,
         .spread = mine + 2 * groups,
         .out = out,
         .highest = room.highest,
         .variance = room.variance});
  }
  const auto share = static_cast<size_t>(top);
  FindBest(room, out, first, last, {room.best + static_cast<size_t>(worker.index) * share, share});
  worker.Barrier();

  // The panels of the `top` largest estimates: the least of their products is one that so many rows
  // reach.
  std::vector<Best> best(room.best, room.best + static_cast<size_t>(worker.count) * share);
  std::erase_if(best, [](const Best& item) { return std::isnan(item.value); });
  const size_t kept = std::min(best.size(), share);
  std::ranges::partial_sort(best, best.begin() + static_cast<int64_t>(kept), Better);
  best.resize(kept);
  std::vector<int64_t> exact;
  for (const Best& item : best) exact.push_back(item.row / quant::kPanelRows);
  std::ranges::sort(exact);
  exact.erase(std::ranges::unique(exact).begin(), exact.end());
  const auto multiply = [&](int64_t panel) {
    const int64_t row = panel * quant::kPanelRows;
    MatMul(kernels, product, row, std::min(row + quant::kPanelRows, rows), input, {out, rows});
  };
  for (size_t i = static_cast<size_t>(worker.index); i < exact.size();
       i += static_cast<size_t>(worker.count)) {
    multiply(exact[i]);
  }
  worker.Barrier();

  float least = std::numeric_limits<float>::infinity();
  for (const Best& item : best) least = std::min(least, out[item.row]);
  if (kept < share && kept < weight.rows) least = -least;  // too few numbers: all are wanted
  // Every other panel with a row that may reach it; what is not a number may.
  for (int64_t row = first; row < last; row += quant::kPanelRows) {
    const int64_t panel = row / quant::kPanelRows;
    const float gap = least - room.highest[panel];
    const bool below = gap > 0 && gap * gap > kDeviations * kDeviations * room.variance[panel];
    if (!below && !std::ranges::binary_search(exact, panel)) multiply(panel);
  }
}

}  // namespace hearth::ops
