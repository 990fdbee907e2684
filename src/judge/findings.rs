//! What goes well and what to work on: the surest first, and never a verdict on luck.

use super::Evidence;
use super::cards::{Measured, Subject};
use super::signals;
use super::standing::Judged;
use crate::format;
use crate::say;
use crate::scorecard::{Better, CardKind, Certainty, Finding};

/// Figures of ended rows by when they should have ended: the worst are not yet among the newest.
const STILL_COMING: [&str; 2] = ["sla_breach_median", "sla_breach_p90"];
/// More rows than this are no help to anybody.
const MOST_NEEDED: u64 = 500;
/// Tickets named with a finding.
const EXAMPLES: usize = 5;

/// The two blocks of judgement.
pub(super) struct Blocks {
    pub(super) doing_well: Vec<Finding>,
    pub(super) to_improve: Vec<Finding>,
    pub(super) empty_because: Vec<(String, String)>,
}

/// A finding with its side and how sure it is, for sorting.
struct Told {
    is_good: bool,
    chance: f64,
    finding: Finding,
}

/// The blocks of a subject.
pub(super) fn all(e: &Evidence<'_>, s: &Subject, measured: &[Measured<'_>]) -> Blocks {
    let levels = measured.iter().filter_map(|m| level(e, s, m));
    let moves = measured.iter().filter_map(|m| moved(s, m));
    let mut told: Vec<Told> = levels.chain(moves).collect();
    told.sort_by(|a, b| {
        let by_chance = b.chance.total_cmp(&a.chance);
        a.finding.certainty.cmp(&b.finding.certainty).then(by_chance).then_with(|| a.finding.metric.cmp(&b.finding.metric))
    });
    // A measure is told once, by what is surest.
    let mut seen = std::collections::BTreeSet::new();
    told.retain(|t| seen.insert(t.finding.metric.clone()));
    let side = |good: bool| told.iter().filter(|t| t.is_good == good).map(|t| t.finding.clone()).collect::<Vec<_>>();
    let (doing_well, to_improve) = (side(true), side(false));
    let mut empty_because = Vec::new();
    for (block, is_empty, word) in [("doing_well", doing_well.is_empty(), true), ("to_improve", to_improve.is_empty(), false)] {
        if is_empty {
            empty_because.push((block.to_owned(), nothing(e, measured, word)));
        }
    }
    Blocks { doing_well, to_improve, empty_because }
}

/// A level that lies beyond the margin of its yardstick.
fn level(e: &Evidence<'_>, s: &Subject, m: &Measured<'_>) -> Option<Told> {
    let judged = m.judged.as_ref().filter(|_| m.kpi.is_judged)?;
    // What all agents do alike is neither anybody's merit nor anybody's fault.
    let is_good = judged.standing.is_good.filter(|_| !judged.standing.is_shared)?;
    let worth = e.examples.get(&(s.kind, s.name.clone(), m.metric.id.clone()));
    let finding = Finding {
        metric: m.metric.id.clone(),
        title: m.metric.label.clone(),
        text: judged.sentence(e, m.metric),
        certainty: judged.standing.certainty?,
        is_met: m.kpi.is_met,
        is_good: Some(is_good),
        examples: worth.map_or_else(Vec::new, |w| examples(is_good, w)),
    };
    Some(Told { is_good, chance: judged.chance, finding })
}

/// Worst and best: for what to work on four that went wrong and one that went well, the other way round for what goes well.
fn examples(is_good: bool, worth: &super::Worth) -> Vec<(String, String)> {
    let (first, second) = if is_good { (&worth.good, &worth.bad) } else { (&worth.bad, &worth.good) };
    let words = if is_good { (say!("went well"), say!("did not")) } else { (say!("went wrong"), say!("went well")) };
    let said = |list: &[(String, String)], word: &str| -> Vec<(String, String)> {
        list.iter().map(|(id, why)| (id.clone(), if why.is_empty() { word.to_owned() } else { format!("{word} · {why}") })).collect()
    };
    let mut out = said(&first[..first.len().min(EXAMPLES - usize::from(!second.is_empty()))], words.0);
    out.extend(said(&second[..second.len().min(1)], words.1));
    out
}

/// A newest point outside its usual range, for groups: a person's weeks are too few for charts.
fn moved(s: &Subject, m: &Measured<'_>) -> Option<Told> {
    let charted =
        m.signal.as_ref().filter(|c| s.kind != CardKind::Agent && m.kpi.is_judged && c.is_outside() && c.is_noticeable(m.metric))?;
    let is_good = signals::is_good(charted.signal.variation)?;
    // Of the newest late ones only those already resolved are known, the least late: no praise for that.
    if is_good && STILL_COMING.contains(&m.metric.id.as_str()) {
        return None;
    }
    let finding = Finding {
        metric: m.metric.id.clone(),
        title: m.metric.label.clone(),
        text: charted.sentence(m.metric),
        certainty: if charted.is_clear { Certainty::Clear } else { Certainty::Leaning },
        is_met: m.kpi.is_met,
        is_good: Some(is_good),
        examples: Vec::new(),
    };
    Some(Told { is_good, chance: if charted.is_clear { 0.99 } else { 0.5 }, finding })
}

