#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""bench/versus prints a figure only when the sides were measured in turns, five times each."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from rivals import report  # noqa: E402
from rivals.rows import LLAMA, RANDOM, REQUANTISED, ROWS, quick  # noqa: E402

ROW = next(row for row in ROWS if row.name == "decode-64")
PROBE = {"probe": {"limits": [{"name": name, "threads": 2, "median": rate}
                               for name, rate in zip(report.READ, (40.0, 30.0))]}}
OURS, SAME, OTHER = report.OURS, "llama.cpp, same file", "OpenVINO, i4, dynamic"
SPEED = {OURS: 20.0, SAME: 10.0, OTHER: 16.0}


def log(order):
    entries = [{"row": ROW.name, "side": side, "value": SPEED[side]} for side in order]
    entries[0]["work"] = {"bytes": 1e9, "operations": 0}
    return [PROBE] + entries


def figure(entries, row=ROW):
    warnings = []
    return report.figure(row, entries, 2, warnings.append), " ".join(warnings)


class Versus(unittest.TestCase):
    def test_turns_give_a_figure(self):
        found, _ = figure(log([OURS, SAME, OTHER, OTHER, SAME, OURS] * 2 + [OURS, SAME, OTHER]))
        self.assertEqual(found["rivals"][SAME]["ratio"]["median"], 2.0)
        self.assertEqual(found["hearth"]["n"], 5)
        self.assertEqual((found["best"], found["same"]), (OTHER, SAME))
        self.assertAlmostEqual(found["share"], 0.5)
        self.assertIn("1.25x", report.table([found]))
        self.assertIn("missed", report.table([found]))  # 1.5 times the best is asked for

    def test_one_side_after_the_other_gives_none(self):
        found, text = figure(log([OURS] * 5 + [SAME] * 5))
        self.assertIsNone(found)
        self.assertIn("did not alternate", text)

    def test_a_missing_partner_gives_none(self):
        self.assertIsNone(figure(log([OURS, SAME] * 5 + [OURS]))[0])
        self.assertIsNone(figure(log([OURS, SAME, OTHER] * 4 + [OURS, SAME]))[0])

    def test_too_few_samples_give_none(self):
        found, text = figure(log([OURS, SAME] * 4))
        self.assertIsNone(found)
        self.assertIn("5 are needed", text)

    def test_less_is_better_turns_the_ratio(self):
        start = next(row for row in ROWS if row.kind == "start")
        entries = [{"row": start.name, "side": side, "value": value}
                   for _ in range(5) for side, value in ((OURS, 0.5), (SAME, 1.0))]
        self.assertEqual(figure(entries, start)[0]["rivals"][SAME]["ratio"]["median"], 2.0)

    def test_rows(self):
        self.assertEqual(len({row.name for row in ROWS}), len(ROWS))
        for row in ROWS:
            names = [rival.name(row) for rival in row.rivals]
            self.assertEqual(len(set(names)), len(names), row.name)
            self.assertEqual(LLAMA.name(row), SAME)
            self.assertIn(row.kind, report.KINDS)
            self.assertEqual(quick(row).rivals, (LLAMA,))

    def test_derived_files_have_a_source(self):
        known = {row.model for row in ROWS} | {rival.model for row in ROWS for rival in row.rivals}
        for name in known:
            if name.endswith(("-q4_0", "-q8_0")):
                self.assertIn(name, {**REQUANTISED, **RANDOM})


if __name__ == "__main__":
    unittest.main()
