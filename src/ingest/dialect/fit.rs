//! How well a dialect fits: it cuts the records into the same number of cells, and the first of these looks like a header.

use super::{Dialect, DialectError, LineEnds, Text, Told};
use crate::ingest::scan::{self, Look, Record, looks};

/// Delimiters that are looked for; of two that fit equally well the first is taken. Last the comma, which also stands in decimals.
pub(super) const CANDIDATES: [u8; 4] = [b';', b'\t', b'|', b','];

/// Records that are looked at.
pub(super) const RECORDS: usize = 1000;

/// Lines above a table that are looked past.
const ABOVE: usize = 40;

/// How well a dialect fits.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) dialect: Dialect,
    /// Cells most records have.
    pub(super) columns: usize,
    /// Records that have as many.
    pub(super) fitting: usize,
    /// Records from the first that does on.
    pub(super) records: usize,
    /// Records that are not well-formed.
    broken: usize,
    /// Cells that start and end with the quote.
    quoted: usize,
    /// Records above the first that fits.
    above: usize,
    /// Share of the cells of the first such record that could be column names.
    names: f64,
    /// Known names in one record.
    known: usize,
}

impl Fit {
    /// Evidence in words.
    pub(super) fn in_words(&self) -> String {
        let cells = match self.columns {
            1 => "1 cell".to_owned(),
            n => format!("{n} cells"),
        };
        format!("{} of {} records have {cells} each", self.fitting, self.records)
    }

    fn share(&self) -> f64 {
        (self.fitting as f64 / self.records.max(1) as f64 - 0.01 * self.above as f64).max(0.0)
    }

    /// Shares and names, less a little for what is seldom used.
    fn score(&self) -> f64 {
        let odd = f64::from(self.dialect.quote != Some(b'"')) * 0.03
            + f64::from(self.dialect.quote.is_none()) * 0.05
            + f64::from(self.dialect.line_ends == LineEnds::Any) * 0.01;
        self.share() * (1.0 + self.names) + f64::from(self.known > 1) - odd
    }

    fn better_than(&self, other: &Self) -> bool {
        self.score().total_cmp(&other.score()).then(self.columns.cmp(&other.columns)).is_gt()
    }

    /// How a dialect fits the records; `None` if it makes no columns.
    fn of(text: &Text, dialect: Dialect, known: &dyn Fn(&str) -> bool) -> Option<Self> {
        let records = scan::records(text.bytes, text.start, text.ended, &dialect, RECORDS);
        let mut counts: Vec<(usize, usize)> = Vec::new();
        for width in records.iter().map(Record::width).filter(|w| *w > 0) {
            match counts.iter_mut().find(|(w, _)| *w == width) {
                Some((_, times)) => *times += 1,
                None => counts.push((width, 1)),
            }
        }
        let &(columns, fitting) = counts.iter().max_by_key(|(width, times)| (*times, *width))?;
        if columns < 2 {
            return None;
        }
        let first = records.iter().position(|r| r.width() == columns)?;
        // Titles and remarks are narrower than the table below them.
        let is_above = fitting > 1 && first <= ABOVE && records[..first].iter().all(|r| r.width() < columns);
        let above = if is_above { first } else { 0 };
        let cells = scan::texts(text.bytes, &records[first], &dialect);
        let names = cells.iter().filter(|c| Look::of(c) == Look::Text && !c.starts_with(b"\"")).count();
        let known_of = |r: &Record| {
            let cells = scan::texts(text.bytes, r, &dialect);
            cells.iter().filter(|c| std::str::from_utf8(c).is_ok_and(known)).count()
        };
        Some(Self {
            dialect,
            columns,
            fitting,
            records: records.len() - above,
            broken: records.iter().filter(|r| r.width() == 0).count(),
            quoted: records.iter().flat_map(|r| r.raw_cells(text.bytes)).filter(|raw| is_quoted(raw, dialect.quote)).count(),
            above,
            names: names as f64 / columns as f64,
            known: records.iter().take(ABOVE).map(known_of).max().unwrap_or(0),
        })
    }

    /// A table of one column.
    fn single(dialect: Dialect, text: &Text) -> Self {
        let records = scan::records(text.bytes, text.start, text.ended, &dialect, RECORDS);
        let (fitting, count) = (records.iter().filter(|r| r.width() == 1).count(), records.len());
        Self { dialect, columns: 1, fitting, records: count, broken: 0, quoted: 0, above: 0, names: 1.0, known: 0 }
    }
}

