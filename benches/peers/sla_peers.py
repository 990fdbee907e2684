"""The SLA clock in other programs: business seconds consumed by every ticket until its resolution or the cut-off, holds and the
time between a resolution and a reopening left out, in the opening hours of the desk's sla.toml. Every answer is compared on
every ticket; exit code 1 if one differs.

usage: python3 benches/peers/sla_peers.py DIR [--rounds 3] [--only NAMES] [--ours COMMAND] [--id COLUMN] [--secs COLUMN] [--where SQL]

DIR is made by `generate_desk bench DIR N --events`. COMMAND prints CSV; `{dir}` in it stands for DIR. --where picks its rows,
such as "kind = 'resolution'"; --id and --secs name its columns."""

import argparse
import datetime
import re
import shlex
import subprocess
import sys
import time
import tomllib
import zoneinfo
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import run  # noqa: E402  what run.py measures with

PAUSED = "('On Hold', 'Resolved', 'Closed')"
FORM = "%Y-%m-%d %H:%M:%S"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PEERS = ["DuckDB two ASOF", "DuckDB one ASOF", "Python polars", "Rust day loop"]


class Terms:
    """What sla.toml says, as far as this job needs it."""

    def __init__(self, folder: Path) -> None:
        config = tomllib.loads((folder / "sla.toml").read_text())
        calendar = config["calendar"]
        self.zone = calendar["time_zone"]
        self.hours = {DAYS.index(day): hours.split("-") for day, hours in calendar.items() if day in DAYS}
        self.holidays = calendar["holidays"]
        self.as_of = datetime.datetime.fromisoformat(config["desk"]["as_of"]).replace(tzinfo=datetime.UTC)

    def end(self) -> int:
        return int(self.as_of.timestamp())

    def openings(self) -> list[tuple[int, int, int]]:
        """Start, end and the open seconds before it, of every open interval of twenty years."""
        zone, closed = zoneinfo.ZoneInfo(self.zone), set(self.holidays)
        day, last = datetime.date(self.as_of.year - 15, 1, 1), datetime.date(self.as_of.year + 5, 1, 1)
        rows, before = [], 0
        while day < last:
            if day.weekday() in self.hours and day.isoformat() not in closed:
                at = [datetime.datetime.combine(day, datetime.time.fromisoformat(t), zone) for t in self.hours[day.weekday()]]
                start, end = (int(moment.timestamp()) for moment in at)
                rows.append((start, end, before))
                before += end - start
            day += datetime.timedelta(days=1)
        return rows


def tell(what: str, start: float) -> float:
    """Of all threads of this process: the wall clock would tell of other processes too."""
    now = time.process_time()
    print(f"{what} in {now - start:.3f} s", file=sys.stderr)
    return now


def duckdb_tables(folder: Path, terms: Terms):
    """Only the columns the job needs, instants as whole seconds; and the openings."""
    import duckdb

    desk = duckdb.connect()
    desk.execute("SET preserve_insertion_order = false")

    def read(name: str, dates: list[str]) -> str:
        types = ", ".join(f"'{date}': 'TIMESTAMP'" for date in dates)
        return f"read_csv('{folder}/{name}.csv', header = true, types = {{{types}}}, timestampformat = '{FORM}')"

    desk.execute(f"""CREATE TABLE ticket AS SELECT number, epoch(opened_at)::BIGINT AS opened,
                     coalesce(epoch(resolved_at)::BIGINT, {terms.end()}) AS stop
                     FROM {read('tickets', ['opened_at', 'resolved_at', 'closed_at', 'sla_due', 'updated_at'])}""")
    desk.execute(f"""CREATE TABLE change AS SELECT number, epoch("at")::BIGINT AS since, state IN {PAUSED} AS is_paused
                     FROM {read('ticket_events', ['at'])} WHERE state IS NOT NULL AND state <> ''""")
    values = ", ".join(map(str, terms.openings()))
    desk.execute(f"CREATE TABLE opening AS SELECT * FROM (VALUES {values}) AS t(start, stop, before)")
    return desk


# Holds and the time between a resolution and its reopening, cut at the last resolution.
PAUSES = """
  next AS (SELECT number, since, is_paused, lead(since, 1, {end}) OVER (PARTITION BY number ORDER BY since) AS until FROM change),
  pause AS (SELECT number, since AS start, least(until, ticket.stop) AS stop
            FROM next JOIN ticket USING (number) WHERE is_paused AND since < ticket.stop)"""

TWO = """WITH {pauses},
  stretch AS (SELECT number, opened AS start, stop, 1 AS sign FROM ticket UNION ALL SELECT number, start, stop, -1 FROM pause)
  SELECT number, sum(sign * (b.before + least(s.stop, b.stop) - b.start - a.before - least(s.start, a.stop) + a.start))::BIGINT AS secs
  FROM stretch AS s ASOF JOIN opening AS a ON s.start >= a.start ASOF JOIN opening AS b ON s.stop >= b.start
  GROUP BY number"""

