//! Some treated: how much more they changed than the others.

use super::super::{Part, words};
use super::answer::{Design, Differed};
use super::picked;
use super::records::{Agent, Records};
use crate::say;
use crate::stats::Invalid;
use crate::stats::before_after::differences::{Differences, by_start};

/// Changes of every agent at every split, `[agent][split]`.
pub(super) fn changes(records: &Records<'_>) -> Vec<Vec<f64>> {
    records.agents.iter().map(|a| (0..records.splits.len()).map(|s| a.change(s)).collect()).collect()
}

/// The difference in differences; with what comes for free taken off, agent by agent, if asked for.
pub(super) fn differed(records: &Records<'_>, is_subtracted: bool) -> Part<Differed> {
    if let Some(why) = missing(records) {
        return Part::unsaid(why);
    }
    let raw = changes(records);
    let net = if is_subtracted { picked::expected(records).map(|e| less(&raw, &e)) } else { None };
    match by_start(net.as_ref().unwrap_or(&raw), &records.starts(), records.question.choices.seed) {
        Ok(found) => {
            let numbers = numbers(records, means(records), &found);
            Part::said(text(records, &numbers), numbers)
        }
        Err(Invalid::NoVariation) => Part::unsaid(say!(
            "Every agent of a side changed by exactly as much as the next: there is no variation to hold a difference against."
        )),
        Err(why) => Part::unsaid(say!("The difference cannot be worked out: {why}.", why)),
    }
}

/// Mean change of the treated, each at the own start, and of the others at the same starts.
fn means(records: &Records<'_>) -> (f64, f64) {
    let treated = records.treated().count() as f64;
    let with = records.treated().map(|(a, s)| a.change(s)).sum::<f64>() / treated;
    let at_starts = |agent: &Agent<'_>| records.treated().map(|(_, s)| agent.change(s)).sum::<f64>() / treated;
    (with, records.others().map(at_starts).sum::<f64>() / records.others().count() as f64)
}

fn less(raw: &[Vec<f64>], expected: &[Vec<f64>]) -> Vec<Vec<f64>> {
    raw.iter().zip(expected).map(|(r, e)| r.iter().zip(e).map(|(r, e)| r - e).collect()).collect()
}

fn missing(records: &Records<'_>) -> Option<String> {
    let (treated, others) = (records.treated().count(), records.others().count());
    match (records.design, treated, others) {
        (Design::Nobody, ..) => Some(say!("Nobody had it in these weeks.").to_owned()),
        (Design::Everyone, ..) => Some(say!("Everyone had it, so there is nobody to compare with.").to_owned()),
        (_, 0, _) => Some(say!("No agent that had it counts.").to_owned()),
        (_, _, 0) => Some(say!("No agent without it counts, so there is nobody to compare with.").to_owned()),
        (_, _, 1) => Some(say!("One agent without it counts; a comparison needs two or more.").to_owned()),
        (_, 1, _) => Some(alone(records)),
        _ => None,
    }
}

/// One treated agent: where its change stands among the others.
fn alone(records: &Records<'_>) -> String {
    let Some((agent, split)) = records.treated().next() else { return String::new() };
    let own = agent.change(split);
    let larger = records.others().filter(|a| a.change(split) > own).count();
    let all = records.agents.len();
    say!(
        "One agent had it, and changed by {change}: number {larger} of {all} from the top. With one agent nobody can tell what the event did from what \
         that agent’s weeks did by themselves; it takes two or more with it.",
        change = words::change(&records.question.measure, own),
        larger = larger + 1,
        all
    )
}

fn numbers(records: &Records<'_>, changes: (f64, f64), found: &Differences) -> Differed {
    Differed {
        agents: (records.treated().count(), records.others().count()),
        changes,
        raw: changes.0 - changes.1,
        estimate: found.welch.estimate,
        standard_error: found.welch.standard_error,
        interval: found.welch.interval,
        p: found.permutation.p,
        rearrangements: found.permutation.rearrangements,
        is_exact: found.permutation.exact,
        smallest: found.welch.smallest_effect,
    }
}

fn text(records: &Records<'_>, d: &Differed) -> String {
    let m = &records.question.measure;
    let ways = if d.is_exact { say!("all") } else { say!("drawn") };
    let off = if (d.raw - d.estimate).abs() > 1e-9 {
        say!("; {raw} before what comes for free is taken off", raw = words::change(m, d.raw))
    } else {
        String::new()
    };
    say!(
        "Those with it changed by {own}, the others by {others}: {estimate} ({interval}) beyond what the others changed{off}. Had it gone to agents by lot, {rearrangements} of {rearrangements2} \
         {ways} ways to deal it would differ as much ({p}).",
        own = words::change(m, d.changes.0),
        others = words::change(m, d.changes.1),
        estimate = words::change(m, d.estimate),
        interval = words::range(m, d.interval),
        off,
        rearrangements = crate::format::count((d.p * d.rearrangements as f64).round() as u64),
        rearrangements2 = crate::format::count(d.rearrangements),
        ways,
        p = words::chance(d.p)
    )
}
