// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/os.h"
#include "base/result.h"

namespace hearth::hub {

inline constexpr uint64_t kMaxCatalogueBytes = uint64_t{4} << 20;
inline constexpr size_t kMaxCatalogueModels = 4096;
inline constexpr size_t kMaxSources = 16;  // per model
inline constexpr size_t kMaxParts = 1024;  // per source
inline constexpr uint64_t kMaxModelBytes = uint64_t{1} << 42;

// One piece of a model carried by a Python package: bytes [offset, offset + size) of the file are
// the archive member whose path matches `member` ('*' stands for any run of characters).
struct Part {
  std::string package;
  std::string version;
  std::string member;
  uint64_t size = 0;
  std::string sha256;  // of the member, 64 lower-case hex digits
};

// Where a model can be fetched. Which fields are used depends on the kind (table in sources.cc);
// a kind this version does not know is kept and passed over by Pull.
struct Source {
  std::string kind;
  std::string repository;   // huggingface: "owner/name"
  std::string revision;     // huggingface: 40 hex digits, so the bytes cannot change
  std::string file;         // huggingface: path inside the repository
  std::vector<Part> parts;  // python-packages: in order; sizes add up to the model's size
};

// One row of the catalogue: a model that can be pulled.
struct CatalogueEntry {
  std::string name;                  // see ValidName
  std::vector<std::string> aliases;  // other names for the same row
  std::string description_en;
  std::string description_zh;
  std::string license;          // SPDX identifier
  uint64_t size = 0;            // bytes of the file
  std::string sha256;           // of the whole file, 64 lower-case hex digits
  std::vector<Source> sources;  // in order of preference
};

// True for the names of models: [a-z0-9][a-z0-9._-]{0,63} with an optional :[a-z0-9._-]{1,64}.
bool ValidName(std::string_view name);
// True for 64 lower-case hex digits.
bool ValidSha256(std::string_view text);

// Reads and checks a whole catalogue; `where` names it in errors. Unknown keys are passed over,
// everything known is checked. kInvalidArgument names the row and the field.
Result<std::vector<CatalogueEntry>> ParseCatalogue(std::string_view json, std::string_view where);

// The rows built into the program, then those of `catalogue.json` in the data folder if there is
// one. A user's row may not take a name that is already there.
Result<std::vector<CatalogueEntry>> Catalogue(const std::string& folder = os::DataFolder());

// The row with this name or alias, or nullptr. The pointer lives as long as `catalogue`.
const CatalogueEntry* Find(const std::vector<CatalogueEntry>& catalogue, std::string_view name);

}  // namespace hearth::hub
