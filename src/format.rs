//! The only place where a number becomes text, and where text from data is made fit to show.
//!
//! Owns: rounding, units, grouping, signs and the mark for "no data". A number and its unit are kept together by U+00A0, a
//! minus is U+2212, and no input (infinite, not a number, negative zero) prints as anything but a number or [`NO_DATA`].
//! [`clean`] takes out what could break XML or turn a line around; escaping is the business of whoever writes HTML or SVG.

use crate::language;
use crate::say;
use crate::scorecard::Unit;

/// Stands for "no data", which is not zero.
pub const NO_DATA: &str = "–";

/// Rows from which a share is written with one decimal: below, one row moves the figure by half a point or more.
pub const DECIMAL_FROM: u64 = 200;

/// Keeps a number and its unit together.
pub const NBSP: char = '\u{a0}';
const MINUS: char = '\u{2212}';
const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// Opening hours from which on minutes say nothing, in seconds.
const MANY_HOURS: f64 = 360_000.0;

/// A value with its unit, e.g. `86.6 %`, `2 d 4 h`, `12,345`.
pub fn value(unit: Unit, v: f64) -> String {
    value_of(unit, v, DECIMAL_FROM)
}

/// A value with the precision `n` rows can carry: a share of fewer than [`DECIMAL_FROM`] rows has no decimal.
pub fn value_of(unit: Unit, v: f64, n: u64) -> String {
    if !v.is_finite() {
        return NO_DATA.to_owned();
    }
    match unit {
        // A figure in whole points is exact, or was rounded: a zero behind it would claim a precision it has not.
        Unit::Share => share(v, if is_whole(v * 100.0) { 0 } else { share_decimals(n) }),
        Unit::Seconds => seconds(v),
        Unit::OpenSeconds if v.abs() >= MANY_HOURS => with_unit(grouped(v / 3600.0, 0), say!("h")),
        Unit::OpenSeconds => open_hours(v.round() as i64),
        Unit::Count => grouped(v, 0),
        Unit::Number => grouped(v, if v.abs() >= 100.0 { 0 } else { 2 }),
        Unit::Money => grouped(v, if v.abs() >= 1000.0 { 0 } else { 2 }),
        Unit::Days => days(v),
    }
}

/// [`value_of`], with as many decimals (up to two) as it takes to see on which side of the target a share lies; a duration in hours and
/// minutes where it would look like its target.
pub fn value_against(unit: Unit, v: f64, n: u64, target: Option<f64>) -> String {
    let plain = value_of(unit, v, n);
    if let (Unit::Seconds, Some(target)) = (unit, target) {
        let looks_met = (v - target).abs() >= 1.0 && value_of(unit, target, n) == plain;
        return if looks_met { open_hours(v as i64) } else { plain };
    }
    let Some(target) = target.filter(|t| unit == Unit::Share && v.is_finite() && (v - t).abs() > 1e-12) else { return plain };
    let mut decimals = share_decimals(n);
    let looks_met = |decimals: usize| {
        let shown = (v * 100.0 * 10f64.powi(decimals as i32)).round() / 10f64.powi(decimals as i32);
        (shown - target * 100.0).abs() < 1e-9
    };
    while decimals < 2 && looks_met(decimals) {
        decimals += 1;
    }
    if decimals == share_decimals(n) { plain } else { share(v, decimals) }
}

/// [`value_of`], or [`NO_DATA`].
pub fn optional(unit: Unit, v: Option<f64>, n: u64) -> String {
    v.map_or_else(|| NO_DATA.to_owned(), |v| value_of(unit, v, n))
}

/// The change from `before` to `now`, e.g. `+3.1 pts`, `−12 min`; `None` when it rounds to nothing. `n` is the smaller number of rows.
pub fn difference(unit: Unit, now: f64, before: f64, n: u64) -> Option<String> {
    let delta = now - before;
    if !delta.is_finite() {
        return None;
    }
    let (is_negative, size) = (delta < 0.0, delta.abs());
    let text = match unit {
        Unit::Share => with_unit(grouped(size * 100.0, if is_whole(size * 100.0) { 0 } else { share_decimals(n) }), say!("pts")),
        Unit::Seconds => seconds_coarse(size),
        _ => value_of(unit, size, n),
    };
    let is_zero = !text.chars().any(|c| ('1'..='9').contains(&c));
    (!is_zero).then(|| format!("{}{text}", if is_negative { MINUS } else { '+' }))
}

