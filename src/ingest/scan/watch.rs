//! Which rows are looked at twice: those that may be a header once more, the header of a second table, or a row of totals.
//!
//! The look is cheap, for the fast path asks it of every row; what it lets pass is a row, for the state machine too.

use super::dialect::Dialect;
use super::look::Look;
use super::rewrite::bare;

/// What a table's header and the rows below it look like.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// The unquoted cells of each header row; none if there is no header.
    pub(super) header: Vec<Vec<Vec<u8>>>,
    /// The looks of the columns, from the rows at the start of the file.
    pub(super) looks: Vec<Look>,
    /// Number of these rows.
    pub(super) learnt: usize,
    by: By,
    /// A column in which a digit settles that a row is one; beyond the last if there is none.
    quick: usize,
}

/// How a header gives itself away.
#[derive(Debug, Default)]
enum By {
    #[default]
    Nothing,
    /// It holds text in this column of digits.
    Digits(usize),
    /// It holds one of these names in this column.
    Names(usize, Vec<Vec<u8>>),
}

impl Watch {
    pub(super) fn new(header: Vec<Vec<Vec<u8>>>, looks: Vec<Look>, learnt: usize) -> Self {
        let is_text = |column: usize| header.iter().all(|row| row.get(column).is_some_and(|c| Look::of(c) == Look::Text));
        let digits = looks.iter().enumerate().position(|(column, look)| *look == Look::Digits && is_text(column));
        let named = || (0..looks.len()).find(|&c| header.iter().all(|row| row.get(c).is_some_and(|n| !n.is_empty() && !n.contains(&b'"'))));
        let by = match digits {
            _ if header.is_empty() => By::Nothing,
            Some(column) => By::Digits(column),
            None => named().map_or(By::Nothing, |column| By::Names(column, header.iter().map(|row| row[column].clone()).collect())),
        };
        let quick = match by {
            By::Digits(column) => Some(column),
            By::Nothing => looks.iter().position(|look| *look == Look::Digits),
            By::Names(..) => None,
        };
        let quick = quick.unwrap_or(usize::MAX);
        Self { header, looks, learnt, by, quick }
    }

    /// Whether the row from `start` with these cell ends may be something else than a row.
    #[inline]
    pub(super) fn is_suspect(&self, bytes: &[u8], start: usize, ends: &[u32], dialect: &Dialect) -> bool {
        // Nearly every row of a table with a column of digits ends the matter here.
        let from = if self.quick == 0 { Some(start) } else { ends.get(self.quick - 1).map(|end| *end as usize + 1) };
        let has_digit = from.and_then(|from| bytes.get(from)).is_some_and(u8::is_ascii_digit);
        let may_be_total = bytes.get(start).is_none_or(|b| TOTAL_STARTS[*b as usize]);
        (!has_digit || may_be_total) && self.is_suspect_on_a_closer_look(bytes, start, ends, dialect)
    }

    #[inline(never)]
    fn is_suspect_on_a_closer_look(&self, bytes: &[u8], start: usize, ends: &[u32], dialect: &Dialect) -> bool {
        let cell = |column: usize| start_of(bytes, start, ends, column, dialect);
        may_be_total(cell(0))
            || match &self.by {
                By::Nothing => false,
                By::Digits(column) => Look::of(cell(*column)) == Look::Text,
                By::Names(column, names) => names.iter().any(|name| cell(*column).starts_with(name)),
            }
    }
}

/// A raw cell without its opening quote.
fn start_of<'a>(bytes: &'a [u8], start: usize, ends: &[u32], column: usize, dialect: &Dialect) -> &'a [u8] {
    let from = if column == 0 { start } else { ends[column - 1] as usize + 1 };
    let raw = bare(&bytes[from..ends[column] as usize], dialect);
    match raw.first() {
        Some(&b) if Some(b) == dialect.quote => &raw[1..],
        _ => raw,
    }
}

/// Bytes a row of totals starts with: the first of its word, a quote, or a blank.
static TOTAL_STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let letters = b"tTgGsSrR\"' \xD0\xE5";
    let mut i = 0;
    while i < letters.len() {
        starts[letters[i] as usize] = true;
        i += 1;
    }
    starts
};

/// Words that start a row of totals, in lower case.
const TOTALS: [&str; 29] = [
    "total",
    "totals",
    "grand total",
    "grand totals",
    "subtotal",
    "sub-total",
    "sub total",
    "sum",
    "sums",
    "sum total",
    "summe",
    "summen",
    "gesamt",
    "gesamtsumme",
    "gesamtergebnis",
    "somme",
    "somma",
    "suma",
    "summa",
    "total general",
    "total général",
    "totaal",
    "totale",
    "totali",
    "totalt",
    "razem",
    "итого",
    "всего",
    "合計",
];

/// The first three bytes of [`TOTALS`].
#[inline]
fn may_be_total(cell: &[u8]) -> bool {
    let Some(first) = cell.first_chunk::<3>() else { return false };
    let lower = [first[0] | 0x20, first[1] | 0x20, first[2] | 0x20];
    matches!(&lower, b"tot" | b"gra" | b"sub" | b"sum" | b"ges" | b"som" | b"raz")
        || matches!(first, [0xD0, 0xB8 | 0xB2 | 0x98 | 0x92, 0xD1 | 0xD0] | [0xE5, 0x90, 0x88])
}

/// Whether the cells are a row of totals: a first one that says so, and most of the others empty.
pub(super) fn is_total(cells: &[Vec<u8>]) -> bool {
    let Some((first, others)) = cells.split_first() else { return false };
    let word = String::from_utf8_lossy(first).trim().trim_end_matches([':', '.']).to_lowercase();
    let empty = others.iter().filter(|c| Look::of(c) == Look::Empty).count();
    empty * 2 > others.len() && TOTALS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::{TOTAL_STARTS, TOTALS, is_total, may_be_total};

    #[test]
    fn every_word_for_totals_is_looked_at() {
        for word in TOTALS {
            assert!(TOTAL_STARTS[word.as_bytes()[0] as usize] && TOTAL_STARTS[word.to_uppercase().as_bytes()[0] as usize], "{word}");
            assert!(may_be_total(word.as_bytes()), "{word}");
            assert!(may_be_total(word.to_uppercase().as_bytes()), "{word}");
        }
        assert!(!may_be_total(b"INC0001"));
    }

    #[test]
    fn a_row_of_totals_is_mostly_empty() {
        let row = |text: &str| text.split(',').map(|c| c.as_bytes().to_vec()).collect::<Vec<_>>();
        for text in ["Total,,", "Grand Total,,,12", "SUMME:, ,,,3,", "Итого,,,5"] {
            assert!(is_total(&row(text)), "{text}");
        }
        for text in ["Total,1,2", "Total,5", "total loss,,,", "x,,,", "Total", ",,,Total"] {
            assert!(!is_total(&row(text)), "{text}");
        }
    }
}
