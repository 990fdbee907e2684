"""Measures deskcard against DuckDB, Python polars and a program written by hand. See README.md beside this file.

usage: python3 benches/run.py [--sizes 100k,1M,10M] [--rounds 5] [--dir DIR] [--no-report]"""

import argparse
import datetime
import importlib.metadata
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
METRICS = ("tickets_resolved,bench_fcr,sla_resolution_resolved,csat_resolved_mean,csat_resolved,ttr_median,ttr_p90,bench_repeat,"
           "calls_answered,aht,bench_abandoned,backlog")
# Surveys are answered up to two days after the last week; the peers know no cut-off.
AS_OF = ["--as-of", "2026-01-05"]
PEERS = ["DuckDB", "Python polars"]
WALL, CPU, PEAK, READ = range(4)


Command = list[str | Path]


class Run(NamedTuple):
    wall: float
    cpu: float
    peak: float  # MiB
    read: float  # the seconds of its own line "read in … s"


Runs = dict[str, list[Run]]


def number(size: str) -> int:
    return int(size.replace("k", "000").replace("M", "000000"))


def output(desk: Path, name: str) -> Path:
    return desk / f"{name.replace(' ', '_')}.out"


def launch(command: Command, out: Path) -> Run:
    """Runs a whole process with its output in a file. A failure ends the benchmark."""
    argv = [str(word) for word in command]
    errors = out.with_suffix(".err")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [(os.POSIX_SPAWN_OPEN, fd, str(path), flags, 0o644) for fd, path in ((1, out), (2, errors))]
    start = time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=files)
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        sys.exit(f"failed: {' '.join(argv)}\n{errors.read_text()}")
    read = re.search(r"^read in ([0-9.]+) s", errors.read_text(), re.MULTILINE)
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, float(read[1]) if read else 0.0)


def interleaved(commands: dict[str, Command], rounds: int, desk: Path) -> Runs:
    """A B C, A B C …, so that a disturbance meets all of them."""
    runs: Runs = {name: [] for name in commands}
    for i in range(rounds):
        for name, command in commands.items():
            runs[name].append(launch(command, output(desk, name)))
        say(f"  round {i + 1}: " + ", ".join(f"{name} {r[-1].wall:.2f} s" for name, r in runs.items()))
    return runs


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def build() -> tuple[Path, Path | None]:
    """The release binary, the generator and, where the processor is right for it, the program written by hand."""
    subprocess.run(["cargo", "build", "--release", "--bin", "deskcard", "--example", "generate_desk"], cwd=ROOT, check=True)
    if platform.machine() not in ("x86_64", "AMD64"):
        return TARGET / "release", None
    floor = TARGET / "floor"
    subprocess.run(["cargo", "build", "--release", "--manifest-path", HERE / "floor/Cargo.toml", "--target-dir", floor], check=True)
    return TARGET / "release", floor / "release/floor"


def generate(release: Path, desk: Path, size: str) -> None:
    if not (desk / "complete").exists():
        say(f"writing the desk of {size} tickets to {desk}")
        subprocess.run([release / "examples/generate_desk", "bench", desk, str(number(size))], check=True)
        (desk / "complete").touch()
    (desk / "deskcard.toml").write_bytes((ROOT / "examples/generate_desk/bench.toml").read_bytes())


def jobs(release: Path, floor: Path | None, desk: Path) -> dict[str, Command]:
    query = ["query", METRICS, "--by", "agent", "--period", "week", "--to", "2025-12-28", "--format", "csv"]
    commands: dict[str, Command] = {"deskcard": [release / "deskcard", *query, *AS_OF, "--config", desk / "deskcard.toml"]}
    for name, script in zip(PEERS, ("duckdb_job.py", "polars_job.py")):
        commands[name] = [sys.executable, HERE / "peers" / script, desk, "/dev/stdout"]
    if floor:
        commands["written by hand"] = [floor, desk, "/dev/stdout"]
    return commands


def ingests(release: Path, desk: Path) -> dict[str, Command]:
    check = ["check", "--verbose", "--format", "json"]
    commands: dict[str, Command] = {"deskcard check": [release / "deskcard", *check, *AS_OF, "--config", desk / "deskcard.toml"]}
    for name, who in zip(PEERS, ("duckdb", "polars")):
        commands[name] = [sys.executable, HERE / "peers/ingest_peers.py", who, desk]
    return commands


def reports(release: Path, desk: Path) -> dict[str, Command]:
    config: Command = ["--out", desk / "scorecards", "--config", desk / "deskcard.toml"]
    return {"deskcard report": [release / "deskcard", "report", "--period", "2025-W52", *AS_OF, *config]}


def compare(reference: Path, other: Path) -> bool:
    """In a process of its own: what this one holds would count as the peak memory of the next one it starts."""
    done = subprocess.run([sys.executable, HERE / "compare.py", reference, other], capture_output=True, text=True)
    say(f"  {other.stem} against {reference.stem}: {done.stdout.strip()}{done.stderr}")
    return done.returncode == 0


def median(runs: list[Run], field: int) -> float:
    return statistics.median(run[field] for run in runs)


