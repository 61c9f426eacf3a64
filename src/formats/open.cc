// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "formats/catalogue.h"
#include "formats/gguf.h"
#include "formats/messages.h"

namespace hearth::formats {
namespace {

// One row per file format; the first whose magic stands at `at` decides. Rows without `open` are
// formats that people try: they are refused by name.
struct FormatRow {
  std::string_view name;
  size_t at;
  std::string_view magic;
  Result<Catalogue> (*open)(os::File file);
};

constexpr std::array<FormatRow, 7> kFormats = {{
    {"GGUF", 0, "GGUF", OpenGguf},
    {"safetensors", 8, "{\"", nullptr},
    {"PyTorch (zip)", 0, "PK\x03\x04", nullptr},
    {"GGML (before GGUF)", 0, "lmgg", nullptr},
    {"GGML (before GGUF)", 0, "fmgg", nullptr},
    {"GGML (before GGUF)", 0, "tjgg", nullptr},
    {"HDF5", 0, "\x89HDF", nullptr},
}};
constexpr size_t kProbeBytes = 16;

}  // namespace

Result<Catalogue> OpenModel(const std::string& path) {
  HEARTH_ASSIGN(os::File file, os::File::OpenRead(path));
  HEARTH_ASSIGN(const uint64_t size, file.Size());
  std::array<uint8_t, kProbeBytes> probe = {};
  const size_t known = std::min<uint64_t>(size, probe.size());
  HEARTH_TRY(file.ReadAt(0, std::span(probe).first(known)));
  const std::string_view start(reinterpret_cast<const char*>(probe.data()), known);
  for (const FormatRow& row : kFormats) {
    if (start.substr(std::min(row.at, known)).starts_with(row.magic)) {
      if (row.open == nullptr) return Fail(Code::kUnimplemented, msg::kFormatOther, path, row.name);
      return row.open(std::move(file));
    }
  }
  return Fail(Code::kInvalidArgument, msg::kFormatUnknown, path);
}

}  // namespace hearth::formats
