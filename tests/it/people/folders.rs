//! A folder of one person holds nobody else.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use deskcard::privacy::{Colleagues, People, own_view};
use deskcard::report::outputs::{Output, Outputs};
use deskcard::report::own_pages;
use deskcard::scorecard::Scorecard;
use serde_json::{Value, json};

use crate::harness::{deskcard_in, root};
use crate::world::Rng;

/// Is no text.
const BOOK: &str = ".xlsx";
const ROSTERS: u64 = 1_000;
/// Of so many rosters one has a workbook made too.
const BOOKS: u64 = 20;

/// A person of a roster: name, id, address, team.
#[derive(Debug, Clone)]
struct Person {
    name: String,
    id: String,
    email: String,
    team: String,
}

/// Names that are parts of each other, twice given, and short.
fn roster(rng: &mut Rng) -> Vec<Person> {
    const FIRST: [&str; 8] = ["Quill", "Xanthe", "Zebedee", "Ottoline", "Peregrine", "Quillan", "Björk", "Anne-Zoë"];
    const LAST: [&str; 6] = ["Quarrington", "Xu-Varga", "O'Zell", "von Ötz", "Quarring", "Zed"];
    let mut seen = BTreeSet::new();
    let people = (0..rng.between(2, 14)).map(|i| {
        let mut name = format!("{} {}", rng.pick(&FIRST), rng.pick(&LAST));
        if !seen.insert(name.clone()) {
            name = format!("{name} (X{i}7)");
        }
        let (id, email) = (format!("X{i}7Q{}", rng.next() % 1000), format!("q{i}.x{}@people.example", rng.next() % 1000));
        Person { name, id, email, team: format!("Team {}", rng.next() % 2) }
    });
    people.collect()
}

/// A scorecard that names everybody wherever a name can be.
fn scorecard(people: &[Person]) -> Scorecard {
    let all = people.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", ");
    let slug = |p: &Person| deskcard::judge::slug(deskcard::scorecard::CardKind::Agent, &p.name);
    let level = json!({ "value": 0.8, "interval": [0.7, 0.9], "sum": 8, "n": 10, "reliability": 0.5, "certainty": "clear", "is_good": true, "is_shared": false, "needed": null });
    let kpi = |p: &Person| {
        json!({
            "metric": "csat", "value": 0.8, "n": 10, "sum": 8.0, "target": 0.9, "is_met": false, "previous": null, "previous_n": 0, "history": [],
            "interval": null, "immature": 0, "rows_file": format!("rows/{}-tickets.csv", slug(p)), "is_judged": true, "level": level, "signal": null,
            "bounds": null, "expected": null
        })
    };
    let finding = json!({ "metric": "csat", "title": "T", "text": format!("Better than {all}."), "certainty": "clear", "is_met": null, "is_good": true, "examples": [["T1", format!("with {all}")]] });
    let dots: Vec<Value> = people
        .iter()
        .map(|p| json!({ "name": p.name, "page": format!("agents/{}.html", slug(p)), "n": 9, "value": 0.5, "stands_out": true }))
        .collect();
    let funnel = json!({ "chart": "funnel", "metric": "csat", "title": format!("Of {all}"), "subtitle": "S", "centre": 0.8, "target": null, "limits": [], "groups": dots, "phi": 1.0, "is_adjusted": false });
    let point = json!({ "period": "2026-W45", "short": "W45", "value": 0.5, "n": 20, "is_partial": false });
    let newest = json!({ "period": "2026-W46", "short": "W46", "value": 0.5, "n": 20, "is_partial": false });
    let trend = json!({ "chart": "trend", "metric": "csat", "title": "CSAT", "subtitle": "S", "points": [point, newest], "desk": [point, newest], "target": null, "events": [["2026-W45", format!("{all} start")]], "control": null });
    let rows: Vec<Value> = people
        .iter()
        .map(|p| json!({ "name": p.name, "page": format!("agents/{}.html", slug(p)), "cells": [{ "value": 1.0, "n": 1, "interval": null, "text": format!("by {all}"), "is_good": null }] }))
        .collect();
    let table = json!({ "title": "People", "note": all, "row_label": "Who", "columns": [{ "label": "Value", "metric": null, "unit": "count" }], "rows": rows });
    let card = |p: &Person| {
        let mentor = people.iter().find(|o| o.name != p.name).map_or("", |o| o.name.as_str());
        json!({
            "kind": "agent", "name": p.name, "slug": slug(p), "about": [["Team", p.team], ["Mentor", mentor]], "kpis": [kpi(p)], "goals": [finding],
            "next_goals": [], "doing_well": [finding], "to_improve": [], "empty_because": [["to_improve", format!("Ask {all}.")]], "observations": [],
            "charts": [trend, funnel], "tables": [table],
            "sections": [{ "id": "s", "title": "S", "lead": all, "facts": [["Who", all]], "findings": [finding], "empty": "", "charts": [funnel], "tables": [table], "footer": all }],
            "footer": [format!("Made for {all}.")]
        })
    };
    let addresses = people.iter().map(|p| format!("{} {} {}", p.name, p.id, p.email)).collect::<Vec<_>>().join(", ");
    let period =
        |id: &str| json!({ "id": id, "label": id, "short": id, "first_day": "2026-11-09", "last_day": "2026-11-15", "is_partial": false });
    serde_json::from_value(json!({
        "schema_version": 5, "tool": "deskcard", "desk": "Desk", "time_zone": "UTC", "period": period("2026-W46"), "previous_period": period("2026-W45"),
        "as_of": "2026-11-16 06:00", "config_hash": "abc", "command": "deskcard report", "sources": [],
        "notes": [
            { "level": "warning", "code": "alias-ambiguous", "text": format!("The roster gives the name {addresses}") },
            { "level": "warning", "code": "agents-off-roster", "text": format!("Not on the roster: {addresses}") },
            { "level": "info", "code": "restated", "text": format!("Figures of {all} changed.") },
            { "level": "info", "code": "rows-repeated", "text": "3 copies were set aside." }
        ],
        "rule": { "margin": 0.03, "leaning": 0.8, "clear": 0.95, "recent_periods": 13, "recent": "the last 13 weeks" },
        "definitions": [{ "id": "csat", "label": "CSAT", "short": "CSAT", "section": "S", "unit": "share", "better": "higher", "text": "T.", "sql": "s", "basis": "surveys by answered_at", "tables": ["surveys"], "is_own": false }],
        "cards": people.iter().map(card).collect::<Vec<_>>(), "topics": []
    }))
    .expect("a scorecard")
}

