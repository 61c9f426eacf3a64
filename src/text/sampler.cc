// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "text/messages_sampler.h"

namespace hearth::text {
namespace {

constexpr double kInt32Max = std::numeric_limits<int32_t>::max();
constexpr float kMinusInf = -std::numeric_limits<float>::infinity();

struct Range {
  std::string_view name;
  double (*get)(const SamplerOptions&);
  double min, max;
  std::string_view text;  // the range as people read it: [ and ] include the bound
  bool open_min = false, open_max = false;
};

template <typename T>
constexpr double Wide(T value) {
  return static_cast<double>(value);
}

constexpr Range kRanges[] = {
    {"temperature", [](const SamplerOptions& o) { return Wide(o.temperature); }, 0, 5, "[0, 5]"},
    {"top_k", [](const SamplerOptions& o) { return Wide(o.top_k); }, 0, kInt32Max,
     "[0, 2147483647]"},
    {"top_p", [](const SamplerOptions& o) { return Wide(o.top_p); }, 0, 1, "(0, 1]", true},
    {"min_p", [](const SamplerOptions& o) { return Wide(o.min_p); }, 0, 1, "[0, 1)", false, true},
    {"repeat_penalty", [](const SamplerOptions& o) { return Wide(o.repeat_penalty); }, 0, 10,
     "(0, 10]", true},
    {"presence_penalty", [](const SamplerOptions& o) { return Wide(o.presence_penalty); }, -2, 2,
     "[-2, 2]"},
    {"frequency_penalty", [](const SamplerOptions& o) { return Wide(o.frequency_penalty); }, -2, 2,
     "[-2, 2]"},
    {"penalty_window", [](const SamplerOptions& o) { return Wide(o.penalty_window); }, 0, 65536,
     "[0, 65536]"},
};

// NaN counts as minus infinity everywhere, so that the order below is total.
float Clean(float logit) {
  return std::isnan(logit) ? kMinusInf : logit;
}

// Most likely first; equal logits: lowest id first.
bool Better(const TokenLogprob& a, const TokenLogprob& b) {
  return a.logprob != b.logprob ? a.logprob > b.logprob : a.token < b.token;
}

// exp(logit - max), defined for every input: infinite maxima share the mass among themselves, and
// logits that are all minus infinity count as equal.
double Weight(float logit, float max) {
  return logit == max ? 1.0 : std::exp(static_cast<double>(logit) - static_cast<double>(max));
}

bool UsesPenalties(const SamplerOptions& o) {
  return o.penalty_window > 0 &&
         (o.repeat_penalty != 1.0f || o.presence_penalty != 0.0f || o.frequency_penalty != 0.0f);
}

float Penalise(float logit, int count, const SamplerOptions& o) {
  logit = logit > 0 ? logit / o.repeat_penalty : logit * o.repeat_penalty;
  return logit - o.presence_penalty - o.frequency_penalty * static_cast<float>(count);
}

// Keeps the `limit` best of what is offered, as a heap whose front is the worst one kept.
class TopHeap {
 public:
  TopHeap(std::vector<TokenLogprob>* kept, size_t limit) : kept_(*kept), limit_(limit) {
    kept_.clear();
  }
  void Offer(Token token, float value) {
    const TokenLogprob item{token, value};
    if (kept_.size() < limit_) {
      kept_.push_back(item);
      std::push_heap(kept_.begin(), kept_.end(), Better);
    } else if (limit_ > 0 && Better(item, kept_.front())) {
      std::pop_heap(kept_.begin(), kept_.end(), Better);
      kept_.back() = item;
      std::push_heap(kept_.begin(), kept_.end(), Better);
    }
  }
  void Sort() { std::sort_heap(kept_.begin(), kept_.end(), Better); }

