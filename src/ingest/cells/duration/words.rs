//! Lengths of time in words, and in the letters of ISO 8601.

use super::NANO;
use crate::ingest::cells::number::Decimal;

/// `1d 2h 3m`, `1 hour, 5 minutes and 2 seconds`: units from long to short, each once.
pub(super) fn words(text: &[u8]) -> Option<i64> {
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut sum = Sum::default();
    while !rest.is_empty() {
        let (amount, behind) = amount(rest)?;
        let (unit, behind) = unit(blanks(behind))?;
        sum.add(amount, unit)?;
        rest = link(behind);
    }
    sum.seconds(negative)
}

/// Nanoseconds added up, and the last unit: the next one must be shorter.
#[derive(Debug, Default)]
struct Sum {
    nanos: i128,
    last: Option<u64>,
}

impl Sum {
    fn add(&mut self, amount: Decimal, unit: u64) -> Option<()> {
        if self.last.is_some_and(|last| unit >= last) {
            return None;
        }
        self.nanos = self.nanos.checked_add(amount.times(unit)?)?;
        self.last = Some(unit);
        Some(())
    }

    fn seconds(self, negative: bool) -> Option<i64> {
        self.last?;
        let seconds = i64::try_from((self.nanos + i128::from(NANO) / 2) / i128::from(NANO)).ok()?;
        Some(if negative { -seconds } else { seconds })
    }
}

/// A number, which may have a decimal point or comma. A comma with three digits behind it may mean thousands and is refused.
fn amount(text: &[u8]) -> Option<(Decimal, &[u8])> {
    let digits = |from: usize| text[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    let fraction = match text.get(whole) {
        Some(b'.') => digits(whole + 1),
        Some(b',') if whole > 0 => digits(whole + 1),
        _ => 0,
    };
    let is_comma = fraction > 0 && text[whole] == b',';
    if is_comma && fraction == 3 {
        return None;
    }
    let length = if fraction > 0 { whole + 1 + fraction } else { whole };
    let (number, rest) = text.split_at(length);
    if is_comma {
        let mut pointed = number.to_vec();
        pointed[whole] = b'.';
        return Decimal::parse(&pointed).map(|amount| (amount, rest));
    }
    Decimal::parse(number).map(|amount| (amount, rest))
}

/// The unit a text starts with, and what is behind it and its dot.
fn unit(text: &[u8]) -> Option<(u64, &[u8])> {
    let length = text.iter().take_while(|b| b.is_ascii_alphabetic() || **b == 0xC3 || (0x80..0xC0).contains(*b)).count();
    let (word, rest) = text.split_at(length);
    Some((word_unit(word)?, rest.strip_prefix(b".").unwrap_or(rest)))
}

/// Past what may stand between two parts: blanks, a comma, the word for "and".
fn link(text: &[u8]) -> &[u8] {
    let text = blanks(text);
    let text = blanks(text.strip_prefix(b",").unwrap_or(text));
    let and = [&b"and "[..], b"und ", b"et ", b"y ", b"en ", b"e "];
    blanks(and.iter().find_map(|word| text.strip_prefix(*word)).unwrap_or(text))
}

fn blanks(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let [b' ' | b'\t', more @ ..] | [0xC2, 0xA0, more @ ..] | [0xE2, 0x80, 0xAF | 0x89, more @ ..] = rest {
        rest = more;
    }
    rest
}

/// Nanoseconds of a unit by its word, in de, en, es, fr, it, nl, pt.
fn word_unit(word: &[u8]) -> Option<u64> {
    match word {
        [letter] => letter_unit(*letter),
        _ => long_unit(word),
    }
}

fn letter_unit(letter: u8) -> Option<u64> {
    match letter.to_ascii_lowercase() {
        b'd' | b'j' => Some(86_400 * NANO),
        b'h' => Some(3600 * NANO),
        b'm' => Some(60 * NANO),
        b's' => Some(NANO),
        _ => None,
    }
}

fn long_unit(word: &[u8]) -> Option<u64> {
    const UNITS: [(u64, &[&str]); 5] = [
        (
            86_400 * NANO,
            &["day", "days", "tag", "tage", "tagen", "jour", "jours", "día", "días", "dia", "dias", "giorno", "giorni", "dag", "dagen"],
        ),
        (
            3600 * NANO,
            &["hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "heure", "heures", "hora", "horas", "ora", "ore", "uur", "uren"],
        ),
        (60 * NANO, &["min", "mins", "minute", "minutes", "minuten", "minuto", "minutos", "minuti", "minuut"]),
        (
            NANO,
            &[
                "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden", "seconde", "secondes", "seconden", "segundo", "segundos",
                "seg", "secondo", "secondi",
            ],
        ),
        (NANO / 1000, &["ms", "msec", "msecs", "millisecond", "milliseconds"]),
    ];
    // The one accent is no capital's: días, not DÍAS.
    let known = |names: &[&str]| names.iter().any(|n| word.eq_ignore_ascii_case(n.as_bytes()));
    UNITS.iter().find(|(_, names)| known(names)).map(|(unit, _)| *unit)
}

/// `P1DT2H30M5.5S`: days, hours, minutes and seconds of ISO 8601, with a sign before the `P`.
pub(super) fn period(text: &[u8]) -> Option<i64> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut rest = rest.strip_prefix(b"P")?;
    let mut is_time = false;
    let mut sum = Sum::default();
    while !rest.is_empty() {
        if let [b'T', behind @ ..] = rest {
            if is_time || behind.is_empty() {
                return None;
            }
            (is_time, rest) = (true, behind);
        }
        let (amount, behind) = amount(rest)?;
        let (letter, behind) = behind.split_first()?;
        let unit = match (letter, is_time) {
            (b'D', false) => 86_400 * NANO,
            (b'H', true) => 3600 * NANO,
            (b'M', true) => 60 * NANO,
            (b'S', true) => NANO,
            _ => return None,
        };
        sum.add(amount, unit)?;
        rest = behind;
    }
    sum.seconds(negative)
}
