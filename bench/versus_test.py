#!/usr/bin/env python3
# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""bench/versus prints a figure only when the sides were measured in turns, five times each."""
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
PATH = str(pathlib.Path(__file__).with_name("versus"))
LOADER = importlib.machinery.SourceFileLoader("versus", PATH)
SPEC = importlib.util.spec_from_loader("versus", LOADER)
versus = importlib.util.module_from_spec(SPEC)
sys.modules["versus"] = versus
LOADER.exec_module(versus)

ROW = next(row for row in versus.ROWS if row.name == "decode-64")
PROBE = {"probe": {"limits": [{"name": versus.READ, "threads": 2, "median": 40.0}]}}


def log(order, values=None):
    values = values or {"hearth": 20.0, "llama.cpp": 10.0}
    return [PROBE] + [{"row": ROW.name, "side": side, "value": values[side]} for side in order]


def summary(entries, row=ROW):
    with contextlib.redirect_stderr(io.StringIO()) as text:
        return versus.summarise(entries, (row,), 2), text.getvalue()


class Versus(unittest.TestCase):
    def test_turns_give_a_figure(self):
        found, _ = summary(log(["hearth", "llama.cpp", "llama.cpp", "hearth"] * 2 + ["hearth", "llama.cpp"]))
        self.assertEqual(found[0]["ratio"]["median"], 2.0)
        self.assertEqual(found[0]["hearth"]["n"], 5)
        self.assertAlmostEqual(found[0]["share"], 20 * 0.980097536 / 40)

    def test_one_side_after_the_other_gives_none(self):
        found, text = summary(log(["hearth"] * 5 + ["llama.cpp"] * 5))
        self.assertEqual(found, [])
        self.assertIn("did not alternate", text)

    def test_a_missing_partner_gives_none(self):
        found, _ = summary(log(["hearth", "llama.cpp"] * 5 + ["hearth"]))
        self.assertEqual(found, [])

    def test_too_few_samples_give_none(self):
        found, text = summary(log(["hearth", "llama.cpp"] * 4))
        self.assertEqual(found, [])
        self.assertIn("5 are needed", text)

    def test_less_is_better_turns_the_ratio(self):
        start = next(row for row in versus.ROWS if row.kind == "start")
        entries = [{"row": start.name, "side": side, "value": value}
                   for _ in range(5) for side, value in (("hearth", 0.5), ("llama.cpp", 1.0))]
        self.assertEqual(summary(entries, start)[0][0]["ratio"]["median"], 2.0)

    def test_row_names_are_unique(self):
        self.assertEqual(len({row.name for row in versus.ROWS}), len(versus.ROWS))


if __name__ == "__main__":
    unittest.main()
