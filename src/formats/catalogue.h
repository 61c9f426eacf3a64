// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/os.h"
#include "base/result.h"
#include "quant/types.h"

namespace hearth::formats {

// One tensor of a model file. `shape` is outermost first (rows, columns), the reverse of GGUF
// order.
struct TensorInfo {
  std::string name;
  std::vector<uint64_t> shape;  // 1 to 4 dimensions, each >= 1; product checked
  quant::Type type;
  uint32_t file;    // index into Catalogue::files
  uint64_t offset;  // bytes from the start of that file
  uint64_t bytes;   // exact size of the data

  uint64_t rows() const { return shape.size() < 2 ? 1 : shape[shape.size() - 2]; }
  uint64_t columns() const { return shape.back(); }
};

// A metadata value. Arrays hold one kind only; booleans arrive as uint64_t 0 or 1.
using Value = std::variant<uint64_t, int64_t, double, std::string, std::vector<uint64_t>,
                           std::vector<int64_t>, std::vector<float>, std::vector<std::string>>;

// "uint", "string[]", ... as errors name the kinds.
std::string_view KindName(const Value& value);

// What a model file (or split set) promises, validated against its real length: every count, type,
// offset, overlap and size has been checked before this exists. Weights are not read.
struct Catalogue {
  std::vector<os::File> files;
  std::vector<TensorInfo> tensors;  // file order
  std::map<std::string, Value, std::less<>> metadata;
  uint64_t total_bytes = 0;  // of all files

  const TensorInfo* Find(std::string_view name) const;  // null when absent
  std::map<std::string, size_t, std::less<>> index;     // name to position in `tensors`

  // Metadata with a type check. Absent key: nullopt. Present with another kind: kDataLoss naming
  // it.
  Result<std::optional<uint64_t>> Integer(std::string_view key) const;
  Result<std::optional<double>> Number(std::string_view key) const;  // integers widen
  Result<std::optional<std::string_view>> Text(std::string_view key) const;
  template <typename T>
  const std::vector<T>* Array(std::string_view key) const {  // null when absent or other
    const auto it = metadata.find(key);
    return it == metadata.end() ? nullptr : std::get_if<std::vector<T>>(&it->second);
  }
};

// Opens a model file by content (table in open.cc). Errors name the file, the field and the byte.
Result<Catalogue> OpenModel(const std::string& path);

}  // namespace hearth::formats
