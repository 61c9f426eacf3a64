# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""llama.cpp, built here from the source archive of the Python package llama-cpp-python."""
import json
import os
import pathlib
import subprocess
import tarfile

from rivals.common import Failure, run, say, venv

PACKAGE = "llama-cpp-python"
AVX2 = ["-DGGML_NATIVE=OFF", "-DGGML_SSE42=ON", "-DGGML_AVX=ON", "-DGGML_AVX2=ON", "-DGGML_FMA=ON",
        "-DGGML_F16C=ON", "-DGGML_BMI2=ON"]
# Name of the build: what the compiler may use. The restricted ones are compared with HEARTH_ISA=name.
BUILDS = {
    "native": ["-DGGML_NATIVE=ON"],
    "avx512vnni": [*AVX2, "-DGGML_AVX512=ON", "-DGGML_AVX512_VBMI=ON", "-DGGML_AVX512_VNNI=ON"],
    "avxvnni": [*AVX2, "-DGGML_AVX_VNNI=ON"],
    "avx2": AVX2,
}
COMMON = ["-DCMAKE_BUILD_TYPE=Release", "-DLLAMA_CURL=OFF", "-DLLAMA_OPENSSL=OFF", "-DLLAMA_BUILD_TESTS=OFF",
          "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_SERVER=OFF", "-DLLAMA_BUILD_APP=OFF",
          "-DLLAMA_BUILD_UI=OFF", "-DLLAMA_USE_PREBUILT_UI=OFF"]


def targets(build):
    """Files are requantised, and several sequences measured, with the native build only."""
    return ("llama-bench", "llama-batched-bench", "llama-quantize") if build == "native" else ("llama-bench",)


def clang():
    """llama.cpp's AMX code crashes when GCC 12 builds it (it drops the tile configuration)."""
    for version in ("-19", "-18", "-17", ""):
        if not subprocess.run(["which", f"clang++{version}"], capture_output=True, check=False).returncode:
            return [f"-DCMAKE_C_COMPILER=clang{version}", f"-DCMAKE_CXX_COMPILER=clang++{version}"]
    raise Failure("clang is needed to build llama.cpp: tools/install_packages.sh test")


def tool(folder, build, name):
    return folder / build / "bin" / name


def source_tree(folder):
    """The unpacked source, fetched when it is not there."""
    source = folder / "src"
    pattern = "llama_cpp_python-*/vendor/llama.cpp/CMakeLists.txt"
    if not list(source.glob(pattern)):
        say(f"fetching {PACKAGE} (source archive, 80 MB) ...")
        source.mkdir(parents=True, exist_ok=True)
        # Only this package as source: its build tools may come as wheels.
        run([venv(folder), "-m", "pip", "download", "--no-binary", PACKAGE, "--no-deps", "--dest", source,
             PACKAGE])
        with tarfile.open(next(source.glob("llama_cpp_python-*.tar.gz"))) as archive:
            archive.extractall(source, filter="data")
    return next(source.glob(pattern)).parent


def prepare(folder, builds):
    """Builds what is missing of `builds`."""
    for name in sorted(builds):
        if all(tool(folder, name, target).exists() for target in targets(name)):
            continue
        tree = source_tree(folder)
        say(f"building llama.cpp for {name} (minutes) ...")
        run(["cmake", "-G", "Ninja", "-S", tree, "-B", folder / name, *clang(), *COMMON, *BUILDS[name]])
        run(["ninja", "-C", folder / name, *targets(name)])


def confirm_amx(folder, model):
    """The rival must use the matrix unit where there is one; its own log says so."""
    if "amx_int8" not in pathlib.Path("/proc/cpuinfo").read_text():
        return "no AMX on this machine"
    command = [tool(folder, "native", "llama-bench"), "-m", model, "-r", "1", "-p", "8", "-n", "0", "-v"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "amx repack" not in done.stdout + done.stderr:
        raise Failure("the native build of llama.cpp does not use AMX: build it with clang")
    return "AMX confirmed in llama.cpp's log"


def quantize(folder, source, target, kind):
    """A file of another type from `source`, beside a temporary name until it is whole."""
    say(f"making {target.name} ...")
    part = target.with_suffix(".part")
    run([tool(folder, "native", "llama-quantize"), "--allow-requantize", source, part, kind])
    os.replace(part, target)


def arguments(row, threads):
    """What llama-bench is asked for one sample of a row."""
    work = {
        "prefill": ["-p", row.tokens, "-n", 0],
        "decode": ["-p", 0, "-n", row.tokens, "-d", row.depth],
        "start": ["-p", row.tokens, "-n", 1, "--no-warmup"],
        "memory": ["-pg", f"{row.depth},{row.tokens}", "-p", 0, "-n", 0],
    }[row.kind.partition("-")[0]]
    return ["-t", threads, "-r", 1, "-fa", 1, "-o", "json", *work]


def together(folder, build, model, row, threads):
    """Tokens per second of all sequences of a row."""
    context = row.sequences * (row.depth + row.tokens)
    text = run([tool(folder, build, "llama-batched-bench"), "-m", model, "-t", threads, "-fa", "on",
                "-c", context, "-npp", row.depth, "-ntg", row.tokens, "-npl", row.sequences,
                "--output-format", "jsonl"])
    return next(json.loads(line)["speed_tg"] for line in text.splitlines() if line.startswith("{"))


def tokens_per_second(folder, build, model, row, threads):
    if row.kind == "together":
        return together(folder, build, model, row, threads)
    text = run([tool(folder, build, "llama-bench"), "-m", model, *arguments(row, threads)])
    return json.loads(text)[0]["avg_ts"]
