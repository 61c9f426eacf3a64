#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""A terminal's screen as a picture: reads `tmux capture-pane -e -p` on standard input, writes SVG.

  tmux capture-pane -t NAME -e -p | terminal_svg.py > docs/chat.svg
"""

import html
import re
import sys
import unicodedata

CELL = 8.4  # pixels, one column of a 14 px monospace font
LINE = 19
SGR = re.compile(r"\x1b\[([0-9;]*)m|\x1b\[[0-9;?]*[A-Za-z]|\x1b[()].")
COLOURS = {31: "#e06c75", 32: "#98c379", 33: "#e5c07b", 34: "#61afef", 35: "#c678dd", 36: "#56b6c2",
           90: "#7f848e"}


def width(text):
  return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1
             for c in text)


def spans(line, style):
  """Yields (text, style) of one line; `style` is carried over and changed in place."""
  at = 0
  for match in SGR.finditer(line):
    if match.start() > at:
      yield line[at:match.start()], dict(style)
    at = match.end()
    if match[1] is None:
      continue
    for code in (int(c or 0) for c in match[1].split(";")):
      if code == 0:
        style.clear()
      elif code in (1, 2):
        style[code] = True
      elif code == 22:
        style.pop(1, None)
        style.pop(2, None)
      elif code in COLOURS:
        style["fill"] = COLOURS[code]
      elif code == 39:
        style.pop("fill", None)
  if at < len(line):
    yield line[at:], dict(style)


def draw(text):
  lines = text.rstrip("\n").split("\n")
  columns = max(width(SGR.sub("", line)) for line in lines)
  size = (round(columns * CELL + 40), len(lines) * LINE + 40)
  out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
         'font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', \'Noto Sans Mono CJK SC\', '
         'monospace" font-size="14">',
         '<rect width="100%" height="100%" rx="8" fill="#1e2127"/>']
  style = {}
  for row, line in enumerate(lines):
    column = 0
    for part, look in spans(line, style):
      if part.strip():
        extra = ' font-weight="bold"' if look.get(1) else ""
        extra += ' opacity="0.6"' if look.get(2) else ""
        out.append(f'<text x="{20 + column * CELL:.1f}" y="{34 + row * LINE}" xml:space="preserve" '
                   f'textLength="{width(part) * CELL:.1f}" fill="{look.get("fill", "#d7dae0")}"'
                   f"{extra}>{html.escape(part)}</text>")
      column += width(part)
  return "\n".join(out + ["</svg>"]) + "\n"


if __name__ == "__main__":
  sys.stdout.write(draw(sys.stdin.read()))
