"""Scores loaded CSV files by the rules of the Pollock benchmark (Vitagliano et al., VLDB 2023), and by what a ledger must promise.

usage: score.py --loaded DIR --archive POLLOCK.tar.xz|DIR [--ledger DIR] [--weights JSON]

Our own code for the benchmark's rules; see README.md beside this file for the definitions."""

import argparse
import contextlib
import csv
import datetime
import functools
import json
import re
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FAILED = "Application Error"  # first line of a loaded file that a tool could not load
csv.field_size_limit(1 << 30)

# --- one cell: what Pollock takes for the same value -------------------------------------------------------------------------------

TRUTHS = {"False": "0", "false": "0", "0": "0", "True": "1", "true": "1", "1": "1"}
TIME = re.compile(r"\d{1,2}:\d{1,2}(:\d{1,2})?( ?h)?|\d{1,2}( \d{1,2}){1,2}|\d{1,4} ?h", re.ASCII)
TIME_FORMATS = ["%H:%M", "%H:%M:%S", "%H %M", "%H %M %S", *(f + h for f in ("%H:%M:%S", "%H:%M", "%H", "%H%M") for h in ("h", " h"))]
# Three numbers, with any of the marks that Pollock lets stand around the parts of a date, and a time of day behind a blank or a T.
DATE = re.compile(r"[ .,;/'-]*(\d+)[ .,;/'-]+(\d+)[ .,;/'-]+(\d+)(?:[ T]+(\d\d?):(\d\d?)(?::(\d\d?))?)?[ .,;/'-]*", re.ASCII)
# A text with one of these in it and a number is a price. The first line counts wherever it stands, the rest only without it.
CURRENCIES = [re.compile("|".join(map(re.escape, text.split()))) for text in (
    "Bds$ CUC$ MOP$ AR$ AU$ BN$ BZ$ CA$ CL$ CO$ CV$ HK$ MX$ NT$ NZ$ TT$ RD$ WS$ US$ $U C$ J$ N$ R$ S$ T$ Z$ A$ $ € £ zł Zł Kč ¥ ₹ EUR euro eur CHF DKK Rp lei",
    """tolarjev D-Mark Sucre Bs.F. kroon NPRs MURs Ptas din. Afl. SLRs PKRs man. FCFA FrCD PHP YER MTL HKD ARS BDT CHE FIM KYD PLN NLG SLL BHD
    Lek GEL mk. KZT ZAR fl. MGA CLP JMD STD BSD BND MDL XPT HTG SEK SDG MNT GNF RMB TWD XBB VND CNY GTQ LAK JOD GMD KGS BZD NZD VUV CRC NGN DOP
    BRL TMT FJD CZK ZMK USD MKD MRf pln HRK Lei QAR UGX fr. UZS S/. KPW MZN ETB ZMW AED IDR XBA SSP VEF GIP Nfk ALL LYD SZL SRD XAF DEM B/. Fr.
    TJS PTE AZN TND XDR XCD SBD VAL CFP LRD SOS XTS CHW PGK Skr LSL BAM HNL Pts NIO CAD TTD CUP XSU XAG UAH TSh ANG SCR USN SYP MRO JEP CDF CLF
    USh FKP OMR NPR PAB KES GYD KWD XBD NOK CUC EEK MYR IMP BOV ERN CVE XOF BMD NTD LKR PRB AUD PYG GRD BBD MTn RWF SKK LUF SGD UYU PKR GHS Nkr
    KMF MOP Pta COP XPD SIT BWP AWG Dkr ZWD TVD IQD LTL EGP RUB leu FRF Ssh TOP FBu GGP KHR ITL SVC XBC Ksh LVL BIF HUF AMD MUR MXN ATS BEF BOB
    JPY LEI COU BGN MVR Nu. AOA IRR CFA ZWL TRY AFN GBP INR TZS DJF KRW ISK XPF IEP RON AFL UYI CYP MAD SHP RSD Fdj Ikr SAR PEN NAD XAU LBP ESP
    WST MXV THB BYN MMK XUA ILS DZD MWK BTN Ft LD DM Lt FG KD Sk Bs DA Db Le Lm QR Br Ls SR MK Pt Rf Af DT kn FR RM JD BD VT TL UM FC Kz kr Tk
    YR UF ZK Rs KM CF""",
)]
AMOUNT = re.compile(r"(\.?\d[\d\s.,']*)\s*?(?:[^%\d]|$)", re.ASCII)


