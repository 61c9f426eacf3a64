// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <simdjson.h>

#include <bit>
#include <type_traits>

#include "base/messages.h"

namespace hearth::json {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

struct Words {
  const void* document;
  size_t index;
};
static_assert(sizeof(Words) == sizeof(element) && std::is_trivially_copyable_v<element>,
              "Value stores a simdjson element as two words");

element ElementOf(const void* document, size_t index) {
  return std::bit_cast<element>(Words{document, index});
}

template <typename T>
std::optional<T> Get(const void* document, size_t index) {
  if (document == nullptr) return std::nullopt;
  T value{};
  if (ElementOf(document, index).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

}  // namespace

struct Document::Impl {
  simdjson::dom::parser parser;
  Words root = {};
};

Document::Document(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::Parse(std::string_view text, std::string_view what, uint64_t max_bytes,
                                 size_t max_depth) {
  if (text.size() > max_bytes) {
    return Fail(Code::kInvalidArgument, msg::kFileTooLarge, what, max_bytes);
  }
  if (text.empty()) text = std::string_view("", 0);  // a null pointer may not be copied from
  auto impl = std::make_unique<Impl>();
  // Allocates at most a small multiple of the text, which is capped above.
  simdjson::error_code error = impl->parser.allocate(text.size() + 1, max_depth);
  element root;
  if (error == simdjson::SUCCESS) {
    error = impl->parser.parse(text.data(), text.size(), /*realloc_if_needed=*/true).get(root);
  }
  if (error != simdjson::SUCCESS) {
    return Fail(Code::kInvalidArgument, msg::kJsonInvalid, what, simdjson::error_message(error));
  }
  impl->root = std::bit_cast<Words>(root);
  return Document(std::move(impl));
}

Value Document::root() const {
  return Value(impl_->root.document, impl_->root.index);
}

Kind Value::kind() const {
  if (document_ == nullptr) return Kind::kAbsent;
  switch (ElementOf(document_, index_).type()) {
    case element_type::NULL_VALUE:
      return Kind::kNull;
    case element_type::BOOL:
      return Kind::kBool;
    case element_type::INT64:
      return Kind::kInt;
    case element_type::UINT64:
      return Kind::kUint;
    case element_type::DOUBLE:
      return Kind::kDouble;
    case element_type::STRING:
      return Kind::kString;
    case element_type::ARRAY:
      return Kind::kArray;
    case element_type::OBJECT:
      return Kind::kObject;
  }
  return Kind::kAbsent;
}

std::optional<bool> Value::AsBool() const {
  return Get<bool>(document_, index_);
}

std::optional<int64_t> Value::AsInt() const {
  if (kind() != Kind::kInt && kind() != Kind::kUint) return std::nullopt;
  return Get<int64_t>(document_, index_);
}

std::optional<uint64_t> Value::AsUint() const {
  if (kind() != Kind::kInt && kind() != Kind::kUint) return std::nullopt;
  return Get<uint64_t>(document_, index_);
}

std::optional<double> Value::AsDouble() const {
  return Get<double>(document_, index_);
}

std::optional<std::string_view> Value::AsString() const {
  return Get<std::string_view>(document_, index_);
}

Value Value::operator[](std::string_view key) const {
  const auto object = Get<simdjson::dom::object>(document_, index_);
  if (!object) return {};
  for (const auto field : *object) {
    if (field.key != key) continue;
    const Words words = std::bit_cast<Words>(field.value);
    return {words.document, words.index};
  }
  return {};
}

std::vector<Value> Value::Items() const {
  std::vector<Value> out;
  const auto array = Get<simdjson::dom::array>(document_, index_);
  if (!array) return out;
  out.reserve(array->size());
  for (const element item : *array) {
    const Words words = std::bit_cast<Words>(item);
    out.push_back(Value(words.document, words.index));
  }
  return out;
}

std::vector<std::pair<std::string_view, Value>> Value::Members() const {
  std::vector<std::pair<std::string_view, Value>> out;
  const auto object = Get<simdjson::dom::object>(document_, index_);
  if (!object) return out;
  out.reserve(object->size());
  for (const auto field : *object) {
    const Words words = std::bit_cast<Words>(field.value);
    out.emplace_back(field.key, Value(words.document, words.index));
  }
  return out;
}

}  // namespace hearth::json
