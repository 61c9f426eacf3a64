// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <array>
#include <cstdio>

namespace hearth {
namespace {

struct CodeRow {
  Code code;
  std::string_view name;
  int exit_code;
  int http_status;
};

constexpr std::array<CodeRow, kCodeCount> kCodes = {{
    {Code::kCancelled, "cancelled", 130, 499},
    {Code::kInvalidArgument, "invalid_argument", 2, 400},
    {Code::kNotFound, "not_found", 3, 404},
    {Code::kAlreadyExists, "already_exists", 4, 409},
    {Code::kPermissionDenied, "permission_denied", 5, 403},
    {Code::kResourceExhausted, "resource_exhausted", 6, 507},
    {Code::kFailedPrecondition, "failed_precondition", 7, 412},
    {Code::kUnimplemented, "unimplemented", 8, 501},
    {Code::kDataLoss, "data_loss", 9, 422},
    {Code::kUnavailable, "unavailable", 10, 503},
    {Code::kDeadlineExceeded, "deadline_exceeded", 11, 504},
    {Code::kInternal, "internal", 70, 500},
}};

constexpr const CodeRow& Row(Code code) {
  return kCodes[static_cast<size_t>(code)];
}

static_assert([] {
  for (size_t i = 0; i < kCodes.size(); ++i) {
    if (static_cast<size_t>(kCodes[i].code) != i) return false;
  }
  return true;
}());

}  // namespace

std::string_view CodeName(Code code) {
  return Row(code).name;
}
int ExitCode(Code code) {
  return Row(code).exit_code;
}
int HttpStatus(Code code) {
  return Row(code).http_status;
}

void CheckFailed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "hearth: internal error: %s (%s:%d)\n", expression, file, line);
  __builtin_trap();
}

}  // namespace hearth
