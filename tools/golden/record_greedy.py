#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Chooses 20 of the greedy prompts away from near ties and writes tests/model/greedy_answers.json.

  record_greedy.py --program build/dev/tests/model/hearth_greedy --model FILE.gguf [--rival FILE.json]

--rival: output of greedy_llama.py, compared and printed beside ours.
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
    parser.add_argument("--rival", type=pathlib.Path)
    args = parser.parse_args()
    exact = answers(args.program, args.model, "f32")
    default = answers(args.program, args.model)
    rival = json.loads(args.rival.read_text(encoding="utf-8")) if args.rival else {}
    stable = [key for key in exact if exact[key]["text"] == default[key]["text"]]
    stable.sort(key=lambda key: -min(exact[key]["margin"], default[key]["margin"]))
    chosen = set(stable[:COUNT])
    for key, answer in default.items():
        print(f"## {key}: margin {exact[key]['margin']:.3f} (default {answer['margin']:.3f}), "
              f"{answer['tokens']} tokens, {answer['finish']}{', in the test' if key in chosen else ''}")
        print(answer["text"])
        if exact[key]["text"] != answer["text"]:
            print(f"-- float mode differs: {exact[key]['text']}")
        if key in rival and rival[key]["text"] != answer["text"]:
            print(f"-- llama.cpp differs: {rival[key]['text']}")
    if len(chosen) < COUNT:
        raise SystemExit(f"only {len(chosen)} answers are equal in both modes")
    keep = {key: {part: default[key][part] for part in ("text", "finish")}
            for key in default if key in chosen}
    ANSWERS.write_text(json.dumps(keep, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
