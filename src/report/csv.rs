//! `kpis.csv`: every measure of every card as raw numbers, one row each, for spreadsheets and scripts.

use crate::error::{Error, Result};
use crate::scorecard::{Assurance, Better, Card, Certainty, Definition, Kpi, Scorecard, Unknown, Variation};

/// New columns go to the end: scripts may count.
const COLUMNS: [&str; 42] = [
    "card_kind",
    "card",
    "slug",
    "period",
    "metric",
    "label",
    "section",
    "unit",
    "better",
    "value",
    "n",
    "sum",
    "target",
    "is_met",
    "previous",
    "previous_n",
    "interval_low",
    "interval_high",
    "immature",
    "is_partial",
    "is_observation",
    "rows_file",
    "is_judged",
    "variation",
    "assurance",
    "level",
    "level_low",
    "level_high",
    "level_sum",
    "level_n",
    "level_reliability",
    "level_certainty",
    "level_is_good",
    "level_needed",
    "bounds_low",
    "bounds_high",
    "bounds_unknown",
    "bounds_because",
    "expected",
    "expected_observed",
    "expected_n",
    "expected_z",
];

/// Columns of what is known beside the value.
const LATER: usize = 20;

/// Text for a CSV cell: what a spreadsheet would take for a formula gets a `'` in front. Not for numbers.
pub fn safe_text(text: &str) -> String {
    // Readers drop control characters before they look for a formula, and some blanks, quotes and a byte order mark: so do we.
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    let first = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '"'));
    if first.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) || text.starts_with(['\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text
    }
}

/// All measures, cards and measures in scorecard order.
pub fn kpis(scorecard: &Scorecard) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::bug(format!("kpis.csv could not be written: {e}"));
    writer.write_record(COLUMNS).map_err(failed)?;
    for card in &scorecard.cards {
        let judged = card.kpis.iter().map(|k| (k, false));
        for (kpi, is_observation) in judged.chain(card.observations.iter().map(|k| (k, true))) {
            writer.write_record(record(scorecard, card, kpi, is_observation).iter().chain(&later(kpi))).map_err(failed)?;
        }
    }
    let bytes = writer.into_inner().map_err(|e| Error::bug(format!("kpis.csv could not be written: {e}")))?;
    String::from_utf8(bytes).map_err(|e| Error::bug(format!("kpis.csv is not UTF-8: {e}")))
}

fn record(scorecard: &Scorecard, card: &Card, k: &Kpi, is_observation: bool) -> [String; 22] {
    let definition = scorecard.definitions.iter().find(|d| d.id == k.metric);
    let text = |of: fn(&Definition) -> &str| definition.map_or_else(String::new, |d| safe_text(of(d)));
    [
        card.kind.name().to_owned(),
        safe_text(&card.name),
        safe_text(&card.slug),
        scorecard.period.id.clone(),
        safe_text(&k.metric),
        text(|d| &d.label),
        text(|d| &d.section),
        text(|d| d.unit.name()),
        text(|d| better(d.better)),
        number(k.value),
        whole(counted(k)),
        number(counted(k).map(|_| k.sum)),
        number(k.target),
        flag(k.is_met),
        number(k.previous),
        k.previous_n.to_string(),
        number(k.interval.map(|i| i.0)),
        number(k.interval.map(|i| i.1)),
        k.immature.to_string(),
        scorecard.period.is_partial.to_string(),
        is_observation.to_string(),
        k.rows_file.as_deref().map_or_else(String::new, safe_text),
    ]
}

fn later(k: &Kpi) -> [String; LATER] {
    let (level, bounds, expected) = (k.level.as_ref(), k.bounds.as_ref(), k.expected.as_ref());
    let word = |word: Option<&str>| word.unwrap_or_default().to_owned();
    [
        k.is_judged.to_string(),
        word(k.signal.map(|s| variation(s.variation))),
        word(k.signal.and_then(|s| s.assurance).map(assurance)),
        number(level.map(|l| l.value)),
        number(level.map(|l| l.interval.0)),
        number(level.map(|l| l.interval.1)),
        whole(level.map(|l| l.sum)),
        whole(level.map(|l| l.n)),
        number(level.map(|l| l.reliability)),
        word(level.and_then(|l| l.certainty).map(certainty)),
        flag(level.and_then(|l| l.is_good)),
        whole(level.and_then(|l| l.needed)),
        number(bounds.map(|b| b.range.0)),
        number(bounds.map(|b| b.range.1)),
        whole(bounds.map(|b| b.unknown)),
        word(bounds.map(|b| because(b.because))),
        number(expected.map(|e| e.value)),
        number(expected.map(|e| e.observed)),
        whole(expected.map(|e| e.n)),
        number(expected.map(|e| e.z)),
    ]
}

/// The rows, unless they are kept back.
pub(super) fn counted(k: &Kpi) -> Option<u64> {
    (!k.is_hidden).then_some(k.n)
}

fn flag(is: Option<bool>) -> String {
    is.map_or_else(String::new, |is| is.to_string())
}

fn whole(n: Option<u64>) -> String {
    n.map_or_else(String::new, |n| n.to_string())
}

/// The shortest text that reads back as the same number; empty for "no data".
fn number(v: Option<f64>) -> String {
    v.filter(|v| v.is_finite()).map_or_else(String::new, |v| format!("{}", v + 0.0))
}

fn better(better: Better) -> &'static str {
    match better {
        Better::Higher => "higher",
        Better::Lower => "lower",
        Better::Neither => "neither",
    }
}

fn variation(v: Variation) -> &'static str {
    match v {
        Variation::CommonCause => "common_cause",
        Variation::ImprovingHigh => "improving_high",
        Variation::ImprovingLow => "improving_low",
        Variation::ConcerningHigh => "concerning_high",
        Variation::ConcerningLow => "concerning_low",
        Variation::ChangedHigh => "changed_high",
        Variation::ChangedLow => "changed_low",
    }
}

fn assurance(a: Assurance) -> &'static str {
    match a {
        Assurance::Passes => "passes",
        Assurance::Fails => "fails",
        Assurance::HitOrMiss => "hit_or_miss",
    }
}

fn certainty(c: Certainty) -> &'static str {
    match c {
        Certainty::Clear => "clear",
        Certainty::Leaning => "leaning",
        Certainty::CannotTellYet => "cannot_tell_yet",
    }
}

fn because(u: Unknown) -> &'static str {
    match u {
        Unknown::NotYetMature => "not_yet_mature",
        Unknown::NotAnswered => "not_answered",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_in_text_are_defused_and_numbers_are_left_alone() {
        for bad in ["=1+1", "+49 30", "-x", "@cmd", "\tx", "\rx", "  =1+1", "\u{a0}=1+1", "\"=1+1", "\u{feff} @cmd"] {
            assert_eq!(safe_text(bad), format!("'{bad}"));
        }
        assert_eq!(safe_text("Ada = Bob"), "Ada = Bob");
        assert_eq!(number(Some(-3.5)), "-3.5");
        assert_eq!(number(Some(-0.0)), "0");
        assert_eq!(number(Some(f64::NAN)), "");
    }
}
