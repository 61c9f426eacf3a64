// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "http/url.h"

// Addresses and redirects: BASE '\n' LOCATION. What is accepted must read the same the second time,
// and the policy must not let a place through that it does not name.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = text.find('\n');
  const http::Policy policy{.hosts = {"a.example", "*.b.example"}};
  const auto check = [&](const Result<http::Url>& url) {
    if (!url) return;
    const auto again = http::ParseUrl(url->text);
    HEARTH_CHECK(again && again->origin == url->origin);
    const bool named = url->authority == "a.example" || url->authority.ends_with(".b.example");
    HEARTH_CHECK(http::CheckPolicy(policy, *url, nullptr).has_value() ==
                 (named && url->scheme == "https"));
  };
  const auto base = http::ParseUrl(text.substr(0, line));
  check(base);
  if (base && line != text.npos) check(http::ResolveUrl(*base, text.substr(line + 1)));
  return 0;
}
