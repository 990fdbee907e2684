//! Watermelons: green outside, red inside. Where the SLA is met and the customers are not.

use super::super::cards::{Ground, Subject};
use super::super::standing::{percent, recent};
use super::super::tables::{column, words};
use super::cells::{Against, against_rest, cells, own_name};
use crate::format;
use crate::metrics::Metric;
use crate::scorecard::{CardKind, Cell, Certainty, Section, TableData, TableRow, Unit};
use crate::stats::Proportion;
use crate::stats::stratified::{self, TwoByTwo};
use crate::{key, say};

/// Breakdowns looked at for cells, by name and number in the places fold.
const DIMENSIONS: [(&str, usize); 5] =
    [(key!("Priority"), 0), (key!("Category"), 1), (key!("Channel"), 2), (key!("Team"), 4), (key!("Supplier"), 5)];
/// Number of the places fold by priority: the strata of the common odds ratio.
const PRIORITY: usize = 0;
/// Without a goal the SLA is green from here.
const GREEN: f64 = 0.9;
/// What can be red under it.
const RED: [&str; 3] = ["csat", "reopen_rate", "fcr_repeat"];
/// Answers from which the table means anything.
const FEWEST: u64 = 10;

/// The section; `None` without answered surveys of tickets whose SLA is known.
pub(super) fn section(ground: &Ground<'_>, s: &Subject) -> Option<Section> {
    let e = ground.e;
    let of = |id: &str| recent(e, id, s.breakdown, &s.group(), e.last());
    let (met, missed) = (of("watermelon")?, of("unhappy_missed"));
    let table = two_by_two(met, missed);
    if met.n() + missed.map_or(0, Proportion::n) < FEWEST {
        return None;
    }
    let mut facts = vec![(say!("Unhappy although within SLA").to_owned(), rate_words(met))];
    facts.extend(missed.map(|m| (say!("Unhappy when out of SLA").to_owned(), rate_words(m))));
    if let Some(hidden) = stratified::watermelon(&table).ok().and_then(|w| w.bad_under_green) {
        facts.push((say!("Unhappy customers hidden under a green SLA").to_owned(), rate_words(hidden.of)));
    }
    let odds = odds(ground, s, table);
    facts.extend(odds.iter().map(|o| (say!("Does the SLA measure what customers rate?").to_owned(), o.words())));
    let (tables, found) = if s.kind == CardKind::Desk { red_cells(ground) } else { (Vec::new(), 0) };
    let worth = e.examples.get(&(s.kind, s.name.clone(), "watermelon".to_owned()));
    let examples = worth.map_or_else(String::new, |w| {
        let ids: Vec<String> = w.bad.iter().map(|(id, why)| if why.is_empty() { id.clone() } else { format!("{id} ({why})") }).collect();
        ids.join(", ")
    });
    if !examples.is_empty() {
        facts.push((say!("Tickets worth reading").to_owned(), examples));
    }
    let lead = match found {
        0 => String::new(),
        1 => say!("One place keeps its SLA while rating, reopening or repeat contacts are clearly worse than elsewhere.").to_owned(),
        _ => say!("{found} places keep their SLA while rating, reopening or repeat contacts are clearly worse than elsewhere.", found),
    };
    Some(Section {
        id: "watermelon".to_owned(),
        title: say!("Green outside, red inside").to_owned(),
        lead: say!("Answered surveys of {span} against the SLA of their tickets. {lead}", span = e.recent_words(), lead).trim().to_owned(),
        facts,
        tables,
        footer: say!("Only customers who answered are counted; who does not answer may think otherwise.").to_owned(),
        ..Section::default()
    })
}

fn two_by_two(met: Proportion, missed: Option<Proportion>) -> TwoByTwo {
    let (missed_bad, missed_n) = missed.map_or((0, 0), |m| (m.hits(), m.n()));
    TwoByTwo { met_good: met.n() - met.hits(), met_bad: met.hits(), missed_good: missed_n - missed_bad, missed_bad }
}

/// `96 of 508 (18.9 %; 95 % interval 15.7–22.5 %)`.
fn rate_words(p: Proportion) -> String {
    let interval = format::interval(Unit::Share, crate::stats::interval::wilson_95(p), p.n());
    let rate = format::value_of(Unit::Share, p.rate(), p.n());
    say!("{hits} of {n} ({rate}; 95 % interval {interval})", hits = format::count(p.hits()), n = format::count(p.n()), rate, interval)
}

/// How much likelier a happy customer is when the SLA was met.
struct Odds {
    ratio: f64,
    limits: (f64, f64),
    is_by_priority: bool,
}

