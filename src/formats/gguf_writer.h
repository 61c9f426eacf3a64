// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/os.h"
#include "base/result.h"
#include "quant/types.h"

namespace hearth::formats {

// Lays out a GGUF file, version 3: metadata and tensors are declared first, then the header is
// written, then each tensor's data at its place, in any order and in pieces.
class GgufWriter {
 public:
  // REQUIRES: alignment is a power of two. 32 is the format's default and not written.
  explicit GgufWriter(uint64_t alignment = 32);

  void AddU16(std::string_view key, uint16_t value);
  void AddU32(std::string_view key, uint32_t value);
  void AddI32(std::string_view key, int32_t value);
  void AddU64(std::string_view key, uint64_t value);
  void AddF32(std::string_view key, float value);
  void AddBool(std::string_view key, bool value);
  void AddString(std::string_view key, std::string_view value);
  void AddI32s(std::string_view key, std::span<const int32_t> values);
  void AddF32s(std::string_view key, std::span<const float> values);
  void AddStrings(std::string_view key, std::span<const std::string> values);
  // `shape` is outermost first. REQUIRES: 1 to 4 dimensions; columns a multiple of the type's
  // block.
  void AddTensor(std::string_view name, const std::vector<uint64_t>& shape, quant::Type type);

  std::string Header() const;  // all bytes before the data, padded to the alignment
  uint64_t data_start() const;
  uint64_t file_bytes() const;  // the last tensor's padding included
  size_t tensor_count() const { return tensors_.size(); }
  // Of tensor `index` in order of declaration; from the start of the file.
  uint64_t TensorPosition(size_t index) const { return data_start() + tensors_[index].offset; }
  uint64_t TensorBytes(size_t index) const { return tensors_[index].bytes; }

  // Writes the header and sets the file's length; tensor data reads as zeros until it is written.
  Status Start(os::File& file) const;

 private:
  struct Tensor {
    uint64_t offset;  // from data_start()
    uint64_t bytes;
  };
  void Key(std::string_view key, uint32_t type);
  template <typename T>
  void AddScalar(std::string_view key, uint32_t type, T value);
  void ArrayKey(std::string_view key, uint32_t item_type, uint64_t count);

  uint64_t alignment_;
  uint64_t keys_ = 0;
  std::string metadata_;  // encoded
  std::string records_;   // encoded tensor records
  std::vector<Tensor> tensors_;
  uint64_t data_bytes_ = 0;
};

}  // namespace hearth::formats
