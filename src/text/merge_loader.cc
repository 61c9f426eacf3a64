// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#include "text/merge_loader.h"

#include "text/messages_tokenizer.h"

namespace hearth::text {

Status LoadMerges(const std::vector<std::pair<std::string_view, std::string_view>>& merges,
                  const TokenTable& tokens, MergeTable& table) {
  if (merges.size() > kMaxTokens) {
    return Fail(Code::kDataLoss, msg::kTokenizerTooMany, merges.size(), "merges", kMaxTokens);
  }
  table.Reserve(merges.size());
  std::string joined;
  for (size_t i = 0; i < merges.size(); ++i) {
    const auto& [left, right] = merges[i];
    if (left.size() + right.size() > kMaxTokenBytes) {
      return Fail(Code::kDataLoss, msg::kTokenizerTokenTooLong, i, left.size() + right.size(),
                  kMaxTokenBytes);
    }
    joined.assign(left).append(right);
    const Token ids[3] = {tokens.Find(left), tokens.Find(right), tokens.Find(joined)};
    const std::string_view names[3] = {left, right, joined};
    for (size_t k = 0; k < 3; ++k) {
      if (ids[k] < 0) return Fail(Code::kDataLoss, msg::kTokenizerMergeToken, i, names[k]);
    }
    if (tokens.Kind(ids[2]) == TokenKind::kControl) continue;
    if (!table.Insert(ids[0], ids[1], {static_cast<uint32_t>(i), ids[2]})) {
      return Fail(Code::kDataLoss, msg::kTokenizerMergeTwice, i, left, right);
    }
  }
  return {};
}

}  // namespace hearth::text
