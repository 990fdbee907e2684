//! `measures.csv` and `measures-excel.csv`: a row a subject and metric, few columns that every tool can read.
//!
//! Two kinds, because one file cannot be both: for machines RFC 4180 with the text as it is, for Excel with a byte order mark, the
//! separator and decimal mark of its language, and no text that it would take for a formula. `kpis.csv` has every column there is.

use std::borrow::Cow;

use super::csv::{counted, safe_text};
use super::{Page, measure};
use crate::error::{Error, Result};
use crate::format;
use crate::say;
use crate::scorecard::{Card, Definition, Kpi, Scorecard, Unit};

/// The columns of both kinds; new ones go to the end.
pub const COLUMNS: [&str; 17] = [
    "period",
    "card_kind",
    "card",
    "slug",
    "definition",
    "label",
    "unit",
    "value",
    "numerator",
    "n",
    "target",
    "low",
    "high",
    "verdict",
    "judged",
    "observation",
    "partial",
];

/// The decimal mark that Excel expects, and with it the separator of columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Decimal {
    /// `0.85` and `,`: English.
    #[default]
    Point,
    /// `0,85` and `;`: most of Europe and South America.
    Comma,
}

/// Who reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A program: RFC 4180, UTF-8, decimal points, text as it is.
    Machine,
    /// Excel, in a language with this decimal mark.
    Excel(Decimal),
}

/// Both files.
pub fn pages(scorecard: &Scorecard, decimal: Decimal) -> Result<Vec<Page>> {
    Ok(vec![
        Page::new("measures.csv", measures(scorecard, &scorecard.cards, Kind::Machine)?),
        Page::new("measures-excel.csv", measures(scorecard, &scorecard.cards, Kind::Excel(decimal))?),
    ])
}

/// The measures and observations of these cards, in scorecard order.
pub fn measures(scorecard: &Scorecard, cards: &[Card], kind: Kind) -> Result<String> {
    let failed = |e: &dyn std::fmt::Display| Error::bug(format!("the measures could not be written as CSV: {e}"));
    let separator = if kind == Kind::Excel(Decimal::Comma) { b';' } else { b',' };
    let mut writer = ::csv::WriterBuilder::new().delimiter(separator).terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(|e| failed(&e))?;
    for card in cards {
        let all = card.kpis.iter().map(|k| (k, false)).chain(card.observations.iter().map(|k| (k, true)));
        for (kpi, is_observation) in all {
            writer.write_record(record(scorecard, card, (kpi, is_observation), kind)).map_err(|e| failed(&e))?;
        }
    }
    let bytes = writer.into_inner().map_err(|e| failed(&e))?;
    let text = String::from_utf8(bytes).map_err(|e| failed(&e))?;
    Ok(if kind == Kind::Machine { text } else { format!("\u{feff}{text}") })
}

fn record(scorecard: &Scorecard, card: &Card, (k, is_observation): (&Kpi, bool), kind: Kind) -> [String; COLUMNS.len()] {
    let definition = scorecard.definitions.iter().find(|d| d.id == k.metric);
    let label = definition.map_or(k.metric.as_str(), |d: &Definition| d.label.as_str());
    let text = |text: &str| kind.text(text).into_owned();
    let number = |v: Option<f64>| kind.number(v);
    [
        text(&scorecard.period.id),
        card.kind.name().to_owned(),
        text(&card.name),
        text(&card.slug),
        text(&k.metric),
        text(label),
        definition.map_or(Unit::Number, |d| d.unit).name().to_owned(),
        number(k.value),
        number(counted(k).map(|_| k.sum)),
        counted(k).map_or_else(String::new, |n| n.to_string()),
        number(k.target),
        number(k.interval.map(|i| i.0)),
        number(k.interval.map(|i| i.1)),
        verdict(k),
        k.is_judged.to_string(),
        is_observation.to_string(),
        scorecard.period.is_partial.to_string(),
    ]
}

