// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hearth::text::jinja {

enum class Tok : uint8_t {
  kData,
  kVariableBegin,
  kVariableEnd,
  kBlockBegin,
  kBlockEnd,
  kName,
  kString,
  kInteger,
  kFloat,
  kAdd,
  kSub,
  kDiv,
  kFloorDiv,
  kMul,
  kMod,
  kPow,
  kTilde,
  kLbracket,
  kRbracket,
  kLparen,
  kRparen,
  kLbrace,
  kRbrace,
  kEq,
  kNe,
  kGt,
  kGe,
  kLt,
  kLe,
  kAssign,
  kDot,
  kColon,
  kPipe,
  kComma,
  kSemicolon,
  kEof,
};

struct Token {
  Tok type;
  uint32_t line;          // from 1
  std::string_view text;  // inside the source; strings with their quotes
};

// Line ends become \n and one at the very end is dropped, as Jinja does.
std::string NormalizeSource(std::string_view source);

// Splits a normalised source with trim_blocks and lstrip_blocks on. The tokens point into it. The
// last one is kEof.
Result<std::vector<Token>> Tokenize(std::string_view source);

// Column (from 1, in characters) of a place inside the source.
int ColumnOf(std::string_view source, const char* place);

}  // namespace hearth::text::jinja