@functools.cache
def normalized(cell: str) -> str:
    """The cell as Pollock compares it: truth values, numbers, times, dates and prices by value, all else in lower case."""
    for kind in (truth, integer, real, time_of_day, date, price):
        with contextlib.suppress(ValueError, OverflowError):
            if (value := kind(cell)) is not None:
                return value
    return cell.lower()


def truth(cell: str) -> str | None:
    if cell in TRUTHS:
        return TRUTHS[cell]
    # An oddity kept: "01" is not "1".
    return str(bool(int(cell))) if int(cell) in (0, 1) else None


def integer(cell: str) -> str | None:
    return str(int(cell))


def real(cell: str) -> str | None:
    return str(float(cell))


def time_of_day(cell: str) -> str | None:
    if not TIME.fullmatch(cell):
        return None
    for form in TIME_FORMATS:
        with contextlib.suppress(ValueError):
            return str(datetime.datetime.strptime(cell, form).time())
    return None


def date(cell: str) -> str | None:
    found = DATE.fullmatch(cell)
    if not found:
        return None
    first, second, third = (int(part) for part in found.groups()[:3])
    if first > 31:
        year, month, day, digits = first, second, third, len(found[1])
    elif first > 12:
        day, month, year, digits = first, second, third, len(found[3])
    else:
        month, day, year, digits = first, second, third, len(found[3])
    if digits <= 2:
        year += 2000 if year < 70 else 1900
    hour, minute, second = (int(part or 0) for part in found.groups()[3:])
    return str(datetime.datetime(year, month, day, hour, minute, second))


def price(cell: str) -> str | None:
    currency = CURRENCIES[0].search(cell) or CURRENCIES[1].search(cell)
    amount = AMOUNT.search(re.sub(r"\s+", " ", cell)) if currency else None
    if not currency or not amount:
        return None
    digits = re.sub(r"[\s']", "", amount[1].rstrip(",."))
    # A mark with three digits behind it parts thousands; any other, the decimals.
    decimal = re.search(r"([.,])(?:\d{1,2}|\d{4,})$", digits)
    parts = (digits[:decimal.start()], digits[decimal.end(1):]) if decimal else (digits, "0")
    return currency[0] + str(float(re.sub("[.,]", "", parts[0]) + "." + parts[1]))


# --- one file ----------------------------------------------------------------------------------------------------------------------

Row = list[str]
PARTS = ["success", *(f"{of} {measure}" for of in ("header", "record", "cell") for measure in ("precision", "recall", "f1"))]


def read(path: Path) -> list[Row]:
    # Line ends inside cells become "\n", as in the benchmark's own reader.
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def loaded_path(folder: Path, name: str) -> Path | None:
    """The loaded file, named as the polluted one or as the benchmark's own runs name it; None if the tool refused it."""
    path = next((path for path in (folder / name, folder / f"{name}_converted.csv") if path.exists()), None)
    if path is None:
        return None
    with path.open("rb") as file:
        return None if file.readline().strip() == FAILED.encode() else path


def agreement(clean: list[str], loaded: list[str]) -> list[float]:
    """Precision, recall and F1 of two multisets, in the benchmark's sense: precision is the share of the clean side that was found."""
    if not clean:
        return [1.0, 1.0, 1.0]
    common = (Counter(clean) & Counter(loaded)).total()
    if not common:
        return [0.0, 0.0, 0.0]
    precision, recall = common / len(clean), common / len(loaded)
    return [precision, recall, 2 * precision * recall / (precision + recall)]


def measures(clean: list[Row], loaded: list[Row]) -> list[float]:
    """The ten parts of a loaded file's score, each 0 to 1. The first line is the header, whatever it holds."""
    if not clean:
        return [1.0] * 10
    header = agreement([normalized(cell) for cell in clean[0]], [normalized(cell) for row in loaded[:1] for cell in row])
    records = agreement(*(["".join(map(normalized, row)) for row in rows[1:]] for rows in (clean, loaded)))
    cells = agreement(*([cell for row in rows for cell in row] for rows in (clean, loaded)))
    return [1.0, *header, *records, *cells]


# --- all files ---------------------------------------------------------------------------------------------------------------------


class Score(NamedTuple):
    simple: float  # 0 to 10
    weighted: float  # 0 to 10
    parts: dict[str, float]  # means of the ten parts