/// A text without the name it may have.
fn without(text: &str, own: &str) -> String {
    // A style writes whatever is no letter by its number.
    let in_style = |c: char| if c.is_alphanumeric() || c == ' ' { c.to_string() } else { format!("\\{:x} ", u32::from(c)) };
    // The end of a line is told by as much of a name as has room there: without what sets it apart from a namesake.
    let short = own.split(" (").next().unwrap_or(own);
    let mut text = text.replace(own, "").replace(&format!("% {short}</text>"), "");
    // Or by as much as a long text leaves of it.
    for (end, _) in own.char_indices().filter(|(end, _)| *end >= 6) {
        text = text.replace(&format!("{}…", own[..end].trim_end()), "");
    }
    text.replace(own.chars().map(in_style).collect::<String>().trim_end(), "")
}

#[test]
fn a_thousand_rosters_leave_nobody_else_in_a_folder() {
    for seed in 0..ROSTERS {
        let mut rng = Rng::new(seed);
        let people = roster(&mut rng);
        let whole = scorecard(&people);
        let owner = rng.pick(&people);
        let mine = own_view(&whole, &Colleagues::of(&People::of(&whole)), (&owner.name, 8)).expect("a view").expect("a card");
        let mut kinds: Vec<Output> = Output::ALL.into_iter().filter(|k| *k != Output::Xlsx).collect();
        kinds.extend((seed % BOOKS == 0).then_some(Output::Xlsx));
        let pages = own_pages(&mine, &Outputs { kinds, ..Outputs::default() }, None).expect("files");
        let slug = mine.cards[0].slug.clone();
        assert_eq!(mine.notes.len(), 1, "a note without a name stays");
        for page in pages.iter().filter(|p| !p.name.ends_with(BOOK)) {
            let text = String::from_utf8_lossy(&page.bytes).replace("&#39;", "'").replace("&#x27;", "'").replace(&slug, "");
            // A name may be broken over two lines.
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let others = without(&text, &owner.name);
            for other in people.iter().filter(|p| p.name != owner.name) {
                for word in
                    [&other.name, &other.id, &other.email, &deskcard::judge::slug(deskcard::scorecard::CardKind::Agent, &other.name)]
                {
                    let around =
                        others.find(word.as_str()).map(|at| others[at.saturating_sub(400)..].chars().take(700).collect::<String>());
                    assert!(around.is_none(), "seed {seed}: {word} in {} of {}: {around:?}", page.name, owner.name);
                }
            }
            let links: Vec<&str> = text.split("href=\"").skip(1).map(|l| l.split('"').next().unwrap_or_default()).collect();
            let stays = |l: &&str| {
                l.starts_with('#') || l.starts_with("definitions.html#") || ["definitions.html", "rows/-tickets.csv"].contains(l)
            };
            assert!(links.iter().all(stays), "seed {seed}: {links:?}");
        }
    }
}

