//! What others may read of people: no small group by subtraction, nobody who opted out, and folders with one person in them.

mod folders;
mod made_up;

use std::collections::BTreeSet;

use deskcard::privacy::for_others;
use deskcard::report::outputs::{self, Output, Outputs};
use deskcard::report::{Page, pages};
use deskcard::say;
use deskcard::scorecard::{CardKind, Scorecard};
use serde_json::Value;

use crate::world::Rng;
use made_up::{Desk, Whose, desk, week};

const MIN_N: u64 = 8;
const DESKS: u64 = 1_000;
/// In which language the desks below are told; English without it.
const LANGUAGE: &str = "DESKCARD_TEST_PEOPLE_IN";
/// Of so many desks one has all its pages drawn.
const DRAWN: u64 = 25;

/// How many desks are looked at: the language is chosen once a process, so another one has a process of its own, and fewer of them.
fn desks() -> u64 {
    let Ok(tag) = std::env::var(LANGUAGE) else { return DESKS };
    deskcard::language::choose(&tag, None).expect("a language");
    DESKS / 5
}

fn shared(desk: &Desk) -> Scorecard {
    for_others(&desk.scorecard(), &desk.answers(), MIN_N as u32)
}

/// Every file but those that only draw what the others print.
fn printed(scorecard: &Scorecard) -> Vec<Page> {
    let kinds = [Output::Markdown, Output::Text, Output::Json, Output::Csv, Output::Slack, Output::Teams].to_vec();
    let mut all = outputs::pages(scorecard, &Outputs { kinds, ..Outputs::default() }).expect("files");
    let whole = deskcard::report::json::scorecard(scorecard).expect("JSON");
    all.push(Page { name: "scorecard.json".into(), bytes: whole.into_bytes() });
    all.push(Page { name: "kpis.csv".into(), bytes: deskcard::report::csv::kpis(scorecard).expect("CSV").into_bytes() });
    all.push(Page { name: "summary.txt".into(), bytes: deskcard::report::text::summary(scorecard).into_bytes() });
    all
}

/// Everything, drawn.
fn drawn(scorecard: &Scorecard) -> Vec<Page> {
    let mut all = pages(scorecard).expect("pages");
    all.extend(outputs::pages(scorecard, &Outputs { kinds: vec![Output::Xlsx], ..Outputs::default() }).expect("workbooks"));
    all
}

/// A figure that a file prints to the row: whose, which weeks, rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    whose: Whose,
    weeks: Vec<usize>,
    n: u64,
}

fn text(all: &[Page], name: &str) -> String {
    let page = all.iter().find(|p| p.name == name).unwrap_or_else(|| panic!("no {name}"));
    String::from_utf8(page.bytes.clone()).expect("UTF-8")
}

fn kind(word: &str) -> &'static str {
    ["desk", "team", "supplier", "agent"].into_iter().find(|k| *k == word).expect("a kind of card")
}

