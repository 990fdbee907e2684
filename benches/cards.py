"""A large desk's Monday: the pages, charts, pictures and mails of 300 agents for one week. See README.md beside this file.

usage: python3 benches/cards.py [--agents 300] [--rounds 3] [--dir DIR] [--deskcard PATH]

Makes the desk of `generate_desk bench` with 2,500 tickets an agent over two years, a roster with teams and addresses, goals and `[mail]`; then
times `report` (pages with their charts, and a CSV a card) and `send --preview` (a mail a card, with its pictures as PNG), each a whole process, by
the clock and by the kernel's account of it. Nothing is sent."""

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TICKETS_AN_AGENT = 2_500
TEAM_OF = 10

CONFIG = """
[goals]
fcr_touch = "60%"
csat = "80%"
sla_resolution = "85%"
ttr_median = "10h"
abandonment = "6%"

[[source]]
name = "roster"
kind = "agents"
files = ["roster.csv"]
timestamps = ["%Y-%m-%d"]

[source.columns]
agent_id = "id"
name = "name"
emails = "emails"
team = "team"
hired_at = "hired_at"
role = "role"

[mail]
host = "127.0.0.1"
tls = "none"
auth = "none"
from = "Bench Desk <desk@bench.example>"
domains = ["bench.example"]
to_agents = true
to_leads = true
to_managers = true
"""


def made(folder: Path, agents: int) -> Path:
    """The desk's folder, made once."""
    if (folder / "roster.csv").exists():
        return folder
    tickets = str(agents * TICKETS_AN_AGENT)
    command = ["cargo", "run", "--locked", "--release", "--quiet", "--example", "generate_desk", "--", "bench", str(folder), tickets]
    subprocess.run(command, cwd=ROOT, check=True)
    with (folder / "tickets.csv").open(newline="", encoding="utf-8") as file:
        names = sorted({row["assigned_to"] for row in csv.DictReader(file) if row["assigned_to"]})
    with (folder / "deskcard.toml").open("a", encoding="utf-8") as file:
        file.write(CONFIG)
    with (folder / "roster.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["id", "name", "emails", "team", "hired_at", "role"])
        for i, name in enumerate(names):
            role = "manager" if i == 0 else "team lead" if i % TEAM_OF == 0 else "agent"
            out.writerow([f"A{i}", name, f"a{i}@bench.example", f"Team {i // TEAM_OF + 1:02}", "2023-01-02", role])
    return folder


def timed(command: list[str]) -> tuple[float, float, int]:
    """Wall and cpu seconds of a whole process, and its peak in MiB."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    if status != 0:
        raise SystemExit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def main() -> None:
    """Measures, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--agents", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=TARGET / "bench")
    parser.add_argument("--deskcard", type=Path, default=TARGET / "release" / "deskcard")
    args = parser.parse_args()
    desk = made((args.dir / f"cards-{args.agents}").resolve(), args.agents)
    cards, mails = desk / "scorecards", desk / "mails"
    program, config = str(args.deskcard.resolve()), ["--config", str(desk / "deskcard.toml"), "--quiet"]
    period = "2025-W52"
    steps = {
        "report": [program, "report", *config, "--period", period],
        "mails": [program, "send", *config, "--period", period, "--preview", str(mails)],
    }
    figures: dict[str, list[tuple[float, float, int]]] = {step: [] for step in steps}
    for _ in range(args.rounds):
        for folder in (cards, mails):
            shutil.rmtree(folder, ignore_errors=True)
        for step, command in steps.items():
            figures[step].append(timed(command))
    files = [p for p in cards.rglob("*") if p.is_file()]
    print(f"{sum(p.suffix == '.html' for p in files)} pages, {len(files)} files, {sum(1 for _ in mails.glob('*.eml'))} mails")
    print("| | wall s | cpu s | peak MiB |\n| --- | ---: | ---: | ---: |")
    medians = {step: [statistics.median(column) for column in zip(*rows)] for step, rows in figures.items()}
    for step, (wall, cpu, peak) in medians.items():
        print(f"| {step} | {wall:.1f} | {cpu:.1f} | {peak:.0f} |")
    print(f"| together | {sum(m[0] for m in medians.values()):.1f} | {sum(m[1] for m in medians.values()):.1f} | |")


if __name__ == "__main__":
    main()
