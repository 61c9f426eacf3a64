# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Pipelines of OpenVINO GenAI, from its Python package in an environment of its own.

A pipeline takes seconds to load, so each (model, mode) is a process that answers samples for the whole run.
No pipeline has both of its best modes, so there are several:
  bf16     what it chooses by itself on AMX: its best prompt pass
  dynamic  f32 with int8 activations in groups of 128: its best decode, without AMX also its best prompt pass
  batch    the same for several prompts together (its continuous batching)
Models: "NAME" is the GGUF file read by the pipeline itself; "NAME-i4" is OpenVINO's own form with symmetric
4-bit weights in groups of 128, made from the same file through F16 (seconds per model, once).
"""
import json
import os
import pathlib
import shutil
import subprocess

from rivals import llama_cpp
from rivals.common import Failure, run, say, venv

PACKAGES = ("openvino-genai==2026.4.1.0", "nncf==3.4.0")
WORKER = pathlib.Path(__file__).with_name("pipeline_worker.py")
MODES = {
    "bf16": {"INFERENCE_PRECISION_HINT": "bf16"},
    "dynamic": {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 128},
}
MODES["batch"] = MODES["dynamic"]
COMPRESSED = "-i4"


def prepare(folder):
    python = venv(folder)
    probe = subprocess.run([python, "-c", "import openvino_genai, nncf"], capture_output=True, check=False)
    if probe.returncode:
        say("installing openvino-genai ...")
        run([python, "-m", "pip", "install", "--quiet", *PACKAGES])


def model_path(folder, models, cache, name):
    """Where the model is; OpenVINO's own form is made when it is missing."""
    if not name.endswith(COMPRESSED):
        found = [place / f"{name}.gguf" for place in (models, cache) if (place / f"{name}.gguf").exists()]
        return found[0] if found else None
    source = name.removesuffix(COMPRESSED)
    target = cache / name
    if (target / "openvino_model.xml").exists():
        return target
    work = cache / f"{name}.part"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    llama_cpp.quantize(folder, models / f"{source}.gguf", work / "f16.gguf", "F16")
    say(f"making {name} for OpenVINO ...")
    run([venv(folder), WORKER, "compress", work / "f16.gguf"])
    (work / "f16.gguf").unlink()
    os.replace(work, target)
    return target


class Pipelines:
    """Processes by (model, mode), started when first asked."""

    def __init__(self, folder, models, cache, threads):
        self.folder, self.models, self.cache, self.threads = folder, models, cache, threads
        self.running = {}

    def start(self, model, mode):
        """Loads a pipeline unless it is there."""
        key = (model, mode)
        if key in self.running:
            return
        settings = {**MODES[mode], "INFERENCE_NUM_THREADS": self.threads}
        path = model_path(self.folder, self.models, self.cache, model)
        say(f"  loading {model} in OpenVINO ({mode}) ...")
        work = "batch" if mode == "batch" else "serve"
        command = [venv(self.folder), WORKER, work, path, json.dumps(settings)]
        self.running[key] = subprocess.Popen(command, text=True, stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.talk(key, kind="decode", tokens=4, depth=16, sequences=1)  # the first answer packs the weights

    def ask(self, model, mode, **question):
        self.start(model, mode)
        return self.talk((model, mode), **question)

    def pids(self):
        return [process.pid for process in self.running.values()]

    def talk(self, key, **question):
        process = self.running[key]
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            if line.startswith("{"):  # the library may print, too
                return json.loads(line)["tokens_per_second"]
        raise Failure(f"OpenVINO, {key[0]}: {process.stderr.read()[-600:]}")

    def close(self):
        for process in self.running.values():
            process.stdin.close()
            process.wait()
