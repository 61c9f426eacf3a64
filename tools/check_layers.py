#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Arrows only go down: each #include "room/x.h" in src/ must be allowed by cmake/rooms.cmake, every
room must be declared there, and the table in ARCHITECTURE.md must say the same."""

import re
import sys

from house import ROOT, files, rooms


def include_errors(root=ROOT):
  table = rooms(root)
  errors = []
  seen = []
  for room, deps in table.items():
    errors += [f"cmake/rooms.cmake: {room} depends on {d}, which is not declared above it"
               for d in deps if d not in seen]
    seen.append(room)
  for name in files("src/*", root=root):
    parts = name.split("/")
    if len(parts) != 3:
      errors.append(f"{name}: source files stand in src/ROOM/, not deeper and not above")
      continue
    room = parts[1]
    if room not in table:
      errors.append(f"{name}: room {room} is not declared in cmake/rooms.cmake")
      continue
    text = (root / name).read_text(errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
      include = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
      if not include:
        continue
      target = include[1].split("/")[0]
      if "/" not in include[1] or ".." in include[1]:
        errors.append(f'{name}:{number}: write "room/file", not "{include[1]}"')
      elif target != room and target not in table[room]:
        errors.append(f"{name}:{number}: {room} may not include {target}")
  return errors


def document_errors(root=ROOT):
  path = root / "ARCHITECTURE.md"
  if not path.exists():
    return ["ARCHITECTURE.md: missing"]
  shown = {}
  for row in re.finditer(r"^\| `(\w+)/` \|[^|]*\|([^|]*)\|$", path.read_text(), re.M):
    text = row[2].strip()
    shown[row[1]] = [] if text == "nothing" else [w.strip() for w in text.split(",")]
  built = rooms(root)
  errors = []
  for room in sorted(set(shown) | set(built)):
    if room not in shown:
      errors.append(f"ARCHITECTURE.md: no row for the room {room}")
    elif room not in built:
      errors.append(f"ARCHITECTURE.md: a row for {room}, which cmake/rooms.cmake does not declare")
    elif sorted(shown[room]) != sorted(built[room]):
      errors.append(f"ARCHITECTURE.md: {room} may include {shown[room]}, "
                    f"but cmake/rooms.cmake says {built[room]}")
  return errors


if __name__ == "__main__":
  found = include_errors() + document_errors()
  print("\n".join(found) if found else "every arrow is allowed")
  sys.exit(1 if found else 0)
