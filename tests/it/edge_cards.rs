//! Cards of unusual desks: nobody, one agent, three tickets, all equal, three hundred agents, very long names.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::harness::{deskcard_in, folder};
use crate::html::{assert_no_broken_number, main_text};

const CONFIG: &str = r#"
[desk]
name = "Edge Desk"
time_zone = "UTC"
as_of = "2026-03-09 06:00"
[goals]
csat = "85%"
sla_resolution = "90%"
fcr_touch = "70%"
[[source]]
kind = "tickets"
files = ["tickets.csv"]
[source.columns]
id = "id"
created_at = "created"
resolved_at = "resolved"
due_resolution_at = "due"
assignee = "agent"
agent_replies = "replies"
[[source]]
kind = "surveys"
files = ["surveys.csv"]
[source.columns]
ticket_id = "ticket"
answered_at = "answered"
score = "score"
"#;

/// A ticket: the agent, whether it was in time, the score given.
struct Ticket {
    agent: String,
    is_late: bool,
    score: u8,
}

/// Reports on the last complete week, with everything in it.
fn report(tickets: &[Ticket]) -> (tempfile::TempDir, Value) {
    let mut list = "id,created,resolved,due,agent,replies\n".to_owned();
    let mut surveys = "ticket,answered,score\n".to_owned();
    for (i, t) in tickets.iter().enumerate() {
        let (day, minute) = (2 + i % 5, i / 5 % 60);
        let due = if t.is_late { 9 } else { 16 };
        writeln!(list, "T{i},2026-03-0{day} 08:{minute:02}:00,2026-03-0{day} 10:00:00,2026-03-0{day} {due:02}:00:00,\"{}\",1", t.agent)
            .expect("a String takes it");
        writeln!(surveys, "T{i},2026-03-0{day} 12:00:00,{}", t.score).expect("a String takes it");
    }
    let dir = folder(CONFIG, &[("tickets.csv", &list), ("surveys.csv", &surveys)]);
    deskcard_in(dir.path(), &["report", "--out", "out"]).ok();
    let out = dir.path().join("out/2026-W10");
    let scorecard = serde_json::from_slice(&std::fs::read(out.join("scorecard.json")).expect("a file")).expect("JSON");
    for page in pages(&out) {
        let name = page.display().to_string();
        let text = std::fs::read_to_string(&page).expect("a page");
        assert_no_broken_number(&name, &text);
        assert!(text.len() < 1 << 20, "{name} has {} bytes", text.len());
    }
    (dir, scorecard)
}

fn pages(folder: &Path) -> Vec<std::path::PathBuf> {
    let in_folder = |f: &Path| std::fs::read_dir(f).into_iter().flatten().flatten().map(|e| e.path()).collect::<Vec<_>>();
    let all = in_folder(folder).into_iter().flat_map(|p| if p.is_dir() { in_folder(&p) } else { vec![p] });
    all.filter(|p| p.extension().is_some_and(|e| e == "html")).collect()
}

fn agents(scorecard: &Value) -> Vec<&Value> {
    scorecard["cards"].as_array().expect("a list").iter().filter(|c| c["kind"] == "agent").collect()
}

/// Every block of every card has items or says why not; three at most on a person's.
fn assert_blocks(scorecard: &Value) {
    for card in scorecard["cards"].as_array().expect("a list") {
        for block in ["goals", "doing_well", "to_improve", "next_goals"] {
            let items = card[block].as_array().expect("a list").len();
            let why = card["empty_because"].as_array().expect("a list").iter().find(|w| w[0] == block);
            assert!(
                items > 0 || why.is_some_and(|w| w[1].as_str().expect("a text").len() > 20),
                "{}: {block} is empty without a reason",
                card["name"]
            );
            assert!(card["kind"] != "agent" || items <= 3, "{}: {items} items in {block}", card["name"]);
        }
    }
}

