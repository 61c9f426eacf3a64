#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Small GGUF files written by the `gguf` package: usage record_gguf_seeds.py OUT_FOLDER

They are seeds of fuzz/fuzz_gguf.cc, and src/formats/gguf_test.cc checks that all of them are read.
"""
import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as T
from gguf import GGUFEndian, GGUFValueType, GGUFWriter
from gguf.constants import GGML_QUANT_SIZES


def write(path, fill, **options):
    writer = GGUFWriter(path, "llama", **options)
    fill(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def kinds(w):
    w.add_uint8("a.u8", 255)
    w.add_int8("a.i8", -128)
    w.add_uint16("a.u16", 65535)
    w.add_int16("a.i16", -32768)
    w.add_uint32("a.u32", 2**32 - 1)
    w.add_int32("a.i32", -2**31)
    w.add_uint64("a.u64", 2**64 - 1)
    w.add_int64("a.i64", -2**63)
    w.add_float32("a.f32", 0.1)
    w.add_float64("a.f64", 0.1)
    w.add_bool("a.bool", True)
    w.add_string("a.string", "text \u4f60\u597d")
    w.add_array("b.strings", ["one", "", "three"])
    w.add_array("b.ints", [1, -2, 3])
    w.add_array("b.floats", [0.5, 1.5])
    w.add_array("b.bools", [True, False])
    w.add_key_value("b.u8s", bytes([1, 2, 3]), GGUFValueType.ARRAY, GGUFValueType.UINT8)


def types(w):
    for name in ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K",
                 "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4"]:
        weights, size = GGML_QUANT_SIZES[T[name]]
        w.add_tensor(f"t.{name}", np.zeros((1, size), dtype=np.uint8), raw_dtype=T[name])


def shapes(w):
    w.add_tensor("one", np.arange(3, dtype=np.float32))
    w.add_tensor("two", np.ones((2, 3), dtype=np.float16))
    w.add_tensor("three", np.ones((2, 3, 4), dtype=np.float32))
    w.add_tensor("four", np.ones((2, 1, 2, 2), dtype=np.float32))


def aligned(w):
    w.add_custom_alignment(64)
    w.add_tensor("a", np.ones(5, dtype=np.float32))
    w.add_tensor("b", np.ones(5, dtype=np.float32))


def vocabulary(w):
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("qwen2")
    w.add_token_list(["a", "b", "ab", "<|im_end|>"])
    w.add_token_types([1, 1, 1, 3])
    w.add_token_merges(["a b"])
    w.add_token_scores([0.0, -1.0, -2.0, -3.0])
    w.add_eos_token_id(3)
    w.add_chat_template("{{ messages }}")


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for fill in (kinds, types, shapes, aligned, vocabulary):
        write(out / fill.__name__, fill)
    write(out / "empty", lambda w: None)
    write(out / "refused_big_endian", shapes, endianess=GGUFEndian.BIG)
    whole = (out / "shapes").read_bytes()
    (out / "refused_cut").write_bytes(whole[:-40])
    (out / "refused_version").write_bytes(whole[:4] + b"\x01\0\0\0" + whole[8:])


if __name__ == "__main__":
    main()
