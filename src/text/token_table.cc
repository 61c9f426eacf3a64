// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/token_table.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

#include "text/messages_tokenizer.h"

namespace hearth::text {
namespace {

constexpr uint64_t kMix = 0x9E3779B97F4A7C15;

}  // namespace

void StringArena::Reserve(size_t strings, size_t bytes) {
  offsets_.reserve(strings + 1);
  blob_.reserve(bytes);
}

void StringArena::Add(std::string_view text) {
  blob_.append(text);
  offsets_.push_back(static_cast<uint32_t>(blob_.size()));
}

uint64_t ProcessSeed() {
  static const uint64_t seed = [] {
    std::random_device device;
    return uint64_t{device()} << 32 | device();
  }();
  return seed;
}

uint64_t HashBytes(std::string_view text, uint64_t seed) {
  uint64_t h = seed ^ (text.size() * kMix);
  const char* p = text.data();
  size_t n = text.size();
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word = 0;
    std::memcpy(&word, p, 8);
    h = MultiplyFold(h ^ word, kMix ^ seed);
  }
  uint64_t word = 0;
  if (n != 0) std::memcpy(&word, p, n);
  return MultiplyFold(h ^ word, kMix + seed);
}

void StringIndex::Reserve(size_t count) {
  slots_.assign(std::bit_ceil(count * 2 + 2), Slot{});
  seed_ = ProcessSeed();
}

Token StringIndex::Insert(const StringArena& strings, Token token) {
  const std::string_view text = strings[static_cast<size_t>(token)];
  const uint64_t hash = HashBytes(text, seed_);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    Slot& slot = slots_[i];
    if (slot.token < 0) {
      slot = {tag, token};
      return -1;
    }
    if (slot.tag == tag && strings[static_cast<size_t>(slot.token)] == text) return slot.token;
  }
}

Token StringIndex::Find(const StringArena& strings, std::string_view text) const {
  if (slots_.empty()) return -1;
  const uint64_t hash = HashBytes(text, seed_);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.token < 0) return -1;
    if (slot.tag == tag && strings[static_cast<size_t>(slot.token)] == text) return slot.token;
  }
}

Result<TokenTable> TokenTable::Make(const std::vector<std::string_view>& tokens,
                                    std::vector<double> scores, std::vector<TokenKind> kinds) {
  if (tokens.size() > kMaxTokens) {
    return Fail(Code::kDataLoss, msg::kTokenizerTooMany, tokens.size(), "tokens", kMaxTokens);
  }
  if (!scores.empty() && scores.size() != tokens.size()) {
    return Fail(Code::kDataLoss, msg::kTokenizerLength, "scores", scores.size(), tokens.size());
  }
  if (!kinds.empty() && kinds.size() != tokens.size()) {
    return Fail(Code::kDataLoss, msg::kTokenizerLength, "token_type", kinds.size(), tokens.size());
  }
  size_t bytes = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].size() > kMaxTokenBytes) {
      return Fail(Code::kDataLoss, msg::kTokenizerTokenTooLong, i, tokens[i].size(),
                  kMaxTokenBytes);
    }
    bytes += tokens[i].size();
  }
  if (bytes > kMaxVocabularyBytes) {
    return Fail(Code::kDataLoss, msg::kTokenizerTooMany, bytes, "bytes", kMaxVocabularyBytes);
  }
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!std::isfinite(scores[i])) return Fail(Code::kDataLoss, msg::kTokenizerScore, i);
  }

  TokenTable table;
  table.spellings_.Reserve(tokens.size(), bytes);
  table.index_.Reserve(tokens.size());
  for (size_t i = 0; i < tokens.size(); ++i) {
    table.spellings_.Add(tokens[i]);
    table.longest_ = std::max(table.longest_, tokens[i].size());
    if (tokens[i].empty()) continue;
    const Token other = table.index_.Insert(table.spellings_, static_cast<Token>(i));
    if (other >= 0) {
      return Fail(Code::kDataLoss, msg::kTokenizerDuplicate, other, i, tokens[i]);
    }
  }
  table.scores_ = std::move(scores);
  table.kinds_ =
      kinds.empty() ? std::vector<TokenKind>(tokens.size(), TokenKind::kNormal) : std::move(kinds);
  return table;
}

size_t ByteTrie::SlotOf(uint32_t key) const {
  const size_t mask = edges_.size() - 1;
  size_t i = (key * kMix >> 40) & mask;
  while (edges_[i].key != kNone && edges_[i].key != key) i = (i + 1) & mask;
  return i;
}

uint32_t ByteTrie::Child(uint32_t node, uint8_t byte) const {
  const Edge& edge = edges_[SlotOf(node << 8 | byte)];
  return edge.key == kNone ? kNone : edge.child;
}

void ByteTrie::Grow() {
  const std::vector<Edge> old = std::move(edges_);
  edges_.assign(old.size() * 2, Edge{});
  for (const Edge& edge : old) {
    if (edge.key != kNone) edges_[SlotOf(edge.key)] = edge;
  }
}

bool ByteTrie::Insert(std::string_view key, Token value) {
  constexpr size_t kMaxNodes = (size_t{1} << 24) - 1;
  uint32_t node = 0;
  for (const char c : key) {
    const uint32_t edge_key = node << 8 | static_cast<uint8_t>(c);
    size_t slot = SlotOf(edge_key);
    if (edges_[slot].key == kNone) {
      if (values_.size() >= kMaxNodes) return false;
      if (values_.size() * 2 > edges_.size()) {
        Grow();
        slot = SlotOf(edge_key);
      }
      edges_[slot] = {edge_key, static_cast<uint32_t>(values_.size())};
      values_.push_back(-1);
    }
    node = edges_[slot].child;
  }
  values_[node] = value;
  return true;
}

int ParseByteToken(std::string_view spelling) {
  if (spelling.size() != 6 || !spelling.starts_with("<0x") || spelling[5] != '>') return -1;
  int value = 0;
  for (const char c : spelling.substr(3, 2)) {
    int digit = 0;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

}  // namespace hearth::text
