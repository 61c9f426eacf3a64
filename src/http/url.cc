// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <curl/curl.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "http/messages.h"

namespace hearth::http {
namespace {

constexpr size_t kMaxUrlBytes = 8192;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, FreeUrl>;

// What is shown of a hostile text: printable and short.
std::string Printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 200)) out += c >= 32 && c < 127 ? c : '?';
  return out;
}

std::string Get(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string out = text;
  curl_free(text);
  return out;
}

// libcurl forgives "https:///host"; others read it differently, so it is refused. Only the first
// colon counts: a path may hold the same characters.
bool PlainAscii(std::string_view text) {
  const size_t colon = std::min(text.find(':'), text.size());
  return !text.substr(colon).starts_with(":///") &&
         std::ranges::all_of(text, [](char c) { return c > 32 && c < 127 && c != '\\'; });
}

bool ValidHost(std::string_view host) {
  const bool v6 = host.starts_with('[') && host.ends_with(']');
  const std::string_view inside = v6 ? host.substr(1, host.size() - 2) : host;
  if (inside.starts_with('.') || inside.find("..") != inside.npos) return false;
  return !inside.empty() && std::ranges::all_of(inside, [v6](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == (v6 ? ':' : '-');
  });
}

Result<Url> Finish(CURLU* url, std::string_view shown) {
  Url out;
  out.scheme = Get(url, CURLUPART_SCHEME);
  out.host = Get(url, CURLUPART_HOST);
  std::ranges::transform(out.host, out.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  const bool known = out.scheme == "https" || out.scheme == "http";
  if (!known || !ValidHost(out.host) || !Get(url, CURLUPART_USER).empty() ||
      !Get(url, CURLUPART_PASSWORD).empty()) {
    return Fail(Code::kInvalidArgument, msg::kHttpUrl, Printable(shown));
  }
  const std::string port = Get(url, CURLUPART_PORT);
  const bool own = port.empty() || port == (out.scheme == "https" ? "443" : "80");
  out.authority = own ? out.host : out.host + ":" + port;
  out.origin = out.scheme + "://" + out.authority;
  curl_url_set(url, CURLUPART_FRAGMENT, nullptr, 0);
  curl_url_set(url, CURLUPART_HOST, out.host.c_str(), 0);
  out.text = Get(url, CURLUPART_URL);
  // Encoded hosts and numbers read differently the second time ("0x%30", then 0.0.0.0): refused.
  const CurlUrl again(curl_url());
  HEARTH_CHECK(again != nullptr);
  if (out.text.empty() ||
      curl_url_set(again.get(), CURLUPART_URL, out.text.c_str(), 0) != CURLUE_OK ||
      Get(again.get(), CURLUPART_HOST) != out.host) {
    return Fail(Code::kInvalidArgument, msg::kHttpUrl, Printable(shown));
  }
  return out;
}

bool Matches(std::string_view rule, const Url& url) {
  if (!rule.starts_with("*.")) return rule == url.authority;
  const std::string_view suffix = rule.substr(1);
  return url.authority.size() > suffix.size() && url.authority.ends_with(suffix);
}

}  // namespace

Result<Url> ParseUrl(std::string_view text) {
  const CurlUrl url(curl_url());
  HEARTH_CHECK(url != nullptr);
  if (text.size() > kMaxUrlBytes || !PlainAscii(text) ||
      curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_DISALLOW_USER) !=
          CURLUE_OK) {
    return Fail(Code::kInvalidArgument, msg::kHttpUrl, Printable(text));
  }
  return Finish(url.get(), text);
}

Result<Url> ResolveUrl(const Url& base, std::string_view location) {
  const CurlUrl url(curl_url());
  HEARTH_CHECK(url != nullptr);
  if (location.empty() || location.size() > kMaxUrlBytes || !PlainAscii(location) ||
      curl_url_set(url.get(), CURLUPART_URL, base.text.c_str(), 0) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_URL, std::string(location).c_str(), CURLU_DISALLOW_USER) !=
          CURLUE_OK) {
    return Fail(Code::kInvalidArgument, msg::kHttpUrl, Printable(location));
  }
  return Finish(url.get(), location);
}

bool IsLoopback(const Url& url) {
  return url.host == "127.0.0.1" || url.host == "[::1]" || url.host == "localhost";
}

Status CheckPolicy(const Policy& policy, const Url& url, const Url* from) {
  if (url.scheme == "http") {
    const bool downgrade = from != nullptr && from->scheme == "https";
    if (downgrade || !policy.plain_on_loopback || !IsLoopback(url)) {
      return Fail(Code::kPermissionDenied, msg::kHttpPlain, url.origin);
    }
  }
  for (const std::string& rule : policy.hosts) {
    if (Matches(rule, url)) return {};
  }
  return Fail(Code::kPermissionDenied, msg::kHttpHost, url.authority,
              fmt::format("{}", fmt::join(policy.hosts, ", ")));
}

}  // namespace hearth::http
