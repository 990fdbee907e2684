"""A weekly run on a large history, by phase, beside DuckDB on the same Parquet files. See README.md beside this file.

usage: python3 benches/weekly.py [TICKETS] [--rounds 3] [--dir DIR] [--deskcard PATH]

Makes the desk of `generate_desk bench` (a ticket, two calls and 0.15 surveys each, over two years), takes in all but its last week as it stood
then, then measures the run that takes in the last week: new rows, and those of older tickets that were resolved or closed in it. DuckDB is given
the tables that run leaves and finds the figures of benches/README.md for every week and agent; it draws and judges nothing.

Needs DuckDB (`pip install duckdb`), and about 1.2 GB of disk a million tickets."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
CUT = "2025-12-22 00:00:00"
FIRST, SECOND = "2025-12-22 06:00", "2025-12-29 06:00"
SOURCES = ("tickets", "calls", "surveys")
# What a run does before it draws: the rest is pages and files.
BEFORE_PAGES = ("lock", "sweep", "recover", "intake", "read", "count", "facts", "judge", "compare")

# A ticket as its export had it at the cut: what happened later had not happened.
AS_IT_STOOD = f"""
SELECT number, opened_at, CASE WHEN resolved_at < '{CUT}' THEN resolved_at END AS resolved_at,
       CASE WHEN closed_at < '{CUT}' THEN closed_at END AS closed_at,
       CASE WHEN closed_at < '{CUT}' THEN 'Closed' WHEN resolved_at < '{CUT}' THEN 'Resolved'
            WHEN resolved_at IS NULL THEN state ELSE 'In Progress' END AS state,
       * EXCLUDE (number, opened_at, resolved_at, closed_at, state, close_code, sla_due, updated_at),
       CASE WHEN resolved_at < '{CUT}' THEN close_code END AS close_code, sla_due,
       CASE WHEN closed_at < '{CUT}' THEN closed_at WHEN resolved_at < '{CUT}' THEN resolved_at
            WHEN resolved_at IS NULL THEN updated_at
            ELSE strftime(opened_at::TIMESTAMP + INTERVAL 10 MINUTE, '%Y-%m-%d %H:%M:%S') END AS updated_at
FROM tickets WHERE opened_at < '{CUT}'"""

FIGURES = """
WITH ticket AS (
  SELECT id, resolver AS agent, reassign_count + reopen_count = 0 AS straight,
         date_trunc('week', created_at)::DATE AS opened_week, date_trunc('week', resolved_at)::DATE AS week,
         epoch(resolved_at)::BIGINT - epoch(created_at)::BIGINT AS took,
         3600 * CASE priority WHEN 'P1' THEN 4 WHEN 'P2' THEN 8 WHEN 'P3' THEN 24 ELSE 72 END AS target,
         lead(created_at) OVER (PARTITION BY requester_key, category ORDER BY created_at, id) <= created_at + INTERVAL 7 DAY AS again
  FROM tickets
),
solved AS (
  SELECT week, ticket.agent, count(*) AS n, avg((straight AND took <= 86400)::INT) AS fcr, avg((took <= target)::INT) AS sla,
         avg(score) AS csat, avg((score >= 4)::INT) AS top, quantile_cont(took, 0.5) AS p50, quantile_cont(took, 0.9) AS p90,
         avg(coalesce(again, false)::INT) AS again
  FROM ticket LEFT JOIN surveys ON surveys.ticket_id = ticket.id
  WHERE week IS NOT NULL AND ticket.agent IS NOT NULL
  GROUP BY week, ticket.agent
),
phone AS (
  SELECT date_trunc('week', start_at)::DATE AS week, agent, count(*) FILTER (outcome = 'answered') AS n,
         avg(talk_secs + hold_secs + acw_secs) FILTER (outcome = 'answered') AS aht, avg((outcome = 'abandoned')::INT) AS lost
  FROM calls
  GROUP BY week, agent
),
change AS (
  SELECT week, agent, sum(by_how_much) AS by_how_much
  FROM (SELECT opened_week AS week, agent, count(*) AS by_how_much FROM ticket WHERE agent IS NOT NULL GROUP BY ALL
        UNION ALL SELECT week, agent, -n FROM solved)
  GROUP BY week, agent
),
grid AS (
  SELECT week, agent, sum(coalesce(by_how_much, 0)) OVER (PARTITION BY agent ORDER BY week) AS backlog
  FROM (SELECT DISTINCT week FROM change) CROSS JOIN (SELECT DISTINCT agent FROM change) LEFT JOIN change USING (week, agent)
)
SELECT week, agent, coalesce(solved.n, 0) AS tickets_resolved, fcr, sla, csat, top, p50, p90, again,
       coalesce(phone.n, 0) AS calls_answered, aht, lost, backlog::BIGINT AS backlog
