//! Agents in the rows of the week who are not on the roster: new people, or names written in another way.

use super::evidence::Measured;
use super::{Code, Look, Warning, words};
use crate::format;
use crate::say;

/// An agent with fewer rows lent a hand.
const FEWEST_ROWS: u64 = 5;

/// Together they may have this share of the rows.
const PASSED_OVER: f64 = 0.02;

/// From this share on it is not the people who are new, but the roster that is old or written in another way.
const MOST: f64 = 0.5;

/// Agents off the roster.
pub(super) fn warning(look: &Look<'_>) -> Option<Warning> {
    let found = look.source.off_roster.as_ref()?;
    let mut agents: Vec<&(String, u64)> = found.agents.iter().filter(|agent| agent.1 > 0).collect();
    agents.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let rows = agents.iter().fold(0_u64, |sum, agent| sum.saturating_add(agent.1));
    let most = agents.first()?.1;
    let all = found.rows.max(rows);
    let share = rows as f64 / all as f64;
    if most < FEWEST_ROWS && share <= PASSED_OVER {
        return None;
    }
    let advice = if share >= MOST {
        say!("the roster may be out of date, or write names in another way than this export")
    } else {
        say!("add them to the roster, with the day they started, or they have no card")
    };
    let names: Vec<String> =
        agents.iter().map(|(name, rows)| say!("{name} ({rows})", name = words::name(name), rows = format::count(*rows))).collect();
    let text = say!(
        names.len() => "1 agent is not on the roster and has {rows} of {all} rows of {week}: {names}: {advice}",
        "{n} agents are not on the roster and have {rows} of {all} rows of {week}: {names}: {advice}",
        n = names.len(),
        rows = format::count(rows),
        all = format::count(all),
        week = words::week(look),
        names = words::listed(&names),
        advice
    );
    Some(look.warn(Code::OffRoster, &text, Measured { seen: share, low: 0.0, high: 0.0 }))
}
