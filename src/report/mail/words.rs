//! The few words a mail is judged by: what its subject and its headline say.

use super::super::card_view::headline;
use super::Order;
use crate::format;
use crate::say;
use crate::scorecard::{Card, CardKind, Certainty, Finding};

/// Measures named in a subject or headline.
const MOST_NAMED: usize = 2;

/// The subject line of `[mail] subject`, filled in.
pub(super) fn subject(order: &Order<'_>) -> String {
    let s = order.scorecard;
    let values = [
        ("desk", s.desk.as_str()),
        ("card", order.card.name.as_str()),
        ("period", s.period.label.as_str()),
        ("period_id", s.period.id.as_str()),
        ("verdict", &verdict(order.card)),
    ];
    let mut out = String::new();
    let mut rest = order.subject;
    // One pass: a name from an export that looks like a placeholder stays what it is.
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = tail;
    }
    out.push_str(rest);
    let partial = if s.period.is_partial { say!(" (not complete)") } else { "" };
    format::label(&format!("{out}{partial}"), 200).replace(format::NBSP, " ")
}

/// What the subject says of the card: how many targets are met, for a person only how many things stand out.
pub(super) fn verdict(card: &Card) -> String {
    if card.kind == CardKind::Agent {
        return match (card.doing_well.len(), card.to_improve.len()) {
            (0, 0) => say!("nothing out of the ordinary").to_owned(),
            (well, 0) => say!("{well} doing well", well),
            (0, improve) => say!("{improve} to work on", improve),
            (well, improve) => say!("{well} doing well, {improve} to work on", well, improve),
        };
    }
    let met = headline(&card.kpis);
    let parts = [lower(&met), named(say!("to work on: "), &card.to_improve).unwrap_or_default()];
    let said: Vec<&str> = parts.iter().map(String::as_str).filter(|p| !p.is_empty()).collect();
    if said.is_empty() { say!("nothing out of the ordinary").to_owned() } else { said.join("; ") }
}

/// The headline: what to work on, else what goes well, else that nothing stands out.
pub(super) fn finding(card: &Card) -> String {
    let parts = [named(say!("To work on: "), &card.to_improve), named(say!("Doing well: "), &card.doing_well)];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    if said.is_empty() { say!("Nothing stands out from the usual ups and downs").to_owned() } else { said.join(". ") }
}

fn named(lead: &str, findings: &[Finding]) -> Option<String> {
    let mut names: Vec<String> = findings.iter().take(MOST_NAMED).map(named_one).collect();
    match findings.len().saturating_sub(MOST_NAMED) {
        0 => {}
        more => names.push(say!("{more} more", more)),
    }
    (!names.is_empty()).then(|| format!("{lead}{}", names.join(", ")))
}

fn named_one(f: &Finding) -> String {
    let leaning = if f.certainty == Certainty::Leaning { say!(" (leaning)") } else { "" };
    format!("{}{leaning}", format::label(&f.title, 60))
}

fn lower(text: &str) -> String {
    if text == say!("No target can be judged yet") { say!("no target can be judged yet").to_owned() } else { text.to_owned() }
}
