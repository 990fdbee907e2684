//! Figures and sentences in round numbers: of parts of a group, nothing that could be subtracted from its total.
//!
//! A count becomes a multiple of five, a share whole points: what is left of a total is then known to a few rows at best. Sources: the
//! disclosure control of NHS Digital's hospital statistics (counts of 1 to 7 hidden, all others to the nearest five).

use super::joints::{Joints, around};
use crate::language::{Numbers, numbers};
use crate::scorecard::Unit;
use crate::{format, say};

/// Counts are told to the nearest of these.
const STEP: u64 = 5;

/// A count to the nearest five.
pub(super) fn count(n: u64) -> u64 {
    n.saturating_add(STEP / 2) / STEP * STEP
}

/// Hits among a count to the nearest five: what the share in whole points gives, and nothing more. A point is at least one of 100.
pub(super) fn part(hits: u64, n: u64) -> u64 {
    let hits = (share(hits, n) * count(n) as f64).round() as u64;
    if n < 100 { hits } else { count(hits) }
}

/// Whole points.
fn share(hits: u64, n: u64) -> f64 {
    value(Unit::Share, hits.min(n) as f64 / n.max(1) as f64)
}

/// A figure to whole points, minutes, tenths or fives.
pub(super) fn value(unit: Unit, v: f64) -> f64 {
    let to = |step: f64| (v / step).round() * step;
    match unit {
        // By whole numbers, so that 0.29 stays 0.29.
        Unit::Share => (v * 100.0).round() / 100.0,
        Unit::Number => (v * 10.0).round() / 10.0,
        Unit::Seconds | Unit::OpenSeconds => to(60.0),
        Unit::Count => to(STEP as f64),
        Unit::Money | Unit::Days => v.round(),
    }
}

/// Both ends of an interval.
pub(super) fn interval(unit: Unit, (low, high): (f64, f64)) -> (f64, f64) {
    (value(unit, low), value(unit, high))
}

/// How a sentence tells what would be more or fewer: as exact as the counts it follows from, and rounded with them.
const LOST: [&str; 2] = ["{lost} more at the others’ rate", "{lost} fewer at the others’ rate"];

/// A sentence in round numbers: `31 of 62 (51.3 %)` becomes `51 % of about 60`, one rounded figure and what it is of; where no share
/// follows, `31 of 62` becomes `about 30 of 60`. `None` if it tells of fewer than `min_n` rows.
///
/// In another language a sentence with a whole number is not told at all if the language has a way of saying one of many that
/// cannot be found again in a sentence ([`Joints::is_whole`]).
pub(super) fn sentence(text: &str, min_n: u64) -> Option<String> {
    rounded_by(Joints::chosen(), text, min_n)
}

