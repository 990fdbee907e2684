//! The schedules and tickets of the integration seeds of `fivetran/dbt_zendesk`, beside the checkout in
//! `../shared/data/vendor_tables/zendesk`; where they are not, the tests say so and pass.
//!
//! The seconds expected were worked out apart, date by date, with the time zones of Python's `zoneinfo`.

use super::super::parse_local;
use super::*;
use std::path::Path;

/// The records of a table, by column.
fn table(name: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/vendor_tables/zendesk").join(format!("{name}_data.csv"));
    let Ok(mut reader) = csv::Reader::from_path(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    Some(reader.deserialize().map(|row| row.expect("a row")).collect())
}

fn utc(text: &str) -> i64 {
    parse_local(text).expect("a time")
}

/// Adds minutes since the midnight before Sunday.
fn add(hours: &mut [Hours; 7], from: i64, to: i64) {
    let day = from / 1440;
    hours[(day as usize + 6) % 7].push(((from - day * 1440) * 60, (to - day * 1440) * 60));
}

/// Monday to Friday 08:00 to 20:00 on the wall clock of `Pacific Time (US & Canada)`, with the holidays.
fn support(schedules: &[BTreeMap<String, String>], holidays: &[BTreeMap<String, String>]) -> Schedule {
    let mut hours: [Hours; 7] = Default::default();
    for row in schedules {
        add(&mut hours, row["start_time"].parse().expect("minutes"), row["end_time"].parse().expect("minutes"));
    }
    let day = |text: &str| parse_day(text).expect("a day");
    let holidays = holidays.iter().flat_map(|row| day(&row["start_date"])..=day(&row["end_date"])).collect();
    Schedule { holidays, ..Schedule::weekly(Tz::America__Los_Angeles, hours) }
}

#[test]
fn business_time_of_the_tickets() {
    let (Some(schedules), Some(holidays), Some(tickets)) = (table("schedule"), table("schedule_holiday"), table("ticket")) else { return };
    let calendar = Calendar::new(&support(&schedules, &holidays), 2019, 2023).expect("a calendar");
    let expected = [
        ("1595", 19),
        ("16988", 714_196),
        ("14173", 435_692),
        ("11071", 2_408_004),
        ("1966", 824_606),
        ("11013", 146_604),
        ("1404", 443_879),
        ("4721", 795_874),
        ("6171", 432_000),
        ("6605", 434_039),
    ];
    let secs = |t: &BTreeMap<String, String>| (t["id"].clone(), calendar.elapsed(utc(&t["created_at"]), utc(&t["updated_at"])));
    assert_eq!(tickets.iter().map(secs).collect::<Vec<_>>(), expected.map(|(id, secs)| (id.to_owned(), secs)));
    // 84 hours: eleven weekdays, two of them in part, three of them holidays.
    assert_eq!(calendar.elapsed(utc("2022-12-20"), utc("2023-01-03")), 302_400);
}

/// The hours an entry of the audit log changes a week to: `{:sun=>{"03:00"=>"04:00"}, …}`, escaped twice over.
fn changed_to(entry: &str) -> [Hours; 7] {
    const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let (_, week) = entry.rsplit_once(" to ").expect("a change");
    let week = week.replace("&amp;", "&").replace("&gt;", ">").replace("&quot;", "\"");
    let mut hours: [Hours; 7] = Default::default();
    for (index, day) in DAYS.iter().enumerate() {
        let Some((_, rest)) = week.split_once(day) else { continue };
        let times: Vec<i64> = rest.split('}').next().unwrap_or("").split('"').filter_map(super::super::parse_time).collect();
        times.chunks_exact(2).for_each(|t| add(&mut hours, index as i64 * 1440 + t[0] / 60, index as i64 * 1440 + t[1] / 60));
    }
    hours
}

#[test]
fn weeks_of_the_audit_log_over_a_change_of_the_clock() {
    let Some(log) = table("audit_log") else { return };
    let expected = [
        ("579796", 227_700, 412_200),
        ("2679952", 144_000, 259_200),
        ("293556", 144_000, 259_200),
        ("4441364", 144_000, 259_200),
        ("70900", 144_000, 259_200),
        ("70901", 216_000, 388_800),
        ("70902", 229_500, 411_904),
    ];
    let entries: Vec<_> = log.iter().filter(|row| row["change_description"].starts_with("Workweek")).collect();
    assert_eq!(entries.len(), expected.len());
    for (row, (id, week, fortnight)) in entries.into_iter().zip(expected) {
        let hours = changed_to(&row["change_description"]);
        let total: i64 = hours.iter().flatten().map(|(from, to)| to - from).sum();
        let calendar = Calendar::new(&Schedule::weekly(Tz::America__Chicago, hours), 2024, 2024).expect("a calendar");
        let elapsed = calendar.elapsed(utc("2024-03-05 12:34:56"), utc("2024-03-18 01:02:03"));
        assert_eq!((row["id"].as_str(), total, elapsed), (id, week, fortnight));
    }
}
