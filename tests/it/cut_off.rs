//! What a ticket was at the cut-off, and what nobody knows of it, with answers by hand.

use crate::harness::{deskcard_in, folder};

fn config(as_of: &str) -> String {
    format!(
        "[desk]\nname = \"A desk\"\ntime_zone = \"UTC\"\nas_of = \"{as_of}\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"tickets.csv\"]\n"
    )
}

/// Value and n of a metric over all of the data.
fn figure(as_of: &str, tickets: &str, metric: &str) -> (Option<f64>, u64) {
    let dir = folder(&config(as_of), &[("tickets.csv", tickets)]);
    let answer = deskcard_in(dir.path(), &["query", metric, "--period", "all", "--format", "json"]).ok().json();
    let (value, n) = (answer[0]["value"].as_f64(), answer[0]["n"].as_f64().unwrap_or(0.0) as u64);
    (value, n)
}

/// 1 answered late and closed nobody knows when; 2 in time; 3 late; 4 neither answer nor end are known; 5 late, resolved after the cut-off.
const ANSWERED: &str = "\
id,created_at,first_response_at,resolved_at,status,due_response_at,due_resolution_at
1,2026-03-02 08:00,2026-03-02 12:00,,closed,2026-03-02 09:00,2026-03-04 08:00
2,2026-03-02 08:00,2026-03-02 08:30,2026-03-03 08:00,closed,2026-03-02 09:00,2026-03-04 08:00
3,2026-03-02 08:00,2026-03-02 12:00,2026-03-03 08:00,closed,2026-03-02 09:00,2026-03-04 08:00
4,2026-03-02 08:00,,,closed,2026-03-02 09:00,2026-03-04 08:00
5,2026-03-02 08:00,2026-03-02 12:00,2026-03-12 08:00,closed,2026-03-02 09:00,2026-03-04 08:00
";

#[test]
fn an_end_nobody_knows_answers_nothing() {
    assert_eq!(figure("2026-03-23", ANSWERED, "sla_response"), (Some(0.25), 4));
    let dir = folder(&config("2026-03-23"), &[("tickets.csv", ANSWERED)]);
    let story = deskcard_in(dir.path(), &["sla", "--ticket", "1"]).ok().stdout.replace('\u{a0}', " ");
    assert!(story.contains("missed") && story.contains("used 4 h of 1 h (400 %)"), "{story}");
    let none = deskcard_in(dir.path(), &["sla", "--ticket", "4"]);
    assert!(none.code == 2 && none.stderr.contains("ticket \"4\" has no clock"), "{}", none.stderr);
}

#[test]
fn what_ended_after_the_cut_off_was_open_then() {
    // At the 9th ticket 5 is still open and past its due time, as it would have been shown on that day.
    assert_eq!(figure("2026-03-09", ANSWERED, "sla_resolution"), (Some(2.0 / 3.0), 3));
    assert_eq!(figure("2026-03-09", ANSWERED, "backlog"), (Some(1.0), 1));
    assert_eq!(figure("2026-03-23", ANSWERED, "backlog"), (Some(0.0), 0));
    // The same file without what came later says the same.
    let then = ANSWERED.replace("2026-03-12 08:00,closed", ",open");
    for metric in ["sla_resolution", "sla_response", "backlog", "tickets_resolved"] {
        assert_eq!(figure("2026-03-09", ANSWERED, metric), figure("2026-03-09", &then, metric), "{metric}");
    }
}

#[test]
fn without_replies_and_handovers_there_is_no_first_contact() {
    for metric in ["fcr_touch", "fcr_gross", "fcr_net"] {
        assert_eq!(figure("2026-03-23", ANSWERED, metric).1, 0, "{metric}");
    }
}

#[test]
fn a_reopening_is_seen_until_the_last_update_and_a_new_contact_until_the_last_creation() {
    let tickets = "\
id,created_at,resolved_at,status,reopen_count,requester,updated_at
1,2026-03-02 08:00,2026-03-03 08:00,closed,1,a@example.com,2026-03-20 08:00
2,2026-03-02 09:00,2026-03-03 08:00,closed,0,b@example.com,2026-03-05 08:00
";
    assert_eq!(figure("2026-03-23", tickets, "reopen_rate"), (Some(0.5), 2));
    assert_eq!(figure("2026-03-23", tickets, "fcr_repeat").1, 0, "no contact of later days is in the export");
}

#[test]
fn rows_are_asked_for_by_what_is_better() {
    let tickets = "\
id,created_at,resolved_at,status,reopen_count,updated_at
again,2026-03-02 08:00,2026-03-03 08:00,closed,1,2026-03-20 08:00
once,2026-03-02 09:00,2026-03-03 08:00,closed,0,2026-03-05 08:00
";
    let dir = folder(&config("2026-03-23"), &[("tickets.csv", tickets)]);
    let rows = |side: &str| deskcard_in(dir.path(), &["rows", "reopen_rate", "--period", "2026-W10", "--verdict", side]).ok().stdout;
    assert!(rows("bad").contains("again") && !rows("bad").contains("once"), "{}", rows("bad"));
    assert!(rows("good").contains("once") && !rows("good").contains("again"), "{}", rows("good"));
}