fn rounded_by(joints: &Joints, text: &str, min_n: u64) -> Option<String> {
    let pieces = pieces(text);
    if !joints.is_whole() && pieces.iter().any(|p| p.whole().is_some()) {
        return None;
    }
    let about = |n: u64| (n >= min_n).then(|| format::count(count(n)));
    let mut out = String::with_capacity(text.len() + 16);
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        if let Some((hits, n)) = counted(joints, &pieces[at..]) {
            if let Some(rest) = share_beside(joints, &pieces[at + 3..]) {
                // Of the same rows: rounded once, not what is printed rounded again.
                let share = format!("{}\u{a0}%", format::decimals(share(hits, n) * 100.0, 0));
                out.push_str(&say!("{share} of about {n}", share, n = about(n)?));
                out.push_str(&rest);
                at += 6;
            } else {
                out.push_str(&say!("about {hits} of {n}", hits = format::count(part(hits, n)), n = about(n)?));
                at += 3;
            }
        } else if let Some(lost) = lost(&out, &pieces[at..]) {
            out.push_str(&say!("about {n}", n = format::count(count(lost))));
            at += 1;
        } else if let Some(n) = percent_of(joints, &pieces[at..]) {
            let share = format!("{}\u{a0}%", rounded(piece.text()));
            out.push_str(&say!("{share} of about {n}", share, n = about(n)?));
            at += 3;
        } else if let (true, Some(n)) = (out.ends_with("(n = "), piece.whole()) {
            out.push_str(&say!("about {n}", n = about(n)?));
            at += 1;
        } else {
            let after = pieces.get(at + 1).map_or("", Piece::text);
            let is_measured = |after: &str| joints.is_measured(after);
            let is_of_a_range = after == "–" && pieces.get(at + 3).is_some_and(|p| is_measured(p.text()));
            match piece {
                Piece::Number(number) if is_measured(after) || is_of_a_range => out.push_str(&rounded(number)),
                _ => out.push_str(piece.text()),
            }
            at += 1;
        }
    }
    Some(out)
}

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    /// Digits, with the signs of the language between them.
    Number(&'a str),
    /// What lies between numbers.
    Words(&'a str),
}

impl Piece<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Number(text) | Self::Words(text) => text,
        }
    }

    /// A whole number that stands alone.
    fn whole(&self) -> Option<u64> {
        let signs = numbers();
        match self {
            Self::Number(text) if !text.contains(signs.decimal) => text.replace(signs.group, "").parse().ok(),
            _ => None,
        }
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let long = if is_number { number_length(rest) } else { rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len()) };
        let (piece, after) = rest.split_at(long);
        out.push(if is_number { Piece::Number(piece) } else { Piece::Words(piece) });
        rest = after;
    }
    out
}

/// Length of the number a text begins with: digits, and one of the signs of numbers between two of them.
pub(super) fn number_length(text: &str) -> usize {
    let signs = numbers();
    let is_sign = |c: char| [signs.decimal, signs.group, Numbers::ENGLISH.decimal, Numbers::ENGLISH.group].contains(&c);
    let mut long = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let is_in = c.is_ascii_digit() || (at > 0 && is_sign(c) && rest.peek().is_some_and(|(_, next)| next.is_ascii_digit()));
        if !is_in {
            break;
        }
        long = at + c.len_utf8();
    }
    long
}

