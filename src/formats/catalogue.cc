// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "formats/catalogue.h"

#include <array>

#include "formats/messages.h"

namespace hearth::formats {
namespace {

// In the order of Value's alternatives; terms of the format, the same in every language.
constexpr std::array<std::string_view, std::variant_size_v<Value>> kKinds = {
    "uint", "int", "float", "string", "uint[]", "int[]", "float[]", "string[]"};

std::unexpected<Error> WrongKind(const Catalogue& catalogue, std::string_view key,
                                 const Value& value, std::string_view needed) {
  const std::string path = catalogue.files.empty() ? "" : catalogue.files[0].path();
  return Fail(Code::kDataLoss, msg::kMetadataKind, path, key, KindName(value), needed);
}

}  // namespace

std::string_view KindName(const Value& value) {
  return kKinds[value.index()];
}

const TensorInfo* Catalogue::Find(std::string_view name) const {
  const auto it = index.find(name);
  return it == index.end() ? nullptr : &tensors[it->second];
}

Result<std::optional<uint64_t>> Catalogue::Integer(std::string_view key) const {
  const auto it = metadata.find(key);
  if (it == metadata.end()) return std::nullopt;
  if (const auto* value = std::get_if<uint64_t>(&it->second)) return *value;
  const auto* value = std::get_if<int64_t>(&it->second);
  if (value != nullptr && *value >= 0) return static_cast<uint64_t>(*value);
  return WrongKind(*this, key, it->second, "uint");
}

Result<std::optional<double>> Catalogue::Number(std::string_view key) const {
  const auto it = metadata.find(key);
  if (it == metadata.end()) return std::nullopt;
  if (const auto* value = std::get_if<double>(&it->second)) return *value;
  if (const auto* value = std::get_if<uint64_t>(&it->second)) return static_cast<double>(*value);
  if (const auto* value = std::get_if<int64_t>(&it->second)) return static_cast<double>(*value);
  return WrongKind(*this, key, it->second, "float");
}

Result<std::optional<std::string_view>> Catalogue::Text(std::string_view key) const {
  const auto it = metadata.find(key);
  if (it == metadata.end()) return std::nullopt;
  if (const auto* value = std::get_if<std::string>(&it->second)) return *value;
  return WrongKind(*this, key, it->second, "string");
}

}  // namespace hearth::formats
