// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
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

// If more than this share of the panels may hold the best row by the high bits, the middle ones
// are asked before all.
constexpr int64_t kMostCoarse = 6;

struct Best {
  float value;
  int32_t row;
};
bool Better(const Best& a, const Best& b) {
  return a.value != b.value ? a.value > b.value : a.row < b.row;
}

// A model that finds little likely now will find little likely soon: so many steps begin with the
// middle bits, twice as many each time when the next one with the high bits alone is in vain.
struct Doubt {
  int64_t steps, last;
  static constexpr int64_t kMost = 32;

  void Vain() { steps = last = std::clamp<int64_t>(2 * last, 1, kMost); }
  void Gone() { last = 0; }
};

// What the threads share, in a room of ScreenBytes.
struct Room {
  float* highest;   // [tokens][panel_stride] estimates
  float* variance;  // [panels] of their errors, in shares
  uint8_t* tokens;  // [threads] ScreenTokens
  Best* best;       // [threads][tokens][top], value NaN: none
  Doubt* doubt;     // from call to call
  int64_t* wanted;  // [threads] panels
  int64_t panel_stride;
};

// Where the parts of a room, and of the tokens of a thread, begin, in bytes.
struct RoomPlan {
  uint64_t panels, variance, tokens, best, doubt, wanted, end;
  uint64_t start, d, share, rounded, terms, tokens_end;
};
RoomPlan PlanRoom(int64_t rows, int64_t columns, int32_t threads) {
  constexpr uint64_t kTokens = kernels::kTokenGroup;
  const uint64_t blocks = CeilDiv(static_cast<uint64_t>(columns), 32);
  const uint64_t supers = CeilDiv(blocks, quant::kSuperBlocks);
  const auto team = static_cast<uint64_t>(threads);
  RoomPlan plan = {};
  plan.start = kTokens * 32 * blocks;
  plan.d = plan.start + kTokens * sizeof(int32_t) * blocks;
  plan.share = plan.d + kTokens * sizeof(float) * supers;
  plan.rounded = plan.share + sizeof(int32_t) * blocks;
  plan.terms = plan.rounded + sizeof(float) * supers;
  plan.tokens_end = RoundUp(plan.terms + kTokens * sizeof(float) * (2 * blocks + supers), 64);
  plan.panels = RoundUp(CeilDiv(static_cast<uint64_t>(rows), quant::kPanelRows), 16);
  plan.variance = kTokens * plan.panels * sizeof(float);
  plan.tokens = plan.variance + plan.panels * sizeof(float);
  plan.best = plan.tokens + team * plan.tokens_end;
  plan.doubt = plan.best + team * kMostScreened * sizeof(Best);
  plan.wanted = plan.doubt + sizeof(Doubt);
  plan.end = plan.wanted + team * sizeof(int64_t);
  return plan;
}

Room RoomAt(uint8_t* at, const RoomPlan& plan) {
  return {reinterpret_cast<float*>(at),
          reinterpret_cast<float*>(at + plan.variance),
          at + plan.tokens,
          reinterpret_cast<Best*>(at + plan.best),
          reinterpret_cast<Doubt*>(at + plan.doubt),
          reinterpret_cast<int64_t*>(at + plan.wanted),
          static_cast<int64_t>(plan.panels)};
}

// What the bits of a code say, in units of the scale of its weight: the high ones, `both`: and the
// middle ones. The others are called low here.
struct Parts {
  bool halves;   // a scale for 16 columns, not 32
  float values;  // of the low bits
  float zero;    // with the low bits in their middle, in steps of the high ones
  // Variances per square of an activation: of the low bits, and, as bounds, of a whole code and of
  // a rounded `start`.
  float low, code, start;
};
Parts PartsOf(quant::Type type, bool both) {
  const quant::PackRow& row = quant::PackRowOf(type);
  const quant::SplitCodes split = quant::SplitOf(row.codes);
  const auto zero = static_cast<float>(row.zero);
  const auto values = static_cast<float>(1 << (split.low_bits + (both ? 0 : split.middle_bits)));
  return {.halves = row.group == 16,
          .values = values,
          .zero = (zero - (values - 1) / 2) / values,
          .low = (values * values - 1) / 12,
          .code = zero * zero,
          .start = values * values / 4};
}

