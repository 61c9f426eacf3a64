// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

// Reading JSON from outside. The only file that sees simdjson is json.cc.
namespace hearth::json {

enum class Kind : uint8_t { kAbsent, kNull, kBool, kInt, kUint, kDouble, kString, kArray, kObject };

// A cheap view of one value. Valid while its Document lives, also after the Document is moved.
// Asking a value for what it is not gives nullopt, an absent value or an empty list: never an
// error, so that readers can tolerate unknown shapes and check only what they need.
class Value {
 public:
  Value() = default;

  Kind kind() const;
  explicit operator bool() const { return document_ != nullptr; }  // false: absent
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }

  std::optional<bool> AsBool() const;
  std::optional<int64_t> AsInt() const;              // an integer in range, never a rounded double
  std::optional<uint64_t> AsUint() const;            // an integer in range, never a rounded double
  std::optional<double> AsDouble() const;            // any number
  std::optional<std::string_view> AsString() const;  // valid UTF-8, may contain U+0000

  // The first member with this key, else an absent value.
  Value operator[](std::string_view key) const;
  std::vector<Value> Items() const;                                 // of an array, in order
  std::vector<std::pair<std::string_view, Value>> Members() const;  // of an object, in order

 private:
  friend class Document;
  Value(const void* document, size_t index) : document_(document), index_(index) {}
  const void* document_ = nullptr;  // the two words of a simdjson element
  size_t index_ = 0;
};

// A parsed text, move-only owner of everything its values point into (not of the text itself).
class Document {
 public:
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  // kInvalidArgument naming `what` (a file or a request) when the text is longer than `max_bytes`,
  // nested deeper than `max_depth`, not valid UTF-8 or not valid JSON.
  static Result<Document> Parse(std::string_view text, std::string_view what, uint64_t max_bytes,
                                size_t max_depth = 64);
  Value root() const;

 private:
  struct Impl;
  explicit Document(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::json
