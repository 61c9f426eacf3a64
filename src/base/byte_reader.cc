// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/byte_reader.h"

#include <algorithm>
#include <utility>

#include "base/messages.h"

namespace hearth {

ByteReader::ByteReader(std::span<const uint8_t> bytes, std::string name)
    : name_(std::move(name)), size_(bytes.size()), window_(bytes) {}

ByteReader::ByteReader(const os::File& file, uint64_t size, uint64_t chunk_bytes)
    : file_(&file), name_(file.path()), size_(size), chunk_bytes_(chunk_bytes) {
  HEARTH_CHECK(chunk_bytes > 0);
}

Status ByteReader::Need(uint64_t bytes) const {
  if (bytes <= remaining()) return {};
  const uint64_t needed = position() + bytes;
  // A length near 2^64 wraps: then the last byte of all is named.
  return Fail(Code::kDataLoss, msg::kFileShort, name_, needed < bytes ? UINT64_MAX : needed);
}

Status ByteReader::Refill() {
  window_start_ += at_;
  at_ = 0;
  window_ = {};
  buffer_.resize(std::min(chunk_bytes_, size_ - window_start_));
  HEARTH_TRY(file_->ReadAt(window_start_, buffer_));
  window_ = buffer_;
  return {};
}

Status ByteReader::ReadBytes(std::span<uint8_t> out) {
  HEARTH_TRY(Need(out.size()));
  while (!out.empty()) {
    const size_t ready = std::min<size_t>(out.size(), window_.size() - at_);
    if (ready > 0) std::memcpy(out.data(), window_.data() + at_, ready);
    at_ += ready;
    out = out.subspan(ready);
    if (out.empty()) break;
    if (out.size() < chunk_bytes_) {
      HEARTH_TRY(Refill());
      continue;
    }
    HEARTH_TRY(file_->ReadAt(position(), out));  // large: straight into its place
    window_start_ += at_ + out.size();
    at_ = 0;
    window_ = {};
    break;
  }
  return {};
}

Result<std::string> ByteReader::ReadString(uint64_t bytes) {
  if (bytes <= window_.size() - at_) {
    std::string out(reinterpret_cast<const char*>(window_.data() + at_), bytes);
    at_ += bytes;
    return out;
  }
  HEARTH_TRY(Need(bytes));
  std::string out(bytes, '\0');
  HEARTH_TRY(ReadBytes({reinterpret_cast<uint8_t*>(out.data()), out.size()}));
  return out;
}

Status ByteReader::Skip(uint64_t bytes) {
  HEARTH_TRY(Need(bytes));
  if (bytes <= window_.size() - at_) {
    at_ += bytes;
    return {};
  }
  window_start_ += at_ + bytes;
  at_ = 0;
  window_ = {};
  return {};
}

}  // namespace hearth
