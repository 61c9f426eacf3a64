// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

// Reader of tests/golden/logits/*.logits (layout: tests/golden/logits/README.md) and the
// arithmetic that compares with it. Trusted data: a broken file gives nullopt, no explanation.
namespace hearth::golden {

struct Position {
  float mass;                    // sum of the probabilities below
  std::vector<int32_t> ids;      // [top], most likely first
  std::vector<float> log_probs;  // [top]
};

struct Record {
  int32_t vocabulary = 0;
  std::vector<std::vector<int32_t>> windows;     // token ids
  std::vector<std::vector<Position>> positions;  // [window][position]
};

class RecordReader {
 public:
  explicit RecordReader(std::vector<char> bytes) : bytes_(std::move(bytes)) {}

  template <typename T>
  T Take() {
    T value{};
    if (at_ + sizeof(T) > bytes_.size()) {
      failed_ = true;
      return value;
    }
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  int32_t TakeId() {  // 3 bytes
    const uint32_t low = Take<uint16_t>();
    return static_cast<int32_t>(low | static_cast<uint32_t>(Take<uint8_t>()) << 16);
  }
  bool failed() const { return failed_; }
  bool finished() const { return at_ == bytes_.size(); }

 private:
  std::vector<char> bytes_;
  size_t at_ = 0;
  bool failed_ = false;
};

inline std::optional<Record> ReadRecord(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  RecordReader reader({std::istreambuf_iterator<char>(file), {}});
  constexpr uint64_t kMagic = 0x315449474F4C5248;  // "HRLOGIT1"
  if (reader.Take<uint64_t>() != kMagic) {
    return std::nullopt;
  }
  Record record;
  record.vocabulary = reader.Take<int32_t>();
  const auto top = reader.Take<uint32_t>();
  record.windows.resize(reader.Take<uint32_t>() & 0xFF);
  for (auto& window : record.windows) {
    window.resize(reader.Take<uint32_t>() & 0xFFFFFF);
  }
  for (auto& window : record.windows) {
    for (int32_t& token : window) {
      token = reader.Take<int32_t>();
    }
  }
  for (const auto& window : record.windows) {
    auto& list = record.positions.emplace_back(window.size());
    for (size_t i = 0; i < window.size() && !reader.failed(); ++i) {
      list[i] = {reader.Take<float>(), std::vector<int32_t>(top), std::vector<float>(top)};
      for (int32_t& id : list[i].ids) {
        id = reader.TakeId();
      }
      for (float& value : list[i].log_probs) {
        value = reader.Take<float>();
      }
    }
  }
  return reader.failed() || !reader.finished() ? std::nullopt : std::optional(std::move(record));
}

inline int32_t Best(std::span<const float> logits) {
  return static_cast<int32_t>(std::ranges::max_element(logits) - logits.begin());
}

// Logarithm of the sum of exponentials.
inline double LogSumExp(std::span<const float> logits) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const double value : logits) {
    largest = std::max(largest, value);
  }
  double sum = 0;
  for (const double value : logits) {
    sum += std::exp(value - largest);
  }
  return largest + std::log(sum);
}

// Largest difference of the recorded log-probabilities from those of `logits` [vocabulary].
inline double MaxDifference(const Position& position, std::span<const float> logits) {
  const double total = LogSumExp(logits);
  double worst = 0;
  for (size_t i = 0; i < position.ids.size(); ++i) {
    const double ours = logits[static_cast<size_t>(position.ids[i])], truth = position.log_probs[i];
    const double difference = std::abs(ours - total - truth);
    worst = std::isnan(difference) ? std::numeric_limits<double>::infinity()
                                   : std::max(worst, difference);
  }
  return worst;
}

// Kullback-Leibler divergence of softmax(q) from softmax(p), in nats.
inline double Divergence(std::span<const float> p, std::span<const float> q) {
  const double total_p = LogSumExp(p), total_q = LogSumExp(q);
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const double log_p = double{p[i]} - total_p, log_q = double{q[i]} - total_q;
    sum += std::exp(log_p) * (log_p - log_q);
  }
  return sum;
}

}  // namespace hearth::golden
