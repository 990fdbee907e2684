//! The judge over made-up readings: desks of pure noise, and laws that no verdict may break.

use std::collections::BTreeMap;
use std::path::Path;

use super::folds::{Folds, LOOKS};
use super::standing::breakdown;
use super::{ClockRows, Evidence, Examples, RowsOf, scorecard};
use crate::clock::period::{Period, Unit};
use crate::clock::zone::Zone;
use crate::contacts::handovers::Handovers;
use crate::ingest::ledger::Ledger;
use crate::metrics::{Catalogue, Fill, Reading, Readings};
use crate::scorecard::{Card, CardKind, Certainty, Scorecard};
use crate::settings::Settings;
use crate::stats::random::Random;

/// Measures that people or groups of them are judged by, their targets, and rows a week.
const MEASURES: [(&str, f64, f64); 8] = [
    ("csat", 0.85, 3.0),
    ("sla_resolution", 0.9, 8.0),
    ("sla_resolution_own", 0.9, 8.0),
    ("sla_response", 0.92, 8.0),
    ("sla_response_own", 0.92, 8.0),
    ("reopen_rate", 0.05, 8.0),
    ("transfer_rate", 0.06, 6.0),
    ("log_rate", 0.95, 6.0),
];
const WEEKS: usize = 13;

const CONFIG: &str = r#"
[desk]
name = "Noise"
time_zone = "UTC"
[goals]
csat = "85%"
sla_resolution = "90%"
sla_response = "92%"
reopen_rate = "5%"
transfer_rate = "6%"
log_rate = "95%"
[[source]]
kind = "tickets"
files = ["t.csv"]
"#;

