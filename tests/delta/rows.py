"""Prints columns of a Delta table as CSV without a header, rows in any order: the log as deltalake reads it, the files as DuckDB does.

usage: python3 tests/delta/rows.py TABLE COLUMN...

Instants are written as 2026-11-16 06:00:00 in UTC, whole numbers without a fraction, null as nothing."""

import csv
import datetime
import sys

import duckdb
from deltalake import DeltaTable

EPOCH = datetime.datetime(1970, 1, 1)


def text(value, is_instant):
    if value is None:
        return ""
    if is_instant:
        return str(EPOCH + datetime.timedelta(seconds=value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def main():
    table, *columns = sys.argv[1:]
    files = DeltaTable(table).file_uris()
    out = csv.writer(sys.stdout, lineterminator="\n")
    if not files:
        return
    found = duckdb.read_parquet(files, union_by_name=True, hive_partitioning=False)
    kinds = dict(zip(found.columns, map(str, found.types)))
    is_instant = [kinds[c].startswith("TIMESTAMP") for c in columns]
    wanted = [f'epoch("{c}")::BIGINT' if at else f'"{c}"' for c, at in zip(columns, is_instant)]
    for row in found.project(", ".join(wanted)).fetchall():
        out.writerow([text(v, at) for v, at in zip(row, is_instant)])


main()
