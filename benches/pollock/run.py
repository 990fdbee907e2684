"""Measures how deskcard reads broken CSV files, beside its peers, on Pollock, csv-spectrum and csv-test-data. See README.md beside this file.

usage: python3 benches/pollock/run.py --deskcard target/release/deskcard --data DIR [--no-peers] [--keep DIR]

Ends with exit code 1 if a goal is missed."""

import argparse
import contextlib
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import peers
import score

HERE = Path(__file__).resolve().parent
MODES = ["tolerant", "quarantine"]
LIMIT = 120  # seconds for one run of deskcard
EXIT_CODES = [0, 1, 3, 4]  # done; done with rejects or refused files
# What csv-test-data says a reader of its files named header-… and bad-header-… is to know.
EXPECTED_HEADER = ["--expect-header", "foo,bar,baz"]
# The benchmark's own figures, simple and weighted, cut off after the third place, and the versions they are of.
PUBLISHED = {
    "duckdb_told": ("1.2", 9.961, 9.600),
    "duckdb_auto": ("1.2", 9.075, 8.439),
    "clevercsv": ("0.7", 9.193, 9.454),
    "python_csv": ("3.10", 9.721, 9.437),
    "pandas": ("1.4", 9.895, 9.431),
}
REPRODUCED = 0.001  # what a re-run of the same version may differ by


class Result(NamedTuple):
    system: str
    score: score.Score
    ledger: score.Ledger
    seconds: float
    published: str = ""


class Goal(NamedTuple):
    text: str
    met: bool


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def ingest(binary: Path, folder: Path, out: Path, mode: str, options: list[str] | None = None) -> float:
    """One process for the whole folder; the seconds it took."""
    out.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    command: list[str | Path] = [binary, "ingest", "--batch", folder, "--dump", out, "--mode", mode, *(options or [])]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", timeout=LIMIT)
    if done.returncode not in EXIT_CODES:
        sys.exit(f"exit code {done.returncode}: {' '.join(map(str, command))}\n{done.stderr[-2000:]}")
    return time.monotonic() - start


# --- Pollock -----------------------------------------------------------------------------------------------------------------------


class Pollock(NamedTuple):
    archive: Path
    weights: dict[str, float]
    work: Path

    def result(self, system: str, folder: Path, seconds: float, published: str = "") -> Result:
        say(f"  {system}: {seconds:.0f} s")
        return Result(system, score.score(self.archive, folder, self.weights), score.ledger(self.archive, folder, folder), seconds, published)


def deskcard(pollock: Pollock, binary: Path) -> list[Result]:
    results = []
    for mode in MODES:
        out = pollock.work / mode
        seconds = ingest(binary, pollock.archive / "csv", out, mode)
        results.append(pollock.result(f"**deskcard**, {mode}", out, seconds))
    return results


def measured_peers(pollock: Pollock) -> tuple[list[Result], list[Goal]]:
    results, goals = [], []
    for peer, (_, _, title) in peers.PEERS.items():
        out = pollock.work / peer
        start = time.monotonic()
        done = subprocess.run([sys.executable, HERE / "peers.py", peer, pollock.archive, out], capture_output=True, text=True)
        version = done.stdout.strip()
        if done.returncode != 0:
            say(f"  {title}: skipped, {version or done.stderr[-500:]}")
            continue
        of, simple, weighted = PUBLISHED[peer]
        result = pollock.result(f"{title} {version}", out, time.monotonic() - start, f"{simple:.3f} / {weighted:.3f} ({of})")
        results.append(result)
        if version.startswith(f"{of}."):
            near = max(abs(result.score.simple - simple), abs(result.score.weighted - weighted)) < REPRODUCED
            goals.append(Goal(f"the scorer gives the published figures of {title} {of}", near))
    return results, goals


def table(results: list[Result]) -> str:
    head = ["system", "simple", "weighted", "published", "exact", "flagged", "silently wrong", "wrong rows accepted", "rows dropped", "exact, yet flagged", "s"]
    lines = [head, ["---"] * len(head)]
    for system, points, ledger, seconds, published in results:
        wrong = f"{ledger.wrong_rows:,} in {ledger.wrong_files:,}" if ledger.wrong_rows else "0"
        files = [f"{count:,}" for count in (ledger.exact, ledger.flagged, ledger.silent)]
        figures = [f"{points.simple:.4f}", f"{points.weighted:.4f}", published, *files, wrong, f"{ledger.dropped_rows:,}", str(ledger.alarms)]
        lines.append([system, *figures, f"{seconds:.0f}"])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# --- the two small suites ----------------------------------------------------------------------------------------------------------


def rows_of(path: Path) -> list[list[str]] | None:
    """The dump as it is, line ends inside cells too; None if there is none. An empty line is a row of one empty cell."""
    if not path.exists():
        return None
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [row or [""] for row in csv.reader(file)]


def answer(path: Path, header: list[str]) -> list[list[str]]:
    """The rows a JSON answer stands for: objects are rows below a header."""
    found: list[Any] = json.loads(path.read_text(encoding="utf-8"))
    if found and isinstance(found[0], list):
        return found
    return [list(found[0]) if found else header, *(list(row.values()) for row in found)]


