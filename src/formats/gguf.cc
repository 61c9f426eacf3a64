// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/gguf.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <type_traits>
#include <utility>

#include "base/byte_reader.h"
#include "base/checked.h"
#include "formats/messages.h"

namespace hearth::formats {
namespace {

using Metadata = decltype(Catalogue::metadata);

constexpr uint64_t kDefaultAlignment = 32;
// The smallest encodings: key length, one character, type, one byte; name length, one character,
// dimension count, one dimension, type, offset.
constexpr uint64_t kMinKeyBytes = 8 + 1 + 4 + 1;
constexpr uint64_t kMinTensorBytes = 8 + 1 + 4 + 8 + 4 + 8;

// Whose bytes are being read, for errors.
struct Field {
  ByteReader& reader;
  std::string_view key;
};

Status CheckHeaderEnd(const ByteReader& reader, uint64_t bytes) {
  if (bytes <= kMaxHeaderBytes && reader.position() + bytes <= kMaxHeaderBytes) return {};
  return Fail(Code::kDataLoss, msg::kGgufHeader, reader.name(), kMaxHeaderBytes);
}

// A count at the reader's position, refused when above `cap` or when the rest of the file cannot
// hold so many items of `min_bytes` each.
Result<uint64_t> ReadCount(ByteReader& reader, std::string_view what, uint64_t cap,
                           uint64_t min_bytes) {
  const uint64_t at = reader.position();
  HEARTH_ASSIGN(const uint64_t count, reader.Read<uint64_t>());
  const uint64_t fit = std::min(cap, reader.remaining() / min_bytes);
  if (count > fit) {
    return Fail(Code::kDataLoss, msg::kGgufCount, reader.name(), at, count, what, fit);
  }
  return count;
}

// ---- Metadata values

template <typename Raw, typename Wide>
Result<Value> ReadScalar(Field field) {
  HEARTH_ASSIGN(const Raw raw, field.reader.Read<Raw>());
  return Value(static_cast<Wide>(raw));
}

template <typename Raw, typename Wide>
Result<Value> ReadArray(Field field, uint64_t count) {
  HEARTH_TRY(CheckHeaderEnd(field.reader, count * sizeof(Raw)));
  std::vector<Wide> out(count);
  std::array<Raw, 512> chunk;
  for (uint64_t done = 0; done < count;) {
    const size_t n = std::min<uint64_t>(chunk.size(), count - done);
    HEARTH_TRY(field.reader.ReadBytes({reinterpret_cast<uint8_t*>(chunk.data()), n * sizeof(Raw)}));
    for (size_t i = 0; i < n; ++i) out[done + i] = static_cast<Wide>(chunk[i]);
    done += n;
  }
  return Value(std::move(out));
}

Result<uint64_t> ReadTruth(Field field) {
  const uint64_t at = field.reader.position();
  HEARTH_ASSIGN(const uint8_t raw, field.reader.Read<uint8_t>());
  if (raw > 1) {
    return Fail(Code::kDataLoss, msg::kGgufBool, field.reader.name(), field.key, int{raw}, at);
  }
  return raw;
}

Result<Value> ReadBool(Field field) {
  HEARTH_ASSIGN(const uint64_t value, ReadTruth(field));
  return Value(value);
}

Result<Value> ReadBools(Field field, uint64_t count) {
  std::vector<uint64_t> out(count);
  for (uint64_t& value : out) {
    HEARTH_ASSIGN(value, ReadTruth(field));
  }
  return Value(std::move(out));
}

Result<std::string> ReadText(Field field) {
  const uint64_t at = field.reader.position();
  HEARTH_ASSIGN(const uint64_t bytes, field.reader.Read<uint64_t>());
  if (bytes > kMaxStringBytes) {
    return Fail(Code::kDataLoss, msg::kGgufString, field.reader.name(), field.key, bytes,
                kMaxStringBytes, at);
  }
  HEARTH_TRY(CheckHeaderEnd(field.reader, bytes));
  return field.reader.ReadString(bytes);
}

Result<Value> ReadString(Field field) {
  HEARTH_ASSIGN(std::string text, ReadText(field));
  return Value(std::move(text));
}

Result<Value> ReadStrings(Field field, uint64_t count) {
  std::vector<std::string> out;
  out.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    HEARTH_ASSIGN(std::string text, ReadText(field));
    out.push_back(std::move(text));
  }
  return Value(std::move(out));
}

// GGUF's value types by number. Null: refused by name.
struct ValueRow {
  std::string_view name;
  uint64_t min_bytes;  // of one item
  Result<Value> (*scalar)(Field);
  Result<Value> (*array)(Field, uint64_t count);
};
template <typename Raw, typename Wide>
constexpr ValueRow IntegerRow(std::string_view name) {
  return {name, sizeof(Raw), ReadScalar<Raw, Wide>, ReadArray<Raw, Wide>};
}

constexpr uint32_t kArrayType = 9;
constexpr std::array<ValueRow, 13> kValueRows = {{
    IntegerRow<uint8_t, uint64_t>("uint8"),
    IntegerRow<int8_t, int64_t>("int8"),
    IntegerRow<uint16_t, uint64_t>("uint16"),
    IntegerRow<int16_t, int64_t>("int16"),
    IntegerRow<uint32_t, uint64_t>("uint32"),
    IntegerRow<int32_t, int64_t>("int32"),
    {"float32", 4, ReadScalar<float, double>, ReadArray<float, float>},
    {"bool", 1, ReadBool, ReadBools},
    {"string", 8, ReadString, ReadStrings},
    {"array", 0, nullptr, nullptr},
    IntegerRow<uint64_t, uint64_t>("uint64"),
    IntegerRow<int64_t, int64_t>("int64"),
    {"float64", 8, ReadScalar<double, double>, nullptr},
}};

Result<uint32_t> ReadValueType(Field field) {
  const uint64_t at = field.reader.position();
  HEARTH_ASSIGN(const uint32_t type, field.reader.Read<uint32_t>());
  if (type >= kValueRows.size()) {
    return Fail(Code::kDataLoss, msg::kGgufValueType, field.reader.name(), field.key, type, at);
  }
  return type;
}

Result<Value> ReadValue(Field field, uint64_t& array_items_left) {
  HEARTH_ASSIGN(const uint32_t type, ReadValueType(field));
  if (type != kArrayType) return kValueRows[type].scalar(field);
  const uint64_t at = field.reader.position();
  HEARTH_ASSIGN(const uint32_t item, ReadValueType(field));
  const ValueRow& row = kValueRows[item];
  if (row.array == nullptr) {
    return Fail(Code::kUnimplemented, msg::kGgufArray, field.reader.name(), field.key, row.name,
                at);
  }
  HEARTH_ASSIGN(const uint64_t count,
                ReadCount(field.reader, field.key, array_items_left, row.min_bytes));
  array_items_left -= count;
  return row.array(field, count);
}

// ---- The plan of one file

struct Part {
  Metadata metadata;
  std::vector<TensorInfo> tensors;
};

// A key or a tensor name: printable ASCII, so that it can stand in any message.
Result<std::string> ReadName(ByteReader& reader, uint64_t max_bytes, const Message& message) {
  const uint64_t at = reader.position();
  HEARTH_ASSIGN(const uint64_t bytes, reader.Read<uint64_t>());
  if (bytes == 0 || bytes > max_bytes) return Fail(Code::kDataLoss, message, reader.name(), at);
  HEARTH_TRY(CheckHeaderEnd(reader, bytes));
  HEARTH_ASSIGN(std::string name, reader.ReadString(bytes));
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (!std::ranges::all_of(name, printable)) {
    return Fail(Code::kDataLoss, message, reader.name(), at);
  }
  return name;
}

Result<Metadata> ReadMetadata(ByteReader& reader, uint64_t count) {
  Metadata metadata;
  uint64_t array_items_left = kMaxArrayItems;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t at = reader.position();
    HEARTH_ASSIGN(std::string key, ReadName(reader, kMaxKeyBytes, msg::kGgufKey));
    HEARTH_ASSIGN(Value value, ReadValue({reader, key}, array_items_left));
    const auto [it, added] = metadata.emplace(std::move(key), std::move(value));
    if (!added) return Fail(Code::kDataLoss, msg::kGgufKeyTwice, reader.name(), it->first, at);
    HEARTH_TRY(CheckHeaderEnd(reader, 0));
  }
  return metadata;
}

