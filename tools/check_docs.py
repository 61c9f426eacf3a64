#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Every code block of the documentation is executed, compiled or parsed.

  check_docs.py BUILD_FOLDER [PAGE...]

  sh     each command is either one that ./test or .ci/run executes themselves (it stands there word
         for word), or is executed here, in an empty folder, with the built `hearth` on the PATH and
         the test models in its store; it must exit 0
  cpp    compiled against src/ (statements are put into a function)
  json   parsed
  text   output or a picture, not checked; a block without a language is an error
Links to files of the project must lead somewhere.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from fetch_test_models import MODELS
from house import ROOT, files

PAGES = ("*.md",)
FENCE = re.compile(r"^(?P<fence>```+)(?P<language>[\w+-]*)[^\n]*\n(?P<body>.*?)^(?P=fence)[ \t]*$",
                   re.S | re.M)
# What executes these is the build itself: .ci/run, ./test, and what they call.
RUNNERS = (".ci/run", "test", "run", "tools/say.sh", "tools/counts.sh", "tools/install_packages.sh")
# Commands that make no sense inside a test: they need another machine, or take hours.
OUTSIDE = re.compile(r"^(git clone |cd hearth$|sudo |\.ci/run$|\./run( |$)|\./test( |$)|FUZZ_SECONDS=)")
STORE_NAMES = {
    "qwen2.5-coder:1.5b": "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    "qwen2.5-coder:0.5b": "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    "smollm2:135m": "smollm2-135m-instruct-q4_1.gguf",
}


def blocks(page):
  text = (ROOT / page).read_text(encoding="utf-8")
  for match in FENCE.finditer(text):
    line = text.count("\n", 0, match.start()) + 1
    yield f"{page}:{line}", match["language"], match["body"]


def commands(body):
  joined = re.sub(r"\\\n\s*", " ", body)
  for line in joined.splitlines():
    line = re.sub(r"\s+#\s.*$", "", line).strip()
    if line and not line.startswith("#"):
      yield line


class Workplace:
  """An empty folder with the built program and the models of HEARTH_TEST_MODELS in its store."""

  def __init__(self, build):
    self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hearth-docs-"))
    self.models = os.environ.get("HEARTH_TEST_MODELS")
    hearth = pathlib.Path(build) / "hearth"
    self.built = hearth.exists()
    self.environment = dict(os.environ, HEARTH_HOME=str(self.folder / "home"), HEARTH_LANG="en",
                            PATH=f"{hearth.parent.resolve()}:{os.environ['PATH']}")
    self.linked = False

  def lacks(self, command):
    """Why `command` cannot run here, or nothing."""
    if not self.built:
      return "hearth is not built"
    for name, file in STORE_NAMES.items():
      if name in command or file in command:
        if not self.models or not (pathlib.Path(self.models) / file).exists():
          return f"the model {name} is not here"
    return None

  def prepare(self):
    if self.linked or not self.models:
      return
    self.linked = True
    blobs = self.folder / "home/blobs"
    manifests = self.folder / "home/manifests"
    blobs.mkdir(parents=True)
    manifests.mkdir()
    for model in MODELS:
      source = pathlib.Path(self.models) / model.file
      if source.exists():
        (self.folder / model.file).symlink_to(source.resolve())

  def run(self, command):
    self.prepare()
    return subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=self.folder,
                          env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=600, check=False)

  def close(self):
    shutil.rmtree(self.folder)


def check_shell(where, body, workplace, skipped):
  runners = "\n".join((ROOT / name).read_text() for name in RUNNERS)
  for command in commands(body):
    if OUTSIDE.match(command) or command in runners:
      continue
    if command.startswith(("cmake ", "ctest ")):
      yield from check_build_command(where, command)
      continue
    reason = workplace.lacks(command)
    if reason:
      skipped.append(f"{where}: {command}: {reason}")
      continue
    done = workplace.run(command)
    if done.returncode != 0:
      yield f"{where}: `{command}` exits {done.returncode}: {done.stderr.strip()[-500:]}"


def check_build_command(where, command):
  """The presets and rooms that a build command names exist; building again would take minutes."""
  presets = {p["name"] for p in json.loads((ROOT / "CMakePresets.json").read_text())["buildPresets"]}
  for preset in re.findall(r"--preset (\S+)|build/(\w+)", command):
    if (preset[0] or preset[1]) not in presets:
      yield f"{where}: `{command}`: there is no such preset"
  for room in re.findall(r"--target (\w+)_tests", command):
    if not (ROOT / "src" / room).is_dir():
      yield f"{where}: `{command}`: there is no such room"


def check_cpp(where, body):
  includes = "".join(re.findall(r"^#include.*\n", body, re.M))
  rest = re.sub(r"^#include.*\n", "", body, flags=re.M)
  if not re.search(r"\bint main\b|\bnamespace\b|^(?:class|struct|template)\b", rest, re.M):
    rest = f"hearth::Status Snippet();\nhearth::Status Snippet() {{\n{rest}\nreturn {{}};\n}}\n"
    includes += '#include "base/result.h"\n'
  done = subprocess.run(
      [os.environ.get("CXX", "g++"), "-std=c++23", "-fsyntax-only", "-I", str(ROOT / "src"), "-x",
       "c++", "-"], input=includes + rest, capture_output=True, text=True, check=False)
  if done.returncode != 0:
    yield f"{where}: does not compile: {done.stderr.strip()[:800]}"


def check_links(page):
  text = FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))
  for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
    if not re.match(r"[a-z]+:", target) and not ((ROOT / page).parent / target).exists():
      yield f"{page}: the link to {target} leads nowhere"


def main(build, pages):
  errors = []
  skipped = []
  count = 0
  workplace = Workplace(build)
  try:
    for page in pages or files(*PAGES):
      errors += check_links(page)
      for where, language, body in blocks(page):
        count += 1
        if language == "sh":
          errors += check_shell(where, body, workplace, skipped)
        elif language == "cpp":
          errors += check_cpp(where, body)
        elif language == "json":
          try:
            json.loads(body)
          except ValueError as error:
            errors.append(f"{where}: {error}")
        elif language != "text":
          errors.append(f"{where}: a block of the language '{language}' is checked by nothing")
  finally:
    workplace.close()
  print("\n".join(errors + [f"skipped: {s}" for s in skipped]) or f"{count} blocks are true")
  return 1 if errors else 0


if __name__ == "__main__":
  sys.exit(main(sys.argv[1], sys.argv[2:]))
