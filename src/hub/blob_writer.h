// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/cancel.h"
#include "base/os.h"
#include "base/result.h"

namespace hearth::hub {

// SHA-256 of a stream, move-only.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void Update(std::span<const uint8_t> data);
  std::string Hex();  // ends the stream; the object is then ready for a new one

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The file of a download in progress: appends while hashing, resumes by hashing what is there.
// One owner at a time (the blob's lock). Bytes on disk are always a prefix that was appended.
class BlobWriter {
 public:
  // Opens or creates `path`. Longer than `size` is refused to resume and cut to nothing.
  static Result<BlobWriter> Open(const std::string& path, uint64_t size);

  uint64_t size() const { return size_; }            // of the whole model
  uint64_t available() const { return available_; }  // bytes on disk, hashed or not
  uint64_t offset() const { return offset_; }        // bytes on disk and hashed

  // Makes `offset` the position of the next append: hashes the bytes on disk up to there and cuts
  // the rest. `progress` gets the bytes hashed so far. REQUIRES: offset <= available().
  Status StartAt(uint64_t offset, const std::function<void(uint64_t)>& progress,
                 const CancelToken* cancel);
  // kDataLoss when the file would become longer than size(): the source sends too much.
  Status Append(std::span<const uint8_t> data);
  // REQUIRES: offset() == size(). Syncs and compares. On kDataLoss (wrong hash) the file is
  // cut to nothing.
  Status Finish(std::string_view sha256, std::string_view name);

 private:
  BlobWriter(os::File file, uint64_t size, uint64_t available)
      : file_(std::move(file)), size_(size), available_(available) {}
  os::File file_;
  Sha256 hash_;
  uint64_t size_ = 0;
  uint64_t available_ = 0;
  uint64_t offset_ = 0;
};

}  // namespace hearth::hub
