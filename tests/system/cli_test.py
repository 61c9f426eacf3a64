#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Commands that need no model: arguments, languages, exit codes, pipes, read-only folders."""

import os
import re
import subprocess
import sys
import unittest

from program import HEARTH, LIMIT, ProgramTest

ISA_ROWS = ("scalar", "avx2", "avxvnni", "avx512vnni", "avx512bf16", "amx")


class Arguments(ProgramTest):

  def test_version(self):
    for args in (["--version"], ["version"], ["-V"]):
      text = self.succeed(*args)
      self.assertRegex(text, r"\Ahearth \d+\.\d+\.\d+\n")
      for word in ("commit", "compiler", "kernels"):
        self.assertIn(word, text)
    self.assertIn(self.succeed_json("version")["isa"], ISA_ROWS)

  def test_help_in_both_languages(self):
    self.assertIn("hearth COMMAND", self.succeed())
    self.assertIn("doctor", self.succeed("--help"))
    self.assertIn("与模型对话" if "chat" in self.succeed() else "检查本机的能力",
                  self.succeed("--help", HEARTH_LANG="zh"))
    self.assertIn("用法", self.succeed("doctor", "--help", HEARTH_LANG="zh"))
    self.assertIn("没有这个命令", self.fail(2, "nothing", HEARTH_LANG="zh"))
    self.assertIn("没有这个命令", self.fail(2, "nothing", HEARTH_LANG="", LC_ALL="zh_CN.UTF-8"))

  def test_wrong_arguments(self):
    self.assertIn("Did you mean `hearth doctor`?", self.fail(2, "docter"))
    self.assertIn("--help", self.fail(2, "\x1b[31mred"))
    self.assertIn("unexpected argument --nothing", self.fail(2, "doctor", "--nothing"))
    self.assertIn("unexpected argument more", self.fail(2, "list", "more"))
    self.assertIn("NAME is missing", self.fail(2, "pull"))
    self.assertIn("MODEL is missing", self.fail(2, "bench"))
    self.assertIn("--threads", self.fail(2, "bench", "limits", "--threads", "two"))

  def test_settings_are_checked(self):
    self.assertIn("0 ... 5", self.fail(2, "run", "m", "p", "--temperature", "9"))
    self.assertIn("HEARTH_TOP_K", self.fail(2, "run", "m", "p", HEARTH_TOP_K="many"))
    self.assertIn("int8, f16", self.fail(2, "chat", "m", "--kv", "f8"))

  def test_isa_is_forced_loudly(self):
    error = self.fail(2, "--version", HEARTH_ISA="avx9")
    self.assertIn("scalar, avx2, avxvnni, avx512vnni, avx512bf16, amx", error)
    for row in ISA_ROWS:
      done = self.run_hearth("--version", HEARTH_ISA=row)
      if done.returncode == 0:
        self.assertIn(f"{row} (forced by HEARTH_ISA)".encode(), done.stdout)
      else:  # kFailedPrecondition: this machine has no such row
        self.assertEqual(done.returncode, 7)
        self.assertIn(f"HEARTH_ISA={row} is not possible".encode(), done.stderr)


class Script(ProgramTest):
  """./run knows the commands, and says so before it installs or builds anything."""

  def test_help(self):
    script = os.path.join(os.path.dirname(__file__), "..", "..", "run")
    for lang, word in (("en", "QUESTION"), ("zh", "问题")):
      text = subprocess.run([script, "--help"], capture_output=True, timeout=LIMIT, check=True,
                            env={**self.environment, "HEARTH_LANG": lang}).stdout.decode()
      self.assertIn(word, text)
      listed = re.search("hearth (?:COMMAND ...:|命令 ……：)(.*)", text).group(1).split()
      in_help = re.findall(r"^  ([a-z]+) ", self.succeed("--help"), re.MULTILINE)
      self.assertEqual(listed, [c for c in in_help if c != "hearth"])


class Machine(ProgramTest):

  def test_doctor(self):
    text = self.succeed("doctor", "--quick")
    self.assertIn("kernels", text)
    self.assertNotIn("\x1b", text)
    facts = self.succeed_json("doctor", "--quick")
    self.assertIn(facts["isa"], ISA_ROWS)
    self.assertGreater(facts["memory_bytes"]["total"], 0)
    self.assertIsNone(facts["read_gigabytes_per_second"])
    self.assertEqual(self.succeed_json("doctor", "--quick", HEARTH_ISA="scalar")["isa"], "scalar")

  def test_list(self):
    self.assertIn("none yet", self.succeed("list"))
    self.assertTrue(any(m["name"] == "qwen2.5-coder:1.5b"
                        for m in self.succeed_json("list")["catalogue"]))
    self.assertFalse(os.path.exists(self.home), "listing creates nothing")


class Streams(ProgramTest):

  def test_closed_pipe_is_quiet(self):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as out:
      done = subprocess.run([HEARTH, "--help"], stdout=out, stderr=subprocess.PIPE, timeout=LIMIT,
                            env=self.environment, check=False)
    self.assertEqual((done.returncode, done.stderr), (141, b""))

  def test_full_disk_is_told(self):
    with open("/dev/full", "wb") as out:
      done = subprocess.run([HEARTH, "--help"], stdout=out, stderr=subprocess.PIPE, timeout=LIMIT,
                            env=self.environment, check=False)
    self.assertEqual(done.returncode, 6)
    self.assertIn(b"could not be written", done.stderr)

  def test_closed_streams(self):
    done = subprocess.run(f'"{HEARTH}" --version <&- >&- 2>&-', shell=True, timeout=LIMIT,
                          env=self.environment, check=False)
    self.assertIn(done.returncode, (0, 6))


class Store(ProgramTest):

  def test_unknown_names(self):
    self.assertIn("hearth list", self.fail(3, "pull", "nothing"))
    self.assertIn("nothing", self.fail(3, "remove", "nothing"))
    self.assertIn("is not a model name", self.fail(2, "remove", "../../etc/passwd"))

  @unittest.skipUnless(os.geteuid() == 0, "takes another user")
  def test_read_only_folder(self):
    os.makedirs(self.home)
    os.chmod(self.home, 0o555)
    os.chmod(self.temporary.name, 0o755)

    def nobody():
      os.setgid(65534)
      os.setuid(65534)

    def run(*args):
      return subprocess.run([HEARTH, *args], capture_output=True, timeout=LIMIT, check=False,
                            preexec_fn=nobody, env=self.environment)

    try:
      self.assertEqual(run("list").returncode, 0)
    except PermissionError:
      self.skipTest("another user cannot reach the program")
    done = run("pull", "smollm2:135m")
    self.assertEqual(done.returncode, 5, done.stderr)
    self.assertIn(b"permission denied", done.stderr.lower())
    self.assertEqual(os.listdir(self.home), [])


if __name__ == "__main__":
  sys.exit(unittest.main())
