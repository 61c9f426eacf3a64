// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace hearth::hub {

// The text of data/catalogue.json as it was when the program was built (cmake/EmbedFile.cmake).
std::string_view BuiltinCatalogue();

}  // namespace hearth::hub