/// A target with its direction, e.g. `≥ 85 %`; whole shares without a decimal.
pub fn target(unit: Unit, v: f64, is_lower_better: bool) -> String {
    format!("{}{NBSP}{}", if is_lower_better { '≤' } else { '≥' }, bare_target(unit, v))
}

/// A target's value alone: whole shares without a decimal.
pub fn bare_target(unit: Unit, v: f64) -> String {
    value_of(unit, v, if is_whole(v * 100.0) { 1 } else { DECIMAL_FROM })
}

/// Both ends of a 95 % interval, e.g. `83.1–89.4 %`.
pub fn interval(unit: Unit, (low, high): (f64, f64), n: u64) -> String {
    if !low.is_finite() || !high.is_finite() {
        return NO_DATA.to_owned();
    }
    if unit == Unit::Share {
        let d = if is_whole(low * 100.0) && is_whole(high * 100.0) { 0 } else { share_decimals(n) };
        return with_unit(format!("{}–{}", grouped(low * 100.0, d), grouped(high * 100.0, d)), "%");
    }
    format!("{} – {}", value_of(unit, low, n), value_of(unit, high, n))
}

/// A number of rows, e.g. `12,345`.
pub fn count(n: u64) -> String {
    group_digits(&n.to_string())
}

/// A name or id in the form in which such are compared: in lower case, blanks single.
pub fn compared(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A number of things in a line of a log or an error: `1 file`, `1,200 files`. Sentences of pages have their forms in [`say!`].
pub fn things(n: impl TryInto<u64>, one: &str, many: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A day (`2026-11-16`) or minute (`2026-11-16 06:00`) as people of the language write it; any other text as it is.
pub fn day(text: &str) -> String {
    let parts = (text.get(..4), text.get(5..7), text.get(8..10), text.get(10..).unwrap_or_default());
    let is_date = text.len() >= 10 && text.bytes().zip(*b"0000-00-00").all(|(c, p)| if p == b'0' { c.is_ascii_digit() } else { c == p });
    let (Some(year), Some(month), Some(day), time) = parts else { return text.to_owned() };
    if is_date { say!("{year}-{month}-{day}", year, month, day) + time } else { text.to_owned() }
}

/// A bare number with so many decimals and no groups, for figures that have no unit: a p, a ratio.
pub fn decimals(v: f64, decimals: usize) -> String {
    if !v.is_finite() {
        return NO_DATA.to_owned();
    }
    plain(&format!("{v:.decimals$}"))
}

/// A number as the config writes it, with the decimal sign of the language.
pub fn plain(number: &str) -> String {
    number.replace('.', language::numbers().decimal.encode_utf8(&mut [0; 4]))
}

/// The value of an axis tick, as short as `step` between ticks allows: `85 %`, `4 h`, `2k`.
pub fn tick(unit: Unit, v: f64, step: f64) -> String {
    if !v.is_finite() {
        return NO_DATA.to_owned();
    }
    match unit {
        Unit::Share => format!("{}{NBSP}%", grouped(v * 100.0, decimals_for(step * 100.0))),
        Unit::OpenSeconds if v.abs() >= 86_400.0 => with_unit(grouped(v / 3600.0, decimals_for(step / 3600.0)), say!("h")),
        Unit::Seconds | Unit::OpenSeconds => seconds_tick(v),
        Unit::Days => with_unit(grouped(v, decimals_for(step)), say!("d")),
        _ => compact(v, step),
    }
}

/// A tick of thousands or millions without the zeros: `120k`, `1.5M`.
fn compact(v: f64, step: f64) -> String {
    let (part, suffix) = match step.abs().max(v.abs() / 100.0) {
        s if s >= 1e10 => return format!("{v:.0e}"),
        s if s >= 1e5 => (1e6, say!("M")),
        s if s >= 100.0 && v.abs() >= 1e4 => (1e3, say!("k")),
        _ => (1.0, ""),
    };
    if v == 0.0 { "0".to_owned() } else { format!("{}{suffix}", grouped(v / part, decimals_for(step / part))) }
}

/// The first letter as a capital.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A name inside a sentence: small letters in English, as it is where nouns keep their capitals.
pub fn inside(text: &str) -> String {
    if is_english() { text.to_lowercase() } else { text.to_owned() }
}

fn is_english() -> bool {
    language::tag() == language::ENGLISH
}

/// The first letter as a small one; as it is in a language that may need it.
pub fn uncapital(text: &str) -> String {
    if !is_english() {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Text from data without control characters, bidirectional overrides and what XML forbids; line breaks and tabs become spaces.
pub fn clean(text: &str) -> String {
    text.chars().filter_map(|c| if matches!(c, '\n' | '\r' | '\t') { Some(' ') } else { (!is_unprintable(c)).then_some(c) }).collect()
}

/// [`clean`], and at most `max` characters, the last of them `…` when something was cut.
pub fn label(text: &str, max: usize) -> String {
    let clean = clean(text);
    if clean.chars().count() <= max {
        return clean;
    }
    let mut short: String = clean.chars().take(max.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// C0 and C1 controls, bidirectional marks, embeddings, overrides and isolates, byte order marks and noncharacters.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || (u32::from(c) & 0xfffe) == 0xfffe
}

fn decimals_for(step: f64) -> usize {
    if !step.is_finite() || step <= 0.0 {
        return 0;
    }
    (0..4).find(|d| is_whole(step * 10f64.powi(*d)) || step * 10f64.powi(*d) >= 20.0).unwrap_or(3) as usize
}

fn is_whole(v: f64) -> bool {
    (v - v.round()).abs() < 1e-6
}

fn share_decimals(n: u64) -> usize {
    usize::from(n >= DECIMAL_FROM)
}

/// Rounding may not turn "nearly all" into all, or "hardly any" into none.
fn share(v: f64, decimals: usize) -> String {
    let (text, step) = (grouped(v * 100.0, decimals), 10f64.powi(-(decimals as i32)));
    let number: f64 = format!("{:.decimals$}", v * 100.0).parse().unwrap_or(f64::NAN);
    if (number - 100.0).abs() < 1e-9 && v < 1.0 - 1e-9 {
        return format!(">{NBSP}{}{NBSP}%", grouped(100.0 - step, decimals));
    }
    if number.abs() < 1e-9 && v > 1e-9 {
        return format!("<{NBSP}{}{NBSP}%", grouped(step, decimals));
    }
    format!("{text}{NBSP}%")
}

fn days(v: f64) -> String {
    with_unit(grouped(v, usize::from(v.abs() < 10.0 && v.fract() != 0.0)), say!("d"))
}

/// A length in hours and minutes, never in days: on a clock that runs in open hours a day would be read as 24 hours.
pub fn open_hours(secs: i64) -> String {
    signed(secs as f64, |size| match rounded(size, MINUTE) {
        s if s < HOUR => seconds(size),
        s => two(s, (HOUR, say!("h")), (MINUTE, say!("min"))),
    })
}

/// A duration in its two largest units; a second part of zero is left out.
fn seconds(v: f64) -> String {
    signed(v, |size| match rounded(size, 1) {
        s if s < MINUTE => with_unit(s, say!("s")),
        s if s < HOUR => two(s, (MINUTE, say!("min")), (1, say!("s"))),
        _ => hours_or_days(size),
    })
}

/// A duration as a difference: seconds only below ten minutes.
fn seconds_coarse(v: f64) -> String {
    if rounded(v, 1) < 10 * MINUTE {
        return seconds(v);
    }
    match rounded(v, MINUTE) {
        s if s < HOUR => with_unit(s / MINUTE, say!("min")),
        _ => hours_or_days(v),
    }
}

fn seconds_tick(v: f64) -> String {
    signed(v, |size| match rounded(size, 1) {
        0 => "0".to_owned(),
        s if s % DAY == 0 || s >= 4 * DAY => with_unit(grouped(size / 86_400.0, usize::from(s % DAY != 0)), say!("d")),
        s if s % HOUR == 0 => with_unit(s / HOUR, say!("h")),
        s if s % MINUTE == 0 && s < 2 * HOUR => with_unit(s / MINUTE, say!("min")),
        _ => seconds(size),
    })
}

fn hours_or_days(size: f64) -> String {
    match rounded(size, MINUTE) {
        s if s < DAY => two(s, (HOUR, say!("h")), (MINUTE, say!("min"))),
        _ if size >= 100.0 * 86_400.0 => with_unit(grouped(size / 86_400.0, 0), say!("d")),
        _ => two(rounded(size, HOUR), (DAY, say!("d")), (HOUR, say!("h"))),
    }
}

fn two(s: i64, (big, big_name): (i64, &str), (small, small_name): (i64, &str)) -> String {
    let rest = s % big / small;
    let head = with_unit(s / big, big_name);
    match (rest, small) {
        (0, _) => head,
        (_, 1) => format!("{head}{NBSP}{rest:02}{NBSP}{small_name}"),
        _ => format!("{head}{NBSP}{rest}{NBSP}{small_name}"),
    }
}

fn with_unit(number: impl std::fmt::Display, unit: &str) -> String {
    format!("{number}{NBSP}{unit}")
}

fn rounded(v: f64, to: i64) -> i64 {
    ((v / to as f64).round() as i64).saturating_mul(to)
}

fn signed(v: f64, text: impl Fn(f64) -> String) -> String {
    let body = text(v.abs());
    if v < 0.0 && body.chars().any(|c| ('1'..='9').contains(&c)) { format!("{MINUS}{body}") } else { body }
}

fn grouped(v: f64, decimals: usize) -> String {
    signed(v, |size| {
        let text = format!("{size:.decimals$}");
        match text.split_once('.') {
            Some((whole, part)) => format!("{}{}{part}", group_digits(whole), language::numbers().decimal),
            None => group_digits(&text),
        }
    })
}

fn group_digits(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(language::numbers().group);
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(s: &str) -> String {
        s.replace(NBSP, " ")
    }

    #[test]
    fn shares_carry_the_precision_of_their_rows() {
        assert_eq!(plain(&value_of(Unit::Share, 0.8661, 200)), "86.6 %");
        assert_eq!(plain(&value_of(Unit::Share, 0.8661, 199)), "87 %");
        assert_eq!(plain(&value(Unit::Share, 1.0)), "100 %");
        assert_eq!([0.65, 0.29, 0.6501].map(|v| plain(&value(Unit::Share, v))), ["65 %", "29 %", "65.0 %"]);
        assert_eq!([(0.17, 0.23), (0.17, 0.231)].map(|i| plain(&interval(Unit::Share, i, 695))), ["17–23 %", "17.0–23.1 %"]);
        assert_eq!(plain(&value_of(Unit::Share, 0.0, 3)), "0 %");
    }

    #[test]
    fn rounding_never_claims_all_or_none() {
        assert_eq!(plain(&value(Unit::Share, 0.9999)), "> 99.9 %");
        assert_eq!(plain(&value(Unit::Share, 0.0001)), "< 0.1 %");
        assert_eq!(plain(&value_of(Unit::Share, 0.003, 10)), "< 1 %");
    }

    #[test]
    fn durations_use_their_two_largest_units() {
        let cases = [
            (0.0, "0 s"),
            (37.4, "37 s"),
            (59.6, "1 min"),
            (245.0, "4 min 05 s"),
            (3599.7, "1 h"),
            (11_520.0, "3 h 12 min"),
            (86_399.0, "1 d"),
            (187_200.0, "2 d 4 h"),
            (35_600_000.0, "412 d"),
            (-720.0, "−12 min"),
        ];
        for (secs, text) in cases {
            assert_eq!(plain(&value(Unit::Seconds, secs)), text, "{secs}");
        }
        assert_eq!(plain(&value_against(Unit::Seconds, 174_300.0, 9, Some(172_800.0))), "48 h 25 min");
        assert_eq!(plain(&value_against(Unit::Seconds, 187_200.0, 9, Some(172_800.0))), "2 d 4 h");
        assert_eq!(
            [30.0, 93_000.0, 9_417_600.0, -720.0].map(|s| plain(&value(Unit::OpenSeconds, s))),
            ["30 s", "25 h 50 min", "2,616 h", "−12 min"]
        );
        assert_eq!([0.0, 36_000.0, 180_000.0].map(|s| plain(&tick(Unit::OpenSeconds, s, 36_000.0))), ["0", "10 h", "50 h"]);
        assert_eq!([30, 90_000, 180_600, -720].map(|s| plain(&open_hours(s))), ["30 s", "25 h", "50 h 10 min", "−12 min"]);
    }

    #[test]
    fn counts_money_and_numbers_group_by_three() {
        assert_eq!(value(Unit::Count, 12_345.0), "12,345");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(value(Unit::Number, 3.414), "3.41");
        assert_eq!(value(Unit::Money, 12.5), "12.50");
        assert_eq!(value(Unit::Money, 12_345.67), "12,346");
        assert_eq!(value(Unit::Number, -1234.6), "−1,235");
        assert_eq!(value(Unit::Number, -0.001), "0.00");
        assert_eq!(plain(&value(Unit::Days, 412.0)), "412 d");
        assert_eq!(plain(&value(Unit::Days, 3.44)), "3.4 d");
    }

    #[test]
    fn what_is_no_number_is_no_data() {
        for unit in [Unit::Share, Unit::Seconds, Unit::OpenSeconds, Unit::Count, Unit::Number, Unit::Money, Unit::Days] {
            for v in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert_eq!(value(unit, v), NO_DATA);
                assert_eq!(tick(unit, v, 1.0), NO_DATA);
                assert_eq!(difference(unit, v, 0.0, 10), None);
            }
            let huge = value(unit, 1e300);
            assert!(!huge.contains("inf") && !huge.contains("NaN"), "{huge}");
        }
        assert_eq!(optional(Unit::Count, None, 0), NO_DATA);
    }

    #[test]
    fn differences_have_a_sign_and_vanish_when_they_round_to_nothing() {
        assert_eq!(plain(&difference(Unit::Share, 0.866, 0.835, 400).unwrap()), "+3.1 pts");
        assert_eq!(plain(&difference(Unit::Share, 0.80, 0.85, 40).unwrap()), "−5 pts");
        assert_eq!(difference(Unit::Share, 0.8501, 0.85, 40), None);
        assert_eq!(plain(&difference(Unit::Seconds, 3600.0, 4320.0, 40).unwrap()), "−12 min");
        assert_eq!(plain(&difference(Unit::Seconds, 10.0, 15.0, 40).unwrap()), "−5 s");
        assert_eq!(difference(Unit::Count, 5.0, 5.0, 40), None);
    }

    #[test]
    fn targets_and_intervals() {
        assert_eq!(plain(&target(Unit::Share, 0.85, false)), "≥ 85 %");
        assert_eq!(plain(&target(Unit::Share, 0.855, false)), "≥ 85.5 %");
        assert_eq!(plain(&target(Unit::Seconds, 14_400.0, true)), "≤ 4 h");
        assert_eq!(plain(&interval(Unit::Share, (0.831, 0.894), 412)), "83.1–89.4 %");
        assert_eq!(plain(&interval(Unit::Share, (0.831, 0.894), 41)), "83–89 %");
    }

    #[test]
    fn text_from_data_cannot_turn_lines_around_or_break_xml() {
        assert_eq!(clean("a\u{202e}b\u{0}c\u{85}d\u{fffe}e\u{2066}f\ng"), "abcdef g");
        assert_eq!(clean("Zoë 👩\u{200d}💻 O'Brien <b>"), "Zoë 👩\u{200d}💻 O'Brien <b>");
        assert_eq!(label("abcdefgh", 8), "abcdefgh");
        assert_eq!(label("abcdef hij", 8), "abcdef…");
    }

    #[test]
    fn ticks_are_short() {
        assert_eq!(plain(&tick(Unit::Share, 0.85, 0.05)), "85 %");
        assert_eq!(plain(&tick(Unit::Share, 0.7, 0.8 - 0.7)), "70 %");
        assert_eq!(plain(&tick(Unit::Share, 0.855, 0.005)), "85.5 %");
        assert_eq!(plain(&tick(Unit::Seconds, 14_400.0, 3600.0)), "4 h");
        assert_eq!(plain(&tick(Unit::Seconds, 172_800.0, 86_400.0)), "2 d");
        assert_eq!(tick(Unit::Count, 1500.0, 500.0), "1,500");
        assert_eq!(tick(Unit::Count, 120_000.0, 20_000.0), "120k");
        assert_eq!(tick(Unit::Count, 1_500_000.0, 500_000.0), "1.5M");
    }
}