/// Every file below a folder, its path below it, and its text.
fn files(folder: &Path) -> Vec<(String, String)> {
    fn walk(top: &Path, folder: &Path, out: &mut Vec<(String, String)>) {
        for item in std::fs::read_dir(folder).expect("a folder").map(|item| item.expect("an entry").path()) {
            if item.is_dir() {
                walk(top, &item, out);
            } else {
                let text = String::from_utf8_lossy(&std::fs::read(&item).expect("a file")).into_owned();
                out.push((item.strip_prefix(top).expect("below").display().to_string(), text.replace("&#39;", "'").replace("&#x27;", "'")));
            }
        }
    }
    let mut out = Vec::new();
    walk(folder, folder, &mut out);
    out
}

/// Id, name and addresses of everybody on the sample's roster.
fn sample_roster() -> Vec<[String; 3]> {
    let mut reader = csv::Reader::from_path(root().join("sample_data/roster.csv")).expect("the roster");
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|h| h == name).expect("a column");
    let (id, name, emails) = (at("agent_id"), at("name"), at("emails"));
    reader.records().map(|r| r.expect("a row")).map(|r| [r[id].to_owned(), r[name].to_owned(), r[emails].to_owned()]).collect()
}

/// Measures whose rows name whoever held the ticket.
const HELD: &str = "[[metric]]\nid = \"spans_ended\"\nlabel = \"Stretches\"\non = \"ticket_spans\"\nby = \"to_at\"\nkind = \"count\"\n\
    better = \"neither\"\nfact = \"TRUE\"\n[[metric]]\nid = \"clocks_due\"\nlabel = \"Clocks\"\non = \"sla_clocks\"\nby = \"due_at\"\n\
    kind = \"count\"\nbetter = \"neither\"\nfact = \"TRUE\"\n";

fn sample(more: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for item in
        std::fs::read_dir(root().join("sample_data")).expect("the sample").map(|i| i.expect("an entry").path()).filter(|p| p.is_file())
    {
        std::fs::copy(&item, dir.path().join(item.file_name().expect("a name"))).expect("copied");
    }
    let path = dir.path().join("deskcard.toml");
    let config = std::fs::read_to_string(&path).expect("the config");
    std::fs::write(path, format!("{more}\n{config}")).expect("written");
    dir
}

#[test]
fn the_sample_desk_has_a_folder_a_person_with_that_person_alone() {
    let dir = sample(HELD);
    deskcard_in(dir.path(), &["report", "--out", ".", "--own-folders", "--outputs", "markdown,text,json,csv,slack,teams"]).ok();
    let people = dir.path().join("2026-W46/people");
    let roster = sample_roster();
    let (mut seen, mut with_answers) = (0, 0);
    for folder in std::fs::read_dir(&people).expect("people").map(|i| i.expect("an entry").path()) {
        let mode = std::fs::metadata(&folder).expect("a folder").permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", folder.display());
        let mine = files(&folder);
        let page = &mine.iter().find(|(name, _)| name == "index.html").expect("a page").1;
        let owner = roster.iter().find(|r| page.contains(&format!("<title>{} ·", r[1])));
        let own = owner.map_or("Toma Ilicsen", |r| r[1].as_str());
        for (name, text) in &mine {
            for [id, other, emails] in roster.iter().filter(|r| r[1] != own) {
                assert!(!text.contains(other.as_str()), "{other} in {name} of {own}");
                assert!(
                    !text.contains(&format!("{id},")) && !emails.split(';').any(|e| !e.is_empty() && text.contains(e)),
                    "{other} in {name} of {own}"
                );
            }
        }
        with_answers += usize::from(mine.iter().any(|(name, _)| name.ends_with("-surveys.csv")));
        seen += 1;
    }
    let held =
        files(&people).into_iter().filter(|(name, _)| name.ends_with("-ticket_spans.csv") || name.ends_with("-sla_clocks.csv")).count();
    assert!(held >= 40, "{held} files of who held what");
    assert!(seen >= 28 && with_answers >= 15, "{seen} folders, {with_answers} with rows of surveys");
    let shared = dir.path().join("2026-W46/rows");
    assert!(files(&shared).iter().all(|(name, _)| !name.ends_with("-surveys.csv")), "no row of a survey for others");
}

