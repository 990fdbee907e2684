use super::*;
use crate::clock::{day_text, parse_day};
use proptest::prelude::*;

fn day(text: &str) -> i32 {
    parse_day(text).expect("a day")
}

/// Published on a day long after its end.
fn whole(id: &str) -> Published {
    published(id, "2100-01-01")
}

fn published(id: &str, on: &str) -> Published {
    Published { id: id.to_owned(), day: day(on) }
}

fn all(ids: &[&str]) -> Vec<Published> {
    ids.iter().map(|id| whole(id)).collect()
}

/// A run of a desk that has data since 2026 began.
fn weekly<'a>(today: &str, published: &'a [Published]) -> Standing<'a> {
    Standing { unit: Unit::Week, today: day(today), published, first_day: Some(day("2026-01-01")), limit: 13 }
}

fn ids(periods: &[Period]) -> Vec<&str> {
    periods.iter().map(|p| p.id.as_str()).collect()
}

fn named(due: &Due) -> Vec<(String, usize, Why)> {
    due.skipped.iter().map(|s| (s.to_string(), s.count, s.why)).collect()
}

fn period(id: &str) -> Period {
    Period::from_id(id).expect("an id")
}

#[test]
fn the_first_run_publishes_the_last_complete_week_alone() {
    for (today, id) in [("2026-11-15", "2026-W45"), ("2026-11-16", "2026-W46"), ("2026-11-22", "2026-W46"), ("2027-01-04", "2026-W53")] {
        let due = due(&Asked::SinceLastRun, &weekly(today, &[]));
        assert_eq!((due.reason, ids(&due.periods), due.skipped.len()), (Reason::First, vec![id], 0), "{today}");
    }
}

#[test]
fn what_was_missed_is_caught_up_oldest_first() {
    let before = all(&["2026-W51", "2026-W50"]);
    let due = due(&Asked::SinceLastRun, &weekly("2027-01-11", &before));
    assert_eq!(due.reason, Reason::Since(period("2026-W51")));
    assert_eq!(ids(&due.periods), ["2026-W52", "2026-W53", "2027-W01"]);
    assert_eq!((named(&due), ids(&due.gaps)), (vec![], vec![]));
}

#[test]
fn a_second_run_has_nothing_to_do() {
    let before = all(&["2026-W46"]);
    for today in ["2026-11-16", "2026-11-19", "2026-11-22"] {
        let due = due(&Asked::SinceLastRun, &weekly(today, &before));
        assert_eq!((due.reason, due.periods), (Reason::UpToDate(period("2026-W46")), vec![]), "{today}");
    }
}

#[test]
fn beyond_the_limit_the_newest_are_published_and_the_rest_is_named() {
    let before = all(&["2026-W10"]);
    let standing = weekly("2026-11-16", &before);
    let thirteen = due(&Asked::SinceLastRun, &standing);
    assert_eq!((ids(&thirteen.periods)[0], thirteen.periods.len()), ("2026-W34", 13));
    assert_eq!(named(&thirteen), [("2026-W11 to 2026-W33".to_owned(), 23, Why::BeyondLimit)]);
    let none = due(&Asked::SinceLastRun, &Standing { limit: 0, ..standing });
    assert_eq!((ids(&none.periods), named(&none)), (vec!["2026-W46"], vec![("2026-W11 to 2026-W45".to_owned(), 35, Why::BeyondLimit)]));
    let exact = due(&Asked::SinceLastRun, &Standing { limit: 36, ..standing });
    assert_eq!((exact.periods.len(), exact.skipped.len()), (36, 0));
    let one_short = due(&Asked::SinceLastRun, &Standing { limit: 35, ..standing });
    assert_eq!(named(&one_short), [("2026-W11".to_owned(), 1, Why::BeyondLimit)]);
}

