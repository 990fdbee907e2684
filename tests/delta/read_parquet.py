#!/usr/bin/env python3
"""Reads a Parquet file with pyarrow, polars and duckdb; exit 1 unless all three find the same types and values.

    read_parquet.py FILE
"""
import sys

import duckdb
import polars
import pyarrow.compute as compute
import pyarrow.parquet as parquet


def main(path):
    table = parquet.read_table(path)
    print(table.schema)
    wrong = []
    by_polars = polars.read_parquet(path).to_arrow()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    by_duckdb = connection.sql("SELECT * FROM read_parquet(?)", params=[path]).to_arrow_table()
    for other, name in ((by_polars, "polars"), (by_duckdb, "duckdb")):
        for column in table.schema.names:
            ours, theirs = table[column], other[column].cast(table.schema.field(column).type)
            if ours.combine_chunks() != theirs.combine_chunks() and ours.to_pylist() != theirs.to_pylist():
                wrong.append(f"{name} reads other values of {column}")
    metadata = parquet.ParquetFile(path).metadata
    for group in range(metadata.num_row_groups):
        for at in range(metadata.num_columns):
            column = metadata.row_group(group).column(at)
            statistics = column.statistics
            if statistics is None or not statistics.has_null_count:
                wrong.append(f"no statistics of {column.path_in_schema}")
    for group in range(metadata.num_row_groups):
        rows = parquet.ParquetFile(path).read_row_group(group)
        for at, name in enumerate(rows.schema.names):
            told = metadata.row_group(group).column(at).statistics
            if told.null_count != rows[name].null_count:
                wrong.append(f"{name}: {told.null_count} nulls told, {rows[name].null_count} found")
            bounds = compute.min_max(rows[name]).as_py() if rows[name].null_count < len(rows) else None
            if told.has_min_max and bounds and not (told.min <= bounds["min"] and bounds["max"] <= told.max):
                wrong.append(f"{name}: {told.min!r}..{told.max!r} told, {bounds} found")
    print(f"{table.num_rows} rows, {metadata.num_row_groups} row groups, by {metadata.created_by!r}")
    print("\n".join(wrong) or "pyarrow, polars and duckdb agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
