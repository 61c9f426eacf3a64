// Copyright 2026 The Hearth Authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "formats/gguf_writer.h"

namespace hearth::formats {

// Adds tokenizer.* metadata with `size` tokens. REQUIRES: size >= 512.
// Byte-level BPE (pre-tokenizer of GPT-2, ChatML template): 256 bytes, the merges of a few English
// and Chinese words, made-up words that no merge reaches, three control tokens at the end.
void AddBpeVocabulary(GgufWriter& writer, uint32_t size);
// SentencePiece BPE (template of Gemma): 4 control tokens and 2 turn markers, 256 byte tokens,
// printable ASCII, pieces of a few words with their scores, made-up words.
void AddSpmVocabulary(GgufWriter& writer, uint32_t size);

}  // namespace hearth::formats
