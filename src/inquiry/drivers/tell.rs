//! What the comparisons say, all of them taken together.

use super::super::words;
use super::answer::{Compared, Drivers, Group, Skipped, Together};
use super::compare::{WITH, WITHOUT};
use super::{Outcome, Search};
use crate::format;
use crate::scorecard::Certainty;
use crate::stats::multiplicity;

/// Adjusted p of a clear association, and of one it leans to.
const CLEAR: f64 = 0.05;
const LEANING: f64 = 0.1;

/// Adjusts for the whole search, and says what each comparison comes to.
pub(super) fn judge(search: &Search, compared: &mut [Compared], together: &[Together]) {
    let p: Vec<f64> = compared.iter().map(|c| c.p).collect();
    let adjusted = multiplicity::benjamini_hochberg(&p).unwrap_or(p);
    for (c, adjusted_p) in compared.iter_mut().zip(adjusted) {
        let Some(outcome) = search.measures.iter().find(|o| o.measure.id == c.metric) else { continue };
        c.adjusted_p = adjusted_p;
        c.certainty = match adjusted_p {
            _ if gap(c).abs() < outcome.margin => Certainty::CannotTellYet,
            p if p <= CLEAR => Certainty::Clear,
            p if p <= LEANING => Certainty::Leaning,
            _ => Certainty::CannotTellYet,
        };
        let way = c.correlation.map_or_else(|| gap(c), |(rho, _)| rho);
        c.is_good = outcome.measure.is_good(way).filter(|_| c.certainty != Certainty::CannotTellYet);
        c.text = text(outcome, c) + &beside(search, c, together);
    }
}

/// The difference; for a number that of its halves.
fn gap(c: &Compared) -> f64 {
    c.difference.unwrap_or(match c.groups.as_slice() {
        [first, second] => first.mean - second.mean,
        _ => 0.0,
    })
}

fn text(outcome: &Outcome, c: &Compared) -> String {
    let m = &outcome.measure;
    let is_flag = c.groups.iter().all(|g| [WITH, WITHOUT].contains(&g.name.as_str()));
    let side = |g: &Group| {
        let rate = words::level(m, g.events as f64 / g.n.max(1) as f64, g.n);
        let name = if is_flag { g.name.clone() } else { format!("({})", g.name) };
        format!("{} {name}: {rate} of {}", people(g.points.len()), format::count(g.n))
    };
    let sides = c.groups.iter().map(side).collect::<Vec<_>>().join("; ");
    let mix = if c.is_adjusted { ", the mix of work taken out" } else { "" };
    let chance = words::chance(c.adjusted_p);
    let found = match (c.difference, c.correlation) {
        (Some(by), _) => {
            let interval = c.interval.map_or_else(String::new, |i| format!(" ({})", words::range(m, i)));
            let way = if by < 0.0 { "lower" } else { "higher" };
            format!("the former’s levels lie {} {way}{interval}{mix}; {chance}.", words::size(m, by))
        }
        (None, Some((rho, _))) => {
            let slope = c.slope.map_or_else(String::new, |s| format!(", {} for one more of it", words::change(m, s)));
            format!("rank correlation {rho:+.2}{slope}{mix}; {chance}.").replace('-', "−")
        }
        (None, None) => String::new(),
    };
    let kind = match c.is_good {
        Some(true) => "better",
        Some(false) => "worse",
        None => "other",
    };
    let verdict = match c.certainty {
        Certainty::Clear => format!("Associated with {kind} results: {found}"),
        Certainty::Leaning => format!("Perhaps associated with {kind} results: {found}"),
        Certainty::CannotTellYet => crate::format::capital(&found),
    };
    format!("{sides}. {verdict}")
}

fn people(n: usize) -> String {
    if n == 1 { "1 person".to_owned() } else { format!("{} people", format::count(n as u64)) }
}

/// What else those people have in common, if the comparison says something.
fn beside(search: &Search, c: &Compared, together: &[Together]) -> String {
    if c.certainty == Certainty::CannotTellYet {
        return String::new();
    }
    let other = |t: &Together| match &t.attributes {
        (a, b) if *a == c.attribute => Some(b.clone()),
        (a, b) if *b == c.attribute => Some(a.clone()),
        _ => None,
    };
    let mut ids: Vec<String> = together.iter().filter_map(other).collect();
    ids.sort();
    ids.dedup();
    let label = |id: &String| search.attributes.iter().find(|a| a.id == *id).map_or_else(|| id.clone(), |a| a.label.clone());
    let names: Vec<String> = ids.iter().map(label).collect();
    if names.is_empty() { String::new() } else { format!(" Goes together with {}, see below.", words::list(&names)) }
}

/// The whole answer.
pub(super) fn told(search: &Search, mut compared: Vec<Compared>, (mut skipped, together): (Vec<Skipped>, Vec<Together>)) -> Drivers {
    compared.sort_by(|a, b| {
        let key = |c: &Compared| (c.certainty, c.metric.clone(), c.label.clone());
        a.certainty.cmp(&b.certainty).then(a.p.total_cmp(&b.p)).then_with(|| key(a).cmp(&key(b)))
    });
    skipped.sort();
    let count = |certainty: Certainty| compared.iter().filter(|c| c.certainty == certainty).count();
    let (clear, leaning) = (count(Certainty::Clear), count(Certainty::Leaning));
    let within = search.within.as_ref().map_or_else(String::new, |w| format!(", people compared within the same {w}"));
    let searched = format!(
        "{} were searched against {}: {}{within}.",
        words::count(search.attributes.len(), "attribute"),
        words::count(search.measures.len(), "measure"),
        words::count(compared.len(), "comparison")
    );
    let came = match (compared.len(), clear, leaning) {
        (0, ..) => "Nothing could be compared.".to_owned(),
        (_, 0, 0) => "None goes with better or worse results by more than luck can do.".to_owned(),
        (_, clear, leaning) => {
            format!(
                "{clear} clear, {leaning} leaning; adjusted for all {} (false discovery rate).",
                words::count(compared.len(), "comparison")
            )
        }
    };
    Drivers {
        measures: search.measures.iter().map(|o| o.measure.clone()).collect(),
        attributes: search.attributes.len(),
        comparisons: compared.len(),
        within: search.within.clone(),
        text: format!("{searched} {came} Associated with is not caused by."),
        compared,
        skipped,
        together,
    }
}
