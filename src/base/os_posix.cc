// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include "base/checked.h"
#include "base/messages.h"
#include "base/os.h"

namespace hearth::os {
namespace {

std::unexpected<Error> FailErrno(const std::string& path, const char* what, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Fail(Code::kNotFound, msg::kFileNotFound, path);
    case EACCES:
    case EPERM:
    case EROFS:
      return Fail(Code::kPermissionDenied, msg::kFileDenied, path);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:  // the limit of a user (ulimit -f) or of the file system
      return Fail(Code::kResourceExhausted, msg::kDiskFull, path);
    case EISDIR:
      return Fail(Code::kInvalidArgument, msg::kFileIsFolder, path);
    default:
      return Fail(Code::kUnavailable, msg::kFileFailed, path, what, std::strerror(error));
  }
}

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

// The first number of a one-line system file such as a cgroup limit.
std::optional<uint64_t> NumberFile(const char* path) {
  const Result<std::string> text = ReadWholeFile(path, 4096);
  return text ? ParseNumber(*text) : std::nullopt;
}

std::string Folder(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

File::File(File&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), opened_(other.opened_) {}

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
    path_ = std::move(other.path_);
    opened_ = other.opened_;
  }
  return *this;
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<File> File::OpenRead(const std::string& path) {
  // Not blocking, so that a pipe without a writer is refused instead of waited for.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return FailErrno(path, "open", errno);
  File file(fd, path);
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return FailErrno(path, "stat", errno);
  if (S_ISDIR(info.st_mode)) return FailErrno(path, "open", EISDIR);
  if (!S_ISREG(info.st_mode)) return Fail(Code::kInvalidArgument, msg::kFileNotRegular, path);
  HEARTH_ASSIGN(file.opened_, file.Now());
  return file;
}

Result<File> File::OpenWrite(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return FailErrno(path, "open", errno);
  return File(fd, path);
}

Result<File::Stamp> File::Now() const {
  struct stat info = {};
  if (::fstat(fd_, &info) != 0) return FailErrno(path_, "stat", errno);
  return Stamp{info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

Status File::CheckUnchanged() const {
  HEARTH_ASSIGN(const Stamp now, Now());
  if (now == opened_) return {};
  return Fail(Code::kDataLoss, msg::kFileChanged, path_);
}

Result<uint64_t> File::Size() const {
  struct stat info = {};
  if (::fstat(fd_, &info) != 0) return FailErrno(path_, "stat", errno);
  return static_cast<uint64_t>(info.st_size);
}

Status File::ReadAt(uint64_t offset, std::span<uint8_t> out) const {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t n =
        ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno(path_, "read", errno);
    if (n == 0) return Fail(Code::kDataLoss, msg::kFileShort, path_, offset + out.size());
    done += static_cast<size_t>(n);
  }
  return {};
}

Status File::WriteAt(uint64_t offset, std::span<const uint8_t> data) {
  size_t done = 0;
  while (done < data.size()) {
    const ssize_t n =
        ::pwrite(fd_, data.data() + done, data.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno(path_, "write", errno);
    done += static_cast<size_t>(n);
  }
  return {};
}

Status File::Truncate(uint64_t size) {
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return FailErrno(path_, "truncate", errno);
  return {};
}

Status File::Sync() {
  if (::fsync(fd_) != 0) return FailErrno(path_, "sync", errno);
  return {};
}

void File::DropPages(uint64_t offset, uint64_t size) const {
  ::posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(size), POSIX_FADV_DONTNEED);
}

Result<bool> File::Lock(bool wait) {
  while (::flock(fd_, LOCK_EX | (wait ? 0 : LOCK_NB)) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return false;
    return FailErrno(path_, "lock", errno);
  }
  return true;
}

Result<std::string> ReadWholeFile(const std::string& path, uint64_t max_bytes) {
  HEARTH_ASSIGN(const File file, File::OpenRead(path));
  std::string out;
  char chunk[16384];
  while (true) {  // system files report size 0, so the size is not asked for
    const ssize_t n = ::read(file.fd(), chunk, sizeof(chunk));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno(path, "read", errno);
    if (n == 0) return out;
    if (out.size() + static_cast<size_t>(n) > max_bytes) {
      return Fail(Code::kInvalidArgument, msg::kFileTooLarge, path, max_bytes);
    }
    out.append(chunk, static_cast<size_t>(n));
  }
}

Status WriteFileAtomic(const std::string& path, std::string_view content) {
  const std::string temporary = path + fmt::format(".{}.tmp", ::getpid());
  Status status = [&]() -> Status {
    HEARTH_ASSIGN(File file, File::OpenWrite(temporary));
    HEARTH_TRY(file.Truncate(0));
    const auto* bytes = reinterpret_cast<const uint8_t*>(content.data());
    HEARTH_TRY(file.WriteAt(0, {bytes, content.size()}));
    HEARTH_TRY(file.Sync());
    return Rename(temporary, path);
  }();
  if (!status) ::unlink(temporary.c_str());
  return status;
}

Status Rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return FailErrno(to, "rename", errno);
  const int folder = ::open(Folder(to).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return {};
}

Status RemoveFile(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return FailErrno(path, "remove", errno);
  return {};
}

Status MakeFolders(const std::string& path) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      const int error = errno;
      // An unwritable parent that already has the folder is fine.
      if (!FileExists(part)) return FailErrno(part, "mkdir", error);
    }
    if (end == std::string::npos) return {};
  }
}

