#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Damaged models and hostile surroundings: the message, the exit code, and that nothing else is
harmed: the store, the file and the next run."""

import os
import resource
import struct
import subprocess
import sys
import tempfile
import unittest

import gguf_file
from gguf_file import Gguf
from program import HEARTH, LIMIT, ProgramTest, make_model

FOLDER = tempfile.TemporaryDirectory()
MODEL = make_model(FOLDER.name)
with open(MODEL, "rb") as good:
  CONTENT = good.read()
ASK = ("Hello", "--max-tokens", "6", "--ctx", "256", "--temperature", "0")


def tree(folder):
  """All files below a folder with their content."""
  found = {}
  for at, _, names in os.walk(folder):
    for name in names:
      with open(os.path.join(at, name), "rb") as file:
        found[os.path.join(at, name)] = file.read()
  return found


def harm_count(which, value):
  return lambda g: setattr(g, which, value)


def harm_field(key, kind, value):
  return lambda g: g.fields.__setitem__(key, (kind, value))


def harm_tensor(name, **what):
  def change(gguf):
    for key, value in what.items():
      setattr(gguf.tensor(name), key, value)
  return change


def harm_scale(name, half):
  """Writes 16 bits at the start of a tensor: the scale of its first block."""
  def change(gguf):
    struct.pack_into("<H", gguf.data, gguf.tensor(name).offset, half)
  return change


def same_token(gguf):
  gguf.items("tokenizer.ggml.tokens")[301] = gguf.items("tokenizer.ggml.tokens")[300]


def overlap(gguf):
  gguf.tensors[1].offset = gguf.tensors[0].offset


def beyond(gguf):
  gguf.tensors[-1].offset += 1 << 20


def same_name(gguf):
  gguf.tensors[1].name = gguf.tensors[0].name


def without(name):
  return lambda g: g.tensors.remove(g.tensor(name))


TEMPLATE = "tokenizer.chat_template"
Q8_SCALE = "blk.0.attn_q.weight"
# name, what is done to the file, exit code, part of the message
DAMAGES = (
    ("magic", lambda g: setattr(g, "magic", b"ABCD"), 2, "not a model file"),
    ("older magic", lambda g: setattr(g, "magic", b"lmgg"), 8, "GGML (before GGUF)"),
    ("version", lambda g: setattr(g, "version", 9), 8, "GGUF version 9"),
    ("tensor count", harm_count("tensor_count", 1 << 63), 9, "damaged"),
    ("one tensor more", harm_count("tensor_count", 999), 9, "tensor"),
    ("field count", harm_count("field_count", 1 << 63), 9, "damaged"),
    ("alignment", harm_field("general.alignment", gguf_file.U32, 7), 9, "alignment is 7"),
    ("architecture", harm_field("general.architecture", gguf_file.STRING, "rwkv9"), 8,
     "not supported yet: rwkv9. Supported: "),
    ("no architecture", lambda g: g.fields.pop("general.architecture"), 9,
     "does not name an architecture"),
    ("layers", harm_field("qwen2.block_count", gguf_file.U32, 0), 9, "qwen2.block_count"),
    ("heads", harm_field("qwen2.attention.head_count", gguf_file.U32, 3), 9, "head_count"),
    ("kind of a field", harm_field("qwen2.block_count", gguf_file.STRING, "two"), 9, "is of kind"),
    ("no width", lambda g: g.fields.pop("qwen2.embedding_length"), 9,
     "qwen2.embedding_length is missing"),
    ("missing tensor", without("blk.1.ffn_up.weight"), 9, "blk.1.ffn_up.weight is missing"),
    ("unknown tensor", lambda g: setattr(g.tensor("blk.1.attn_q.bias"), "name", "blk.9.other"), 9,
     "blk.1.attn_q.bias is missing"),
    ("wrong shape", harm_tensor("blk.0.attn_k.weight", sizes=[256, 64]), 9, "has the shape"),
    ("absurd dimension", harm_tensor("blk.0.attn_k.weight", sizes=[256, 1 << 62]), 9,
     "impossible size"),
    ("overflowing product", harm_tensor("blk.0.attn_k.weight", sizes=[1 << 40, 1 << 40]), 9,
     "blk.0.attn_k.weight"),
    ("five dimensions", harm_tensor("blk.0.attn_k.weight", sizes=[256, 128, 1, 1, 1]), 9,
     "5 dimensions"),
    ("type of a tensor", harm_tensor("blk.0.attn_k.weight", type=250), 9, "type number 250"),
    ("same name", same_name, 9, "appears twice"),
    ("overlap", overlap, 9, "overlap"),
    ("beyond the end", beyond, 9, "cut short"),
    ("NaN scale", harm_scale(Q8_SCALE, 0x7E00), 9, "not a number"),
    ("infinite scale", harm_scale(Q8_SCALE, 0xFC00), 9, "infinite number"),
    ("same token twice", same_token, 9, "tokens 300 and 301 have the same spelling"),
    ("end token beyond the vocabulary",
     harm_field("tokenizer.ggml.eos_token_id", gguf_file.U32, 70000), 9, "is 70000"),
    ("more tokens than embeddings", lambda g: g.items("tokenizer.ggml.tokens").extend("ÄÖ"), 9,
     "entries, but there are"),
    ("pre-tokenizer", harm_field("tokenizer.ggml.pre", gguf_file.STRING, "nobody"), 8,
     "not supported yet"),
    ("template that does not end", harm_field(
        TEMPLATE, gguf_file.STRING,
        "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}"
        "{% endfor %}{% endfor %}{% endfor %}"), None, "emplate"),
    ("template of giant output", harm_field(
        TEMPLATE, gguf_file.STRING, "{{ 'x' * 1000000000 }}"), None, "emplate"),
    ("template that is none", harm_field(TEMPLATE, gguf_file.STRING, "{% for %}"), None, "emplate"),
)


class DamagedModels(ProgramTest):

  def check_refused(self, path, code, text):
    """`run` says so and changes nothing; a broken file is refused in Chinese too."""
    with open(path, "rb") as file:
      before = file.read()
    done = self.run_hearth("run", path, *ASK)
    error = done.stderr.decode()
    self.assertIn("hearth: error: ", error)
    self.assertIn(text, error)
    self.assertIn(done.returncode, (code,) if code else (2, 6, 8, 9), error)
    self.assertEqual(done.stdout, b"")
    with open(path, "rb") as file:
      self.assertEqual(file.read(), before)
    self.assertFalse(os.path.exists(self.home), "the store is not touched")
    chinese = self.run_hearth("run", path, *ASK, HEARTH_LANG="zh")
    self.assertEqual(chinese.returncode, done.returncode)
    self.assertNotEqual(chinese.stderr, done.stderr)

  def test_each_damage(self):
    self.assertEqual(Gguf(CONTENT).content(), CONTENT, "taking apart and putting together")
    bad = os.path.join(self.temporary.name, "bad.gguf")
    for name, harm, code, text in DAMAGES:
      with self.subTest(name):
        gguf = Gguf(CONTENT)
        harm(gguf)
        with open(bad, "wb") as out:
          out.write(gguf.content())
        self.check_refused(bad, code, text)
    self.succeed("run", MODEL, *ASK)

  def test_cut_anywhere(self):
    """Every cut of the header and the data is unit-tested; here a few as a user meets them."""
    start = Gguf(CONTENT).data_start
    cut = os.path.join(self.temporary.name, "cut.gguf")
    for size in (0, 3, 4, 8, 23, 24, 40, start // 2, start - 1, start, start + 1, len(CONTENT) - 1):
      with open(cut, "wb") as out:
        out.write(CONTENT[:size])
      done = self.run_hearth("run", cut, *ASK)
      self.assertIn(done.returncode, (2, 9), (size, done.stderr))
      self.assertIn(b"cut.gguf", done.stderr)

  def test_vocabulary_that_does_not_fit(self):
    """Types and tokens agree, the embeddings are fewer."""
    gguf = Gguf(CONTENT)
    gguf.items("tokenizer.ggml.tokens").append("\u00c4\u00d6")
    gguf.items("tokenizer.ggml.token_type").append(1)
    bad = os.path.join(self.temporary.name, "bad.gguf")
    with open(bad, "wb") as out:
      out.write(gguf.content())
    self.assertIn("513", self.fail(9, "run", bad, *ASK))


class Memory(ProgramTest):

  def test_what_cannot_fit(self):
    vast = make_model(self.temporary.name, "tiny-vast")
    longest = str(1 << 24)
    facts = self.succeed_json("show", vast, "--ctx", longest)
    self.assertGreater(facts["memory"][0]["bytes"], 4 << 40)
    for command in (("run", vast, "Hello"), ("chat", vast)):
      error = self.fail(6, *command, "--ctx", longest, stdin="Hello\n")
      self.assertIn("GB are free", error)
      self.assertIn("--force", error)
      self.assertIn("--ctx", error)
    self.assertIn("强行加载", self.fail(6, "run", vast, "Hello", "--ctx", longest, HEARTH_LANG="zh"))
    self.succeed("run", vast, "Hello", "--ctx", "64", "--max-tokens", "2")
    forced = self.run_hearth("run", vast, "Hello", "--ctx", longest, "--force", "--max-tokens", "2")
    if forced.returncode != 0:  # a system that hands out no more than it has
      self.assertEqual(forced.returncode, 6)
      self.assertIn(b"The system refused", forced.stderr)
    error = self.fail(2, "run", MODEL, "Hello", "--ctx", "1025")
    self.assertIn("1 .. 1024", error)


class ChangedWhileInUse(ProgramTest):
  """A loaded model does not depend on its file (loading itself is a unit test of engine/)."""

  def setUp(self):
    super().setUp()
    self.path = os.path.join(self.temporary.name, "in_use.gguf")
    with open(self.path, "wb") as out:
      out.write(CONTENT)

  def harm(self, how):
    if how == "cut":
      os.truncate(self.path, 100)
    elif how == "overwritten":
      with open(self.path, "r+b") as file:
        file.write(b"\x55" * len(CONTENT))
    else:
      os.remove(self.path)

  def test_between_the_turns_of_a_chat(self):
    command = [HEARTH, "chat", self.path, "--ctx", "512", "--max-tokens", "6", "--temperature", "0"]
    lines = b"Hello\nMore\n"
    whole = subprocess.run(command, input=lines, capture_output=True, timeout=LIMIT,
                           env=self.environment, check=True).stdout
    for how in ("cut", "overwritten", "removed"):
      with self.subTest(how):
        self.setUp()
        command[2] = self.path
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.environment)
        process.stdin.write(b"Hello\n")
        process.stdin.flush()
        first = os.read(process.stdout.fileno(), 1)  # the answer has begun
        self.harm(how)
        out, error = process.communicate(b"More\n", timeout=LIMIT)
        self.assertEqual(process.returncode, 0, error)
        self.assertEqual(whole, first + out)

  def test_the_next_start_tells(self):
    self.harm("cut")
    self.assertIn("in_use.gguf", self.fail(9, "run", self.path, *ASK))


class DiskFull(ProgramTest):

  def test_saving_a_chat(self):
    """A limit of the user on file sizes; the saved chat of before stays."""
    options = ("--ctx", "512", "--max-tokens", "4")
    self.succeed("chat", MODEL, *options, stdin="Hello\n/save trip\n")
    chats = os.path.join(self.home, "chats")
    before = tree(chats)
    self.assertEqual(len(before), 2)

    def limit():
      resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run([HEARTH, "chat", MODEL, *options], timeout=LIMIT, check=False,
                          input=b"/load trip\nMore\n/save trip\n", capture_output=True,
                          preexec_fn=limit, env=self.environment)
    self.assertEqual(done.returncode, 6, done.stderr)
    self.assertIn(b"the disk is full", done.stderr)
    after = tree(chats)
    self.assertEqual(after.keys(), before.keys(), "no rubbish is left")
    session = os.path.join(chats, "trip.session")
    self.assertEqual(after[session], before[session])
    error = self.run_hearth("chat", MODEL, *options, stdin="/load trip\n/regenerate\n")
    self.assertEqual(error.returncode, 0, error.stderr)


@unittest.skipUnless(os.geteuid() == 0, "takes another user")
class Permissions(ProgramTest):

  def as_nobody(self, *args, stdin=b""):
    def nobody():
      os.setgid(65534)
      os.setuid(65534)
    try:
      return subprocess.run([HEARTH, *args], input=stdin, capture_output=True, timeout=LIMIT,
                            check=False, preexec_fn=nobody, env=self.environment)
    except PermissionError:
      return self.skipTest("another user cannot reach the program")

  def setUp(self):
    super().setUp()
    self.folder = os.path.join(self.temporary.name, "models")
    os.mkdir(self.folder)
    self.path = os.path.join(self.folder, "model.gguf")
    with open(self.path, "wb") as out:
      out.write(CONTENT)
    os.chmod(self.temporary.name, 0o755)

  def test_read_only_model_folder(self):
    os.chmod(self.folder, 0o555)
    os.chmod(self.path, 0o444)
    before = tree(self.temporary.name)
    done = self.as_nobody("run", self.path, *ASK)
    self.assertEqual(done.returncode, 0, done.stderr)
    self.assertEqual(tree(self.temporary.name), before)

  def test_no_permission(self):
    os.chmod(self.path, 0o600)
    for command in ("run", "show", "tokenize"):
      done = self.as_nobody(command, self.path, stdin=b"Hello")
      self.assertEqual(done.returncode, 5, done.stderr)
      self.assertIn(b"model.gguf: permission denied", done.stderr)
    os.chmod(self.path, 0o644)
    self.assertEqual(self.as_nobody("run", self.path, *ASK).returncode, 0)

  def test_chat_that_cannot_be_saved(self):
    os.makedirs(self.home)
    os.chmod(self.home, 0o555)
    done = self.as_nobody("chat", self.path, "--ctx", "256", "--max-tokens", "2",
                          stdin=b"Hello\n/save x\n")
    self.assertEqual(done.returncode, 5, done.stderr)
    self.assertIn(b"permission denied", done.stderr)
    self.assertEqual(os.listdir(self.home), [])


class Prompts(ProgramTest):

  def test_hostile_prompts(self):
    for prompt in (b"\xff\xfe", b"a\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"):
      self.assertIn("not valid UTF-8", self.fail(2, "run", MODEL, *ASK[1:], stdin=prompt))
      self.assertIn("not valid UTF-8",
                    self.fail(2, "chat", MODEL, "--ctx", "256", stdin=prompt + b"\n"))
    self.assertIn("tokens", self.fail(6, "run", MODEL, "w " * 3000, "--ctx", "256"))
    self.assertIn("context", self.fail(6, "run", MODEL, stdin=b"word " * 400_000))
    self.succeed("run", MODEL, "\u200b" + "\U0001f600" * 20, *ASK[1:])


if __name__ == "__main__":
  sys.exit(unittest.main())