#[test]
fn periods_before_the_data_are_named_and_not_published() {
    let before = all(&["2026-W40"]);
    // The Wednesday of W43: that week has data.
    let since = |first_day| Standing { first_day, ..weekly("2026-11-16", &before) };
    let some = due(&Asked::SinceLastRun, &since(Some(day("2026-10-21"))));
    assert_eq!(ids(&some.periods), ["2026-W43", "2026-W44", "2026-W45", "2026-W46"]);
    assert_eq!(named(&some), [("2026-W41 to 2026-W42".to_owned(), 2, Why::BeforeData)]);
    let both = due(&Asked::SinceLastRun, &Standing { limit: 2, ..since(Some(day("2026-10-21"))) });
    let expected = [("2026-W41 to 2026-W42".to_owned(), 2, Why::BeforeData), ("2026-W43 to 2026-W44".to_owned(), 2, Why::BeyondLimit)];
    assert_eq!((ids(&both.periods), named(&both)), (vec!["2026-W45", "2026-W46"], expected.to_vec()));
    for first_day in [None, Some(day("2026-11-16")), Some(day("2030-01-01"))] {
        let none = due(&Asked::SinceLastRun, &since(first_day));
        assert_eq!((&none.reason, none.periods.len()), (&Reason::NoData(period("2026-W46")), 0));
        assert_eq!(named(&none), [("2026-W41 to 2026-W46".to_owned(), 6, Why::BeforeData)]);
        let first = due(&Asked::SinceLastRun, &Standing { published: &[], ..since(first_day) });
        assert_eq!((first.reason, first.periods.len()), (Reason::NoData(period("2026-W46")), 0));
    }
}

#[test]
fn a_clock_set_back_is_said_and_publishes_nothing() {
    let before = all(&["2026-W45", "2026-W46"]);
    let due = due(&Asked::SinceLastRun, &weekly("2026-11-15", &before));
    assert_eq!(due.reason, Reason::ClockSetBack { published: period("2026-W46"), complete: period("2026-W45") });
    assert_eq!((due.periods.len(), due.skipped.len(), due.gaps.len()), (0, 0, 0));
}

#[test]
fn a_clock_that_was_years_ahead_leaves_gaps_that_are_named() {
    let before = all(&["2026-W44", "2036-W10"]);
    let due = due(&Asked::SinceLastRun, &weekly("2026-11-16", &before));
    assert_eq!(due.reason, Reason::ClockSetBack { published: period("2036-W10"), complete: period("2026-W46") });
    assert_eq!((due.periods.len(), ids(&due.gaps)), (0, vec!["2026-W45", "2026-W46"]));
}

#[test]
fn weeks_months_quarters_and_spans_in_one_folder_do_not_count_for_each_other() {
    let mixed =
        ["2026-W44", "2026-10", "2026-Q2", "2026-11-09..2026-11-15", "latest", "run.json", ".2026-W46.new", "last-week", "2026-W99"];
    let mixed = all(&mixed);
    let of = |unit| due(&Asked::SinceLastRun, &Standing { unit, ..weekly("2026-11-16", &mixed) });
    assert_eq!(ids(&of(Unit::Week).periods), ["2026-W45", "2026-W46"]);
    assert_eq!(of(Unit::Month).reason, Reason::UpToDate(period("2026-10")));
    assert_eq!(ids(&of(Unit::Quarter).periods), ["2026-Q3"]);
    assert_eq!(of(Unit::All).reason, Reason::First);
}

#[test]
fn months_and_quarters_are_caught_up_across_the_year() {
    let before = all(&["2026-10", "2026-Q2"]);
    let of = |unit, today| due(&Asked::SinceLastRun, &Standing { unit, limit: 2, ..weekly(today, &before) });
    let months = of(Unit::Month, "2027-03-01");
    assert_eq!((ids(&months.periods), named(&months)[0].0.as_str()), (vec!["2027-01", "2027-02"], "2026-11 to 2026-12"));
    let quarters = of(Unit::Quarter, "2027-04-01");
    assert_eq!((ids(&quarters.periods), named(&quarters)), (vec!["2026-Q4", "2027-Q1"], vec![("2026-Q3".to_owned(), 1, Why::BeyondLimit)]));
}

