//! Numbers with the separators, signs and units that a locale or a spreadsheet puts around them.

use super::{int, number};

/// The mark between the whole part of a number and its fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecimalMark {
    /// `12.5`
    Point,
    /// `12,5`
    Comma,
}

/// What stands between groups of three digits (or of two and a last one of three, as in India).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Thousands {
    /// `1.234`
    Point,
    /// `1,234`
    Comma,
    /// `1 234`, also with a space that does not break or is thin.
    Blank,
    /// `1'234`, also with a typographic one.
    Apostrophe,
}

/// How a column writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NumberStyle {
    /// Before the fraction.
    pub decimal: DecimalMark,
    /// Between groups of digits, where there are any; None: nowhere.
    pub thousands: Option<Thousands>,
}

impl NumberStyle {
    /// `1234.5`, as [`number`] reads it.
    pub const PLAIN: Self = Self { decimal: DecimalMark::Point, thousands: None };

    /// All styles there are, the simplest first.
    pub const ALL: [Self; 8] = [
        Self::PLAIN,
        Self { decimal: DecimalMark::Point, thousands: Some(Thousands::Comma) },
        Self { decimal: DecimalMark::Point, thousands: Some(Thousands::Blank) },
        Self { decimal: DecimalMark::Point, thousands: Some(Thousands::Apostrophe) },
        Self { decimal: DecimalMark::Comma, thousands: None },
        Self { decimal: DecimalMark::Comma, thousands: Some(Thousands::Point) },
        Self { decimal: DecimalMark::Comma, thousands: Some(Thousands::Blank) },
        Self { decimal: DecimalMark::Comma, thousands: Some(Thousands::Apostrophe) },
    ];

    /// The style that a config's `decimal` and `thousands` name: `.` or `,`, and `.`, `,`, a blank or `'`. None if they are the same, or
    /// something else.
    pub fn named(decimal: &str, thousands: Option<&str>) -> Option<Self> {
        let decimal = match decimal {
            "." => DecimalMark::Point,
            "," => DecimalMark::Comma,
            _ => return None,
        };
        let thousands = match thousands {
            None => None,
            Some(".") => Some(Thousands::Point),
            Some(",") => Some(Thousands::Comma),
            Some(" ") => Some(Thousands::Blank),
            Some("'") => Some(Thousands::Apostrophe),
            Some(_) => return None,
        };
        let style = Self { decimal, thousands };
        Self::ALL.contains(&style).then_some(style)
    }

    /// The number in plain writing, without marks of thousands and with a point; None if it is not of this style.
    pub(in crate::ingest::cells) fn plain(self, body: &[u8]) -> Option<Plain> {
        let mut out = Plain { bytes: [0; Plain::MOST], length: 0 };
        let (sign, mut rest) = sign(body);
        if sign {
            out.push(b'-')?;
        }
        let mut groups = Groups::default();
        loop {
            match rest {
                [digit @ b'0'..=b'9', behind @ ..] => {
                    out.push(*digit)?;
                    groups.digit(*digit);
                    rest = behind;
                }
                _ => match self.separator(rest) {
                    Some(behind) => {
                        groups.close()?;
                        rest = behind;
                    }
                    None => break,
                },
            }
        }
        groups.end()?;
        if let [mark @ (b'.' | b','), behind @ ..] = rest {
            let is_ours = (*mark == b'.') == (self.decimal == DecimalMark::Point);
            if !is_ours {
                return None;
            }
            out.push(b'.')?;
            rest = behind;
        }
        // What is left may be digits and a power of ten, else no number is made of it.
        rest.iter().try_for_each(|byte| if matches!(byte, b'.' | b',') { None } else { out.push(*byte) })?;
        Some(out)
    }

    /// What is behind a mark of thousands.
    fn separator(self, text: &[u8]) -> Option<&[u8]> {
        match (self.thousands?, text) {
            (Thousands::Point, [b'.', rest @ ..])
            | (Thousands::Comma, [b',', rest @ ..])
            | (Thousands::Apostrophe, [b'\'', rest @ ..] | [0xE2, 0x80, 0x99, rest @ ..])
            | (Thousands::Blank, [b' ', rest @ ..] | [0xC2, 0xA0, rest @ ..] | [0xE2, 0x80, 0xAF | 0x89, rest @ ..]) => Some(rest),
            _ => None,
        }
    }
}

/// A number in plain writing.
#[derive(Debug)]
pub(in crate::ingest::cells) struct Plain {
    bytes: [u8; Plain::MOST],
    length: usize,
}

impl Plain {
    /// More than a number of 21 digits needs.
    const MOST: usize = 40;

    pub(in crate::ingest::cells) fn text(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.length)? = byte;
        self.length += 1;
        Some(())
    }
}