// 16 columns of a token in another scale: `ratio` is the one they have over that.
struct Rescaled {
  int32_t sum;
  float squares, lost;  // of what they were, and of the difference
};
Rescaled Rescale(const int8_t* q, float ratio, int8_t* out) {
  constexpr float kRound = 12582912;  // 1.5 * 2^23: a sum with it has no fraction
  Rescaled result = {};
  int32_t squares = 0;
  for (int i = 0; i < 16; ++i) {
    const float x = static_cast<float>(q[i]) * ratio;
    const float rounded = (x + kRound) - kRound;
    out[i] = static_cast<int8_t>(rounded);
    result.sum += out[i];
    squares += q[i] * q[i];
    result.lost += (x - rounded) * (x - rounded);
  }
  result.squares = static_cast<float>(squares) * ratio * ratio;
  return result;
}

// The tokens of a group for a screen, from their int8 form.
class Tokens {
 public:
  Tokens(const kernels::QuantizedTokens& q, int64_t tokens, int64_t columns, uint8_t* room,
         const RoomPlan& plan)
      : q_(q),
        group_(kernels::PaddedGroup(tokens)),
        blocks_(columns / 32),
        x_{reinterpret_cast<int8_t*>(room), reinterpret_cast<int32_t*>(room + plan.start),
           reinterpret_cast<float*>(room + plan.d), reinterpret_cast<int32_t*>(room + plan.share),
           reinterpret_cast<float*>(room + plan.rounded)},
        terms_(reinterpret_cast<float*>(room + plan.terms)),
        rounded_(terms_ + group_ * 2 * blocks_) {}

  // Variances of a token's errors are `factor(token)` times those of the screen.
  void Fill(const Parts& parts) {
    for (int64_t m = 0; m < group_; ++m) {
      for (int64_t b = 0; b < blocks_; b += quant::kSuperBlocks) FillSuper(parts, m, b);
      float total = 0;
      for (int64_t i = 0; i < 2 * blocks_; ++i) total += Terms(m)[i];
      factor_[static_cast<size_t>(m)] = total / kernels::kScreenShare;
    }
    for (int64_t b = 0; b < blocks_; ++b) {
      const int32_t first = Share(2 * b), second = Share(2 * b + 1);
      x_.share[b] = parts.halves ? first << 16 | second : std::max(first, second);
    }
    for (int64_t i = 0; i * quant::kSuperBlocks < blocks_; ++i) {
      x_.rounded[i] = 0;
      for (int64_t m = 0; m < group_; ++m) {
        x_.rounded[i] = std::max(x_.rounded[i], rounded_[i * group_ + m] / factor(m));
      }
    }
  }
  float factor(int64_t token) const { return factor_[static_cast<size_t>(token)]; }
  const kernels::ScreenTokens& form() const { return x_; }

 private:
  float* Terms(int64_t token) const { return terms_ + token * 2 * blocks_; }

  // The blocks from `begin` on, with one scale. What is not a number leaves estimates that are
  // none.
  void FillSuper(const Parts& parts, int64_t m, int64_t begin) {
    const int64_t end = std::min<int64_t>(begin + quant::kSuperBlocks, blocks_);
    float d = 0, all = 0;
    for (int64_t b = begin; b < end; ++b) {
      d = std::max(d, q_.d[b * group_ + m]);
      all += q_.d[b * group_ + m];
    }
    if (!std::isfinite(all)) d = std::numeric_limits<float>::quiet_NaN();
    x_.d[begin / quant::kSuperBlocks * group_ + m] = parts.values * d;
    float rounded = 0;
    for (int64_t b = begin; b < end; ++b) {
      const int64_t at = b * group_ + m;
      const float ratio = d > 0 ? q_.d[at] / d : 0;
      int32_t starts[2];
      float* const terms = Terms(m) + 2 * b;
      for (int half = 0; half < 2; ++half) {
        const Rescaled r = Rescale(q_.q + 32 * at + 16 * half, ratio, x_.q + 32 * at + 16 * half);
        starts[half] = r.sum;
        terms[half] = d * d * (parts.low * r.squares + parts.code * r.lost + parts.start);
        rounded += d * d * kRounding *
                   (static_cast<float>(r.sum) * static_cast<float>(r.sum) + r.squares + r.lost);
      }
      if (parts.halves) {
        for (int32_t& start : starts) start = Start(parts, start) + kernels::kScreenBias;
        x_.start[at] = starts[1] << 16 | starts[0];
      } else {
        x_.start[at] = Start(parts, starts[0] + starts[1]);
      }
    }
    rounded_[begin / quant::kSuperBlocks * group_ + m] = rounded;
  }
  // Of a byte of screen_amx.inl, two roundings of which the second counts for half of the weights:
  // 32^2 * (1 / 12 + 1 / 24). They belong to a scale and its codes, so that the errors of 16
  // columns lie between independent ones and one and the same.
  static constexpr float kRounding = 128;
  static int32_t Start(const Parts& parts, int32_t sum) {
    return static_cast<int32_t>(std::lrint(-parts.zero * static_cast<float>(sum)));
  }

