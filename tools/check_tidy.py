#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""The budgets of the house: sizes, headers, banned words and calls, tests and fuzz entries.

  check_tidy.py            prints every violation; exit code 1 when there is one
  check_tidy.py --tighten  lowers the numbers of tidy_exceptions.txt to what is true now

tools/tidy_exceptions.txt is a ratchet: a line allows one thing that exists, and its number may only
fall. A line that is no longer needed, or a number that is too high, is noted.
"""

import re
import sys

from house import ROOT, blank, files

MAX_FILE = 1000
MAX_FUNCTION = 70
MAX_LINE = 100
MAX_SCRIPT_LINE = 110
MAX_README = 150
EXCEPTIONS = "tools/tidy_exceptions.txt"

CODE = ("src/*.cc", "src/*.h", "src/*.inl", "apps/*.cc", "apps/*.h", "include/*.h", "fuzz/*.cc",
        "bench/*.cc", "bench/*.h", "tests/*.cc", "tests/*.h")
SCRIPTS = ("*.py", "*.sh", "*.cmake", "*CMakeLists.txt", "run", "test", ".ci/run")
BINARY = re.compile(r"\.(png|jpg|gguf|bin|gz|zst|npz|npy|ico|woff2)$")
# Data recorded from elsewhere keeps its own shape.
DATA = re.compile(r"^(tests/golden/|tests/data/|fuzz/corpus/)")

# (what, where it is banned, where it is allowed all the same, expression on code without texts)
BANNED = (
    ("printing", r"^src/", r"_test\.cc$|^src/base/result\.cc$",
     r"\b(?:std::)?(?:v?f?printf|puts|fputs|putchar|perror)\s*\(|\bstd::(?:cout|cerr|clog)\b"),
    ("leaving the process", r"^src/", r"_test\.cc$|^src/base/os_\w+\.cc$",
     r"(?<![\w.>])(?:std::|::)?(?:exit|_exit|_Exit|quick_exit|abort|terminate)\s*\("),
    ("raw new or delete", r"^(src|apps|include)/", r"$^",
     r"\bnew\s+[A-Za-z_(:]|\bnew\s*\(|(?<!=)(?<!= )\bdelete\b\s*(?:\[\s*\])?\s*[A-Za-z_(*]"),
    ("malloc and friends", r"^(src|apps|include)/", r"^src/text/unicode\.cc$",  # utf8proc's result
     r"(?<![\w.>])(?:std::|::)?(?:malloc|calloc|realloc|free)\s*\("),
    ("using namespace in a header", r"\.(h|inl)$", r"$^", r"\busing\s+namespace\b"),
    ("the operating system outside base/os_*", r"^(src|apps)/", r"^src/base/os_\w+\.cc$|_test\.cc$",
     r"(?<![\w.>:])(?:::)(?:open|mmap|munmap|madvise|flock|fork|execv\w*|posix_spawn\w*|unlink|"
     r"rename|mkdir|opendir|statvfs)\s*\(|\b(?:mmap|munmap|posix_fadvise)\s*\("),
    ("std::regex", r"", r"$^", r"\bstd::w?regex\b|<regex>"),
    ("rand()", r"", r"$^", r"(?<![\w.>])(?:std::|::)?s?rand\s*\("),
)
# On the whole text, of every file that people wrote. Written so that they do not match themselves.
WORDS = (
    ("a note of unfinished work", re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")),
    ("a path of one machine", re.compile(
        r"(?<![\w.~$}/-])/(?:wo" r"rk|op" r"t|ro" r"ot|ho" r"me|mn" r"t|Us" r"ers)/[\w.]")),
    ("a registry host", re.compile(
        r"py" r"pi\.org|python" r"hosted\.org|deb\.deb" r"ian\.org|registry\.npm" r"js|crates" r"\.io")),
)


def read(name):
  return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def functions(text):
  """(name, first line, lines) of every function body in C++ source; nested lambdas belong to it."""
  code = blank(text)
  code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), code,
                flags=re.M)
  found = []
  head = i = 0
  stack = []  # scopes that may hold functions; their braces are walked through
  while i < len(code):
    c = code[i]
    if c in ";":
      head = i + 1
    elif c == "}":
      if stack:
        stack.pop()
      head = i + 1
    elif c == "(":
      i = skip(code, i, "(", ")")
    elif c == "{":
      before = code[head:i]
      if re.search(r"\b(?:namespace|class|struct|union|enum)\b[^()=]*$", before) or re.search(
          r'\bextern\s*"\s*"\s*$', before) or is_scope(before):
        stack.append(i)
        head = i + 1
      else:
        end = skip(code, i, "{", "}")
        if "(" in before and not re.search(r"=\s*$|\breturn\s*$", before):
          following = re.match(r"\s*([,{])", code[end + 1:])
          if following and is_initialiser(before):
            i = end  # a member initialised with braces; the body comes later
            i += 1
            continue
          name = re.search(r"([\w:~]+(?:\s*\([^()]*\))?)\s*(?=\()|operator\S+", before)
          body_start = code.count("\n", 0, i) + 1
          lines = code.count("\n", i, end) + 1
          found.append((function_name(before, name), body_start, lines))
        head = end + 1
        i = end
    i += 1
  return found


def is_scope(before):
  """class X : public Y<Z(int)> {  and other heads that begin with the keyword."""
  return re.match(r"\s*(?:template\s*<.*>\s*)?(?:class|struct|union|namespace)\b(?!.*\)\s*(?:const\b)?"
                  r"[^()]*$)", before, re.S) is not None


def is_initialiser(before):
  return re.search(r"\)\s*(?:noexcept\s*)?:[^:]", before, re.S) is not None


def function_name(before, name):
  macro = re.match(r"\s*(TEST(?:_[FP])?)\s*\(([^)]*)\)", before)
  if macro:
    return re.sub(r"\s*,\s*", ".", macro[2].strip())
  return name[1] if name and name[1] else "operator"


def skip(code, i, opening, closing):
  depth = 0
  while i < len(code):
    if code[i] == opening:
      depth += 1
    elif code[i] == closing:
      depth -= 1
      if depth == 0:
        return i
    i += 1
  return len(code) - 1


def public_headers():
  """Headers that another room, a program or a test folder includes."""
  public = set()
  for name in files(*CODE):
    for match in re.finditer(r'^#include "(\w+)/([^"]+)"', read(name), re.M):
      if not name.startswith(f"src/{match[1]}/"):
        public.add(f"src/{match[1]}/{match[2]}")
  return public


def load_exceptions():
  """{(kind, subject): number}; lines are KIND SUBJECT NUMBER."""
  table = {}
  for line in read(EXCEPTIONS).splitlines():
    if line.strip() and not line.startswith("#"):
      kind, subject, number = line.split()
      table[(kind, subject)] = int(number)
  return table


def measured():
  """Yields (kind, subject, value, budget) of everything that has a number and a ratchet."""
  public = public_headers()
  for name in files(*CODE):
    text = read(name)
    if not re.search(r"_tables?\.(cc|h|inl)$", name):
      yield "file", name, text.count("\n"), MAX_FILE
    longest = {}
    for function, _, lines in functions(text):
      key = f"{name}:{function}"
      longest[key] = max(lines, longest.get(key, 0))
    for key, lines in longest.items():
      yield "function", key, lines, MAX_FUNCTION
    header = re.sub(r"\.cc$", ".h", name)
    if (name.startswith("src/") and name.endswith(".cc") and not name.endswith("_test.cc")
        and header in public and not (ROOT / (name[:-3] + "_test.cc")).exists()):
      yield "untested", name, 1, 0


def number_errors(exceptions):
  errors = []
  needed = {}
  for kind, subject, value, budget in measured():
    allowed = exceptions.get((kind, subject))
    if value > budget:
      needed[(kind, subject)] = value
      if allowed is None:
        errors.append(f"{subject}: {kind} has {value}, at most {budget} are allowed"
                      if kind != "untested" else f"{subject}: a public header but no _test.cc")
      elif value > allowed:
        errors.append(f"{subject}: {kind} grew from {allowed} to {value}; it may only shrink")
  for key, allowed in exceptions.items():
    if allowed > needed.get(key, 0):
      print(f"note: {EXCEPTIONS}: '{key[0]} {key[1]} {allowed}' is more than needed; "
            "run tools/check_tidy.py --tighten")
  return errors, needed


def tighten(needed):
  lines = []
  for line in read(EXCEPTIONS).splitlines():
    if line.strip() and not line.startswith("#"):
      kind, subject, number = line.split()
      value = min(int(number), needed.get((kind, subject), 0))
      if not value:
        continue
      line = f"{kind} {subject} {value}"
    lines.append(line)
  (ROOT / EXCEPTIONS).write_text("\n".join(lines) + "\n")


def line_errors():
  errors = []
  for name in files(*CODE, *SCRIPTS):
    if DATA.match(name):
      continue
    text = read(name)
    if "SPDX-License-Identifier: Apache-2.0" not in text[:400]:
      errors.append(f"{name}: no SPDX line at the top")
    if re.search(r"_tables?\.(cc|h|inl)$|^tools/golden/", name):
      continue
    budget = MAX_LINE if name.endswith((".cc", ".h", ".inl")) else MAX_SCRIPT_LINE
    for number, line in enumerate(text.splitlines(), 1):
      if len(line) > budget and not name.endswith(("_test.cc", "messages.h")):
        errors.append(f"{name}:{number}: {len(line)} columns, at most {budget}")
  return errors


def banned_errors():
  errors = []
  for name in files(*CODE):
    # An owner may take what only it can make: std::unique_ptr<T>(new T(private)).
    code = re.sub(r"(_ptr<[^;{}()]*>\(\s*)new\b", r"\1own", blank(read(name)))
    for what, where, allowed, pattern in BANNED:
      if re.search(where, name) and not re.search(allowed, name):
        for match in re.finditer(pattern, code):
          line = code.count("\n", 0, match.start()) + 1
          errors.append(f"{name}:{line}: {what} ({match[0].strip()})")
  for name in files():
    if BINARY.search(name) or DATA.match(name):
      continue
    for number, line in enumerate(read(name).splitlines(), 1):
      errors += [f"{name}:{number}: {what}" for what, word in WORDS if word.search(line)]
  return errors


def isa_errors():
  """An ISA unit holds C headers and its own room's code only: no std:: that another unit could share."""
  errors = []
  for name in files("src/kernels/isa_*.cc", "src/kernels/simd_*.h", "src/kernels/*.inl"):
    code = blank(read(name), keep_strings=True)
    for match in re.finditer(r"#include\s*(<[^>]*>)|\bstd::\w+", code):
      if match[0].startswith("std") or not re.search(r"\.h>$|<c\w+>|^$", match[1] or ""):
        line = code.count("\n", 0, match.start()) + 1
        errors.append(f"{name}:{line}: {match[0]} in an ISA unit")
  return errors


def message_errors():
  errors = []
  seen = {}
  for name in files("src/*messages*.h", "apps/*messages*.h"):
    text = blank(read(name), keep_strings=True)
    for match in re.finditer(r"\bMessage\s+k\w+\s*[{(]\s*\"([^\"]+)\"", text):
      if match[1] in seen:
        errors.append(f"{name}: the message id {match[1]} also stands in {seen[match[1]]}")
      seen[match[1]] = name
  return errors


def parser_errors():
  """tools/parsers.txt: SOURCE FUZZ_NAME. Each listed source that exists has its entry and seeds."""
  errors = []
  listed = set()
  for line in read("tools/parsers.txt").splitlines():
    if not line.strip() or line.startswith("#"):
      continue
    source, fuzz = line.split()
    listed.add(fuzz)
    if not (ROOT / source).exists():
      errors.append(f"tools/parsers.txt: {source} does not exist")
    if not (ROOT / f"fuzz/fuzz_{fuzz}.cc").exists():
      errors.append(f"{source}: no fuzz/fuzz_{fuzz}.cc")
    if not files(f"fuzz/corpus/{fuzz}/*"):
      errors.append(f"{source}: no seeds in fuzz/corpus/{fuzz}/")
  for name in files("fuzz/fuzz_*.cc"):
    fuzz = name[len("fuzz/fuzz_"):-3]
    if fuzz not in listed:
      errors.append(f"{name}: not in tools/parsers.txt")
  return errors


def size_errors():
  errors = []
  readme = read("README.md").count("\n") if (ROOT / "README.md").exists() else 0
  if not 0 < readme <= MAX_README:
    errors.append(f"README.md: {readme} lines, at most {MAX_README}")
  golden = 0
  for name in files():
    size = (ROOT / name).stat().st_size
    if name.startswith("tests/golden/"):
      golden += size
    elif size > 1_000_000:
      errors.append(f"{name}: {size} bytes in the repository")
  if golden > 20_000_000:
    errors.append(f"tests/golden: {golden} bytes, at most 20,000,000")
  return errors


def main():
  errors, needed = number_errors(load_exceptions())
  if "--tighten" in sys.argv:
    tighten(needed)
    return 0
  for more in (line_errors, banned_errors, isa_errors, message_errors, parser_errors, size_errors):
    errors += more()
  print("\n".join(errors) if errors else "tidy")
  return 1 if errors else 0


if __name__ == "__main__":
  sys.exit(main())
