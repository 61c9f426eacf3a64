// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/json.h"

namespace {

using hearth::json::Kind;
using hearth::json::Value;

// Reads every value in every way that the rest of the program does.
size_t Visit(const Value& value, int depth) {
  HEARTH_CHECK(depth <= 64);
  size_t seen = 1;
  const bool integer = value.AsInt().has_value() || value.AsUint().has_value();
  HEARTH_CHECK(!integer || value.AsDouble().has_value());
  HEARTH_CHECK(value.AsString().has_value() == (value.kind() == Kind::kString));
  for (const Value& item : value.Items()) seen += Visit(item, depth + 1);
  for (const auto& [key, member] : value.Members()) {
    HEARTH_CHECK(static_cast<bool>(value[key]));
    seen += Visit(member, depth + 1);
  }
  return seen;
}

}  // namespace

// JSON from outside: manifests, catalogues, tokenizers, conversations.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = hearth::json::Document::Parse(text, "fuzz", 1 << 20);
  if (document) HEARTH_CHECK(Visit(document->root(), 0) <= size + 1);
  return 0;
}
