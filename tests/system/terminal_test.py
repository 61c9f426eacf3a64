#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""The chat on a (pseudo) terminal: keys, editing, Ctrl-C, Ctrl-D, pasted text."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from gguf_file import Gguf
from program import HEARTH, LIMIT, ProgramTest, make_model

FOLDER = tempfile.TemporaryDirectory()
MODEL = make_model(FOLDER.name)


class Terminal:
  """A program on a terminal of its own; `seen` is all that it wrote."""

  def __init__(self, command, environment):
    self.master, slave = pty.openpty()
    self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave,
                                    start_new_session=True, env=environment,
                                    preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)))
    os.close(slave)
    self.seen = b""
    self.read_from = 0

  def type(self, keys):
    os.write(self.master, keys.encode())

  def pump(self, seconds):
    if not select.select([self.master], [], [], seconds)[0]:
      return False
    try:
      data = os.read(self.master, 65536)
    except OSError:  # the program has left
      data = b""
    self.seen += data
    return bool(data)

  def wait_for(self, text):
    """Waits until `text` appears after what was waited for before."""
    deadline = time.monotonic() + LIMIT
    while True:
      at = self.seen.find(text.encode(), self.read_from)
      if at >= 0:
        self.read_from = at + len(text.encode())
        return
      if time.monotonic() > deadline or (not self.pump(1) and self.process.poll() is not None):
        raise AssertionError(f"{text!r} not in {self.seen[self.read_from:]!r}")

  def leave(self):
    while self.pump(5):
      pass
    try:
      return self.process.wait(timeout=LIMIT)
    except subprocess.TimeoutExpired:
      self.process.kill()
      self.process.wait()
      raise AssertionError(f"still running after {self.seen[-400:]!r}") from None
    finally:
      os.close(self.master)