Result<std::vector<std::string>> ListFolder(const std::string& path) {
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr) return FailErrno(path, "open", errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(folder);
  std::ranges::sort(names);
  return names;
}

Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return FailErrno(path, "remove", error.value());
  return {};
}

uint64_t TreeBytes(const std::string& path) {
  namespace fs = std::filesystem;
  uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;  // another program may remove files meanwhile
    if (!at->is_regular_file(gone) || at->is_symlink(gone)) continue;
    const uintmax_t size = at->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

bool FileExists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

bool Writable(const std::string& path) {
  return ::access(path.c_str(), W_OK) == 0;
}

Result<uint64_t> FreeDisk(const std::string& folder) {
  struct statvfs info = {};
  if (::statvfs(folder.c_str(), &info) != 0) return FailErrno(folder, "statvfs", errno);
  return uint64_t{info.f_bavail} * info.f_frsize;
}

std::string DataFolder() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (const std::string home = variable("HEARTH_HOME"); !home.empty()) return home;
  if (const std::string xdg = variable("XDG_DATA_HOME"); xdg.starts_with('/'))
    return xdg + "/hearth";
  const std::string home = variable("HOME");
  return (home.empty() ? "/tmp" : home) + "/.local/share/hearth";
}

MemoryInfo Memory() {
  MemoryInfo info;
  const Result<std::string> text = ReadWholeFile("/proc/meminfo", 65536);
  const auto field = [&](std::string_view name) -> uint64_t {
    if (!text) return 0;
    size_t at = text->find(name);
    if (at == std::string::npos) return 0;
    at = text->find_first_of("0123456789", at);
    if (at == std::string::npos) return 0;
    return ParseNumber(std::string_view(*text).substr(at)).value_or(0) * 1024;
  };
  info.total = field("MemTotal:");
  info.available = field("MemAvailable:");
  struct Group {
    const char* limit;
    const char* usage;
  };
  for (const Group& group : {Group{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"},
                             Group{"/sys/fs/cgroup/memory/memory.limit_in_bytes",
                                   "/sys/fs/cgroup/memory/memory.usage_in_bytes"}}) {
    const auto limit = NumberFile(group.limit);
    if (!limit || *limit >= info.total) continue;
    const uint64_t used = NumberFile(group.usage).value_or(0);
    info.total = *limit;
    info.available = std::min(info.available, *limit - std::min(*limit, used));
  }
  return info;
}

uint64_t PeakResident() {
  struct rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

std::vector<int> AllowedProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> out;
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) {
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (CPU_ISSET(static_cast<size_t>(i), &set)) out.push_back(i);
    }
  }
  if (out.empty()) out.push_back(0);
  return out;
}

void StayOn(std::span<const int> processors) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int id : processors) {
    if (id >= 0 && id < CPU_SETSIZE) CPU_SET(static_cast<size_t>(id), &set);
  }
  ::sched_setaffinity(0, sizeof(set), &set);  // refused: the thread stays where it may be
}

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  if (this != &other) {
    if (data_ != nullptr) ::munmap(data_, mapped_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    mapped_ = std::exchange(other.mapped_, 0);
  }
  return *this;
}

Pages::~Pages() {
  if (data_ != nullptr) ::munmap(data_, mapped_);
}

Result<Pages> Pages::Allocate(uint64_t bytes) {
  constexpr uint64_t kHuge = uint64_t{2} << 20;
  Pages pages;
  pages.size_ = bytes;
  pages.mapped_ = RoundUp(std::max<uint64_t>(bytes, 1), 4096);
  void* data = ::mmap(nullptr, pages.mapped_, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) return Fail(Code::kResourceExhausted, msg::kNoMemory, bytes);
  pages.data_ = static_cast<uint8_t*>(data);
  if (bytes >= 4 * kHuge) ::madvise(data, pages.mapped_, MADV_HUGEPAGE);
  return pages;
}

Result<Pages> Pages::Map(const File& file, uint64_t offset, uint64_t bytes) {
  Pages pages;
  pages.size_ = bytes;
  pages.mapped_ = RoundUp(std::max<uint64_t>(bytes, 1), 4096);
  void* data =
      ::mmap(nullptr, pages.mapped_, PROT_READ, MAP_SHARED, file.fd(), static_cast<off_t>(offset));
  if (data == MAP_FAILED) return FailErrno(file.path(), "map", errno);
  pages.data_ = static_cast<uint8_t*>(data);
  ::madvise(data, pages.mapped_, MADV_HUGEPAGE);  // where the file system keeps large folios
  ::madvise(data, pages.mapped_, MADV_WILLNEED);
  return pages;
}

}  // namespace hearth::os
