# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Running the program in a clean environment. HEARTH_EXE and HEARTH_RANDOM_MODEL name executables."""

import json
import os
import subprocess
import tempfile
import unittest

HEARTH = os.environ["HEARTH_EXE"]
RANDOM_MODEL = os.environ["HEARTH_RANDOM_MODEL"]
LIMIT = float(os.environ.get("HEARTH_TEST_LIMIT", 240))  # seconds for one command, sanitizers included


class ProgramTest(unittest.TestCase):
  """Each test has its own data folder, an English user and no settings from outside."""

  def setUp(self):
    self.temporary = tempfile.TemporaryDirectory()
    self.addCleanup(self.temporary.cleanup)
    self.home = os.path.join(self.temporary.name, "home")
    self.environment = {
        "PATH": os.environ["PATH"], "HOME": self.temporary.name, "HEARTH_HOME": self.home,
        "HEARTH_LANG": "en", "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    leaks = os.path.join(os.path.dirname(os.path.abspath(__file__)), "leaks.txt")
    # Whole stacks, so that a library that called another one's allocation is found.
    self.environment["LSAN_OPTIONS"] = (
        f"suppressions={leaks}:print_suppressions=0:fast_unwind_on_malloc=0")
    for name, value in os.environ.items():
      if name.endswith("SAN_OPTIONS"):
        self.environment[name] = value

  def run_hearth(self, *args, stdin=b"", **variables):
    """The finished process, with bytes of both outputs."""
    if isinstance(stdin, str):
      stdin = stdin.encode()
    return subprocess.run([HEARTH, *args], input=stdin, capture_output=True, timeout=LIMIT,
                          env={**self.environment, **variables}, check=False)

  def succeed(self, *args, **more):
    """Standard output of a command that must succeed."""
    done = self.run_hearth(*args, **more)
    self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
    return done.stdout.decode()

  def succeed_json(self, *args, **more):
    return json.loads(self.succeed(*args, "--json", **more))

  def fail(self, code, *args, **more):  # noqa: A003 (unittest's own fail is not used)
    """The error text of a command that must fail with this exit code."""
    done = self.run_hearth(*args, **more)
    error = done.stderr.decode(errors="replace")
    self.assertEqual(done.returncode, code, error)
    chinese = more.get("HEARTH_LANG") == "zh" or more.get("LC_ALL", "").startswith("zh")
    self.assertIn("hearth：错误：" if chinese else "hearth: error: ", error)
    self.assertNotIn("\x1b", error)
    return error


def make_model(folder, preset="tiny-qwen2", kind="Q4_K_M", seed=1):
  """Path of a tiny model with random weights."""
  path = os.path.join(folder, f"{preset}-{seed}.gguf")
  subprocess.run([RANDOM_MODEL, preset, kind, path, str(seed)], check=True, timeout=LIMIT)
  return path
