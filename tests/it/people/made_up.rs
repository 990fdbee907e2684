//! Random desks of answers, as scorecards: every figure that pages print of them, to the row.

use std::collections::{BTreeMap, BTreeSet};

use deskcard::privacy::{Answered, Answers};
use deskcard::say;
use deskcard::scorecard::Scorecard;
use serde_json::{Value, json};

use crate::world::Rng;

/// Somebody on the desk, with answers (good ones, all) by week.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) team: String,
    pub(super) supplier: String,
    pub(super) weeks: Vec<(u64, u64)>,
}

/// A desk; the last week is reported.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) people: Vec<Person>,
    pub(super) weeks: usize,
    pub(super) recent_from: usize,
    /// Answers of the week reported by priority (good ones, all).
    pub(super) priorities: Vec<(u64, u64)>,
}

pub(super) fn week(i: usize) -> String {
    format!("2026-W{:02}", i + 10)
}

pub(super) fn desk(rng: &mut Rng) -> Desk {
    let pick = |rng: &mut Rng, n: u64| (rng.next() % n) as usize;
    let weeks = 3 + pick(rng, 3);
    let recent_from = pick(rng, 2);
    let teams = 1 + pick(rng, 3);
    let busy = 1 + rng.next() % 6;
    let mut people = Vec::new();
    for team in 0..teams {
        for i in 0..=pick(rng, 5) {
            // A supplier has a team of its own, or people in several.
            let supplier = if rng.next().is_multiple_of(4) { format!("S{}", rng.next() % 2) } else { String::new() };
            let week = |rng: &mut Rng| {
                let n = rng.next() % (busy + 1);
                (if n > 0 { rng.next() % (n + 1) } else { 0 }, n)
            };
            let weeks = (0..weeks).map(|_| week(rng)).collect();
            people.push(Person { name: format!("Person {team}{i}"), team: format!("Team {team}"), supplier, weeks });
        }
    }
    let (good, all) = people.iter().fold((0, 0), |(g, n), p| (g + p.weeks[weeks - 1].0, n + p.weeks[weeks - 1].1));
    let mut priorities = vec![(0, 0); 3];
    for answer in 0..all {
        let at = pick(rng, 3).min(pick(rng, 4));
        priorities[at].1 += 1;
        priorities[at].0 += u64::from(answer < good);
    }
    Desk { people, weeks, recent_from, priorities }
}

