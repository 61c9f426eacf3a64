// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/os.h"
#include "base/result.h"

namespace hearth::hub {

inline constexpr size_t kMaxWheelMembers = 10000;

// True when `path` is `pattern`, in which '*' stands for any run of characters, '/' among them.
bool MatchesPattern(std::string_view path, std::string_view pattern);

// Streams the one member of a wheel (a ZIP archive) whose path matches `pattern` to `sink`. Nothing
// is extracted to a name and nothing is executed. kDataLoss when the archive is damaged or has no
// or several such members, or the member is not exactly `size` bytes; `sink` may then have had up
// to `size` bytes.
Status ReadWheelMember(const os::File& wheel, std::string_view pattern, uint64_t size,
                       const std::function<Status(std::span<const uint8_t>)>& sink);

}  // namespace hearth::hub
