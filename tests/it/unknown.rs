//! What the exports cannot tell is no data: figures over people, clocks, answers and months that nothing reaches, with answers by hand.

use std::fmt::Write as _;

use crate::harness::{deskcard_in, folder};

fn config(as_of: &str, sources: &[&str], more: &str) -> String {
    let source = |kind: &&str| format!("[[source]]\nkind = \"{kind}\"\nfiles = [\"{kind}.csv\"]\n");
    let sources: String = sources.iter().map(source).collect();
    format!("[desk]\nname = \"A desk\"\ntime_zone = \"UTC\"\nas_of = \"{as_of}\"\n{more}\n{sources}")
}

/// Figures of metrics as printed: value, n and what is not yet mature.
struct Asked(tempfile::TempDir);

impl Asked {
    fn of(as_of: &str, files: &[(&str, &str)], more: &str) -> Self {
        let kinds: Vec<&str> = files.iter().map(|(kind, _)| *kind).collect();
        let named: Vec<(String, &str)> = files.iter().map(|(kind, text)| (format!("{kind}.csv"), *text)).collect();
        let files: Vec<(&str, &str)> = named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        Self(folder(&config(as_of, &kinds, more), &files))
    }

    fn at(&self, metric: &str, period: &[&str]) -> Vec<(String, Option<f64>, f64, u64)> {
        let args = [&["query", metric, "--format", "json"], period].concat();
        let answer = deskcard_in(self.0.path(), &args).ok().json();
        let one = |v: &serde_json::Value| {
            let number = |name: &str| v[name].as_f64().unwrap_or(0.0);
            (v["period"].as_str().unwrap_or_default().to_owned(), v["value"].as_f64(), number("n"), number("immature") as u64)
        };
        answer.as_array().expect("a list").iter().map(one).collect()
    }

    /// In one period of the year, by its id.
    fn within(&self, metric: &str, period: &str) -> Vec<(Option<f64>, f64, u64)> {
        let unit = if period.contains('W') { "week" } else { "month" };
        let all = self.at(metric, &["--period", unit, "--from", "2026-01-01", "--to", "2026-12-27"]);
        all.into_iter().filter(|(id, ..)| id == period).map(|(_, value, n, immature)| (value, n, immature)).collect()
    }

    /// The value in one period.
    fn value(&self, metric: &str, period: &str) -> Option<f64> {
        self.within(metric, period).first().and_then(|(value, ..)| *value)
    }

    /// Over all of the data.
    fn all(&self, metric: &str) -> (Option<f64>, f64, u64) {
        self.at(metric, &["--period", "all"]).first().map_or((None, 0.0, 0), |(_, value, n, immature)| (*value, *n, *immature))
    }

    fn check(&self) -> String {
        deskcard_in(self.0.path(), &["check"]).ok().stdout
    }
}

/// Two agents, a call a day each from the 1st to the 10th at 09:00; tickets of the 4th to the 8th only, a minute after each call.
#[test]
fn calls_around_which_no_ticket_was_read_are_not_unlogged() {
    let mut calls = "id,start_at,end_at,agent,outcome,direction,caller\n".to_owned();
    let mut tickets = "id,created_at,requester\n".to_owned();
    for day in 1..=10 {
        for agent in ["Ann", "Bob"] {
            writeln!(calls, "{agent}{day},2026-09-{day:02} 09:00:00,2026-09-{day:02} 09:05:00,{agent},answered,inbound,{agent}{day}")
                .expect("text");
            if (4..=8).contains(&day) {
                writeln!(tickets, "{agent}{day},2026-09-{day:02} 09:01:00,{agent}{day}").expect("text");
            }
        }
    }
    // An hour later on the first and the last day, so that the calls of these days lie within.
    tickets += "first,2026-09-04 08:00:00,x\nlast,2026-09-08 12:00:00,y\n";
    let asked = Asked::of("2026-09-20", &[("calls", &calls), ("tickets", &tickets)], "");
    // Six calls from before the first ticket are out, four from after the last are not yet told.
    assert_eq!(asked.all("log_rate"), (Some(1.0), 10.0, 4));
}

/// Twenty tickets a week, resolved after 20 hours with a day promised; the export ends on a Tuesday at 12:00 with four of them open.
fn stale(rows: &str) -> String {
    let mut out = "id,created_at,resolved_at,status,due_resolution_at\n".to_owned();
    for day in [4, 5, 6, 7, 11, 12, 13, 14, 18, 19, 20, 21, 25, 26, 27, 28] {
        for hour in 8..13 {
            writeln!(
                out,
                "{day}-{hour},2026-05-{day:02} {hour:02}:00,2026-05-{:02} 06:00,closed,2026-05-{:02} {hour:02}:00",
                day + 1,
                day + 1
            )
            .expect("text");
        }
    }
    out + rows
}

