#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""An object compiled for one ISA may export one thing: its kernel table. A weak or shared symbol
in it could be chosen by the linker for code that must run on every CPU.

  check_isa_symbols.py BUILD_FOLDER
"""

import pathlib
import re
import subprocess
import sys

from house import files

# nm types: T D B R are strong definitions, W V u are weak or unique ones, lower case is local.
DEFINED = re.compile(r"^(?:[0-9a-f]+ )?\s*([A-Za-z])\s+(\S.*)$")


def errors_of(path):
  listing = subprocess.run(["nm", "--demangle", "--defined-only", str(path)], capture_output=True,
                           text=True, check=True).stdout
  exported = []
  errors = []
  for line in listing.splitlines():
    symbol = DEFINED.match(line)
    if not symbol:
      continue
    kind, name = symbol[1], symbol[2]
    if kind in "WVuwv":
      errors.append(f"{path.name}: shares {name} (type {kind}) with the rest of the program")
    elif kind.isupper():
      exported.append(name)
  if len(exported) != 1:
    errors.append(f"{path.name}: exports {exported}, it should export its table and nothing else")
  return errors


def main(build):
  sources = files("src/kernels/isa_*.cc")
  units = {pathlib.Path(source).name + ".o" for source in sources}
  objects = sorted(o for o in pathlib.Path(build).rglob("isa_*.cc.o") if o.name in units)
  if not sources:
    print("no ISA units yet")
    return 77
  if not objects:
    print(f"{build}: no objects of ISA units")
    return 1
  errors = [error for path in objects for error in errors_of(path)]
  print("\n".join(errors) if errors else f"{len(objects)} ISA units export their table only")
  return 1 if errors else 0


if __name__ == "__main__":
  sys.exit(main(sys.argv[1]))
