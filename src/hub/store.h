// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/os.h"
#include "base/result.h"

namespace hearth::hub {

// A model that is ready to load.
struct Model {
  std::string name;     // name in the store; the path itself for a file used in place
  std::string path;     // the file to open
  uint64_t size = 0;    // bytes
  std::string sha256;   // empty for a file used in place
  std::string license;  // SPDX identifier, may be empty
  std::string description_en;
  std::string description_zh;
  std::string source;  // kind of source it came from, "import" for a local file
};

// The models on this disk (layout in docs/formats.md). Any number of programs may use one store at
// the same time: files appear by rename, each blob has a lock. Cheap to copy; keeps no file open.
//   blobs/sha256-<hex>           a complete, verified file
//   blobs/sha256-<hex>.partial   what has been fetched so far, kept for resuming
//   models/<name>.json           a manifest; ':' in the name is written '+'
//   locks/sha256-<hex>.lock      held while a blob is being fetched or removed
class Store {
 public:
  // Makes no folder yet, so a read-only or absent data folder can be listed. Nothing can fail here
  // but a later call may.
  static Result<Store> Open(std::string folder = os::DataFolder());

  const std::string& folder() const { return folder_; }

  // All models, by name. A manifest that cannot be read is an error that names the file.
  Result<std::vector<Model>> List() const;

  // A name in the store, an alias of the catalogue, or (when it has a '/' or ends in ".gguf") a
  // path to a file used in place. kNotFound says whether `hearth pull` would help; kDataLoss when
  // the blob is missing or has another size than its manifest says.
  Result<Model> Resolve(std::string_view name_or_path) const;

  // Forgets the name; the blob goes too unless another name uses it. An interrupted download of a
  // catalogue model is removed as well. kNotFound when there was nothing to remove.
  Status Remove(std::string_view name);

  // Copies a local file into the store under `name`. kAlreadyExists when the name is taken by
  // other bytes.
  Result<Model> Import(std::string_view name, const std::string& path,
                       const CancelToken* cancel = nullptr);

  // For Pull and tests. REQUIRES: ValidSha256(sha256), ValidName(name).
  std::string BlobPath(std::string_view sha256) const;
  std::string PartialPath(std::string_view sha256) const;
  std::string LockPath(std::string_view sha256) const;
  std::string StagingPath(std::string_view sha256) const;
  std::string ManifestPath(std::string_view name) const;
  // Makes the folders of the store; kPermissionDenied says which cannot be written.
  Status MakeFolders() const;
  // kResourceExhausted when `bytes` more would fill the disk.
  Status CheckDisk(std::string_view name, uint64_t bytes) const;
  // Writes the manifest of a blob that is complete. REQUIRES: the blob's lock is held.
  Status WriteManifest(const Model& model) const;

 private:
  explicit Store(std::string folder) : folder_(std::move(folder)) {}
  Result<Model> ReadManifest(const std::string& name) const;
  std::string folder_;
};

// Reads and checks a manifest; `where` names it in errors. The path stays empty.
Result<Model> ParseManifest(std::string_view json, std::string_view where);

}  // namespace hearth::hub
