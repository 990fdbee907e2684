//! Where it is lost: an hour of the week is told when its weeks bear it out, not when one of them does; on a desk made by rule.

use std::fmt::Write as _;

use serde_json::Value;

use crate::harness::{deskcard_in, folder};

/// Whether call `i` of an hour was given up, in a week from 0 on, on a weekday from 0 on.
type Lost = dyn Fn(u32, u32, u32, u32) -> bool;

/// The section of a desk whose calls come twenty an hour from Monday to Friday, 08:00 to 16:00, in so many weeks from 2026-08-17 on.
fn places(weeks: u32, is_lost: &Lost) -> Value {
    let mut calls = "id,start_at,answer_at,end_at,direction,outcome,queue\n".to_owned();
    for (week, day, hour) in (0..weeks).flat_map(|w| (0..5).flat_map(move |d| (8..16).map(move |h| (w, d, h)))) {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 8, 17).expect("a day") + chrono::Days::new(u64::from(7 * week + day));
        for call in 0..20 {
            let (minute, id) = (3 * call, format!("{week}-{day}-{hour}-{call}"));
            let (answer, outcome) = match is_lost(week, day, hour, call) {
                true => (String::new(), "abandoned"),
                false => (format!("{date} {hour:02}:{minute:02}:10"), "answered"),
            };
            writeln!(calls, "{id},{date} {hour:02}:{minute:02}:00,{answer},{date} {hour:02}:{minute:02}:50,inbound,{outcome},Desk")
                .expect("text");
        }
    }
    let last = chrono::NaiveDate::from_ymd_opt(2026, 8, 17).expect("a day") + chrono::Days::new(u64::from(7 * weeks));
    let config = format!(
        "[desk]\nname = \"A desk\"\ntime_zone = \"UTC\"\nas_of = \"{last}\"\n[[source]]\nkind = \"calls\"\nfiles = [\"calls.csv\"]\n"
    );
    let desk = folder(&config, &[("calls.csv", &calls)]);
    deskcard_in(desk.path(), &["report"]).ok();
    let of_week = std::fs::read_dir(desk.path().join("scorecards")).expect("a folder").next().expect("a week").expect("an entry").path();
    let card: Value = serde_json::from_slice(&std::fs::read(of_week.join("scorecard.json")).expect("a file")).expect("JSON");
    let sections = card["cards"][0]["sections"].as_array().expect("sections");
    sections.iter().find(|s| s["id"] == "where").cloned().expect("the section")
}

fn titles(places: &Value) -> Vec<&str> {
    places["findings"].as_array().expect("findings").iter().filter_map(|f| f["title"].as_str()).collect()
}

/// One of twenty calls everywhere.
fn usual(call: u32) -> bool {
    call == 7
}

#[test]
fn an_hour_that_every_week_bears_out_is_told_and_one_week_s_is_left_out_by_name() {
    // Fridays from 14:00 lose six of twenty each week; the Tuesday of the fifth week loses all from 08:00 to 10:00.
    let lost = |week: u32, day: u32, hour: u32, call: u32| {
        usual(call) || (day == 4 && hour >= 14 && call < 6) || (week == 4 && day == 1 && hour < 10)
    };
    let section = places(13, &lost);
    assert_eq!(titles(&section), ["Abandoned calls: Friday 14:00–16:00"]);
    assert_eq!(section["findings"][0]["certainty"], "clear");
    assert!(!section["footer"].as_str().expect("text").contains("Left out"), "only what would have come before it: {section}");
    // With less on Fridays, and fewer of them, the Tuesday would come first.
    let lost = |week: u32, day: u32, hour: u32, call: u32| {
        usual(call) || (day == 4 && hour >= 14 && call < 2) || (week == 4 && day == 1 && hour < 10)
    };
    let section = places(6, &lost);
    assert_eq!(titles(&section), ["Abandoned calls: Friday 14:00–16:00"]);
    let left_out = "Left out, as a single week made them: Abandoned calls: Tuesday 08:00–10:00 (14–20 September 2026).";
    assert!(section["footer"].as_str().expect("text").ends_with(left_out), "{section}");
}

#[test]
fn an_hour_of_fewer_than_four_weeks_is_no_hour_of_the_week() {
    let lost = |_: u32, day: u32, hour: u32, call: u32| usual(call) || (day == 4 && hour >= 14 && call < 12);
    assert_eq!(titles(&places(3, &lost)), Vec::<&str>::new());
    assert_eq!(titles(&places(4, &lost)), ["Abandoned calls: Friday 14:00–16:00"]);
}