std::string SupportedTypes() {
  std::string names;
  for (const quant::TypeRow& row : quant::Types()) {
    if (!names.empty()) names += ", ";
    names += row.name;
  }
  return names;
}

Result<quant::Type> ReadTensorType(ByteReader& reader, const std::string& name) {
  HEARTH_ASSIGN(const uint32_t id, reader.Read<uint32_t>());
  const quant::TypeRow* row = quant::FindGgmlType(id);
  if (row != nullptr) return row->type;
  const std::string_view known = quant::GgmlTypeName(id);
  if (known.empty()) {
    return Fail(Code::kDataLoss, msg::kGgufTensorTypeUnknown, reader.name(), name, id);
  }
  return Fail(Code::kUnimplemented, msg::kGgufTensorType, reader.name(), name, known,
              SupportedTypes());
}

// Bytes of the data, or nullopt when the product does not fit in 64 bits.
std::optional<uint64_t> DataBytes(const TensorInfo& tensor) {
  const quant::TypeRow& row = quant::Row(tensor.type);
  std::optional<uint64_t> bytes = CheckedMul(tensor.columns() / row.block_weights, row.block_bytes);
  for (size_t i = 0; bytes && i + 1 < tensor.shape.size(); ++i) {
    bytes = CheckedMul(*bytes, tensor.shape[i]);
  }
  return bytes;
}