#[test]
fn an_empty_period_is_told_of_on_stderr() {
    let dir = folder(&config("2026-06-01"), &[("tickets.csv", ANSWERED)]);
    let run = deskcard_in(dir.path(), &["report", "--out", "out"]).ok();
    assert!(run.stderr.contains("lies after the last row") && run.stderr.contains("--period 2026-W1"), "{}", run.stderr);
    let full = deskcard_in(dir.path(), &["report", "--out", "out", "--period", "2026-W10"]).ok();
    assert!(!full.stderr.contains("lies after"), "{}", full.stderr);
}

#[test]
fn a_first_run_does_what_its_dry_run_says() {
    let dir =
        folder(&format!("{}[history]\nfolder = \"history\"\n[run]\nsettle = \"0s\"\n", config("2026-03-09")), &[("tickets.csv", ANSWERED)]);
    let said = deskcard_in(dir.path(), &["run", "--dry-run"]).ok().stdout;
    assert!(said.contains("would be published to scorecards/2026-W10"), "{said}");
    deskcard_in(dir.path(), &["run"]).ok();
    assert!(dir.path().join("scorecards/2026-W10/index.html").is_file());
}

#[test]
fn what_was_cancelled_after_the_cut_off_was_not_before_it() {
    let tickets = "\
id,created_at,resolved_at,closed_at,status
1,2026-03-02 08:00,,2026-03-12 08:00,cancelled
2,2026-03-02 08:00,2026-03-04 08:00,2026-03-12 08:00,cancelled
3,2026-03-02 08:00,,2026-03-04 08:00,cancelled
4,2026-03-02 08:00,,,cancelled
5,2026-03-02 08:00,2026-03-04 08:00,2026-03-05 08:00,closed
";
    // At the 9th the first was open and the second resolved; of the fourth nobody knows when it was cancelled.
    assert_eq!(figure("2026-03-09", tickets, "backlog"), (Some(1.0), 1));
    assert_eq!(figure("2026-03-23", tickets, "backlog"), (Some(0.0), 0));
    let words = |as_of: &str| {
        let dir = folder(&config(as_of), &[("tickets.csv", tickets)]);
        let query = "SELECT id, status, is_cancelled FROM tickets ORDER BY id";
        deskcard_in(dir.path(), &["sql", query, "--format", "csv"]).ok().stdout
    };
    assert_eq!(
        words("2026-03-09").lines().skip(1).collect::<Vec<_>>().join(" "),
        "1,open,false 2,resolved,false 3,cancelled,true 4,cancelled,true 5,closed,false"
    );
    assert!(words("2026-03-23").lines().skip(1).take(4).all(|line| line.ends_with("cancelled,true")), "{}", words("2026-03-23"));
    // The same, whatever else is asked for.
    let own = "[[metric]]\nid = \"gone\"\nlabel = \"Cancelled\"\non = \"tickets\"\nby = \"created_at\"\nkind = \"share\"\nfact = \"is_cancelled\"\n";
    let dir = folder(&(config("2026-03-09") + own), &[("tickets.csv", tickets)]);
    for metrics in ["gone", "gone,ttr_median,sla_resolution"] {
        let answer = deskcard_in(dir.path(), &["query", metrics, "--period", "all", "--format", "json"]).ok().json();
        assert_eq!((answer[0]["metric"].as_str(), answer[0]["value"].as_f64()), (Some("gone"), Some(0.4)), "{answer}");
    }
}

#[test]
fn a_cancellation_told_by_an_event_holds_whenever_the_row_was_closed() {
    let tickets =
        "id,created_at,closed_at,status\n1,2026-03-02 08:00,2026-03-12 08:00,cancelled\n2,2026-03-02 08:00,2026-03-12 08:00,cancelled\n";
    let events = "ticket_id,at,status\n1,2026-03-04 08:00,cancelled\n2,2026-03-04 08:00,cancelled\n2,2026-03-05 08:00,open\n";
    let with = config("2026-03-09") + "[[source]]\nkind = \"ticket_events\"\nfiles = [\"events.csv\"]\n";
    let dir = folder(&with, &[("tickets.csv", tickets), ("events.csv", events)]);
    let answer = deskcard_in(dir.path(), &["sql", "SELECT id, is_cancelled FROM tickets ORDER BY id", "--format", "csv"]).ok().stdout;
    assert_eq!(answer.lines().skip(1).collect::<Vec<_>>(), ["1,true", "2,false"]);
}

#[test]
fn what_is_open_by_its_status_is_open_whichever_column_is_named_for_its_end() {
    let tickets = "id,created_at,done,status,updated_at\n1,2026-03-02 08:00,2026-03-03 08:00,open,2026-03-20 08:00\n2,2026-03-02 08:00,2026-03-03 08:00,closed,2026-03-03 08:00\n";
    let config = format!("{}[source.columns]\nresolved_at = \"done\"\n", config("2026-03-23"));
    let dir = folder(&config, &[("tickets.csv", tickets)]);
    let value =
        |metric: &str| deskcard_in(dir.path(), &["query", metric, "--period", "all", "--format", "json"]).ok().json()[0]["value"].clone();
    assert_eq!([value("tickets_resolved"), value("backlog")].map(|v| v.as_f64()), [Some(1.0), Some(1.0)]);
}