fn verdicts(card: &Value) -> usize {
    ["doing_well", "to_improve"].iter().map(|b| card[b].as_array().expect("a list").len()).sum()
}

fn ticket(agent: &str, is_late: bool, score: u8) -> Ticket {
    Ticket { agent: agent.to_owned(), is_late, score }
}

#[test]
fn three_tickets() {
    let (_dir, scorecard) = report(&[ticket("Ann", true, 1), ticket("Ann", true, 1), ticket("Ann", true, 2)]);
    assert_blocks(&scorecard);
    assert_eq!(agents(&scorecard).into_iter().map(verdicts).sum::<usize>(), 0, "three tickets make no verdict");
}

#[test]
fn no_tickets() {
    let (dir, scorecard) = report(&[]);
    assert_blocks(&scorecard);
    assert_eq!(agents(&scorecard).len(), 0);
    let page = std::fs::read_to_string(dir.path().join("out/2026-W10/desk.html")).unwrap();
    assert!(main_text(&page).contains("There is no data in this period."), "{}", main_text(&page));
}

#[test]
fn one_agent() {
    let tickets: Vec<Ticket> = (0..60).map(|i| ticket("Ann", i % 2 == 0, if i % 3 == 0 { 2 } else { 5 })).collect();
    let (_dir, scorecard) = report(&tickets);
    assert_blocks(&scorecard);
    let ann = agents(&scorecard)[0];
    // Half of sixty are late where nine in ten should be in time: that is no luck, even alone.
    assert!(
        ann["kpis"].as_array().unwrap().iter().any(|k| k["metric"] == "sla_resolution_own" && k["level"]["certainty"] == "clear"),
        "{ann:#}"
    );
}

#[test]
fn all_equal() {
    let tickets: Vec<Ticket> = (0..200).map(|i| ticket(&format!("Agent {:02}", i % 10), false, 5)).collect();
    let (_dir, scorecard) = report(&tickets);
    assert_blocks(&scorecard);
    let desk = &scorecard["cards"][0];
    let recognition = desk["sections"].as_array().unwrap().iter().find(|s| s["id"] == "recognition").expect("a section");
    for line in recognition["facts"].as_array().unwrap() {
        assert!(line[1].as_str().unwrap().starts_with("Too close to call"), "{line}");
    }
}

#[test]
fn three_hundred_agents() {
    // One ticket in ten goes wrong by luck, with Agent 007 two in three.
    let mut random = deskcard::stats::random::Random::new(5);
    let tickets: Vec<Ticket> = (0..9_000)
        .map(|i| {
            let agent = i % 300;
            let is_bad = random.unit() < if agent == 7 { 0.66 } else { 0.1 };
            ticket(&format!("Agent {agent:03}"), is_bad, if is_bad { 2 } else { 5 })
        })
        .collect();
    let (_dir, scorecard) = report(&tickets);
    assert_blocks(&scorecard);
    let blamed = agents(&scorecard).into_iter().filter(|c| !c["to_improve"].as_array().unwrap().is_empty());
    assert_eq!(blamed.map(|c| c["name"].as_str().unwrap()).collect::<Vec<_>>(), ["Agent 007"]);
}

#[test]
fn long_names() {
    let long = "Dr. Maximiliane-Alexandra von und zu Hohenlohe-Waldenburg XIV";
    assert!(long.chars().count() >= 60);
    let tickets: Vec<Ticket> = (0..120).map(|i| ticket(if i % 4 == 0 { long } else { ["Bo", "Cy", "Di"][i % 3] }, i % 9 == 0, 4)).collect();
    let (dir, scorecard) = report(&tickets);
    assert_blocks(&scorecard);
    let card = agents(&scorecard).into_iter().find(|c| c["name"] == long).expect("a card");
    let page = dir.path().join("out/2026-W10/agents").join(format!("{}.html", card["slug"].as_str().unwrap()));
    assert!(main_text(&std::fs::read_to_string(page).unwrap()).contains(long));
}
