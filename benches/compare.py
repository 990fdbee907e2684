"""Compares two tables of the benchmark's job cell by cell. usage: compare.py REFERENCE.csv OTHER.csv

The reference has every week and agent. The other may leave out rows without a figure; its weeks may be named 2024-W01."""

import csv
import datetime
import math
import sys

TOLERANCE = 1e-9
Table = dict[tuple[str, str], dict[str, str]]


def monday(week: str) -> str:
    return datetime.datetime.strptime(week + "-1", "%G-W%V-%u").date().isoformat() if "W" in week else week


def load(path: str) -> Table:
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["agent"]]
    return {(monday(row.get("week") or row["period"]), row["agent"]): row for row in rows}


def same(one: str, other: str) -> bool:
    if not one or not other:
        return one == other
    return math.isclose(float(one), float(other), rel_tol=TOLERANCE, abs_tol=TOLERANCE)


reference, other = (load(path) for path in sys.argv[1:3])
metrics = [name for name in next(iter(reference.values())) if name not in ("week", "agent")]
counts = {"tickets_resolved", "calls_answered", "backlog"}  # nothing counted is 0, in the reference
faults = [f"{key}: not in the reference" for key in other.keys() - reference.keys()]
for key, wanted in reference.items():
    found = other.get(key, {})
    for metric in metrics:
        cell = found.get(metric) or ("0" if metric in counts else "")
        if not same(wanted[metric], cell):
            faults.append(f"{key} {metric}: {wanted[metric]!r} here, {cell!r} there")
print(f"{len(reference)} rows, {len(reference) * len(metrics)} cells: {len(faults)} differ", *sorted(faults)[:10], sep="\n  ")
sys.exit(bool(faults))