/// The groups of digits so far.
#[derive(Debug, Default)]
struct Groups {
    closed: usize,
    /// Digits of the group that is open, and whether the first group starts with a zero.
    digits: usize,
    starts_with_zero: bool,
    has_pairs: bool,
    has_threes: bool,
}

impl Groups {
    fn digit(&mut self, digit: u8) {
        self.starts_with_zero |= self.closed == 0 && self.digits == 0 && digit == b'0';
        self.digits += 1;
    }

    /// A mark of thousands: the first group has one to three digits and no leading zero, those behind it two or three.
    fn close(&mut self) -> Option<()> {
        let is_right = match (self.closed, self.digits) {
            (0, 1..=3) => !self.starts_with_zero,
            (0, _) => false,
            (_, digits) => matches!(digits, 2 | 3),
        };
        if self.closed > 0 {
            self.has_pairs |= self.digits == 2;
            self.has_threes |= self.digits == 3;
        }
        self.closed += 1;
        self.digits = 0;
        is_right.then_some(())
    }

    /// The end of the whole part: the last of several groups has three digits.
    fn end(&self) -> Option<()> {
        let is_right = self.closed == 0 || (self.digits == 3 && !(self.has_pairs && self.has_threes));
        is_right.then_some(())
    }
}

/// Whether there is a minus, and what is behind the sign.
fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] | [0xE2, 0x88, 0x92, rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// A number without what stands around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bare<'a> {
    pub(super) body: &'a str,
    is_negative: bool,
    pub(super) is_percent: bool,
}

/// Signs and codes of money, taken for nothing; of those that fit, the longest is taken.
const MONEY: [&str; 24] = [
    "$", "€", "£", "¥", "₹", "US$", "R$", "EUR", "USD", "GBP", "CHF", "JPY", "INR", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK",
    "BRL", "zł", "kr",
];

impl<'a> Bare<'a> {
    /// Takes off brackets (which make a number negative), money and a sign of percent, each at most once.
    pub(super) fn of(cell: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(cell).ok()?.trim();
        let inner = text.strip_prefix('(').and_then(|r| r.strip_suffix(')'));
        let (is_minus, body, is_percent) = without_unit(inner.map_or(text, str::trim));
        let is_negative = is_minus || inner.is_some();
        let signs = usize::from(is_minus) + usize::from(inner.is_some()) + usize::from(body.starts_with(SIGNS));
        (signs <= 1).then_some(Self { body, is_negative, is_percent })
    }
}

const SIGNS: [char; 3] = ['-', '+', '\u{2212}'];

/// Whether a minus stood before money, the number, and whether it was one of percent.
fn without_unit(text: &str) -> (bool, &str, bool) {
    if let Some(before) = text.strip_suffix('%') {
        return (false, before.trim_end(), true);
    }
    if let Some(before) = MONEY.iter().filter_map(|m| text.strip_suffix(m)).min_by_key(|r| r.len()) {
        return (false, before.trim_end(), false);
    }
    let minus = text.strip_prefix(['-', '\u{2212}']);
    let unsigned = minus.unwrap_or(text).trim_start();
    match MONEY.iter().filter_map(|m| unsigned.strip_prefix(m)).min_by_key(|r| r.len()) {
        Some(behind) => (minus.is_some(), behind.trim_start(), false),
        None => (false, text, false),
    }
}

/// Reads `[sign]number` in a style, with what may stand around it; `read` is [`number`] or [`int`].
fn read_in<T: std::ops::Neg<Output = T>>(style: NumberStyle, cell: &[u8], read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
    let bare = Bare::of(cell)?;
    let value = read(style.plain(bare.body.as_bytes())?.text())?;
    Some(if bare.is_negative { -value } else { value })
}

/// A decimal number as a column of this style writes it: money signs and `%` around it count for nothing (`81 %` is 81), brackets make
/// it negative. What [`number`] reads, it reads as well if the style is plain.
pub fn number_in(style: NumberStyle, cell: &[u8]) -> Option<f64> {
    if style == NumberStyle::PLAIN
        && let Some(value) = number(cell)
    {
        return Some(value);
    }
    read_in(style, cell, number)
}

/// A whole number as a column of this style writes it; see [`number_in`].
pub fn int_in(style: NumberStyle, cell: &[u8]) -> Option<i64> {
    if style == NumberStyle::PLAIN
        && let Some(value) = int(cell)
    {
        return Some(value);
    }
    // The lowest number of all has no positive twin: as `(9223372036854775808)` it is refused.
    read_in(style, cell, int)
}

/// Whether a cell is written as a percentage: its number is that of hundredths.
pub fn is_percent(cell: &[u8]) -> bool {
    cell.last() == Some(&b'%') || cell.ends_with(b"%)")
}
