//! Whose doing a row is: nobody is judged by what others did, with answers by hand.

use std::collections::BTreeMap;

use crate::harness::{deskcard_in, folder};

const SOURCES: &str = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\nas_of = \"2026-11-16 06:00\"\n[goals]\nsla_resolution = \"90%\"\nreopen_rate = \"5%\"\n\
    [[source]]\nkind = \"tickets\"\nfiles = [\"tickets.csv\"]\n[[source]]\nkind = \"ticket_events\"\nfiles = [\"events.csv\"]\n\
    [[source]]\nkind = \"surveys\"\nfiles = [\"surveys.csv\"]\n[[source]]\nkind = \"agents\"\nfiles = [\"roster.csv\"]\n";
/// Mia moves from A to B on 1 October.
const ROSTER: &str = "agent_id,name,team,hired_at,left_at\nann,Ann,A,2024-01-01,\nbob,Bob,B,2024-01-01,\n\
    mia,Mia,A,2024-01-01,2026-09-30\nmia,Mia,B,2026-10-01,\n";
/// T1: closed by Ann, reopened, mended by Bob. T2: Bob's alone. T3: Mia's, resolved while she was in A.
const TICKETS: &str = "id,created_at,resolved_at,status,resolver\n\
    T1,2026-08-24 08:00,2026-08-25 10:00,resolved,Bob\nT2,2026-08-24 09:00,2026-08-24 10:00,resolved,Bob\nT3,2026-09-28 08:00,2026-09-29 08:00,resolved,Mia\n";
const EVENTS: &str = "ticket_id,at,kind,status,assignee\n\
    T1,2026-08-24 09:00,resolved,resolved,Ann\nT1,2026-08-25 08:00,reopened,open,\nT1,2026-08-25 09:00,assigned,open,Bob\nT1,2026-08-25 10:00,resolved,resolved,Bob\n";

/// Value and n of a metric by a column.
fn figures(surveys: &str, metric: &str, by: &str) -> BTreeMap<String, (f64, u64)> {
    let files = [("tickets.csv", TICKETS), ("events.csv", EVENTS), ("surveys.csv", surveys), ("roster.csv", ROSTER)];
    let dir = folder(SOURCES, &files);
    let told = deskcard_in(dir.path(), &["query", metric, "--by", by, "--period", "all", "--format", "csv"]).ok().stdout;
    let mut rows = csv::Reader::from_reader(told.as_bytes());
    let place = |headers: &csv::StringRecord, name: &str| headers.iter().position(|h| h == name).unwrap_or_else(|| panic!("{headers:?}"));
    let headers = rows.headers().expect("a header").clone();
    let [group, value, n] = [by, metric, &format!("{metric}_n")].map(|name| place(&headers, name));
    let number = |cell: &str| cell.parse::<f64>().expect("a number");
    let row = |r: csv::StringRecord| (r[group].to_owned(), (number(&r[value]), number(&r[n]) as u64));
    rows.records().map(|r| row(r.expect("a row"))).collect()
}

#[test]
fn an_answer_is_about_who_had_the_ticket_when_it_was_given() {
    let before = "ticket_id,sent_at,answered_at,score\nT1,2026-08-24 09:01,2026-08-24 11:00,1\nT2,2026-08-24 11:00,2026-08-24 12:00,5\n";
    let by_agent = figures(before, "csat", "agent");
    assert_eq!([by_agent.get("Ann"), by_agent.get("Bob")], [Some(&(0.0, 1)), Some(&(1.0, 1))], "{by_agent:?}");
    let after = before.replace("2026-08-24 11:00,1", "2026-08-25 11:00,1");
    let by_agent = figures(&after, "csat", "agent");
    assert_eq!([by_agent.get("Ann"), by_agent.get("Bob")], [None, Some(&(0.5, 2))], "{by_agent:?}");
}

#[test]
fn an_answer_stays_with_the_team_that_did_the_work() {
    let late = "ticket_id,sent_at,answered_at,score\nT3,2026-09-29 09:00,2026-10-05 09:00,1\n";
    let by_team = figures(late, "csat", "team");
    assert_eq!([by_team.get("A"), by_team.get("B")], [Some(&(0.0, 1)), None], "{by_team:?}");
}

#[test]
fn a_person_answers_for_no_time_that_others_had() {
    let tickets = "id,created_at,resolved_at,status,resolver,reassign_count,due_resolution_at\n\
        late,2026-11-09 08:00,2026-11-09 12:00,resolved,Bob,1,2026-11-09 10:00\nown,2026-11-09 08:00,2026-11-09 09:00,resolved,Bob,0,2026-11-09 10:00\n\
        missed,2026-11-09 08:00,2026-11-09 11:00,resolved,Bob,0,2026-11-09 10:00\n";
    let config = "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\nas_of = \"2026-11-16 06:00\"\n[goals]\nsla_resolution = \"90%\"\nreopen_rate = \"5%\"\n\
        [report]\npages = [\"desk\", \"agents\"]\n[[source]]\nkind = \"tickets\"\nfiles = [\"tickets.csv\"]\n";
    let dir = folder(config, &[("tickets.csv", tickets)]);
    deskcard_in(dir.path(), &["report", "--out", "out"]).ok();
    let text = std::fs::read_to_string(dir.path().join("out/2026-W46/scorecard.json")).expect("a scorecard");
    let scorecard: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let card = |kind: &str| scorecard["cards"].as_array().and_then(|all| all.iter().find(|c| c["kind"] == kind)).expect("a card").clone();
    let kpi = |card: &serde_json::Value, metric: &str| {
        card["kpis"].as_array().and_then(|all| all.iter().find(|k| k["metric"] == metric)).cloned()
    };
    let (desk, bob) = (card("desk"), card("agent"));
    assert_eq!(kpi(&desk, "sla_resolution").expect("of the desk")["n"], 3);
    let own = kpi(&bob, "sla_resolution_own").expect("of Bob");
    assert_eq!(
        (own["n"].as_u64(), own["sum"].as_f64(), own["target"].as_f64(), &own["is_judged"]),
        (Some(2), Some(1.0), Some(0.9), &true.into())
    );
    for metric in ["sla_resolution", "reopen_rate", "transfer_rate"] {
        assert_eq!(kpi(&bob, metric), None, "{metric}");
    }
}
