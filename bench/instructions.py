#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of fixed micro workloads under callgrind: repeatable where time is not.

  bench/instructions.py build/dev/bench/hearth_workloads           fails when a count rose by more than 3 %
  bench/instructions.py build/dev/bench/hearth_workloads --record  writes bench/instructions.json

Scalar and AVX2 rows: valgrind knows no AVX-512 and no AMX. The baseline is kept per compiler; an unknown
one, or a machine without valgrind, is a skip (exit code 77). A count that fell by more than 3 % is a notice:
record it, so that the gain is kept.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

BASELINE = pathlib.Path(__file__).with_name("instructions.json")
ROWS = ("scalar", "avx2")
LIMIT = 1.03


def compiler(program):
    """From the program's own comment section: "GCC: (Debian 12.2.0-14) 12.2.0"."""
    text = subprocess.run(["readelf", "-p", ".comment", program], capture_output=True, text=True).stdout
    found = re.findall(r"\]\s+(.+)", text)
    return " + ".join(sorted(set(found)))


def count(program, row, workload):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no",
               "--toggle-collect=MeasuredPart", program, row, workload]
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        raise SystemExit(f"{row} {workload}: {done.stderr[-500:]}")
    return int(found[1])


def compare(counts, before):
    """Prints each count beside the recorded one; False when one rose too far or is new."""
    failures = gains = 0
    for key, value in counts.items():
        ratio = value / before[key] if key in before else None
        worse = ratio is None or ratio > LIMIT
        better = not worse and ratio < 1 / LIMIT
        failures += worse
        gains += better
        print(f"{'FAIL' if worse else 'less' if better else 'ok':4} {key:28} {value:12,} "
              f"{'new' if ratio is None else f'{ratio:.3f}x'}")
    if failures:
        print(f"{failures} workloads need more instructions than bench/instructions.json allows, or are new. "
              "Make them cheaper, or record them with --record and say why in the commit.")
    if gains:
        print(f"notice: {gains} workloads need fewer instructions than recorded; --record keeps the gain.")
    return failures == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program", help="hearth_workloads of a release build")
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    if not shutil.which("valgrind") or not shutil.which("readelf"):
        print("skipped: valgrind and readelf are needed")
        sys.exit(77)
    built_by = compiler(args.program)
    recorded = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if not args.record and built_by not in recorded:
        print(f"skipped: bench/instructions.json knows {', '.join(recorded)}; this program is of {built_by}. "
              "Add it with --record.")
        sys.exit(77)
    names = subprocess.run([args.program], capture_output=True, text=True, check=True).stdout.split()
    pairs = [(row, name) for row in ROWS for name in names]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        values = pool.map(lambda pair: count(args.program, *pair), pairs)
        counts = {" ".join(pair): value for pair, value in zip(pairs, values)}
    before = recorded.get(built_by, {})
    if args.record:
        recorded[built_by] = counts
        BASELINE.write_text(json.dumps(recorded, indent=1) + "\n")
    sys.exit(0 if compare(counts, before) or args.record else 1)


if __name__ == "__main__":
    main()
