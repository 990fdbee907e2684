use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const KEY: [u8; 32] = [7; 32];

fn kpi(metric: &str, slug: &str, n: u64) -> Value {
    json!({
        "metric": metric, "value": 0.8, "n": n, "sum": 8.0, "target": 0.9, "is_met": false, "previous": null, "previous_n": 0,
        "history": [], "interval": [0.7, 0.9], "immature": 0, "rows_file": format!("rows/{slug}-tickets.csv"), "is_judged": true,
        "level": null, "signal": null, "bounds": null, "expected": null
    })
}

fn finding(text: &str) -> Value {
    json!({
        "metric": "csat", "title": "Satisfaction", "text": text, "certainty": "clear", "is_met": null, "is_good": true,
        "examples": [["T1", text]]
    })
}

/// A chart with a dot a person, in the order of the names, and one with a line for one of them.
fn drawn(people: &[Person]) -> Vec<Value> {
    let dot = |p: &Person| json!({ "name": p.name, "page": format!("agents/{}.html", p.slug), "n": 9, "value": 0.5, "stands_out": true });
    let mut sorted: Vec<&Person> = people.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let line = json!({ "name": crate::format::label(&people[0].name, 12), "points": [] });
    vec![
        json!({
            "chart": "funnel", "metric": "csat", "title": "CSAT", "subtitle": "S", "centre": 0.8, "target": null, "limits": [],
            "groups": sorted.into_iter().map(dot).collect::<Vec<_>>(), "phi": 1.0, "is_adjusted": false
        }),
        json!({ "chart": "ramp", "metric": "csat", "title": format!("70 % with {}", people[0].name), "subtitle": "S", "lines": [line], "settled": null }),
        json!({
            "chart": "trend", "metric": "csat", "title": "CSAT", "subtitle": "S", "points": [],
            "desk": [{ "period": "2026-W01", "short": "W01", "value": 0.8, "n": 9, "is_partial": false }],
            "target": null, "events": [["2026-W01", format!("{} starts", people[0].name)]], "control": null
        }),
    ]
}

fn section(people: &[Person]) -> Value {
    let row = |p: &Person| json!({ "name": p.name, "page": format!("agents/{}.html", p.slug), "cells": [{ "value": 1.0, "n": 1, "interval": null, "text": format!("by {}", p.name), "is_good": null }] });
    let list: Vec<&str> = people.iter().map(|p| p.name.as_str()).collect();
    json!({
        "id": "recognition", "title": "Recognition", "lead": "Names in alphabetical order.",
        "facts": [["Close", format!("Too close to call: {}.", list.join(", "))], ["Rows", "12"]],
        "findings": [finding(&format!("Joiners with {} do better.", people[0].name))], "empty": "", "charts": drawn(people),
        "tables": [{ "title": "Mentors", "note": "", "row_label": "Mentor", "columns": [], "rows": people.iter().map(row).collect::<Vec<_>>() }],
        "footer": format!("Ask {}.", people[0].name)
    })
}

fn card(kind: &str, name: &str, slug: &str, people: &[Person]) -> Value {
    json!({
        "kind": kind, "name": name, "slug": slug, "about": [], "kpis": [kpi("csat", slug, if kind == "agent" { 10 } else { 100 })], "goals": [],
        "next_goals": [], "doing_well": [finding("84 of 92")], "to_improve": [finding(&format!("Worse than {}.", people[0].name))],
        "empty_because": [["goals", format!("{} has none.", people[0].name)]], "observations": [], "charts": drawn(people), "tables": [],
        "sections": [section(people)], "footer": [format!("Made for {}.", people[0].name)]
    })
}

#[derive(Debug, Clone)]
struct Person {
    name: String,
    slug: String,
    team: &'static str,
    mentor: Option<String>,
}

/// People with names nobody would find in a sentence of ours; each third is the mentor of the one before.
fn people(names: &[String]) -> Vec<Person> {
    let person = |(i, name): (usize, &String)| Person {
        name: name.clone(),
        slug: format!("agent-{}-{i:06x}", name.to_lowercase().replace(' ', "-")),
        team: if i % 4 == 0 { "Berlin" } else { "Leeds" },
        mentor: names.get(i + 1).filter(|_| i % 3 == 1).cloned(),
    };
    names.iter().enumerate().map(person).collect()
}

