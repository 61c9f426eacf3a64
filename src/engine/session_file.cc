// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
//
// Session::Save and Session::Load; the bytes are described in docs/formats.md.
#include <cstring>
#include <vector>

#include "base/checked.h"
#include "engine/messages.h"
#include "engine/session_impl.h"

namespace hearth::engine {
namespace {

constexpr uint32_t kVersion = 1;
constexpr char kMagic[8] = {'H', 'R', 'T', 'H', 'S', 'E', 'S', 'S'};
constexpr uint64_t kPiece = uint64_t{1} << 20;

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t kv_element;
  uint64_t model[2];
  uint32_t layers, kv_heads, head_size, tokens;
};
static_assert(sizeof(Header) == 48);

// Sum over 8-byte words (the end padded with zeros): a multiply-and-rotate chain, fast enough to
// vanish beside the disk. Finds damage, not malice.
class Checksum {
 public:
  // Only the last piece may have a size that is not a multiple of 8.
  void Add(std::span<const uint8_t> bytes) {
    size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
      uint64_t word;
      std::memcpy(&word, bytes.data() + i, 8);
      Mix(word);
    }
    if (i == bytes.size()) return;
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, bytes.size() - i);
    Mix(word);
  }
  uint64_t value() const { return state_; }

 private:
  void Mix(uint64_t word) {
    state_ = (state_ ^ word) * 0x9e3779b97f4a7c15u;
    state_ ^= state_ >> 29;
  }
  uint64_t state_ = 0x27d4eb2f165667c5u;
};

class Writer {
 public:
  explicit Writer(os::File& file) : file_(file) {}
  Status Put(std::span<const uint8_t> bytes) {
    HEARTH_TRY(file_.WriteAt(at_, bytes));
    sum_.Add(bytes);
    at_ += bytes.size();
    return {};
  }
  uint64_t at() const { return at_; }
  uint64_t sum() const { return sum_.value(); }

 private:
  os::File& file_;
  uint64_t at_ = 0;
  Checksum sum_;
};

std::span<const uint8_t> BytesOf(const void* data, uint64_t size) {
  return {static_cast<const uint8_t*>(data), size};
}

// Calls `visit` with each stretch of cache bytes that holds the first `tokens` tokens.
template <typename Visit>
Status EachStretch(const tensor::KvCache& kv, int32_t tokens, Visit visit) {
  const uint64_t plane = kv.PlaneBytes(tokens);
  const uint64_t scales = kv.ScaleBytes(tokens);
  for (int32_t layer = 0; layer < kv.shape().layers; ++layer) {
    for (int32_t head = 0; head < kv.shape().kv_heads; ++head) {
      const tensor::KvView view = kv.View(layer, head);
      HEARTH_TRY(visit(view.keys, plane));
      HEARTH_TRY(visit(view.values, plane));
      if (scales == 0) continue;
      HEARTH_TRY(visit(reinterpret_cast<uint8_t*>(view.key_scales), scales));
      HEARTH_TRY(visit(reinterpret_cast<uint8_t*>(view.value_scales), scales));
    }
  }
  return {};
}

Header HeaderOf(const Session::Impl& session) {
  const tensor::KvShape& shape = session.timeline.kv.shape();
  Header header = {};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.version = kVersion;
  // Earlier forms of int8: 2 with keys in the model's own basis, 3 in the order of float16.
  constexpr uint32_t kInt8InQuads = 4;
  header.kv_element = shape.element == tensor::KvElement::kInt8
                          ? kInt8InQuads
                          : static_cast<uint32_t>(shape.element);
  header.model[0] = session.engine->impl().hash[0];
  header.model[1] = session.engine->impl().hash[1];
  header.layers = static_cast<uint32_t>(shape.layers);
  header.kv_heads = static_cast<uint32_t>(shape.kv_heads);
  header.head_size = static_cast<uint32_t>(shape.head_size);
  header.tokens = static_cast<uint32_t>(session.tokens.size());
  return header;
}

