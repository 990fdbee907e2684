"""The peers: each loads the polluted files with the options of the benchmark's own harness, or with none.

usage: peers.py PEER ARCHIVE_DIR OUT_DIR. Writes OUT_DIR/<file>, and OUT_DIR/<file>.rejects.csv with the message where the peer failed.
A peer whose package is missing ends with exit code 3."""

import csv
import importlib.metadata
import json
import multiprocessing
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Parameters = dict[str, Any]


def told(archive: Path, name: str) -> Parameters:
    """What Pollock's harness tells a tool about a file."""
    found: Parameters = json.loads((archive / "parameters" / f"{name}_parameters.json").read_text())
    found["names"] = [column.strip() for column in found["column_names"]] or [f"col_{i}" for i in range(max(1, int(found["n_columns"])))]
    defaults = {"delimiter": ",", "quotechar": '"', "escapechar": '"'}
    return found | {key: found[key] or default for key, default in defaults.items()}


def write_rows(rows: list[list[str]], out: Path) -> None:
    with out.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def python_csv(path: Path, known: Parameters, out: Path) -> None:
    with path.open(newline="", encoding=known["encoding"]) as file:
        dialect = csv.Sniffer().sniff(file.read())
        file.seek(0)
        write_rows(list(csv.reader(file, dialect)), out)


def clevercsv(path: Path, known: Parameters, out: Path) -> None:
    import clevercsv

    with path.open(newline="", encoding=known["encoding"]) as file:
        dialect = clevercsv.Sniffer().sniff(file.read())
        file.seek(0)
        write_rows(list(clevercsv.reader(file, dialect)), out)


def pandas(path: Path, known: Parameters, out: Path) -> None:
    import pandas

    options: Parameters = {"encoding": known["encoding"], "delimiter": known["delimiter"], "skiprows": int(known["preamble_lines"])}
    if known["quotechar"] != '"':
        options["quotechar"] = known["quotechar"][0]
    if known["escapechar"] != known["quotechar"]:
        options |= {"escapechar": known["escapechar"][0], "doublequote": False}
    if known["row_delimiter"] != "\r\n":
        options["lineterminator"] = known["row_delimiter"][:1] or None
    pandas.read_csv(path, dtype=object, on_bad_lines="skip", engine="c", **options).to_csv(out, index=False)


def duckdb_told(path: Path, known: Parameters, out: Path) -> None:
    skipped = int(known["preamble_lines"]) + int(known["header_lines"])
    options = {"delimiter": known["delimiter"], "quotechar": known["quotechar"], "escapechar": known["escapechar"], "skiprows": skipped}
    columns = {column: "VARCHAR" for column in known["names"]}
    duckdb_read(path, out, header=False, columns=columns, auto_detect=False, **options)


def duckdb_auto(path: Path, _: Parameters, out: Path) -> None:
    duckdb_read(path, out)


def duckdb_read(path: Path, out: Path, **options: Any) -> None:
    import duckdb

    # Since 2.0 a parallel reader refuses to pad rows where cells hold line ends; 1.2 gives the same rows either way.
    tolerant: Parameters = {"strict_mode": False, "ignore_errors": True, "null_padding": True, "parallel": False}
    with duckdb.connect() as connection:
        rows = connection.read_csv(str(path), **tolerant, **options)
        rows.df().to_csv(out, index=False)


Reader = Callable[[Path, Parameters, Path], None]
# Per peer: how it reads, the packages it needs (the first one's version is shown), its name.
PEERS: dict[str, tuple[Reader, list[str], str]] = {
    "python_csv": (python_csv, [], "Python csv + Sniffer"),
    "pandas": (pandas, ["pandas"], "pandas, told"),
    "duckdb_told": (duckdb_told, ["duckdb", "pandas"], "DuckDB, told"),
    "duckdb_auto": (duckdb_auto, ["duckdb", "pandas"], "DuckDB, auto"),
    "clevercsv": (clevercsv, ["clevercsv"], "CleverCSV"),
}


def load(job: tuple[str, Path, Path, str]) -> None:
    peer, archive, folder, name = job
    out = folder / name
    try:
        PEERS[peer][0](archive / "csv" / name, told(archive, name), out)
    except Exception as error:  # whatever a peer throws, it said something
        out.unlink(missing_ok=True)
        write_rows([[name, type(error).__name__, str(error)]], folder / f"{name}.rejects.csv")


def main() -> None:
    peer, archive, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    try:
        versions = [importlib.metadata.version(package) for package in PEERS[peer][1]]
    except importlib.metadata.PackageNotFoundError as missing:
        print(missing)
        sys.exit(3)
    warnings.simplefilter("ignore")
    csv.field_size_limit(1 << 30)
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted(path.name for path in (archive / "csv").iterdir())
    with multiprocessing.Pool() as pool:
        pool.map(load, [(peer, archive, folder, name) for name in files], chunksize=32)
    print(versions[0] if versions else sys.version.split()[0])


if __name__ == "__main__":
    main()
