//! One way of writing timestamps, compiled from a pattern.

use std::fmt;

use super::Stamp;
use super::counts::{epoch, excel_serial};
use super::iso::{iso, plain};
use super::read::read;

/// A way of writing timestamps.
///
/// Patterns are made of `%Y %y %m %d %H %I %M %S %p %b %B %a %A %f %.f %z`, `[:%S]` (seconds that may be missing), `day-fraction` and
/// literal text; the keywords `iso`, `epoch-s`, `epoch-ms` and `excel-serial` stand for themselves. Numbers need no leading zeros unless
/// they touch (`%Y%m%d`), a blank stands for one or more, and names of months and weekdays may be cut short and end with a dot. A
/// weekday that is not that of the date makes the cell unreadable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pattern: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Iso,
    EpochSeconds,
    EpochMillis,
    ExcelSerial,
    /// `%Y-%m-%d %H:%M:%S`, which most exports write, and its items for cells without leading zeros.
    Plain(Vec<Item>),
    Items(Vec<Item>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    Literal(u8),
    Year,
    ShortYear,
    Month,
    MonthName,
    Weekday,
    /// Behind a name that may be cut short, if the pattern has no dot there itself.
    MaybeDot,
    /// Nothing by itself: the number that follows touches another and has both its digits.
    BothDigits,
    Day,
    Hour,
    HalfDayHour,
    Minute,
    Second,
    MaybeSecond,
    HalfDay,
    Fraction,
    MaybeFraction,
    Zone,
    DayFraction,
}

/// Why a pattern is no form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormError {
    /// A `%` with a letter that has no meaning here.
    Unknown(String),
    /// The same part twice.
    Twice(&'static str),
    /// A part that is needed is missing.
    Missing(&'static str),
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(what) => write!(f, "{what} has no meaning in a timestamp format"),
            Self::Twice(what) => write!(f, "the format tells the {what} twice"),
            Self::Missing(what) => write!(f, "the format does not tell the {what}"),
        }
    }
}

impl std::error::Error for FormError {}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pattern)
    }
}

/// The longest first: a specifier is read as the first of these it starts with.
const SPECIFIERS: [(&str, Item); 19] = [
    ("day-fraction", Item::DayFraction),
    ("[:%S]", Item::MaybeSecond),
    ("%.f", Item::MaybeFraction),
    ("%Y", Item::Year),
    ("%y", Item::ShortYear),
    ("%m", Item::Month),
    ("%b", Item::MonthName),
    ("%B", Item::MonthName),
    ("%a", Item::Weekday),
    ("%A", Item::Weekday),
    ("%d", Item::Day),
    ("%H", Item::Hour),
    ("%I", Item::HalfDayHour),
    ("%M", Item::Minute),
    ("%S", Item::Second),
    ("%p", Item::HalfDay),
    ("%f", Item::Fraction),
    ("%z", Item::Zone),
    ("%%", Item::Literal(b'%')),
];

impl Form {
    /// ISO 8601 as exports write it: `YYYY-MM-DD`, optionally with ` ` or `T`, `HH:MM`, `:SS`, a fraction, and `Z`, `UTC`, `GMT` or an offset.
    pub fn iso() -> Self {
        Self { pattern: "iso".to_owned(), kind: Kind::Iso }
    }

    /// Compiles a pattern or keyword.
    ///
    /// # Errors
    /// [`FormError`] if a specifier is unknown, a part is told twice, or a date is incomplete.
    pub fn compile(pattern: &str) -> Result<Self, FormError> {
        let kind = match pattern {
            "iso" => Kind::Iso,
            "epoch-s" => Kind::EpochSeconds,
            "epoch-ms" => Kind::EpochMillis,
            "excel-serial" => Kind::ExcelSerial,
            "%Y-%m-%d %H:%M:%S" => Kind::Plain(items(pattern)?),
            _ => Kind::Items(items(pattern)?),
        };
        Ok(Self { pattern: pattern.to_owned(), kind })
    }

    /// Whether [`plain`] reads what nearly all its cells are.
    pub(in crate::ingest) fn is_plain(&self) -> bool {
        matches!(self.kind, Kind::Plain(_) | Kind::Iso)
    }