def ratio(runs: Runs, name: str, of: str, field: int) -> float:
    """Median of the ratios of each round."""
    return statistics.median(a[field] / b[field] if b[field] else 0.0 for a, b in zip(runs[name], runs[of]))


def to_best(runs: Runs, name: str, field: int) -> float:
    return ratio(runs, name, min(PEERS, key=lambda peer: median(runs[peer], field)), field)


def table(title: str, of_size: dict[str, Runs], is_job: bool) -> list[str]:
    heads = ["tickets", "program", "wall s", "cpu s", "peak MiB"]
    heads += ["wall ÷ best peer", "cpu ÷ best peer", "peak ÷ DuckDB"] if is_job else ["reading s", "reading ÷ best peer"]
    lines = [f"\n### {title}\n", f"| {' | '.join(heads)} |", "| --- | --- " + "| ---: " * (len(heads) - 2) + "|"]
    for size, runs in of_size.items():
        for name, of in runs.items():
            cells = [size, name, f"{median(of, WALL):.3f}", f"{median(of, CPU):.3f}", f"{median(of, PEAK):,.0f}"]
            if is_job:
                cells += [f"{r:.2f}" for r in (to_best(runs, name, WALL), to_best(runs, name, CPU), ratio(runs, name, "DuckDB", PEAK))]
            else:
                cells += [f"{median(of, READ):.3f}", f"{to_best(runs, name, READ):.2f}"]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def goals(whole: dict[str, Runs], ingest: dict[str, Runs]) -> list[str]:
    wanted = []
    for size, most in (("1M", 0.5), ("10M", 0.6)):
        if size in whole:
            wanted.append((f"whole job, {size}, wall ÷ best peer", to_best(whole[size], "deskcard", WALL), most))
            wanted.append((f"reading every column, {size}, ÷ best peer", to_best(ingest[size], "deskcard check", READ), 0.5))
    if "100k" in whole:
        wanted.append(("whole job, 100k, wall s", median(whole["100k"]["deskcard"], WALL), 0.2))
    if "10M" in whole:
        wanted.append(("peak memory, 10M, ÷ DuckDB", ratio(whole["10M"], "deskcard", "DuckDB", PEAK), 1.0))
    return [f"- {'met' if value <= most else 'missed'}: {what}: {value:.2f}, at most {most}" for what, value, most in wanted]


def machine(release: Path) -> str:
    def first_line(command: Command) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]

    def line_of(path: str, start: str) -> str:
        lines = Path(path).read_text().splitlines() if Path(path).exists() else []
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(start)), "unknown")

    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("duckdb", "polars"))
    memory = line_of("/proc/meminfo", "MemTotal").split()[0]
    return (f"{datetime.date.today()} · {len(os.sched_getaffinity(0))} cores of {line_of('/proc/cpuinfo', 'model name')}, "
            f"{int(memory) / 2**20 if memory.isdigit() else 0:.0f} GiB, {platform.system()} {platform.release()}\n"
            f"{first_line([release / 'deskcard', '--version'])}, {first_line(['rustc', '--version'])}, Python {platform.python_version()}, "
            f"{versions}; medians of interleaved whole processes, files in the page cache")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100k,1M,10M")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dir", type=Path, default=TARGET / "bench", help="where the desks are kept (10M: 5 GB)")
    parser.add_argument("--no-report", action="store_true", help="leave `deskcard report` out")
    args = parser.parse_args()
    try:
        release, floor = build()
        facts = machine(release)
    except importlib.metadata.PackageNotFoundError as missing:
        sys.exit(f"{missing.name} is not installed: pip install -r benches/peers/requirements.txt")
    whole: dict[str, Runs] = {}
    ingest: dict[str, Runs] = {}
    report: dict[str, Runs] = {}
    are_equal = True
    for size in args.sizes.split(","):
        desk = args.dir / size
        generate(release, desk, size)
        commands = jobs(release, floor, desk)
        say(f"{size}: answers")  # also brings the files into the page cache
        for name, command in commands.items():
            launch(command, output(desk, name))
        for name in commands.keys() - {"DuckDB"}:
            are_equal &= compare(output(desk, "DuckDB"), output(desk, name))
        say(f"{size}: whole job")
        whole[size] = interleaved(commands, args.rounds, desk)
        say(f"{size}: ingest")
        ingest[size] = interleaved(ingests(release, desk), args.rounds, desk)
        if not args.no_report:
            say(f"{size}: report")
            report[size] = interleaved(reports(release, desk), args.rounds, desk)
    print(facts)
    print(*table("The job", whole, is_job=True), *table("Every column, typed and checked", ingest, is_job=False), sep="\n")
    if report:
        print("\n### `deskcard report`\n\n| tickets | wall s | cpu s | peak MiB |\n| --- " + "| ---: " * 3 + "|")
    for size, runs in report.items():
        of = runs["deskcard report"]
        print(f"| {size} | {median(of, WALL):.3f} | {median(of, CPU):.3f} | {median(of, PEAK):,.0f} |")
    print("\n### Goals\n", *goals(whole, ingest), f"- answers: {'equal' if are_equal else 'DIFFERENT'}, cell by cell", sep="\n")
    sys.exit(not are_equal)


if __name__ == "__main__":
    main()