#[test]
fn a_week_published_before_it_was_over_is_published_again() {
    let early = [whole("2026-W45"), published("2026-W46", "2026-11-11")];
    assert_eq!(ids(&due(&Asked::SinceLastRun, &weekly("2026-11-16", &early)).periods), ["2026-W46"]);
    assert_eq!(due(&Asked::SinceLastRun, &weekly("2026-11-12", &early)).reason, Reason::UpToDate(period("2026-W45")));
    let on_sunday = [whole("2026-W45"), published("2026-W46", "2026-11-15")];
    assert_eq!(ids(&due(&Asked::SinceLastRun, &weekly("2026-11-16", &on_sunday)).periods), ["2026-W46"]);
    let on_monday = [whole("2026-W45"), published("2026-W46", "2026-11-16")];
    assert_eq!(due(&Asked::SinceLastRun, &weekly("2026-11-16", &on_monday)).reason, Reason::UpToDate(period("2026-W46")));
}

#[test]
fn gaps_are_told_and_left_alone() {
    let before = all(&["2026-W20", "2026-W43", "2026-W45"]);
    let told = due(&Asked::SinceLastRun, &Standing { limit: 4, ..weekly("2026-11-16", &before) });
    assert_eq!((ids(&told.periods), ids(&told.gaps)), (vec!["2026-W46"], vec!["2026-W44"]));
    let no_data = due(&Asked::SinceLastRun, &Standing { first_day: Some(day("2026-11-02")), ..weekly("2026-11-16", &before) });
    assert_eq!(ids(&no_data.gaps), Vec::<&str>::new());
}

#[test]
fn a_period_asked_for_by_name_is_published_whatever_there_is() {
    let before = all(&["2026-W46"]);
    let standing = weekly("2026-11-16", &before);
    for (text, id) in [
        ("last-week", "2026-W46"),
        ("last", "2026-W46"),
        ("last-month", "2026-10"),
        ("2026-W47", "2026-W47"),
        ("2036-Q1", "2036-Q1"),
        ("2019-05", "2019-05"),
        ("2026-11-02..2026-11-20", "2026-11-02..2026-11-20"),
    ] {
        let asked = Asked::parse(Some(text), Unit::Week, standing.today).expect("readable");
        let due = due(&asked, &standing);
        assert_eq!((due.reason, ids(&due.periods)), (Reason::Asked, vec![id]));
    }
}

#[test]
fn nothing_said_is_since_the_last_run() {
    let parse = |text| Asked::parse(text, Unit::Week, day("2026-11-16"));
    assert_eq!((parse(None), parse(Some("since-last-run"))), (Ok(Asked::SinceLastRun), Ok(Asked::SinceLastRun)));
    let hints = |text| parse(Some(text)).expect_err("refused").hints;
    assert_eq!(hints("since-last").len(), 2);
    assert_eq!(hints("since-last")[1], "or write since-last-run: every period that ended since the last one published");
    assert_eq!(hints("2027-W53").len(), 1);
}

/// The same by counting days: every complete period of the unit that begins at the end of the last one published or later.
fn counted(unit: Unit, today: i32, published: &BTreeSet<String>) -> Vec<String> {
    let id = |d: i32| Period::containing(unit, d).id;
    let current = id(today);
    let mut over: Vec<String> = (today - 1200..today).map(id).take_while(|i| *i != current).collect();
    over.dedup();
    let after = over.iter().rposition(|i| published.contains(i)).map_or(over.len() - 1, |at| at + 1);
    over.split_off(after)
}

