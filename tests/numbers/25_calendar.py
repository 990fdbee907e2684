"""Writes 25_calendar.json: what Python's calendar and zoneinfo say of weeks, months, quarters and days in fifteen zones.

    pip install tzdata==2025.2        # the release chrono-tz has: chrono_tz::IANA_TZDB_VERSION
    python3 tests/numbers/25_calendar.py > tests/numbers/25_calendar.json

Days count from 1970-01-01. A run [n, s] stands for n days in a row whose instant lies s seconds after 00:00 UTC of the day.
"""

import json
import zoneinfo
from datetime import date, datetime, time, timedelta, timezone
from itertools import groupby

import tzdata

zoneinfo.reset_tzpath(to=[])  # The package alone, not what the machine has.

ZONES = [
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "Asia/Kolkata",
    "Asia/Tehran", "Pacific/Auckland", "Pacific/Apia", "Africa/Casablanca", "America/Havana", "Australia/Lord_Howe",
    "Antarctica/Troll", "America/Asuncion",
]
CLOCKS = [time(0, 0), time(0, 30), time(6, 0), time(12, 0), time(23, 59)]
FIRST, LAST = date(2015, 1, 1), date(2035, 12, 31)
# Whole weeks around them, and the day after.
MONDAY, END = date(2014, 12, 29), date(2036, 1, 7)
EPOCH = date(1970, 1, 1)


def days():
    return [MONDAY + timedelta(days=n) for n in range((END - MONDAY).days + 1)]


def midnight_utc(day):
    return (day - EPOCH).days * 86400


def starts_at(day, zone):
    """The first second at which the date in the zone is `day`, by trying."""
    is_there = lambda t: datetime.fromtimestamp(t, zone).date() >= day
    quarter = next(t for t in range(midnight_utc(day) - 54000, midnight_utc(day) + 54001, 900) if is_there(t))
    return next(t for t in range(quarter - 899, quarter + 1) if is_there(t))


def reads(day, clock, zone):
    """When the clock shows `clock`: the first time if twice, as much later as it was put forward if never."""
    return int(datetime.combine(day, clock, zone).astimezone(timezone.utc).timestamp())


def runs(instants):
    shifts = [at - midnight_utc(day) for day, at in zip(days(), instants)]
    return [[len(list(group)), shift] for shift, group in groupby(shifts)]


def of_zone(name):
    zone = zoneinfo.ZoneInfo(name)
    clocks = {c.strftime("%H:%M"): runs(reads(d, c, zone) for d in days()) for c in CLOCKS}
    return {"starts": runs(starts_at(d, zone) for d in days()), "clocks": clocks}


def ids(name_of):
    """Each name with the first day it is given to, over the days asked for and the weeks they lie in."""
    first = {}
    for day in days()[:-1]:
        first.setdefault(name_of(day), (day - EPOCH).days)
    return [[name, day] for name, day in first.items()]


def week(day):
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02}"


def inside(names):
    """Without the months and quarters that are cut off."""
    return [n for n in names if FIRST.year <= int(n[0][:4]) <= LAST.year]


numbers = {
    "source": "Python: datetime.date.isocalendar, zoneinfo, brute force over the seconds",
    "tzdata": tzdata.IANA_VERSION,
    "first_day": (MONDAY - EPOCH).days,
    "end_day": (END - EPOCH).days,
    "week": ids(week),
    "month": inside(ids(lambda d: f"{d.year}-{d.month:02}")),
    "quarter": inside(ids(lambda d: f"{d.year}-Q{(d.month + 2) // 3}")),
    "zones": {name: of_zone(name) for name in ZONES},
}
print(json.dumps(numbers, separators=(",", ":")).replace('},"', '},\n"').replace('],"', '],\n"'))
