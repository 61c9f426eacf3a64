#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs in the environment of OpenVINO GenAI (pipelines.py starts it).

  pipeline_worker.py serve MODEL SETTINGS   answers {"kind", "tokens", "depth"} a line with a speed
  pipeline_worker.py batch MODEL SETTINGS   the same for {..., "sequences"} that decode together
  pipeline_worker.py compress F16.gguf      writes OpenVINO's form with 4-bit weights beside it
"""
import json
import pathlib
import random
import sys
import time

import numpy
import openvino
import openvino_genai


def prompt_ids(tokens):
    """Random tokens, which cost what text costs and are never found in a cache of prefixes."""
    return numpy.array([[random.randrange(256, 32000) for _ in range(tokens)]], numpy.int64)


def greedy(answer):
    config = openvino_genai.GenerationConfig()
    config.max_new_tokens = answer
    config.ignore_eos = True
    config.do_sample = False
    return config


def generate(pipeline, tokens, answer):
    ids = prompt_ids(tokens)
    prompt = openvino_genai.TokenizedInputs(openvino.Tensor(ids), openvino.Tensor(numpy.ones_like(ids)))
    return pipeline.generate(prompt, greedy(answer)).perf_metrics


def serve(model, settings):
    pipeline = openvino_genai.LLMPipeline(model, "CPU", **json.loads(settings))
    for line in sys.stdin:
        question = json.loads(line)
        if question["kind"] == "prefill":
            metrics = generate(pipeline, question["tokens"], 1)
            speed = question["tokens"] / metrics.get_ttft().mean * 1e3
        else:
            metrics = generate(pipeline, max(1, question["depth"]), question["tokens"] + 1)
            speed = 1e3 / metrics.get_tpot().mean
        print(json.dumps({"tokens_per_second": speed}), flush=True)


def batch(model, settings):
    scheduler = openvino_genai.SchedulerConfig()
    scheduler.cache_size = 1  # GB
    scheduler.max_num_seqs = 64
    pipeline = openvino_genai.ContinuousBatchingPipeline(model, scheduler, "CPU", json.loads(settings))

    def seconds(sequences, depth, answer):
        prompts = [openvino.Tensor(prompt_ids(max(1, depth))) for _ in range(sequences)]
        began = time.perf_counter()
        pipeline.generate(prompts, [greedy(answer)] * sequences)
        return time.perf_counter() - began

    for line in sys.stdin:
        question = json.loads(line)
        sequences, depth, tokens = (question[key] for key in ("sequences", "depth", "tokens"))
        prefill = seconds(sequences, depth, 1)
        decode = seconds(sequences, depth, tokens + 1) - prefill
        print(json.dumps({"tokens_per_second": sequences * tokens / decode}), flush=True)


def compress(gguf):
    import nncf  # slow to import, and needed once

    folder = pathlib.Path(gguf).parent
    openvino_genai.LLMPipeline(gguf, "CPU", enable_save_ov_model=True)
    saved = next(path for path in folder.rglob("openvino_model.xml"))
    model = nncf.compress_weights(openvino.Core().read_model(saved), mode=nncf.CompressWeightsMode.INT4_SYM,
                                  group_size=128, ratio=1.0)
    small = folder / "small.xml"
    openvino.save_model(model, small)
    del model
    for path in saved.parent.glob("openvino_model.*"):
        path.unlink()
    for path in list(saved.parent.iterdir()):
        if path.suffix in (".xml", ".bin", ".json", ".txt") and path.parent != folder:
            path.rename(folder / path.name)
    for suffix in (".xml", ".bin"):
        small.with_suffix(suffix).rename(folder / f"openvino_model{suffix}")


if __name__ == "__main__":
    {"serve": serve, "batch": batch, "compress": compress}[sys.argv[1]](*sys.argv[2:])
