# Copyright 2026 The Hearth Authors
# SPDX-License-Identifier: Apache-2.0
"""From the log of samples to figures, ratios and a table. A log is a list in the order of measuring:
{"probe": limits} and {"row", "side", "value"[, "work"]}; side 0 is Hearth, the others are rivals."""
import statistics

OURS = "Hearth"
SAMPLES = 5  # of each side, for a figure that is a time; memory repeats exactly and needs one
# Names of `hearth bench limits`: of the ways to read memory the faster counts.
READ = ("DRAM read, 8 streams", "DRAM read, 1 stream")
# The limit that a prompt is a share of, by ISA; without one it is the first that the machine has.
DOT = {"amx": "AMX int8, tiles from L2", "avx512vnni": "AVX-512 VNNI vpdpbusd zmm",
       "avxvnni": "AVX-VNNI vpdpbusd ymm", "avx2": "AVX2 maddubs ymm"}
KINDS = {"prefill": ("tok/s", True), "decode": ("tok/s", True), "together": ("tok/s", True),
         "verify": ("ms", False), "start": ("s", False),
         "start-first": ("s", False), "start-cold": ("s", False), "memory": ("MB", False)}


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "n": len(values)}


def interleaved(sides):
    """True when the sides were measured in turns: each once in every round, in any order."""
    names = set(sides)
    rounds = [sides[i:i + len(names)] for i in range(0, len(sides), len(names))]
    return len(names) > 1 and all(len(turn) == len(names) == len(set(turn)) for turn in rounds)


def probed(log, names, threads):
    """The largest of these limits in each probe of the log that has one."""
    probes = [entry["probe"]["limits"] for entry in log if "probe" in entry]
    found = [[limit["median"] for limit in limits if limit["name"] in names and limit["threads"] == threads]
             for limits in probes]
    return [max(values) for values in found if values]


def share(row, entry_values, log, threads):
    """Of the machine's own limit in the same run, or None: read rate for decode, dot rate for prefill."""
    if row.kind not in ("decode", "prefill"):
        return None
    work = [entry["work"] for entry in log if entry.get("row") == row.name and entry.get("work")]
    dots = [(DOT[row.isa],)] if row.isa else [(name,) for name in DOT.values()]
    candidates = [READ] if row.kind == "decode" else dots
    limits = next(filter(None, (probed(log, names, row.threads or threads) for names in candidates)), None)
    if not work or not limits:
        return None
    per_token = work[0]["bytes"] if row.kind == "decode" else work[0]["operations"]
    return statistics.median(entry_values) * per_token / 1e9 / statistics.median(limits)


def ratios(ours, theirs, more_is_better):
    """Of each round, so that what the machine does to both sides cancels out."""
    return spread([a / b if more_is_better else b / a for a, b in zip(ours, theirs)])


def figure(row, log, threads, warn):
    taken = [entry for entry in log if entry.get("row") == row.name]
    if not taken:
        return None
    if not interleaved([entry["side"] for entry in taken]):
        return warn(f"{row.name}: the sides did not alternate, no figure")
    values = {}
    for entry in taken:
        values.setdefault(entry["side"], []).append(entry["value"])
    ours = values.pop(OURS)
    needed = 1 if row.kind == "memory" else SAMPLES
    if len(ours) < needed:
        return warn(f"{row.name}: {len(ours)} samples of each side, {needed} are needed")
    unit, more_is_better = KINDS[row.kind]
    sides = {side: {**spread(theirs), "ratio": ratios(ours, theirs, more_is_better)}
             for side, theirs in values.items()}
    best = min(sides, key=lambda side: sides[side]["ratio"]["median"])
    same = next((side for side in sides if "llama.cpp, same file" in side), None)
    return {"row": row.name, "unit": unit, "hearth": spread(ours), "rivals": sides, "best": best,
            "same": same, "must": row.must, "must_same": row.must_same, "aim": row.aim,
            "share": share(row, ours, log, threads),
            "same_share": share(row, values[same], log, threads) if same else None}


def summarise(log, rows, threads, warn):
    return [found for row in rows if (found := figure(row, log, threads, warn))]


def cell(values):
    return f"{values['median']:.3g} [{values['min']:.3g}-{values['max']:.3g}]"


def percent(part):
    return "-" if part is None else f"{100 * part:.0f} %"


def ratio_cell(item, side, must):
    if side is None:
        return "-"
    ratio = item["rivals"][side]["ratio"]
    asked = "" if not must else f", asked {must:g}x" + ("" if ratio["median"] >= must else ": missed")
    return f"**{ratio['median']:.2f}x** [{ratio['min']:.2f}-{ratio['max']:.2f}]{asked}"


def table(summary):
    lines = ["| row | Hearth | unit | best rival | ours / best | llama.cpp, same file | ours / same file "
             "| share of limit: ours, same file |", "|---|---|---|---|---|---|---|---|"]
    for item in summary:
        best, same = item["best"], item["same"]
        same_cell = cell(item["rivals"][same]) if same else "-"
        lines.append(f"| {item['row']} | {cell(item['hearth'])} | {item['unit']} "
                     f"| {best}: {cell(item['rivals'][best])} | {ratio_cell(item, best, item['must'])} "
                     f"| {same_cell} | {ratio_cell(item, same, item['must_same'])} "
                     f"| {percent(item['share'])}, {percent(item['same_share'])} |")
    return "\n".join(lines)


def rivals_table(summary):
    lines = ["| row | rival | figure | ours / rival |", "|---|---|---|---|"]
    for item in summary:
        for side, values in item["rivals"].items():
            ratio = values["ratio"]
            lines.append(f"| {item['row']} | {side} | {cell(values)} {item['unit']} "
                         f"| {ratio['median']:.2f}x [{ratio['min']:.2f}-{ratio['max']:.2f}] |")
    return "\n".join(lines)


def limits_line(log, threads):
    """The limits of the run, with their spread over the rounds."""
    limits = [("DRAM read", READ, "GB/s"), *((name, (name,), "GOP/s") for name in DOT.values())]
    parts = [f"{title} {cell(spread(values))} {unit}" for title, names, unit in limits
             if (values := probed(log, names, threads))]
    return "Limits in the same run: " + "; ".join(parts) + "."