impl Kind {
    fn text(self, text: &str) -> Cow<'_, str> {
        if self == Kind::Machine { Cow::Borrowed(text) } else { Cow::Owned(defused(text)) }
    }

    /// The shortest text that reads back as the same number; empty for "no data".
    fn number(self, v: Option<f64>) -> String {
        let text = v.filter(|v| v.is_finite()).map_or_else(String::new, |v| format!("{}", v + 0.0));
        if self == Kind::Excel(Decimal::Comma) { text.replace('.', ",") } else { text }
    }
}

/// Text that stays text, on one line, even where Excel's language splits at another separator than ours.
fn defused(text: &str) -> String {
    let clean = format::clean(text);
    let mut out = String::with_capacity(clean.len());
    let mut rest = clean.as_str();
    while let Some(at) = rest.find([',', ';']) {
        out.push_str(&safe_text(&rest[..at]));
        out.push_str(&rest[at..=at]);
        rest = &rest[at + 1..];
    }
    out.push_str(&safe_text(rest));
    out
}

/// `met`, `met this time`, `met, may be chance`, `missed`, `missed this time`, `missed, may be chance`, `no data`; empty where nothing is judged.
fn verdict(k: &Kpi) -> String {
    let words = if k.is_judged { measure::verdict(k).1 } else { "" };
    let word = words.trim_start_matches(['●', '○', '◆', '◇', ' ']);
    if k.is_hidden {
        say!("kept back").to_owned()
    } else if k.is_judged && k.target.is_some() && k.value.is_none() {
        say!("no data").to_owned()
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::scorecard;

    fn lines(kind: Kind) -> Vec<String> {
        let scorecard = scorecard();
        measures(&scorecard, &scorecard.cards[..1], kind).unwrap().split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_row_a_subject_and_metric_with_everything_to_use_it() {
        let machine = lines(Kind::Machine);
        assert_eq!(machine[0], COLUMNS.join(","));
        let fcr =
            "2026-W46,desk,Kundendienst <Nord>,desk,fcr,Label of fcr,share,0.75,30,40,0.7,0.6,0.85,\"met, may be chance\",true,false,false";
        assert_eq!(machine[1], fcr);
        assert!(machine[2].contains(",csat,Label of csat,share,,30,40,0.7,0.6,0.85,no data,true"), "no data is an empty cell");
        assert!(machine[3].contains(",volume,Label of volume,count,40,30,40,0.7,0.6,0.85,,false,false"), "context has no verdict");
        assert!(machine[4].contains(",qa,") && machine[4].ends_with(",true,true,false"));
        assert_eq!((machine.len(), machine[5].as_str()), (6, ""));
    }

    #[test]
    fn excel_gets_its_mark_separator_and_decimal() {
        let comma = lines(Kind::Excel(Decimal::Comma));
        assert_eq!(comma[0], format!("\u{feff}{}", COLUMNS.join(";")));
        let fcr =
            "2026-W46;desk;Kundendienst <Nord>;desk;fcr;Label of fcr;share;0,75;30;40;0,7;0,6;0,85;met, may be chance;true;false;false";
        assert_eq!(comma[1], fcr);
        assert!(lines(Kind::Excel(Decimal::Point))[1].contains(",0.75,30,40,0.7,"));
    }

    #[test]
    fn no_text_is_a_formula_whatever_the_separator() {
        for bad in ["=1+1", "+49", "-x", "@cmd", "＝1", " =1", "\u{a0}=1", "\"=1"] {
            assert_eq!(defused(bad), format!("'{bad}"), "{bad}");
        }
        assert_eq!(defused("a;=1,\t@x"), "a;'=1,' @x");
        assert_eq!(defused("\u{0}=1\r\nb"), "'=1  b");
        for good in ["Ada = Bob", "O'Brien-Smith", "a, b; c", ""] {
            assert_eq!(defused(good), good);
        }
        assert_eq!(Kind::Machine.text("=1\n"), "=1\n", "machines get the text as it is");
    }
}
