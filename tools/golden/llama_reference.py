# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""llama.cpp as reference: logits and greedy answers through the bindings of `llama-cpp-python`.

Needs the Python packages llama-cpp-python, gguf and numpy. LLAMA_CPP_LIB_PATH chooses another build of
the library. For float32 references build it once without the two lines that define GGML_GELU_FP16 and
GGML_GELU_QUICK_FP16 in ggml-cpu/vec.h: with them GELU goes through a half-precision table.
"""
import ctypes
import os
import pathlib

import gguf
import numpy as np


def dequantise(source, target):
    """Writes `source` (GGUF) with every quantised tensor as F32; everything else is kept."""
    if os.path.exists(target):
        return
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(target + ".part", reader.get_field("general.architecture").contents())
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        item = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, item)
    writer.add_file_type(0)
    # Two passes: shapes first, then one tensor in memory at a time.
    for tensor in reader.tensors:
        shape = [int(n) for n in reversed(tensor.shape)]
        writer.add_tensor_info(tensor.name, shape, np.dtype(np.float32), int(np.prod(shape)) * 4)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in reader.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        writer.write_tensor_data(np.ascontiguousarray(values))
    writer.close()
    os.rename(target + ".part", target)


class Model:
    """One llama.cpp context. `float32`: KV cache in F32 and no flash attention; otherwise its defaults."""

    def __init__(self, path, float32=False, context=2048, threads=2):
        import llama_cpp.llama_cpp as api
        self.api = api
        self._quiet = api.llama_log_callback(lambda level, text, user: None)
        api.llama_log_set(self._quiet, None)
        api.llama_backend_init()
        self.model = api.llama_model_load_from_file(os.fsencode(path), api.llama_model_default_params())
        if not self.model:
            raise RuntimeError(f"{path}: cannot be loaded")
        options = api.llama_context_default_params()
        options.n_ctx = options.n_batch = context
        options.n_threads = options.n_threads_batch = threads
        if float32:
            options.type_k = options.type_v = api.GGML_TYPE_F32
            options.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_DISABLED
        self.context = api.llama_init_from_model(self.model, options)
        self.vocab = api.llama_model_get_vocab(self.model)
        self.size = api.llama_vocab_n_tokens(self.vocab)
        self.batch = api.llama_batch_init(context, 0, 1)
        self.used = 0

    def close(self):
        self.api.llama_batch_free(self.batch)
        self.api.llama_free(self.context)
        self.api.llama_model_free(self.model)

    def tokenize(self, text, special=False, bos=True):
        data = text.encode()
        ids = (self.api.llama_token * (len(data) + 16))()
        count = self.api.llama_tokenize(self.vocab, data, len(data), ids, len(ids), bos, special)
        return list(ids[:count])

    def piece(self, token):
        buffer = ctypes.create_string_buffer(256)
        count = self.api.llama_token_to_piece(self.vocab, token, buffer, 256, 0, True)
        return buffer.raw[:count]

    def ends(self, token):
        return self.api.llama_vocab_is_eog(self.vocab, token)

    def clear(self):
        self.api.llama_memory_clear(self.api.llama_get_memory(self.context), True)
        self.used = 0

    def feed(self, tokens, want):
        """Appends tokens; the logits of the last `want` of them as float32 [want][vocabulary]."""
        batch = self.batch
        for i, token in enumerate(tokens):
            batch.token[i] = token
            batch.pos[i] = self.used + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = 0
            batch.logits[i] = 1 if i >= len(tokens) - want else 0
        batch.n_tokens = len(tokens)
        if self.api.llama_decode(self.context, batch) != 0:
            raise RuntimeError("llama_decode failed")
        self.used += len(tokens)
        pointer = self.api.llama_get_logits(self.context)
        return np.ctypeslib.as_array(pointer, shape=(want, self.size)).copy()

    def logits(self, window, step=128):
        """Yields the logits of every position of one window, `step` positions at a time."""
        self.clear()
        for start in range(0, len(window), step):
            part = window[start:start + step]
            yield self.feed(part, len(part))

    def greedy(self, prompt, limit):
        """(tokens without the end token, smallest margin of the two best logits, finish)."""
        self.clear()
        answer, margin = [], float("inf")
        row = self.feed(prompt, 1)[0]
        while len(answer) < limit:
            best = np.argpartition(row, -2)[-2:]
            low, high = sorted(best, key=lambda i: row[i])
            margin = min(margin, float(row[high] - row[low]))
            if self.ends(int(high)):
                return answer, margin, "stop"
            answer.append(int(high))
            row = self.feed([int(high)], 1)[0]
        return answer, margin, "length"


def log_softmax(logits):
    """float64 [n][vocabulary]."""
    wide = logits.astype(np.float64)
    wide -= wide.max(axis=1, keepdims=True)
    return wide - np.log(np.exp(wide).sum(axis=1, keepdims=True))


def name_of(path):
    return pathlib.Path(path).stem
