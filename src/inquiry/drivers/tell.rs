//! What the comparisons say, all of them taken together.

use super::super::words;
use super::answer::{Compared, Drivers, Group, Skipped, Together};
use super::compare::{WITH, WITHOUT};
use super::{Outcome, Search};
use crate::format;
use crate::say;
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
    let is_flag = c.groups.iter().all(|g| [WITH, WITHOUT].map(crate::language::text).contains(&g.name.as_str()));
    let side = |g: &Group| {
        let rate = words::level(m, g.events as f64 / g.n.max(1) as f64, g.n);
        let name = if is_flag { g.name.clone() } else { format!("({})", g.name) };
        say!("{people} {name}: {rate} of {n}", people = words::people(g.points.len()), name, rate, n = format::count(g.n))
    };
    let sides = c.groups.iter().map(side).collect::<Vec<_>>().join("; ");
    let mix = if c.is_adjusted { say!(", the mix of work taken out") } else { "" };
    let chance = words::chance(c.adjusted_p);
    let found = match (c.difference, c.correlation) {
        (Some(by), _) => {
            let interval = c.interval.map_or_else(String::new, |i| format!(" ({})", words::range(m, i)));
            let way = if by < 0.0 { say!("lower") } else { say!("higher") };
            say!("the former’s levels lie {by} {way}{interval}{mix}; {chance}.", by = words::size(m, by), way, interval, mix, chance)
        }
        (None, Some((rho, _))) => {
            let slope = c.slope.map_or_else(String::new, |s| say!(", {s} for one more of it", s = words::change(m, s)));
            say!("rank correlation {rho}{slope}{mix}; {chance}.", rho = signed(rho), slope, mix, chance)
        }
        (None, None) => String::new(),
    };
    let verdict = match (c.certainty, c.is_good) {
        (Certainty::Clear, Some(true)) => say!("Associated with better results: {found}", found),
        (Certainty::Clear, Some(false)) => say!("Associated with worse results: {found}", found),
        (Certainty::Clear, None) => say!("Associated with other results: {found}", found),
        (Certainty::Leaning, Some(true)) => say!("Perhaps associated with better results: {found}", found),
        (Certainty::Leaning, Some(false)) => say!("Perhaps associated with worse results: {found}", found),
        (Certainty::Leaning, None) => say!("Perhaps associated with other results: {found}", found),
        (Certainty::CannotTellYet, _) => crate::format::capital(&found),
    };
    format!("{sides}. {verdict}")
}

/// `+0.31`, `−0.31`.
fn signed(rho: f64) -> String {
    format!("{}{}", if rho < 0.0 { '−' } else { '+' }, format::decimals(rho.abs(), 2))
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
    if names.is_empty() { String::new() } else { say!(" Goes together with {names}, see below.", names = words::list(&names)) }
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
    let within = search.within.as_ref().map_or_else(String::new, |w| say!(", people compared within the same {w}", w));
    let searched = say!(
        "{attributes} were searched against {measures}: {compared}{within}.",
        attributes = say!(search.attributes.len() => "{n} attribute", "{n} attributes", n = format::count(search.attributes.len() as u64)),
        measures = say!(search.measures.len() => "{n} measure", "{n} measures", n = format::count(search.measures.len() as u64)),
        compared = words::comparisons(compared.len()),
        within
    );
    let came = match (compared.len(), clear, leaning) {
        (0, ..) => say!("Nothing could be compared.").to_owned(),
        (_, 0, 0) => say!("None goes with better or worse results by more than chance explains.").to_owned(),
        (_, clear, leaning) => {
            say!(
                "{clear} clear, {leaning} leaning; adjusted for all {compared} (false discovery rate).",
                clear,
                leaning,
                compared = words::comparisons(compared.len())
            )
        }
    };
    Drivers {
        measures: search.measures.iter().map(|o| o.measure.clone()).collect(),
        attributes: search.attributes.len(),
        comparisons: compared.len(),
        within: search.within.clone(),
        text: say!("{searched} {came} Associated with is not caused by.", searched, came),
        compared,
        skipped,
        together,
    }
}
