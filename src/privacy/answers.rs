//! Figures of what customers and colleagues answered, as others may read them: no small group, and none by subtraction.
//!
//! One pass over a finished scorecard, so that no output can forget it. Of the desk, teams and suppliers the satisfaction of each
//! period and of the recent ones is told to the row, but where that gives a small group away (`decided`); everything finer, one
//! person, one priority, one category, stands in round numbers (`coarse`). Nothing of a single answer is left: no ticket of an
//! unhappy customer, no row file. What is kept back has the same mark whether it is small itself or protects another.

mod charts;
mod decided;
mod findings;
mod tables;

use super::coarse;
use crate::scorecard::{Card, CardKind, Definition, Kpi, Level, Note, Point, Scorecard, Section, Standing, Unit};
use crate::{key, say};
use decided::Decided;

/// The survey measure that is told to the row: all others are of a part of the same answers, or of another count of them.
pub const LEAD: &str = "csat";
/// Measures of what colleagues say.
const OF_COLLEAGUES: [&str; 1] = ["peer_360"];
/// The table of what customers say.
const SURVEYS: &str = "surveys";
/// Why some figures of a part of a page are rounder than others.
const ROUNDED: &str =
    key!("Answers are told in round numbers here, so that nobody’s own can be worked out: counts to fives, shares to whole points.");
/// The same for the measures of a group.
const ROUNDED_BUT_LEAD: &str = key!(
    "What customers and colleagues answered is told in round numbers, counts to fives and shares to whole points, so that nobody’s own answer can be worked out; the customer satisfaction of a whole group is exact."
);
/// Code of the note that says what was kept back.
const NOTE: &str = "small-groups";

/// Answers to [`LEAD`] by period, team, supplier and agent: empty where unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    /// Place of the period in [`Answers::periods`].
    pub period: usize,
    /// Team of who had the ticket.
    pub team: String,
    /// Their supplier.
    pub supplier: String,
    /// Their name as shown.
    pub agent: String,
    /// Answers.
    pub n: u64,
}

/// Everybody's answers, by the smallest groups that any page tells apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// Ids of the periods of a scorecard's charts, oldest first; the last is the one reported.
    pub periods: Vec<String>,
    /// Place of the first of the recent periods.
    pub recent_from: usize,
    /// The answers.
    pub rows: Vec<Answered>,
}

/// The scorecard as others may read it, where figures of fewer than `min_n` answers are kept back.
pub fn for_others(scorecard: &Scorecard, answers: &Answers, min_n: u32) -> Scorecard {
    let mut out = scorecard.clone();
    let pass = Pass {
        definitions: &scorecard.definitions,
        period: &scorecard.period.id,
        previous: &scorecard.previous_period.id,
        decided: Decided::new(answers, u64::from(min_n)),
        min_n: u64::from(min_n),
    };
    let is_any = scorecard.definitions.iter().any(|d| pass.is_answer(&d.id));
    out.cards.iter_mut().for_each(|card| pass.card(card));
    for topic in &mut out.topics {
        // A heading is the line of a finding of the page, and may be of answers.
        let of_answers = topic.sections.iter().flat_map(|s| &s.findings).any(|f| pass.is_answer(&f.metric));
        if of_answers {
            topic.finding = coarse::sentence(&topic.finding, pass.min_n).unwrap_or_default();
        }
        topic.kpis.iter_mut().for_each(|kpi| pass.group((CardKind::Desk, ""), kpi));
        topic.sections.iter_mut().for_each(|s| pass.section((CardKind::Desk, ""), s));
    }
    if is_any {
        out.notes.push(note(min_n));
    }
    out
}

fn note(min_n: u32) -> Note {
    let text = say!(
        "What customers and colleagues answered is told of {min_n} answers or more, and of one person over the recent periods only. “Kept back” or – stands \
         where there are fewer, or where fewer could be worked out by subtraction. Figures of one person, priority or category are rounded: counts to fives, shares to whole points.",
        min_n
    );
    Note { level: Level::Info, code: NOTE.to_owned(), text }
}

/// Whose card: its kind and name; the desk has none.
type Whose<'a> = (CardKind, &'a str);

/// What one pass knows.
#[derive(Debug)]
struct Pass<'a> {
    definitions: &'a [Definition],
    period: &'a str,
    previous: &'a str,
    decided: Decided,
    min_n: u64,
}