class Ledger(NamedTuple):
    exact: int  # files
    flagged: int  # files not exact, and something was said
    silent: int  # files not exact, and nothing was said
    alarms: int  # files exact, and yet something was said
    wrong_rows: int
    wrong_files: int  # files with wrong rows accepted
    dropped_rows: int
    dropped_files: int


def names(archive: Path) -> list[str]:
    return sorted(path.name for path in (archive / "csv").iterdir())


def score(archive: Path, folder: Path, weights: dict[str, float]) -> Score:
    files = {}
    for name in names(archive):
        path = loaded_path(folder, name)
        try:
            files[name] = measures(read(archive / "clean" / name), read(path)) if path else [0.0] * 10
        except (csv.Error, UnicodeError):
            files[name] = [1.0] + [0.0] * 9
    parts = {part: sum(file[i] for file in files.values()) / len(files) for i, part in enumerate(PARTS)}
    weighted = sum(weights[name] * sum(file) for name, file in files.items()) / sum(weights[name] for name in files)
    return Score(sum(parts.values()), weighted, parts)


def flagged(ledger: Path, name: str) -> bool:
    """Whether the list of rejects says anything; a first line that names its columns, the first one `file`, does not."""
    rejects = ledger / f"{name}.rejects.csv"
    lines = rejects.read_bytes().splitlines() if rejects.exists() else []
    return len(lines) > bool(lines and re.match(rb'(file|"file"),', lines[0]))


def ledger(archive: Path, folder: Path, rejects: Path) -> Ledger:
    files: Counter[str] = Counter()
    for name in names(archive):
        path, said = loaded_path(folder, name), flagged(rejects, name)
        clean = data(read(archive / "clean" / name))
        loaded = data(read(path)) if path else []
        exact = path is not None and clean == loaded
        files["exact" if exact else "flagged" if said else "silent"] += 1
        files["alarms"] += exact and said
        for kind, rows in (("wrong", Counter(loaded) - Counter(clean)), ("dropped", Counter(clean) - Counter(loaded))):
            files[f"{kind}_rows"] += rows.total()
            files[f"{kind}_files"] += bool(rows)
    return Ledger(**{field: files[field] for field in Ledger._fields})


def data(rows: list[Row]) -> list[tuple[str, ...]]:
    """The rows below the first line. Lines with nothing on them are no rows."""
    return [tuple(row) for row in rows[1:] if row]


@contextlib.contextmanager
def opened(archive: Path) -> Iterator[Path]:
    """The folder with csv/ and clean/, unpacked for the while if it is a tar archive."""
    if archive.is_dir():
        yield root(archive)
        return
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        yield root(Path(folder))


def root(folder: Path) -> Path:
    found = next((path for path in (folder, *folder.iterdir()) if (path / "clean").is_dir()), None)
    return found or sys.exit(f"no folder clean/ in {folder}")


def read_weights(path: Path | None, archive: Path, unpacked: Path) -> dict[str, float]:
    places = [path] if path else [folder / "pollock_weights.json" for folder in (unpacked, unpacked.parent, archive.parent)]
    found = next((place for place in places if place.exists()), None)
    weights: dict[str, float] = json.loads(found.read_text()) if found else sys.exit("no pollock_weights.json beside the archive: give --weights")
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loaded", type=Path, required=True, help="folder of loaded CSV files, named as the polluted ones")
    parser.add_argument("--archive", type=Path, required=True, help="Pollock's polluted files: a tar archive, or the unpacked folder")
    parser.add_argument("--ledger", type=Path, help="folder with <file>.rejects.csv for each file something was said of")
    parser.add_argument("--weights", type=Path, help="pollock_weights.json; default: beside the archive")
    args = parser.parse_args()
    with opened(args.archive) as archive:
        result = score(archive, args.loaded, read_weights(args.weights, args.archive, archive))
        lines = {"simple": f"{result.simple:.4f}", "weighted": f"{result.weighted:.4f}"}
        lines |= {part: f"{mean:.4f}" for part, mean in result.parts.items()}
        if args.ledger:
            lines |= {field.replace("_", " "): str(value) for field, value in ledger(archive, args.loaded, args.ledger)._asdict().items()}
    print(*(f"{name:18}{value:>8}" for name, value in lines.items()), sep="\n")


if __name__ == "__main__":
    main()
