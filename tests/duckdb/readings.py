"""Every metric's readings once more, by DuckDB, from the fact tables and the SQL that `deskcard facts` writes.

    python3 readings.py FACTS_DIR ZONE BY FROM TO UNIT

BY is a column or empty, FROM and TO are days, UNIT is week or month. Prints JSON: a list of [metric, group, period, value, n, sum,
immature], and the differences between derived columns and what their SQL gives here.
"""

import datetime as dt
import json
import sys
import zoneinfo
from pathlib import Path

import duckdb

FLAG = {"is_acd", "fcr_flag", "kb_linked", "requester_vip", "resolved_first_contact", "has_ticket_source", "has_events", "has_leaving"}
WHOLE = {"version", "cycle", "used_bin", "transfers", "tenure_days", "mentees", "created_hour", "created_weekday", "start_hour", "start_weekday", "agent_replies", "customer_replies"}
REAL = {"score", "csat_score", "effort", "cost", "value", "fte", "absent_hours", "scheduled_day_hours", "prior_business_months"}


def sql_type(name):
    if name in FLAG or name.startswith("is_") or name.endswith(("_met", "_in_sla", "_verdict")):
        return "BOOLEAN"
    if name in WHOLE or name in ("at",) or name.endswith(("_at", "_secs", "_key", "_count")):
        return "BIGINT"
    return "DOUBLE" if name in REAL or name.endswith(("_share", "_used")) else "VARCHAR"


def load(con, folder):
    """The fact tables, with types by the name of the column."""
    columns = {}
    for path in sorted(folder.glob("*.csv")):
        names = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
        columns[path.stem] = names
        types = ", ".join(f"'{n}': '{sql_type(n)}'" for n in names)
        con.execute(
            f"CREATE TABLE {path.stem} AS SELECT row_number() OVER () AS __row, * FROM "
            f"read_csv('{path}', header = true, delim = ',', quote = '\"', escape = '\"', columns = {{{types}}})"
        )
    return columns


def check_derived(con, columns, derived):
    """Rows in which a derived column is not what its SQL gives."""
    wrong, checked = [], 0
    for d in derived:
        if d["name"] not in columns[d["table"]]:
            continue
        name = f'"{d["name"]}"'
        count = con.execute(f"SELECT count(*) FROM {d['table']} WHERE {name} IS DISTINCT FROM ({d['sql']})").fetchone()[0]
        checked += 1
        if count:
            wrong.append(f"{d['table']}.{d['name']}: {count} rows")
    return wrong, checked


class Periods:
    """Weeks or months of local days."""

    def __init__(self, zone, unit, first, last):
        self.zone, self.unit = zone, unit
        key = self.id_of
        days = [first + dt.timedelta(n) for n in range(-31, (last - first).days + 32)]
        wanted = {key(first + dt.timedelta(n)) for n in range((last - first).days + 1)}
        self.days = [d for d in days if key(d) in wanted]
        self.ids = list(dict.fromkeys(key(d) for d in self.days))
        self.last_day = {key(d): d for d in self.days}
        self.first_day = {key(d): d for d in reversed(self.days)}

    def id_of(self, day):
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}" if self.unit == "week" else f"{day.year:04}-{day.month:02}"

    def day_of(self, instant):
        return dt.datetime.fromtimestamp(instant, tz=self.zone).date()


def rows_of(con, table, by, at, *facts):
    """(group, local instant, facts…) of every row with an instant before the cut-off: what lies at it or after it has not happened yet."""
    group = f'COALESCE("{by}", \'\')' if by else "''"
    at = f'"{at}"' if at.isidentifier() else at  # the column `at` is a word of its own in DuckDB's SQL
    selected = ", ".join(f"({fact})" for fact in facts)
    return con.execute(f"SELECT {group}, ({at})::BIGINT, {selected} FROM {table} WHERE ({at}) < getvariable('as_of')").fetchall()


def quantile(values, q):
    values = sorted(values)
    position = q * (len(values) - 1)
    low = int(position)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (position - low)


def fold(kind, facts):
    """(value, n, sum) of the facts of one cell that are not null."""
    facts = [float(f) for f in facts if f is not None]
    n, total = len(facts), sum(facts)
    if kind == "count":
        hits = sum(1 for f in facts if f)
        return (hits, hits, hits) if hits else None
    if not facts:
        return None
    if kind in ("share", "mean"):
        return total / n, n, total
    if kind in ("median", "p90"):
        value = quantile(facts, 0.5 if kind == "median" else 0.9)
        return value, n, value
    if kind in ("min", "max"):
        value = min(facts) if kind == "min" else max(facts)
        return value, n, value
    return total, n, total


