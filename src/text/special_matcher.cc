// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/special_matcher.h"

#include <algorithm>
#include <map>
#include <queue>

#include "text/unicode.h"

namespace hearth::text {
namespace {

// Longer first, then the smaller token, then further left.
struct Later {
  bool operator()(const SpecialMatch& a, const SpecialMatch& b) const {
    const size_t a_size = a.end - a.begin;
    const size_t b_size = b.end - b.begin;
    if (a_size != b_size) return a_size < b_size;
    if (a.token != b.token) return a.token > b.token;
    return a.begin > b.begin;
  }
};

// Length of the white space that ends (or, for `forward`, begins) at `at`, inside [low, high).
size_t SpacesBefore(std::string_view text, size_t low, size_t at) {
  size_t begin = at;
  while (begin > low) {
    size_t p = begin - 1;
    while (p > low && (static_cast<uint8_t>(text[p]) & 0xC0) == 0x80) --p;
    const Utf8Step step = StepUtf8(text, p);
    if (step.status != Utf8::kValid || p + step.length != begin) break;
    if ((CharClass(step.code_point) & kSpace) == 0) break;
    begin = p;
  }
  return at - begin;
}

size_t SpacesAfter(std::string_view text, size_t at, size_t high) {
  size_t end = at;
  while (end < high) {
    const Utf8Step step = StepUtf8(text.substr(0, high), end);
    if (step.status != Utf8::kValid || (CharClass(step.code_point) & kSpace) == 0) break;
    end += step.length;
  }
  return end - at;
}

}  // namespace

bool SpecialMatcher::Add(std::string_view spelling, Token token, bool control, SpecialStrip strip) {
  if (spelling.empty()) return true;
  const auto index = static_cast<Token>(entries_.size());
  if (!trie_.Insert(spelling, index)) return false;
  entries_.push_back({token, control, strip});
  strips_ = strips_ || strip.left || strip.right;
  (control ? first_control_ : first_plain_)[static_cast<uint8_t>(spelling[0])] = true;
  return true;
}

SpecialMatch SpecialMatcher::LongestAt(std::string_view text, size_t at, size_t limit,
                                       Specials specials) const {
  SpecialMatch best{at, at, -1};
  uint32_t node = trie_.root();
  for (size_t i = at; i < limit; ++i) {
    node = trie_.Child(node, static_cast<uint8_t>(text[i]));
    if (node == ByteTrie::kNone) break;
    const Token value = trie_.Value(node);
    if (value < 0) continue;
    if (specials == Specials::kText && entries_[static_cast<size_t>(value)].control) continue;
    best = {at, i + 1, value};
  }
  return best;
}

// Longest first over a run of overlapping candidates. Each place offers its longest match; one that
// is cut off by a match taken behind it offers the next shorter one.
void SpecialMatcher::Resolve(std::string_view text, Specials specials,
                             std::vector<SpecialMatch>& cluster,
                             std::vector<SpecialMatch>& out) const {
  if (cluster.size() == 1) {
    out.push_back(cluster[0]);
    return;
  }
  std::priority_queue<SpecialMatch, std::vector<SpecialMatch>, Later> queue(Later{},
                                                                            std::move(cluster));
  std::map<size_t, SpecialMatch> taken;  // by begin
  while (!queue.empty()) {
    const SpecialMatch match = queue.top();
    queue.pop();
    const auto next = taken.lower_bound(match.begin);
    if (next != taken.begin() && std::prev(next)->second.end > match.begin) continue;
    if (next != taken.end() && next->first == match.begin) continue;
    if (next == taken.end() || next->first >= match.end) {
      taken.emplace(match.begin, match);
      continue;
    }
    const SpecialMatch shorter = LongestAt(text, match.begin, next->first, specials);
    if (shorter.token >= 0) queue.push(shorter);
  }
  for (const auto& [begin, match] : taken) out.push_back(match);
}

std::vector<SpecialMatch> SpecialMatcher::Find(std::string_view text, Specials specials) const {
  std::vector<SpecialMatch> out;
  if (entries_.empty()) return out;
  std::vector<SpecialMatch> cluster;
  size_t cluster_end = 0;
  for (size_t at = 0; at < text.size();) {
    const auto first = static_cast<uint8_t>(text[at]);
    const bool possible =
        first_plain_[first] || (specials == Specials::kParse && first_control_[first]);
    const SpecialMatch match =
        possible ? LongestAt(text, at, text.size(), specials) : SpecialMatch{at, at, -1};
    if (!cluster.empty() && at >= cluster_end) {
      Resolve(text, specials, cluster, out);
      cluster.clear();
    }
    if (match.token < 0) {
      ++at;
    } else if (order_ == Order::kLeftmostLongest) {
      out.push_back(match);
      at = match.end;
    } else {
      cluster.push_back(match);
      cluster_end = std::max(cluster_end, match.end);
      ++at;
    }
  }
  if (!cluster.empty()) Resolve(text, specials, cluster, out);
  if (strips_) ApplyStrips(text, out);
  for (SpecialMatch& match : out) match.token = entries_[static_cast<size_t>(match.token)].token;
  return out;
}

void SpecialMatcher::ApplyStrips(std::string_view text, std::vector<SpecialMatch>& matches) const {
  for (size_t i = 0; i < matches.size(); ++i) {
    SpecialMatch& match = matches[i];
    const SpecialStrip strip = entries_[static_cast<size_t>(match.token)].strip;
    const size_t low = i == 0 ? 0 : matches[i - 1].end;
    const size_t high = i + 1 < matches.size() ? matches[i + 1].begin : text.size();
    if (strip.left) match.begin -= SpacesBefore(text, low, match.begin);
    if (strip.right) match.end += SpacesAfter(text, match.end, high);
  }
}

}  // namespace hearth::text
