// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <thread>

#include "http/client.h"
#include "hub/messages.h"
#include "hub/sources.h"

// Files of huggingface.co or a mirror of it (HF_ENDPOINT), at a pinned revision.
namespace hearth::hub::huggingface {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kHome = "https://huggingface.co";
// Where the hub's own pages send a download (its storage networks), and nobody else.
constexpr const char* kHosts[] = {"huggingface.co", "*.huggingface.co", "hf.co", "*.hf.co"};
// So much must arrive before an interruption counts as a fresh one.
constexpr uint64_t kProgress = uint64_t{1} << 20;

Result<http::Request> MakeRequest(const FetchContext& context) {
  const SourceSettings& settings = context.settings;
  const auto endpoint = http::ParseUrl(settings.hf_endpoint);
  if (!endpoint ||
      (endpoint->text != endpoint->origin + "/" && endpoint->text != endpoint->origin)) {
    return Fail(Code::kInvalidArgument, msg::kHubEndpoint, settings.hf_endpoint);
  }
  const Source& source = context.source;
  http::Request request;
  request.url = fmt::format("{}/{}/resolve/{}/{}", endpoint->origin, source.repository,
                            source.revision, source.file);
  request.policy.hosts = {std::begin(kHosts), std::end(kHosts)};
  request.policy.hosts.push_back(endpoint->authority);
  request.policy.plain_on_loopback = endpoint->scheme == "http";  // a mirror on this machine
  request.token = settings.hf_token;
  request.token_origin = kHome;
  request.connect_timeout = settings.connect_timeout;
  request.stall_timeout = settings.stall_timeout;
  request.cancel = context.cancel;
  return request;
}

Status Sleep(milliseconds time, const CancelToken* cancel) {
  constexpr milliseconds kSlice{50};
  for (; time.count() > 0; time -= std::min(time, kSlice)) {
    if (cancel != nullptr && cancel->cancelled()) return Fail(Code::kCancelled, msg::kHubCancelled);
    std::this_thread::sleep_for(std::min(time, kSlice));
  }
  return {};
}

// One answer of the server into the blob, from where the blob ends.
Result<http::Head> FetchOnce(FetchContext& context, http::Request& request) {
  BlobWriter& blob = context.blob;
  request.offset = blob.offset();
  request.max_body = blob.size();
  http::Handlers handlers;
  handlers.on_head = [&](const http::Head& head) -> Status {
    if (head.total && *head.total != blob.size()) {
      return Fail(Code::kDataLoss, msg::kHubSize, request.url, *head.total, blob.size());
    }
    request.etag = head.etag;
    // The server sends the whole file instead of the rest: what we have cannot be continued.
    return head.offset == blob.offset() ? Status() : blob.StartAt(0, {}, context.cancel);
  };
  handlers.on_body = [&](std::span<const uint8_t> data) -> Status {
    HEARTH_TRY(blob.Append(data));
    context.progress(blob.offset());
    return {};
  };
  return http::Get(request, handlers);
}

bool WorthAnotherTry(Code code) {
  return code == Code::kUnavailable || code == Code::kDeadlineExceeded;
}

}  // namespace

Status Probe(const FetchContext& context) {
  HEARTH_ASSIGN(http::Request request, MakeRequest(context));
  request.head_only = true;
  request.connect_timeout = context.settings.probe_timeout;
  request.stall_timeout = context.settings.probe_timeout;
  HEARTH_ASSIGN(const http::Head head, http::Get(request, {}));
  (void)head;
  return {};
}

uint64_t Scratch(const FetchContext&) {
  return 0;
}

Status Fetch(FetchContext& context) {
  HEARTH_ASSIGN(http::Request request, MakeRequest(context));
  BlobWriter& blob = context.blob;
  HEARTH_TRY(blob.StartAt(blob.available(), context.progress, context.cancel));
  milliseconds pause = context.settings.retry_pause;
  for (int attempt = 1; blob.offset() < blob.size(); ++attempt) {
    const uint64_t before = blob.offset();
    const auto head = FetchOnce(context, request);
    if (head && blob.offset() == blob.size()) break;
    if (!head && !WorthAnotherTry(head.error().code())) return std::unexpected(head.error());
    if (blob.offset() >= before + kProgress) {
      attempt = 1;
      pause = context.settings.retry_pause;
    }
    if (attempt >= context.settings.attempts) {
      if (!head) return std::unexpected(head.error());
      return Fail(Code::kDataLoss, msg::kHubSize, request.url, blob.offset(), blob.size());
    }
    HEARTH_TRY(Sleep(pause, context.cancel));
    pause *= 2;
  }
  return {};
}

}  // namespace hearth::hub::huggingface
