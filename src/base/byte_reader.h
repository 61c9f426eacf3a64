// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/os.h"
#include "base/result.h"

namespace hearth {

static_assert(std::endian::native == std::endian::little, "files are little endian, as are we");

// Reads little-endian fields in order, from memory or from a file in bounded chunks, and never past
// the end: kDataLoss ("file.short") naming the byte that was needed. Nothing is allocated for a
// length before that many bytes are known to be there.
class ByteReader {
 public:
  // `bytes` must outlive the reader; `name` stands in errors.
  ByteReader(std::span<const uint8_t> bytes, std::string name);
  // Reads [0, size) of `file`, which must outlive the reader.
  ByteReader(const os::File& file, uint64_t size, uint64_t chunk_bytes = 1 << 20);

  const std::string& name() const { return name_; }
  uint64_t position() const { return window_start_ + at_; }
  uint64_t remaining() const { return size_ - position(); }
  uint64_t size() const { return size_; }

  template <typename T>
  Result<T> Read() {
    static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>);
    T value;
    if (window_.size() - at_ >= sizeof(T)) {
      std::memcpy(&value, window_.data() + at_, sizeof(T));
      at_ += sizeof(T);
      return value;
    }
    uint8_t raw[sizeof(T)];
    HEARTH_TRY(ReadBytes(raw));
    std::memcpy(&value, raw, sizeof(T));
    return value;
  }
  Status ReadBytes(std::span<uint8_t> out);
  Result<std::string> ReadString(uint64_t bytes);
  Status Skip(uint64_t bytes);

 private:
  Status Need(uint64_t bytes) const;
  Status Refill();

  const os::File* file_ = nullptr;  // null: all bytes are in window_
  std::string name_;
  uint64_t size_ = 0;
  uint64_t chunk_bytes_ = 0;
  std::vector<uint8_t> buffer_;
  std::span<const uint8_t> window_;  // bytes [window_start_, window_start_ + window_.size())
  uint64_t window_start_ = 0;
  uint64_t at_ = 0;  // inside window_
};

}  // namespace hearth
