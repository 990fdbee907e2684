//! Boston's service requests of 2015, week by week as a run would have met them. 22 July has no row in the file as published.

use std::path::Path;

use super::*;
use crate::clock::parse_day;

const HOLIDAYS: [&str; 10] = [
    "2015-01-19",
    "2015-02-16",
    "2015-04-20",
    "2015-05-25",
    "2015-07-03",
    "2015-09-07",
    "2015-10-12",
    "2015-11-11",
    "2015-11-26",
    "2015-12-25",
];

/// Requests of each day of the year; `None` where the data is not beside the checkout.
fn requests() -> Option<Vec<u64>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/boston_311_2015");
    let files = std::fs::read_dir(folder).ok()?;
    let mut days = vec![0; 365];
    let first = parse_day("2015-01-01").unwrap();
    for file in files {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for line in String::from_utf8_lossy(&bytes).lines() {
            // `471850,101001244197,01/08/2015 12:27:12 PM,…`: nothing before it is ever quoted.
            let opened = line.split(',').nth(2).and_then(|cell| cell.get(..10)).filter(|day| day.ends_with("/2015"));
            let day = opened.and_then(|day| parse_day(&format!("2015-{}-{}", &day[..2], &day[3..5])));
            if let Some(at) = day.and_then(|day| days.get_mut((day - first) as usize)) {
                *at += 1;
            }
        }
    }
    Some(days)
}

/// The warnings of each week, with its id.
fn year(days: &[u64], holidays: &BTreeSet<i32>) -> Vec<(String, Code, String)> {
    let zone = zone();
    let first = parse_day("2015-01-01").unwrap();
    let mut out = Vec::new();
    for week in Period::series(Unit::Week, first + 4, first + 360) {
        let as_of = week.end_utc(&zone) + 6 * 3600;
        let days = days[..(week.end_day - first) as usize].to_vec();
        let source = SourceEvidence { days, newest: Some(as_of - DAY), arrived: Some(as_of), ..tickets(0) };
        let mut e = evidence(&zone, vec![source]);
        (e.as_of, e.week, e.holidays) = (as_of, week.clone(), holidays.clone());
        out.extend(guards(&e).into_iter().map(|w| (week.id.clone(), w.code, w.text)));
    }
    out
}

/// With its holidays told, the year has one warning, and it is right. Without, Thanksgiving and Christmas have one each.
#[test]
fn a_year_of_a_real_desk() {
    let Some(days) = requests() else {
        eprintln!("skipped: no ../shared/data/boston_311_2015");
        return;
    };
    assert_eq!(days.iter().sum::<u64>(), 121_145);
    let holidays = HOLIDAYS.iter().map(|day| parse_day(day).unwrap()).collect();
    let found = year(&days, &holidays);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].0.as_str(), found[0].1), ("2015-W30", Code::DayMissing));
    assert!(found[0].2.starts_with("tickets: Wednesday 22 July has none in week 30"), "{}", found[0].2);
    let found = year(&days, &BTreeSet::new());
    let weeks: Vec<&str> = found.iter().map(|w| w.0.as_str()).collect();
    assert_eq!(weeks, ["2015-W30", "2015-W48", "2015-W52"]);
}