proptest! {
    /// Ten runs on random days, some killed after some of their periods: what is published is what was due, with no gap and nothing twice.
    #[test]
    fn killed_runs_publish_in_the_end_what_an_undisturbed_run_does(
        unit in prop::sample::select(&[Unit::Week, Unit::Month, Unit::Quarter][..]),
        start in 16_000i32..24_000,
        runs in prop::collection::vec((0i32..60, prop::option::of(0usize..4)), 1..10),
    ) {
        let mut today = start;
        let (mut done, mut ids_done) = (Vec::new(), BTreeSet::new());
        for (days, killed_after) in runs {
            today += days;
            let now = |done: &[Published]| due(
                &Asked::SinceLastRun,
                &Standing { unit, today, published: done, first_day: Some(0), limit: 1000 },
            );
            let expected = counted(unit, today, &ids_done);
            let undisturbed = now(&done);
            prop_assert_eq!(ids(&undisturbed.periods), expected.clone(), "{}", day_text(today));
            let kept = killed_after.unwrap_or(usize::MAX);
            let mut publish = |periods: &[Period], done: &mut Vec<Published>| for p in periods {
                assert!(ids_done.insert(p.id.clone()), "{} twice", p.id);
                done.push(Published { id: p.id.clone(), day: today });
            };
            publish(&undisturbed.periods[..undisturbed.periods.len().min(kept)], &mut done);
            // A run killed before its first period starts over.
            let again = now(&done);
            publish(&again.periods, &mut done);
            prop_assert!(expected.iter().all(|id| ids_done.contains(id)));
            prop_assert!(matches!(now(&done).reason, Reason::UpToDate(_)));
            prop_assert!(now(&done).gaps.is_empty());
        }
        let mut days: Vec<i32> = done.iter().map(|p| period(&p.id).first_day).collect();
        days.sort_unstable();
        prop_assert!(days.windows(2).all(|w| Period::containing(unit, w[0]).end_day == w[1]));
    }

    /// What is published and what is named are together everything that ended since, each once.
    #[test]
    fn what_is_not_published_is_named(
        unit in prop::sample::select(&[Unit::Week, Unit::Month, Unit::Quarter][..]),
        last in 16_000i32..24_000,
        later in 0i32..4000,
        first_day in prop::option::of(15_000i32..29_000),
        limit in 0usize..40,
    ) {
        let before = [Published { id: Period::containing(unit, last).id, day: i32::MAX }];
        let due = due(&Asked::SinceLastRun, &Standing { unit, today: last + later, published: &before, first_day, limit });
        let between = |s: &Skipped| Period::series(unit, s.first.first_day, s.last.first_day);
        let mut told: Vec<Period> = due.skipped.iter().flat_map(between).collect();
        prop_assert_eq!(told.len(), due.skipped.iter().map(|s| s.count).sum::<usize>());
        told.extend(due.periods.iter().cloned());
        let complete = Period::last_complete(unit, last + later);
        let from = Period::containing(unit, last).end_day;
        prop_assert_eq!(told, Period::series(unit, from, complete.first_day));
        prop_assert!(due.periods.len() <= limit.max(1));
        prop_assert!(due.periods.iter().all(|p| first_day.is_some_and(|d| p.end_day > d)));
    }

    /// Any name of a folder, any day: an answer.
    #[test]
    fn any_folder_has_an_answer(
        names in prop::collection::vec(("[0-9]{0,5}-?[WQ]?[0-9]{0,3}|.{0,12}", any::<i32>()), 0..6),
        today in -719_000i32..2_932_000,
        first_day in prop::option::of(-719_000i32..2_932_000),
    ) {
        let published: Vec<Published> = names.into_iter().map(|(id, day)| Published { id, day }).collect();
        for unit in [Unit::Week, Unit::Month, Unit::Quarter, Unit::All] {
            let due = due(&Asked::SinceLastRun, &Standing { unit, today, published: &published, first_day, limit: 5 });
            prop_assert!(due.periods.len() <= 5 && due.gaps.len() <= 5 && due.skipped.len() <= 2);
            prop_assert!(due.periods.iter().all(|p| p.end_day <= today));
        }
    }
}