Status WriteSession(const Session::Impl& session, os::File& file) {
  Writer out(file);
  const Header header = HeaderOf(session);
  HEARTH_TRY(out.Put(BytesOf(&header, sizeof(header))));
  std::vector<text::Token> tokens = session.tokens;
  tokens.resize(RoundUp(tokens.size(), 2));  // to a multiple of 8 bytes
  HEARTH_TRY(out.Put(BytesOf(tokens.data(), tokens.size() * sizeof(text::Token))));
  HEARTH_TRY(EachStretch(
      session.timeline.kv, static_cast<int32_t>(header.tokens),
      [&](const uint8_t* data, uint64_t size) { return out.Put(BytesOf(data, size)); }));
  const uint64_t sum = out.sum();
  HEARTH_TRY(out.Put(BytesOf(&sum, sizeof(sum))));
  HEARTH_TRY(file.Truncate(out.at()));
  return file.Sync();
}

// The header, once it is known to fit this session.
Result<Header> ReadHeader(const Session::Impl& session, const os::File& file, uint64_t size) {
  const std::string& path = file.path();
  if (size < sizeof(Header)) return Fail(Code::kDataLoss, msg::kSavedNotOurs, path);
  Header header = {};
  HEARTH_TRY(file.ReadAt(0, {reinterpret_cast<uint8_t*>(&header), sizeof(header)}));
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0) {
    return Fail(Code::kDataLoss, msg::kSavedNotOurs, path);
  }
  if (header.version != kVersion) {
    return Fail(Code::kUnimplemented, msg::kSavedVersion, path, header.version, kVersion);
  }
  Header expected = HeaderOf(session);
  expected.tokens = header.tokens;
  if (std::memcmp(&header, &expected, sizeof(header)) != 0) {
    return Fail(Code::kFailedPrecondition, msg::kSavedOtherModel, path,
                session.engine->info().name);
  }
  if (header.tokens > static_cast<uint32_t>(session.options.context)) {
    return Fail(Code::kResourceExhausted, msg::kSavedTooLong, path, header.tokens,
                session.options.context);
  }
  return header;
}

Status Damaged(const os::File& file, std::string_view what) {
  return Fail(Code::kDataLoss, msg::kSavedDamaged, file.path(), what);
}

}  // namespace

Status Session::Save(const std::string& path) const {
  const std::string partial = path + ".partial";
  HEARTH_ASSIGN(os::File file, os::File::OpenWrite(partial));
  HEARTH_ASSIGN(const bool locked, file.Lock(false));
  if (!locked) return Fail(Code::kUnavailable, msg::kSavedBusy, path);
  Status status = WriteSession(*impl_, file);
  if (status) status = os::Rename(partial, path);
  if (!status) static_cast<void>(os::RemoveFile(partial));
  return status;
}

Status Session::Load(const std::string& path) {
  HEARTH_ASSIGN(const os::File file, os::File::OpenRead(path));
  HEARTH_ASSIGN(const uint64_t size, file.Size());
  HEARTH_ASSIGN(const Header header, ReadHeader(*impl_, file, size));
  const auto count = static_cast<int32_t>(header.tokens);
  // Read into a new cache, so that this session is unchanged when the file turns out damaged.
  HEARTH_ASSIGN(tensor::KvCache kv, tensor::KvCache::Allocate(impl_->timeline.kv.shape()));
  std::vector<text::Token> tokens(RoundUp(header.tokens, 2));
  Checksum sum;
  sum.Add(BytesOf(&header, sizeof(header)));
  uint64_t at = sizeof(Header);
  const auto read = [&](uint8_t* data, uint64_t bytes) -> Status {
    for (uint64_t done = 0; done < bytes; done += kPiece) {
      const std::span<uint8_t> piece(data + done, std::min(kPiece, bytes - done));
      if (at + piece.size() > size) return Damaged(file, "size");
      HEARTH_TRY(file.ReadAt(at, piece));
      sum.Add(piece);
      at += piece.size();
    }
    return {};
  };
  HEARTH_TRY(read(reinterpret_cast<uint8_t*>(tokens.data()), tokens.size() * sizeof(text::Token)));
  HEARTH_TRY(EachStretch(kv, count, read));
  const uint64_t expected = sum.value();
  uint64_t stored = 0;
  HEARTH_TRY(read(reinterpret_cast<uint8_t*>(&stored), sizeof(stored)));
  if (at != size) return Damaged(file, "size");
  if (stored != expected) return Damaged(file, "checksum");
  tokens.resize(header.tokens);
  if (!impl_->CheckTokens(tokens)) return Damaged(file, "tokens");
  impl_->answering.reset();
  impl_->timeline.kv = std::move(kv);
  impl_->tokens.assign(tokens.begin(), tokens.end());
  return {};
}

}  // namespace hearth::engine