fn scorecard(people: &[Person]) -> Scorecard {
    let period = json!({ "id": "2026-W46", "label": "Week 46", "short": "W46", "first_day": "2026-11-09", "last_day": "2026-11-15", "is_partial": false });
    let mut cards = vec![
        card("desk", "Desk", "desk", people),
        card("team", "Berlin", "team-berlin", people),
        card("team", "Leeds", "team-leeds", people),
    ];
    let mut sorted: Vec<&Person> = people.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    for p in sorted {
        let mut own = card("agent", &p.name, &p.slug, people);
        let mut about = vec![json!(["Team", p.team]), json!(["On the desk since", "2022-05-16"])];
        about.extend(p.mentor.iter().map(|m| json!(["Mentor", m])));
        own["about"] = Value::Array(about);
        cards.push(own);
    }
    let topic = json!({ "id": "review", "parent": null, "title": "Review", "over": "", "lead": "", "kpis": [kpi("csat", &people[0].slug, 9)], "sections": [section(people)], "footer": [] });
    let all = json!({
        "schema_version": 4, "tool": "deskcard", "desk": "Desk", "time_zone": "UTC", "period": period, "previous_period": period,
        "as_of": "2026-11-16 06:00", "config_hash": "abc", "command": format!("deskcard report --agent '{}'", people[0].name), "sources": [],
        "notes": [{ "level": "warning", "code": "agents-off-roster", "text": format!("Not on the roster: {}.", people[0].name) }],
        "rule": { "margin": 0.03, "leaning": 0.8, "clear": 0.95, "recent_periods": 13, "recent": "the last 13 weeks" },
        "definitions": [], "cards": cards, "topics": [topic]
    });
    serde_json::from_value(all).expect("a scorecard")
}

/// Names, slugs and cut names of some people that are somewhere in what is told.
fn found(told: &Scorecard, people: &[&Person]) -> Vec<String> {
    let text = serde_json::to_string(told).expect("JSON");
    let lower = text.to_lowercase();
    let words =
        people.iter().flat_map(|p| [p.name.clone(), p.slug.clone(), p.name.to_lowercase(), p.name.chars().take(8).collect::<String>()]);
    words.filter(|w| text.contains(w.as_str()) || lower.contains(w.as_str())).collect()
}

fn names() -> impl Strategy<Value = Vec<String>> {
    let word = "[QX][a-zäöüß]{4,9}";
    let name = (word, word, prop_oneof![3 => Just(""), 1 => Just("-Ößx"), 1 => Just(" (2nd)"), 1 => Just(" O'Qx.*")])
        .prop_map(|(a, b, c)| format!("{a} {b}{c}"));
    // Some are the beginning of another; eight letters tell the others apart.
    proptest::collection::btree_map("[QX][a-z]{8}", name, 2..14)
        .prop_map(|all| all.into_iter().flat_map(|(a, b)| if a.len() % 2 == 0 { vec![a] } else { vec![format!("{a} {b}"), a] }).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_name_is_left_for_others(names in names()) {
        let people = people(&names);
        let (all, whole) = (people.iter().collect::<Vec<_>>(), scorecard(&people));
        let known = People::of(&whole).and(names);
        let key = Key::new(&KEY).unwrap();
        prop_assert!(!found(&whole, &all).is_empty());
        prop_assert_eq!(found(&anonymise(&whole, &known, &key).unwrap(), &all), Vec::<String>::new());
        prop_assert_eq!(found(&team_only(&whole, &known).unwrap(), &all), Vec::<String>::new());
    }
}

fn desk_of(n: usize) -> (Vec<Person>, Scorecard) {
    let people = people(&(0..n).map(|i| format!("Qperson{i:03} Xname")).collect::<Vec<_>>());
    let whole = scorecard(&people);
    (people, whole)
}

#[test]
fn figures_stay_and_lists_are_by_pseudonym() {
    let (_, whole) = desk_of(12);
    let plain = anonymise(&whole, &People::of(&whole), &Key::new(&KEY).unwrap()).unwrap();
    assert_eq!(plain.cards.len(), whole.cards.len());
    assert_eq!(plain.cards[0].kpis[0].value, whole.cards[0].kpis[0].value);
    let ChartData::Funnel { groups, .. } = &plain.cards[0].charts[0] else { panic!("a funnel") };
    assert!(groups.is_sorted_by(|a, b| a.name < b.name) && groups.iter().all(|g| g.name.starts_with("Agent ")));
    let card = plain.cards.iter().find(|c| c.name == groups[0].name).expect("a card of the first dot");
    assert_eq!(groups[0].page.as_deref(), Some(format!("agents/{}.html", card.slug).as_str()), "links still lead there");
    assert!(card.about.iter().all(|(label, _)| label != "On the desk since") && card.kpis[0].rows_file.is_none());
    let of_kind: Vec<&str> = plain.cards.iter().filter(|c| c.kind == CardKind::Agent).map(|c| c.name.as_str()).collect();
    assert!(of_kind.is_sorted());
}

#[test]
fn a_team_page_keeps_what_is_about_nobody() {
    let (_, whole) = desk_of(6);
    let told = team_only(&whole, &People::of(&whole)).unwrap();
    let desk = &told.cards[0];
    assert!(told.cards.iter().all(|c| c.kind != CardKind::Agent) && told.cards.len() == 3);
    assert_eq!((desk.doing_well.len(), desk.to_improve.len()), (1, 0), "a finding about somebody goes");
    assert_eq!(desk.charts.len(), 1, "the trend stays");
    assert_eq!(desk.sections[0].facts, [("Rows".to_owned(), "12".to_owned())]);
    assert_eq!(told.notes[0].text, "Not on the roster: an agent.");
}
