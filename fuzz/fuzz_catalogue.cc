// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "hub/catalogue.h"
#include "hub/store.h"

// Catalogue and manifest files. Whatever is accepted must obey the rules that the rest of the hub
// relies on: names are never paths, hashes have one form, parts add up.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto rows = hub::ParseCatalogue(text, "fuzz")) {
    for (const hub::CatalogueEntry& row : *rows) {
      HEARTH_CHECK(hub::ValidName(row.name) && hub::ValidSha256(row.sha256));
      HEARTH_CHECK(row.size > 0 && row.size <= hub::kMaxModelBytes && !row.sources.empty());
      HEARTH_CHECK(hub::Find(*rows, row.name) == &row);
      for (const hub::Source& source : row.sources) {
        uint64_t sum = 0;
        for (const hub::Part& part : source.parts) {
          HEARTH_CHECK(!part.package.starts_with('-') && hub::ValidSha256(part.sha256));
          sum += part.size;
        }
        HEARTH_CHECK(source.parts.empty() || sum == row.size);
      }
    }
  }
  if (const auto model = hub::ParseManifest(text, "fuzz")) {
    HEARTH_CHECK(hub::ValidName(model->name) && hub::ValidSha256(model->sha256));
    HEARTH_CHECK(model->size > 0 && model->size <= hub::kMaxModelBytes);
  }
  return 0;
}
