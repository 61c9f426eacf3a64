// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_value.h"

#include <cmath>
#include <functional>

#include "text/jinja_text.h"

namespace hearth::text::jinja {
namespace {

constexpr size_t kSearchedDict = 8;  // up to here a scan is faster than an index

size_t Mix(size_t seed, size_t value) {
  return seed ^ (value + 0x9E3779B97F4A7C15u + (seed << 6) + (seed >> 2));
}

template <typename T>
void DestroyAs(Object* object) {
  std::allocator<T> allocator;
  T* typed = static_cast<T*>(object);
  std::destroy_at(typed);
  allocator.deallocate(typed, 1);
}

bool EqualItems(const std::vector<Value>& a, const std::vector<Value>& b, int depth) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!Equal(a[i], b[i], depth + 1)) return false;
  }
  return true;
}

bool EqualDicts(const Dict& a, const Dict& b, int depth) {
  if (a.items.size() != b.items.size()) return false;
  for (const auto& [key, value] : a.items) {
    const Value* other = b.Find(key);
    if (other == nullptr || !Equal(value, *other, depth + 1)) return false;
  }
  return true;
}

bool EqualRanges(const Range& a, const Range& b) {
  if (a.count != b.count) return false;
  return a.count == 0 || (a.start == b.start && (a.count == 1 || a.step == b.step));
}

}  // namespace

void Heap::Adopt(Object* object, size_t bytes) {
  object->heap = this;
  object->charged = bytes;
  object->slot = static_cast<uint32_t>(objects_.size());
  objects_.push_back(object);
  used_ += bytes;
}

void Heap::Free(Object* object) {
  dead_.push_back(object);
  if (draining_) return;
  draining_ = true;
  while (!dead_.empty()) {  // what dies because of this one is queued, not recursed into
    Object* next = dead_.back();
    dead_.pop_back();
    objects_.back()->slot = next->slot;
    objects_[next->slot] = objects_.back();
    objects_.pop_back();
    used_ -= next->charged;
    Destroy(next);
  }
  draining_ = false;
}

Heap::~Heap() {
  // Cycles can only pass through namespaces and scopes: everything else is finished when made.
  std::vector<Value> pins;
  for (Object* object : objects_) {
    if (object->kind == Kind::kNamespace || object->kind == Kind::kScope) {
      pins.push_back(Value::Of(object));
    }
  }
  for (const Value& pin : pins) {
    if (pin.Is(Kind::kNamespace)) {
      pin.As<Namespace>().attributes = Value();
    } else {
      const auto variables = std::move(pin.As<Scope>().variables);
      pin.As<Scope>().variables.clear();
    }
  }
}

void Heap::Destroy(Object* object) {
  switch (object->kind) {
    case Kind::kString:
      return DestroyAs<String>(object);
    case Kind::kList:
    case Kind::kTuple:
      return DestroyAs<List>(object);
    case Kind::kDict:
      return DestroyAs<Dict>(object);
    case Kind::kView:
      return DestroyAs<View>(object);
    case Kind::kRange:
      return DestroyAs<Range>(object);
    case Kind::kIterator:
      return DestroyAs<Iterator>(object);
    case Kind::kNamespace:
      return DestroyAs<Namespace>(object);
    case Kind::kMacro:
      return DestroyAs<Macro>(object);
    case Kind::kLoop:
      return DestroyAs<Loop>(object);
    case Kind::kCallable:
      return DestroyAs<Callable>(object);
    case Kind::kCycler:
      return DestroyAs<Cycler>(object);
    case Kind::kJoiner:
      return DestroyAs<Joiner>(object);
    case Kind::kScope:
      return DestroyAs<Scope>(object);
    default:
      return;
  }
}

bool Hashable(const Value& v) {
  switch (v.kind()) {
    case Kind::kList:
    case Kind::kDict:
    case Kind::kView:
    case Kind::kMissing:
      return false;
    case Kind::kTuple:
      for (const Value& item : v.items()) {
        if (v.object()->heap != nullptr && !v.object()->heap->Spend(1)) return false;
        if (!Hashable(item)) return false;
      }
      return true;
    default:
      return true;
  }
}

size_t Hash(const Value& v) {
  switch (v.kind()) {
    case Kind::kString:
      return std::hash<std::string_view>()(v.text());
    case Kind::kBool:
    case Kind::kInt:
      return std::hash<int64_t>()(v.integer());
    case Kind::kFloat: {
      const double d = v.real();
      const bool whole = std::floor(d) == d && std::abs(d) < 9e18;
      return whole ? std::hash<int64_t>()(static_cast<int64_t>(d)) : std::hash<double>()(d);
    }
    case Kind::kTuple: {
      size_t hash = 7;
      for (const Value& item : v.items()) {
        if (v.object()->heap != nullptr && !v.object()->heap->Spend(1)) break;
        hash = Mix(hash, Hash(item));
      }
      return hash;
    }
    case Kind::kRange:
      return std::hash<int64_t>()(v.As<Range>().count);
    case Kind::kUndefined:
    case Kind::kNone:
      return static_cast<size_t>(v.kind());
    default:
      return std::hash<const void*>()(v.object());
  }
}

