#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of fixed micro workloads under callgrind: repeatable where time is not.

  bench/instructions.py build/dev/bench/hearth_workloads            fails when a count rose by more than 3 %
  bench/instructions.py build/dev/bench/hearth_workloads --record   writes bench/instructions.json

Scalar and AVX2 rows: valgrind knows no AVX-512 and no AMX. The baseline belongs to one compiler; another one,
or a machine without valgrind, is a skip (exit code 77).
"""
import argparse
import json
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program", help="hearth_workloads of a release build")
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    if not shutil.which("valgrind") or not shutil.which("readelf"):
        print("skipped: valgrind and readelf are needed")
        sys.exit(77)
    built_by = compiler(args.program)
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if not args.record and baseline.get("compiler") != built_by:
        print(f"skipped: the baseline is of {baseline.get('compiler')}, this program of {built_by}")
        sys.exit(77)
    names = subprocess.run([args.program], capture_output=True, text=True, check=True).stdout.split()
    counts = {f"{row} {name}": count(args.program, row, name) for row in ROWS for name in names}
    if args.record:
        BASELINE.write_text(json.dumps({"compiler": built_by, "counts": counts}, indent=1) + "\n")
    failures = 0
    for key, value in counts.items():
        before = baseline.get("counts", {}).get(key)
        ratio = value / before if before else 1
        bad = not args.record and (not before or ratio > LIMIT)
        failures += bad
        print(f"{'FAIL' if bad else 'ok':4} {key:28} {value:12,} {f'{ratio:.3f}x' if before else 'new'}")
    if failures:
        print(f"{failures} workloads need more instructions than bench/instructions.json allows, or are new. "
              "Make them cheaper, or record them with --record and say why in the commit.")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