def windowed(con, metric, by, periods):
    kind, cells = metric["kind"], {}
    immature = metric["immature"] or "FALSE"
    for group, at, fact, late in rows_of(con, metric["on"], by, metric["by"], metric["fact"], immature):
        cell = cells.setdefault((group, periods.id_of(periods.day_of(at))), ([], [0]))
        cell[0].append(fact)
        cell[1][0] += 1 if late else 0
    out = {}
    for (group, period), (facts, late) in cells.items():
        found = fold(kind, facts)
        if period in periods.last_day and (found or late[0]):
            out[group, period] = (*(found or (None, 0, 0)), late[0])
    return out


def rates(con, metric, by, periods, as_of_day):
    days = {}
    for group, at, fact, exposure in rows_of(con, metric["on"], by, metric["by"], metric["fact"], metric["exposure"]):
        sums = days.setdefault(group, {}).setdefault(periods.day_of(at), [0.0, 0.0])
        sums[0] += float(fact or 0)
        sums[1] += float(exposure or 0)
    out = {}
    # A year's figure of people wants a roster of a year.
    roster_from = min((day for of_day in days.values() for day in of_day), default=None) if metric["on"] == "agent_days" else None
    for group, of_day in days.items():
        for period in periods.ids:
            first, last = periods.first_day[period], periods.last_day[period]
            if metric["trailing_days"]:
                if first > as_of_day:
                    continue
                last = min(last, as_of_day)
                first = last - dt.timedelta(metric["trailing_days"] - 1)
                if roster_from is not None and roster_from > first:
                    continue
            inside = [sums for day, sums in of_day.items() if first <= day <= last]
            events, exposure = sum(s[0] for s in inside), sum(s[1] for s in inside)
            if exposure > 0:
                out[group, period] = ((metric["per"] or 1.0) * events / exposure, exposure, events, 0)
    return out


def stocks(con, metric, by, periods, as_of):
    """Stocks and turnover: what has entered and not left at the end of each period; nothing happens after the cut-off."""
    stays, left = {}, {}
    for group, enter, leave in rows_of(con, metric["on"], by, metric["enters"], metric["leaves"]):
        if enter < as_of:
            leave = None if leave is None or leave >= as_of else periods.day_of(max(leave, enter))
            stays.setdefault(group, []).append((periods.day_of(enter), leave))
    if metric["kind"] == "turnover":
        for group, at, fact in rows_of(con, metric["on"], by, metric["by"], metric["fact"]):
            if fact:
                key = group, periods.id_of(periods.day_of(at))
                left[key] = left.get(key, 0) + 1
    out = {}
    for group, of_group in stays.items():
        level = lambda day: sum(1 for enter, leave in of_group if enter <= day and (leave is None or leave > day))
        for period in periods.ids:
            first, last = periods.first_day[period], periods.last_day[period]
            if first > periods.day_of(as_of - 1) or not any(enter <= last for enter, _ in of_group):
                continue
            closing = level(last)
            if metric["kind"] == "stock":
                out[group, period] = (closing, closing, closing, 0)
                continue
            average = (level(first - dt.timedelta(1)) + closing) / 2
            if average:
                out[group, period] = (left.get((group, period), 0) / average, average, left.get((group, period), 0), 0)
    return out


def ratios(top, bottom, is_count):
    out = {}
    for key, (_, _, below, _) in bottom.items():
        above = top[key][2] if key in top else (0 if is_count else None)
        if below and above is not None:
            out[key] = (above / below, below, above, 0)
    return out


def main():
    folder, zone, by, first, last, unit = sys.argv[1:7]
    periods = Periods(zoneinfo.ZoneInfo(zone), unit, dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    described = json.loads((Path(folder) / "metrics.json").read_text(encoding="utf-8"))
    con = duckdb.connect()
    con.execute(f"SET VARIABLE as_of = {described['as_of']}")
    columns = load(con, Path(folder))
    wrong, checked = check_derived(con, columns, described["derived"])
    as_of, found = described["as_of"], {}
    by_id = {m["id"]: m for m in described["metrics"]}
    for metric in described["metrics"]:
        if metric["kind"] == "ratio" or (by and by not in columns[metric["on"]]):
            continue
        if metric["kind"] == "rate":
            found[metric["id"]] = rates(con, metric, by, periods, periods.day_of(as_of - 1))
        elif metric["kind"] in ("stock", "turnover"):
            found[metric["id"]] = stocks(con, metric, by, periods, as_of)
        else:
            found[metric["id"]] = windowed(con, metric, by, periods)
    for metric in described["metrics"]:
        top, bottom = metric["numerator"], metric["denominator"]
        if metric["kind"] == "ratio" and top in found and bottom in found:
            has_rows = con.execute(f"SELECT count(*) FROM {by_id[top]['on']}").fetchone()[0] > 0
            found[metric["id"]] = ratios(found[top], found[bottom], by_id[top]["kind"] == "count" and has_rows)
    rows = [[metric, group, period, *figures] for metric, cells in found.items() for (group, period), figures in cells.items()]
    json.dump({"readings": rows, "asked": sorted(found), "derived_wrong": wrong, "derived_checked": checked}, sys.stdout)


main()
