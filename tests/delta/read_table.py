#!/usr/bin/env python3
"""Reads a Delta table with three readers and says whether they see the same rows.

    read_table.py TABLE [VERSION]

deltalake (delta-rs), polars (scan_delta) and duckdb (over the files that the log names, read here in plain Python) each read the table.
Every row becomes one line of text; the sorted lines are hashed. The statistics of the log are held against the values of each file, and the
readers are asked for the rows with the smallest and the largest value of every column: a file that they skip wrongly shows there.
One line of JSON a reader, one for the table.
Exit code 1 if they disagree, 2 if the table cannot be read. Needs: pip install deltalake polars duckdb pyarrow
"""

import datetime
import hashlib
import json
import pathlib
import sys
import urllib.parse

import duckdb
import polars
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

SQL_TYPES = {"string": "VARCHAR", "long": "BIGINT", "integer": "INTEGER", "double": "DOUBLE", "boolean": "BOOLEAN", "timestamp": "TIMESTAMPTZ"}


def replay(table, version):
    """The log, read as plainly as can be: (newest version, version, metadata, files by path as written, transactions)."""
    entries = sorted(p for p in (table / "_delta_log").iterdir() if p.suffix == ".json" and p.stem.isdigit())
    numbers = [int(p.stem) for p in entries]
    if numbers != list(range(len(numbers))) or not numbers:
        raise SystemExit(f"{table}: the entries of the log are {numbers}")
    metadata, files, txns = None, {}, {}
    for path in entries[: len(entries) if version is None else version + 1]:
        for line in path.read_text("utf-8").splitlines():
            for kind, body in json.loads(line).items():
                if kind == "metaData":
                    metadata = body
                elif kind == "remove":
                    files.pop(body["path"], None)
                elif kind == "add":
                    files[body["path"]] = body
                elif kind == "txn":
                    txns[body["appId"]] = body["version"]
    return numbers[-1], numbers[-1] if version is None else version, metadata, files, txns


def by_duckdb(table, metadata, files):
    """The rows of the files of the log, the partition columns from the log; a column that a file lacks is null."""
    quote = lambda text: "NULL" if text in (None, "") else "'" + text.replace("'", "''") + "'"
    name = lambda text: '"' + text.replace('"', '""') + '"'
    fields = json.loads(metadata["schemaString"])["fields"]
    columns = ", ".join(f"NULL::{SQL_TYPES[f['type']]} AS {name(f['name'])}" for f in fields)
    parts = [f"SELECT {columns} WHERE false"]
    for path, add in sorted(files.items()):
        own = "".join(f", {quote(value)} AS {name(column)}" for column, value in sorted(add["partitionValues"].items()))
        where = table / urllib.parse.unquote(path)
        if not where.is_file():
            raise SystemExit(f"{where}: the log names this file, and it is not there")
        if where.stat().st_size != add["size"]:
            raise SystemExit(f"{where}: {where.stat().st_size} bytes, {add['size']} in the log")
        parts.append(f"SELECT *{own} FROM read_parquet({quote(str(where))}, hive_partitioning = false)")
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection.sql(" UNION ALL BY NAME ".join(parts)).to_arrow_table()