/// Whether a cell starts with a quote; where quotes are text, whether it looks as if they were none: it starts with one and has another.
fn is_quoted(raw: &[u8], quote: Option<u8>) -> bool {
    match (raw, quote) {
        ([first, ..], Some(quote)) => *first == quote,
        ([b'"', rest @ ..], None) => rest.contains(&b'"'),
        _ => false,
    }
}

/// The dialect that fits best.
pub(super) fn best(text: &Text, told: &Told, known: &dyn Fn(&str) -> bool) -> Result<Fit, DialectError> {
    let fits: Vec<Fit> = candidates(text, told, &CANDIDATES).into_iter().filter_map(|d| Fit::of(text, d, known)).collect();
    let best = pick(&fits).map(|fit| believed(fit, &fits)).cloned();
    match best {
        Some(fit) if fit.share() >= 0.5 || told.delimiter.is_some() || fit.known > 1 => Ok(fit),
        Some(fit) => ragged(text, &fits).or_else(|| spaced(text, told, known)).ok_or(()).or_else(|()| narrow(fit)),
        None => Ok(spaced(text, told, known).unwrap_or_else(|| Fit::single(plain(text, told), text))),
    }
}

/// Nothing fits well; but a sample of one record that is no table is not unclear, it is one column.
fn narrow(fit: Fit) -> Result<Fit, DialectError> {
    if fit.records == fit.fitting { Ok(fit) } else { Err(DialectError::Unclear) }
}

/// The dialect that fits least badly, where none does.
pub(super) fn least_bad(text: &Text, told: &Told, known: &dyn Fn(&str) -> bool) -> Fit {
    let all = [b';', b'\t', b'|', b',', b' '];
    let fits: Vec<Fit> = candidates(text, told, &all).into_iter().filter_map(|d| Fit::of(text, d, known)).collect();
    let first_is_names = |fit: &&Fit| fit.names >= 1.0 && fit.columns > 2;
    let named: Vec<Fit> = fits.iter().filter(first_is_names).cloned().collect();
    pick(if named.is_empty() { &fits } else { &named }).cloned().unwrap_or_else(|| Fit::single(plain(text, told), text))
}

fn pick(fits: &[Fit]) -> Option<&Fit> {
    fits.iter().reduce(|best, fit| if fit.better_than(best) { fit } else { best })
}

/// An escape is believed only if it mends two records and half of the broken ones, and so is that quotes mean nothing, if besides no
/// cell looks quoted. Else the same dialect without it.
fn believed<'a>(fit: &'a Fit, fits: &'a [Fit]) -> &'a Fit {
    let plain = |dialect: Dialect| fits.iter().find(|f| f.dialect == dialect);
    let mends = |other: &Fit| other.broken >= fit.broken + 2 && fit.broken * 2 <= other.broken;
    let without = match fit.dialect {
        Dialect { quote: None, .. } => {
            plain(Dialect { quote: Some(b'"'), escape: None, ..fit.dialect }).filter(|o| o.quoted + fit.quoted > 0 || !mends(o))
        }
        Dialect { escape: Some(_), .. } => plain(Dialect { escape: None, ..fit.dialect }).filter(|o| !mends(o)),
        _ => None,
    };
    without.unwrap_or(fit)
}

/// Lines of one kind with a tail that differs from event to event: every record has at least four cells, the first ones of a kind.
fn ragged(text: &Text, fits: &[Fit]) -> Option<Fit> {
    let [fit] =
        fits.iter().filter(|f| f.dialect.quote == Some(b'"') && f.dialect.escape.is_none() && !f.dialect.blanks).collect::<Vec<_>>()[..]
    else {
        return None;
    };
    let records = scan::records(text.bytes, text.start, text.ended, &fit.dialect, RECORDS);
    let least = records.iter().map(Record::width).min()?;
    let rows: Vec<Vec<Vec<u8>>> = records.iter().map(|r| scan::texts(text.bytes, r, &fit.dialect)).collect();
    let found = looks(least, rows.iter().map(Vec::as_slice));
    (records.len() > 2 && least >= 4 && !found.contains(&Look::Mixed) && found.contains(&Look::Digits)).then(|| fit.clone())
}

