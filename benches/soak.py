"""Ten years of Mondays: `deskcard run` 520 times on the made-up desk of tests/it/soak, with all its checks, and what the runs took.

usage: python3 benches/soak.py

Builds the release binary, takes about a quarter of an hour, prints Markdown for the README, and ends with exit code 1 if a check fails.
Wall time by the clock, processor time and peak memory by wait4; each line the median of the run of that week and the five before and
after it. The rows of the tables are compared only if python3 has deltalake, duckdb, polars and pyarrow."""

import datetime
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEST = "soak::every_monday_the_history_holds_what_the_exports_say"
COMMAND = ["cargo", "test", "--release", "--test", "it", TEST, "--", "--exact", "--nocapture"]


def machine() -> str:
    try:
        about = Path("/proc/cpuinfo").read_text()
        name = next(line.split(":", 1)[1].strip() for line in about.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{os.cpu_count()} x {name}, {platform.system()}, {datetime.date.today()}"


def main() -> int:
    run = subprocess.Popen(COMMAND, cwd=ROOT, env=os.environ | {"DESKCARD_LONG": "1"}, stdout=subprocess.PIPE, text=True)
    for line in run.stdout:
        # The harness begins its line before the table and ends it after.
        is_ours = "| " in line or line.startswith("week ")
        print(line[max(line.find("| "), 0):] if is_ours else line, end="", flush=True, file=sys.stdout if is_ours else sys.stderr)
    print(f"\n{machine()}")
    return 1 if run.wait() != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
