"""The readings of `metrics.sql`, as `deskcard export` writes it, by DuckDB.

    python3 views.py DIR

Prints JSON: a list of [metric, period, value, n, sum, immature], and how many rows each `rows_ID` view has.
"""

import json
import os
import sys

import duckdb

os.chdir(sys.argv[1])
con = duckdb.connect()
with open("metrics.sql", encoding="utf-8") as script:
    con.execute(script.read())
readings = con.execute("SELECT metric, period, value::DOUBLE, n::DOUBLE, sum::DOUBLE, immature::BIGINT FROM readings").fetchall()
views = [name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE view_name LIKE 'rows\\_%' ESCAPE '\\'").fetchall()]
rows = {name: con.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in sorted(views)}
types = {t: dict((c[0], c[1]) for c in con.execute(f"DESCRIBE FROM '{t}.parquet'").fetchall()) for t in ("tickets", "calls")}
json.dump({"readings": readings, "rows": rows, "types": types}, sys.stdout)
