//! Days, weeks, months and quarters of 21 years in fifteen zones against Python's `isocalendar` and `zoneinfo`
//! (`tests/numbers/25_calendar.json`, made by the script beside it).

use super::{Period, Unit};
use crate::clock::zone::Zone;
use crate::clock::{DAY, day_text, parse_day, parse_local, parse_time};
use chrono::{DateTime, Datelike, TimeZone};
use chrono_tz::Tz;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, LazyLock};

static PYTHON: LazyLock<Python> = LazyLock::new(Python::read);

/// What Python says.
struct Python {
    tzdata: String,
    /// The Monday before 2015 begins.
    first_day: i32,
    /// The Monday after 2035 has ended.
    end_day: i32,
    /// Names with their first day.
    names: BTreeMap<Unit, Vec<(String, i32)>>,
    zones: Vec<InZone>,
}

struct InZone {
    zone: Arc<Zone>,
    /// The first instant of every day from `first_day` to `end_day`.
    starts: Vec<i64>,
    /// The instants at which the clock shows so many seconds after midnight, a day each.
    clocks: Vec<(i64, Vec<i64>)>,
}

impl Python {
    fn read() -> Self {
        let all: Value = serde_json::from_str(include_str!("../../../tests/numbers/25_calendar.json")).expect("JSON");
        let day = |v: &Value| v.as_i64().expect("a day") as i32;
        let first_day = day(&all["first_day"]);
        let names = |unit: Unit| {
            let named = all[unit.name()].as_array().expect("names").iter();
            (unit, named.map(|n| (n[0].as_str().expect("a name").to_owned(), day(&n[1]))).collect())
        };
        Self {
            tzdata: all["tzdata"].as_str().expect("a release").to_owned(),
            first_day,
            end_day: day(&all["end_day"]),
            names: [Unit::Week, Unit::Month, Unit::Quarter].map(names).into(),
            zones: all["zones"].as_object().expect("zones").iter().map(|(name, zone)| InZone::read(name, zone, first_day)).collect(),
        }
    }

    fn zone(&self, tz: Tz) -> &InZone {
        self.zones.iter().find(|z| z.zone.tz() == tz).expect("one of the fifteen")
    }
}

impl InZone {
    fn read(name: &str, zone: &Value, first_day: i32) -> Self {
        let clocks = zone["clocks"].as_object().expect("clocks").iter();
        Self {
            zone: Zone::shared(name.parse().expect("a zone")),
            starts: instants(&zone["starts"], first_day),
            clocks: clocks.map(|(text, runs)| (parse_time(text).expect("a time"), instants(runs, first_day))).collect(),
        }
    }

    fn hours_of_weeks(&self) -> Vec<f64> {
        let mondays: Vec<i64> = self.starts.iter().step_by(7).copied().collect();
        mondays.windows(2).map(|w| (w[1] - w[0]) as f64 / 3600.0).collect()
    }
}

/// Runs of days whose instant lies as many seconds after 00:00 UTC, written out.
fn instants(runs: &Value, first_day: i32) -> Vec<i64> {
    let runs = runs.as_array().expect("runs").iter().map(|r| (r[0].as_u64().expect("days"), r[1].as_i64().expect("seconds")));
    let shifts = runs.flat_map(|(days, shift)| (0..days).map(move |_| shift));
    shifts.zip(i64::from(first_day)..).map(|(shift, day)| day * DAY + shift).collect()
}

#[test]
fn the_numbers_are_of_our_release_of_the_zones() {
    let hint = "make the numbers again: tests/numbers/25_calendar.py";
    assert_eq!(PYTHON.tzdata, chrono_tz::IANA_TZDB_VERSION, "{hint}");
    assert_eq!((PYTHON.zones.len(), day_text(PYTHON.first_day).as_str()), (15, "2014-12-29"));
    for zone in &PYTHON.zones {
        let days = (PYTHON.end_day - PYTHON.first_day + 1) as usize;
        assert_eq!((zone.starts.len(), zone.clocks.len()), (days, 5));
        assert!(zone.clocks.iter().all(|(_, at)| at.len() == days));
    }
}