def checked_out(files: list[Path], folder: Path) -> Path:
    """Copies of the files with the line ends that both suites' .gitattributes ask for: CRLF where the name says so."""
    folder.mkdir(parents=True)
    for path in files:
        text = path.read_bytes()
        (folder / path.name).write_bytes(text.replace(b"\n", b"\r\n") if "crlf" in path.stem and b"\r" not in text else text)
    return folder


def spectrum(binary: Path, folder: Path, work: Path) -> Goal:
    files = sorted((folder / "csvs").glob("*.csv"))
    out = work / "out"
    ingest(binary, checked_out(files, work / "csvs"), out, "quarantine")
    wrong = [path.name for path in files if rows_of(out / path.name) != answer(folder / "json" / f"{path.stem}.json", [])]
    return count("csv-spectrum: read exactly", files, wrong)


def expectation(binary: Path) -> list[str]:
    """The option that tells the header to expect, where the binary has it. Without it the goals below cannot all be met."""
    offered = subprocess.run([binary, "ingest", "--help"], capture_output=True, text=True).stdout
    if EXPECTED_HEADER[0] in offered:
        return EXPECTED_HEADER
    say(f"  csv-test-data: deskcard ingest has no {EXPECTED_HEADER[0]}, so no header is expected")
    return []


def no_header(binary: Path) -> list[str]:
    """The suite's other files have no header."""
    return ["--no-header"] if "--no-header" in subprocess.run([binary, "ingest", "--help"], capture_output=True, text=True).stdout else []


def test_data(binary: Path, folder: Path, work: Path) -> list[Goal]:
    files = sorted((folder / "csv").glob("*.csv"))
    expected = [path for path in files if path.name.startswith(("header-", "bad-header-"))]
    for kind, options, part in (("told", expectation(binary), expected), ("no header", no_header(binary), [path for path in files if path not in expected])):
        ingest(binary, checked_out(part, work / kind), work / "out", "quarantine", options)
    bad = [path for path in files if path.name.startswith("bad-")]
    good = [path for path in files if path not in bad]
    header = EXPECTED_HEADER[1].split(",")
    inexact = [path.name for path in good if rows_of(work / "out" / path.name) != answer(folder / "json" / f"{path.stem}.json", header)]
    accepted = [path.name for path in bad if not score.flagged(work / "out", path.name)]
    alarms = [path.name for path in good if score.flagged(work / "out", path.name)]
    say(f"  csv-test-data: {len(alarms)} good files flagged {' '.join(alarms)}")
    return [count("csv-test-data: good files read exactly", good, inexact), count("csv-test-data: bad files refused", bad, accepted)]


def count(text: str, files: list[Path], missed: list[str]) -> Goal:
    return Goal(f"{text} {len(files) - len(missed)}/{len(files)} {' '.join(missed)}".strip(), bool(files) and not missed)


# --- all -------------------------------------------------------------------------------------------------------------------------


def goals(tolerant: Result, quarantine: Result) -> list[Goal]:
    points, ledger = tolerant.score, quarantine.ledger
    return [
        Goal(f"Pollock, tolerant: simple {points.simple:.4f} >= 9.962", points.simple >= 9.962),
        Goal(f"Pollock, tolerant: weighted {points.weighted:.4f} >= 9.99", points.weighted >= 9.99),
        Goal(f"Pollock, quarantine: {ledger.silent} files silently wrong, 0 wanted", ledger.silent == 0),
        Goal(f"Pollock, quarantine: {ledger.wrong_rows} wrong rows accepted, 0 wanted", ledger.wrong_rows == 0),
    ]


@contextlib.contextmanager
def workplace(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    if keep.exists() and any(keep.iterdir()):
        sys.exit(f"{keep} is not empty: give a new folder")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deskcard", type=Path, required=True, help="the binary")
    parser.add_argument("--data", type=Path, default=HERE / "data", help="folder with the three suites, as README.md says; default: data/ here")
    parser.add_argument("--no-peers", action="store_true", help="measure deskcard only")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the dumps here")
    args = parser.parse_args()
    binary = args.deskcard.resolve()
    packed = args.data / "pollock_polluted.tar.xz"
    for needed in (binary, packed):
        if not needed.exists():
            parser.error(f"{needed} is not there; see README.md beside this file")
    with score.opened(packed) as archive, workplace(args.keep) as work:
        pollock = Pollock(archive, score.read_weights(None, packed, archive), work)
        results = deskcard(pollock, binary)
        checks = goals(*results)
        checks.append(spectrum(binary, args.data / "csv_spectrum", work / "csv_spectrum"))
        checks += test_data(binary, args.data / "csv_test_data", work / "csv_test_data")
        if not args.no_peers:
            others, reproduced = measured_peers(pollock)
            results, checks = results + others, checks + reproduced
    print(table(results), "", *(f"- {'met' if goal.met else '**missed**'}: {goal.text}" for goal in checks), sep="\n")
    return int(not all(goal.met for goal in checks))


if __name__ == "__main__":
    sys.exit(main())