// Reads one tensor's record. `offset` is still relative to the start of the data.
Result<TensorInfo> ReadTensor(ByteReader& reader) {
  TensorInfo tensor;
  HEARTH_ASSIGN(tensor.name, ReadName(reader, kMaxTensorNameBytes, msg::kGgufTensorName));
  const uint64_t at = reader.position();
  HEARTH_ASSIGN(const uint32_t dimensions, reader.Read<uint32_t>());
  if (dimensions == 0 || dimensions > kMaxDimensions) {
    return Fail(Code::kDataLoss, msg::kGgufDimensions, reader.name(), tensor.name, dimensions,
                kMaxDimensions, at);
  }
  tensor.shape.resize(dimensions);
  uint64_t elements = 1;
  for (uint32_t i = 0; i < dimensions; ++i) {
    const uint64_t position = reader.position();
    HEARTH_ASSIGN(const uint64_t size, reader.Read<uint64_t>());
    const std::optional<uint64_t> product = CheckedMul(elements, size);
    if (size == 0 || !product || *product > INT64_MAX) {
      return Fail(Code::kDataLoss, msg::kGgufDimension, reader.name(), tensor.name, i + 1, size,
                  position);
    }
    elements = *product;
    tensor.shape[dimensions - 1 - i] = size;  // GGUF counts from the innermost
  }
  HEARTH_ASSIGN(tensor.type, ReadTensorType(reader, tensor.name));
  HEARTH_ASSIGN(tensor.offset, reader.Read<uint64_t>());
  const quant::TypeRow& row = quant::Row(tensor.type);
  if (tensor.columns() % row.block_weights != 0) {
    return Fail(Code::kDataLoss, msg::kGgufColumns, reader.name(), tensor.name, tensor.columns(),
                row.block_weights, row.name);
  }
  return tensor;
}

