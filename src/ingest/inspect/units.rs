//! What a column of durations is written in: by the looks of its values, by words of its header, or by the times beside it.
//! Bare numbers prove nothing by themselves.

use super::Sample;
use super::looks::Looks;
use crate::ingest::cells::duration::{DurationProblem, DurationSearch, DurationUnit};
use crate::ingest::cells::number::NumberStyle;

/// What a column of durations is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unit {
    /// Proven, with what proves it; whether its numbers are plain, so that the unit alone says all.
    Is { units: Vec<&'static str>, is_plain: bool, evidence: String },
    /// A bare number, and nothing says of what.
    Bare(String),
    /// These are possible, with what leaves it open.
    Open(Vec<&'static str>, String),
    /// The values are no durations, for this reason.
    No(String),
}

/// Rows that two times and a number must agree on before they prove a unit.
const ENOUGH: usize = 20;

/// Columns with times that are tried, the nearest to the number first.
const NEAREST: usize = 12;

/// The unit of a column, by the same search that reads it.
pub(super) fn prove(header: &str, looks: &Looks) -> Unit {
    let mut search = DurationSearch::new(header);
    for (row, (word, _)) in looks.words.iter().enumerate() {
        search.feed(word.as_bytes(), row as u64 + 1);
    }
    match search.finish() {
        Ok(found) => {
            let units: Vec<&str> = found.units.iter().map(|u| u.name()).collect();
            let evidence = found.guess.unwrap_or_else(|| format!("read as {}", units.join(", ")));
            Unit::Is { units, is_plain: found.style == NumberStyle::PLAIN, evidence }
        }
        Err(DurationProblem::Bare { example, .. }) => {
            Unit::Bare(format!("{example:?} is a bare number, and no word of the header says of what"))
        }
        Err(DurationProblem::Clock { example, .. }) => {
            Unit::Open(vec!["mmss", "hms"], format!("{example:?} may be minutes and seconds, or hours and minutes"))
        }
        Err(DurationProblem::Unknown { example, .. }) => Unit::No(format!("{:?} is no length of time", super::shown(&example, 24))),
        Err(_) => Unit::No("its values are no lengths of time of one kind".to_owned()),
    }
}

/// Whether a column of numbers is the difference of two times beside it, in seconds or minutes: the unit and how it is proven.
pub(super) fn by_clock(sample: &Sample, field: usize, clocks: &[usize]) -> Option<(&'static str, String)> {
    let number = |row: &[String]| row.get(field).and_then(|c| c.trim().parse::<f64>().ok()).filter(|n| *n > 0.0);
    let rows: Vec<(&[String], f64)> = sample.rows.iter().filter_map(|r| number(r).map(|n| (r.as_slice(), n))).take(2000).collect();
    if rows.len() < ENOUGH {
        return None;
    }
    let mut clocks = clocks.to_vec();
    clocks.sort_by_key(|c| c.abs_diff(field));
    clocks.truncate(NEAREST);
    let mut pairs: Vec<(usize, usize)> =
        clocks.iter().flat_map(|&a| clocks.iter().filter(move |&&b| b != a).map(move |&b| (a, b))).collect();
    // Where several pairs agree, those beside the number are meant.
    pairs.sort_by_key(|&(a, b)| a.abs_diff(field) + b.abs_diff(field));
    for (from, to) in pairs {
        for (unit, secs) in [("s", 1.0), ("min", 60.0)] {
            let fits =
                |(row, n): &&(&[String], f64)| took(row, from, to).is_some_and(|t| (t as f64 - n * secs).abs() < secs.max(1.0) / 2.0);
            let agree = rows.iter().filter(fits).count();
            if agree * 100 >= rows.len() * 95 {
                let how = format!("it is {} minus {} in {agree} of {} rows", sample.header[to], sample.header[from], rows.len());
                return Some((unit, how));
            }
        }
    }
    None
}

/// Seconds between two times of day in a row; one past midnight is the next day's.
fn took(row: &[String], from: usize, to: usize) -> Option<i64> {
    let clock = |f: usize| row.get(f).and_then(|c| DurationUnit::Hms.parse(c.trim().as_bytes())).filter(|s| (0..86_400).contains(s));
    Some((clock(to)? - clock(from)?).rem_euclid(86_400))
}
