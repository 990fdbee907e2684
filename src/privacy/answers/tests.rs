use serde_json::{Value, json};

use super::*;

/// A week of answers: team, person, good ones, all.
const WEEK: [(&str, &str, u64, u64); 6] =
    [("A", "Ann", 9, 12), ("A", "Abe", 1, 2), ("A", "Al", 5, 9), ("B", "Bo", 3, 4), ("B", "Bea", 2, 2), ("C", "Cy", 10, 20)];

fn kpi(metric: &str, good: u64, n: u64) -> Value {
    let share = (n > 0).then(|| good as f64 / n as f64);
    json!({
        "metric": metric, "value": share, "n": n, "sum": good, "target": 0.8, "is_met": false, "previous": null, "previous_n": 0,
        "history": [{ "period": "W2", "short": "W2", "value": share, "n": n, "is_partial": false }], "interval": [0.1, 0.9], "immature": 0,
        "rows_file": "rows/x.csv", "is_judged": true, "signal": null, "bounds": null, "expected": null,
        "level": { "value": share, "interval": [0.111, 0.999], "sum": good, "n": n, "reliability": 0.51, "certainty": "clear", "is_good": true, "is_shared": false, "needed": 9 }
    })
}

fn card(kind: &str, name: &str, (good, n): (u64, u64)) -> Value {
    let finding = |metric: &str| json!({ "metric": metric, "title": "T", "text": format!("{good} of {n} in all"), "certainty": "clear", "is_met": null, "is_good": true, "examples": [["T1", "score 1"]] });
    json!({
        "kind": kind, "name": name, "slug": name, "about": [], "kpis": [kpi("csat", good, n), kpi("fcr", good, n), kpi("watermelon", good, n)],
        "goals": [finding("csat")], "next_goals": [], "doing_well": [finding("csat"), finding("fcr")], "to_improve": [], "empty_because": [],
        "observations": [kpi("peer_360", 1, 1), kpi("qa_score", 1, 1)], "charts": [], "tables": [], "sections": [], "footer": []
    })
}

fn scorecard() -> Scorecard {
    let sum = |is: &dyn Fn(&str, &str) -> bool| WEEK.iter().filter(|w| is(w.0, w.1)).fold((0, 0), |(good, n), w| (good + w.2, n + w.3));
    let mut cards = vec![card("desk", "Desk", sum(&|_, _| true))];
    cards.extend(["A", "B", "C"].map(|team| card("team", team, sum(&|t, _| t == team))));
    cards.extend(WEEK.map(|w| card("agent", w.1, (w.2, w.3))));
    let period = |id: &str| json!({ "id": id, "label": id, "short": id, "first_day": "", "last_day": "", "is_partial": false });
    let definition = |id: &str, table: &str| json!({ "id": id, "label": id, "short": id, "section": "", "unit": "share", "better": "higher", "text": "", "sql": "", "basis": "", "tables": [table], "is_own": false });
    serde_json::from_value(json!({
        "schema_version": 5, "tool": "", "desk": "Desk", "time_zone": "UTC", "period": period("W2"), "previous_period": period("W1"), "as_of": "",
        "config_hash": "", "command": "", "sources": [], "notes": [],
        "rule": { "margin": 0.0, "leaning": 0.0, "clear": 0.0, "recent_periods": 1, "recent": "" },
        "definitions": [definition("csat", "surveys"), definition("fcr", "tickets"), definition("watermelon", "surveys")],
        "cards": cards, "topics": []
    }))
    .expect("a scorecard")
}

fn told() -> Scorecard {
    told_of(&scorecard())
}

fn told_of(scorecard: &Scorecard) -> Scorecard {
    let row = |(team, agent, _, n): (&str, &str, u64, u64)| Answered {
        period: 1,
        team: team.into(),
        supplier: String::new(),
        agent: agent.into(),
        n,
    };
    let answers = Answers { periods: vec!["W1".into(), "W2".into()], recent_from: 1, rows: WEEK.map(row).to_vec() };
    for_others(scorecard, &answers, 8)
}

