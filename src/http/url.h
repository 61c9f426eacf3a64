// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hearth::http {

// An absolute http or https address after strict checks. There is one parser of addresses in this
// house, the one that also connects (libcurl's), so two can never disagree.
struct Url {
  std::string text;       // normalised, what is handed to the connection
  std::string scheme;     // "http" or "https"
  std::string host;       // lower case, IPv6 in brackets
  std::string authority;  // host, with ":port" when it is not the scheme's own
  std::string origin;     // scheme://authority
};

// Refused: other schemes, user names, control characters, spaces, backslashes, bytes above 126,
// hosts outside [a-z0-9.-] or brackets, longer than 8 KiB.
Result<Url> ParseUrl(std::string_view text);

// `location` as a server gave it, resolved against `base` under the same rules.
Result<Url> ResolveUrl(const Url& base, std::string_view location);

// True for this machine itself: 127.0.0.1, [::1], localhost. Such places are never asked by a
// proxy.
bool IsLoopback(const Url& url);

// Which places a request may reach; every hop is asked.
struct Policy {
  // "name" or "name:port", exactly, or "*.name" for any name below it on the scheme's own port.
  std::vector<std::string> hosts;
  // Plain http is refused except, when set, to this machine itself (127.0.0.1, [::1], localhost).
  bool plain_on_loopback = false;
};

// kPermissionDenied that names the place and the rule. `from` is the page that redirected here,
// nullptr for the first hop: a redirect from https to http is refused whatever the policy says.
Status CheckPolicy(const Policy& policy, const Url& url, const Url* from);

}  // namespace hearth::http
