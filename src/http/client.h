// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "http/url.h"

// A small client for downloads. It connects only where the request and its policy say; it reads no
// .netrc, keeps no cookies, and takes from the environment only the usual proxy variables
// (https_proxy, http_proxy, all_proxy, no_proxy).
namespace hearth::http {

struct Request {
  std::string url;
  Policy policy;
  // Sent as "Authorization: Bearer" to pages of `token_origin` (scheme://host) and nowhere else.
  std::string token = {};
  std::string token_origin = {};
  uint64_t offset = 0;    // > 0: ask for the bytes from here on
  std::string etag = {};  // with offset: the version of the file that the offset belongs to
  uint64_t max_body = UINT64_MAX;  // a longer answer is refused
  bool head_only = false;  // stop after the answer's head (still GET: some hosts know no HEAD)
  int max_redirects = 6;
  std::chrono::milliseconds connect_timeout{15000};
  // Given up when fewer than `stall_bytes` arrive within this time.
  std::chrono::milliseconds stall_timeout{60000};
  uint64_t stall_bytes = 1024;
  const CancelToken* cancel = nullptr;
};

// The head of the answer that carries the body (status 200 or 206).
struct Head {
  int status = 0;
  uint64_t offset = 0;            // of the first body byte: 0 when the server sends the whole file
  std::optional<uint64_t> total;  // bytes of the whole file, when the server says
  std::string etag;               // only a strong one, else empty
  std::string url;                // after redirects
};

struct Handlers {
  std::function<Status(const Head&)> on_head =
      {};  // before the first byte; an error ends the request
  std::function<Status(std::span<const uint8_t>)> on_body = {};
};

// GET. Redirects are followed one by one, each checked against the policy. An answer in a content
// encoding, a range other than the one asked for, or a body of another length than announced is
// an error. The error's code says what may be tried: kUnavailable and kDeadlineExceeded later or
// again, kNotFound and kPermissionDenied not, kDataLoss a server that lies.
Result<Head> Get(const Request& request, const Handlers& handlers);

}  // namespace hearth::http
