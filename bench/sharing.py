#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""What is lost when two programs share the machine: two `hearth bench` at once against one alone.

  bench/sharing.py build/dev/hearth MODEL.gguf...        --llama-bench PATH: its two, too

Per round, in turns: one alone, two at once, one beside a busy loop. Printed per model and kind of work: the
speeds of both added up over the speed of one alone (1: sharing costs nothing), the speed beside the loop over
that alone, and the processor time of one of the two over that of one alone: what is above 1 was burnt waiting
(and on colder caches). Medians over rounds with minimum and maximum. Nothing else may run meanwhile.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

WORKS = ("prefill", "decode")


def hearth(args, model):
    return [args.hearth, "bench", model, "--json", "--no-limits", "--prefill", str(args.prefill),
            "--decode", str(args.decode), "--repeat", str(args.repeat), "--threads", str(args.threads)]


def hearth_speeds(text):
    found = json.loads(text)
    return {work: found[work]["tokens_per_second"] for work in WORKS}


def llama(args, model):
    return [args.llama_bench, "-m", model, "-p", str(args.prefill), "-n", str(args.decode),
            "-r", str(args.repeat), "-t", str(args.threads), "-o", "json"]


def llama_speeds(text):
    rows = json.loads(text)
    return {"prefill" if row["n_prompt"] else "decode": statistics.median(row["samples_ts"]) for row in rows}


def together(command, speeds, count):
    """`count` at once: the speeds of each, and the mean of their processor times."""
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
               for _ in range(count)]
    texts, seconds = [], 0.0
    for process in running:
        texts.append(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
        seconds += (usage.ru_utime + usage.ru_stime) / count
    return [speeds(text) for text in texts], seconds


def measure_round(command, speeds):
    """{(work, what): ratio} of one round."""
    (alone,), alone_seconds = together(command, speeds, 1)
    both, both_seconds = together(command, speeds, 2)
    loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        (beside,), _ = together(command, speeds, 1)
    finally:
        loop.kill()
        loop.wait()
    ratios = {("processor time", "of one of two"): both_seconds / alone_seconds}
    for work in WORKS:
        ratios[work, "two at once, sum"] = sum(one[work] for one in both) / alone[work]
        ratios[work, "beside a busy loop"] = beside[work] / alone[work]
    return ratios


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hearth")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--llama-bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--prefill", type=int, default=512)
    parser.add_argument("--decode", type=int, default=32)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    args = parser.parse_args()
    sides = {"hearth": (hearth, hearth_speeds)}
    if args.llama_bench:
        sides["llama.cpp"] = (llama, llama_speeds)
    for model in args.models:
        found = {}
        for _ in range(args.rounds):
            for side, (command, speeds) in sides.items():
                for key, ratio in measure_round(command(args, model), speeds).items():
                    found.setdefault((side, *key), []).append(ratio)
        print(os.path.basename(model))
        for (side, work, what), ratios in found.items():
            print(f"  {side:<10} {work:<15} {what:<19} {statistics.median(ratios):.2f} "
                  f"[{min(ratios):.2f}-{max(ratios):.2f}]")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
