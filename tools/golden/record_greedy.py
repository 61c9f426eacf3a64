#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Chooses 20 of the greedy prompts away from near ties and writes tests/model/greedy_answers.json.

  record_greedy.py --program PATH/hearth_greedy --model FILE.gguf --rival FILE.json [--float]

--rival: output of greedy_llama.py for the same file. An answer is a candidate when llama.cpp gives the same
text, and with --float (minutes) also our float mode; taken are those with the largest of the smallest margins
between the two best log-probabilities in all these runs.
"""
import argparse
import json
import pathlib
import subprocess

TESTS = pathlib.Path(__file__).resolve().parents[2] / "tests"
PROMPTS = TESTS / "golden" / "greedy" / "prompts.json"
ANSWERS = TESTS / "model" / "greedy_answers.json"
COUNT = 20


def answers(program, model, *mode):
    command = [program, model, PROMPTS, *mode]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--rival", type=pathlib.Path, required=True)
    parser.add_argument("--float", action="store_true")
    args = parser.parse_args()
    runs = [answers(args.program, args.model), json.loads(args.rival.read_text(encoding="utf-8"))]
    if args.float:
        runs.append(answers(args.program, args.model, "f32"))
    default = runs[0]
    margin = {key: min(run[key]["margin"] for run in runs) for key in default}
    stable = [key for key in default if all(run[key]["text"] == default[key]["text"] for run in runs)]
    chosen = set(sorted(stable, key=lambda key: -margin[key])[:COUNT])
    for key, answer in default.items():
        print(f"## {key}: smallest margin {margin[key]:.3f}, {answer['tokens']} tokens, {answer['finish']}"
              f"{', in the test' if key in chosen else ''}")
        for text in dict.fromkeys(run[key]["text"] for run in runs):
            print(text)
    if len(chosen) < COUNT:
        raise SystemExit(f"only {len(chosen)} answers are equal in all runs")
    keep = {key: {part: default[key][part] for part in ("text", "finish")}
            for key in default if key in chosen}
    ANSWERS.write_text(json.dumps(keep, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
