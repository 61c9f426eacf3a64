// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/os.h"
#include "base/result.h"

// The weights of a model as they are packed in memory, kept in a file so that the next start only
// maps it (docs/formats.md). Safe to delete at any time.
namespace hearth::models {

// What a file must have been made for; everything that decides a byte of the arena is in it.
struct PackedKey {
  uint64_t content = 0;  // hash of the model and of the places of its tensors in the arena
  uint64_t layout = 0;   // PackedLayout()
  uint64_t bytes = 0;    // of the arena

  bool operator==(const PackedKey&) const = default;
};

// Hash of what packing makes of fixed blocks of every type: changes when the layout does.
uint64_t PackedLayout();

// The arena of a file, mapped read-only; nothing when the file is absent, damaged or of another
// key.
std::optional<os::Pages> OpenPacked(const std::string& path, const PackedKey& key);

// Writes beside `path` and renames. `model` is the file that the weights come from.
// kResourceExhausted when the disk is full; then nothing stays behind.
Status SavePacked(const std::string& path, const PackedKey& key, const std::string& model,
                  std::span<const uint8_t> arena);

// Removes the files of `folder` that are damaged or whose model is no longer where it was.
void PrunePacked(const std::string& folder);

}  // namespace hearth::models
