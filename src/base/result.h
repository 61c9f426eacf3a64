// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/message.h"

namespace hearth {

// Canonical codes. Each maps to one process exit code and one HTTP status (table in result.cc).
enum class Code : uint8_t {
  kCancelled,
  kInvalidArgument,  // the caller's input is wrong
  kNotFound,         // no such model, file, setting
  kAlreadyExists,
  kPermissionDenied,
  kResourceExhausted,   // memory, disk or context does not suffice
  kFailedPrecondition,  // right call, wrong state or wrong machine
  kUnimplemented,       // known, but not supported yet
  kDataLoss,            // a file is damaged or lies about itself
  kUnavailable,         // network or device does not answer; may work later
  kDeadlineExceeded,
  kInternal,  // a bug
};
inline constexpr int kCodeCount = 12;

std::string_view CodeName(Code code);  // "invalid_argument"
int ExitCode(Code code);               // documented in docs/exit-codes.md, never 0
int HttpStatus(Code code);

// What went wrong, where, and what to do next, in the reader's language.
class [[nodiscard]] Error {
 public:
  Error(Code code, const Message& message, std::vector<std::string> args)
      : code_(code), message_(&message), args_(std::move(args)) {}

  Code code() const { return code_; }
  std::string_view id() const { return message_->id; }
  std::string Text(Lang lang = CurrentLang()) const { return Render(*message_, args_, lang); }

 private:
  Code code_;
  const Message* message_;  // static storage
  std::vector<std::string> args_;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

template <typename... Args>
[[nodiscard]] std::unexpected<Error> Fail(Code code, const Message& message, const Args&... args) {
  return std::unexpected<Error>(Error(code, message, {fmt::format("{}", args)...}));
}

// Bugs, not input: stays on in release builds. Prints the expression and traps.
[[noreturn]] void CheckFailed(const char* expression, const char* file, int line);

}  // namespace hearth

#define HEARTH_CHECK(condition) \
  (static_cast<bool>(condition) ? void(0) : ::hearth::CheckFailed(#condition, __FILE__, __LINE__))

#define HEARTH_CONCAT_INNER(a, b) a##b
#define HEARTH_CONCAT(a, b) HEARTH_CONCAT_INNER(a, b)

// HEARTH_TRY(expr): returns the error of a Status/Result from the enclosing function.
#define HEARTH_TRY(expression)                                  \
  do {                                                          \
    auto hearth_status = (expression);                          \
    if (!hearth_status) {                                       \
      return std::unexpected(std::move(hearth_status).error()); \
    }                                                           \
  } while (false)

// HEARTH_ASSIGN(auto x, expr): x is the value of a Result, or its error is returned.
#define HEARTH_ASSIGN(declaration, expression) \
  HEARTH_ASSIGN_INNER(HEARTH_CONCAT(hearth_result_, __LINE__), declaration, expression)
#define HEARTH_ASSIGN_INNER(result, declaration, expression) \
  auto result = (expression);                                \
  if (!result) {                                             \
    return std::unexpected(std::move(result).error());       \
  }                                                          \
  declaration = *std::move(result)
