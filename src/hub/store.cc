// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/store.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/messages.h"
#include "hub/blob_writer.h"
#include "hub/catalogue.h"
#include "hub/messages.h"

namespace hearth::hub {
namespace {

constexpr uint64_t kFormat = 1;
constexpr uint64_t kMaxManifestBytes = 65536;
constexpr size_t kMaxFiles = 64;
constexpr size_t kMaxText = 1000;
constexpr std::string_view kManifestSuffix = ".json";

// The name of a manifest file without its folder: ':' cannot stand in a file name everywhere.
std::string FileOfName(std::string_view name) {
  std::string file(name);
  std::ranges::replace(file, ':', '+');
  return file.append(kManifestSuffix);
}

// nullopt for files that are no manifests.
std::optional<std::string> NameOfFile(std::string_view file) {
  if (!file.ends_with(kManifestSuffix) || file.find(':') != file.npos) return std::nullopt;
  std::string name(file.substr(0, file.size() - kManifestSuffix.size()));
  std::ranges::replace(name, '+', ':');
  return ValidName(name) ? std::optional(name) : std::nullopt;
}

bool LooksLikePath(std::string_view text) {
  return text.find('/') != text.npos || text.ends_with(".gguf");
}

Result<os::File> LockBlob(const Store& store, std::string_view sha256, std::string_view name) {
  HEARTH_ASSIGN(os::File lock, os::File::OpenWrite(store.LockPath(sha256)));
  HEARTH_ASSIGN(const bool locked, lock.Lock(/*wait=*/false));
  if (!locked) return Fail(Code::kFailedPrecondition, msg::kHubInUse, name);
  return lock;
}

Result<uint64_t> FileSize(const std::string& path) {
  HEARTH_ASSIGN(const os::File file, os::File::OpenRead(path));
  return file.Size();
}

// The SHA-256 of a file; appends its bytes to `copy` when given.
Result<std::string> HashFile(const os::File& file, uint64_t size, BlobWriter* copy,
                             const CancelToken* cancel) {
  Sha256 hash;
  std::vector<uint8_t> chunk(size_t{1} << 20);
  for (uint64_t at = 0; at < size;) {
    if (cancel != nullptr && cancel->cancelled()) return Fail(Code::kCancelled, msg::kHubCancelled);
    const std::span<uint8_t> part(chunk.data(), std::min<uint64_t>(chunk.size(), size - at));
    HEARTH_TRY(file.ReadAt(at, part));
    hash.Update(part);
    if (copy != nullptr) HEARTH_TRY(copy->Append(part));
    at += part.size();
  }
  return hash.Hex();
}

}  // namespace

Result<Model> ParseManifest(std::string_view text, std::string_view where) {
  HEARTH_ASSIGN(const json::Document document,
                json::Document::Parse(text, where, kMaxManifestBytes, 16));
  const json::Value root = document.root();
  const auto wrong = [&](std::string_view field) {
    return Fail(Code::kDataLoss, msg::kHubManifest, where, field);
  };
  const auto format = root["format"].AsUint();
  if (!format || *format == 0) return wrong("format");
  if (*format > kFormat) return Fail(Code::kUnimplemented, msg::kHubNewer, where, *format);
  Model model;
  const auto name = root["name"].AsString();
  if (!name || !ValidName(*name)) return wrong("name");
  model.name = *name;
  struct Field {
    json::Value value;
    const char* name;
    std::string* out;
  };
  for (const Field& field :
       {Field{root["license"], "license", &model.license},
        Field{root["source"], "source", &model.source},
        Field{root["description"]["en"], "description", &model.description_en},
        Field{root["description"]["zh"], "description", &model.description_zh}}) {
    if (!field.value) continue;
    const auto value = field.value.AsString();
    if (!value || value->size() > kMaxText) return wrong(field.name);
    *field.out = *value;
  }
  const auto files = root["files"].Items();
  if (files.empty() || files.size() > kMaxFiles) return wrong("files");
  for (const json::Value& file : files) {
    const auto size = file["size"].AsUint();
    const auto sha256 = file["sha256"].AsString();
    if (!size || *size == 0 || *size > kMaxModelBytes) return wrong("size");
    if (!sha256 || !ValidSha256(*sha256)) return wrong("sha256");
    if (file["role"].AsString() != "model" || !model.sha256.empty()) continue;
    model.size = *size;
    model.sha256 = *sha256;
  }
  if (model.sha256.empty()) return wrong("files");
  return model;
}

Result<Store> Store::Open(std::string folder) {
  return Store(std::move(folder));
}

std::string Store::BlobPath(std::string_view sha256) const {
  HEARTH_CHECK(ValidSha256(sha256));
  return fmt::format("{}/blobs/sha256-{}", folder_, sha256);
}
std::string Store::PartialPath(std::string_view sha256) const {
  return BlobPath(sha256) + ".partial";
}
std::string Store::LockPath(std::string_view sha256) const {
  HEARTH_CHECK(ValidSha256(sha256));
  return fmt::format("{}/locks/sha256-{}.lock", folder_, sha256);
}
std::string Store::StagingPath(std::string_view sha256) const {
  HEARTH_CHECK(ValidSha256(sha256));
  return fmt::format("{}/staging/sha256-{}", folder_, sha256);
}
std::string Store::ManifestPath(std::string_view name) const {
  HEARTH_CHECK(ValidName(name));
  return fmt::format("{}/models/{}", folder_, FileOfName(name));
}

Status Store::MakeFolders() const {
  for (const char* part : {"/blobs", "/models", "/locks", "/staging"}) {
    HEARTH_TRY(os::MakeFolders(folder_ + part));
  }
  return {};
}

Status Store::WriteManifest(const Model& model) const {
  nlohmann::ordered_json json;
  json["format"] = kFormat;
  json["name"] = model.name;
  json["license"] = model.license;
  json["description"] = {{"en", model.description_en}, {"zh", model.description_zh}};
  json["source"] = model.source;
  json["files"] = nlohmann::ordered_json::array(
      {{{"role", "model"}, {"size", model.size}, {"sha256", model.sha256}}});
  return os::WriteFileAtomic(ManifestPath(model.name), json.dump(1) + "\n");
}

Result<Model> Store::ReadManifest(const std::string& name) const {
  const std::string path = ManifestPath(name);
  HEARTH_ASSIGN(const std::string text, os::ReadWholeFile(path, kMaxManifestBytes));
  HEARTH_ASSIGN(Model model, ParseManifest(text, path));
  if (model.name != name) return Fail(Code::kDataLoss, msg::kHubManifest, path, "name");
  model.path = BlobPath(model.sha256);
  return model;
}

Result<std::vector<Model>> Store::List() const {
  std::vector<Model> models;
  const auto files = os::ListFolder(folder_ + "/models");
  if (!files && files.error().code() == Code::kNotFound) return models;
  if (!files) return std::unexpected(files.error());
  for (const std::string& file : *files) {
    const auto name = NameOfFile(file);
    if (!name) continue;
    auto model = ReadManifest(*name);
    if (!model && model.error().code() == Code::kNotFound) continue;  // removed meanwhile
    if (!model) return std::unexpected(std::move(model).error());
    models.push_back(*std::move(model));
  }
  std::ranges::sort(models, {}, &Model::name);
  return models;
}

Result<Model> Store::Resolve(std::string_view name_or_path) const {
  if (LooksLikePath(name_or_path)) {
    Model model;
    model.name = model.path = name_or_path;
    HEARTH_ASSIGN(model.size, FileSize(model.path));
    return model;
  }
  if (!ValidName(name_or_path)) {
    return Fail(Code::kInvalidArgument, msg::kHubName, name_or_path);
  }
  std::string name(name_or_path);
  auto model = ReadManifest(name);
  if (!model && model.error().code() == Code::kNotFound) {
    HEARTH_ASSIGN(const auto catalogue, Catalogue(folder_));
    const CatalogueEntry* row = Find(catalogue, name);
    if (row == nullptr) return Fail(Code::kNotFound, msg::kHubUnknown, name);
    model = ReadManifest(row->name);
    if (!model && model.error().code() == Code::kNotFound) {
      return Fail(Code::kNotFound, msg::kHubNotPulled, row->name);
    }
  }
  if (!model) return model;
  const auto size = FileSize(model->path);
  if (!size && size.error().code() != Code::kNotFound) return std::unexpected(size.error());
  if (!size || *size != model->size) {
    return Fail(Code::kDataLoss, msg::kHubBlobMissing, model->name, model->path);
  }
  return model;
}

Status Store::Remove(std::string_view name_in) {
  if (!ValidName(name_in)) return Fail(Code::kInvalidArgument, msg::kHubName, name_in);
  HEARTH_ASSIGN(const auto catalogue, Catalogue(folder_));
  const CatalogueEntry* row = Find(catalogue, name_in);
  std::string name(name_in);
  if (row != nullptr && !os::FileExists(ManifestPath(name))) name = row->name;
  const auto model = ReadManifest(name);
  const bool absent = !model && model.error().code() == Code::kNotFound;
  if (absent && (row == nullptr || !os::FileExists(PartialPath(row->sha256)))) {
    return row == nullptr ? Fail(Code::kNotFound, msg::kHubUnknown, name)
                          : Fail(Code::kNotFound, msg::kHubNotPulled, name);
  }
  if (!absent && !model) return os::RemoveFile(ManifestPath(name));  // unreadable: only forget it
  const std::string sha256 = absent ? row->sha256 : model->sha256;
  HEARTH_TRY(os::MakeFolders(folder_ + "/locks"));
  HEARTH_ASSIGN(const os::File lock, LockBlob(*this, sha256, name));
  HEARTH_TRY(os::RemoveFile(ManifestPath(name)));
  // If another manifest cannot be read it may use this blob: List fails and the blob stays.
  HEARTH_ASSIGN(const auto others, List());
  if (std::ranges::any_of(others, [&](const Model& other) { return other.sha256 == sha256; })) {
    return {};
  }
  HEARTH_TRY(os::RemoveFile(BlobPath(sha256)));
  HEARTH_TRY(os::RemoveFile(PartialPath(sha256)));
  return os::RemoveTree(StagingPath(sha256));
}

Result<Model> Store::Import(std::string_view name, const std::string& path,
                            const CancelToken* cancel) {
  if (!ValidName(name)) return Fail(Code::kInvalidArgument, msg::kHubName, name);
  HEARTH_ASSIGN(const os::File file, os::File::OpenRead(path));
  Model model;
  model.name = name;
  model.source = "import";
  HEARTH_ASSIGN(model.size, file.Size());
  if (model.size == 0) return Fail(Code::kDataLoss, msg::kFileShort, path, 1);
  HEARTH_ASSIGN(model.sha256, HashFile(file, model.size, nullptr, cancel));
  model.path = BlobPath(model.sha256);
  HEARTH_TRY(MakeFolders());
  HEARTH_ASSIGN(const os::File lock, LockBlob(*this, model.sha256, name));
  const auto taken = ReadManifest(model.name);
  if (taken && taken->sha256 != model.sha256) {
    return Fail(Code::kAlreadyExists, msg::kHubTaken, name);
  }
  if (!os::FileExists(model.path)) {
    HEARTH_TRY(CheckDisk(name, model.size));
    const std::string partial = PartialPath(model.sha256);
    HEARTH_ASSIGN(BlobWriter blob, BlobWriter::Open(partial, model.size));
    HEARTH_TRY(blob.StartAt(0, {}, cancel));
    HEARTH_TRY(HashFile(file, model.size, &blob, cancel));
    HEARTH_TRY(blob.Finish(model.sha256, name));
    HEARTH_TRY(os::Rename(partial, model.path));
  }
  HEARTH_TRY(WriteManifest(model));
  return model;
}

Status Store::CheckDisk(std::string_view name, uint64_t bytes) const {
  constexpr uint64_t kMega = 1000000;
  constexpr uint64_t kReserve = 64 * kMega;  // nobody's disk should be filled to the last byte
  HEARTH_ASSIGN(const uint64_t free, os::FreeDisk(folder_));
  if (bytes <= kMaxModelBytes * 2 && free >= bytes + kReserve) return {};
  return Fail(Code::kResourceExhausted, msg::kHubDiskSpace, name, (bytes + kReserve) / kMega,
              folder_, free / kMega);
}

}  // namespace hearth::hub
