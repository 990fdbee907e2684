//! Worked examples of every rule, with their sentences.

use super::super::{Cells, Column, File, Group, OffRoster};
use super::*;

/// Sets the newest seven days.
fn with_week(mut source: SourceEvidence, week: [u64; 7]) -> SourceEvidence {
    let newest = source.days.len() - 7;
    source.days[newest..].copy_from_slice(&week);
    source
}

/// Weeks that are not all equal: 900, 1,000 and 1,100 in turn.
fn restless(weeks: usize) -> SourceEvidence {
    let mut source = tickets(weeks);
    for (at, week) in source.days.chunks_mut(7).enumerate() {
        week[0] = [120, 220, 320][at % 3];
    }
    source
}

#[test]
fn an_ordinary_week_is_silent() {
    assert_eq!(about(tickets(53)), []);
    assert_eq!(about(restless(53)), []);
}

#[test]
fn no_evidence_no_warning() {
    assert_eq!(guards(&evidence(&zone(), Vec::new())), []);
    assert_eq!(about(tickets(0)), []);
}

/// A file that stops on Tuesday night: the low week names its empty days itself. The limits were computed by a second program
/// (median 1,000, a spread of 8.5 % on the log scale, sums of the distribution's terms).
#[test]
fn a_low_week_names_its_empty_days() {
    let found = only(with_week(restless(53), [220, 92, 0, 0, 0, 0, 0]));
    assert_eq!(found.code, Code::Volume);
    assert_eq!(
        found.text,
        "tickets: 312 in week 46, usually 771 to 1,290: an export may be missing or cut off; check that the files cover Monday to Sunday, \
         and if the desk was closed, add the holidays to its calendar (Wednesday 11 November, Thursday 12 November and Friday 13 November have none)"
    );
    assert!((found.seen - 312.0).abs() < 1e-9 && !found.is_stop);
}

/// A fifth of the week is within what this desk's weeks do; its Tuesday is not.
#[test]
fn a_day_without_rows() {
    let found = only(with_week(restless(53), [220, 0, 190, 190, 180, 20, 0]));
    assert_eq!(
        found.text,
        "tickets: Tuesday 10 November has none in week 46, though such days always have rows: a day's export may have failed; \
         make it again, or if the desk was closed, add the day to its calendar's holidays"
    );
    let found = only(with_week(restless(53), [220, 200, 190, 190, 6, 20, 0]));
    assert!(found.text.starts_with("tickets: Friday 13 November has only 6 in week 46"), "{}", found.text);
    let found = only(with_week(restless(53), [220, 0, 190, 190, 180, 0, 0]));
    assert!(found.text.starts_with("tickets: Tuesday 10 November and Saturday 14 November have none"), "{}", found.text);
}

/// Five rows on a Saturday are little enough for a Saturday without; and a day that is empty one week in four is no hole.
#[test]
fn days_that_may_be_empty() {
    let mut source = tickets(53);
    source.days = [220, 200, 190, 190, 180, 5, 0].repeat(53);
    assert_eq!(about(with_week(source, [220, 200, 190, 190, 180, 0, 0])), []);
    let mut source = tickets(53);
    source.days.chunks_mut(28).for_each(|month| month[3] = 0);
    assert_eq!(about(with_week(source, [220, 200, 190, 0, 180, 20, 0])), []);
}

#[test]
fn a_holiday_is_no_hole() {
    let zone = zone();
    let mut e = evidence(&zone, vec![with_week(restless(53), [220, 0, 190, 190, 180, 20, 0])]);
    e.holidays.insert(MONDAY + 1);
    assert_eq!(guards(&e), []);
    // People take the bridge day off: 560 of 800 are borne in such a week, as 700 of 1,000 are not in any other.
    e.sources[0] = with_week(restless(53), [154, 0, 133, 133, 126, 14, 0]);
    assert_eq!(guards(&e), []);
    assert_eq!(codes(&about(with_week(restless(53), WEEK.map(|n| n * 7 / 10)))), [Code::Volume]);
    // What is left of the week is still judged.
    e.sources[0] = with_week(restless(53), [110, 0, 40, 40, 40, 10, 0]);
    let found = guards(&e);
    assert_eq!(codes(&found), [Code::Volume]);
    assert!(found[0].text.contains("240 in week 46, holidays left out, usually"), "{}", found[0].text);
}