/// The common odds ratio over the priorities for the desk, the plain one otherwise.
fn odds(ground: &Ground<'_>, s: &Subject, all: TwoByTwo) -> Option<Odds> {
    let by_priority = || {
        let readings = ground.e.folds.places();
        let (met, missed) =
            (cells(readings.groups("watermelon", PRIORITY), own_name), cells(readings.groups("unhappy_missed", PRIORITY), own_name));
        let strata: Vec<TwoByTwo> = met
            .iter()
            .filter_map(|(name, (bad, n))| {
                let missed = missed.get(name).and_then(|(bad, n)| Proportion::new(*bad, *n).ok());
                Some(two_by_two(Proportion::new(*bad, *n).ok()?, missed))
            })
            .collect();
        Odds::common(&strata, true)
    };
    let plain = || Odds::common(&[all], false);
    if s.kind == CardKind::Desk { by_priority().or_else(plain) } else { plain() }
}

impl Odds {
    fn common(strata: &[TwoByTwo], is_by_priority: bool) -> Option<Self> {
        let odds = stratified::cochran_mantel_haenszel(strata).ok()?.odds_ratio?;
        Some(Self { ratio: odds.ratio, limits: odds.limits(), is_by_priority })
    }

    fn words(&self) -> String {
        let how = if self.is_by_priority { say!("odds ratio over the priorities") } else { say!("odds ratio") };
        let numbers = say!(
            "{how} {ratio}, 95 % interval {low}–{high}",
            how,
            ratio = format::decimals(self.ratio, 2),
            low = format::decimals(self.limits.0, 2),
            high = format::decimals(self.limits.1, 2)
        );
        match self.limits {
            (low, _) if low > 1.0 => say!("Yes: customers are happier when it is met ({numbers}).", numbers),
            (_, high) if high < 1.0 => say!("The other way round: customers are happier when it is missed ({numbers}).", numbers),
            _ => say!("It cannot be seen that it does: the interval includes 1 ({numbers}).", numbers),
        }
    }
}

/// Cells whose SLA is green and whose customers are not.
fn red_cells(ground: &Ground<'_>) -> (Vec<TableData>, usize) {
    let e = ground.e;
    let (Ok(sla), readings) = (e.catalogue.get("sla_resolution"), e.folds.places()) else { return (Vec::new(), 0) };
    let reds: Vec<&Metric> = RED.iter().filter_map(|id| e.catalogue.get(id).ok()).collect();
    let green = e.target(&sla.id).unwrap_or(GREEN);
    let mut rows = Vec::new();
    for (dimension, number) in DIMENSIONS {
        let kept = cells(readings.groups(&sla.id, number), own_name);
        let judged: Vec<Vec<Against>> = reds.iter().map(|m| against_rest(e, m, &cells(readings.groups(&m.id, number), own_name))).collect();
        for (name, (hits, n)) in &kept {
            let Ok(own) = Proportion::new(*hits, *n) else { continue };
            let of = |list: &'_ [Against]| list.iter().position(|a| a.name == *name);
            let is_red = judged.iter().any(|list| of(list).is_some_and(|i| is_clearly_bad(&list[i])));
            if own.rate() < green || !is_red {
                continue;
            }
            let first = Cell { value: Some(own.rate()), n: own.n(), is_good: Some(true), ..Cell::default() };
            let others = judged.iter().map(|list| {
                let Some(a) = of(list).map(|i| &list[i]) else { return words("") };
                Cell { value: Some(a.own.rate()), n: a.own.n(), is_good: is_clearly_bad(a).then_some(false), ..Cell::default() }
            });
            rows.push(TableRow {
                name: format!("{}: {}", crate::language::text(dimension), format::label(name, 60)),
                page: None,
                cells: [first].into_iter().chain(others).collect(),
            });
        }
    }
    let found = rows.len();
    let columns = [sla].iter().chain(&reds).filter_map(|m| column(e, &m.id)).collect();
    let note = say!("SLA at least {green}, and rating, reopening or repeat contacts clearly worse than elsewhere.", green = percent(green));
    let table = TableData {
        title: say!("Where the SLA is green and customers are not").to_owned(),
        note,
        row_label: say!("Where").to_owned(),
        columns,
        rows,
    };
    (if found > 0 { vec![table] } else { Vec::new() }, found)
}

fn is_clearly_bad(a: &Against) -> bool {
    a.judged.standing.certainty == Some(Certainty::Clear) && a.judged.standing.is_good == Some(false)
}