/// What the files say of `csat`, read from their numbers: of groups to the row, of people in round numbers.
fn told(desk: &Desk, all: &[Page]) -> Vec<Told> {
    let (now, recent): (usize, Vec<usize>) = (desk.weeks - 1, (desk.recent_from..desk.weeks).collect());
    let mut out = Vec::new();
    let mut csv = |name: &str, columns: &[(&str, Vec<usize>)]| {
        let file = text(all, name);
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let header = reader.headers().expect("a header").clone();
        let at = |column: &str| header.iter().position(|h| h == column).unwrap_or_else(|| panic!("{name} has no {column}"));
        let metric = if name == "kpis.csv" { at("metric") } else { at("definition") };
        for row in reader.records().map(|r| r.expect("a row")).filter(|r| &r[metric] == "csat") {
            let whose =
                (kind(&row[at("card_kind")]), if &row[at("card_kind")] == "desk" { String::new() } else { row[at("card")].to_owned() });
            for (column, weeks) in columns {
                let n: u64 = row[at(column)].parse().unwrap_or(0);
                out.push(Told { whose: whose.clone(), weeks: weeks.clone(), n });
            }
        }
    };
    csv("kpis.csv", &[("n", vec![now]), ("previous_n", vec![now - 1]), ("level_n", recent.clone())]);
    csv("measures.csv", &[("n", vec![now])]);
    let whole: Value = serde_json::from_str(&text(all, "scorecard.json")).expect("JSON");
    for card in whole["cards"].as_array().expect("cards") {
        let card_kind = kind(card["kind"].as_str().expect("a kind"));
        let whose = (card_kind, if card_kind == "desk" { String::new() } else { card["name"].as_str().expect("a name").to_owned() });
        let mut points = |whose: &Whose, list: &Value| {
            for point in list.as_array().into_iter().flatten() {
                let at = (0..desk.weeks).find(|w| point["period"] == week(*w).as_str()).expect("a week");
                out.push(Told { whose: whose.clone(), weeks: vec![at], n: point["n"].as_u64().expect("rows") });
            }
        };
        points(&whose, &card["kpis"][0]["history"]);
        for chart in card["charts"].as_array().expect("charts") {
            points(&whose, &chart["points"]);
            points(&("desk", String::new()), &chart["desk"]);
        }
        for chart in card["charts"].as_array().expect("charts") {
            for dot in chart["groups"].as_array().into_iter().flatten() {
                let whose = ("agent", dot["name"].as_str().expect("a name").to_owned());
                out.push(Told { whose, weeks: recent.clone(), n: dot["n"].as_u64().expect("rows") });
            }
        }
        for table in card["tables"].as_array().expect("tables") {
            let groups = [("team", say!("Team")), ("supplier", say!("Supplier"))];
            let Some((group, _)) = groups.into_iter().find(|(_, label)| table["row_label"] == *label) else { continue };
            for row in table["rows"].as_array().expect("rows") {
                let name = row["name"].as_str().expect("a name").replace(say!("(none)"), "");
                out.push(Told { whose: (group, name), weeks: vec![now], n: row["cells"][0]["n"].as_u64().expect("rows") });
            }
        }
    }
    out.retain(|t| t.n > 0);
    out.sort();
    out.dedup();
    out
}

/// Answers of a group in the smallest cells: week, team, supplier.
fn cells(desk: &Desk) -> Vec<(usize, String, String, u64)> {
    let mut out: Vec<(usize, String, String, u64)> = Vec::new();
    for p in &desk.people {
        for (w, (_, n)) in p.weeks.iter().enumerate() {
            match out.iter_mut().find(|c| c.0 == w && c.1 == p.team && c.2 == p.supplier) {
                Some(cell) => cell.3 += n,
                None => out.push((w, p.team.clone(), p.supplier.clone(), *n)),
            }
        }
    }
    out
}

fn vector(told: &Told, cells: &[(usize, String, String, u64)]) -> Vec<i32> {
    let is_in = |c: &(usize, String, String, u64)| {
        told.weeks.contains(&c.0)
            && match told.whose.0 {
                "desk" => true,
                "team" => c.1 == told.whose.1,
                _ => c.2 == told.whose.1,
            }
    };
    cells.iter().map(|c| i32::from(is_in(c))).collect()
}

/// Rows of a sum of figures, if it is a group: every cell once or not at all.
fn group(sum: &[i32], cells: &[(usize, String, String, u64)]) -> Option<u64> {
    let is_group = sum.iter().zip(cells).all(|(v, c)| c.3 == 0 || (0..=1).contains(v));
    is_group.then(|| sum.iter().zip(cells).filter(|(v, _)| **v == 1).map(|(_, c)| c.3).sum())
}

/// Adds and subtracts figures: all of one week, all of one group, and many at random. The smallest group found.
fn smallest(figures: &[Told], cells: &[(usize, String, String, u64)], rng: &mut Rng) -> Option<u64> {
    let vectors: Vec<Vec<i32>> = figures.iter().map(|f| vector(f, cells)).collect();
    let mut found: Option<u64> = None;
    let mut look = |sum: &[i32]| {
        if let Some(n) = group(sum, cells).filter(|n| *n > 0) {
            found = Some(found.map_or(n, |least: u64| least.min(n)));
        }
    };
    let weeks: BTreeSet<&Vec<usize>> = figures.iter().map(|f| &f.weeks).collect();
    let whose: BTreeSet<&Whose> = figures.iter().map(|f| &f.whose).collect();
    let by_week = weeks.iter().map(|w| figures.iter().enumerate().filter(|(_, f)| &&f.weeks == w).map(|(i, _)| i).collect());
    let by_group = whose.iter().map(|w| figures.iter().enumerate().filter(|(_, f)| &&f.whose == w).map(|(i, _)| i).collect());
    let sets: Vec<Vec<usize>> = by_week.chain(by_group).collect();
    for set in sets {
        let set = &set[..set.len().min(6)];
        for code in 0..3_u32.pow(set.len() as u32) {
            let mut sum = vec![0; cells.len()];
            for (place, i) in set.iter().enumerate() {
                let sign = (code / 3_u32.pow(place as u32) % 3) as i32 - 1;
                sum.iter_mut().zip(&vectors[*i]).for_each(|(a, b)| *a += sign * b);
            }
            look(&sum);
        }
    }
    for _ in 0..300 {
        let mut sum = vec![0; cells.len()];
        for _ in 0..2 + rng.next() % 6 {
            let (i, sign) = ((rng.next() as usize) % figures.len(), if rng.next().is_multiple_of(2) { 1 } else { -1 });
            sum.iter_mut().zip(&vectors[i]).for_each(|(a, b)| *a += sign * b);
        }
        look(&sum);
    }
    found
}

