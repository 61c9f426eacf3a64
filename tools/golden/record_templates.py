# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Records what Jinja2 renders: usage record_templates.py TESTS_FOLDER

Reads TESTS_FOLDER/data/templates/*.jinja (templates of our own, in the styles of the known
families) and snippets.json there (short templates by area), and writes TESTS_FOLDER/golden/templates/:
  conversations.jsonl   name and variables of the 40 conversations, one per line
  families.jsonl        per template: length and FNV-1a hash of each output, or -1 for an error
  full.jsonl            the whole text of a handful of them
  snippets.jsonl        area, template and output (null: an error) of short templates
"""

import json
import pathlib
import sys

import template_reference as reference

FULL = {("chatml", 7), ("llama31_tools", 27), ("qwen3_thinking", 35), ("hermes_tools", 28),
        ("harmony", 23), ("xml_tools", 30), ("gemma3", 34), ("mistral", 17)}


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def main():
    tests = pathlib.Path(sys.argv[1])
    out = tests / "golden" / "templates"
    env = reference.environment()
    conversations = reference.conversations()
    families, full = [], []
    for path in sorted((tests / "data" / "templates").glob("*.jinja")):
        source = path.read_text(encoding="utf-8")
        row = []
        for i, (name, variables) in enumerate(conversations):
            kind, text = reference.render(env, source, variables)
            raised = kind == "error" and text.startswith("TemplateError: ")
            data = text.encode()
            row.append([len(data), f"{fnv1a(data):016x}"] if kind == "text" else
                       [-1, text[len("TemplateError: "):] if raised else ""])
            if (path.stem, i) in FULL:
                full.append({"template": path.stem, "conversation": i, "text": text})
        families.append({"template": path.stem, "outputs": row})
    write(out / "families.jsonl", families)
    write(out / "full.jsonl", full)
    write(out / "conversations.jsonl",
          [{"name": name, "variables": json.dumps(variables, ensure_ascii=False)}
           for name, variables in conversations])
    data = json.loads((tests / "data" / "templates" / "snippets.json").read_text(encoding="utf-8"))
    snippets = []
    for area, sources in data["snippets"].items():
        for source in sources:
            kind, text = reference.render(env, source, data["variables"])
            if kind == "text" and " at 0x" in text:
                continue  # Python shows an address
            snippets.append({"area": area, "template": source,
                             "text": text if kind == "text" else None})
    snippets.insert(0, {"variables": json.dumps(data["variables"], ensure_ascii=False),
                        "unix_time": reference.UNIX_TIME})
    write(out / "snippets.jsonl", snippets)
    print(len(families), "templates,", len(conversations), "conversations,",
          len(snippets) - 1, "snippets,", sum(s.get("text", 0) is None for s in snippets), "of them errors")


if __name__ == "__main__":
    main()
