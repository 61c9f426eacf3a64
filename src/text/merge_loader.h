// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "text/bpe_merge.h"
#include "text/token_table.h"

namespace hearth::text {

// Fills `table` with the merges, rank by position. kDataLoss: too many, a merge that names a
// missing token on either side or as its result, or one that occurs twice. A merge that results in
// a control token is left out: text never becomes one (Specials::kText), whatever the file says.
Status LoadMerges(const std::vector<std::pair<std::string_view, std::string_view>>& merges,
                  const TokenTable& tokens, MergeTable& table);

}  // namespace hearth::text