#[test]
fn no_subtraction_finds_a_small_group_on_any_of_a_thousand_desks() {
    let (mut hidden, mut open, desks) = (0, 0, desks());
    for seed in 0..desks {
        let mut rng = Rng::new(seed);
        let desk = desk(&mut rng);
        let scorecard = shared(&desk);
        let figures = told(&desk, &printed(&scorecard));
        let of_groups: Vec<Told> = figures.iter().filter(|f| f.whose.0 != "agent").cloned().collect();
        let cells = cells(&desk);
        for f in &of_groups {
            let sum: u64 = f.weeks.iter().map(|w| desk.sum(&f.whose, *w..*w + 1).1).sum();
            assert_eq!(f.n, sum, "seed {seed}: {f:?} is told to the row");
        }
        if !of_groups.is_empty() {
            let least = smallest(&of_groups, &cells, &mut rng);
            assert!(least.is_none_or(|n| n >= MIN_N), "seed {seed}: a group of {least:?} from {of_groups:?}");
        }
        // What a reader has who knows the people shown to the row.
        let people: Vec<&Told> = figures.iter().filter(|f| f.whose.0 == "agent").collect();
        assert!(people.iter().all(|f| f.n % 5 == 0 && f.n >= 10), "seed {seed}: {people:?}");
        let shown: BTreeSet<&String> = people.iter().map(|f| &f.whose.1).collect();
        for whose in desk.groups().into_iter().filter(|w| w.0 != "agent") {
            let rest: u64 = desk
                .members(&whose)
                .iter()
                .filter(|p| !shown.contains(&p.name))
                .map(|p| p.weeks[desk.recent_from..].iter().map(|w| w.1).sum::<u64>())
                .sum();
            let is_any = desk.members(&whose).iter().any(|p| shown.contains(&p.name));
            assert!(!is_any || rest == 0 || rest >= MIN_N, "seed {seed}: {rest} answers of those not shown in {whose:?}");
        }
        // Where all are kept back nothing can be subtracted from a total that is not told either.
        let is_total_told = figures.iter().any(|f| f.whose.0 == "desk" && f.weeks == [desk.weeks - 1]);
        let all: u64 = desk.priorities.iter().map(|(_, n)| n).sum();
        let rest: u64 = parts_kept_back(&desk, &scorecard);
        assert!(rest == 0 || rest >= MIN_N || (rest == all && !is_total_told), "seed {seed}: {rest} answers of the priorities kept back");
        let spans = (0..desk.weeks).map(|w| w..w + 1).chain(std::iter::once(desk.recent_from..desk.weeks));
        let there: usize = spans.map(|s| desk.groups().iter().filter(|w| w.0 != "agent" && desk.sum(w, s.clone()).1 > 0).count()).sum();
        hidden += u64::from(of_groups.len() < there);
        open += u64::from(!of_groups.is_empty());
    }
    assert!(hidden > desks / 10 && open > desks / 2, "desks with something to hide {hidden}, with something to tell {open}");
}

fn parts_kept_back(desk: &Desk, scorecard: &Scorecard) -> u64 {
    let table = scorecard.cards[0].tables.iter().find(|t| t.row_label == say!("Priority")).expect("a table");
    assert!(table.rows.iter().all(|r| r.cells[0].n % 5 == 0));
    let kept = table.rows.iter().zip(&desk.priorities).filter(|(row, _)| row.cells[0].n == 0);
    kept.map(|(_, (_, n))| n).sum()
}