/// Five weeks of the last year failed: half a week is still told.
#[test]
fn failed_weeks_of_the_past_hide_nothing() {
    let mut source = restless(53);
    for week in [5, 14, 23, 32, 41] {
        source.days[week * 7..week * 7 + 7].fill(0);
    }
    assert_eq!(about(source.clone()), []);
    assert_eq!(codes(&about(with_week(source, WEEK.map(|n| n / 2)))), [Code::Volume]);
}

#[test]
fn twice_the_usual_rows() {
    let found = only(with_week(restless(53), WEEK.map(|n| n * 2)));
    assert_eq!(found.code, Code::Volume);
    assert!(found.text.contains("2,000 in week 46, usually 771 to 1,290: rows may have been exported twice"), "{}", found.text);
}

/// Last year's week 46 had the company's move: 300 rows. So 300 this year is no news, and 300 in any other week is.
#[test]
fn a_year_ago_explains() {
    let mut source = with_week(restless(60), WEEK.map(|n| n * 3 / 10));
    assert_eq!(codes(&about(source.clone())), [Code::Volume]);
    let year_ago = (60 - 1 - 52) * 7;
    source.days[year_ago..year_ago + 7].copy_from_slice(&WEEK.map(|n| n * 3 / 10));
    assert_eq!(about(source), []);
}

/// Eight weeks before are needed; with seven nobody knows what is usual.
#[test]
fn eight_weeks_make_a_history() {
    let half = WEEK.map(|n| n / 2);
    assert_eq!(codes(&about(with_week(tickets(9), half))), [Code::Volume]);
    assert_eq!(about(with_week(tickets(8), half)), []);
}

#[test]
fn a_quiet_desk_does_not_cry() {
    let mut quiet = tickets(53);
    quiet.days = [1, 0, 1, 0, 1, 0, 0].repeat(53);
    assert_eq!(about(with_week(quiet.clone(), [0; 7])), []);
    assert_eq!(about(with_week(quiet.clone(), [4, 2, 2, 3, 1, 0, 0])), []);
    // Nine days of silence at a desk whose longest was two, with silent_after at eight days.
    quiet = with_week(quiet, [0; 7]);
    quiet.newest = Some(AS_OF - 9 * DAY);
    let found = only(quiet);
    assert_eq!(
        found.text,
        "tickets: no row since Saturday 7 November 2026, 9 days ago, up to 8 are usual: check that the export still runs; \
         if it comes less often, set silent_after under [guards]"
    );
    assert!((found.seen - 9.0).abs() < 1e-9 && (found.high - 8.0).abs() < 1e-9);
}

#[test]
fn a_busy_desk_must_have_rows_of_the_week() {
    let mut source = with_week(tickets(53), [0; 7]);
    source.newest = Some(AS_OF - 8 * DAY - 9 * 3600);
    source.arrived = Some(AS_OF - 7 * DAY);
    let found = only(source);
    assert_eq!(
        found.text,
        "tickets: no row of week 46, the newest is of Saturday 7 November 2026: check that the export still runs and where it puts its files"
    );
    assert_eq!((found.code, found.seen > found.high), (Code::NoNewData, true));
}

/// The newest file came on Thursday: what it lacks of the week is explained by that, and not told again.
#[test]
fn a_file_from_before_the_weekend() {
    let mut source = with_week(tickets(53), [220, 200, 190, 0, 0, 0, 0]);
    source.newest = Some(AS_OF - 4 * DAY);
    source.arrived = Some(AS_OF - 4 * DAY);
    let found = only(source);
    assert_eq!(
        found.text,
        "tickets: no new file since Thursday 12 November 2026, when week 46 was not over: its last days are missing; check that the export still runs"
    );
}

