//! The forms a search tries without being told.

use std::sync::LazyLock;

use super::Stamp;
use super::form::Form;

/// Whether the day or the month comes first where both are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// What comes where in a date.
///
/// Two forms of one layout never read a value differently, so a column may be written in several of them; two layouts in one column
/// are a sign that a spreadsheet has been at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Layout {
    /// Year, month, day.
    Ymd = 1,
    /// Day, month, year.
    Dmy = 1 << 1,
    /// Month, day, year.
    Mdy = 1 << 2,
    /// The month has a name.
    Named = 1 << 3,
    EpochSeconds = 1 << 4,
    EpochMillis = 1 << 5,
    Serial = 1 << 6,
}

/// A form that may turn out to be a column's.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) form: Form,
    pub(super) layout: Layout,
    /// The answer it presumes, if the other one is possible too.
    pub(super) order: Option<Order>,
    /// What a value of digits alone must be besides readable, lest any number pass for a date.
    is_likely: fn(&[u8], Stamp) -> bool,
}

impl Candidate {
    #[inline]
    pub(super) fn read(&self, cell: &[u8]) -> Option<Stamp> {
        self.form.parse(cell).filter(|stamp| (self.is_likely)(cell, *stamp))
    }
}

use Layout::{Dmy, Mdy, Named, Ymd};

/// Dates with separators, each with the order it stands for if the other order is possible too.
const DATES: [(&str, Layout, Option<Order>); 27] = [
    ("%Y-%m-%d", Ymd, None),
    ("%d/%m/%Y", Dmy, Some(Order::Dmy)),
    ("%m/%d/%Y", Mdy, Some(Order::Mdy)),
    ("%d.%m.%Y", Dmy, None),
    ("%d-%m-%Y", Dmy, Some(Order::Dmy)),
    ("%m-%d-%Y", Mdy, Some(Order::Mdy)),
    ("%Y/%m/%d", Ymd, None),
    ("%Y.%m.%d", Ymd, None),
    ("%d/%m/%y", Dmy, Some(Order::Dmy)),
    ("%m/%d/%y", Mdy, Some(Order::Mdy)),
    ("%d.%m.%y", Dmy, None),
    ("%d-%m-%y", Dmy, Some(Order::Dmy)),
    ("%m-%d-%y", Mdy, Some(Order::Mdy)),
    ("%d/%b/%Y", Named, None),
    ("%d/%b/%y", Named, None),
    ("%d-%b-%Y", Named, None),
    ("%d-%b-%y", Named, None),
    ("%d.%b.%Y", Named, None),
    ("%d.%b.%y", Named, None),
    ("%d %b %Y", Named, None),
    ("%d. %b %Y", Named, None),
    ("%d %b, %Y", Named, None),
    ("%d de %b de %Y", Named, None),
    ("%b %d, %Y", Named, None),
    ("%b %d %Y", Named, None),
    ("%Y-%b-%d", Named, None),
    ("%b-%d-%Y", Named, None),
];

/// What may stand before a date with separators.
const WEEKDAYS: [&str; 3] = ["", "%a ", "%a, "];

/// What may stand behind one.
const TIMES: [&str; 16] = [
    "",
    " %H:%M[:%S]",
    " %I:%M[:%S] %p",
    " %I:%M[:%S]%p",
    ", %H:%M[:%S]",
    ", %I:%M[:%S] %p",
    " %H:%M[:%S] %z",
    " %H:%M[:%S]%z",
    " %I:%M[:%S] %p %z",
    " at %H:%M[:%S]",
    " at %I:%M[:%S] %p",
    ", %I:%M[:%S]%p",
    " um %H:%M[:%S]",
    " à %H:%M[:%S]",
    " %Hh%M",
    " %H:%M[:%S] Uhr",
];

/// Dates of eight digits.
const COMPACT: [(&str, Layout, Option<Order>); 3] =
    [("%Y%m%d", Ymd, None), ("%d%m%Y", Dmy, Some(Order::Dmy)), ("%m%d%Y", Mdy, Some(Order::Mdy))];

const COMPACT_TIMES: [&str; 13] = [
    "",
    " %H:%M[:%S]",
    " %I:%M[:%S] %p",
    "T%H%M%S",
    "T%H%M%S%z",
    "T%H%M",
    "T%H%M%z",
    " %H%M%S",
    " %H%M",
    "%H%M%S",
    "%H%M",
    "T%H:%M[:%S]",
    "T%H:%M[:%S]%z",
];

/// What `date` prints, and Java with it.
const UNIX: [&str; 4] = ["%a %b %d %H:%M[:%S] %Y", "%a %b %d %H:%M[:%S] %z %Y", "%b %d %H:%M[:%S] %Y", "%a %b %d %Y %H:%M[:%S] %z"];

/// All of them; ISO first, what it reads is left to it.
pub(super) fn all() -> &'static [Candidate] {
    static ALL: LazyLock<Vec<Candidate>> = LazyLock::new(|| {
        let mut all = vec![of("iso", Ymd, None, always)];
        for (date, layout, order) in DATES {
            for (weekday, time) in WEEKDAYS.into_iter().flat_map(|w| TIMES.map(|t| (w, t))) {
                all.push(of(&format!("{weekday}{date}{time}"), layout, order, always));
            }
        }
        for (date, layout, order) in COMPACT {
            all.extend(COMPACT_TIMES.map(|time| of(&format!("{date}{time}"), layout, order, of_our_time)));
        }
        all.extend(UNIX.map(|pattern| of(pattern, Named, None, always)));
        all.push(of("epoch-s", Layout::EpochSeconds, None, |cell, _| counts(cell, 10, b'1'..=b'4')));
        all.push(of("epoch-ms", Layout::EpochMillis, None, |cell, _| counts(cell, 13, b'1'..=b'4')));
        all.push(of("excel-serial", Layout::Serial, None, |cell, _| counts(cell, 5, b'2'..=b'7')));
        all
    });
    &ALL
}

fn of(pattern: &str, layout: Layout, order: Option<Order>, is_likely: fn(&[u8], Stamp) -> bool) -> Candidate {
    Candidate { form: Form::compile(pattern).expect("a form of ours"), layout, order, is_likely }
}

fn always(_: &[u8], _: Stamp) -> bool {
    true
}

/// From 1980 to 2099: of two readings of eight digits only one ends or starts with such a year.
fn of_our_time(_: &[u8], stamp: Stamp) -> bool {
    (315_532_800..4_102_444_800).contains(&stamp.secs)
}

/// A plain count: so many digits, the first within `first`, and perhaps a fraction.
fn counts(cell: &[u8], digits: usize, first: std::ops::RangeInclusive<u8>) -> bool {
    let (whole, fraction) = cell.split_at_checked(digits).unwrap_or((cell, b"x"));
    let fraction = match fraction {
        [b'.', digits @ ..] => digits,
        other => other,
    };
    let is_cut = cell.len() == digits || cell.get(digits) == Some(&b'.');
    is_cut && whole.first().is_some_and(|f| first.contains(f)) && whole.iter().chain(fraction).all(u8::is_ascii_digit)
}
