#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Records hashes of token ids for the tokenizer tests.

usage: record_tokenizers.py FOLDER FILE...
FOLDER holds seed.txt and receives FILE's stem + .hashes. A .json file is run by Hugging Face's
`tokenizers`, a .gguf file by llama.cpp (package llama-cpp-python; only the vocabulary is read).

llama.cpp takes any "</s>" for a control token. In Qwen2.5 it is ordinary text and in Gemma 3 a user-defined
token (HTML), and Hearth keeps it so: items with it are left out where that makes a difference.

One line per group: MODE GROUP HASH. MODE is chunks or strings (see mixed_text.py), with special
tokens as text (-text) or recognised (-parse). HASH is FNV-1a over each item's count and ids.
"""
import ctypes
import sys
from pathlib import Path

import mixed_text

def hugging_face(path):
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(str(path))

    def encode(items, parse):
        tokenizer.encode_special_tokens = not parse
        texts = [mixed_text.replace_invalid(item) for item in items]
        return [e.ids for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    return encode


def llama_cpp(path):
    import llama_cpp.llama_cpp as llama
    llama.llama_backend_init()
    quiet = llama.llama_log_callback(lambda level, text, data: None)
    llama.llama_log_set(quiet, None)
    params = llama.llama_model_default_params()
    params.vocab_only = True
    model = llama.llama_model_load_from_file(str(path).encode(), params)
    vocab = llama.llama_model_get_vocab(model)

    def encode(items, parse, _keep=quiet):
        out = []
        for item in items:
            buffer = (ctypes.c_int32 * (3 * len(item) + 16))()
            n = llama.llama_tokenize(vocab, item, len(item), buffer, len(buffer), False, parse)
            assert n >= 0
            out.append(buffer[:n])
        return out
    return encode


def groups(seed_text):
    for first in range(0, mixed_text.CHUNKS, mixed_text.CHUNK_GROUP):
        yield "chunks", first // mixed_text.CHUNK_GROUP, [
            mixed_text.chunk(i, seed_text) for i in range(first, first + mixed_text.CHUNK_GROUP)]
    for first in range(0, mixed_text.STRINGS, mixed_text.STRING_GROUP):
        yield "strings", first // mixed_text.STRING_GROUP, [
            mixed_text.short_string(i) for i in range(first, first + mixed_text.STRING_GROUP)]


def main():
    folder = Path(sys.argv[1])
    all_groups = list(groups((folder / "seed.txt").read_bytes()))
    for path in map(Path, sys.argv[2:]):
        encode = hugging_face(path) if path.suffix == ".json" else llama_cpp(path)
        lines = []
        for parse in (False, True):
            for mode, group, items in all_groups:
                state = mixed_text.FNV_START
                if path.name.startswith("gemma3" if not parse else ("qwen2.5", "gemma3")):
                    items = [item for item in items if b"</s>" not in item]
                for ids in encode(items, parse):
                    state = mixed_text.fnv1a(state, [len(ids), *ids])
                lines.append(f"{mode}-{'parse' if parse else 'text'} {group} {state:016x}\n")
        (folder / f"{path.name}.hashes").write_text("".join(lines))
        print(path.name, flush=True)


if __name__ == "__main__":
    main()
