#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Tables in the documentation that repeat a table in the code must say the same.

  check_tables.py          fails when a page differs
  check_tables.py --fix    rewrites the tables between the markers <!-- table NAME --> and <!-- end -->
"""

import re
import sys

from house import ROOT, blank


def read(name):
  return (ROOT / name).read_text(encoding="utf-8")


def rows_of(name, pattern):
  return re.findall(pattern, blank(read(name), keep_strings=True))


def exit_codes():
  rows = rows_of("src/base/result.cc", r'\{Code::k\w+, "(\w+)", (\d+), (\d+)\}')
  yield "Code", "Exit code", "HTTP status"
  yield from ((f"`{name}`", code, http) for name, code, http in sorted(rows, key=lambda r: int(r[1])))


def weight_types():
  rows = rows_of("src/quant/types.cc",
                 r'\{\s*Type::k\w+,\s*"(\w+)",\s*(\d+),\s*([\w*+ ]+?),\s*([\w*+ ]+?),\s*\w+\s*\}')
  yield "Type", "GGUF number", "Weights per block", "Bytes per block", "Bits per weight"
  for name, number, weights, size in rows:
    bits = f"{8 * int(size) / int(weights):g}"
    yield f"`{name}`", number, weights, size, bits


def gguf_limits():
  rows = rows_of("src/formats/gguf.h", r"constexpr uint64_t kMax(\w+) = ([\d'<> ]+);")
  yield "Limit", "Value"
  for name, value in rows:
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()
    base, _, shift = value.replace("'", "").partition("<<")
    yield words, f"{int(base) << int(shift or 0):,}"


# name: (page, rows)
TABLES = {
    "exit-codes": ("docs/exit-codes.md", exit_codes),
    "gguf-limits": ("docs/formats.md", gguf_limits),
    "weight-types": ("docs/formats.md", weight_types),
}


def render(rows):
  rows = list(rows)
  lines = ["| " + " | ".join(row) + " |" for row in rows]
  return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]), len(rows) - 1


def main():
  errors = []
  for name, (page, rows) in TABLES.items():
    table, count = render(rows())
    if not count:
      errors.append(f"{page}: no rows of the table {name} found in the code")
      continue
    text = read(page)
    marked = re.search(rf"(<!-- table {name} -->\n)(.*?)(<!-- end -->)", text, re.S)
    if not marked:
      errors.append(f"{page}: no markers for the table {name}")
    elif marked[2] != table + "\n":
      if "--fix" in sys.argv:
        (ROOT / page).write_text(
            text[:marked.start(2)] + table + "\n" + text[marked.end(2):])
      else:
        errors.append(f"{page}: the table {name} differs from the code; "
                      "run tools/check_tables.py --fix")
  print("\n".join(errors) if errors else "the tables agree with the code")
  return 1 if errors else 0


if __name__ == "__main__":
  sys.exit(main())