/// Spaces separate only if nothing else does, nearly every record has the same cells, and some of them are told apart by more than
/// their spaces: quotes around one that holds a space, or two columns of digits.
fn spaced(text: &Text, told: &Told, known: &dyn Fn(&str) -> bool) -> Option<Fit> {
    let fits: Vec<Fit> = candidates(text, told, b" ").into_iter().filter_map(|d| Fit::of(text, d, known)).collect();
    let fit = pick(&fits)?;
    let records = scan::records(text.bytes, text.start, text.ended, &fit.dialect, RECORDS);
    let rows: Vec<Vec<Vec<u8>>> = records.iter().map(|r| scan::texts(text.bytes, r, &fit.dialect)).collect();
    let is_quoted = rows.iter().flatten().any(|cell| cell.contains(&b' '));
    let digits = looks(fit.columns, rows.iter().map(Vec::as_slice)).iter().filter(|l| **l == Look::Digits).count();
    (fit.columns > 2 && fit.records > 4 && fit.share() >= 0.95 && (is_quoted || digits > 1)).then(|| fit.clone())
}

/// The dialect of a file that nothing separates.
fn plain(text: &Text, told: &Told) -> Dialect {
    let first = candidates(text, told, b",").into_iter().next();
    first.unwrap_or(Dialect::ordinary(b','))
}

/// Every dialect worth a look, the usual ones first.
fn candidates(text: &Text, told: &Told, delimiters: &[u8]) -> Vec<Dialect> {
    let told_delimiter = told.delimiter.map(|d| [d]);
    let mut out = Vec::new();
    for &delimiter in told_delimiter.as_ref().map_or(delimiters, |d| &d[..]) {
        for line_ends in told.line_ends.map_or_else(|| line_ends(text.bytes), |l| vec![l]) {
            for quote in told.quote.map_or_else(|| quotes(text.bytes, delimiter), |q| vec![q]) {
                for escape in told.escape.map_or_else(|| escapes(text.bytes, quote), |e| vec![e]) {
                    let plain = Dialect { quote, escape, line_ends, ..Dialect::ordinary(delimiter) };
                    for blanks in told.blanks.map_or_else(|| blanks(text, &plain), |b| vec![b]) {
                        out.push(Dialect { blanks, ..plain });
                    }
                }
            }
        }
    }
    out
}

fn line_ends(bytes: &[u8]) -> Vec<LineEnds> {
    let lone = memchr::memchr_iter(b'\r', bytes).any(|n| bytes.get(n + 1).is_some_and(|b| *b != b'\n'));
    match (memchr::memchr(b'\n', bytes), lone) {
        (None, true) => vec![LineEnds::Any],
        (_, true) => vec![LineEnds::Feed, LineEnds::Any],
        _ => vec![LineEnds::Feed],
    }
}

/// Quotes that cells start and end with.
fn quotes(bytes: &[u8], delimiter: u8) -> Vec<Option<u8>> {
    let mut out = vec![Some(b'"')];
    let is_edge = |b: Option<&u8>| b.is_none_or(|b| *b == delimiter || matches!(b, b'\n' | b'\r'));
    let before = |n: usize| is_edge(n.checked_sub(1).and_then(|n| bytes.get(n))) || bytes.get(n.saturating_sub(1)) == Some(&b' ');
    let opening = memchr::memchr_iter(b'\'', bytes).filter(|n| before(*n)).take(2).count();
    let closing = memchr::memchr_iter(b'\'', bytes).filter(|n| is_edge(bytes.get(n + 1))).take(2).count();
    if opening.min(closing) > 1 {
        out.push(Some(b'\''));
    }
    if memchr::memchr(b'"', bytes).is_some() {
        out.push(None);
    }
    out
}

fn escapes(bytes: &[u8], quote: Option<u8>) -> Vec<Option<u8>> {
    let is_escaped = quote.is_some_and(|q| memchr::memmem::find(bytes, &[b'\\', q]).is_some());
    if is_escaped { vec![None, Some(b'\\')] } else { vec![None] }
}

/// Whether a space follows delimiters: never, or else nearly always.
fn blanks(text: &Text, dialect: &Dialect) -> Vec<bool> {
    if dialect.delimiter == b' ' || memchr::memmem::find(text.bytes, &[dialect.delimiter, b' ']).is_none() {
        return vec![false];
    }
    let with = Dialect { blanks: true, ..*dialect };
    let (mut all, mut behind) = (0, 0);
    for record in scan::records(text.bytes, text.start, text.ended, &with, RECORDS) {
        for raw in record.raw_cells(text.bytes).skip(1).filter(|raw| !raw.is_empty()) {
            (all, behind) = (all + 1, behind + usize::from(raw.first() == Some(&b' ')));
        }
    }
    vec![behind * 10 >= all * 9]
}