#[test]
fn a_stale_export_does_not_make_misses() {
    let open = (8..12).map(|hour| format!("o-{hour},2026-06-02 {hour:02}:00,,open,2026-06-03 {hour:02}:00\n")).collect::<Vec<_>>().concat();
    let monday = "m-8,2026-06-01 08:00,2026-06-02 09:00,closed,2026-06-02 08:00\n";
    let asked = Asked::of("2026-06-08", &[("tickets", &stale(&(monday.to_owned() + &open)))], "");
    assert_eq!(asked.within("sla_resolution", "2026-W23"), [(Some(0.0), 1.0, 4)], "one was late, four are not known");
    assert_eq!(asked.value("open_overdue", "2026-W23"), Some(0.0));
    // Seen to be open on Sunday evening all four are late: nothing came in a night from Sunday to Monday before.
    let touched = "t,2026-06-07 22:00,2026-06-07 22:30,closed,2026-06-09 08:00\n";
    let asked = Asked::of("2026-06-08 06:00", &[("tickets", &stale(&(monday.to_owned() + &open + touched)))], "");
    assert_eq!(asked.within("sla_resolution", "2026-W23"), [(Some(0.0), 5.0, 0)]);
    assert_eq!(asked.value("open_overdue", "2026-W23"), Some(4.0));
}

#[test]
fn a_promise_of_a_quiet_night_is_decided() {
    // Due on Saturday at 08:00; nobody ever touches a ticket from Friday to Monday.
    let open = "o,2026-05-29 08:00,,open,2026-05-30 08:00\n";
    let asked = Asked::of("2026-06-01 06:00", &[("tickets", &stale(open))], "");
    assert_eq!(asked.value("open_overdue", "2026-W22"), Some(1.0));
}

/// Eight who stay, and two whose training ends on a Friday and whose team begins on `next`.
fn movers(next: &str) -> String {
    let mut out = "agent_id,name,team,hired_at,left_at\n".to_owned();
    (0..8).for_each(|i| writeln!(out, "A{i},Agent {i},L1,2024-01-01,").expect("text"));
    for i in 8..10 {
        writeln!(out, "A{i},Agent {i},Training,2026-07-13,2026-09-04\nA{i},Agent {i},L1,{next},").expect("text");
    }
    out
}

#[test]
fn a_move_over_a_weekend_is_no_leaving() {
    let left = |next: &str, more: &str| {
        Asked::of("2026-11-16", &[("agents", &movers(next))], more).value("leavers", "2026-09").map_or(0, |n| n as u64)
    };
    let new = |next: &str| Asked::of("2026-11-16", &[("agents", &movers(next))], "").within("attrition_90d", "2026-09").len();
    assert_eq!((left("2026-09-07", ""), new("2026-09-07")), (0, 0), "Friday to Monday");
    assert_eq!((left("2026-09-08", ""), new("2026-09-08")), (0, 0), "one day of work in between");
    assert_eq!((left("2026-09-09", ""), new("2026-09-09")), (2, 1), "two days of work");
    let holidays = "[calendar]\nmon = [\"08:00-18:00\"]\ntue = [\"08:00-18:00\"]\nwed = [\"08:00-18:00\"]\nthu = [\"08:00-18:00\"]\n\
                    fri = [\"08:00-18:00\"]\nholidays = [2026-09-07]";
    assert_eq!(left("2026-09-09", holidays), 0, "the Monday is a holiday");
}

#[test]
fn days_that_are_left_out_are_not_counted() {
    let row = |i: i64| format!("t{i},2026-03-{:02} 09:00,2026-03-{:02} 10:00,closed,R\n", 1 + i, 1 + i);
    let tickets = format!("id,created_at,resolved_at,status,requester\n{}", (0..30).map(row).collect::<String>());
    let asked = Asked::of("2026-04-13", &[("tickets", &tickets)], "");
    let told = |unit: &str| -> Vec<(String, f64)> {
        let found = asked.at("tickets_created", &["--period", unit, "--from", "2026-03-10", "--to", "2026-03-24"]);
        found.into_iter().map(|(id, _, n, _)| (id, n)).collect()
    };
    assert_eq!(told("month"), [("2026-03-10..2026-03-24".to_owned(), 15.0)]);
    let weeks = [("2026-03-10..2026-03-15", 6.0), ("2026-W12", 7.0), ("2026-03-23..2026-03-24", 2.0)];
    assert_eq!(told("week"), weeks.map(|(id, n)| (id.to_owned(), n)));
}

