# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""How much of the machine other programs used during a sample."""
import os
import pathlib
import resource
import time

LIMIT = 0.08  # of all cores; a sample with more is measured again
ATTEMPTS = 8
TICK = os.sysconf("SC_CLK_TCK")


def machine_seconds():
    """Processor seconds of everything since the start of the machine."""
    fields = [int(part) for part in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    user, nice, system, _, _, interrupt, soft, steal = fields
    return (user + nice + system + interrupt + soft + steal) / TICK


def process_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def own_seconds(pids):
    """Of this program, its finished children, and those that still run."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used) + sum(map(process_seconds, pids))


class Watch:
    """share() is what others used of all cores since the construction."""

    def __init__(self, pids):
        self.pids = list(pids)
        self.before = (time.monotonic(), machine_seconds(), own_seconds(self.pids))

    def share(self):
        wall, machine, own = (now - then for now, then in zip(
            (time.monotonic(), machine_seconds(), own_seconds(self.pids)), self.before))
        return max(0.0, machine - own) / (wall * os.cpu_count())
