// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Text on its way to a person. Nothing that a model or a file says may command the terminal.
namespace hearth::app {

// The position of the first byte that is not valid UTF-8 (overlong forms, surrogates and cut
// characters included); nullopt when all is valid.
std::optional<size_t> FindInvalidUtf8(std::string_view text);

// Control characters other than newline and tab become visible marks (ESC: U+241B), C1 controls and
// bidirectional overrides become <U+XXXX>, invalid bytes become U+FFFD.
std::string Printable(std::string_view text);

// Columns that `text` takes on a terminal; wide (CJK, emoji) characters count two.
int DisplayWidth(std::string_view text);

// `text` filled with spaces up to `columns`.
std::string Padded(std::string_view text, int columns);

// At most `columns` of the first line, with an ellipsis when cut.
std::string Shortened(std::string_view text, int columns);

std::string BytesText(double bytes);  // "1.12 GB", decimal units

}  // namespace hearth::app