/// `31 of 62`.
fn counted(joints: &Joints, pieces: &[Piece<'_>]) -> Option<(u64, u64)> {
    let [hits, Piece::Words(between), n, ..] = pieces else { return None };
    Some((hits.whole()?, n.whole()?)).filter(|_| joints.is_of(between))
}

/// What follows the share in brackets after `31 of 62`, without the brackets if there is nothing else in them: `31 of 62 (51.3 %)`.
fn share_beside(joints: &Joints, pieces: &[Piece<'_>]) -> Option<String> {
    let [Piece::Words(" ("), Piece::Number(_), Piece::Words(after), ..] = pieces else { return None };
    let is_of_others = percent_of(joints, &pieces[1..]).is_some();
    let after = after.strip_prefix("\u{a0}%").filter(|_| !is_of_others)?;
    after.strip_prefix(')').map(str::to_owned).or_else(|| after.strip_prefix("; ").map(|rest| format!(" ({rest}")))
}

/// `36` of `36 more at the others’ rate`, in English and in the language chosen.
fn lost(said: &str, pieces: &[Piece<'_>]) -> Option<u64> {
    let [number, Piece::Words(after), ..] = pieces else { return None };
    let is_around = |(before, behind): &(String, String)| said.ends_with(before.as_str()) && after.starts_with(behind.as_str());
    let is_lost = |key: &'static str| around(key, "lost").iter().any(is_around);
    number.whole().filter(|_| LOST.into_iter().any(is_lost))
}

/// `91.4 % of 417`.
fn percent_of(joints: &Joints, pieces: &[Piece<'_>]) -> Option<u64> {
    let [Piece::Number(_), Piece::Words(between), n, ..] = pieces else { return None };
    between.strip_prefix("\u{a0}%").filter(|of| joints.is_of(of)).and_then(|_| n.whole())
}

fn rounded(number: &str) -> String {
    let signs = numbers();
    if number.contains(signs.group) {
        return number.to_owned();
    }
    number.replace(signs.decimal, ".").parse::<f64>().map_or_else(|_| number.to_owned(), |v| format!("{v:.0}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::numbers::near;

    #[test]
    fn counts_are_fives_and_shares_are_points() {
        assert_eq!([0, 2, 3, 7, 8, 12, 13, 417].map(count), [0, 0, 5, 5, 10, 10, 15, 415]);
        near(value(Unit::Share, 0.647_058), 0.65, 1e-12);
        near(value(Unit::Seconds, 95.0), 120.0, 1e-12);
        assert_eq!(interval(Unit::Number, (4.16, 4.24)), (4.2, 4.2));
    }

    #[test]
    fn a_sentence_says_the_same_in_round_numbers() {
        let said = |text| sentence(text, 8);
        assert_eq!(
            said("138 of 697 (19.8\u{a0}%; 95 % interval 17.0–22.9\u{a0}%)").unwrap(),
            "20\u{a0}% of about 695 (95 % interval 17–23\u{a0}%)"
        );
        assert_eq!(
            said("4 people with it: 91.4\u{a0}% of 417; 22 people without: 82.9\u{a0}% of 1,820; 7.3\u{a0}points; p\u{a0}=\u{a0}0.001.")
                .unwrap(),
            "4 people with it: 91\u{a0}% of about 415; 22 people without: 83\u{a0}% of about 1,820; 7\u{a0}points; p\u{a0}=\u{a0}0.001."
        );
        assert_eq!(said("413 of 950 (43.5\u{a0}%)").unwrap(), "43\u{a0}% of about 950", "rounded once");
        assert_eq!(said("19 of 61 in all (31.1\u{a0}%)").unwrap(), "about 19 of 60 in all (31\u{a0}%)", "no share beside it");
        assert_eq!(
            said("120 of 185 (64.9\u{a0}%) against 84.1\u{a0}% everywhere else in the last 13 weeks: 36 more at the others’ rate.")
                .unwrap(),
            "65\u{a0}% of about 185 against 84\u{a0}% everywhere else in the last 13 weeks: about 35 more at the others’ rate."
        );
        assert_eq!(said("In the last 13 weeks, P1 0 %.").unwrap(), "In the last 13 weeks, P1 0 %.");
        assert_eq!(said("64.3\u{a0}% in W46 (n = 42), outside").unwrap(), "64\u{a0}% in W46 (n = about 40), outside");
        assert_eq!(said(""), Some(String::new()));
    }

    #[test]
    fn a_sentence_about_few_is_not_told() {
        assert_eq!(sentence("3 of 6 (50\u{a0}%)", 8), None);
        assert_eq!(sentence("33\u{a0}% of 6 and 7 of 20", 8), None);
        assert_eq!(sentence("50\u{a0}% in W46 (n = 6)", 8), None);
        assert!(sentence("3 of 8", 8).is_some());
    }
    #[test]
    fn in_a_language_whose_words_are_not_found_no_whole_number_is_told() {
        let lost = Joints::of(&[("{n} of {all}", vec!["{all}: {n}"])]);
        assert_eq!(rounded_by(&lost, "62: 31", 8), None);
        assert_eq!(rounded_by(&lost, "51.3\u{a0}% in all", 8).as_deref(), Some("51\u{a0}% in all"));
        let found = Joints::of(&[("{n} of {all}", vec!["{n} aus {all}"])]);
        assert_eq!(rounded_by(&found, "31 aus 62", 8).as_deref(), Some("about 30 of 60"));
        assert_eq!(rounded_by(&found, "31 of 62", 8).as_deref(), Some("about 30 of 60"), "what the file lacks is said in English");
    }
}
