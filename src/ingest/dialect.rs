//! Which delimiter a file uses.

use std::collections::BTreeMap;
use std::fmt;

use super::scan;

/// Delimiters that are looked for; of two that fit equally well the first is taken. Last the comma, which also stands in decimals.
const CANDIDATES: [u8; 4] = [b';', b'\t', b'|', b','];

/// As much of a file as is looked at, in bytes.
pub const SAMPLE: usize = 1 << 16;

/// Why no delimiter was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialectError {
    /// Nothing to look at.
    Empty,
    /// Under no delimiter do at least half of the records have the same number of cells.
    Unclear,
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the file is empty",
            Self::Unclear => "no delimiter of , ; tab | gives most rows the same number of cells",
        })
    }
}

impl std::error::Error for DialectError {}

/// Finds the delimiter from the start of a file: a comma, semicolon, tab or pipe; a comma if there is but one column.
///
/// The right delimiter cuts the records into the same number of cells, and the first of these looks like a header.
///
/// # Errors
/// [`DialectError`] if the sample is empty or nothing fits.
pub fn detect_delimiter(sample: &[u8]) -> Result<u8, DialectError> {
    let text = sample.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(sample);
    if text.trim_ascii().is_empty() {
        return Err(DialectError::Empty);
    }
    let mut best: Option<(Fit, u8)> = None;
    for delimiter in CANDIDATES {
        let Some(fit) = Fit::of(text, delimiter) else { continue };
        if best.as_ref().is_none_or(|(other, _)| fit.better_than(other)) {
            best = Some((fit, delimiter));
        }
    }
    match best {
        None => Ok(b','),
        Some((fit, _)) if fit.share < 0.5 => Err(DialectError::Unclear),
        Some((_, delimiter)) => Ok(delimiter),
    }
}

/// The delimiter that a first line such as `sep=;` names, as spreadsheets write it; the header stands below that line.
pub fn named_delimiter(sample: &[u8]) -> Option<u8> {
    let text = sample.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(sample);
    let line = text.split(|&b| b == b'\n').next()?;
    match line.strip_suffix(b"\r").unwrap_or(line) {
        [s, e, p, b'=', delimiter] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && CANDIDATES.contains(delimiter) => Some(*delimiter),
        _ => None,
    }
}

/// How well a delimiter fits.
#[derive(Debug)]
struct Fit {
    /// Cells most records have, more than one.
    columns: usize,
    /// Share of the records that have as many.
    share: f64,
    /// Share of the cells of the first such record that could be column names.
    names: f64,
}

impl Fit {
    /// `None` if it makes no columns.
    fn of(sample: &[u8], delimiter: u8) -> Option<Self> {
        let head = &sample[..sample.len().min(SAMPLE)];
        let records = scan::records(head, delimiter, head.len() < SAMPLE);
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for record in records.iter().flatten() {
            *counts.entry(record.len()).or_default() += 1;
        }
        let (&columns, &fitting) = counts.iter().max_by_key(|(_, times)| **times)?;
        if columns < 2 {
            return None;
        }
        let first = records.iter().flatten().find(|r| r.len() == columns)?;
        let names = first.iter().filter(|cell| could_be_name(cell)).count();
        Some(Self { columns, share: fitting as f64 / records.len() as f64, names: names as f64 / columns as f64 })
    }

    fn better_than(&self, other: &Self) -> bool {
        let score = |fit: &Self| fit.share * (1.0 + fit.names);
        score(self).total_cmp(&score(other)).then(self.columns.cmp(&other.columns)).is_gt()
    }
}

/// Values start with digits and signs, names seldom do.
fn could_be_name(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    let cell = cell.strip_prefix(b"\"").unwrap_or(cell);
    cell.first().is_some_and(|b| b.is_ascii_alphabetic() || !b.is_ascii() || matches!(b, b'_' | b'#' | b'*'))
}

#[cfg(test)]
mod tests {
    use super::{DialectError, detect_delimiter, named_delimiter};

    fn found(text: &str) -> char {
        char::from(detect_delimiter(text.as_bytes()).unwrap())
    }

    #[test]
    fn the_four_delimiters() {
        for delimiter in [',', ';', '\t', '|'] {
            let text =
                "id,opened,note\n1,2025-07-14 10:00,printer\n2,2025-07-14 11:00,\"a,b;c|d\te\"\n".replace(',', &delimiter.to_string());
            assert_eq!(found(&text), delimiter, "{text}");
        }
    }

    #[test]
    fn decimal_commas_do_not_mislead() {
        assert_eq!(found("Name;Dauer;Wert\nA;3,5;1,0\nB;4,5;2,0\n"), ';');
        assert_eq!(found("Dauer;Wert\n3,5;1\n4,5;2\n4,5;\n"), ';');
        assert_eq!(found("Name;Dauer, h;Wert, Euro\n1;3,5;1,0\n2;4,5;2,0\n"), ';');
        // One broken row does not help the comma, under which only the header is out of place.
        assert_eq!(found("Dauer;Wert\n3,5;1\n4,5;2\n4,5;2\n1,5;2;\n"), ';');
    }

    #[test]
    fn other_delimiters_within_texts_do_not_mislead() {
        assert_eq!(found("id,tags,note\n1,a;b,x\n2,a;b,y\n3,c;d,z\n"), ',');
        assert_eq!(found("id,note\n1,\"a;b\nc;d\ne;f\"\n2,x\n"), ',');
        assert_eq!(found("id\tnote\n1\tHello, you\n2\tDear, all\n"), '\t');
    }

    #[test]
    fn some_broken_rows_and_a_preamble_are_borne() {
        assert_eq!(found("Export of 14 July\n\nid;name;n\n1;a;1\n2;b\"x;2\n3;c;3\n4;d;4\n5;e;5\n"), ';');
    }

    #[test]
    fn one_column_is_a_comma_file_and_never_a_space_one() {
        assert_eq!(found("comment\nall is well\nit is not\n"), ',');
        assert_eq!(found("comment"), ',');
        assert_eq!(found("first second\n1 2\n3 4\n"), ',');
    }

    #[test]
    fn a_sample_cut_anywhere_gives_the_same() {
        let text = "id;name;n\n".to_owned() + &"17;\"Smith, John\nSecond line, too\";3,5\n".repeat(4000);
        for cut in (super::SAMPLE - 50..super::SAMPLE + 50).chain([text.len()]) {
            assert_eq!(detect_delimiter(&text.as_bytes()[..cut]), Ok(b';'), "{cut}");
        }
    }

    #[test]
    fn a_line_that_names_it() {
        assert_eq!(named_delimiter(b"sep=;\r\na;b\r\n"), Some(b';'));
        assert_eq!(named_delimiter(b"\xEF\xBB\xBFSEP=\t\na\tb\n"), Some(b'\t'));
        for text in [&b"sep,b\n"[..], b"sep=x\n", b"sep=;;\n", b"", b"a\nsep=;\n"] {
            assert_eq!(named_delimiter(text), None, "{text:?}");
        }
        assert_eq!(found("sep=;\na;b\n1;2\n"), ';');
    }

    #[test]
    fn nothing_to_go_by() {
        assert_eq!(detect_delimiter(b""), Err(DialectError::Empty));
        assert_eq!(detect_delimiter(b"\xEF\xBB\xBF \n\n"), Err(DialectError::Empty));
        assert_eq!(detect_delimiter(b"a,b\n1,2,3\n1,2,3,4\n1,2,3,4,5\n"), Err(DialectError::Unclear));
    }
}
