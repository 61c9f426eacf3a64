#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Greedy answers of llama.cpp to tests/golden/greedy/prompts.json, as one JSON object on standard output.

  greedy_llama.py MODEL.gguf [--float32] [--limit 96]

The chat template of the file is rendered with Jinja2. --float32 (give the dequantised file): answers of the
float32 run, with the smallest margin between the two best logits of each, to choose prompts away from ties.
"""
import argparse
import json
import pathlib
import sys

import gguf
import jinja2

from llama_reference import Model

PROMPTS = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "greedy" / "prompts.json"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--float32", action="store_true")
    parser.add_argument("--limit", type=int, default=96)
    args = parser.parse_args()
    source = gguf.GGUFReader(args.model).get_field("tokenizer.chat_template").contents()
    template = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(source)
    model = Model(args.model, float32=args.float32, context=1024)
    result = {}
    for item in json.loads(PROMPTS.read_text(encoding="utf-8")):
        messages = [{"role": "user", "content": item["prompt"]}]
        text = template.render(messages=messages, add_generation_prompt=True)
        tokens, margin, finish = model.greedy(model.tokenize(text, special=True), args.limit)
        answer = b"".join(map(model.piece, tokens)).decode("utf-8", "replace")
        result[item["id"]] = {"text": answer, "tokens": len(tokens), "margin": round(margin, 4),
                              "finish": finish}
        print(f"{item['id']}: {answer!r}", file=sys.stderr, flush=True)
    json.dump(result, sys.stdout, ensure_ascii=False, indent=2)


if __name__ == "__main__":
    main()