#[test]
fn surveys_come_when_they_come() {
    let mut surveys = with_week(tickets(53), [0; 7]);
    surveys.kind = Source::Surveys;
    surveys.newest = Some(AS_OF - 30 * DAY);
    surveys.arrived = Some(AS_OF - 28 * DAY);
    surveys.files_found = 0;
    assert_eq!(about(surveys.clone()), []);
    surveys.newest = Some(AS_OF - 36 * DAY);
    assert_eq!(codes(&about(surveys.clone())), [Code::NoNewData]);
    surveys.arrived = Some(AS_OF - 36 * DAY);
    assert_eq!(codes(&about(surveys)), [Code::SourceMissing]);
}

#[test]
fn a_source_is_missing() {
    let mut calls = with_week(tickets(53), [0; 7]);
    (calls.name, calls.kind, calls.files_found, calls.pattern) = ("calls".to_owned(), Source::Calls, 0, "exports/calls.csv".to_owned());
    calls.newest = Some(AS_OF - 8 * DAY);
    calls.arrived = Some(AS_OF - 7 * DAY);
    let found = only(calls.clone());
    assert_eq!(
        found.text,
        "calls: no file matches `exports/calls.csv`, and none was taken in since Monday 9 November 2026: check that the export still runs and \
         that the folder can be reached; if the source is no more, take its [[source]] out of the config"
    );
    // A desk that moves its exports away once they are taken in has nothing to worry about.
    let mut moved = tickets(53);
    moved.files_found = 0;
    assert_eq!(about(moved.clone()), []);
    (moved.kind, moved.arrived) = (Source::Agents, Some(AS_OF - 300 * DAY));
    assert_eq!(about(moved.clone()), []);
    moved.arrived = None;
    assert!(only(moved).text.contains("and none ever was taken in"));
}

/// What is not told because a cause explains it still stops the run.
#[test]
fn what_stops_and_what_is_ignored() {
    let zone = zone();
    let mut source = with_week(tickets(53), [0; 7]);
    source.newest = Some(AS_OF - 8 * DAY);
    let mut e = evidence(&zone, vec![source]);
    e.rules.stop.insert(Code::Volume);
    let found = guards(&e);
    assert_eq!((codes(&found), found[0].is_stop), (vec![Code::NoNewData], true));
    e.rules.ignore.insert(Code::NoNewData);
    let found = guards(&e);
    assert_eq!((codes(&found), found[0].is_stop), (vec![Code::Volume], true));
    assert!(found[0].text.starts_with("tickets: none in week 46, usually "));
    e.rules.ignore.insert(Code::Volume);
    assert_eq!(guards(&e), []);
}

/// On Saturday the week is not over: nothing is said of its rows.
#[test]
fn a_week_that_is_not_over_is_not_judged() {
    let zone = zone();
    let mut e = evidence(&zone, vec![with_week(tickets(53), [220, 200, 190, 0, 0, 0, 0])]);
    e.as_of -= 2 * DAY;
    e.sources[0].newest = Some(e.as_of);
    e.sources[0].arrived = Some(e.as_of);
    assert_eq!(guards(&e), []);
}

fn column(newest: (u64, u64), earlier: &[(u64, u64)]) -> SourceEvidence {
    let cells = |(rows, empty)| Cells { rows, empty };
    let column = Column {
        name: "category".to_owned(),
        header: "Category".to_owned(),
        newest: cells(newest),
        earlier: earlier.iter().copied().map(cells).collect(),
    };
    SourceEvidence { columns: vec![column], ..tickets(53) }
}

#[test]
fn a_column_went_empty() {
    let found = only(column((430, 430), &[(400, 10), (420, 12), (400, 12)]));
    assert_eq!(
        found.text,
        "tickets: category (“Category”) is empty in all of the newest 430 rows (before: about 3 %): the export may have lost or renamed \
         this column; compare the header of the newest file with an older one"
    );
    assert!((found.seen - 1.0).abs() < 1e-9 && (found.high - 0.03).abs() < 1e-9);
}

