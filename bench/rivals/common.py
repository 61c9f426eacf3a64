# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""What the parts of bench/versus share."""
import os
import subprocess
import sys


class Failure(Exception):
    """What went wrong, for people."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, env=None):
    """Standard output of a program; a Failure with its last lines when it fails."""
    everything = {**os.environ, "HEARTH_LANG": "en", **(env or {})}
    done = subprocess.run([str(part) for part in command], env=everything, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{command[0]} failed ({done.returncode}): {(done.stderr + done.stdout)[-600:]}")
    return done.stdout


def venv(folder):
    """The Python of an environment of the rivals' own: nothing is installed outside `folder`."""
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", folder / "venv"])
    return python