  // The largest that a term is of the variance of a token.
  int32_t Share(int64_t term) const {
    float most = 0;
    for (int64_t m = 0; m < group_; ++m) {
      const float share = Terms(m)[term] / factor_[static_cast<size_t>(m)];
      if (share > most) most = share;
    }
    return std::min(static_cast<int32_t>(std::min(std::ceil(most), 1e9f)), kernels::kScreenShare);
  }

  const kernels::QuantizedTokens& q_;
  const int64_t group_, blocks_;
  const kernels::ScreenTokens x_;
  float* const terms_;    // [group][columns / 16] of the variance
  float* const rounded_;  // [super-blocks][group] of what rounding of weights adds
  std::array<float, kernels::kTokenGroup> factor_;
};

// The best of the estimates of rows [first, last), best first in order of heaps; NaN: none.
void FindBest(const float* highest, const float* out, int64_t first, int64_t last,
              std::span<Best> best) {
  size_t size = 0;
  for (int64_t row = first; row < last; row += quant::kPanelRows) {
    const bool full = size == best.size();
    if (full && highest[row / quant::kPanelRows] <= best.front().value) continue;
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

// The `top` best of a token that all threads found.
std::vector<Best> MergeBest(const Room& room, int64_t tokens, int64_t token, int32_t top,
                            int32_t threads) {
  std::vector<Best> best;
  for (int64_t i = 0; i < threads; ++i) {
    const Best* at = room.best + (i * tokens + token) * top;
    std::copy_if(at, at + top, std::back_inserter(best),
                 [](const Best& item) { return !std::isnan(item.value); });
  }
  const size_t kept = std::min(best.size(), static_cast<size_t>(top));
  std::ranges::partial_sort(best, best.begin() + static_cast<int64_t>(kept), Better);
  best.resize(kept);
  return best;
}

// The least product of those rows. Too few numbers: all are wanted.
float LeastOf(std::span<const Best> best, int32_t top, int64_t rows, const float* out) {
  float least = std::numeric_limits<float>::infinity();
  for (const Best& item : best) least = std::min(least, out[item.row]);
  const auto kept = static_cast<int64_t>(best.size());
  return kept < top && kept < rows ? -least : least;
}

kernels::ScreenFn ScreenOf(const Kernels& kernels, const tensor::Weight& weight, bool both,
                           int64_t tokens) {
  const auto type = static_cast<size_t>(weight.type);
  const bool tiles = kernels.matrix_unit != nullptr && both && tokens > 1 &&
                     weight.columns % quant::kSuperColumns == 0 &&
                     weight.columns <= kernels::kScreenTileColumns;
  const kernels::ScreenFn on_tiles = tiles ? kernels.matrix_unit->screen[type] : nullptr;
  return on_tiles != nullptr ? on_tiles : kernels.screen[type];
}

// The estimates of all rows, which every thread may read when this returns.
void Estimate(const Kernels& kernels, const tensor::Weight& weight, bool both, const Input& input,
              const Worker& worker, Rows out, const Room& room, Tokens& tokens) {
  constexpr int64_t kGrain = 64;  // panels of a stretch at least
  tokens.Fill(PartsOf(weight.type, both));
  kernels::ScreenArgs args = {.panels = weight.data,
                              .panel_bytes = weight.panel_bytes,
                              .middle = both ? weight.panel(0).middle : nullptr,
                              .rows = static_cast<int64_t>(weight.rows),
                              .columns = static_cast<int64_t>(RoundUp(weight.columns, 32)),
                              .first_panel = 0,
                              .last_panel = 0,
                              .tokens = input.tokens,
                              .x = tokens.form(),
                              .out = out.data,
                              .out_stride = out.stride,
                              .highest = room.highest,
                              .panel_stride = room.panel_stride,
                              .variance = room.variance};
  const kernels::ScreenFn screen = ScreenOf(kernels, weight, both, input.tokens);
  worker.Divide(static_cast<int64_t>(weight.panels()), kGrain, [&](int64_t first, int64_t last) {
    args.first_panel = first;
    args.last_panel = last;
    screen(args);
  });
  worker.Barrier();
}

// Of the panels of one thread those with a row that may be among the best of a token, whose least
// product is `least`; what is not a number may.
std::vector<int64_t> Wanted(const Room& room, const Tokens& tokens, std::span<const float> least,
                            int64_t first, int64_t last) {
  std::vector<int64_t> wanted;
  const auto may = [&](int64_t panel) {
    for (size_t t = 0; t < least.size(); ++t) {
      const auto token = static_cast<int64_t>(t);
      const float gap = least[t] - room.highest[token * room.panel_stride + panel];
      const float variance = room.variance[panel] * tokens.factor(token);
      if (!(gap > 0 && gap * gap > kDeviations * kDeviations * variance)) return true;
    }
    return false;
  };
  for (int64_t panel = first / quant::kPanelRows; panel * quant::kPanelRows < last; ++panel) {
    if (may(panel)) wanted.push_back(panel);
  }
  return wanted;
}

}  // namespace

bool Screens(const Kernels& kernels, const tensor::Weight& weight, int64_t tokens, int32_t top) {
  // The errors of a group have one bound for all of its tokens, and each wants other panels.
  const int64_t most = tokens == 1 ? kMostScreened : kMostScreened / 2 / tokens;
  return kernels.screen[static_cast<size_t>(weight.type)] != nullptr && top > 0 && top <= most &&
         tokens <= kernels::kTokenGroup;
}

uint64_t ScreenBytes(int64_t rows, int64_t columns, int32_t threads) {
  return PlanRoom(rows, columns, threads).end;
}

void MatMulTop(const Kernels& kernels, const Product& product, const Input& input, int32_t top,
               Rows out, uint8_t* room_bytes, const Worker& worker) {
  const tensor::Weight& weight = *product.weight;
  HEARTH_CHECK(Screens(kernels, weight, input.tokens, top));
  const auto rows = static_cast<int64_t>(weight.rows);
  const auto columns = static_cast<int64_t>(RoundUp(weight.columns, 32));
  const RoomPlan plan = PlanRoom(rows, columns, worker.count);
  const Room room = RoomAt(room_bytes, plan);
  const auto [first, last] = worker.Share(rows, quant::kPanelRows);
  const auto index = static_cast<uint64_t>(worker.index);
  Tokens tokens(input.q, input.tokens, columns, room.tokens + index * plan.tokens_end, plan);
  // The high bits alone tell what is most likely, mostly, but not what is among many.
  const bool greedy = input.tokens == 1 && top == 1;
  const bool coarse = greedy && room.doubt->steps == 0;
  Estimate(kernels, weight, !coarse, input, worker, out, room, tokens);
  for (int64_t t = 0; t < input.tokens; ++t) {
    FindBest(room.highest + t * room.panel_stride, out[t], first, last,
             {room.best + (worker.index * input.tokens + t) * top, static_cast<size_t>(top)});
  }
  worker.Barrier();
  if (greedy && !coarse && worker.index == 0) --room.doubt->steps;

  // The panels of the `top` largest estimates: the least of their products is one that so many rows
  // reach. A panel that one token wants is multiplied with all: that costs little more.
  std::vector<std::vector<Best>> best;
  std::vector<int64_t> exact;
  for (int64_t t = 0; t < input.tokens; ++t) {
    best.push_back(MergeBest(room, input.tokens, t, top, worker.count));
    for (const Best& item : best.back()) exact.push_back(item.row / quant::kPanelRows);
  }
  std::ranges::sort(exact);
  exact.erase(std::ranges::unique(exact).begin(), exact.end());
  const auto multiply = [&](int64_t panel) {
    const int64_t row = panel * quant::kPanelRows;
    MatMul(kernels, product, row, std::min(row + quant::kPanelRows, rows), input, out);
  };
  for (size_t i = static_cast<size_t>(worker.index); i < exact.size();
       i += static_cast<size_t>(worker.count)) {
    multiply(exact[i]);
  }
  worker.Barrier();

  std::array<float, kernels::kTokenGroup> least_of;
  const std::span least = std::span(least_of).first(static_cast<size_t>(input.tokens));
  for (int64_t t = 0; t < input.tokens; ++t) {
    least[static_cast<size_t>(t)] = LeastOf(best[static_cast<size_t>(t)], top, rows, out[t]);
  }
  std::vector<int64_t> wanted = Wanted(room, tokens, least, first, last);
  if (coarse) {
    room.wanted[worker.index] = static_cast<int64_t>(wanted.size());
    worker.Barrier();
    const int64_t all = std::reduce(room.wanted, room.wanted + worker.count);
    const bool vain = all > static_cast<int64_t>(weight.panels()) / kMostCoarse;
    if (worker.index == 0) vain ? room.doubt->Vain() : room.doubt->Gone();
    if (vain) {
      Estimate(kernels, weight, true, input, worker, out, room, tokens);
      wanted = Wanted(room, tokens, least, first, last);
      exact.clear();  // estimates lie over what was there
    }
  }
  for (const int64_t panel : wanted) {
    if (!std::ranges::binary_search(exact, panel)) multiply(panel);
  }
}

}  // namespace hearth::ops
