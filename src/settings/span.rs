//! Lengths of time as people write them: `20s`, `15m`, `4h`, `7d`, and in business time `30bm`, `8bh`, `3bd`.

use super::node::Node;
use crate::error::{Error, Result};

/// A length of time and the clock it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Seconds of plain time; a day is 24 hours.
    Calendar(i64),
    /// Seconds of opening hours.
    Business(i64),
    /// Business days: each the open time of the calendar's longest weekday.
    BusinessDays(i64),
}

/// The longest wait that can be asked for: a year, in seconds. Whoever writes more has mistaken the unit.
const LONGEST_WAIT: i64 = 366 * 86_400;

/// Why a text is no span: what is wrong and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoSpan {
    what: String,
    hint: String,
}

impl Span {
    pub(crate) fn parse(text: &str) -> Result<Self, NoSpan> {
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        if number.is_empty() || unit.is_empty() {
            return Err(unreadable(text, number));
        }
        let secs = |factor| whole_secs(number, factor).ok_or_else(|| unreadable(text, ""));
        Ok(match unit {
            "s" => Span::Calendar(secs(1)?),
            "m" | "min" => Span::Calendar(secs(60)?),
            "h" => Span::Calendar(secs(3600)?),
            "d" => Span::Calendar(secs(86_400)?),
            "bm" | "bmin" => Span::Business(secs(60)?),
            "bh" => Span::Business(secs(3600)?),
            "bd" => Span::BusinessDays(secs(1)?),
            _ if matches!(unit.trim().to_lowercase().as_str(), "d" | "day" | "days") => return Err(ambiguous_day(text, number)),
            _ => return Err(unreadable(text, "")),
        })
    }
}

/// Reads a wait, in seconds, as on the command line: a length of plain time up to a year, or `0` for none.
///
/// # Errors
/// A config error without a place, with what to write instead.
pub fn wait_secs(text: &str) -> Result<i64> {
    wait(text).map_err(|no| Error::config(no.what).hint(no.hint))
}

fn wait(text: &str) -> Result<i64, NoSpan> {
    if ["0", "0s", "0m", "0min", "0h", "0d"].contains(&text) {
        return Ok(0);
    }
    match Span::parse(text)? {
        Span::Calendar(secs) if secs <= LONGEST_WAIT => Ok(secs),
        Span::Calendar(_) => Err(NoSpan { what: format!("`{text}` is more than a year"), hint: WAITS.to_owned() }),
        _ => Err(NoSpan { what: format!("`{text}` is business time, and files do not wait for opening hours"), hint: WAITS.to_owned() }),
    }
}

const WAITS: &str = "write 60s, 5m, 1h, 7d (a year at most), or 0 for no wait";

/// A number, possibly with a fraction, times a factor: only if that is a whole number that is not 0.
fn whole_secs(number: &str, factor: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if number.ends_with('.') || whole.is_empty() || fraction.len() > 6 {
        return None;
    }
    let scale = 10i64.pow(fraction.len() as u32);
    let parts = if fraction.is_empty() { 0 } else { fraction.parse::<i64>().ok()? };
    let scaled = whole.parse::<i64>().ok()?.checked_mul(scale)?.checked_add(parts)?;
    let secs = scaled.checked_mul(factor)?;
    (secs % scale == 0 && secs > 0).then_some(secs / scale)
}

fn ambiguous_day(text: &str, number: &str) -> NoSpan {
    let hours = whole_secs(number, 24).unwrap_or(24);
    NoSpan {
        what: format!("`{text}` can mean {hours} hours or so many working days"),
        hint: format!("write \"{hours}h\" for plain time or \"{number}bd\" for business days of the calendar"),
    }
}

fn unreadable(text: &str, bare_number: &str) -> NoSpan {
    let hint = if bare_number.is_empty() {
        "write a number and a unit: 20s, 15m, 4h, 2d; in business time 30bm, 8bh, 3bd".to_owned()
    } else {
        format!("say of what: \"{bare_number}s\", \"{bare_number}min\", \"{bare_number}h\" or \"{bare_number}d\"")
    };
    NoSpan { what: format!("`{text}` is not a length of time"), hint }
}