/// The same desk with other scores in what is kept back, and the same in all that is told: two people not shown change an answer
/// of the same week, or two teams not shown change one in each of two weeks.
fn with_other_secrets(desk: &Desk, scorecard: &Scorecard) -> Option<Desk> {
    let card = |name: &str| scorecard.cards.iter().find(|c| c.name == name).expect("a card");
    let is_secret = |name: &str| card(name).kpis[0].level.is_none();
    let mut other = desk.clone();
    let all = 0..desk.people.len();
    for (a, b) in all.clone().flat_map(|a| all.clone().map(move |b| (a, b))).filter(|(a, b)| a != b) {
        let (p, q) = (&desk.people[a], &desk.people[b]);
        let are_alike = p.team == q.team && p.supplier == q.supplier;
        for w in (0..desk.weeks).filter(|_| are_alike && is_secret(&p.name) && is_secret(&q.name)) {
            if p.weeks[w].0 < p.weeks[w].1 && q.weeks[w].0 > 0 {
                other.people[a].weeks[w].0 += 1;
                other.people[b].weeks[w].0 -= 1;
                return Some(other);
            }
        }
        let is_hidden = |p: &made_up::Person, w: usize| card(&p.team).kpis[0].history[w].n == 0;
        for (v, w) in (desk.recent_from..desk.weeks).flat_map(|v| (v + 1..desk.weeks).map(move |w| (v, w))) {
            let are_hidden = p.team != q.team && p.supplier == q.supplier && [v, w].iter().all(|w| is_hidden(p, *w) && is_hidden(q, *w));
            let is_room = p.weeks[v].0 < p.weeks[v].1 && p.weeks[w].0 > 0 && q.weeks[v].0 > 0 && q.weeks[w].0 < q.weeks[w].1;
            if are_hidden && is_room {
                (other.people[a].weeks[v].0, other.people[a].weeks[w].0) = (p.weeks[v].0 + 1, p.weeks[w].0 - 1);
                (other.people[b].weeks[v].0, other.people[b].weeks[w].0) = (q.weeks[v].0 - 1, q.weeks[w].0 + 1);
                return Some(other);
            }
        }
    }
    None
}

#[test]
fn no_byte_of_any_file_depends_on_what_is_kept_back() {
    let (mut compared, desks) = (0, desks());
    for seed in 0..desks {
        let desk = desk(&mut Rng::new(seed));
        let scorecard = shared(&desk);
        let Some(other) = with_other_secrets(&desk, &scorecard) else { continue };
        let again = shared(&other);
        compared += 1;
        assert_eq!(printed(&scorecard), printed(&again), "seed {seed}");
        if compared % DRAWN == 0 {
            assert_eq!(drawn(&scorecard), drawn(&again), "seed {seed}");
        }
    }
    assert!(compared > desks * 3 / 10, "{compared} desks had a secret to change");
}

#[test]
fn both_laws_hold_in_german() {
    let ours = std::env::current_exe().expect("this test's program");
    let laws = ["no_subtraction_finds_a_small_group_on_any_of_a_thousand_desks", "no_byte_of_any_file_depends_on_what_is_kept_back"];
    let told = std::process::Command::new(ours).args(laws.map(|law| format!("people::{law}"))).arg("--exact").env(LANGUAGE, "de").output();
    let told = told.expect("the laws run");
    let said = String::from_utf8_lossy(&told.stdout);
    assert!(told.status.success() && said.contains("2 passed"), "{said}{}", String::from_utf8_lossy(&told.stderr));
}

#[test]
fn a_sentence_about_answers_is_rounded_in_every_language() {
    let Ok(tag) = std::env::var(LANGUAGE) else {
        let ours = std::env::current_exe().expect("this test's program");
        let law = "people::a_sentence_about_answers_is_rounded_in_every_language";
        let told = std::process::Command::new(ours).args([law, "--exact"]).env(LANGUAGE, "de").output().expect("it runs");
        return assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
    };
    deskcard::language::choose(&tag, None).expect("a language");
    let mut rounded = 0;
    for seed in 0..DESKS / 5 {
        let desk = desk(&mut Rng::new(seed));
        for card in shared(&desk).cards.iter().filter(|c| c.kind != CardKind::Agent) {
            for finding in card.doing_well.iter().filter(|f| f.metric == "watermelon") {
                let numbers: Vec<u64> = finding.text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
                assert!(
                    numbers.len() == 2 && numbers[1].is_multiple_of(5) && finding.text.starts_with("etwa "),
                    "seed {seed}: {}",
                    finding.text
                );
                rounded += 1;
            }
        }
    }
    assert!(rounded > 100, "{rounded} sentences were told");
}