// Turns offsets into positions in the file and checks them against each other and the file's end.
Status PlaceTensors(const ByteReader& reader, uint64_t alignment,
                    std::vector<TensorInfo>& tensors) {
  const uint64_t data = RoundUp(reader.position(), alignment);
  const auto outside = [&](const TensorInfo& tensor, uint64_t bytes) {
    return Fail(Code::kDataLoss, msg::kGgufOutside, reader.name(), tensor.name, bytes,
                tensor.offset, reader.size());
  };
  for (TensorInfo& tensor : tensors) {
    if (tensor.offset % alignment != 0) {
      return Fail(Code::kDataLoss, msg::kGgufOffset, reader.name(), tensor.name, tensor.offset,
                  alignment);
    }
    const std::optional<uint64_t> bytes = DataBytes(tensor);
    const std::optional<uint64_t> start = CheckedAdd(tensor.offset, data);
    if (!bytes || !start) return outside(tensor, bytes.value_or(UINT64_MAX));
    tensor.offset = *start;
    tensor.bytes = *bytes;
    const std::optional<uint64_t> end = CheckedAdd(*start, *bytes);
    if (!end || *end > reader.size()) return outside(tensor, *bytes);
  }
  std::vector<const TensorInfo*> order(tensors.size());
  std::ranges::transform(tensors, order.begin(), [](const TensorInfo& t) { return &t; });
  std::ranges::sort(order, {}, &TensorInfo::offset);
  for (size_t i = 1; i < order.size(); ++i) {
    const TensorInfo& before = *order[i - 1];
    if (before.offset + before.bytes > order[i]->offset) {
      return Fail(Code::kDataLoss, msg::kGgufOverlap, reader.name(), before.name, order[i]->name,
                  order[i]->offset);
    }
  }
  return {};
}

// An unsigned integer of one file's metadata.
Result<uint64_t> Unsigned(const os::File& file, const Metadata& metadata, std::string_view key,
                          uint64_t fallback) {
  const auto it = metadata.find(key);
  if (it == metadata.end()) return fallback;
  if (const auto* value = std::get_if<uint64_t>(&it->second)) return *value;
  return Fail(Code::kDataLoss, msg::kMetadataKind, file.path(), key, KindName(it->second), "uint");
}

Result<uint64_t> Alignment(const os::File& file, const Metadata& metadata) {
  HEARTH_ASSIGN(const uint64_t value,
                Unsigned(file, metadata, "general.alignment", kDefaultAlignment));
  if (std::has_single_bit(value) && value <= kMaxAlignment) return value;
  return Fail(Code::kDataLoss, msg::kGgufAlignment, file.path(), value, kMaxAlignment);
}

Result<Part> ReadPart(const os::File& file) {
  HEARTH_ASSIGN(const uint64_t size, file.Size());
  ByteReader reader(file, size);
  HEARTH_ASSIGN(const uint32_t magic, reader.Read<uint32_t>());
  if (magic != 0x46554747) return Fail(Code::kDataLoss, msg::kFormatUnknown, file.path());
  HEARTH_ASSIGN(const uint32_t version, reader.Read<uint32_t>());
  if (version != 0 && (version & 0xffff) == 0) {
    return Fail(Code::kUnimplemented, msg::kGgufBigEndian, file.path());
  }
  if (version != 2 && version != 3) {
    return Fail(Code::kUnimplemented, msg::kGgufVersion, file.path(), version);
  }
  HEARTH_ASSIGN(const uint64_t tensors, ReadCount(reader, "tensors", kMaxTensors, kMinTensorBytes));
  HEARTH_ASSIGN(const uint64_t keys, ReadCount(reader, "keys", kMaxKeys, kMinKeyBytes));
  Part part;
  HEARTH_ASSIGN(part.metadata, ReadMetadata(reader, keys));
  HEARTH_ASSIGN(const uint64_t alignment, Alignment(file, part.metadata));
  part.tensors.reserve(tensors);
  for (uint64_t i = 0; i < tensors; ++i) {
    HEARTH_ASSIGN(TensorInfo tensor, ReadTensor(reader));
    HEARTH_TRY(CheckHeaderEnd(reader, 0));
    part.tensors.push_back(std::move(tensor));
  }
  HEARTH_TRY(PlaceTensors(reader, alignment, part.tensors));
  return part;
}