bool Equal(const Value& a, const Value& b, int depth) {
  if (a.is_number() && b.is_number()) {
    if (a.is_int() && b.is_int()) return a.integer() == b.integer();
    return a.real() == b.real();
  }
  if (a.kind() != b.kind()) return false;
  if (a.is_undefined() || a.is_none() || a.is_missing()) return true;
  if (a.object() == b.object()) return true;
  if (a.is_string()) return a.text() == b.text();
  Heap* heap = a.object()->heap;
  if (heap != nullptr && !heap->Spend(depth > kMaxValueDepth ? ~uint64_t{0} : 1)) return false;
  switch (a.kind()) {
    case Kind::kList:
    case Kind::kTuple:
      return EqualItems(a.items(), b.items(), depth);
    case Kind::kDict:
      return EqualDicts(a.As<Dict>(), b.As<Dict>(), depth);
    case Kind::kRange:
      return EqualRanges(a.As<Range>(), b.As<Range>());
    case Kind::kView: {
      const View& x = a.As<View>();
      const View& y = b.As<View>();
      if (x.what != y.what || x.what == ViewKind::kValues) return false;
      if (x.what == ViewKind::kItems) return Equal(x.dict, y.dict, depth + 1);
      const Dict& other = y.dict.As<Dict>();
      if (x.dict.As<Dict>().items.size() != other.items.size()) return false;
      for (const auto& item : x.dict.As<Dict>().items) {
        if (other.Find(item.first) == nullptr) return false;
      }
      return true;
    }
    default:
      return false;
  }
}

template <typename Same>
int64_t Dict::Probe(size_t hash, const Same& same) const {
  if (index.empty()) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (same(items[i].first)) return static_cast<int64_t>(i);
    }
    return -1;
  }
  const size_t mask = index.size() - 1;
  for (size_t at = hash & mask; index[at] != 0; at = (at + 1) & mask) {
    if (same(items[index[at] - 1].first)) return index[at] - 1;
  }
  return -1;
}

const Value* Dict::Find(const Value& key) const {
  const int64_t at =
      Probe(index.empty() ? 0 : Hash(key), [&](const Value& other) { return Equal(key, other); });
  return at < 0 ? nullptr : &items[static_cast<size_t>(at)].second;
}

const Value* Dict::Find(std::string_view key) const {
  const int64_t at =
      Probe(index.empty() ? 0 : std::hash<std::string_view>()(key),
            [&](const Value& other) { return other.is_string() && other.text() == key; });
  return at < 0 ? nullptr : &items[static_cast<size_t>(at)].second;
}

void Dict::Set(const Value& key, Value value) {
  const int64_t at =
      Probe(index.empty() ? 0 : Hash(key), [&](const Value& other) { return Equal(key, other); });
  if (at >= 0) {
    items[static_cast<size_t>(at)].second = std::move(value);
    return;
  }
  items.emplace_back(key, std::move(value));
  if (items.size() <= kSearchedDict) return;
  if (items.size() * 2 > index.size()) {
    Rebuild();
    return;
  }
  const size_t mask = index.size() - 1;
  size_t bucket = Hash(key) & mask;
  while (index[bucket] != 0) bucket = (bucket + 1) & mask;
  index[bucket] = static_cast<uint32_t>(items.size());
}

void Dict::Rebuild() {
  size_t size = 32;
  while (size < items.size() * 4) size *= 2;
  index.assign(size, 0);
  for (size_t i = 0; i < items.size(); ++i) {
    size_t bucket = Hash(items[i].first) & (size - 1);
    while (index[bucket] != 0) bucket = (bucket + 1) & (size - 1);
    index[bucket] = static_cast<uint32_t>(i + 1);
  }
}

bool Cursor::Iterable(const Value& v) {
  switch (v.kind()) {
    case Kind::kUndefined:
    case Kind::kString:
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kDict:
    case Kind::kView:
    case Kind::kRange:
    case Kind::kIterator:
      return true;
    default:
      return false;
  }
}

bool Cursor::Next(Heap& heap, Value* out) {
  const size_t i = position_;
  switch (source_.kind()) {
    case Kind::kString: {
      const std::string_view text = source_.text();
      if (i >= text.size()) return false;
      const size_t n = CharBytes(text[i]);
      *out = heap.Text(std::string(text.substr(i, n)));
      position_ += n;
      return true;
    }
    case Kind::kList:
    case Kind::kTuple:
      if (i >= source_.items().size()) return false;
      *out = source_.items()[i];
      break;
    case Kind::kDict:
      if (i >= source_.As<Dict>().items.size()) return false;
      *out = source_.As<Dict>().items[i].first;
      break;
    case Kind::kView: {
      const View& view = source_.As<View>();
      const auto& items = view.dict.As<Dict>().items;
      if (i >= items.size()) return false;
      if (view.what == ViewKind::kItems) {
        *out = heap.NewTuple({items[i].first, items[i].second});
      } else {
        *out = view.what == ViewKind::kKeys ? items[i].first : items[i].second;
      }
      break;
    }
    case Kind::kRange:
      if (static_cast<int64_t>(i) >= source_.As<Range>().count) return false;
      *out = Value::Int(source_.As<Range>().At(static_cast<int64_t>(i)));
      break;
    case Kind::kIterator: {
      Iterator& iterator = source_.As<Iterator>();
      if (iterator.next >= iterator.items.size()) return false;
      *out = iterator.items[iterator.next++];
      return true;
    }
    default:
      return false;
  }
  ++position_;
  return true;
}

}  // namespace hearth::text::jinja