#[test]
fn what_was_updated_after_the_cut_off_is_not_known_to_be_quiet() {
    let tickets = "id,created_at,resolved_at,status,updated_at,requester\n\
        quiet,2026-03-02 09:00,,open,2026-03-02 10:00,R\nlater,2026-03-02 09:00,,open,2026-04-20 10:00,R\n";
    let at = |day: &str| Asked::of(day, &[("tickets", tickets)], "").at("stale", &["--period", "last-week"]);
    let [before, after] = ["2026-03-23", "2026-04-27"].map(|day| at(day).iter().map(|(_, v, n, _)| (*v, *n)).collect::<Vec<_>>());
    assert_eq!(before, [(Some(1.0), 1.0)]);
    assert_eq!(after, [(Some(1.0), 2.0)]);
}

#[test]
fn a_score_on_the_ticket_is_a_survey_of_that_ticket() {
    let tickets = "id,created_at,resolved_at,status,requester,csat_score\n\
        INC7,2026-03-02 09:00,2026-03-02 10:00,closed,R,5\nINC8,2026-03-02 09:00,2026-03-02 10:00,closed,R,\n";
    let asked = Asked::of("2026-03-09", &[("tickets", tickets)], "");
    let rows = deskcard_in(asked.0.path(), &["rows", "csat", "--period", "2026-W10", "--format", "csv"]).ok().stdout;
    assert!(rows.contains("INC7") && !rows.contains("INC8"), "{rows}");
    let joined = "SELECT t.id, s.score FROM surveys s JOIN tickets t ON s.ticket_id = t.id";
    let found = deskcard_in(asked.0.path(), &["sql", joined, "--format", "csv"]).ok().stdout;
    assert_eq!(found.lines().count(), 2, "{found}");
}

#[test]
fn nobody_is_two_people() {
    let mut roster = "agent_id,name,team,hired_at,left_at\n".to_owned();
    (0..4).for_each(|i| writeln!(roster, "A{i},Agent {i},L1,2024-01-01,").expect("text"));
    // The stay in training was never closed; the trip to another team is over before the own one is.
    roster += "A4,Agent 4,Training,2026-01-05,\nA4,Agent 4,L1,2026-06-01,\nA0,Agent 0,Project,2026-07-01,2026-07-31\n";
    let asked = Asked::of("2026-11-16", &[("agents", &roster)], "");
    let quarters = ["--period", "quarter", "--from", "2026-01-01", "--to", "2026-09-30"];
    let values = |metric: &str| asked.at(metric, &quarters).iter().map(|(_, value, ..)| value.unwrap_or(-1.0)).collect::<Vec<_>>();
    assert_eq!(values("headcount"), [5.0, 5.0, 5.0]);
    assert_eq!(values("leavers"), [0.0, 0.0, 0.0]);
    // 1 January is a Thursday: 64 weekdays to the end of March for four people and 62 from the 5th; then 65 and 66 for five.
    assert_eq!(values("agent_days"), [4.0 * 64.0 + 62.0, 5.0 * 65.0, 5.0 * 66.0]);
    assert!(asked.check().contains("2 stays that go on beside a later one of the same person"), "{}", asked.check());
}

#[test]
fn a_roster_without_leavers_tells_no_turnover() {
    let roster = |header: &str, more: &str| {
        let rows = (0..8).map(|i| format!("A{i},Agent {i},2022-01-01{more}\n")).collect::<Vec<_>>().concat();
        format!("agent_id,name,hired_at{header}\n{rows}")
    };
    let without = Asked::of("2026-11-16", &[("agents", &roster("", ""))], "");
    for metric in ["turnover_12m", "turnover_annualised", "turnover_average", "leavers", "attrition_90d"] {
        assert!(without.within(metric, "2026-10").iter().all(|(value, n, _)| value.is_none() && *n == 0.0), "{metric}");
    }
    assert_eq!(without.value("headcount", "2026-10"), Some(8.0));
    let with = Asked::of("2026-11-16", &[("agents", &roster(",left_at", ","))], "");
    assert_eq!(with.value("turnover_12m", "2026-10"), Some(0.0), "an empty column says that nobody has left");
    // Whatever it is told in, and whatever is asked for beside it.
    let csv = |asked: &Asked| deskcard_in(asked.0.path(), &["query", "leavers", "--period", "2026-10", "--format", "csv"]).ok().stdout;
    assert_eq!([csv(&with), csv(&without)], ["period,leavers,leavers_n\n2026-10,0,0\n", "period,leavers,leavers_n\n"]);
}