#[test]
fn every_day_and_every_clock_reading_is_where_python_has_it() {
    for InZone { zone, starts, clocks } in &PYTHON.zones {
        for (index, day) in (PYTHON.first_day..=PYTHON.end_day).enumerate() {
            let at = || format!("{} {}", zone.tz(), day_text(day));
            assert_eq!(zone.day_start(day), starts[index], "{}", at());
            assert_eq!((zone.local_day(starts[index] - 1), zone.local_day(starts[index])), (day - 1, day), "{}", at());
            for (clock, instants) in clocks {
                assert_eq!(zone.to_utc(i64::from(day) * DAY + clock).secs, instants[index], "{} {clock}", at());
                assert_eq!(zone.local_day(instants[index]), day, "{} {clock}", at());
            }
        }
    }
}

#[test]
fn chrono_sees_every_day_begin_at_that_instant() {
    let local_day = |tz: Tz, utc: i64| {
        let instant = DateTime::from_timestamp(utc, 0).expect("in range").naive_utc();
        tz.from_utc_datetime(&instant).date_naive().num_days_from_ce() - 719_163
    };
    for InZone { zone, starts, .. } in &PYTHON.zones {
        for (start, day) in starts.iter().zip(PYTHON.first_day..) {
            let found = (local_day(zone.tz(), start - 1), local_day(zone.tz(), *start));
            assert_eq!(found, (day - 1, day), "{} {}: the releases of the zones differ", zone.tz(), day_text(day));
        }
    }
}

#[test]
fn every_day_has_the_week_month_and_quarter_python_gives_it() {
    for (unit, names) in &PYTHON.names {
        let ends = names.iter().skip(1).map(|n| n.1).chain([if *unit == Unit::Week { PYTHON.end_day } else { day("2036-01-01") }]);
        for ((id, first_day), end_day) in names.iter().zip(ends) {
            for day in *first_day..end_day {
                let found = Period::containing(*unit, day);
                assert_eq!((found.id.as_str(), found.first_day, found.end_day), (id.as_str(), *first_day, end_day), "{}", day_text(day));
            }
            let period = Period::containing(*unit, *first_day);
            assert_eq!(Period::parse(id, Unit::Week, 0), Ok(period.clone()));
            assert_eq!(Period::from_id(id), Some(period));
        }
    }
}

#[test]
fn periods_tile_time_in_every_zone() {
    for (unit, names) in &PYTHON.names {
        let periods: Vec<Period> = names.iter().map(|(_, first)| Period::containing(*unit, *first)).collect();
        for InZone { zone, starts, .. } in &PYTHON.zones {
            let start = |day: i32| starts[(day - PYTHON.first_day) as usize];
            for period in &periods {
                let found = (period.start_utc(zone), period.end_utc(zone));
                assert_eq!(found, (start(period.first_day), start(period.end_day)), "{} {}", zone.tz(), period.id);
            }
            let has_seam = |p: &[Period]| p[0].end_utc(zone) == p[1].start_utc(zone);
            assert!(periods.windows(2).all(has_seam), "{} {unit}", zone.tz());
        }
    }
}

#[test]
fn the_last_complete_week_changes_when_monday_begins() {
    let weeks = &PYTHON.names[&Unit::Week];
    let ids: Vec<(i32, &str)> = weeks.iter().map(|(id, monday)| (*monday, id.as_str())).collect();
    for pair in ids.windows(2) {
        let ((_, before), (monday, _)) = (pair[0], pair[1]);
        assert_eq!(Period::last_complete(Unit::Week, monday).id, before);
        assert_ne!(Period::last_complete(Unit::Week, monday - 1).id, before);
        for InZone { zone, .. } in &PYTHON.zones {
            let day_at = |secs: i64| zone.local_day(zone.to_utc(i64::from(monday) * DAY + secs).secs);
            // Sunday 23:59; Monday 00:00, 00:01 and 06:00.
            assert_eq!([-60, 0, 60, 6 * 3600].map(day_at), [monday - 1, monday, monday, monday], "{} {before}", zone.tz());
        }
    }
}

