#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""run, chat, show, tokenize and bench on tiny models with random weights."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

from program import HEARTH, LIMIT, ProgramTest, make_model

FOLDER = tempfile.TemporaryDirectory()
MODEL = make_model(FOLDER.name)


class Run(ProgramTest):

  def run_json(self, *args, **more):
    return self.succeed_json("run", MODEL, "Hello", "--max-tokens", "8", "--ctx", "256", *args,
                             **more)

  def test_packed_cache(self):
    folder = os.path.join(self.home, "packed")
    first = self.run_json("--temperature", "0")
    self.assertFalse(os.path.exists(folder))  # tiny models are not kept by themselves
    for _ in range(2):  # written, then mapped
      self.assertEqual(self.run_json("--temperature", "0", "--packed-cache", "on")["text"], first["text"])
      self.assertEqual(len(os.listdir(folder)), 1)
    kept, = os.listdir(folder)
    with open(os.path.join(folder, kept), "r+b") as file:
      file.write(b"damaged!")
    self.assertEqual(self.run_json("--temperature", "0")["text"], first["text"])

  def test_json(self):
    answer = self.run_json("--seed", "5", "--temperature", "1")
    self.assertEqual(answer["seed"], 5)
    self.assertEqual(answer["tokens"]["context"], 256)
    if answer["finish_reason"] == "length":
      self.assertEqual(answer["tokens"]["answer"], 8)
    for part in ("prefill", "decode"):
      self.assertGreaterEqual(answer[part]["tokens_per_second"], 0)
    again = self.run_json("--seed", "5", "--temperature", "1", "--threads", "1")
    self.assertEqual(answer["text"], again["text"], "same seed, other number of threads")

  def test_plain_text_is_the_same(self):
    options = ("--max-tokens", "8", "--temperature", "0", "--ctx", "256")
    text = self.succeed("run", MODEL, "Hello", *options)
    answer = self.succeed_json("run", MODEL, "Hello", *options)["text"]
    self.assertEqual(text.rstrip("\n"), answer.rstrip("\n"))
    piped = self.succeed("run", MODEL, *options, stdin="Hello")
    self.assertEqual(text, piped)

  def test_options_before_the_prompt(self):
    options = ("--max-tokens", "8", "--temperature", "0", "--ctx", "256", "--stop", "a", "--stop", "e")
    text = self.succeed("run", MODEL, "Hello", *options)
    for order in ((*options, MODEL, "Hello"), (MODEL, *options, "Hello")):
      self.assertEqual(self.succeed("run", *order), text)

  def test_variants(self):
    for options in (("--raw",), ("--kv", "f16"), ("--kv", "int8"), ("--precision", "f32"),
                    ("--system", "Be brief."),
                    ("--stop", "a", "--stop", "e"), ("--top-k", "0", "--min-p", "0.1")):
      self.assertIn("text", self.run_json(*options), options)

  def test_logprobs(self):
    answer = self.run_json("--logprobs", "3", "--temperature", "0")
    self.assertEqual(len(answer["logprobs"]), answer["tokens"]["answer"])
    for row in answer["logprobs"]:
      self.assertGreaterEqual(len(row["top"]), 3)
      self.assertLessEqual(row["logprob"], 0)
    self.assertIn("--json", self.fail(2, "run", MODEL, "x", "--logprobs", "3"))

  def test_bad_prompts(self):
    self.assertIn("There is no prompt", self.fail(2, "run", MODEL))
    error = self.fail(2, "run", MODEL, stdin=b"ab\xffcd")
    self.assertIn("not valid UTF-8 (byte 3)", error)
    self.assertIn("UTF-8", self.fail(2, "run", MODEL, "x", "--system", b"\xc3"))
    error = self.fail(6, "run", MODEL, "word " * 400, "--ctx", "128")
    self.assertIn("context", error)
    self.assertIn("不是有效的 UTF-8", self.fail(2, "run", MODEL, stdin=b"\xff", HEARTH_LANG="zh"))

  def test_control_c(self):
    process = subprocess.Popen([HEARTH, "run", MODEL, "Hello", "--ctx", "512", "--temperature", "2",
                                "--top-k", "0", "--top-p", "1"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=self.environment)
    process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=LIMIT)
    self.assertIn(process.returncode, (130, 0))  # 0: the answer was complete before the signal
    if process.returncode == 130:
      self.assertIn(b"Stopped", error)

  def test_bad_files(self):
    bad = os.path.join(self.temporary.name, "bad.gguf")
    with open(MODEL, "rb") as model:
      data = model.read()
    for content in (b"", b"nothing", data[:100], data[:len(data) // 2], b"GGML" + data[4:]):
      with open(bad, "wb") as out:
        out.write(content)
      done = self.run_hearth("run", bad, "x")
      self.assertIn(done.returncode, (2, 8, 9), done.stderr)
      self.assertIn(b"bad.gguf", done.stderr)
    self.assertIn("no such file", self.fail(3, "run", "./nothing.gguf", "x"))
    self.assertIn("hearth pull", self.fail(3, "run", "smollm2:135m", "x"))


class Facts(ProgramTest):

  def test_show(self):
    facts = self.succeed_json("show", MODEL)
    self.assertEqual(facts["architecture"], "qwen2")
    needs = [need["bytes"] for need in facts["memory"]]
    self.assertEqual(needs, sorted(needs))
    self.assertIn("qwen2", self.succeed("show", MODEL))
    self.assertEqual(self.succeed("show", MODEL, "--template"), facts["chat_template"])

  def test_tokens(self):
    text = "Hello, 世界!\n  two  spaces"
    tokens = self.succeed("tokenize", MODEL, text).strip()
    self.assertEqual(self.succeed("detokenize", MODEL, tokens), text)
    self.assertEqual(self.succeed("detokenize", MODEL, stdin=tokens), text)
    self.assertEqual(self.succeed("tokenize", MODEL, stdin=text).strip(), tokens)
    facts = self.succeed_json("tokenize", MODEL, text)
    self.assertEqual(" ".join(map(str, facts["tokens"])), tokens)
    self.assertIn("not a token", self.fail(2, "detokenize", MODEL, "99999999"))
    self.assertIn("not a token", self.fail(2, "detokenize", MODEL, "1 two"))

  def test_bench(self):
    facts = self.succeed_json("bench", MODEL, "--prefill", "16", "--decode", "4", "--repeat", "2",
                              "--depth", "8")
    for part in ("prefill", "decode"):
      self.assertGreater(facts[part]["tokens_per_second"], 0)
      self.assertLessEqual(facts[part]["min"], facts[part]["max"])
    self.assertGreater(facts["decode"]["bytes_per_token"], 0)
    self.assertEqual(facts["limits"] != [], True)

  def test_bench_several_rows_a_step(self):
    ask = ("bench", MODEL, "--no-limits", "--prefill", "4", "--decode", "8", "--repeat", "1",
           "--sequences", "3", "--verify", "4")
    facts = self.succeed_json(*ask)
    self.assertEqual(facts["together"]["sequences"], 3)
    self.assertGreater(facts["together"]["tokens_per_second"], 0)
    self.assertGreater(facts["verify"]["milliseconds"], 0)
    self.assertGreater(facts["verify"]["step_ratio"], 0)
    self.assertIn("3 sequences together", self.succeed(*ask))
    self.assertIn("3 个序列一起", self.succeed(*ask, HEARTH_LANG="zh"))

  def test_bench_explain(self):
    ask = ("bench", MODEL, "--explain", "--prefill", "16", "--decode", "4")
    facts = self.succeed_json(*ask)
    for part in ("prefill", "decode"):
      names = [row["operation"] for row in facts[part]["operations"]]
      for name in ("query_key_value", "attention", "gate_up", "down", "wait"):
        self.assertIn(name, names)
      self.assertLessEqual(sum(row["seconds"] for row in facts[part]["operations"]),
                           facts[part]["seconds"])
      self.assertIn(facts[part]["limited_by"],
                    ("memory", "arithmetic", "attention", "small", "wait"))
    self.assertIn("limits it", self.succeed(*ask))
    self.assertIn("注意力", self.succeed(*ask, "--no-limits", HEARTH_LANG="zh"))
    for besides in ("--sequences", "--verify"):
      self.assertIn("one sequence", self.fail(2, *ask, besides, "2"))


class Chat(ProgramTest):

  def chat(self, lines, *options, code=0, **variables):
    done = self.run_hearth("chat", MODEL, "--max-tokens", "6", "--temperature", "0", *options,
                           stdin="\n".join(lines) + "\n", **variables)
    self.assertEqual(done.returncode, code, done.stderr.decode(errors="replace"))
    self.assertNotIn(b"\x1b", done.stdout + done.stderr)
    return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

  def test_lines_from_a_pipe(self):
    _, error = self.chat(["Hello", "Again", "/bye", "never read"], "--ctx", "512")
    self.assertEqual(error.count("decode"), 2, error)

  def test_commands(self):
    out, error = self.chat(["/help", "/system Be kind.", "/system", "Hello", "/regenerate", "/undo",
                            "/set temperature 0.5", "/set", "/stats", '"""one', 'two"""', "/bye"],
                           "--ctx", "512")
    for text in ("/regenerate", "System prompt: Be kind.", "temperature", "seed"):
      self.assertIn(text, out)
    self.assertIn('Taken back: "Hello"', error)
    self.assertEqual(error.count("decode"), 3, error)

  def test_errors_end_a_pipe(self):
    for line, code in (("/nothing", 2), ("/undo", 7), ("/set nothing 1", 2), ("/set top_k -1", 2),
                       ("/load nothing", 3), ("/load ../x", 2), ("/save a/b", 2), ("/set ctx 1", 7),
                       ("/model nothing", 3), ("/model", 2)):
      self.chat([line], "--ctx", "256", code=code)

  def test_save_and_load(self):
    self.chat(["Hello", "/save trip", "/bye"], "--ctx", "512")
    saved = os.path.join(self.home, "chats", "trip.json")
    with open(saved, encoding="utf-8") as file:
      self.assertEqual(json.load(file)["messages"][0]["content"], "Hello")
    self.assertEqual(os.stat(saved).st_mode & 0o077, 0, "private")
    out, error = self.chat(["/load", "/load trip", "/regenerate"], "--ctx", "512")
    self.assertIn("trip", out)
    self.assertIn("2 messages", error)
    self.assertNotIn("does not fit", error)
    # Another model: the conversation comes back, its computed state does not.
    other = make_model(self.temporary.name, "tiny-llama", seed=2)
    done = self.run_hearth("chat", other, "--max-tokens", "4", stdin="/load trip\nMore\n")
    self.assertEqual(done.returncode, 0, done.stderr)
    self.assertIn(b"read again", done.stderr)
    with open(saved, "w", encoding="utf-8") as file:
      file.write("{}")
    self.chat(["/load trip"], code=9)

  def test_other_model(self):
    """The old model goes before the new one comes: not even for a moment are there two."""
    first, second = (make_model(self.temporary.name, "tiny-vast", "F32", seed) for seed in (1, 2))
    weights = os.path.getsize(first)

    def peak(lines):
      process = subprocess.Popen([HEARTH, "chat", first, "--ctx", "64", "--max-tokens", "2"],
                                 stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, env=self.environment)
      process.stdin.write(lines.encode())
      process.stdin.close()
      error = process.stderr.read()
      process.stderr.close()
      _, status, usage = os.wait4(process.pid, 0)
      process.returncode = os.waitstatus_to_exitcode(status)
      self.assertEqual(process.returncode, 0, error)
      return usage.ru_maxrss * 1024

    # How much the reading of the file is ahead of the packing differs by 8 MB from run to run.
    alone = max(peak("Hi\n/bye\n") for _ in range(3))
    self.assertGreater(alone, weights)
    self.assertLess(peak(f"Hi\n/model {second}\nHi\n/bye\n"), alone + weights // 2)

  def test_full_context(self):
    lines = ["word " * 30] * 5
    _, error = self.chat(lines, "--ctx", "600", code=6)
    self.assertIn("The context is full", error)
    _, error = self.chat(lines, "--ctx", "600", "--on-full", "drop-oldest", "--system", "Stay.")
    self.assertIn("the oldest exchange was dropped", error)
    _, error = self.chat(["word " * 400], "--ctx", "128", code=6)
    self.assertIn("alone needs", error)

  def test_two_at_once(self):
    command = [HEARTH, "chat", MODEL, "--max-tokens", "4", "--ctx", "256"]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=self.environment) for _ in range(2)]
    for process in both:
      process.stdin.write(b"Hello\n/save same\n")
      process.stdin.close()
      process.stdin = None
    codes = []
    for process in both:
      _, error = process.communicate(timeout=LIMIT)
      codes.append(process.returncode)
      if process.returncode != 0:
        self.assertIn(b"another program is saving", error)
    self.assertIn(0, codes)
    self.chat(["/load same"], "--ctx", "256")


if __name__ == "__main__":
  sys.exit(unittest.main())
