// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "hub/blob_writer.h"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "hub/messages.h"

namespace hearth::hub {

struct Sha256::Impl {
  struct Free {
    void operator()(EVP_MD_CTX* pointer) const { EVP_MD_CTX_free(pointer); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
  void Start() {
    HEARTH_CHECK(context != nullptr);
    HEARTH_CHECK(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  }
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  impl_->Start();
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::Update(std::span<const uint8_t> data) {
  HEARTH_CHECK(EVP_DigestUpdate(impl_->context.get(), data.data(), data.size()) == 1);
}

std::string Sha256::Hex() {
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HEARTH_CHECK(EVP_DigestFinal_ex(impl_->context.get(), digest, &size) == 1);
  std::string out;
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  impl_->Start();
  return out;
}

Result<BlobWriter> BlobWriter::Open(const std::string& path, uint64_t size) {
  HEARTH_ASSIGN(os::File file, os::File::OpenWrite(path));
  HEARTH_ASSIGN(uint64_t available, file.Size());
  if (available > size) {
    HEARTH_TRY(file.Truncate(0));
    available = 0;
  }
  return BlobWriter(std::move(file), size, available);
}

Status BlobWriter::StartAt(uint64_t offset, const std::function<void(uint64_t)>& progress,
                           const CancelToken* cancel) {
  HEARTH_CHECK(offset <= available_);
  if (offset < offset_) {
    hash_ = Sha256();
    offset_ = 0;
  }
  std::vector<uint8_t> chunk(size_t{1} << 20);
  while (offset_ < offset) {
    if (cancel != nullptr && cancel->cancelled()) return Fail(Code::kCancelled, msg::kHubCancelled);
    const uint64_t n = std::min<uint64_t>(chunk.size(), offset - offset_);
    const std::span<uint8_t> part(chunk.data(), n);
    HEARTH_TRY(file_.ReadAt(offset_, part));
    hash_.Update(part);
    offset_ += n;
    if (progress) progress(offset_);
  }
  if (available_ != offset) {
    HEARTH_TRY(file_.Truncate(offset));
    available_ = offset;
  }
  return {};
}

Status BlobWriter::Append(std::span<const uint8_t> data) {
  HEARTH_CHECK(offset_ == available_);
  if (data.size() > size_ - offset_) {
    return Fail(Code::kDataLoss, msg::kHubTooLong, file_.path(), size_);
  }
  HEARTH_TRY(file_.WriteAt(offset_, data));
  hash_.Update(data);
  offset_ += data.size();
  available_ = offset_;
  return {};
}

Status BlobWriter::Finish(std::string_view sha256, std::string_view name) {
  HEARTH_CHECK(offset_ == size_);
  const std::string got = hash_.Hex();
  if (got == sha256) return file_.Sync();
  offset_ = 0;
  available_ = 0;
  HEARTH_TRY(file_.Truncate(0));
  return Fail(Code::kDataLoss, msg::kHubHash, name, got);
}

}  // namespace hearth::hub