/// Told: 5 of 30 to 25 of 30 (p = 4e-7); 20 % to 60 % of 400; a column filled in one row of ten that has none in 400.
/// Not told: always empty; often empty before; fewer than 30 rows; a step of 20 points; fewer than three batches; rare and none in 60.
#[test]
fn steps_that_are_told_and_steps_that_are_not() {
    let full = [(30, 5); 3];
    for (newest, earlier) in [((30, 25), full), ((400, 240), [(400, 80); 3]), ((400, 400), [(400, 360); 3])] {
        assert_eq!(codes(&about(column(newest, &earlier))), [Code::ColumnEmpty], "{newest:?}");
    }
    for (newest, earlier) in [
        ((400, 400), vec![(400, 400); 5]),
        ((400, 400), vec![(400, 4), (400, 400), (400, 4), (400, 400)]),
        ((29, 29), vec![(400, 0); 5]),
        ((400, 160), vec![(400, 80); 5]),
        ((400, 400), vec![(400, 0); 2]),
        ((60, 60), vec![(400, 360); 5]),
    ] {
        assert_eq!(about(column(newest, &earlier)), [], "{newest:?}");
    }
}

/// The first batch holds years of closed tickets; those of the weeks after it are open when they come in.
#[test]
fn a_first_batch_of_years_is_no_yardstick() {
    assert_eq!(about(column((400, 390), &[(90_000, 900), (400, 385), (400, 392)])), []);
}

#[test]
fn exports_at_a_limit() {
    let files = |rows: &[u64]| SourceEvidence {
        files: rows.iter().enumerate().map(|(at, rows)| File { name: format!("t{at}.csv"), rows: *rows }).collect(),
        ..tickets(53)
    };
    let found = only(files(&[10_000, 9_999]));
    assert_eq!(
        found.text,
        "tickets: t0.csv has exactly 10,000 rows, as many as ServiceNow exports at most: it was probably cut off; export a shorter span at a time"
    );
    assert!(only(files(&[1_048_575])).text.contains("as many as a sheet holds at most"));
    assert!(
        only(files(&[7_500, 812, 7_500])).text.starts_with("tickets: t0.csv and t2.csv have exactly 7,500 rows, as 2 files of this batch")
    );
    for fine in [&[7_500, 812][..], &[7_501, 7_501], &[0, 0], &[]] {
        assert_eq!(about(files(fine)), [], "{fine:?}");
    }
}

#[test]
fn agents_off_the_roster() {
    let with = |rows, agents: &[(&str, u64)]| {
        let agents = agents.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect();
        SourceEvidence { off_roster: Some(OffRoster { rows, agents }), ..tickets(53) }
    };
    let found = only(with(1000, &[("Iva", 4), ("Ben", 40)]));
    assert_eq!(
        found.text,
        "tickets: 2 agents are not on the roster and have 44 of 1,000 rows of week 46: Ben (40) and Iva (4): \
         add them to the roster, with the day they started, or they have no card"
    );
    assert!(only(with(100, &[("Iva", 60)])).text.contains("the roster may be out of date"));
    assert_eq!(about(with(1000, &[("Iva", 4), ("Ben", 0)])), []);
    assert_eq!(about(with(0, &[])), []);
}

#[test]
fn a_queue_is_missing() {
    let group = |name: &str, weeks: Vec<u64>| Group { name: name.to_owned(), weeks };
    let gone = |usual: u64, weeks: usize| [vec![usual; weeks], vec![0]].concat();
    let groups =
        vec![group("Billing", gone(100, 12)), group("Small", gone(5, 12)), group("Young", gone(100, 5)), group("VIP", vec![9; 13])];
    let found = only(SourceEvidence { groups, ..tickets(53) });
    assert_eq!(
        found.text,
        "tickets: no row in week 46 of Billing (usually about 100): an export or a queue of it may be missing; \
         if it was closed or has another name now, nothing is to be done"
    );
    let closed = [vec![100; 12], vec![0, 0, 0]].concat();
    assert_eq!(about(SourceEvidence { groups: vec![group("Closed", closed)], ..tickets(53) }), []);
}

/// Names from an export cannot turn a line around or fill the page.
#[test]
fn hostile_names_are_made_fit_to_show() {
    let agents = vec![(format!("\u{202e}evil\n{}", "x".repeat(500)), 50)];
    let found = only(SourceEvidence { off_roster: Some(OffRoster { rows: 100, agents }), ..tickets(53) });
    assert!(found.text.len() < 300 && !found.text.contains(['\n', '\u{202e}']), "{}", found.text);
}
