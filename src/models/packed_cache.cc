// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "models/packed_cache.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "quant/packed.h"

namespace hearth::models {
namespace {

constexpr char kMagic[8] = {'H', 'E', 'A', 'R', 'T', 'H', 'P', 'W'};
constexpr uint32_t kVersion = 1;
constexpr uint64_t kDataOffset = uint64_t{2} << 20;  // a huge page: the arena can be mapped in such
constexpr uint64_t kPathBytes = 4096;

// The first bytes of a file, little endian, followed by zeros up to kDataOffset.
struct Header {
  char magic[8];
  uint32_t version;
  uint32_t path_bytes;
  PackedKey key;
  uint64_t checksum;  // FnvHash of the header with zero here
  char path[kPathBytes];
};

uint64_t Checksum(Header header) {
  header.checksum = 0;
  return FnvHash(&header, sizeof(header));
}

std::optional<Header> ReadHeader(const os::File& file) {
  Header header;
  if (!file.ReadAt(0, {reinterpret_cast<uint8_t*>(&header), sizeof(header)})) return {};
  const bool good = std::memcmp(header.magic, kMagic, sizeof(kMagic)) == 0 &&
                    header.version == kVersion && header.path_bytes <= kPathBytes &&
                    header.checksum == Checksum(header);
  if (!good) return {};
  const auto size = file.Size();
  if (!size || *size != kDataOffset + header.key.bytes) return {};
  return header;
}

Status WriteAll(os::File& file, const Header& header, std::span<const uint8_t> arena) {
  constexpr size_t kPiece = size_t{8} << 20;
  HEARTH_TRY(file.Truncate(0));
  for (size_t done = 0; done < arena.size(); done += kPiece) {
    HEARTH_TRY(file.WriteAt(kDataOffset + done,
                            arena.subspan(done, std::min(kPiece, arena.size() - done))));
  }
  HEARTH_TRY(file.WriteAt(0, {reinterpret_cast<const uint8_t*>(&header), sizeof(header)}));
  HEARTH_TRY(file.Truncate(kDataOffset + arena.size()));
  return file.Sync();
}

}  // namespace

uint64_t PackedLayout() {
  uint64_t hash = FnvHash(nullptr, 0);
  Philox random(1);
  for (int i = 0; i < quant::kTypeCount; ++i) {
    const auto type = static_cast<quant::Type>(i);
    const quant::TypeRow& row = quant::Row(type);
    constexpr uint64_t kColumns = 2 * quant::kSuperColumns;
    const uint64_t row_bytes = quant::RowBytes(row, kColumns);
    std::vector<uint8_t> source(quant::kPanelRows * row_bytes);
    for (uint8_t& byte : source) byte = static_cast<uint8_t>(random.Next());
    const uint8_t* rows[quant::kPanelRows];
    for (uint64_t r = 0; r < quant::kPanelRows; ++r) rows[r] = source.data() + r * row_bytes;
    std::vector<uint8_t> panel(quant::PanelBytes(type, kColumns));
    std::vector<uint8_t> middle(quant::MiddlePanelBytes(type, kColumns));
    std::vector<uint8_t> low(quant::LowPanelBytes(type, kColumns));
    quant::PackPanel(type, kColumns, rows, {panel.data(), middle.data(), low.data()});
    for (const auto& part : {panel, middle, low}) hash = FnvHash(part.data(), part.size(), hash);
  }
  return hash;
}

std::optional<os::Pages> OpenPacked(const std::string& path, const PackedKey& key) {
  const auto file = os::File::OpenRead(path);
  if (!file) return {};
  const auto header = ReadHeader(*file);
  if (!header || header->key != key) return {};
  auto pages = os::Pages::Map(*file, kDataOffset, key.bytes);
  if (!pages) return {};
  return *std::move(pages);
}

Status SavePacked(const std::string& path, const PackedKey& key, const std::string& model,
                  std::span<const uint8_t> arena) {
  Header header = {};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.version = kVersion;
  header.key = key;
  header.path_bytes = static_cast<uint32_t>(std::min<uint64_t>(model.size(), kPathBytes));
  std::memcpy(header.path, model.data(), header.path_bytes);
  header.checksum = Checksum(header);
  const std::string part = path + ".part";
  Status status = [&]() -> Status {
    HEARTH_ASSIGN(os::File file, os::File::OpenWrite(part));
    HEARTH_ASSIGN(const bool mine, file.Lock(false));
    if (!mine) return {};  // another process writes the same
    HEARTH_TRY(WriteAll(file, header, arena));
    return os::Rename(part, path);
  }();
  if (!status) (void)os::RemoveFile(part);
  return status;
}

void PrunePacked(const std::string& folder) {
  const auto names = os::ListFolder(folder);
  if (!names) return;
  for (const std::string& name : *names) {
    if (!name.ends_with(".packed")) continue;
    const std::string path = folder + "/" + name;
    const auto file = os::File::OpenRead(path);
    if (!file) continue;
    const auto header = ReadHeader(*file);
    const bool wanted = header && os::FileExists(std::string(header->path, header->path_bytes));
    if (!wanted) (void)os::RemoveFile(path);
  }
}

}  // namespace hearth::models
