//! The blocks of a card: goals, what goes well, what to work on, and the goals for the next period.
//!
//! Owns their words and the rule that an empty block says why.

use super::card_view::{Place, pair};
use super::measure::{side, target, verdict};
use super::view::{BlockView, FindingView, NextGoalView, NextView};
use crate::format;
use crate::say;
use crate::scorecard::{Better, Card, Certainty, Finding, NextGoal};

/// Most findings a block shows.
const MOST: usize = 3;

/// The three blocks, an empty one with its reason.
pub(super) fn blocks(place: Place<'_>, card: &Card) -> Vec<BlockView> {
    let all = [
        ("goals", "goals", say!("Goals"), &card.goals),
        ("doing_well", "well", say!("Doing well"), &card.doing_well),
        ("to_improve", "improve", say!("To work on"), &card.to_improve),
    ];
    let block = |(key, class, title, findings): (&str, &str, &str, &Vec<Finding>)| BlockView {
        class: class.to_owned(),
        title: title.to_owned(),
        findings: findings.iter().take(MOST).map(|f| of_card(place, card, class, f)).collect(),
        more: more(class, findings.get(MOST..).unwrap_or_default()),
        empty: if findings.is_empty() { reason(card, key, say!("Nothing to say this period.")) } else { String::new() },
    };
    all.into_iter().map(block).collect()
}

/// A finding of a card's block. A goal that is the target has the verdict of the table: one thing has one verdict on a page.
pub(super) fn of_card(place: Place<'_>, card: &Card, class: &str, f: &Finding) -> FindingView {
    let shown = finding(place, class, f);
    let kpi = card.kpis.iter().find(|k| class == "goals" && k.metric == f.metric && k.is_met.is_some() && k.is_met == f.is_met);
    match kpi.map(verdict).and_then(|(class, words)| Some((class, words.split_once(' ')?))) {
        Some((class, (glyph, word))) => FindingView { class: class.to_owned(), glyph: glyph.to_owned(), word: word.to_owned(), ..shown },
        None => shown,
    }
}

fn reason(card: &Card, block: &str, otherwise: &str) -> String {
    let found = card.empty_because.iter().find(|(key, why)| key == block && !why.is_empty());
    format::label(found.map_or(otherwise, |(_, why)| why.as_str()), 400)
}

/// What a block has no room for; the measures show all of it.
fn more(class: &str, rest: &[Finding]) -> String {
    let met = rest.iter().filter(|f| f.is_met == Some(true)).count();
    match (rest.len(), class) {
        (0, _) => String::new(),
        (n, "goals") if met == 0 => say!("and {n} more, none of them met: see the measures", n),
        (n, "goals") => say!("and {n} more, {met} of them met: see the measures", n, met),
        (n, _) => say!("and {n} more: see the measures", n),
    }
}

fn certainty(c: Certainty) -> &'static str {
    match c {
        Certainty::Clear => say!("clear"),
        Certainty::Leaning => say!("leaning"),
        Certainty::CannotTellYet => say!("cannot tell yet"),
    }
}

/// A finding of a block: `goals`, `well`, `improve`, or of a section: anything else.
pub(super) fn finding(place: Place<'_>, block: &str, f: &Finding) -> FindingView {
    let (class, glyph, word) = match block {
        "goals" => goal(f),
        "well" => with_word(f, Some(true)),
        "improve" => with_word(f, Some(false)),
        _ => with_word(f, f.is_good),
    };
    FindingView {
        class: class.to_owned(),
        glyph: glyph.to_owned(),
        word: word.to_owned(),
        title: format::label(&f.title, 160),
        href: if place.definition(&f.metric).is_some() { place.definition_href(&f.metric) } else { String::new() },
        text: format::label(&f.text, 1000),
        examples: f.examples.iter().map(|(id, why)| pair(id, why)).collect(),
    }
}

fn with_word(f: &Finding, is_good: Option<bool>) -> (&'static str, &'static str, &'static str) {
    let (class, glyph, _) = side(f.certainty, is_good);
    (class, glyph, certainty(f.certainty))
}

fn goal(f: &Finding) -> (&'static str, &'static str, &'static str) {
    match (f.is_met, f.certainty) {
        (None, _) | (_, Certainty::CannotTellYet) => ("open", "○", say!("cannot tell yet")),
        (Some(true), Certainty::Clear) => ("good", "●", say!("met")),
        (Some(true), Certainty::Leaning) => ("plain", "○", say!("met, may be chance")),
        (Some(false), Certainty::Clear) => ("concern", "◆", say!("missed")),
        (Some(false), Certainty::Leaning) => ("plain", "◇", say!("missed, may be chance")),
    }
}

/// The goals for the next period.
pub(super) fn next(place: Place<'_>, card: &Card) -> NextView {
    let when = next_period(&place.scorecard.period.id);
    let otherwise = say!("No goal was chosen for {when}.", when);
    NextView {
        title: say!("Goals for {when}", when),
        goals: card.next_goals.iter().take(MOST).map(|g| next_goal(place, g)).collect(),
        empty: if card.next_goals.is_empty() { reason(card, "next_goals", &otherwise) } else { String::new() },
    }
}

fn next_goal(place: Place<'_>, g: &NextGoal) -> NextGoalView {
    let definition = place.definition(&g.metric);
    let better = definition.map_or(Better::Neither, |d| d.better);
    let shown = |v: f64| target(place.unit(&g.metric), better, v);
    NextGoalView {
        title: format::label(&g.title, 160),
        href: if definition.is_some() { place.definition_href(&g.metric) } else { String::new() },
        value: shown(g.value),
        target: g.target.map_or_else(String::new, |t| say!("target {t}", t = shown(t))),
        text: format::label(&g.text, 600),
    }
}

/// `next week`, from the id of this period.
fn next_period(id: &str) -> &'static str {
    match id.split_once('-').map(|(_, rest)| rest) {
        Some(rest) if rest.starts_with('W') => say!("next week"),
        Some(rest) if rest.starts_with('Q') => say!("next quarter"),
        Some(rest) if rest.len() == 2 && rest.chars().all(|c| c.is_ascii_digit()) => say!("next month"),
        _ => say!("the next period"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_period_has_the_unit_of_this_one() {
        let words = ["2026-W46", "2026-11", "2026-Q4", "2026-11-02..2026-11-20", ""].map(next_period);
        assert_eq!(words, ["next week", "next month", "next quarter", "the next period", "the next period"]);
    }
}