# Open seconds before the ends less those before the starts: the instants of both in one join.
ONE = """WITH {pauses},
  signed AS (SELECT number, opened AS moment, -1 AS sign FROM ticket UNION ALL SELECT number, stop, 1 FROM ticket
             UNION ALL SELECT number, start, 1 FROM pause UNION ALL SELECT number, stop, -1 FROM pause)
  SELECT number, sum(sign * (o.before + least(m.moment, o.stop) - o.start))::BIGINT AS secs
  FROM signed AS m ASOF JOIN opening AS o ON m.moment >= o.start
  GROUP BY number"""


def duckdb_job(folder: Path, query: str) -> None:
    start = time.process_time()
    terms = Terms(folder)
    desk = duckdb_tables(folder, terms)
    start = tell("read", start)
    query = query.format(pauses=PAUSES.format(end=terms.end()))
    desk.execute(f"CREATE TABLE answer AS {query}")
    tell("clock", start)
    desk.execute("COPY (SELECT number, secs AS business_secs FROM answer ORDER BY number) TO '/dev/stdout' (FORMAT csv, HEADER)")


def polars_job(folder: Path) -> None:
    import polars as pl

    start = time.process_time()
    terms = Terms(folder)
    end = terms.end()

    def secs(name: str) -> pl.Expr:
        return pl.col(name).str.to_datetime(FORM, time_unit="us", cache=False).cast(pl.Int64) // 1_000_000

    def scan(name: str) -> pl.LazyFrame:
        return pl.scan_csv(folder / f"{name}.csv", infer_schema=False)

    ticket = scan("tickets").select("number", opened=secs("opened_at"), stop=secs("resolved_at").fill_null(end))
    change = (scan("ticket_events").filter(pl.col("state").fill_null("") != "")
              .select("number", at=secs("at"), is_paused=pl.col("state").is_in(["On Hold", "Resolved", "Closed"])))
    ticket, change = pl.collect_all([ticket, change], engine="streaming")
    opening = pl.DataFrame(terms.openings(), schema=["o_start", "o_stop", "before"], orient="row")
    start = tell("read", start)
    # The file is in the order of tickets and of time.
    until = pl.when(pl.col("number").shift(-1) == pl.col("number")).then(pl.col("at").shift(-1)).otherwise(end)
    pause = (change.lazy().with_columns(until=until).filter("is_paused").join(ticket.lazy(), on="number")
             .filter(pl.col("at") < pl.col("stop"))
             .select("number", start="at", stop=pl.min_horizontal("until", "stop"), sign=pl.lit(-1)))
    whole = ticket.lazy().select("number", start="opened", stop="stop", sign=pl.lit(1))
    stretch = pl.concat([whole, pause])

    def before(frame: pl.LazyFrame, at: str) -> pl.LazyFrame:
        joined = frame.sort(at).join_asof(opening.lazy(), left_on=at, right_on="o_start")
        gone = pl.col("before") + pl.min_horizontal(at, "o_stop") - pl.col("o_start")
        return joined.with_columns(gone.alias(f"{at}_secs")).drop("o_start", "o_stop", "before", strict=False)

    used = pl.col("sign") * (pl.col("stop_secs") - pl.col("start_secs"))
    answer = before(before(stretch, "start"), "stop").group_by("number").agg(business_secs=used.sum()).sort("number").collect()
    tell("clock", start)
    answer.write_csv("/dev/stdout")


def differing(reference: Path, other: Path, id_: str, secs: str, where: str) -> str:
    """What of two answers differs; empty if nothing does."""
    import duckdb

    ((total, missing, extra, unequal, example),) = duckdb.sql(f"""
        WITH a AS (SELECT number, business_secs AS secs FROM read_csv('{reference}', header = true)),
             b AS (SELECT "{id_}" AS number, "{secs}" AS secs FROM read_csv('{other}', header = true) WHERE {where})
        SELECT count(*), count(*) FILTER (b.number IS NULL), count(*) FILTER (a.number IS NULL),
               count(*) FILTER (a.secs IS DISTINCT FROM b.secs AND a.number IS NOT NULL AND b.number IS NOT NULL),
               min(coalesce(a.number, b.number) || ': ' || coalesce(a.secs::VARCHAR, '-') || ' and ' || coalesce(b.secs::VARCHAR, '-'))
                 FILTER (a.secs IS DISTINCT FROM b.secs)
        FROM a FULL JOIN b USING (number)""").fetchall()
    if missing or extra or unequal or not total:
        return f"of {total:,} tickets {missing:,} missing, {extra:,} too many, {unequal:,} with other seconds ({example})"
    return ""


def day_loop() -> Path:
    target = run.TARGET / "dayloop"
    manifest = HERE.parent / "dayloop/Cargo.toml"
    subprocess.run(["cargo", "build", "--release", "--manifest-path", manifest, "--target-dir", target], check=True)
    return target / "release/dayloop"


