#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Records tests/golden/logits/*.logits: log-probabilities of llama.cpp in float32 on dequantised weights.

  record_logits.py --models DIR --scratch DIR --out tests/golden/logits [NAME...]

Each model sees the three texts of the output folder as three windows of 1024, 512 and 512 tokens (its own
tokenization, BOS where the model asks for it), so 2,048 positions with context. DIR/*.gguf are the quantised
files; their float32 twins are written to the scratch folder and reused. The layout of a record stands in
tests/golden/logits/README.md.
"""
import argparse
import glob
import hashlib
import json
import os
import pathlib
import struct

import numpy as np

from llama_reference import Model, dequantise, log_softmax, name_of

WINDOWS = (1024, 512, 512)
TOP = 64


def windows(model, folder):
    result = []
    for index, length in enumerate(WINDOWS):
        text = (folder / f"text-{index + 1}.txt").read_text(encoding="utf-8")
        tokens = model.tokenize(text)
        if len(tokens) < length:
            raise SystemExit(f"text-{index + 1}.txt has {len(tokens)} tokens, {length} are needed")
        result.append(tokens[:length])
    return result


def position(row):
    best = np.argpartition(row, -TOP)[-TOP:]
    best = best[np.argsort(-row[best], kind="stable")]
    values = row[best].astype("<f4")
    ids = best.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return struct.pack("<f", float(np.exp(row[best]).sum())) + ids + values.tobytes()


def record(path, scratch, out, threads):
    name = name_of(path)
    wide = str(scratch / f"{name}.f32.gguf")
    dequantise(path, wide)
    model = Model(wide, float32=True, context=max(WINDOWS), threads=threads)
    rows = windows(model, out)
    blob = bytearray(b"HRLOGIT1")
    blob += struct.pack("<III", model.size, TOP, len(rows))
    for row in rows:
        blob += struct.pack("<I", len(row))
    for row in rows:
        blob += struct.pack(f"<{len(row)}I", *row)
    for row in rows:
        for logits in model.logits(row):
            for line in log_softmax(logits):
                blob += position(line)
    model.close()
    target = out / f"{name}.logits"
    target.write_bytes(blob)
    digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    print(f"{name}: {len(blob)} bytes")
    return {"model_sha256": digest, "positions": sum(map(len, rows)), "vocabulary": model.size}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    args.scratch.mkdir(parents=True, exist_ok=True)
    index_path = args.out / "index.json"
    index = json.loads(index_path.read_text()) if index_path.exists() else {}
    for path in sorted(glob.glob(str(args.models / "*.gguf"))):
        if args.names and name_of(path) not in args.names:
            continue
        index.setdefault(name_of(path), {}).update(record(path, args.scratch, args.out, args.threads))
        index_path.write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