FROM grid LEFT JOIN solved USING (week, agent) LEFT JOIN phone USING (week, agent)
ORDER BY week, agent"""


class Run(NamedTuple):
    wall: float
    cpu: float
    peak: float  # MiB
    steps: dict[str, float]  # seconds


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def make(desk: Path, tickets: int) -> None:
    """The exports of both Mondays, once."""
    if (desk / "last").exists():
        return
    full = desk / "full"
    generate = ["cargo", "run", "--release", "--quiet", "--example", "generate_desk", "--", "bench", full, str(tickets)]
    if not (full / "surveys.csv").exists():
        subprocess.run(generate, cwd=ROOT, check=True)
    say("taking the exports apart")
    before, last = desk / "before", desk / "last.part"
    for folder in (before, last):
        folder.mkdir(parents=True, exist_ok=True)
    db = duckdb.connect()
    for name in SOURCES:
        db.execute(f"CREATE VIEW {name} AS FROM read_csv('{full}/{name}.csv', header = true, all_varchar = true, quote = '\"', escape = '\"')")
    since = f">= '{CUT}'"
    selections = {
        (before, "tickets"): f"{AS_IT_STOOD} ORDER BY opened_at, number",
        (last, "tickets"): f"FROM tickets WHERE opened_at {since} OR resolved_at {since} OR closed_at {since} ORDER BY opened_at, number",
        (before, "calls"): f"FROM calls WHERE start < '{CUT}' ORDER BY call_id",
        (last, "calls"): f"FROM calls WHERE start {since} ORDER BY call_id",
        (before, "surveys"): f"FROM surveys WHERE submitted_at < '{CUT}' ORDER BY submitted_at, ticket_number",
        (last, "surveys"): f"FROM surveys WHERE submitted_at {since} ORDER BY submitted_at, ticket_number",
    }
    for (folder, name), query in selections.items():
        # A table without text of its own has empty cells, not quoted ones.
        db.execute(f"COPY ({query}) TO '{folder / name}.csv' (HEADER, NULLSTR '')")
    config = (full / "deskcard.toml").read_text()
    for name in SOURCES:
        config = config.replace(f'files = ["{name}.csv"]', f'files = ["exports/*/{name}.csv"]')
    config = "\n".join(line for line in config.splitlines() if not line.startswith("as_of = "))
    (desk / "deskcard.toml").write_text(config + '\n\n[history]\nfolder = "history"\n\n[run]\nsettle = "0s"\n')
    shutil.rmtree(full)
    last.rename(desk / "last")


def launch(argv: list[str | Path]) -> Run:
    words = [str(word) for word in argv]
    start = time.monotonic()
    pid = os.posix_spawnp(words[0], words, os.environ)
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        sys.exit(f"failed: {' '.join(words)[:200]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, {})


def run(place: Path, deskcard: Path, as_of: str) -> Run:
    """One run of deskcard, with what its own record says of its steps."""
    done = launch([deskcard, "run", "--quiet", "--config", place / "deskcard.toml", "--as-of", as_of])
    record = json.loads((place / "scorecards" / "run.json").read_text())
    steps: dict[str, float] = {}
    for step in record["steps"]:
        steps[step["name"]] = steps.get(step["name"], 0) + step["ms"] / 1000
    return done._replace(steps=steps)


def live(table: Path) -> list[str]:
    """The files of a Delta table that count."""
    files: set[str] = set()
    for entry in sorted((table / "_delta_log").glob("*.json")):
        for action in map(json.loads, entry.read_text().splitlines()):
            files |= {action["add"]["path"]} if "add" in action else set()
            files -= {action["remove"]["path"]} if "remove" in action else set()
    return [str(table / path) for path in sorted(files)]


def in_duckdb(history: Path) -> Run:
    """The figures by DuckDB, in a process of its own."""
    tables = ";".join(f"CREATE VIEW {name} AS FROM read_parquet({live(history / name)!r}, hive_partitioning = false)" for name in SOURCES)
    script = f"import duckdb; d = duckdb.connect(); d.execute('SET enable_progress_bar = false'); d.execute({tables!r}); print(len(d.execute({FIGURES!r}).fetchall()))"
    return launch([sys.executable, "-c", script])


def main() -> None:
    parser = argparse.ArgumentParser(description="A weekly run on a large history, beside DuckDB.")
    parser.add_argument("tickets", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--deskcard", type=Path)
    args = parser.parse_args()
    desk = (args.dir or TARGET / "bench" / f"weekly-{args.tickets}").absolute()
    if args.deskcard is None:
        subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    deskcard = (args.deskcard or TARGET / "release" / "deskcard").absolute()
    make(desk, args.tickets)
    kept = desk / "kept"
    if not kept.exists():
        say("taking in two years less a week")
        lay_out(desk, ["before"])
        first = run(desk, deskcard, FIRST)
        say(f"  {first.wall:.1f} s, {first.peak:.0f} MiB")
        kept.mkdir()
        for folder in ("history", "scorecards"):
            (desk / folder).rename(kept / folder)
    ours: list[Run] = []
    theirs: list[Run] = []
    for i in range(args.rounds):
        lay_out(desk, ["before", "last"])
        for folder in ("history", "scorecards"):
            shutil.copytree(kept / folder, desk / folder, symlinks=True)
        ours.append(run(desk, deskcard, SECOND))
        theirs.append(in_duckdb(desk / "history"))
        say(f"  round {i + 1}: deskcard {ours[-1].wall:.2f} s, DuckDB {theirs[-1].wall:.2f} s")
    tell(args.tickets, ours, theirs)


def lay_out(desk: Path, weeks: list[str]) -> None:
    """The exports of these Mondays, and nothing made of them yet."""
    for folder in ("exports", "history", "scorecards"):
        shutil.rmtree(desk / folder, ignore_errors=True)
    (desk / "exports").mkdir()
    for week in weeks:
        os.symlink(desk / week, desk / "exports" / week)


def tell(tickets: int, ours: list[Run], theirs: list[Run]) -> None:
    def middle(values) -> float:
        return statistics.median(values)

    names = list(dict.fromkeys(name for r in ours for name in r.steps))
    before = [sum(r.steps.get(name, 0) for name in BEFORE_PAGES) for r in ours]
    print(f"A weekly run on {tickets:,} tickets and {2 * tickets:,} calls, medians of {len(ours)}:\n")
    print("| step | s |\n| --- | --- |")
    for name in names:
        print(f"| {name} | {middle(r.steps.get(name, 0) for r in ours):.2f} |")
    print(f"| before pages | {middle(before):.2f} |")
    print(f"| whole process, wall / cpu | {middle(r.wall for r in ours):.2f} / {middle(r.cpu for r in ours):.2f} |")
    print(f"| DuckDB, wall / cpu | {middle(r.wall for r in theirs):.2f} / {middle(r.cpu for r in theirs):.2f} |")
    ratio = middle(b / t.wall for b, t in zip(before, theirs, strict=True))
    print(f"| before pages ÷ DuckDB | {ratio:.2f} |")
    print(f"| peak memory, deskcard / DuckDB, MiB | {middle(r.peak for r in ours):.0f} / {middle(r.peak for r in theirs):.0f} |")


if __name__ == "__main__":
    main()