#[test]
fn a_years_turnover_wants_a_year() {
    let rows =
        (0..8).map(|i| format!("A{i},Agent {i},2025-11-01,{}\n", if i == 0 { "2026-10-20" } else { "" })).collect::<Vec<_>>().concat();
    let asked = Asked::of("2026-11-16", &[("agents", &format!("agent_id,name,hired_at,left_at\n{rows}"))], "");
    let value = |period: &str| asked.value("turnover_12m", period);
    assert_eq!(value("2026-09"), None, "its year begins a month before the roster");
    // 365 days of seven people and 354 of one.
    assert_eq!(value("2026-10"), Some(365.0 / (7.0 * 365.0 + 354.0)));
}

#[test]
fn absence_is_known_while_it_is_recorded() {
    let roster = "agent_id,name,hired_at,scheduled_hours\nA0,Ann,2024-01-01,40\nA1,Bob,2024-01-01,40\n";
    let absence = "agent,at,measure,value\nA0,2026-10-05,absence_hours,8\nA1,2026-10-30,absence_hours,8\n";
    let asked = Asked::of("2026-11-16", &[("agents", roster), ("observations", absence)], "");
    let months = asked.at("absenteeism", &["--period", "month", "--from", "2026-08-01", "--to", "2026-11-15"]);
    // From Monday the 5th to Friday the 30th: 20 days of two people, 8 hours each.
    let found: Vec<(&str, Option<f64>, f64)> = months.iter().filter(|m| m.2 > 0.0).map(|(p, v, n, _)| (p.as_str(), *v, *n)).collect();
    assert_eq!(found, [("2026-10", Some(16.0 / 320.0), 320.0)]);
}

/// Four first contacts ticked, three tickets without any tick of which one comes back, and a row that makes the windows elapse.
#[test]
fn one_contact_is_told_of_the_known_alone() {
    let tickets = "id,created_at,resolved_at,status,requester,fcr_flag\n\
        k1,2026-09-01 09:00,2026-09-01 10:00,closed,k1,true\nk2,2026-09-01 09:00,2026-09-01 10:00,closed,k2,true\n\
        k3,2026-09-01 09:00,2026-09-01 10:00,closed,k3,true\nk4,2026-09-01 09:00,2026-09-01 10:00,closed,k4,false\n\
        u1,2026-09-01 09:00,2026-09-01 10:00,closed,u1,\nu2,2026-09-02 09:00,2026-09-02 10:00,closed,u1,\n\
        u3,2026-09-01 09:00,2026-09-01 10:00,closed,u3,\nlast,2026-10-01 09:00,,open,z,\n";
    assert_eq!(Asked::of("2026-11-16", &[("tickets", tickets)], "").all("ocr"), (Some(0.75), 4.0, 0));
}

#[test]
fn a_cancelled_duplicate_is_no_contact() {
    let mut tickets = "id,created_at,resolved_at,status,requester,fcr_flag\nlast,2026-10-01 09:00,,open,z,\n".to_owned();
    for i in 10..20 {
        writeln!(
            tickets,
            "T{i},2026-09-01 {i}:00,2026-09-01 {i}:30,closed,u{i},true\nX{i},2026-09-01 {i}:01,2026-09-01 {i}:05,cancelled,u{i},"
        )
        .expect("text");
    }
    let asked = Asked::of("2026-11-16", &[("tickets", &tickets)], "");
    assert_eq!(asked.all("fcr_repeat"), (Some(1.0), 10.0, 1), "the last one's window has not elapsed");
    assert_eq!(asked.all("ocr"), (Some(1.0), 10.0, 0));
    assert_eq!(asked.all("tickets_resolved").0, Some(10.0));
    assert_eq!(asked.all("review_recreated"), (Some(0.0), 10.0, 0));
    // Twenty of twenty-one have left the desk.
    assert_eq!(asked.all("tickets_gone").0, Some(20.0));
    assert!((asked.all("net_flow").0.expect("a figure") - 20.0 / 21.0).abs() < 1e-12);
}