/// Hits and rows by metric, agent and week.
type Rows = BTreeMap<(&'static str, String), Vec<(u64, u64)>>;

fn reading((hits, n): (u64, u64)) -> Option<Reading> {
    let (hits, n) = (hits as f64, n as f64);
    (n > 0.0).then(|| Reading { value: Some(hits / n), n, sum: hits, ..Reading::default() })
}

/// The scorecard of a desk with these rows.
fn judged(rows: &Rows) -> Scorecard {
    judged_as(CardKind::Agent, rows)
}

/// The same with the rows of agents, teams or suppliers.
fn judged_as(kind: CardKind, rows: &Rows) -> Scorecard {
    let settings = Settings::parse(CONFIG, Path::new("deskcard.toml")).unwrap();
    let keep = |text: &str| Ok(text.to_owned());
    let catalogue = Catalogue::new(Vec::new(), &Fill { sql: &keep, words: &|text| text.to_owned() }).unwrap();
    let mut history = Readings::default();
    let mut desk: BTreeMap<&str, Vec<(u64, u64)>> = BTreeMap::new();
    for ((metric, agent), weeks) in rows {
        history.put(metric, (breakdown(kind), &[agent.as_str()]), weeks.iter().copied().map(reading).collect());
        let all = desk.entry(metric).or_insert_with(|| vec![(0, 0); weeks.len()]);
        all.iter_mut().zip(weeks).for_each(|(sum, own)| *sum = (sum.0 + own.0, sum.1 + own.1));
    }
    for (metric, weeks) in desk {
        history.put(metric, (0, &[]), weeks.into_iter().map(reading).collect());
    }
    let mut readings = vec![history];
    readings.extend((1..LOOKS.len()).map(|_| Readings::default()));
    let mut periods = vec![Period::containing(Unit::Week, 20_500)];
    while periods.len() < WEEKS {
        let before = periods[periods.len() - 1].previous();
        periods.push(before);
    }
    periods.reverse();
    let zone = Zone::new(settings.desk.time_zone);
    let as_of = periods[WEEKS - 1].end_utc(&zone) + 3600;
    scorecard(&Evidence {
        settings: &settings,
        catalogue: &catalogue,
        ledger: &Ledger::default(),
        zone: &zone,
        as_of,
        periods: &periods,
        folds: &Folds::new(readings),
        stays: &[],
        about: &BTreeMap::new(),
        off_roster: &[],
        remarks: &[],
        examples: &Examples::new(),
        clocks: &ClockRows::default(),
        rows: &RowsOf(&|_| Ok(None)),
        repeats: None,
        handovers: &Handovers::default(),
        command: "deskcard report",
    })
    .unwrap()
}

/// The scorecard of a desk of which nothing is known.
pub(super) fn empty() -> Scorecard {
    judged(&Rows::new())
}

/// A desk of agents who are all alike: truly at every target.
fn noise(seed: u64, agents: usize) -> Rows {
    let mut random = Random::new(seed);
    let mut rows = Rows::new();
    for agent in 0..agents {
        // Some work much, some little.
        let busy = (0.5 * random.normal()).exp();
        for (metric, target, mean) in MEASURES {
            let week = |random: &mut Random| {
                let n = (mean * busy * 2.0 * random.unit()).round() as u64;
                (random.binomial(n, target), n)
            };
            rows.insert((metric, format!("Agent {agent:02}")), (0..WEEKS).map(|_| week(&mut random)).collect());
        }
    }
    rows
}

fn agents(scorecard: &Scorecard) -> impl Iterator<Item = &Card> {
    scorecard.cards.iter().filter(|c| c.kind == CardKind::Agent)
}

/// Clear and leaning verdicts on agents' cards.
fn verdicts(scorecard: &Scorecard) -> (usize, usize) {
    let count = |certainty| {
        let all = agents(scorecard).flat_map(|c| c.doing_well.iter().chain(&c.to_improve));
        all.filter(|f| f.certainty == certainty).count()
    };
    (count(Certainty::Clear), count(Certainty::Leaning))
}

/// 200 reports on 28 equal agents and six measures, 33,600 verdicts: at most one report in ten has a false clear one.
#[test]
fn noise_carries_no_clear_verdict() {
    const REPORTS: u64 = 200;
    let (mut clear, mut leaning, mut cards) = (0, 0, 0);
    for seed in 0..REPORTS {
        let scorecard = judged(&noise(seed, 28));
        let (c, l) = verdicts(&scorecard);
        (clear, leaning, cards) = (clear + c, leaning + l, cards + agents(&scorecard).count());
    }
    let per_report = clear as f64 / REPORTS as f64;
    println!("{clear} clear and {leaning} leaning verdicts in {REPORTS} reports with {cards} cards: {per_report:.3} clear a report");
    assert!(cards > 5_500 && per_report <= 0.1, "{per_report} false clear verdicts a report");
}

/// Teams that all lie at their targets, many and few, are seldom called clearly better or worse; and never while the interval beside it
/// holds the target.
#[test]
fn noise_of_teams_carries_few_clear_verdicts() {
    for (teams, reports, most) in [(12, 6, 0.005), (3, 60, 0.05)] {
        let (mut told, mut clear) = (0, 0);
        for seed in 0..reports {
            let scorecard = judged_as(CardKind::Team, &noise(seed, teams));
            for kpi in scorecard.cards.iter().filter(|c| c.kind == CardKind::Team).flat_map(|c| &c.kpis) {
                let Some((level, target)) = kpi.level.zip(kpi.target).filter(|(level, _)| level.certainty.is_some()) else { continue };
                told += 1;
                if level.certainty == Some(Certainty::Clear) {
                    clear += 1;
                    assert!(target < level.interval.0 || target > level.interval.1, "{teams} teams, {level:?} at {target}");
                }
            }
        }
        let share = f64::from(clear) / f64::from(told);
        println!("{teams} teams: {clear} of {told} clear");
        assert!(told > 400 && share <= most, "{teams} teams: {share}");
    }
}

/// One team far below the others is found among many and among few.
#[test]
fn a_real_difference_of_a_team_is_clear() {
    for teams in [3, 12] {
        let mut rows = noise(7, teams);
        rows.insert(("sla_resolution", "Agent 01".to_owned()), vec![(6, 10); WEEKS]);
        let scorecard = judged_as(CardKind::Team, &rows);
        let card = scorecard.cards.iter().find(|c| c.kind == CardKind::Team && c.name == "Agent 01").unwrap();
        let is_told = |f: &crate::scorecard::Finding| f.metric == "sla_resolution" && f.certainty == Certainty::Clear;
        assert!(card.to_improve.iter().any(is_told), "{teams} teams: {:?}", card.to_improve);
    }
}

/// What one or two people do is not the whole desk's: nobody is excused by their own rows.
#[test]
fn one_agent_is_not_all_agents() {
    let missed = |agents: usize| {
        let mut rows = noise(3, agents);
        for agent in 0..agents {
            rows.insert(("log_rate", format!("Agent {agent:02}")), vec![(6, 10); WEEKS]);
        }
        let scorecard = judged(&rows);
        let card = self::agents(&scorecard).next().unwrap().clone();
        (card.to_improve.iter().any(|f| f.metric == "log_rate"), card.footer.iter().any(|line| line.contains("Missed across the desk")))
    };
    assert_eq!([missed(1), missed(2), missed(3)], [(true, false), (true, false), (false, true)]);
}

/// An agent who truly is far below is found, by name.
#[test]
fn a_real_difference_is_clear() {
    let mut rows = noise(7, 28);
    rows.insert(("sla_resolution_own", "Agent 03".to_owned()), vec![(6, 10); WEEKS]);
    let scorecard = judged(&rows);
    let found: Vec<(&str, &str)> = agents(&scorecard)
        .flat_map(|c| c.to_improve.iter().filter(|f| f.certainty == Certainty::Clear).map(|f| (c.name.as_str(), f.metric.as_str())))
        .collect();
    assert_eq!(found, [("Agent 03", "sla_resolution_own")]);
}

/// What everybody misses alike is nobody's own to work on, and is said.
#[test]
fn a_desk_that_misses_its_target_does_not_blame_everybody() {
    let mut rows = noise(3, 20);
    let mut random = Random::new(9);
    for agent in 0..20 {
        let weeks = (0..WEEKS).map(|_| (random.binomial(10, 0.75), 10)).collect();
        rows.insert(("log_rate", format!("Agent {agent:02}")), weeks);
    }
    let scorecard = judged(&rows);
    for card in agents(&scorecard) {
        assert!(card.to_improve.iter().all(|f| f.metric != "log_rate"), "{}: {:?}", card.name, card.to_improve);
        assert!(card.footer.iter().any(|line| line.contains("Missed across the desk") && line.contains("Logged")), "{:?}", card.footer);
        assert!(card.next_goals.iter().all(|g| g.metric != "log_rate"), "nor is it a goal of one person");
    }
    let desk = &scorecard.cards[0];
    assert!(desk.to_improve.iter().any(|f| f.metric == "log_rate" && f.certainty == Certainty::Clear));
}

/// A goal is never beyond what the rows already reach, and never harder than the target.
#[test]
fn goals_lie_between_the_level_and_the_target() {
    for seed in 0..20 {
        for card in agents(&judged(&noise(seed, 12))) {
            assert!(card.next_goals.len() <= 3);
            for goal in &card.next_goals {
                let (_, target, _) = MEASURES.into_iter().find(|m| m.0 == goal.metric).unwrap();
                let is_lower = ["reopen_rate", "transfer_rate"].contains(&goal.metric.as_str());
                assert!(if is_lower { goal.value >= target } else { goal.value <= target }, "{goal:?}");
            }
        }
    }
}

/// Another name changes the card it stands on and nothing else.
#[test]
fn names_do_not_matter() {
    let rows = noise(11, 10);
    let renamed: Rows = rows
        .iter()
        .map(|((metric, agent), weeks)| ((*metric, if agent == "Agent 04" { "Zoe".to_owned() } else { agent.clone() }), weeks.clone()))
        .collect();
    let of = |rows: &Rows| -> BTreeMap<String, String> {
        agents(&judged(rows))
            .map(|c| {
                let card = Card { name: String::new(), slug: String::new(), ..c.clone() };
                let text = serde_json::to_string(&card).unwrap().replace(&c.slug, "");
                (c.name.replace("Zoe", "Agent 04"), text)
            })
            .collect()
    };
    assert_eq!(of(&rows), of(&renamed));
}

/// Somebody without a row changes no number of anybody else.
#[test]
fn who_did_nothing_changes_nothing() {
    let rows = noise(12, 10);
    let mut more = rows.clone();
    more.insert(("csat", "Nobody".to_owned()), vec![(0, 0); WEEKS]);
    assert_eq!(judged(&rows).cards, judged(&more).cards);
}

/// Fewer than five rows never get a verdict, whatever they say.
#[test]
fn few_rows_get_no_verdict() {
    for n in 0..5 {
        let mut rows = noise(5, 12);
        for (metric, target, _) in MEASURES {
            let mut weeks = vec![(0, 0); WEEKS];
            weeks[WEEKS - 1] = (if target > 0.5 { 0 } else { n }, n);
            rows.insert((metric, "Agent 00".to_owned()), weeks);
        }
        let scorecard = judged(&rows);
        let card = agents(&scorecard).find(|c| c.name == "Agent 00");
        let told = card.map_or(0, |c| c.doing_well.len() + c.to_improve.len());
        assert_eq!(told, 0, "{n} rows: {card:#?}");
    }
}