#[test]
fn weeks_are_168_hours_but_for_changes_of_the_clock() {
    // How many weeks of the 1097 are shorter and longer, and by how many hours. Counted from the rules: a zone that changes in all
    // 21 years has 21 of each; Brazil stopped in 2019, Iran in 2022, Samoa in 2021, Paraguay in 2024.
    let expected = [
        (Tz::UTC, 0, 0, 1.0),
        (Tz::Asia__Kolkata, 0, 0, 1.0),
        (Tz::Europe__Berlin, 21, 21, 1.0),
        (Tz::Europe__London, 21, 21, 1.0),
        (Tz::America__New_York, 21, 21, 1.0),
        (Tz::America__St_Johns, 21, 21, 1.0),
        (Tz::America__Havana, 21, 21, 1.0),
        (Tz::Pacific__Auckland, 21, 21, 1.0),
        (Tz::Australia__Lord_Howe, 21, 21, 0.5),
        (Tz::Antarctica__Troll, 21, 21, 2.0),
        (Tz::America__Sao_Paulo, 4, 5, 1.0),
        (Tz::Asia__Tehran, 8, 8, 1.0),
        (Tz::Pacific__Apia, 6, 7, 1.0),
        (Tz::America__Asuncion, 10, 10, 1.0),
    ];
    for (tz, short, long, by) in expected {
        let hours = PYTHON.zone(tz).hours_of_weeks();
        let count = |wanted: f64| hours.iter().filter(|h| (*h - wanted).abs() < 1e-9).count();
        let found = [count(168.0 - by), count(168.0 + by), count(168.0)];
        assert_eq!(found, [short, long, 1097 - short - long], "{tz}");
    }
    let casablanca = PYTHON.zone(Tz::Africa__Casablanca).hours_of_weeks();
    assert!(casablanca.iter().all(|h| [167.0, 168.0, 169.0].contains(h)));
}

#[test]
fn a_monday_and_a_first_of_a_month_without_midnight() {
    let start = |tz, id: &str| {
        let zone = Zone::shared(tz);
        zone.format_minute(Period::from_id(id).expect("an id").start_utc(&zone))
    };
    assert_eq!(start(Tz::Asia__Tehran, "2021-W12"), "2021-03-22 01:00");
    assert_eq!(start(Tz::America__Asuncion, "2017-10"), "2017-10-01 01:00");
    assert_eq!(start(Tz::America__Asuncion, "2017-Q4"), "2017-10-01 01:00");
}

#[test]
fn years_with_a_week_53() {
    let is_long = |year: &i32| Period::from_id(&format!("{year}-W53")).is_some();
    assert_eq!((2015..=2040).filter(is_long).collect::<Vec<_>>(), [2015, 2020, 2026, 2032, 2037]);
    for (on, id) in [("2027-01-03", "2026-W53"), ("2024-12-30", "2025-W01"), ("2016-01-03", "2015-W53"), ("2035-12-31", "2036-W01")] {
        assert_eq!(Period::containing(Unit::Week, day(on)).id, id);
    }
}

/// Runs the other tests of this file again where the machine's own zone is another one.
#[test]
fn the_zone_of_the_machine_changes_nothing() {
    let program = std::env::current_exe().expect("this program");
    let here = module_path!().split_once("::").expect("a module of the crate").1;
    for zone in ["Europe/Berlin", "Pacific/Auckland", "Asia/Kolkata", "America/St_Johns"] {
        let mut again = Command::new(&program);
        again.args([here, "--skip", "the_zone_of_the_machine"]).env("TZ", zone);
        let out = again.output().expect("it starts");
        let told = String::from_utf8_lossy(&out.stdout);
        assert!(out.status.success() && !told.contains(" 0 passed"), "TZ={zone}: {told}");
    }
}

#[test]
fn as_of_on_monday_at_six_is_the_week_before_in_every_zone() {
    for InZone { zone, .. } in &PYTHON.zones {
        let at = |text| zone.local_day(zone.to_utc(parse_local(text).expect("a time")).secs);
        let week = |text| Period::last_complete(Unit::Week, at(text)).id;
        assert_eq!([week("2026-11-15 23:59:59"), week("2026-11-16 06:00"), week("2027-01-04 06:00")], ["2026-W45", "2026-W46", "2026-W53"]);
    }
}

fn day(text: &str) -> i32 {
    parse_day(text).expect("a day")
}