 private:
  std::vector<TokenLogprob>& kept_;
  size_t limit_;
};

// Shortens `c` to the smallest set whose probability reaches top_p, most likely first. A heap
// yields only as many as are needed, so the vocabulary is never sorted whole.
void CutTopP(std::vector<TokenLogprob>* c, float max, float top_p) {
  double total = 0;
  for (const TokenLogprob& item : *c) total += Weight(item.logprob, max);
  const auto worse = [](const TokenLogprob& a, const TokenLogprob& b) { return Better(b, a); };
  std::make_heap(c->begin(), c->end(), worse);
  double mass = 0;
  auto end = c->end();
  while (end != c->begin() && mass < static_cast<double>(top_p) * total) {
    std::pop_heap(c->begin(), end--, worse);
    mass += Weight(end->logprob, max);
  }
  c->erase(c->begin(), end);
  std::reverse(c->begin(), c->end());
}

}  // namespace

Status Validate(const SamplerOptions& options) {
  for (const Range& range : kRanges) {
    const double value = range.get(options);
    const bool low = range.open_min ? value > range.min : value >= range.min;
    const bool high = range.open_max ? value < range.max : value <= range.max;
    if (!low || !high) {  // NaN fails both
      return Fail(Code::kInvalidArgument, msg::kSamplerRange, range.name, value, range.text);
    }
  }
  return {};
}

Sampler::Sampler(const SamplerOptions& options) : options_(options) {
  window_.reserve(static_cast<size_t>(options_.penalty_window));
  recent_.reserve(static_cast<size_t>(options_.penalty_window));
}

int32_t Sampler::Top() const {
  if (UsesPenalties(options_)) return 0;
  return options_.temperature == 0.0f ? 1 : options_.top_k;
}

void Sampler::Accept(Token token) {
  const auto limit = static_cast<size_t>(options_.penalty_window);
  if (limit == 0) return;
  if (window_.size() < limit) {
    window_.push_back(token);
  } else {
    window_[next_] = token;
    next_ = (next_ + 1) % limit;
  }
}

void Sampler::Reset() {
  window_.clear();
  next_ = 0;
}

template <typename Visit>
void Sampler::ForEachPenalised(std::span<const float> logits, const Visit& visit) {
  const auto size = static_cast<Token>(logits.size());
  Token token = 0;
  if (UsesPenalties(options_)) {
    recent_.assign(window_.begin(), window_.end());
    std::ranges::sort(recent_);
    for (size_t i = 0; i < recent_.size();) {
      const Token seen = recent_[i];
      int count = 0;
      for (; i < recent_.size() && recent_[i] == seen; ++i) ++count;
      if (seen < 0 || seen >= size) continue;
      for (; token < seen; ++token) visit(token, Clean(logits[token]));
      visit(token++, Penalise(Clean(logits[seen]), count, options_));
    }
  }
  for (; token < size; ++token) visit(token, Clean(logits[token]));
}

Token Sampler::Sample(std::span<const float> logits, uint64_t position) {
  HEARTH_CHECK(!logits.empty());
  if (options_.temperature == 0.0f) {
    TokenLogprob best{0, kMinusInf};
    ForEachPenalised(logits, [&](Token token, float value) {
      if (value > best.logprob) best = {token, value};
    });
    return best.token;
  }

  std::vector<TokenLogprob>& c = candidates_;
  if (options_.top_k > 0 && static_cast<size_t>(options_.top_k) < logits.size()) {
    TopHeap heap(&c, static_cast<size_t>(options_.top_k));
    ForEachPenalised(logits, [&](Token token, float value) { heap.Offer(token, value); });
    heap.Sort();
  } else {
    c.clear();
    ForEachPenalised(logits, [&](Token token, float value) { c.push_back({token, value}); });
  }

  float max = kMinusInf;
  for (TokenLogprob& item : c) {
    item.logprob /= options_.temperature;
    max = std::max(max, item.logprob);
  }
  if (options_.top_p < 1.0f) CutTopP(&c, max, options_.top_p);
  if (options_.min_p > 0.0f) {
    std::erase_if(c, [&](const TokenLogprob& item) {
      return Weight(item.logprob, max) < static_cast<double>(options_.min_p);
    });
  }

  double total = 0;
  for (const TokenLogprob& item : c) total += Weight(item.logprob, max);
  double left = Philox(options_.seed).Uniform(position) * total;
  Token drawn = c.front().token;
  for (const TokenLogprob& item : c) {
    const double weight = Weight(item.logprob, max);
    if (weight > 0) drawn = item.token;  // rounding may leave a rest: the last possible one
    left -= weight;
    if (left < 0) break;
  }
  return drawn;
}

std::vector<TokenLogprob> TopLogprobs(std::span<const float> logits, int top, Token chosen) {
  std::vector<TokenLogprob> out;
  TopHeap heap(&out, static_cast<size_t>(std::max(top, 0)));
  float max = kMinusInf;
  for (float logit : logits) max = std::max(max, Clean(logit));
  double total = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    const float logit = Clean(logits[i]);
    total += Weight(logit, max);
    heap.Offer(static_cast<Token>(i), logit);
  }
  heap.Sort();
  const auto is_chosen = [&](const TokenLogprob& item) { return item.token == chosen; };
  if (chosen >= 0 && static_cast<size_t>(chosen) < logits.size() &&
      std::ranges::none_of(out, is_chosen)) {
    out.push_back({chosen, Clean(logits[chosen])});
  }
  for (TokenLogprob& item : out) {
    const double shifted =
        item.logprob == max ? 0.0 : static_cast<double>(item.logprob) - static_cast<double>(max);
    item.logprob = static_cast<float>(shifted - std::log(total));
  }
  return out;
}

}  // namespace hearth::text
