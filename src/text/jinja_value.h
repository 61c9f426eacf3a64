// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The values of a template while it runs: Python's, as far as templates can see them.
namespace hearth::text::jinja {

enum class Kind : uint8_t {
  kMissing,    // an argument that was not given; never seen by templates
  kUndefined,  // may own a String: the name that was not found
  kNone,
  kBool,
  kInt,
  kFloat,
  kString,
  kList,
  kTuple,
  kDict,
  kView,      // dict.keys(), values(), items()
  kRange,     // range(...)
  kIterator,  // generators and reversed(): read once
  kNamespace,
  kMacro,
  kLoop,
  kCallable,  // a global function or a bound method
  kCycler,
  kJoiner,
  kScope,  // variables; never seen by templates
};

class Heap;

// Base of everything that is shared. Reference counts are plain: one render, one thread. Objects
// without a heap belong to the parsed template, live as long as it and are never counted.
struct Object {
  Kind kind;
  uint32_t refs = 0;
  uint32_t slot = 0;   // index in Heap::objects_
  size_t charged = 0;  // bytes counted against the heap's limit
  Heap* heap = nullptr;
  explicit Object(Kind k) : kind(k) {}
};

struct String;
struct List;
struct Dict;

// 16 bytes, cheap to copy.
class Value {
 public:
  Value() : kind_(Kind::kUndefined) { bits_.object = nullptr; }
  Value(const Value& other) : kind_(other.kind_), safe_(other.safe_), bits_(other.bits_) {
    Retain();
  }
  Value(Value&& other) noexcept : kind_(other.kind_), safe_(other.safe_), bits_(other.bits_) {
    other.kind_ = Kind::kUndefined;
    other.bits_.object = nullptr;
  }
  Value& operator=(const Value& other) {
    Value copy(other);
    Swap(copy);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~Value() { Release(); }

  static Value Missing() { return Value(Kind::kMissing); }
  static Value None() { return Value(Kind::kNone); }
  static Value Bool(bool b) {
    Value v(Kind::kBool);
    v.bits_.integer = b ? 1 : 0;
    return v;
  }
  static Value Int(int64_t i) {
    Value v(Kind::kInt);
    v.bits_.integer = i;
    return v;
  }
  static Value Float(double d) {
    Value v(Kind::kFloat);
    v.bits_.real = d;
    return v;
  }
  static Value Of(Object* object) {  // shares ownership
    Value v(object->kind);
    v.bits_.object = object;
    v.Retain();
    return v;
  }
  static Value Undefined(const Value& name) {
    Value v(name);
    v.kind_ = Kind::kUndefined;
    v.safe_ = false;
    return v;
  }

  Kind kind() const { return kind_; }
  bool Is(Kind kind) const { return kind_ == kind; }
  bool is_missing() const { return kind_ == Kind::kMissing; }
  bool is_undefined() const { return kind_ == Kind::kUndefined; }
  bool is_none() const { return kind_ == Kind::kNone; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_int() const { return kind_ == Kind::kInt || kind_ == Kind::kBool; }  // as in Python
  bool is_number() const { return is_int() || kind_ == Kind::kFloat; }
  bool is_list() const { return kind_ == Kind::kList || kind_ == Kind::kTuple; }

  // A Markup string: adding to it escapes the other side.
  bool is_safe() const { return safe_; }
  Value WithSafe(bool safe) const {
    Value v(*this);
    v.safe_ = safe;
    return v;
  }

  int64_t integer() const { return bits_.integer; }
  double real() const {
    return kind_ == Kind::kFloat ? bits_.real : static_cast<double>(bits_.integer);
  }
  Object* object() const { return bits_.object; }
  template <typename T>
  T& As() const {
    return *static_cast<T*>(bits_.object);
  }
  std::string_view text() const;            // REQUIRES: kString
  const std::vector<Value>& items() const;  // REQUIRES: is_list()
  // The name that an undefined value was looked up by, or "".
  std::string_view undefined_name() const;

 private:
  explicit Value(Kind kind) : kind_(kind) { bits_.object = nullptr; }
  bool owns() const { return kind_ == Kind::kUndefined || kind_ >= Kind::kString; }
  void Retain() {
    if (owns() && bits_.object != nullptr && bits_.object->heap != nullptr) ++bits_.object->refs;
  }
  void Release();
  void Swap(Value& other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(safe_, other.safe_);
    std::swap(bits_, other.bits_);
  }

  Kind kind_;
  bool safe_ = false;
  union {
    int64_t integer;
    double real;
    Object* object;
  } bits_;
};

struct String : Object {
  explicit String(std::string t) : Object(Kind::kString), text(std::move(t)) {}
  size_t Bytes() const { return text.capacity(); }
  std::string text;             // valid UTF-8
  mutable int64_t length = -1;  // in characters; -1: not counted yet
};

// A list or a tuple. Templates cannot change it once it is made.
struct List : Object {
  List(Kind k, std::vector<Value> i) : Object(k), items(std::move(i)) {}
  size_t Bytes() const { return items.capacity() * sizeof(Value); }
  std::vector<Value> items;
};

// Keeps the order of insertion. Small dicts are searched, larger ones have an index.
struct Dict : Object {
  Dict() : Object(Kind::kDict) {}
  size_t Bytes() const { return items.capacity() * sizeof(items[0]) + index.capacity() * 4; }
  const Value* Find(const Value& key) const;  // REQUIRES: Hashable(key)
  const Value* Find(std::string_view key) const;
  void Set(const Value& key, Value value);  // REQUIRES: Hashable(key)
  std::vector<std::pair<Value, Value>> items;

 private:
  template <typename Same>
  int64_t Probe(size_t hash, const Same& same) const;
  void Rebuild();
  std::vector<uint32_t> index;  // open addressing, item + 1; power of two; empty when small
};

enum class ViewKind : uint8_t { kKeys, kValues, kItems };
struct View : Object {
  View(Value d, ViewKind w) : Object(Kind::kView), dict(std::move(d)), what(w) {}
  size_t Bytes() const { return 0; }
  Value dict;
  ViewKind what;
};

struct Range : Object {
  Range(int64_t a, int64_t e, int64_t s, int64_t n)
      : Object(Kind::kRange), start(a), stop(e), step(s), count(n) {}
  size_t Bytes() const { return 0; }
  int64_t start, stop, step, count;
  int64_t At(int64_t i) const { return start + i * step; }
};

struct Iterator : Object {
  Iterator(std::string_view n, std::vector<Value> i)
      : Object(Kind::kIterator), type_name(n), items(std::move(i)) {}
  size_t Bytes() const { return items.capacity() * sizeof(Value); }
  std::string_view type_name;  // static storage
  std::vector<Value> items;
  size_t next = 0;
};

struct Namespace : Object {
  explicit Namespace(Value a) : Object(Kind::kNamespace), attributes(std::move(a)) {}
  size_t Bytes() const { return 0; }
  Value attributes;  // a dict that nobody else holds
};

struct Cycler : Object {
  explicit Cycler(std::vector<Value> i) : Object(Kind::kCycler), items(std::move(i)) {}
  size_t Bytes() const { return items.capacity() * sizeof(Value); }
  std::vector<Value> items;
  size_t next = 0;
};

struct Joiner : Object {
  explicit Joiner(Value s) : Object(Kind::kJoiner), separator(std::move(s)) {}
  size_t Bytes() const { return 0; }
  Value separator;
  bool used = false;
};

struct Builtin;
struct Callable : Object {
  Callable(const Builtin* f, Value s) : Object(Kind::kCallable), function(f), self(std::move(s)) {}
  size_t Bytes() const { return 0; }
  const Builtin* function;
  Value self;
};

struct Scope : Object {
  explicit Scope(Value p) : Object(Kind::kScope), parent(std::move(p)) {}
  size_t Bytes() const { return variables.capacity() * sizeof(variables[0]); }
  Value parent;                                       // a Scope, or undefined at the root
  std::vector<std::pair<uint32_t, Value>> variables;  // name id, value
  Value* FindHere(uint32_t name) {
    for (auto& [id, value] : variables) {
      if (id == name) return &value;
    }
    return nullptr;
  }
  void Set(uint32_t name, Value value) {
    if (Value* here = FindHere(name)) {
      *here = std::move(value);
    } else {
      variables.emplace_back(name, std::move(value));
    }
  }
};

struct ForNode;
struct MacroNode;

struct Macro : Object {
  Macro(const MacroNode* n, Value s) : Object(Kind::kMacro), node(n), scope(std::move(s)) {}
  size_t Bytes() const { return 0; }
  const MacroNode* node;
  Value scope;  // where it was defined
};

// Reads the items of anything iterable in order. Characters of strings are made on the way.
class Cursor {
 public:
  Cursor() = default;
  explicit Cursor(Value source) : source_(std::move(source)) {}
  static bool Iterable(const Value& v);
  // nullopt-like: false at the end.
  bool Next(Heap& heap, Value* out);

 private:
  Value source_;
  size_t position_ = 0;
};

struct Loop : Object {
  Loop(const ForNode* n, Value i, Value s, int64_t d)
      : Object(Kind::kLoop),
        node(n),
        iterable(i),
        cursor(std::move(i)),
        scope(std::move(s)),
        depth0(d) {}
  size_t Bytes() const { return pending.capacity() * sizeof(Value); }
  const ForNode* node;
  Value iterable;
  Cursor cursor;
  Value scope;  // where the loop stands
  int64_t index0 = -1;
  int64_t depth0;
  int64_t length = -1;         // -1: not known yet
  std::vector<Value> pending;  // read ahead, in order, from `taken` on
  size_t taken = 0;
  Value before, current, changed = Value::Missing();
};

// Owner and bookkeeper of every object of one render. Frees what is left (cycles through namespaces
// and macros) at the end. Never recurses, however deep values are nested.
class Heap {
 public:
  Heap(uint64_t memory_limit, uint64_t steps) : limit_(memory_limit), steps_(steps) {}
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;
  ~Heap();

  template <typename T, typename... Args>
  T* Make(Args&&... args) {
    std::allocator<T> allocator;
    T* object = std::construct_at(allocator.allocate(1), std::forward<Args>(args)...);
    Adopt(object, sizeof(T) + object->Bytes() + kOverhead);
    return object;
  }
  Value Text(std::string text) { return Value::Of(Make<String>(std::move(text))); }
  Value NewList(std::vector<Value> items) {
    return Value::Of(Make<List>(Kind::kList, std::move(items)));
  }
  Value NewTuple(std::vector<Value> items) {
    return Value::Of(Make<List>(Kind::kTuple, std::move(items)));
  }
  // Counts growth of an object after it was made.
  template <typename T>
  void Recount(T* object) {
    const size_t now = sizeof(T) + object->Bytes() + kOverhead;
    used_ += now - object->charged;
    object->charged = now;
  }

  uint64_t used() const { return used_; }
  uint64_t limit() const { return limit_; }
  // May `bytes` more be allocated?
  bool HasRoom(uint64_t bytes) const { return used_ <= limit_ && bytes <= limit_ - used_; }
  // Fuel. False once it is used up, and from then on.
  bool Spend(uint64_t steps) {
    if (steps > steps_) {
      steps_ = 0;
      starved_ = true;
    } else {
      steps_ -= steps;
    }
    return !starved_;
  }
  bool starved() const { return starved_; }
  // Buffers outside of objects (captured output, strings under construction).
  void Hold(uint64_t bytes) { used_ += bytes; }
  void Return(uint64_t bytes) { used_ -= bytes; }

 private:
  friend class Value;
  static constexpr size_t kOverhead = 40;  // allocator's and ours
  void Adopt(Object* object, size_t bytes);
  void Free(Object* object);
  void Destroy(Object* object);

  uint64_t limit_;
  uint64_t used_ = 0;
  uint64_t steps_;
  bool starved_ = false;
  std::vector<Object*> objects_;
  std::vector<Object*> dead_;
  bool draining_ = false;
};

inline void Value::Release() {
  if (owns() && bits_.object != nullptr && bits_.object->heap != nullptr &&
      --bits_.object->refs == 0) {
    bits_.object->heap->Free(bits_.object);
  }
}
inline std::string_view Value::text() const {
  return As<String>().text;
}
inline const std::vector<Value>& Value::items() const {
  return As<List>().items;
}
inline std::string_view Value::undefined_name() const {
  return bits_.object != nullptr ? std::string_view(As<String>().text) : std::string_view();
}

bool Hashable(const Value& v);
size_t Hash(const Value& v);  // equal values have equal hashes. REQUIRES: Hashable
// Python's ==. Spends the heap's steps; nesting beyond kMaxValueDepth starves it.
bool Equal(const Value& a, const Value& b, int depth = 0);
inline constexpr int kMaxValueDepth = 200;

}  // namespace hearth::text::jinja
