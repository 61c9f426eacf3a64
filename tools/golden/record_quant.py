#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Records what the `gguf` package's dequantizers give: usage record_quant.py OUT_FOLDER

One file per format, little endian:
  u32 count, u32 block_bytes, u32 block_weights
  count blocks of bytes, then count u64 hashes of the floats of each block
  u64 seed, u32 random_count, u64 hash over the floats of random_count blocks whose bytes come from
  SplitMix64(seed) (counter based; eight bytes per value, little endian)
halves.bin: u64 hash of the floats of all 65,536 halves, then u32 count, count f32, count u16 halves,
  count u16 bfloat16 (rounding of floats).

Hash of floats f[0..n): sum over i of (bits(f[i]) + 1) * (2 i + 1) * 0x9E3779B97F4A7C15 mod 2^64,
with every NaN taken as 0x7fc00000 (IEEE 754 leaves sign and payload open).
"""
import sys
from pathlib import Path

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType as T
from gguf.quants import BF16, dequantize

TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
         "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4"]
# Byte positions of the half-precision fields of each block.
HALVES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82],
          "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "IQ4_NL": [0], "IQ4_XS": [0],
          "F16": [0]}
SPECIAL = [0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x0400, 0x3c00, 0xbc00, 0x7bff, 0xfbff, 0x7c00,
           0xfc00, 0x7e01, 0x2e66]
RANDOM_BLOCKS = 2048


def splitmix(seed, count):
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def random_bytes(seed, count):
    return splitmix(seed, (count + 7) // 8).astype("<u8").view(np.uint8)[:count]


def hash_rows(values):
    bits = values.view(np.uint32).copy()
    bits[np.isnan(values)] = 0x7FC00000
    with np.errstate(over="ignore"):
        odd = np.arange(bits.shape[-1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        weights = odd * np.uint64(0x9E3779B97F4A7C15)
        return ((bits.astype(np.uint64) + np.uint64(1)) * weights).sum(axis=-1, dtype=np.uint64)


def decode(blocks, kind):
    out = dequantize(np.ascontiguousarray(blocks).reshape(-1), kind).astype(np.float32)
    return out.reshape(blocks.shape[0], -1)


def adversarial(name, block_bytes, seed):
    fields = HALVES.get(name, [])
    if name == "MXFP4":
        scales = [(e,) for e in [0, 1, 2, 3, 126, 127, 128, 252, 253, 254, 255]]
    elif len(fields) == 2:
        scales = [(a, b) for a in SPECIAL for b in SPECIAL]
    else:
        scales = [(a,) for a in SPECIAL]
    rows = []
    for number, values in enumerate(scales):
        for fill in (0x00, 0xFF, 0x55, 0xAA, None):
            if len(fields) == 2 and fill in (0x55, 0xAA):
                continue
            row = (random_bytes(seed + number, block_bytes).copy() if fill is None
                   else np.full(block_bytes, fill, dtype=np.uint8))
            if name == "MXFP4":
                row[0] = values[0]
            for position, value in zip(fields, values):
                row[position], row[position + 1] = value & 255, value >> 8
            rows.append(row)
    return np.stack(rows)


def record(name, out):
    kind = T[name]
    weights, size = GGML_QUANT_SIZES[kind]
    seed = 0x48454152 + kind
    blocks = adversarial(name, size, seed * 1000)
    hashes = hash_rows(decode(blocks, kind))
    random = random_bytes(seed, RANDOM_BLOCKS * size).reshape(RANDOM_BLOCKS, size)
    total = hash_rows(decode(random, kind).reshape(1, -1))[0]
    with open(out / f"{name}.bin", "wb") as file:
        file.write(np.array([len(blocks), size, weights], dtype="<u4").tobytes())
        file.write(blocks.tobytes())
        file.write(hashes.astype("<u8").tobytes())
        file.write(np.array([seed], dtype="<u8").tobytes())
        file.write(np.array([RANDOM_BLOCKS], dtype="<u4").tobytes())
        file.write(np.array([total], dtype="<u8").tobytes())


def record_halves(out):
    every = np.arange(65536, dtype=np.uint16)
    halves = hash_rows(every.view(np.float16).astype(np.float32).reshape(1, -1))[0]
    # Floats at and beside every rounding boundary that matters, and random bits.
    edges = every[(every & 0x7C00) != 0x7C00][::37].view(np.float16).astype(np.float32).view(np.uint32)
    bits = np.concatenate([edges, edges + 1, edges + 0x0FFF, edges + 0x1000, edges + 0x1001, edges - 1,
                           edges + 0x7FFF, edges + 0x8000, edges + 0x8001,
                           np.array([0x33000000, 0x33000001, 0x32FFFFFF, 0x387FFFFF, 0x387FE000, 0x387FF000,
                                     0x477FEFFF, 0x477FF000, 0x7F7FFFFF, 0x7F800000, 0xFF800000,
                                     0x7F7F7FFF, 0x7F7F8000, 1, 0x80000001], dtype=np.uint32),
                           random_bytes(99, 4 * 8192).view("<u4")]).astype(np.uint32)
    floats = bits.view(np.float32)
    floats = floats[~np.isnan(floats)]
    with np.errstate(over="ignore"):
        to_half = floats.astype(np.float16).view(np.uint16)
    to_bf16 = BF16.quantize_blocks(floats.reshape(-1, 1)).view(np.uint16).reshape(-1)
    with open(out / "halves.bin", "wb") as file:
        file.write(np.array([halves], dtype="<u8").tobytes())
        file.write(np.array([len(floats)], dtype="<u4").tobytes())
        file.write(floats.astype("<f4").tobytes())
        file.write(to_half.astype("<u2").tobytes())
        file.write(to_bf16.astype("<u2").tobytes())


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    with np.errstate(all="ignore"):
        for name in TYPES:
            record(name, out)
        record_halves(out)


if __name__ == "__main__":
    main()