impl Pass<'_> {
    /// Whether a measure says what somebody answered: everything of the surveys, and what colleagues say.
    fn is_answer(&self, metric: &str) -> bool {
        let of_colleagues = |id: &str| OF_COLLEAGUES.contains(&id);
        // A ratio is of what its two are of.
        let is_told = |d: &Definition| d.tables.iter().any(|t| t == SURVEYS) || d.parts.iter().any(|id| of_colleagues(id));
        of_colleagues(metric) || self.definitions.iter().any(|d| d.id == metric && is_told(d))
    }

    fn unit(&self, metric: &str) -> Unit {
        self.definitions.iter().find(|d| d.id == metric).map_or(Unit::Number, |d| d.unit)
    }

    fn card(&self, card: &mut Card) {
        let name = if card.kind == CardKind::Desk { String::new() } else { card.name.clone() };
        let whose = (card.kind, name.as_str());
        if card.kind == CardKind::Agent {
            card.kpis.iter_mut().for_each(|k| self.person(&name, k));
        } else {
            card.kpis.iter_mut().for_each(|k| self.group(whose, k));
        }
        card.observations.iter_mut().filter(|k| self.is_answer(&k.metric)).for_each(|k| self.coarse(&|_| true, k));
        self.findings(whose, card);
        card.charts.retain_mut(|c| self.chart(whose, c));
        card.tables.retain_mut(|t| self.table(whose, t));
        card.sections.iter_mut().for_each(|s| self.section(whose, s));
        card.sections.retain(says_something);
        let is_rounded = |k: &Kpi| k.metric != LEAD && self.is_answer(&k.metric) && (k.n > 0 || k.level.is_some());
        if card.kind != CardKind::Agent && card.kpis.iter().any(is_rounded) {
            card.footer.push(crate::language::text(ROUNDED_BUT_LEAD).to_owned());
        }
    }

    /// A measure of one person: their level alone, in round numbers.
    fn person(&self, name: &str, k: &mut Kpi) {
        if !self.is_answer(&k.metric) {
            return;
        }
        let unit = self.unit(&k.metric);
        let level = k.level.filter(|_| self.decided.is_person_shown(name)).and_then(|l| self.level(unit, l));
        kept_back(k);
        k.level = level;
    }

    /// A measure of the desk, a team or a supplier.
    fn group(&self, whose: Whose<'_>, k: &mut Kpi) {
        if !self.is_answer(&k.metric) {
            return;
        }
        let is_shown = |period: &str| self.decided.is_shown(whose, period);
        if k.metric != LEAD {
            return self.coarse(&is_shown, k);
        }
        if !self.decided.is_recent_shown(whose) {
            (k.level, k.expected) = (None, None);
        }
        k.history.iter_mut().filter(|p| !is_shown(&p.period)).for_each(emptied);
        if !is_shown(self.previous) {
            (k.previous, k.previous_n) = (None, 0);
        }
        k.rows_file = None;
        if !is_shown(self.period) {
            let (level, history, previous) = (k.level, std::mem::take(&mut k.history), (k.previous, k.previous_n));
            kept_back(k);
            (k.level, k.history, (k.previous, k.previous_n)) = (level, history, previous);
        }
    }

    /// A measure in round numbers, or not at all: of periods (none for the recent ones) of which the satisfaction is not told.
    fn coarse(&self, is_shown: &dyn Fn(&str) -> bool, k: &mut Kpi) {
        let unit = self.unit(&k.metric);
        let mut before =
            Point { period: self.previous.to_owned(), short: String::new(), value: k.previous, n: k.previous_n, is_partial: false };
        for p in k.history.iter_mut().chain([&mut before]) {
            if is_shown(&p.period) { self.point(unit, p) } else { emptied(p) }
        }
        let level = k.level.filter(|_| is_shown("")).and_then(|l| self.level(unit, l));
        let (value, n, is_met, history) = (k.value, k.n, k.is_met, std::mem::take(&mut k.history));
        let (interval, immature) = (k.interval, k.immature);
        if n >= self.min_n && is_shown(self.period) {
            (k.rows_file, k.bounds, k.expected) = (None, None, None);
            k.n = coarse::count(n);
            k.value = value.map(|v| coarse::value(unit, v));
            k.sum = k.value.map_or(0.0, |v| (v * k.n as f64).round());
            k.interval = interval.map(|i| coarse::interval(unit, i));
            k.is_met = is_met;
        } else if n > 0 {
            kept_back(k);
        } else {
            // No rows are "no data", which is no secret.
            (k.rows_file, k.bounds, k.expected) = (None, None, None);
        }
        k.immature = if immature < self.min_n { 0 } else { coarse::count(immature) };
        (k.level, k.history, k.previous, k.previous_n) = (level, history, before.value, before.n);
    }

    fn level(&self, unit: Unit, l: Standing) -> Option<Standing> {
        (l.n >= self.min_n).then(|| Standing {
            value: coarse::value(unit, l.value),
            interval: coarse::interval(unit, l.interval),
            sum: coarse::part(l.sum, l.n),
            n: coarse::count(l.n),
            reliability: (l.reliability * 10.0).round() / 10.0,
            needed: None,
            is_rounded: true,
            ..l
        })
    }

    fn point(&self, unit: Unit, p: &mut Point) {
        if p.n < self.min_n {
            return emptied(p);
        }
        p.value = p.value.map(|v| coarse::value(unit, v));
        p.n = coarse::count(p.n);
    }

    fn section(&self, whose: Whose<'_>, s: &mut Section) {
        let before = s.clone();
        self.rounded(whose, s);
        // Names lose numbers, not digits.
        if *s != before && s.id != "recognition" && says_something(s) {
            if !s.footer.is_empty() {
                s.footer.push(' ');
            }
            s.footer.push_str(crate::language::text(ROUNDED));
        }
    }

    fn rounded(&self, whose: Whose<'_>, s: &mut Section) {
        s.findings.retain_mut(|f| !self.is_answer(&f.metric) || self.told_coarsely(f));
        s.charts.retain_mut(|c| self.chart_of_section(c));
        s.tables.retain_mut(|t| self.table_of_section(t));
        self.facts(whose, s);
    }
}

/// Without any figure of the period.
fn kept_back(k: &mut Kpi) {
    *k = Kpi {
        metric: std::mem::take(&mut k.metric),
        value: None,
        n: 0,
        sum: 0.0,
        target: k.target,
        is_met: None,
        previous: None,
        previous_n: 0,
        history: Vec::new(),
        interval: None,
        immature: 0,
        rows_file: None,
        is_judged: k.is_judged,
        is_hidden: true,
        level: None,
        signal: None,
        bounds: None,
        expected: None,
    };
}

fn emptied(p: &mut Point) {
    (p.value, p.n) = (None, 0);
}

fn says_something(s: &Section) -> bool {
    !(s.facts.is_empty() && s.findings.is_empty() && s.charts.is_empty() && s.tables.is_empty() && s.empty.is_empty())
}

#[cfg(test)]
mod tests;