def micros(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (at - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)


def false_statistics(table, files, types):
    """What the statistics of the log say that is not so. Texts are compared by their bytes; instants may be cut to milliseconds."""
    for path, add in sorted(files.items()):
        stats = json.loads(add.get("stats") or "{}")
        rows = pq.ParquetFile(table / urllib.parse.unquote(path)).read()
        if stats.get("numRecords", len(rows)) != len(rows):
            yield f"{path}: {stats['numRecords']} rows in the log, {len(rows)} in the file"
        for name, nulls in stats.get("nullCount", {}).items():
            if nulls != rows.column(name).null_count:
                yield f"{path}: {nulls} rows without `{name}` in the log, {rows.column(name).null_count} in the file"
        bounds = [(name, -1, bound) for name, bound in stats.get("minValues", {}).items()]
        bounds += [(name, 1, bound) for name, bound in stats.get("maxValues", {}).items()]
        for name, side, bound in bounds:
            values = [v for v in plain(rows.select([name]), [name]).column(name).to_pylist() if v is not None]
            slack = 999 if types[name] == "timestamp" else 0
            if types[name] == "timestamp":
                bound = micros(bound)
            elif types[name] == "string":
                bound, values = bound.encode(), [v.encode() for v in values]
            too_low = side < 0 and min(values) < bound
            too_high = side > 0 and (max(values) - slack if slack else max(values)) > bound
            if too_low or too_high:
                yield f"{path}: a value of `{name}` is beyond the bound {bound!r}"


def plain(table, names):
    """The columns in the order of names, in the plainest types: instants become microseconds since 1970."""
    out = []
    for name in names:
        column = table.column(name)
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_timestamp(column.type):
            if column.type.tz is None:
                raise SystemExit(f"{name}: an instant without a zone")
            column = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
        elif pa.types.is_integer(column.type):
            column = column.cast(pa.int64())
        elif not (pa.types.is_floating(column.type) or pa.types.is_boolean(column.type)):
            column = column.cast(pa.string())
        out.append(column)
    return pa.table(out, names=list(names))


def digest(table):
    lines = sorted(json.dumps(list(row.values()), ensure_ascii=True) for row in table.to_pylist())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def probes(rows):
    """(column, value) of the smallest and the largest value of every column."""
    for name in rows.column_names:
        column = rows.column(name)
        if column.null_count < len(column) and not pa.types.is_boolean(column.type):
            bounds = pc.min_max(column).as_py()
            yield from {(name, bounds["min"]), (name, bounds["max"])}


def main():
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    table = pathlib.Path(sys.argv[1]).resolve()
    version = int(sys.argv[2]) if len(sys.argv) == 3 else None
    newest, version, metadata, files, txns = replay(table, version)
    names = [f["name"] for f in json.loads(metadata["schemaString"])["fields"]]
    types = {f["name"]: f["type"] for f in json.loads(metadata["schemaString"])["fields"]}

    delta = DeltaTable(str(table), version=version)
    dataset = delta.to_pyarrow_dataset()
    lazy = polars.scan_delta(str(table), version=version)
    seen = {
        "duckdb": plain(by_duckdb(table, metadata, files), names),
        "deltalake": plain(dataset.to_table(), names),
        "polars": plain(lazy.collect().to_arrow(), names),
    }
    digests = {reader: digest(rows) for reader, rows in seen.items()}
    for reader, rows in seen.items():
        print(json.dumps({"reader": reader, "rows": len(rows), "sha256": digests[reader]}))

    wrong = []
    if len(set(digests.values())) != 1:
        wrong.append("the rows differ")
    wrong += false_statistics(table, files, types)
    if delta.version() != version:
        wrong.append(f"deltalake is at version {delta.version()}")
    listed = sorted(urllib.parse.unquote(urllib.parse.urlparse(uri).path if "://" in uri else uri) for uri in delta.file_uris())
    expected = sorted(str(table / urllib.parse.unquote(path)) for path in files)
    if listed != expected and sorted(map(urllib.parse.unquote, listed)) != sorted(map(urllib.parse.unquote, expected)):
        wrong.append(f"deltalake lists {listed}, the log {expected}")
    for app, at in txns.items():
        if delta.transaction_version(app) != at:
            wrong.append(f"deltalake is at {delta.transaction_version(app)} of {app}, the log at {at}")
    # Of the newest version: at an older one, delta-rs 1.6 numbers its history wrongly.
    told = sorted(entry["version"] for entry in DeltaTable(str(table)).history())
    if told != list(range(newest + 1)):
        wrong.append(f"the history of deltalake has the versions {told}")

    asked = 0
    for name, value in probes(seen["duckdb"]):
        asked += 1
        due = pc.sum(pc.equal(seen["duckdb"].column(name), value)).as_py()
        literal = pa.scalar(value, pa.timestamp("us", "UTC")) if types[name] == "timestamp" else value
        by_delta = dataset.count_rows(filter=pc.field(name) == literal)
        column = polars.col(name).dt.timestamp("us") if types[name] == "timestamp" else polars.col(name)
        by_polars = lazy.filter(column == value).select(polars.len()).collect().item()
        if types[name] == "timestamp":
            moment = polars.lit(value).cast(polars.Datetime("us", "UTC"))
            by_polars = min(by_polars, lazy.filter(polars.col(name) == moment).select(polars.len()).collect().item())
        if (by_delta, by_polars) != (due, due):
            wrong.append(f"{name} = {value!r}: {due} rows, deltalake finds {by_delta}, polars {by_polars}")

    print(json.dumps({"version": version, "files": len(files), "txns": txns, "probes": asked, "wrong": wrong}, sort_keys=True))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