#[test]
fn a_ticket_open_again_was_reopened() {
    let mut tickets =
        "id,created_at,resolved_at,status,reopen_count,updated_at\nlast,2026-10-01 09:00,,open,0,2026-10-01 09:00\n".to_owned();
    for i in 1..=20 {
        let row = match i {
            // Nobody says when these were resolved; of the next four the row still does.
            1..=4 => format!("T{i},2026-09-{i:02} 09:00,,open,1,2026-09-28 09:00"),
            5..=8 => format!("T{i},2026-08-31 09:00,2026-09-{i:02} 09:00,open,1,2026-09-28 09:00"),
            _ => format!("T{i},2026-09-{i:02} 09:00,2026-09-{i:02} 10:00,closed,0,2026-09-{i:02} 10:00"),
        };
        writeln!(tickets, "{row}").expect("text");
    }
    let asked = Asked::of("2026-11-16", &[("tickets", &tickets)], "");
    assert_eq!(asked.within("reopen_rate", "2026-09"), [(Some(0.4), 20.0, 0)]);
}

#[test]
fn scores_off_the_scale_are_no_scores() {
    let surveys = |scores: &[&str]| {
        let rows = scores.iter().enumerate().map(|(i, score)| format!("{i},2026-09-01 09:00,{score}\n")).collect::<Vec<_>>().concat();
        format!("id,answered_at,score\n{rows}")
    };
    let ten = surveys(&["0", "3", "8", "10", "10", "9", "2", "10"]);
    let asked = Asked::of("2026-11-16", &[("surveys", &ten)], "");
    assert_eq!(asked.all("csat"), (None, 0.0, 0), "0 to 10 is not 1 to 5");
    assert_eq!(asked.all("surveys_answered").0, Some(8.0));
    assert!(asked.check().contains("surveys: 5 of 8 satisfaction scores lie off the scale"), "{}", asked.check());
    let named = Asked::of("2026-11-16", &[("surveys", &ten)], "[parameters]\ncsat_good = 9\ncsat_max = 10");
    assert_eq!(named.all("csat"), (Some(0.5), 8.0, 0));
    let slip = Asked::of("2026-11-16", &[("surveys", &surveys(&["5", "4", "55", "1", "2"]))], "");
    assert_eq!(slip.all("csat"), (Some(0.5), 4.0, 0));
    assert!(slip.check().contains("1 of 5 satisfaction scores lies off the scale"), "{}", slip.check());
}

/// Promised within a day: resolved after 30 hours, reopened two months later for two hours.
#[test]
fn a_miss_counts_when_it_was_due() {
    let tickets = "id,created_at,resolved_at,status,priority\n1,2026-09-01 09:00,2026-11-03 12:00,closed,P3\n";
    let events = "ticket_id,at,kind,status\n1,2026-09-02 15:00,resolved,resolved\n1,2026-11-03 10:00,reopened,open\n\
                  1,2026-11-03 12:00,resolved,resolved\n";
    for reopen in ["new cycle", "resume"] {
        let more = format!("[sla]\nreopen = \"{reopen}\"\n[sla.targets]\nP3 = {{ resolution = \"24h\" }}");
        let asked = Asked::of("2026-11-16", &[("tickets", tickets), ("ticket_events", events)], &more);
        assert_eq!((asked.value("sla_resolution", "2026-09"), asked.value("sla_resolution", "2026-11")), (Some(0.0), None), "{reopen}");
        let late = if reopen == "resume" { 8.0 } else { 6.0 };
        assert_eq!(asked.value("sla_breach_median", "2026-09"), Some(late * 3_600.0), "{reopen}");
    }
}