def commands(folder: Path, names: list[str], ours: str | None) -> dict[str, run.Command]:
    terms = Terms(folder)
    words: dict[str, run.Command] = {"deskcard": [word.replace("{dir}", str(folder)) for word in shlex.split(ours)]} if ours else {}
    for name in names:
        if name == "Rust day loop":
            (hours,) = set(map(tuple, terms.hours.values()))
            as_of = terms.as_of.strftime("%Y-%m-%dT%H:%M:%S")
            words[name] = [day_loop(), folder, as_of, terms.zone, *hours, *terms.holidays]
        else:
            words[name] = [sys.executable, __file__, "job", name, folder]
    return words


def clock(out: Path) -> float | None:
    """The cpu seconds of its own line "clock in … s"."""
    told = re.search(r"^clock in ([0-9.]+) s", out.with_suffix(".err").read_text(), re.MULTILINE)
    return float(told[1]) if told else None


def measure(folder: Path, of: dict[str, run.Command], rounds: int) -> tuple[run.Runs, dict[str, list[float]]]:
    runs: run.Runs = {name: [] for name in of}
    clocks: dict[str, list[float]] = {name: [] for name in of}
    for i in range(rounds):
        for name, command in of.items():
            out = run.output(folder, name)
            runs[name].append(run.launch(command, out))
            secs = clock(out)
            clocks[name] += [] if secs is None else [secs]
        run.say(f"  round {i + 1}: " + ", ".join(f"{name} {r[-1].wall:.2f} s" for name, r in runs.items()))
    return runs, clocks


def table(runs: run.Runs, clocks: dict[str, list[float]], tickets: int) -> None:
    peers = [name for name in runs if name != "deskcard"]
    best = {field: min(run.median(runs[name], field) for name in peers) for field in (run.WALL, run.CPU)} if peers else {}
    print("| program | wall s | cpu s | peak MiB | wall ÷ best peer | cpu ÷ best peer | clock cpu s | clock ns a ticket |")
    print("| --- " + "| ---: " * 7 + "|")
    for name, of in runs.items():
        wall, cpu = run.median(of, run.WALL), run.median(of, run.CPU)
        ratios = [f"{run.median(of, field) / least:.2f}" for field, least in best.items()] or ["", ""]
        alone = min(clocks[name], default=None)
        told = ["", ""] if alone is None else [f"{alone:.3f}", f"{alone / tickets * 1e9:,.0f}"]
        print("| " + " | ".join([name, f"{wall:.3f}", f"{cpu:.3f}", f"{run.median(of, run.PEAK):,.0f}", *ratios, *told]) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=";".join(PEERS), help="peers, with `;` between")
    parser.add_argument("--ours", help="command line of deskcard; {dir} is the folder")
    parser.add_argument("--id", default="ticket_id", help="its column of the ticket's number")
    parser.add_argument("--secs", default="used_secs", help="its column of the seconds consumed")
    parser.add_argument("--where", default="true", help="which of its rows")
    args = parser.parse_args()
    of = commands(args.dir, [name for name in args.only.split(";") if name], args.ours)
    # The first round brings the files into the page cache and is for the answers.
    for name, command in of.items():
        run.launch(command, run.output(args.dir, name))
    reference = run.output(args.dir, next(name for name in [*PEERS, *of] if name in of))
    are_equal = True
    for name in of:
        words = [args.id, args.secs, args.where] if name == "deskcard" else ["number", "business_secs", "true"]
        # In a process of its own: what this one holds would count as the peak memory of the next one it starts.
        done = subprocess.run([sys.executable, __file__, "compare", reference, run.output(args.dir, name), *words],
                              capture_output=True, text=True)
        are_equal &= done.returncode == 0
        told = "equal" if done.returncode == 0 else done.stdout.strip() + done.stderr
        run.say(f"  {name} against {reference.stem}: {told}")
    runs, clocks = measure(args.dir, of, args.rounds)
    with reference.open() as lines:
        tickets = sum(1 for _ in lines) - 1
    print(f"{tickets:,} tickets, medians of {args.rounds} interleaved whole processes; clock: the least cpu time by its own account\n")
    table(runs, clocks, tickets)
    print(f"\nanswers: {'equal' if are_equal else 'DIFFERENT'}, ticket by ticket")
    sys.exit(not are_equal)


JOBS = {
    "DuckDB two ASOF": lambda folder: duckdb_job(folder, TWO),
    "DuckDB one ASOF": lambda folder: duckdb_job(folder, ONE),
    "Python polars": polars_job,
}

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["job", name, folder]:
            JOBS[name](Path(folder))
        case ["compare", reference, other, id_, secs, where]:
            different = differing(Path(reference), Path(other), id_, secs, where)
            sys.exit(print(different) or 1 if different else 0)
        case _:
            main()
