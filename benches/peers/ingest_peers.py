"""Every column of the three files, typed, into tables or frames. usage: ingest_peers.py duckdb|polars DIR"""

import sys
import time

DATES = {"tickets": ["opened_at", "resolved_at", "closed_at", "sla_due", "updated_at"], "calls": ["start"], "surveys": ["submitted_at"]}
WHOLE = {"tickets": ["reassignment_count", "reopen_count"], "calls": ["wait_s", "talk_s", "hold_s", "wrap_s"], "surveys": ["score"]}
FORM = "%Y-%m-%d %H:%M:%S"


def tell(start: float) -> None:
    print(f"read in {time.monotonic() - start:.2f} s", file=sys.stderr)


def duckdb_rows(folder: str) -> list[int]:
    import duckdb

    start = time.monotonic()
    desk = duckdb.connect()
    desk.execute("SET preserve_insertion_order = false")
    for name in DATES:
        types = ", ".join([f"'{c}': 'TIMESTAMP'" for c in DATES[name]] + [f"'{c}': 'INTEGER'" for c in WHOLE[name]])
        source = f"read_csv('{folder}/{name}.csv', header = true, types = {{{types}}}, timestampformat = '{FORM}')"
        desk.execute(f"CREATE TABLE {name} AS SELECT * FROM {source}")
    tell(start)
    return [desk.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in DATES]


def polars_rows(folder: str) -> list[int]:
    import polars as pl

    start = time.monotonic()
    frames = []
    for name in DATES:
        scan = pl.scan_csv(f"{folder}/{name}.csv", infer_schema=False, schema_overrides=dict.fromkeys(WHOLE[name], pl.Int32))
        dates = pl.col(DATES[name]).str.to_datetime(FORM, time_unit="us", cache=False)
        frames.append(scan.with_columns(dates).collect(engine="streaming"))
    tell(start)
    return [frame.height for frame in frames]


who, where = sys.argv[1:3]
print(*{"duckdb": duckdb_rows, "polars": polars_rows}[who](where))