/// Ten tickets a day from the 16th of September on, and the cost of September and October.
#[test]
fn a_month_half_read_has_no_cost_of_a_ticket() {
    let mut tickets = "id,created_at,resolved_at,status\n".to_owned();
    for (month, days) in [(9, 16..=30), (10, 1..=31), (11, 1..=15)] {
        for (day, n) in days.flat_map(|day| (10..20).map(move |n| (day, n))) {
            writeln!(tickets, "{month}-{day}-{n},2026-{month:02}-{day:02} {n}:00,2026-{month:02}-{day:02} {n}:30,closed").expect("text");
        }
    }
    let cost = "agent,at,measure,value\n,2026-09-28,operating_cost,4400\n,2026-10-28,operating_cost,6200\n";
    let asked = Asked::of("2026-11-16 06:00", &[("tickets", &tickets), ("observations", cost)], "[report]\npages = [\"desk\", \"cost\"]");
    deskcard_in(asked.0.path(), &["report", "--out", "out", "--outputs", "json"]).ok();
    let text = std::fs::read_to_string(asked.0.path().join("out/2026-W46/scorecard.json")).expect("the scorecard");
    let scorecard: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let topic = scorecard["topics"].as_array().and_then(|all| all.iter().find(|t| t["id"] == "cost")).expect("the page");
    let rows = topic["sections"][0]["tables"][0]["rows"].as_array().expect("rows");
    let cells = |row: &serde_json::Value| row["cells"].as_array().expect("cells").iter().map(|c| c["value"].as_f64()).collect::<Vec<_>>();
    let told: Vec<(&str, Vec<Option<f64>>)> = rows.iter().map(|row| (row["name"].as_str().expect("a name"), cells(row))).collect();
    // 310 tickets in October; of September only half is there.
    assert_eq!(told[0], ("Oct 26", vec![Some(6_200.0), Some(310.0), Some(20.0)]));
    assert!(told[1..].iter().all(|(_, cells)| cells[2].is_none()), "{told:?}");
    // Nor has the week in which the month's cost is dated, nor the month that is half over or half read.
    let cost = |unit: &str, from: &str| {
        asked
            .at("cost_per_ticket", &["--period", unit, "--from", from, "--to", "2026-11-15"])
            .into_iter()
            .map(|found| found.1)
            .collect::<Vec<_>>()
    };
    assert!(cost("week", "2026-09-14").iter().all(Option::is_none), "{:?}", cost("week", "2026-09-14"));
    assert_eq!(cost("month", "2026-09-01").into_iter().flatten().collect::<Vec<_>>(), [20.0]);
}

/// Twelve on the roster, six of them with earlier work in the business, and twelve whom it does not list.
#[test]
fn nothing_is_known_of_whom_the_roster_does_not_list() {
    let mut roster = "agent_id,name,hired_at,prior_business\n".to_owned();
    let mut tickets = "id,created_at,resolved_at,status,resolver,agent_replies,reassign_count\n".to_owned();
    for i in 0..12 {
        writeln!(roster, "In{i},In{i},2022-01-01,{}", if i < 6 { "Sales" } else { "" }).expect("text");
    }
    for (person, n) in (0..24).flat_map(|person| (0..40).map(move |n| (person, n))) {
        let name = if person < 12 { format!("In{person}") } else { format!("Out{person}") };
        let often = if person < 6 { 4 } else { 2 };
        let (day, replies) = (10 + n % 15, if (n + person) % often == 0 && n > person % 3 { 3 } else { 1 });
        writeln!(tickets, "{person}-{n},2026-10-{day} 09:00,2026-10-{day} 10:00,closed,{name},{replies},0").expect("text");
    }
    let asked = Asked::of("2026-11-16", &[("agents", &roster), ("tickets", &tickets)], "");
    let found = deskcard_in(asked.0.path(), &["drivers", "--by", "prior_business", "--format", "json"]).ok().json();
    let compared = found["compared"].as_array().expect("a list");
    let groups = compared.first().expect("a comparison")["groups"].as_array().expect("groups");
    let sizes: Vec<usize> = groups.iter().map(|g| g["points"].as_array().expect("people").len()).collect();
    assert_eq!(sizes, [6, 6], "{found}");
}

/// Sums are exact to the millionth in 64 bits; what goes beyond them is refused, where it once came round as a negative cost.
#[test]
fn a_sum_too_large_to_be_exact_is_refused_by_name() {
    let tickets = "id,created_at\n1,2026-09-01 08:00:00\n";
    let of = |cells: &[&str]| {
        let mut cost = "agent,at,measure,value\n".to_owned();
        for cell in cells {
            writeln!(cost, ",2026-09-28,operating_cost,{cell}").expect("text");
        }
        Asked::of("2026-11-16 06:00", &[("tickets", tickets), ("observations", &cost)], "")
    };
    assert_eq!(of(&["4000000000000", "4000000000000.25"]).value("operating_cost", "2026-09"), Some(8_000_000_000_000.25));
    for cells in [&["5000000000000", "5000000000001"][..], &["9999999999999999"], &["-9999999999999999", "9999999999999999"]] {
        let refused = deskcard_in(of(cells).0.path(), &["query", "operating_cost", "--period", "2026-09"]);
        assert_eq!(refused.code, 3, "{cells:?}: {}{}", refused.stdout, refused.stderr);
        assert!(refused.stderr.contains("operating_cost: its values add up to more than 9,223,372,036,854"), "{}", refused.stderr);
    }
}