    /// Reads a trimmed cell; `None` if it is not written this way or not in the calendar.
    #[inline]
    pub fn parse(&self, text: &[u8]) -> Option<Stamp> {
        if self.is_plain()
            && let Some(secs) = plain(text, b' ')
        {
            return Some(Stamp { secs, offset: None });
        }
        self.parse_in_steps(text)
    }

    #[inline(never)]
    fn parse_in_steps(&self, text: &[u8]) -> Option<Stamp> {
        match &self.kind {
            Kind::Iso => iso(text),
            Kind::Plain(items) | Kind::Items(items) => read(items, text),
            Kind::EpochSeconds => epoch(text, 0),
            Kind::EpochMillis => epoch(text, 3),
            Kind::ExcelSerial => excel_serial(text),
        }
    }
}

fn items(pattern: &str) -> Result<Vec<Item>, FormError> {
    let mut items = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if let Some((text, item)) = SPECIFIERS.iter().find(|(text, _)| rest.starts_with(text)) {
            items.push(*item);
            rest = &rest[text.len()..];
        } else if first == '%' {
            return Err(FormError::Unknown(rest.chars().take(2).collect()));
        } else {
            let (head, tail) = rest.split_at(first.len_utf8());
            items.extend(head.bytes().map(Item::Literal));
            rest = tail;
        }
    }
    check(&items)?;
    Ok(told_apart(&items))
}

/// The items with a mark before each number that touches another, and a dot that may follow a name.
fn told_apart(items: &[Item]) -> Vec<Item> {
    let two_digits =
        |i: &Item| matches!(i, Item::ShortYear | Item::Month | Item::Day | Item::Hour | Item::HalfDayHour | Item::Minute | Item::Second);
    let is_number = |i: &Item| two_digits(i) || matches!(i, Item::Year);
    let mut out = Vec::with_capacity(items.len() + 4);
    for (n, item) in items.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|b| items.get(b));
        let behind = items.get(n + 1);
        if two_digits(item) && (before.is_some_and(is_number) || behind.is_some_and(is_number)) {
            out.push(Item::BothDigits);
        }
        out.push(*item);
        if matches!(item, Item::MonthName | Item::Weekday) && behind != Some(&Item::Literal(b'.')) {
            out.push(Item::MaybeDot);
        }
    }
    out
}

fn check(items: &[Item]) -> Result<(), FormError> {
    use Item::{
        Day, DayFraction, Fraction, HalfDay, HalfDayHour, Hour, MaybeFraction, MaybeSecond, Minute, Month, MonthName, Second, ShortYear,
        Weekday, Year, Zone,
    };
    let count = |set: &[Item]| items.iter().filter(|i| set.contains(i)).count();
    let once: [(&[Item], &'static str); 10] = [
        (&[Year, ShortYear], "year"),
        (&[Month, MonthName], "month"),
        (&[Day], "day"),
        (&[Hour, HalfDayHour, DayFraction], "hour"),
        (&[Minute, DayFraction], "minute"),
        (&[Second, MaybeSecond, DayFraction], "second"),
        (&[HalfDay], "half of the day"),
        (&[Fraction, MaybeFraction], "fraction of a second"),
        (&[Zone], "offset"),
        (&[Weekday], "weekday"),
    ];
    if let Some((_, name)) = once.iter().find(|(set, _)| count(set) > 1) {
        return Err(FormError::Twice(name));
    }
    if let Some((_, name)) = once.iter().take(3).find(|(set, _)| count(set) == 0) {
        return Err(FormError::Missing(name));
    }
    let needs: [(&[Item], &[Item], &'static str); 5] = [
        (&[HalfDayHour], &[HalfDay], "half of the day (%p) that %I needs"),
        (&[HalfDay], &[HalfDayHour], "hour by %I that %p needs"),
        (&[Minute], &[Hour, HalfDayHour], "hour"),
        (&[Second, MaybeSecond], &[Minute], "minute"),
        (&[Fraction, MaybeFraction], &[Second], "second"),
    ];
    match needs.iter().find(|(one, other, _)| count(one) > 0 && count(other) == 0) {
        Some((_, _, name)) => Err(FormError::Missing(name)),
        None => Ok(()),
    }
}
