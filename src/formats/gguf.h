// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/os.h"
#include "base/result.h"
#include "formats/catalogue.h"

// GGUF versions 2 and 3, little endian, one file or split. docs/formats.md describes what is read
// and what is refused.
namespace hearth::formats {

// Caps on what a header may ask for. The largest in ordinary files: 1,100 tensors, 60 keys, 262,144
// tokens, 20 MB of header. A header takes at most about 300 MB of memory.
inline constexpr uint64_t kMaxTensors = 100'000;
inline constexpr uint64_t kMaxKeys = 100'000;
inline constexpr uint64_t kMaxKeyBytes = 65'535;
inline constexpr uint64_t kMaxTensorNameBytes = 1024;
inline constexpr uint64_t kMaxStringBytes = 64 << 20;
inline constexpr uint64_t kMaxArrayItems = 4 << 20;
inline constexpr uint64_t kMaxHeaderBytes = 128 << 20;
inline constexpr uint64_t kMaxDimensions = 4;
inline constexpr uint64_t kMaxAlignment = 1 << 20;
inline constexpr uint64_t kMaxParts = 512;

// `file` starts with the bytes "GGUF". Codes: kDataLoss for a file that contradicts itself or its
// length, kUnimplemented for what Hearth does not read yet, kInvalidArgument for part 2 and later.
Result<Catalogue> OpenGguf(os::File file);

}  // namespace hearth::formats
