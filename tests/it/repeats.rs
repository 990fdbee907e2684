//! Repeat demand: what `deskcard repeats` counts against loops over the rows that `deskcard sql` prints.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{NaiveDate, TimeZone};
use chrono_tz::Tz;
use serde_json::Value;

use crate::harness::{deskcard, deskcard_in, folder, root};
use crate::world::World;

const WINDOW: i64 = 28 * 86_400;
/// The default rule of what is the record of a call: seconds before its start, after its end.
const AROUND: (i64, i64) = (300, 3_600);

#[derive(Debug, Clone)]
struct Contact {
    at: i64,
    who: Option<String>,
    category: String,
    channel: String,
}

/// A desk and the days asked about.
struct Desk<'a> {
    dir: &'a Path,
    config: &'a str,
    zone: Tz,
    from: NaiveDate,
    to: NaiveDate,
}

impl Desk<'_> {
    fn sql(&self, query: &str) -> Vec<Value> {
        let args = ["sql", query, "--config", self.config, "--format", "json", "--quiet"];
        deskcard_in(self.dir, &args).ok().json().as_array().expect("rows").clone()
    }

    fn repeats(&self, more: &[&str]) -> Value {
        let period = format!("{}..{}", self.from, self.to);
        let args = ["repeats", "--config", self.config, "--period", &period, "--list", "1000", "--format", "json", "--quiet"];
        deskcard_in(self.dir, &[&args[..], more].concat()).ok().json()
    }

    fn instant(&self, day: NaiveDate) -> i64 {
        let midnight = day.and_hms_opt(0, 0, 0).expect("midnight");
        self.zone.from_local_datetime(&midnight).earliest().expect("a day that begins at midnight").timestamp()
    }

    /// Tickets nobody withdrew and no machine made, and answered calls that are no ticket's.
    fn contacts(&self) -> Vec<Contact> {
        let text = |row: &Value, name: &str| row[name].as_str().map(str::to_owned);
        let (mut contacts, mut ids) = (Vec::new(), Vec::new());
        let tickets = "SELECT id, created_at + 0 AS t, requester, category, channel, is_cancelled FROM tickets";
        for row in self.sql(tickets) {
            let is_person = row["is_cancelled"] != true && row["channel"] != "auto";
            if let Some(at) = row["t"].as_i64().filter(|_| is_person) {
                let (category, channel) = (text(&row, "category").unwrap_or_default(), text(&row, "channel").unwrap_or_default());
                contacts.push(Contact { at, who: text(&row, "requester"), category, channel });
                ids.push(text(&row, "id").expect("an id"));
            }
        }
        let calls = "SELECT id, start_at + 0 AS s, COALESCE(end_at, start_at) + 0 AS e, caller, ticket_id, category FROM calls WHERE is_answered ORDER BY s";
        let calls = self.sql(calls);
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        taken.extend(calls.iter().filter_map(|c| ids.iter().position(|id| Some(id.as_str()) == c["ticket_id"].as_str())));
        let made = ids.len();
        for call in &calls {
            let (start, end) = (call["s"].as_i64().expect("a start"), call["e"].as_i64().expect("an end"));
            let is_near = |at: i64| at >= start - AROUND.0 && at <= end + AROUND.1;
            let named = ids.iter().position(|id| Some(id.as_str()) == call["ticket_id"].as_str());
            let caller = text(call, "caller");
            let record = match named {
                Some(ticket) => Some(ticket).filter(|t| is_near(contacts[*t].at)),
                None if !call["ticket_id"].is_null() => None,
                None => {
                    let is_theirs = |t: &Contact| t.who.is_some() && t.who == caller && ["", "phone"].contains(&t.channel.as_str());
                    let free = (0..made).filter(|t| !taken.contains(t) && is_theirs(&contacts[*t]) && is_near(contacts[*t].at));
                    free.min_by_key(|t| contacts[*t].at)
                }
            };
            if let Some(ticket) = record {
                taken.insert(ticket);
                if contacts[ticket].channel.is_empty() {
                    "phone".clone_into(&mut contacts[ticket].channel);
                }
                continue;
            }
            let about: Option<Contact> = named.map(|t| contacts[t].clone());
            let category = about.as_ref().map_or_else(|| text(call, "category").unwrap_or_default(), |t| t.category.clone());
            contacts.push(Contact { at: start, who: caller.or(about.and_then(|t| t.who)), category, channel: "phone".to_owned() });
        }
        contacts
    }

    /// What is wrong in the totals.
    fn differences(&self) -> Vec<String> {
        let contacts = self.contacts();
        let (from, to) = (self.instant(self.from), self.instant(self.to.succ_opt().expect("a day")));
        let now = || contacts.iter().filter(|c| c.at >= from && c.at < to);
        let mut by_who: BTreeMap<&str, Vec<&Contact>> = BTreeMap::new();
        for c in contacts.iter().filter(|c| c.who.is_some()) {
            by_who.entry(c.who.as_deref().unwrap_or_default()).or_default().push(c);
        }
        // What nobody knows is not the same as what nobody knows.
        let is_repeat = |c: &Contact, is_same: bool| {
            if is_same && c.category.is_empty() {
                return false;
            }
            let theirs = by_who.get(c.who.as_deref().unwrap_or_default()).filter(|_| c.who.is_some());
            let is_before = |o: &&&Contact| o.at < c.at && c.at - o.at <= WINDOW && (!is_same || o.category == c.category);
            // Of contacts of one second all but one follow another.
            let is_alike = |o: &&&Contact| o.at == c.at && !std::ptr::eq(**o, c) && (!is_same || o.category == c.category);
            let is_first = |all: &[&Contact]| all.iter().filter(is_alike).all(|o| std::ptr::from_ref::<Contact>(o) > std::ptr::from_ref(c));
            theirs.is_some_and(|all| all.iter().any(|o| is_before(&o)) || !is_first(all))
        };
        let (any, same) = (now().filter(|c| is_repeat(c, false)).count(), now().filter(|c| is_repeat(c, true)).count());
        let people: BTreeSet<&str> = now().filter_map(|c| c.who.as_deref()).collect();
        let alone = people
            .iter()
            .filter(|who| {
                let all = &by_who[**who];
                let mine = all.iter().filter(|c| c.at >= from && c.at < to);
                mine.clone().all(|c| all.iter().filter(|o| (o.at - c.at).abs() <= WINDOW).count() == 1)
            })
            .count();
        let told = self.repeats(&[]);
        let number = |part: &str, name: &str| told[part][name].as_u64().unwrap_or(u64::MAX) as usize;
        let mut out = Vec::new();
        for (name, found, wanted) in [
            ("contacts", number("chains", "contacts"), now().count()),
            ("unknown", number("chains", "unknown_requester"), now().filter(|c| c.who.is_none()).count()),
            ("repeats", number("chains", "repeats"), any),
            ("about the same", number("chains", "same_category"), same),
            ("problems", number("problems", "repeats"), same),
            ("requesters", number("requesters", "all"), people.len()),
            ("one contact", number("requesters", "one_contact") + number("requesters", "undecided"), alone),
        ] {
            if found != wanted {
                out.push(format!("{name}: {found}, not {wanted}"));
            }
        }
        out
    }
}