// ---- Split sets

struct Split {
  uint64_t number = 0;  // counted from 0
  uint64_t count = 1;
};

// Adds one part's tensors; `part.metadata` is left for the caller.
Status AddPart(Catalogue& catalogue, os::File file, Part& part) {
  HEARTH_ASSIGN(const uint64_t size, file.Size());
  catalogue.total_bytes += size;
  for (TensorInfo& tensor : part.tensors) {
    tensor.file = static_cast<uint32_t>(catalogue.files.size());
    if (!catalogue.index.emplace(tensor.name, catalogue.tensors.size()).second) {
      return Fail(Code::kDataLoss, msg::kGgufTensorTwice, file.path(), tensor.name);
    }
    catalogue.tensors.push_back(std::move(tensor));
  }
  catalogue.files.push_back(std::move(file));
  return {};
}

Result<Split> SplitOf(const os::File& file, const Metadata& metadata) {
  Split split;
  HEARTH_ASSIGN(split.number, Unsigned(file, metadata, "split.no", 0));
  HEARTH_ASSIGN(split.count, Unsigned(file, metadata, "split.count", 1));
  return split;
}

std::string PartEnding(uint64_t number, uint64_t count) {
  return fmt::format("-{:05}-of-{:05}.gguf", number + 1, count);
}

Status AddOtherParts(Catalogue& catalogue, uint64_t count) {
  const std::string first = catalogue.files[0].path();  // files grows below
  const std::string ending = PartEnding(0, count);
  if (!first.ends_with(ending)) {
    return Fail(Code::kInvalidArgument, msg::kGgufSplitName, first, count, ending);
  }
  const std::string stem = first.substr(0, first.size() - ending.size());
  for (uint64_t number = 1; number < count; ++number) {
    HEARTH_ASSIGN(os::File file, os::File::OpenRead(stem + PartEnding(number, count)));
    HEARTH_ASSIGN(Part part, ReadPart(file));
    HEARTH_ASSIGN(const Split split, SplitOf(file, part.metadata));
    if (split.number != number || split.count != count) {
      return Fail(Code::kDataLoss, msg::kGgufSplitPart, file.path(), number + 1, count,
                  split.number + 1, split.count);
    }
    HEARTH_TRY(AddPart(catalogue, std::move(file), part));
    if (catalogue.tensors.size() > kMaxTensors) {
      return Fail(Code::kDataLoss, msg::kGgufSplitTensors, first, catalogue.tensors.size(),
                  kMaxTensors);
    }
  }
  HEARTH_ASSIGN(const std::optional<uint64_t> promised, catalogue.Integer("split.tensors.count"));
  if (promised && *promised != catalogue.tensors.size()) {
    return Fail(Code::kDataLoss, msg::kGgufSplitTensors, first, catalogue.tensors.size(),
                *promised);
  }
  return {};
}

}  // namespace

Result<Catalogue> OpenGguf(os::File file) {
  HEARTH_ASSIGN(Part part, ReadPart(file));
  HEARTH_ASSIGN(const Split split, SplitOf(file, part.metadata));
  if (split.number != 0) {
    return Fail(Code::kInvalidArgument, msg::kGgufSplitFirst, file.path(), split.number + 1,
                split.count);
  }
  if (split.count == 0 || split.count > kMaxParts) {
    return Fail(Code::kDataLoss, msg::kGgufParts, file.path(), split.count, kMaxParts);
  }
  Catalogue catalogue;
  HEARTH_TRY(AddPart(catalogue, std::move(file), part));
  catalogue.metadata = std::move(part.metadata);
  if (split.count > 1) HEARTH_TRY(AddOtherParts(catalogue, split.count));
  return catalogue;
}

}  // namespace hearth::formats