/// Why a block is empty: no data, or nothing that luck could not have done; and what would tell.
fn nothing(e: &Evidence<'_>, measured: &[Measured<'_>], good: bool) -> String {
    let absent = if measured.iter().all(|m| m.kpi.n == 0) { say!("There is no data in this period. ") } else { "" };
    if !absent.is_empty() && measured.iter().all(|m| m.judged.is_none()) {
        return absent.trim().to_owned();
    }
    let judged: Vec<&Measured<'_>> = measured.iter().filter(|m| m.kpi.is_judged && m.judged.is_some()).collect();
    if judged.is_empty() {
        return say!("{absent}No measure that is judged has data here.", absent);
    }
    let held = judged.iter().any(|m| m.judged.as_ref().is_some_and(|j| j.yardstick.is_some()));
    if !held {
        return say!("{absent}There is no target to judge by: the desk has set no goals.", absent);
    }
    let span = e.recent_words();
    let mut text = match good {
        true => say!("{absent}Nothing is better than its target, or the desk, by so much over {span} that it could be told.", absent, span),
        false => say!("{absent}Nothing is worse than its target, or the desk, by so much over {span} that it could be told.", absent, span),
    };
    if !good {
        text += &shared(&judged);
    }
    let mut open: Vec<(u64, &str)> = judged
        .iter()
        .filter_map(|m| {
            let judged = m.judged.as_ref()?;
            let yardstick = judged.yardstick.as_ref().filter(|y| y.is_target)?;
            let own = judged.standing.sum as f64 / judged.standing.n as f64;
            let is_this_side = ((own > yardstick.value) == (m.metric.better == Better::Higher)) == good;
            let is_open = judged.standing.certainty == Some(Certainty::CannotTellYet);
            let needed = judged.standing.needed.filter(|needed| is_this_side && is_open && *needed <= MOST_NEEDED)?;
            Some((needed, m.metric.short()))
        })
        .collect();
    open.sort_unstable();
    if let Some((needed, name)) = open.first() {
        text += &say!(" Closest to a verdict: {name}, after about {needed} more rows like these.", name, needed = format::count(*needed));
    }
    text
}

/// What all agents miss alike is nobody's own to work on.
fn shared(judged: &[&Measured<'_>]) -> String {
    let is_shared = |m: &&&Measured<'_>| m.judged.as_ref().is_some_and(Judged::is_missed_by_all);
    let names: Vec<&str> = judged.iter().filter(is_shared).map(|m| m.metric.short()).collect();
    if names.is_empty() {
        String::new()
    } else {
        say!(" Missed across the desk, and so not one person’s to work on: {names}.", names = names.join(", "))
    }
}

/// How far to trust the page.
pub(super) fn footer(e: &Evidence<'_>, s: &Subject, measured: &[Measured<'_>]) -> Vec<String> {
    let judge = &e.settings.judge;
    let percent = |p: f64| super::standing::percent(p);
    let whom = match s.kind {
        CardKind::Agent => say!("The level of a person is pulled towards that of all agents as far as its few rows demand."),
        CardKind::Team | CardKind::Supplier => say!(
            "The level of a team or supplier is pulled towards that of the others as far as its few rows demand; fewer than five are judged by their own rows alone."
        ),
        CardKind::Desk => say!("The desk is judged by its own rows alone."),
    };
    let mut out = vec![say!(
        "Clear: at least {clear} sure, from the rows of {span}, that the level lies more than {margin} (half the way to 0 or 100 % at most) from its target, \
         or without one from the desk, and the 95 % interval leaves that out; leaning: at least {leaning}. {whom}",
        clear = percent(judge.clear),
        span = e.recent_words(),
        margin = super::standing::points(judge.margin),
        leaning = percent(judge.leaning),
        whom
    )];
    let charts = measured.iter().filter(|m| m.signal.is_some()).count();
    if charts > 0 {
        out.push(say!("{charts} measures here have a control chart. In a desk where nothing ever changes the rules still flag the newest point of one chart in \
             fifty: expect {charts2} false signals on this page each time.", charts = format::count(charts as u64), charts2 = format::decimals(signals::expected_false(charts), 1)));
    }
    let missed = shared(&measured.iter().filter(|m| m.kpi.is_judged).collect::<Vec<_>>());
    if !missed.is_empty() && s.kind == CardKind::Agent {
        out.push(missed.trim().to_owned());
    }
    out.push(say!("Intervals and verdicts take tickets as independent; many tickets of one caller say less than their number.").to_owned());
    out
}