class ChatOnTerminal(ProgramTest):

  def open(self, *options, **variables):
    command = [HEARTH, "chat", MODEL, "--ctx", "1024", "--temperature", "0", *options]
    terminal = Terminal(command, {**self.environment, **variables})
    terminal.wait_for("Ctrl-D")
    terminal.wait_for(">>> ")
    return terminal

  def test_talk_and_leave(self):
    terminal = self.open("--max-tokens", "5")
    terminal.type("Hello\r")
    terminal.wait_for("context")
    terminal.wait_for(">>> ")
    terminal.type('"""one\r')
    terminal.wait_for("... ")
    terminal.type('two"""\r')
    terminal.wait_for("context")
    terminal.wait_for(">>> ")
    terminal.type("/undo\r")
    terminal.wait_for("Taken back")
    terminal.wait_for(">>> ")
    terminal.type("\x04")
    self.assertEqual(terminal.leave(), 0)
    history = os.path.join(self.home, "history.jsonl")
    self.assertEqual(os.stat(history).st_mode & 0o777, 0o600)
    with open(history, encoding="utf-8") as file:
      self.assertEqual(file.read(), '"Hello"\n"one\\ntwo"\n"/undo"\n')

  def test_control_c(self):
    terminal = self.open("--max-tokens", "900", "--temperature", "2", "--top-k", "0", "--top-p", "1")
    terminal.type("half a line\x03")  # at the prompt: the line goes, the chat stays
    terminal.wait_for(">>> ")
    terminal.type("Hello\r")
    terminal.wait_for("Hello")
    time.sleep(0.3)
    terminal.type("\x03")  # stops the answer, or drops an empty line when it was complete already
    terminal.wait_for(">>> ")
    terminal.type("/stats\r")
    terminal.wait_for("messages")
    terminal.wait_for(">>> ")
    terminal.type("/bye\r")
    self.assertEqual(terminal.leave(), 0)
    with open(os.path.join(self.home, "history.jsonl"), encoding="utf-8") as file:
      self.assertNotIn("half a line", file.read())

  def test_pasted_lines_are_one_message(self):
    terminal = self.open("--max-tokens", "3")
    terminal.type("\x1b[200~first\rsecond 世界\x1b[201~")
    terminal.wait_for("2 lines")
    terminal.type("\r")
    terminal.wait_for("context")
    terminal.wait_for(">>> ")
    terminal.type("/save pasted\r")
    terminal.wait_for("Saved")
    terminal.wait_for(">>> ")
    terminal.type("/bye\r")
    self.assertEqual(terminal.leave(), 0)
    with open(os.path.join(self.home, "chats", "pasted.json"), encoding="utf-8") as file:
      self.assertIn("first\\nsecond 世界", file.read())

  def test_errors_do_not_end_the_chat(self):
    terminal = self.open("--max-tokens", "3")
    terminal.type("/nothing\r")
    terminal.wait_for("hearth: error: /nothing")
    terminal.wait_for(">>> ")
    terminal.type("/bye\r")
    self.assertEqual(terminal.leave(), 0)

  def test_other_model_that_is_bad(self):
    with open(MODEL, "rb") as model:
      gguf = Gguf(model.read())
    at = gguf.tensor("blk.1.ffn_up.weight").offset
    gguf.data[at:at + 2] = b"\x00\x7e"  # a NaN scale: seen when the old model has gone already
    bad = os.path.join(self.temporary.name, "bad.gguf")
    with open(bad, "wb") as out:
      out.write(gguf.content())
    terminal = self.open("--max-tokens", "3")
    terminal.type("Hello\r")
    terminal.wait_for("context")
    terminal.wait_for(">>> ")
    terminal.type(f"/model {bad}\r")
    terminal.wait_for("holds an infinite number")
    terminal.wait_for("is loaded again")
    terminal.wait_for(">>> ")
    terminal.type("More\r")
    terminal.wait_for("context")
    terminal.wait_for(">>> ")
    os.truncate(bad, 100)
    terminal.type(f"/model {bad}\r")
    terminal.wait_for("hearth: error: ")
    terminal.wait_for(">>> ")
    terminal.type("/stats\r")
    terminal.wait_for("messages      4")
    terminal.type("/bye\r")
    self.assertEqual(terminal.leave(), 0)
    self.assertEqual(terminal.seen.count(b"is loaded again"), 1)

  def test_both_models_gone(self):
    model, bad = (os.path.join(self.temporary.name, name) for name in ("a.gguf", "b.gguf"))
    shutil.copy(MODEL, model)
    with open(MODEL, "rb") as file:
      gguf = Gguf(file.read())
    at = gguf.tensor("blk.1.ffn_up.weight").offset
    gguf.data[at:at + 2] = b"\x00\x7e"
    with open(bad, "wb") as out:
      out.write(gguf.content())
    terminal = Terminal([HEARTH, "chat", model, "--ctx", "512", "--max-tokens", "3"],
                        self.environment)
    terminal.wait_for(">>> ")
    terminal.type("Hello\r")
    terminal.wait_for("context")
    terminal.wait_for(">>> ")
    os.remove(model)
    terminal.type(f"/model {bad}\r")
    terminal.wait_for("holds an infinite number")
    terminal.wait_for("no such file")
    terminal.wait_for(">>> ")
    for command in ("More", "/stats", "/regenerate", "/save x"):
      terminal.type(command + "\r")
      terminal.wait_for("No model is loaded")
      terminal.wait_for(">>> ")
    terminal.type(f"/model {MODEL}\r")
    terminal.wait_for(">>> ")
    terminal.type("/regenerate\r")
    terminal.wait_for("context")
    terminal.wait_for(">>> ")
    terminal.type("/bye\r")
    self.assertEqual(terminal.leave(), 0)

  def test_no_color(self):
    terminal = self.open("--max-tokens", "3", NO_COLOR="1")
    terminal.type("Hello\r")
    terminal.wait_for("context")
    terminal.type("/bye\r")
    self.assertEqual(terminal.leave(), 0)
    self.assertIsNone(re.search(rb"\x1b\[[0-9;]+m", terminal.seen), terminal.seen)


if __name__ == "__main__":
  sys.exit(unittest.main())