impl Node<'_> {
    /// A length of time on either clock.
    pub(crate) fn span(&self) -> Result<Span> {
        if self.is_number() {
            let no = unreadable(&self.word()?, &self.word()?);
            return Err(self.error(no.what).hint(no.hint));
        }
        Span::parse(self.text()?).map_err(|no| self.error(no.what).hint(no.hint))
    }

    /// A length of plain time, in seconds.
    pub(crate) fn plain_secs(&self) -> Result<i64> {
        match self.span()? {
            Span::Calendar(secs) => Ok(secs),
            _ => Err(self.error(format!("`{}` is plain time, not business time", self.key)).hint("write 20s, 15m, 4h or 2d")),
        }
    }

    /// A wait as [`wait_secs`] reads it, in seconds; the number 0 needs no quotes.
    pub(crate) fn wait_secs(&self) -> Result<i64> {
        let text = self.word()?;
        wait(&text).map_err(|no| self.error(no.what).hint(no.hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read() {
        let cases = [
            ("20s", Span::Calendar(20)),
            ("15m", Span::Calendar(900)),
            ("60min", Span::Calendar(3600)),
            ("4h", Span::Calendar(14_400)),
            ("1.5h", Span::Calendar(5400)),
            ("2d", Span::Calendar(172_800)),
            ("30bm", Span::Business(1800)),
            ("8bh", Span::Business(28_800)),
            ("3bd", Span::BusinessDays(3)),
        ];
        for (text, span) in cases {
            assert_eq!(Span::parse(text), Ok(span), "{text}");
        }
    }

    #[test]
    fn a_day_in_words_is_refused_with_the_reason() {
        for (text, hint) in [
            ("1 day", "write \"24h\" for plain time or \"1bd\" for business days of the calendar"),
            ("2days", "write \"48h\" for plain time or \"2bd\" for business days of the calendar"),
        ] {
            assert_eq!(Span::parse(text).expect_err("refused").hint, hint);
        }
        assert_eq!(Span::parse("1 day").expect_err("refused").what, "`1 day` can mean 24 hours or so many working days");
    }

    #[test]
    fn a_wait_may_be_none_but_not_business_time() {
        for (text, secs) in [("60s", 60), ("5m", 300), ("1h", 3600), ("1.5h", 5400), ("0", 0), ("0s", 0), ("366d", 31_622_400)] {
            assert_eq!(wait_secs(text), Ok(secs), "{text}");
        }
        let told = |text| wait_secs(text).expect_err("refused").to_string();
        assert_eq!(told("60"), "`60` is not a length of time\n  hint: say of what: \"60s\", \"60min\", \"60h\" or \"60d\"");
        assert_eq!(told("367d"), "`367d` is more than a year\n  hint: write 60s, 5m, 1h, 7d (a year at most), or 0 for no wait");
        assert!(told("3bd").starts_with("`3bd` is business time"));
        for text in ["", "00", "0x", "-1s", "0bd", "60 s", "1e3s", "99999999999999999999s"] {
            assert!(wait_secs(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_wait_in_the_config_is_told_with_its_place() {
        let read = |text: &str| {
            let file = super::super::node::File { name: "deskcard.toml", text };
            let document = file.parse().expect("TOML");
            let root = super::super::node::Table::root(file, &document, &["settle"]).expect("a table");
            root.get("settle").map(|n| n.wait_secs()).transpose().map_err(|e| e.to_string())
        };
        assert_eq!(read("settle = \"5m\""), Ok(Some(300)));
        assert_eq!(read("settle = 0"), Ok(Some(0)));
        let told = read("settle = 60").expect_err("refused");
        assert!(told.starts_with("deskcard.toml:1:10: `60` is not a length of time"), "{told}");
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in [
            "",
            "h",
            "4",
            "-4h",
            "0h",
            "4 h",
            "4hours",
            "1.5s",
            "1.5bd",
            "1.h",
            ".5h",
            "1..5h",
            "1.2.3h",
            "9999999999999999999h",
            "4x",
            "４h",
        ] {
            assert!(Span::parse(text).is_err(), "{text}");
        }
        assert_eq!(Span::parse("7").expect_err("refused").hint, "say of what: \"7s\", \"7min\", \"7h\" or \"7d\"");
    }
}