#[test]
fn who_opted_out_is_named_in_no_file() {
    let roster = sample_roster();
    let ada = roster.iter().find(|r| r[1] == "Anik Kumaran").expect("on the roster");
    // One of them is a mentor, and all have held tickets that others resolved.
    let dir = sample(&format!("{HELD}[privacy]\nopt_out = [\"{}\", \"Toma Ilicsen\", \"Jürgen Groß\"]", ada[0]));
    deskcard_in(dir.path(), &["report", "--out", "out", "--own-folders", "--outputs", "markdown,text,json,csv,slack,teams,xlsx"]).ok();
    let all = files(&dir.path().join("out"));
    assert!(all.len() > 100);
    for name in ["Anik Kumaran", "Anik", "Kumaran", "anik", "kumaran", "Toma Ilicsen", "Ilicsen", "Jürgen Groß"] {
        let found: Vec<&str> =
            all.iter().filter(|(path, text)| path.contains(name) || text.contains(name)).map(|(path, _)| path.as_str()).collect();
        assert!(found.is_empty(), "{name} in {found:?}");
    }
    // At least three people of the team are in no list, so that nobody's figures are what is left of the team's.
    let whole: Scorecard =
        serde_json::from_str(&all.iter().find(|(p, _)| p == "2026-W46/scorecard.json").expect("a scorecard").1).expect("JSON");
    let of_team = whole.cards.iter().filter(|c| c.about.iter().any(|(l, v)| l == "Team" && v == "Norvik Outsourcing")).count();
    let folders = std::fs::read_dir(dir.path().join("out/2026-W46/people")).expect("people").count();
    let cards = whole.cards.iter().filter(|c| c.kind == deskcard::scorecard::CardKind::Agent).count();
    assert!(of_team >= 1 && folders > cards, "{of_team} of the team shown; {folders} folders, {cards} cards");
    let refused = deskcard_in(sample("[privacy]\nopt_out = [\"Nobody Atall\"]").path(), &["report", "--out", "out"]);
    assert!(refused.code == 2 && refused.stderr.contains("nobody has this name or id"), "{}", refused.stderr);
}

#[test]
fn a_weekly_run_makes_the_same_folders_and_mails_people_their_own_figures() {
    let mail = "[history]\n[mail]\nhost = \"smtp.example.com\"\nfrom = \"D <d@example.com>\"\ndomains = [\"brightwater.example\", \"norvik.example\"]\nto_agents = true";
    let dir = sample(mail);
    let path = dir.path().join("deskcard.toml");
    let config = std::fs::read_to_string(&path).expect("the config").replacen("[report]\n", "[report]\nown_folders = true\n", 1);
    std::fs::write(path, config).expect("written");
    deskcard_in(dir.path(), &["run", "--settle", "0s", "--period", "2026-W46"]).ok();
    deskcard_in(dir.path(), &["report", "--out", "again", "--read", "history"]).ok();
    let people = |out: &str| files(&dir.path().join(out).join("2026-W46/people"));
    let ours = |all: Vec<(String, String)>| all.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(ours(people("scorecards")), ours(people("again")));
    assert!(people("scorecards").len() > 28 * 4);
    deskcard_in(dir.path(), &["send", "--preview", "mails"]).ok();
    let text = |all: &[(String, String)], part: &str| all.iter().find(|(name, _)| name.contains(part)).map(|(_, text)| text.clone());
    let mails = files(&dir.path().join("mails"));
    // Three answers, in the part that is plain text.
    let is_told = |text: &str| text.lines().any(|l| l.starts_with("Customer satisfaction  ") && l.contains("100\u{a0}%      3 "));
    let own = mails.iter().filter(|(name, text)| name.contains("agent-callum-frostick") && is_told(text)).count();
    assert!(own > 0, "{:?}", mails.iter().map(|(n, _)| n).filter(|n| n.contains("callum")).collect::<Vec<_>>());
    let shared = files(&dir.path().join("scorecards/2026-W46/agents"));
    assert!(text(&shared, "callum-frostick").expect("a page").contains("kept back"));
    let mine: Vec<(String, String)> = people("scorecards").into_iter().filter(|(name, _)| name.contains("frostick")).collect();
    let kpis = text(&mine, "kpis.csv").expect("figures");
    assert!(kpis.lines().any(|l| l.contains(",csat,") && l.contains(",1,3,3,")), "{kpis}");
}
