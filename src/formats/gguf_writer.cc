// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/gguf_writer.h"

#include <bit>

#include "base/checked.h"

namespace hearth::formats {
namespace {

enum ValueType : uint32_t {
  kU16 = 2,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
};

template <typename T>
void Put(std::string& out, T value) {
  static_assert(std::endian::native == std::endian::little);
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void PutString(std::string& out, std::string_view text) {
  Put<uint64_t>(out, text.size());
  out += text;
}

}  // namespace

GgufWriter::GgufWriter(uint64_t alignment) : alignment_(alignment) {
  HEARTH_CHECK(std::has_single_bit(alignment) && alignment <= UINT32_MAX);
  if (alignment != 32) AddU32("general.alignment", static_cast<uint32_t>(alignment));
}

void GgufWriter::Key(std::string_view key, uint32_t type) {
  ++keys_;
  PutString(metadata_, key);
  Put(metadata_, type);
}

void GgufWriter::ArrayKey(std::string_view key, uint32_t item_type, uint64_t count) {
  Key(key, kArray);
  Put(metadata_, item_type);
  Put(metadata_, count);
}

template <typename T>
void GgufWriter::AddScalar(std::string_view key, uint32_t type, T value) {
  Key(key, type);
  Put(metadata_, value);
}

void GgufWriter::AddU16(std::string_view key, uint16_t value) {
  AddScalar(key, kU16, value);
}

void GgufWriter::AddU32(std::string_view key, uint32_t value) {
  AddScalar(key, kU32, value);
}

void GgufWriter::AddI32(std::string_view key, int32_t value) {
  AddScalar(key, kI32, value);
}

void GgufWriter::AddU64(std::string_view key, uint64_t value) {
  AddScalar(key, kU64, value);
}

void GgufWriter::AddF32(std::string_view key, float value) {
  AddScalar(key, kF32, value);
}

void GgufWriter::AddBool(std::string_view key, bool value) {
  AddScalar<uint8_t>(key, kBool, value ? 1 : 0);
}

void GgufWriter::AddString(std::string_view key, std::string_view value) {
  Key(key, kString);
  PutString(metadata_, value);
}

void GgufWriter::AddI32s(std::string_view key, std::span<const int32_t> values) {
  ArrayKey(key, kI32, values.size());
  for (const int32_t value : values) Put(metadata_, value);
}

void GgufWriter::AddF32s(std::string_view key, std::span<const float> values) {
  ArrayKey(key, kF32, values.size());
  for (const float value : values) Put(metadata_, value);
}

void GgufWriter::AddStrings(std::string_view key, std::span<const std::string> values) {
  ArrayKey(key, kString, values.size());
  for (const std::string& value : values) PutString(metadata_, value);
}

void GgufWriter::AddTensor(std::string_view name, const std::vector<uint64_t>& shape,
                           quant::Type type) {
  const quant::TypeRow& row = quant::Row(type);
  HEARTH_CHECK(!shape.empty() && shape.size() <= 4 && shape.back() % row.block_weights == 0);
  uint64_t bytes = quant::RowBytes(row, shape.back());
  PutString(records_, name);
  Put(records_, static_cast<uint32_t>(shape.size()));
  for (size_t i = shape.size(); i-- > 0;) {
    Put(records_, shape[i]);
    if (i + 1 < shape.size()) bytes *= shape[i];
  }
  Put(records_, row.ggml_id);
  Put(records_, data_bytes_);
  tensors_.push_back({data_bytes_, bytes});
  data_bytes_ += RoundUp(bytes, alignment_);
}

uint64_t GgufWriter::data_start() const {
  return RoundUp(24 + metadata_.size() + records_.size(), alignment_);
}

uint64_t GgufWriter::file_bytes() const {
  return data_start() + data_bytes_;
}

std::string GgufWriter::Header() const {
  std::string out = "GGUF";
  Put<uint32_t>(out, 3);
  Put<uint64_t>(out, tensors_.size());
  Put<uint64_t>(out, keys_);
  out += metadata_;
  out += records_;
  out.resize(data_start(), '\0');
  return out;
}

Status GgufWriter::Start(os::File& file) const {
  const std::string header = Header();
  HEARTH_TRY(file.WriteAt(0, {reinterpret_cast<const uint8_t*>(header.data()), header.size()}));
  HEARTH_TRY(file.Truncate(header.size()));  // so that what grows below is zeros
  return file.Truncate(file_bytes());
}

}  // namespace hearth::formats
