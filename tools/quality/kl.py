#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Loss of a quantised run: Kullback-Leibler divergence from a float32 run of llama.cpp, in nats.

  kl.py --models DIR --scratch DIR --float-lib DIR --lib DIR [--hearth-logits PROGRAM] [NAME...]

For each model of tests/golden/logits the reference is llama.cpp in float32 on dequantised weights (library
in --float-lib, see tools/golden/llama_reference.py; logits are kept in the scratch folder, 0.4 to 2.2 GB per
model). Compared with it, over the same windows: llama.cpp with its defaults on the quantised file (library in
--lib), and with --hearth-logits the runs of --runs. Prints a Markdown table. --record writes llama.cpp's
figures to tests/golden/logits/index.json. The first position of a window (one token of context, where
Qwen2.5 has activations so large that 8 bits per block lose the answer) weighs more in a mean than all others
together, so both means are given.
"""
import argparse
import json
import os
import pathlib
import struct
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parents[1] / "tests" / "golden" / "logits"
STEP = 64
# What hearth_logits is run with: (name in the table, arguments).
RUNS = {
    "f32": ("Hearth, --precision f32", ["--precision", "f32"]),
    "default": ("Hearth, default", ["--precision", "default"]),
    "f16kv": ("Hearth, default, FP16 KV", ["--precision", "default", "--kv", "f16"]),
    "int8kv": ("Hearth, default, int8 KV", ["--precision", "default", "--kv", "int8"]),
}


def read_windows(name):
    data = (GOLDEN / f"{name}.logits").read_bytes()
    vocabulary, _, count = struct.unpack_from("<III", data, 8)
    lengths = struct.unpack_from(f"<{count}I", data, 20)
    offset, rows = 20 + 4 * count, []
    for length in lengths:
        rows.append(list(struct.unpack_from(f"<{length}I", data, offset)))
        offset += 4 * length
    return vocabulary, rows


def emit(path, name, float32):
    """In a process of its own: raw float32 logits of every position to standard output."""
    sys.path.insert(0, str(HERE.parent / "golden"))
    from llama_reference import Model
    model = Model(path, float32=float32, context=1024)
    for row in read_windows(name)[1]:
        for logits in model.logits(row, 512 if not float32 else 128):
            sys.stdout.buffer.write(logits.astype("<f4").tobytes())


def run_llama(path, name, float32, library, out):
    env = dict(os.environ, LLAMA_CPP_LIB_PATH=str(library))
    command = [sys.executable, __file__, "--emit", str(path), name] + (["--float32"] if float32 else [])
    return subprocess.Popen(command, stdout=out, env=env)


def log_softmax(logits):
    wide = logits.astype(np.float64)
    wide -= wide.max(axis=1, keepdims=True)
    return wide - np.log(np.exp(wide).sum(axis=1, keepdims=True))


def compare(reference, process, vocabulary, positions):
    """Per position: (divergence, largest difference of a top-64 log-probability, same best token)."""
    rows = []
    for start in range(0, positions, STEP):
        count = min(STEP, positions - start)
        size = count * vocabulary * 4
        data = process.stdout.read(size)
        if len(data) != size:
            raise SystemExit(f"{process.args[0]}: ended after {start} positions")
        p = log_softmax(reference[start:start + count])
        q = log_softmax(np.frombuffer(data, "<f4").reshape(count, vocabulary))
        divergence = (np.exp(p) * (p - q)).sum(axis=1)
        top = np.argpartition(p, -64, axis=1)[:, -64:]
        worst = np.abs(np.take_along_axis(p - q, top, axis=1)).max(axis=1)
        rows.append(np.stack([divergence, worst, p.argmax(axis=1) == q.argmax(axis=1)], axis=1))
    process.wait()
    return np.concatenate(rows)


def reference_logits(name, args, vocabulary, positions):
    kept = args.scratch / f"{name}.f32.raw"
    if not kept.exists() or kept.stat().st_size != positions * vocabulary * 4:
        wide = args.scratch / f"{name}.f32.gguf"
        if not wide.exists():
            raise SystemExit(f"{wide} is missing: run tools/golden/record_logits.py with this scratch folder")
        with open(kept, "wb") as out:
            if run_llama(wide, name, True, args.float_lib, out).wait() != 0:
                raise SystemExit("the float32 run failed")
    return np.memmap(kept, "<f4", "r", shape=(positions, vocabulary))


def measure(name, args):
    vocabulary, windows = read_windows(name)
    lengths = [len(row) for row in windows]
    reference = reference_logits(name, args, vocabulary, sum(lengths))
    source = args.models / f"{name}.gguf"
    runs = []
    if args.lib:
        runs.append(("llama.cpp, default", run_llama, (source, name, False, args.lib, subprocess.PIPE)))
    for key in args.runs.split(",") if args.hearth_logits else []:
        title, flags = RUNS[key]
        command = [args.hearth_logits, source, GOLDEN / f"{name}.logits", "/dev/stdout", *flags]
        runs.append((title, subprocess.Popen, (list(map(str, command)), -1, None, None, subprocess.PIPE)))
    for title, start, arguments in runs:
        rows = compare(reference, start(*arguments), vocabulary, sum(lengths))
        kl = rows[:, 0]
        starts = np.cumsum([0] + lengths[:-1])
        later = np.delete(kl, starts)
        print(f"| {name} | {title} | {kl.mean():.6f} | {later.mean():.6f} | {np.quantile(kl, 0.99):.4f} "
              f"| {kl.max():.4f} | {np.delete(rows[:, 1], starts).max():.2g} | {rows[:, 1].max():.2g} "
              f"| {100 * rows[:, 2].mean():.2f} |", flush=True)
        if title.startswith("llama.cpp") and args.record:
            index = json.loads((GOLDEN / "index.json").read_text())
            parts = np.split(kl, np.cumsum(lengths)[:-1])
            index[name]["llama_cpp_kl"] = [round(float(part.mean()), 7) for part in parts]
            index[name]["llama_cpp_kl_after_first"] = [round(float(part[1:].mean()), 7) for part in parts]
            (GOLDEN / "index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--emit", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--float32", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--models", type=pathlib.Path)
    parser.add_argument("--scratch", type=pathlib.Path)
    parser.add_argument("--float-lib", type=pathlib.Path)
    parser.add_argument("--lib", type=pathlib.Path)
    parser.add_argument("--hearth-logits")
    parser.add_argument("--runs", default="f32,default", help=f"of {', '.join(RUNS)}")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    if args.emit:
        emit(args.emit[0], args.emit[1], args.float32)
        return
    print("| Model | Run | mean KL | mean KL after the first position | 99 % | max "
          "| largest log-prob difference, top 64, after the first | with it | same best token, % |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in args.names or sorted(json.loads((GOLDEN / "index.json").read_text())):
        measure(name, args)


if __name__ == "__main__":
    main()