/// Whose figures: card kind and name; the desk has none.
pub(super) type Whose = (&'static str, String);

impl Desk {
    pub(super) fn answers(&self) -> Answers {
        let mut rows = Vec::new();
        for p in &self.people {
            for (period, (_, n)) in p.weeks.iter().enumerate().filter(|(_, (_, n))| *n > 0) {
                let (team, supplier, agent) = (p.team.clone(), p.supplier.clone(), p.name.clone());
                rows.push(Answered { period, team, supplier, agent, n: *n });
            }
        }
        Answers { periods: (0..self.weeks).map(week).collect(), recent_from: self.recent_from, rows }
    }

    pub(super) fn groups(&self) -> Vec<Whose> {
        let teams: BTreeSet<Whose> = self.people.iter().map(|p| ("team", p.team.clone())).collect();
        let suppliers: BTreeSet<Whose> = self.people.iter().map(|p| ("supplier", p.supplier.clone())).filter(|w| !w.1.is_empty()).collect();
        let agents = self.people.iter().map(|p| ("agent", p.name.clone()));
        [("desk", String::new())].into_iter().chain(teams).chain(suppliers).chain(agents).collect()
    }

    pub(super) fn members(&self, whose: &Whose) -> Vec<&Person> {
        let is_in = |p: &&Person| match whose.0 {
            "desk" => true,
            "team" => p.team == whose.1,
            "supplier" => p.supplier == whose.1,
            _ => p.name == whose.1,
        };
        self.people.iter().filter(is_in).collect()
    }

    /// Good answers and all over some weeks.
    pub(super) fn sum(&self, whose: &Whose, weeks: std::ops::Range<usize>) -> (u64, u64) {
        let members = self.members(whose);
        weeks.flat_map(|w| members.iter().map(move |p| p.weeks[w])).fold((0, 0), |(g, n), (a, b)| (g + a, n + b))
    }

    pub(super) fn scorecard(&self) -> Scorecard {
        let now = self.weeks - 1;
        let period = |i: usize| json!({ "id": week(i), "label": format!("Week {}", i + 10), "short": format!("W{}", i + 10), "first_day": "2026-01-05", "last_day": "2026-01-11", "is_partial": false });
        let definition = |id: &str, label: &str, basis: &str| json!({ "id": id, "label": label, "short": label, "section": "Satisfaction", "unit": "share", "better": "higher", "text": "T.", "sql": "s", "basis": basis, "tables": ["surveys"], "is_own": false });
        let cards: Vec<Value> = self.groups().iter().map(|whose| self.card(whose)).collect();
        serde_json::from_value(json!({
            "schema_version": 5, "tool": "deskcard", "desk": "Desk", "time_zone": "UTC", "period": period(now), "previous_period": period(now - 1),
            "as_of": "2026-11-16 06:00", "config_hash": "abc", "command": "deskcard report", "sources": [], "notes": [],
            "rule": { "margin": 0.03, "leaning": 0.8, "clear": 0.95, "recent_periods": 13, "recent": "the last 13 weeks" },
            "definitions": [definition("csat", "CSAT", "surveys by answered_at"), definition("watermelon", "Watermelon", "surveys by answered_at")],
            "cards": cards, "topics": []
        }))
        .expect("a scorecard")
    }

    fn card(&self, whose: &Whose) -> Value {
        let (kind, name) = (whose.0, if whose.0 == "desk" { "Desk" } else { whose.1.as_str() });
        let (good, all) = self.sum(whose, self.recent_from..self.weeks);
        let told = json!({
            "metric": "csat", "title": "CSAT", "text": say!("{sum} of {n}", sum = good, n = all), "certainty": "clear", "is_met": null, "is_good": true,
            "examples": [["T1", "score 1"]]
        });
        let mut rounded = told.clone();
        rounded["metric"] = "watermelon".into();
        let is_desk = kind == "desk";
        let tables = if is_desk {
            vec![self.table(say!("Team"), "team"), self.table(say!("Supplier"), "supplier"), self.by_priority()]
        } else {
            Vec::new()
        };
        let charts = [Some(self.trend(whose)), (kind != "agent").then(|| self.funnel(whose))];
        json!({
            "kind": kind, "name": name, "slug": format!("{kind}-{}", name.to_lowercase().replace(' ', "-")), "about": self.about(whose),
            "kpis": [self.kpi("csat", whose), self.kpi("watermelon", whose)], "goals": [], "next_goals": [],
            "doing_well": if all > 0 { vec![told.clone(), rounded] } else { Vec::new() }, "to_improve": [], "empty_because": [], "observations": [],
            "charts": charts.into_iter().flatten().collect::<Vec<_>>(), "tables": tables, "sections": [], "footer": []
        })
    }

    fn about(&self, whose: &Whose) -> Vec<[String; 2]> {
        let person = self.people.iter().find(|p| whose.0 == "agent" && p.name == whose.1);
        person.map_or_else(Vec::new, |p| vec![[say!("Team").to_owned(), p.team.clone()], [say!("Supplier").to_owned(), p.supplier.clone()]])
    }

    fn kpi(&self, metric: &str, whose: &Whose) -> Value {
        // The other measure is of a part of the same answers.
        let of = |(good, n): (u64, u64)| if metric == "csat" { (good, n) } else { (n.saturating_sub(good).min(n / 2), n - n / 4) };
        let share = |(good, n): (u64, u64)| (n > 0).then(|| good as f64 / n as f64);
        let at = |w: usize| of(self.sum(whose, w..w + 1));
        let now = self.weeks - 1;
        let point = |w: usize| json!({ "period": week(w), "short": format!("W{}", w + 10), "value": share(at(w)), "n": at(w).1, "is_partial": false });
        let recent = of(self.sum(whose, self.recent_from..self.weeks));
        let level = share(recent).map(|v| {
            json!({
                "value": v, "interval": [v, v], "sum": recent.0, "n": recent.1, "reliability": 0.5, "certainty": "clear", "is_good": true, "is_shared": false,
                "needed": null
            })
        });
        json!({
            "metric": metric, "value": share(at(now)), "n": at(now).1, "sum": at(now).0 as f64, "target": 0.8, "is_met": null, "previous": share(at(now - 1)),
            "previous_n": at(now - 1).1, "history": (0..self.weeks).map(point).collect::<Vec<_>>(), "interval": share(at(now)).map(|v| [v, v]), "immature": 0,
            "rows_file": "rows/x-surveys.csv", "is_judged": true, "level": level, "signal": null, "bounds": null, "expected": null
        })
    }

    fn trend(&self, whose: &Whose) -> Value {
        let points = self.kpi("csat", whose)["history"].clone();
        let desk = if whose.0 == "desk" { json!([]) } else { self.kpi("csat", &("desk", String::new()))["history"].clone() };
        let newest = self.sum(whose, self.weeks - 1..self.weeks);
        let title = format!("CSAT {}", say!("{sum} of {n}", sum = newest.0, n = newest.1));
        json!({ "chart": "trend", "metric": "csat", "title": if newest.1 > 0 { title } else { "CSAT".into() }, "subtitle": "S", "points": points, "desk": desk, "target": null, "events": [], "control": null })
    }

    fn funnel(&self, whose: &Whose) -> Value {
        let dot = |p: &&Person| {
            let (good, n) = self.sum(&("agent", p.name.clone()), self.recent_from..self.weeks);
            (n > 0).then(|| json!({ "name": p.name, "page": null, "n": n, "value": good as f64 / n as f64, "stands_out": null }))
        };
        json!({
            "chart": "funnel", "metric": "csat", "title": "CSAT", "subtitle": "S", "centre": 0.5, "target": null, "limits": [],
            "groups": self.members(whose).iter().filter_map(dot).collect::<Vec<_>>(), "phi": 1.0, "is_adjusted": false
        })
    }

    fn table(&self, label: &str, kind: &'static str) -> Value {
        let mut names: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for p in &self.people {
            let sum = names.entry(if kind == "team" { &p.team } else { &p.supplier }).or_default();
            let (good, n) = p.weeks[self.weeks - 1];
            *sum = (sum.0 + good, sum.1 + n);
        }
        rows(label, names.into_iter().map(|(name, sum)| (if name.is_empty() { say!("(none)") } else { name }.to_owned(), sum)).collect())
    }

    fn by_priority(&self) -> Value {
        rows(say!("Priority"), self.priorities.iter().enumerate().map(|(i, sum)| (format!("P{}", i + 1), *sum)).collect())
    }
}

fn rows(label: &str, rows: Vec<(String, (u64, u64))>) -> Value {
    let cell = |(good, n): (u64, u64)| json!({ "value": (n > 0).then(|| good as f64 / n as f64), "n": n, "interval": null, "text": null, "is_good": null });
    let rows: Vec<Value> = rows.into_iter().map(|(name, sum)| json!({ "name": name, "page": null, "cells": [cell(sum)] })).collect();
    json!({ "title": label, "note": "", "row_label": label, "columns": [{ "label": "", "metric": "csat", "unit": "share" }], "rows": rows })
}
