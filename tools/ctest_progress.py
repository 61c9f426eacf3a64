#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Shows ctest's output briefly: failures whole, passes as a counter.

  ctest ... | ctest_progress.py        filter
  ctest_progress.py --counts FILE.xml  prints "PASSED FAILED SKIPPED" of a JUnit report
"""

import re
import sys
import time
import xml.etree.ElementTree as ElementTree

RESULT = re.compile(r"^\s*(\d+)/(\d+) Test\s+#\d+: (\S+) .*?(Passed|\*\*\*\S+)")
NOISE = re.compile(r"^\s*(Start\s+\d+:|Internal ctest|Test project)")


def counts(path):
  try:
    suite = ElementTree.parse(path).getroot()
  except (OSError, ElementTree.ParseError) as error:
    print(f"{path}: {error}", file=sys.stderr)
    return 1
  total = int(suite.get("tests"))
  failed = int(suite.get("failures"))
  skipped = int(suite.get("skipped")) + int(suite.get("disabled", 0))
  print(total - failed - skipped, failed, skipped)
  return 0 if total else 1


def show():
  shown = time.monotonic()
  for raw in sys.stdin.buffer:
    line = raw.decode("utf-8", "replace").rstrip("\n")
    result = RESULT.match(line)
    if NOISE.match(line) or (not line and not result):
      continue
    if result and (result[4] == "Passed" or result[4] == "***Skipped"):
      if time.monotonic() - shown > 5 or result[1] == result[2]:
        shown = time.monotonic()
        print(f"  [{result[1]}/{result[2]}] {result[3]}", flush=True)
      continue
    print(line, flush=True)


if __name__ == "__main__":
  if len(sys.argv) == 3 and sys.argv[1] == "--counts":
    sys.exit(counts(sys.argv[2]))
  show()
