# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""What the checks share: the files of the project, the rooms, C++ with comments and texts blanked."""

import fnmatch
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIP = {"build", "out", ".git", ".cache", "__pycache__"}


def files(*patterns, root=ROOT):
  """Files of the project (tracked or new, never ignored) whose path matches a pattern; * crosses /."""
  if (root / ".git").exists():
    names = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True).stdout.split("\0")
  else:
    names = [p.relative_to(root).as_posix() for p in root.rglob("*")
             if not SKIP & set(p.relative_to(root).parts)]
  found = []
  for name in sorted(set(filter(None, names))):
    wanted = not patterns or any(fnmatch.fnmatchcase(name, p) for p in patterns)
    if wanted and (root / name).is_file():
      found.append(name)
  return found


def rooms(root=ROOT):
  """{room: [rooms it may include]} in the order of cmake/rooms.cmake."""
  table = {}
  for line in (root / "cmake/rooms.cmake").read_text().splitlines():
    call = re.match(r"\s*hearth_room\((\w+)(.*)\)", line)
    if call:
      deps = re.search(r"\bDEPS((?:\s+[a-z]\w*)*)", call[2])
      table[call[1]] = deps[1].split() if deps else []
  return table


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|(?:u8|[uUL])?R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)


def blank(text, keep_strings=False):
  """C++ source with comments (and texts) replaced by spaces; line numbers stay."""
  def replace(match):
    token = match[0]
    if token.startswith("/"):
      return re.sub(r"[^\n]", " ", token)
    if keep_strings:
      return token
    return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]
  return TOKEN.sub(replace, text)