#[test]
fn the_sample_desk_is_counted_as_by_loops() {
    let day = |m, d| NaiveDate::from_ymd_opt(2026, m, d).expect("a day");
    let dir = root();
    let desk = Desk { dir: &dir, config: "sample_data/deskcard.toml", zone: Tz::Europe__Berlin, from: day(8, 1), to: day(10, 31) };
    assert_eq!(desk.differences(), Vec::<String>::new());
    let told = desk.repeats(&[]);
    // The interval is that of a month, and holds the number.
    let top = told["problems"]["top"].as_array().expect("candidates");
    assert!(top.len() > 10);
    for problem in &top[..10] {
        let (low, value, high) = (&problem["interval"][0], &problem["a_month"], &problem["interval"][1]);
        assert!(low.as_f64() < value.as_f64() && value.as_f64() < high.as_f64(), "{problem}");
        let ids = problem["tickets"].as_array().expect("tickets");
        assert!(ids.iter().all(|id| id.as_str().is_some_and(|id| id.starts_with("INC"))), "{problem}");
    }
    // Calls about a ticket that was there before come back about the same; a good part of the rest is coincidence.
    let number = |name: &str| told["chains"][name].as_f64().expect("a number");
    let (same, chance) = (number("same_category"), number("by_coincidence"));
    assert!(0.4 * same < chance && chance < 0.8 * same, "{same} against {chance}");
    // Nobody is named unless asked for.
    let text = told["requesters"]["most"].to_string();
    assert!(text.contains("Requester 1"), "{text}");
    let named = desk.repeats(&["--names", "--part", "requesters"]);
    assert!(!named.to_string().contains("Requester 1") && named["problems"].is_null(), "{named}");
}