fn kpi_of<'a>(s: &'a Scorecard, card: &str, metric: &str) -> &'a Kpi {
    let card = s.cards.iter().find(|c| c.name == card).expect("a card");
    card.kpis.iter().chain(&card.observations).find(|k| k.metric == metric).expect("a measure")
}

#[test]
fn a_small_team_is_kept_back_and_another_so_that_it_cannot_be_worked_out() {
    let told = told();
    let shown = |card| (kpi_of(&told, card, "csat").n, kpi_of(&told, card, "csat").is_hidden);
    // B has 6 of 49; C, the next smallest, goes with it.
    assert_eq!([shown("Desk"), shown("A"), shown("B"), shown("C")], [(49, false), (23, false), (0, true), (0, true)]);
    assert!(kpi_of(&told, "B", "csat").level.is_none() && kpi_of(&told, "B", "csat").history.iter().all(|p| p.value.is_none()));
    assert_eq!(kpi_of(&told, "A", "csat").level.expect("a level").sum, 15, "to the row");
    assert!(told.cards.iter().flat_map(|c| &c.kpis).filter(|k| k.metric != "fcr").all(|k| k.rows_file.is_none()));
}

#[test]
fn people_have_levels_in_round_numbers_or_none() {
    let told = told();
    let level = |card| kpi_of(&told, card, "csat").level.map(|l| (l.sum, l.n, l.value, l.reliability, l.needed));
    // Ann has 12, Al 9, Abe 2: with Abe, Al, who has fewer, is kept back.
    assert_eq!(level("Ann"), Some((8, 10, 0.75, 0.5, None)));
    assert_eq!([level("Abe"), level("Al"), level("Bo")], [None; 3]);
    assert!(kpi_of(&told, "Ann", "csat").is_hidden && kpi_of(&told, "Ann", "csat").n == 0, "a week of one person is not told");
    let ann = told.cards.iter().find(|c| c.name == "Ann").expect("a card");
    assert_eq!(ann.doing_well[0].text, "Likely level 75\u{a0}% (11–100\u{a0}%), from about 10 recent answers. In round numbers.");
    assert!(ann.doing_well[0].examples.is_empty() && ann.goals.is_empty() && ann.empty_because.iter().any(|(b, _)| b == "goals"));
    assert_eq!((kpi_of(&told, "Ann", "peer_360").is_hidden, kpi_of(&told, "Ann", "qa_score").is_hidden), (true, false));
}

#[test]
fn what_is_of_a_part_of_the_answers_is_round_and_all_else_as_it_was() {
    let (told, whole) = (told(), scorecard());
    assert_eq!((kpi_of(&told, "Desk", "watermelon").n, kpi_of(&told, "Desk", "watermelon").value), (50, Some(0.61)));
    assert_eq!((kpi_of(&told, "A", "watermelon").n, kpi_of(&told, "B", "watermelon").n), (25, 0));
    for card in ["Desk", "A", "B", "Ann", "Cy"] {
        assert_eq!(kpi_of(&told, card, "fcr"), kpi_of(&whole, card, "fcr"));
    }
    assert!(told.cards.iter().all(|c| c.doing_well.iter().any(|f| f.metric == "fcr" && !f.examples.is_empty())));
    assert_eq!(told.notes.iter().filter(|n| n.code == NOTE).count(), 1);
}

#[test]
fn a_ratio_of_answers_is_one() {
    let ratio = |tables: &[&str], parts: &[&str]| {
        let texts = |all: &[&str]| all.iter().map(|t| (*t).to_owned()).collect();
        let mut made = scorecard();
        let of = made.definitions.iter_mut().find(|d| d.id == "fcr").expect("a definition");
        (of.tables, of.parts) = (texts(tables), texts(parts));
        kpi_of(&told_of(&made), "B", "fcr").n
    };
    let whole = kpi_of(&scorecard(), "B", "fcr").n;
    assert!(whole > 0 && ratio(&["tickets"], &["tickets_resolved", "tickets_created"]) == whole);
    assert_eq!(ratio(&["surveys", "tickets"], &["surveys_answered", "tickets_resolved"]), 0);
    assert_eq!(ratio(&["observations"], &["kudos", "peer_360"]), 0);
}
