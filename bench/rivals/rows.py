# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""What bench/versus measures: one row per figure, with the rivals it is compared with."""
import dataclasses
import pathlib

STARTER = "qwen2.5-coder-1.5b-instruct-q4_k_m"
SMALL = "qwen2.5-coder-0.5b-instruct-q4_k_m"
TINY = "smollm2-135m-instruct-q4_1"
RESTRICTED = ("avx512vnni", "avxvnni", "avx2")  # stand in for client machines

# Files that are made when missing: requantised from another one by llama.cpp, or random weights of a shape.
REQUANTISED = {f"{source}-{kind}": (source, kind.upper())
               for source in (STARTER, SMALL) for kind in ("q4_0", "q8_0")}
RANDOM = {f"{shape}-{kind}": (shape, name) for shape in ("llama-1.1b", "llama-7b")
          for kind, name in (("q4_0", "Q4_0"), ("q4_k_m", "Q4_K_M"), ("q8_0", "Q8_0"))}


@dataclasses.dataclass(frozen=True)
class Rival:
    engine: str      # llama.cpp, OpenVINO, or Hearth for another way of its own
    model: str = ""  # another file than ours: the rival's best form of the same model
    mode: str = ""   # of OpenVINO

    def name(self, row):
        kind = self.model.removeprefix(row.model).removeprefix("-") or "same file"
        return ", ".join(part for part in (self.engine, kind, self.mode) if part)


LLAMA = Rival("llama.cpp")


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    kind: str               # a key of bench/versus KINDS
    model: str              # file without .gguf
    tokens: int
    depth: int = 0          # tokens in the context before the measured ones
    rivals: tuple = (LLAMA,)
    must: float = 0         # ratio to the best rival that is asked for, 0: none
    must_same: float = 0    # ratio to llama.cpp with the same file
    aim: float = 0
    isa: str = ""           # HEARTH_ISA and the build of llama.cpp; empty: what the machine has
    threads: int = 0        # 0: those of the run
    quick: bool = False     # part of --quick
    sequences: int = 1      # that decode together

    def build(self):
        return self.isa or "native"


def requantised(model, kind):
    return Rival("llama.cpp", f"{model}-{kind}")


def openvino(model, form, mode):
    return Rival("OpenVINO", f"{model}-{form}" if form else model, mode)


def best(model, kind, mode):
    """llama.cpp with the same file and with its best file, OpenVINO with its own form of the same weights.
    (OpenVINO reading the GGUF itself was slower in every row: 352 against 458 tok/s in prefill-512.)"""
    return (LLAMA, requantised(model, kind), openvino(model, "i4", mode))


def prompt_mode():
    """OpenVINO's faster mode for prompts: on AMX bf16, else int8 activations (prefill-512 on Zen 5: 494,
    with bf16 373 tok/s)."""
    cpu = pathlib.Path("/proc/cpuinfo")
    return "bf16" if cpu.exists() and "amx_bf16" in cpu.read_text() else "dynamic"


PROMPT = prompt_mode()
PROMPT_RIVALS = best(STARTER, "q8_0", PROMPT)
SMALL_PROMPT_RIVALS = (*best(SMALL, "q8_0", PROMPT), openvino(SMALL, "q8_0", PROMPT))
DECODE_RIVALS = best(STARTER, "q4_0", "dynamic")
SMALL_DECODE_RIVALS = best(SMALL, "q4_0", "dynamic")
SEVERAL_RIVALS = best(STARTER, "q8_0", "batch")
SMALL_SEVERAL_RIVALS = best(SMALL, "q8_0", "batch")
SINGLE_STEPS = (Rival("Hearth", mode="a token a step"),)


def shape_rows(name, shape):
    return [row for kind in ("q4_k_m", "q4_0", "q8_0") for row in (
        Row(f"{name}-prefill-512-{kind}", "prefill", f"{shape}-{kind}", 512, must=5 * (kind == "q4_k_m")),
        Row(f"{name}-decode-32-{kind}", "decode", f"{shape}-{kind}", 32, 16, must=1.5 * (kind == "q4_k_m")))]


def restricted_rows():
    must = {"avx512vnni": (2, 1.2), "avxvnni": (1.8, 1.1), "avx2": (1.15, 1.1)}
    return [row for isa in RESTRICTED for row in (
        Row(f"prefill-512-{isa}", "prefill", STARTER, 512, must=must[isa][0], isa=isa),
        Row(f"decode-32-{isa}", "decode", STARTER, 32, 16, must=must[isa][1], isa=isa))]


ROWS = (
    Row("prefill-512", "prefill", STARTER, 512, 0, PROMPT_RIVALS, 2, 5, 3.5, quick=True),
    Row("prefill-2048", "prefill", STARTER, 2048, 0, PROMPT_RIVALS, 2, 5, 3.5),
    Row("decode-64", "decode", STARTER, 64, 16, DECODE_RIVALS, 1.5, 2.5, 1.75, quick=True),
    Row("decode-32-at-4096", "decode", STARTER, 32, 4096, DECODE_RIVALS, 1.8),
    Row("small-prefill-512", "prefill", SMALL, 512, 0, SMALL_PROMPT_RIVALS, 1.6, 0, 3, quick=True),
    Row("small-prefill-2048", "prefill", SMALL, 2048, 0, SMALL_PROMPT_RIVALS, 1.6, 0, 3),
    Row("small-decode-64", "decode", SMALL, 64, 16, SMALL_DECODE_RIVALS, 1.1, 2.7, quick=True),
    Row("decode-8-sequences", "together", STARTER, 64, 16, SEVERAL_RIVALS, 1.3, aim=2.2, sequences=8),
    Row("small-decode-8-sequences", "together", SMALL, 64, 16, SMALL_SEVERAL_RIVALS, sequences=8),
    # A step of 8 tokens of one sequence: at most 1.25 times the time of a step of one.
    Row("verify-8", "verify", STARTER, 8, 16, SINGLE_STEPS, 0.8),
    Row("prefill-512-q4_0", "prefill", f"{STARTER}-q4_0", 512),
    Row("decode-64-q4_0", "decode", f"{STARTER}-q4_0", 64, 16, must=1.5, aim=1.7),
    Row("prefill-512-q8_0", "prefill", f"{STARTER}-q8_0", 512),
    Row("decode-64-q8_0", "decode", f"{STARTER}-q8_0", 64, 16, must=1.2, aim=1.3),
    *shape_rows("llama-1.1b", "llama-1.1b"),
    *shape_rows("llama-7b", "llama-7b"),
    Row("start-cold", "start-cold", STARTER, 16, must=1),
    Row("start-warm", "start", STARTER, 16, must=1.5),
    Row("start-first", "start-first", STARTER, 16),  # without packed weights from an earlier start
    Row("memory-at-4096", "memory", STARTER, 16, 4080, must=1.5),
    *restricted_rows(),
    Row("tiny-prefill-512-1-thread", "prefill", TINY, 512, threads=1),
    Row("tiny-decode-64-1-thread", "decode", TINY, 64, 16, threads=1),
)


def quick(row):
    """The row with llama.cpp and the same file only."""
    return dataclasses.replace(row, rivals=(LLAMA,), must=0, aim=0)
