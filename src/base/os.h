// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

// Everything Hearth asks of the operating system; the only implementations are base/os_*.cc.
namespace hearth::os {

// An open file, move-only. All offsets and sizes are bytes.
class File {
 public:
  File() = default;
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  // kNotFound, kPermissionDenied or kUnavailable, each naming the path. Folders are refused.
  static Result<File> OpenRead(const std::string& path);
  // Opens for reading and writing, creating it (mode 0600) when absent; content is kept.
  static Result<File> OpenWrite(const std::string& path);

  bool open() const { return fd_ >= 0; }
  const std::string& path() const { return path_; }
  Result<uint64_t> Size() const;
  // Fills all of `out` from `offset`; kDataLoss when the file ends before (it was cut meanwhile).
  Status ReadAt(uint64_t offset, std::span<uint8_t> out) const;
  // Writes all of `data`; kResourceExhausted when the disk is full.
  Status WriteAt(uint64_t offset, std::span<const uint8_t> data);
  Status Truncate(uint64_t size);
  Status Sync();
  // The pages of [offset, offset + size) will not be needed again.
  void DropPages(uint64_t offset, uint64_t size) const;
  // kDataLoss when size or modification time are not those of OpenRead any more.
  Status CheckUnchanged() const;
  // Takes an exclusive advisory lock; false when another holder has it and `wait` is false.
  Result<bool> Lock(bool wait);
  int fd() const { return fd_; }

 private:
  File(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_ = -1;
  std::string path_;
  struct Stamp {
    int64_t bytes = 0, seconds = 0, nanoseconds = 0;
    bool operator==(const Stamp&) const = default;
  };
  Result<Stamp> Now() const;
  Stamp opened_;
};

Result<std::string> ReadWholeFile(const std::string& path, uint64_t max_bytes);
// Writes beside `path`, syncs, renames: readers see the old or the new content, never a part.
Status WriteFileAtomic(const std::string& path, std::string_view content);
Status Rename(const std::string& from, const std::string& to);
Status RemoveFile(const std::string& path);  // absent is not an error
Status MakeFolders(const std::string& path);
Result<std::vector<std::string>> ListFolder(const std::string& path);  // names, sorted
Status RemoveTree(const std::string& path);   // with all inside; follows no links; absent is fine
uint64_t TreeBytes(const std::string& path);  // size of all regular files inside; 0 when absent
bool FileExists(const std::string& path);
bool Writable(const std::string& path);  // by this user; false when absent
Result<uint64_t> FreeDisk(const std::string& folder);

// The XDG data folder of Hearth: $HEARTH_HOME, else $XDG_DATA_HOME/hearth, else
// ~/.local/share/hearth.
std::string DataFolder();

struct MemoryInfo {
  uint64_t total = 0;      // physical bytes, or the cgroup limit when lower
  uint64_t available = 0;  // bytes that can be had without swapping
};
MemoryInfo Memory();
uint64_t PeakResident();  // bytes, of this process

// The affinity mask of this thread, as processor ids; {0} where it cannot be asked.
std::vector<int> AllowedProcessors();
// Keeps this thread on these processors; those that do not exist are ignored.
void StayOn(std::span<const int> processors);

// Pages of memory, 64-byte aligned at least, move-only.
class Pages {
 public:
  Pages() = default;
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;
  ~Pages();
  // Zeroed and anonymous; huge pages are asked for when large.
  static Result<Pages> Allocate(uint64_t bytes);
  // A read-only view of a part of a file; reading it from disk starts at once. `offset` is a
  // multiple of 64 KiB. REQUIRES: nobody cuts the file while the view lives.
  static Result<Pages> Map(const File& file, uint64_t offset, uint64_t bytes);
  uint8_t* data() const { return data_; }
  uint64_t size() const { return size_; }

 private:
  uint8_t* data_ = nullptr;
  uint64_t size_ = 0;    // as asked for
  uint64_t mapped_ = 0;  // rounded up to pages
};

}  // namespace hearth::os