#[test]
fn random_desks_are_counted_as_by_loops() {
    for seed in 5_000..5_006 {
        let world = World::new(seed);
        let dir = world.write();
        let desk = Desk { dir: dir.path(), config: "deskcard.toml", zone: world.zone, from: world.from, to: world.to };
        assert_eq!(desk.differences(), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn real_exports_are_counted_as_by_loops() {
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).expect("a day");
    let dir = root();
    for (data, config, zone, from, to) in [
        ("bank_calls", "tests/real/bank_calls.toml", Tz::Asia__Jerusalem, day(2010, 8, 1), day(2010, 8, 31)),
        ("servicenow_uci", "tests/real/servicenow_uci.toml", Tz::UTC, day(2016, 3, 1), day(2016, 5, 31)),
    ] {
        if !root().join("../shared/data").join(data).is_dir() {
            eprintln!("skipped: {data} is not there");
            continue;
        }
        let desk = Desk { dir: &dir, config, zone, from, to };
        assert_eq!(desk.differences(), Vec::<String>::new(), "{data}");
        let contacts = desk.repeats(&["--part", "chains"])["chains"]["contacts"].as_u64();
        assert!(contacts > Some(1_000), "{data}: {contacts:?} contacts prove nothing");
    }
}

const CONFIG: &str = r#"[desk]
name = "Tiny"
time_zone = "UTC"
as_of = "2026-06-01"

[[source]]
kind = "tickets"
files = ["tickets.csv"]
"#;

#[test]
fn a_small_desk_is_told_in_words() {
    let mut tickets = "id,created_at,resolved_at,requester,category,location,channel,agent_replies,kb_linked\n".to_owned();
    // Ann comes back twice about printing in Rome, then about mail by telephone; Bob once about nothing else.
    for (i, (day, who, what, channel)) in [
        ("02", "Ann", "Print", "email"),
        ("09", "Ann", "Print", "email"),
        ("16", "Ann", "Print", "email"),
        ("17", "Ann", "Mail", "phone"),
        ("05", "Bob", "=Mail", "phone"),
    ]
    .into_iter()
    .enumerate()
    {
        tickets += &format!("T{i},2026-03-{day} 09:00:00,2026-03-{day} 10:00:00,{who},{what},Rome,{channel},1,false\n");
    }
    tickets += "T9,2026-05-30 09:00:00,,Eve,Mail,Rome,email,,\n";
    let dir = folder(CONFIG, &[("tickets.csv", &tickets)]);
    let run = |args: &[&str]| deskcard_in(dir.path(), &[&["repeats", "--period", "2026-Q1"], args].concat()).ok();
    let text = run(&[]).stdout.replace('\u{a0}', " ");
    for words in [
        "2026-Q1 · 5 contacts",
        "Repeats: 3 of 5",
        "about the same category: 2",
        "One contact was enough for 1 of 2 requesters",
        "1 the channel (email → phone 1)",
        "Print · (none) · Rome",
        "Most: Requester 1 4, Requester 2 1",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    assert!(!text.contains("Ann"), "{text}");
    assert!(run(&["--names"]).stdout.contains("Most: Ann 4, Bob 1"));
    let csv = run(&["--format", "csv"]).stdout;
    assert!(
        csv.starts_with(
            "category,service,location,contacts,repeats,chains,requesters,a_month,low,high,switched,tickets\nPrint,,Rome,3,2,1,1,"
        ),
        "{csv}"
    );
    let knowledge = run(&["--format", "csv", "--part", "knowledge", "--window", "1h"]).stdout;
    assert!(knowledge.starts_with("category,tickets,linked,"), "{knowledge}");
    // Without requesters there is nothing to say, and where to say who they are.
    let nobody = folder(CONFIG, &[("tickets.csv", "id,created_at\nT1,2026-03-02 09:00:00\n")]);
    let run = deskcard_in(nobody.path(), &["repeats"]);
    assert!(run.code == 3 && run.stderr.contains("requester") && run.stderr.contains("deskcard.toml"), "{}", run.stderr);
}

#[test]
fn the_page_on_knowledge_shows_what_comes_back() {
    let out = tempfile::tempdir().expect("a folder");
    let args = ["report", "--config", "sample_data/deskcard.toml", "--period", "2026-W46", "--out", out.path().to_str().expect("a path")];
    deskcard(&args).ok();
    let text = std::fs::read_to_string(out.path().join("2026-W46/scorecard.json")).expect("a scorecard");
    let scorecard: Value = serde_json::from_str(&text).expect("JSON");
    let topics = scorecard["topics"].as_array().expect("topics");
    let knowledge = topics.iter().find(|t| t["id"] == "knowledge").expect("the page");
    let sections = knowledge["sections"].as_array().expect("sections");
    let section = sections.iter().find(|s| s["id"] == "repeats").expect("the section");
    let told = deskcard(&["repeats", "--config", "sample_data/deskcard.toml", "--format", "json", "--quiet"]).ok().json();
    let rows = section["tables"][0]["rows"].as_array().expect("rows");
    let top = told["problems"]["top"].as_array().expect("candidates");
    assert!(!rows.is_empty() && rows.len() <= top.len());
    for (row, problem) in rows.iter().zip(top) {
        assert_eq!(row["cells"][0]["value"].as_f64(), problem["repeats"].as_f64());
        assert!(row["name"].as_str().expect("a name").starts_with(problem["group"]["category"].as_str().expect("a category")));
    }
    let page = std::fs::read_to_string(out.path().join("2026-W46/knowledge.html")).expect("a page");
    assert!(page.contains("Repeat demand") && page.contains("Problem candidates"));
}
