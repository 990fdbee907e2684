//! The header: where it stands, and the names it gives the columns.

use super::dialect::{Dialect, LineEnd, LineEnds, line_end};
use super::fault::{FaultCode, ScanError};
use super::record::{self, Outcome, Rules};
use super::rewrite;

/// The header records of a file.
#[derive(Debug)]
pub(super) struct Header {
    /// The unquoted cells of each record.
    pub(super) rows: Vec<Vec<Vec<u8>>>,
    /// A name a column.
    pub(super) names: Vec<String>,
    /// Offset behind it.
    pub(super) next: usize,
}

/// Takes the header out of the start of a file; `None` if it needs more bytes.
pub(super) fn header(bytes: &[u8], ended: bool, rules: &Rules) -> Result<Option<Header>, ScanError> {
    let dialect = &rules.dialect;
    let mut at = match start(bytes, dialect, ended)? {
        Some(start) if start < bytes.len() => start,
        _ if ended => return Err(ScanError::Empty),
        _ if bytes.len() > rules.limits.row => return Err(too_long()),
        _ => return Ok(None),
    };
    if dialect.header_rows == 0 {
        return numbered(bytes, at, ended, rules);
    }
    let mut rows = Vec::new();
    while rows.len() < dialect.header_rows {
        if at == bytes.len() {
            return if ended { Err(ScanError::Empty) } else { Ok(None) };
        }
        let Some((cells, next)) = one(bytes, at, ended, rules)? else { return Ok(None) };
        rows.push(cells);
        at = next;
    }
    let names = names(&rows)?;
    Ok(Some(Header { rows, names, next: at }))
}

/// One record of the header, and the offset behind it.
#[expect(clippy::type_complexity, reason = "read once, right above")]
fn one(bytes: &[u8], at: usize, ended: bool, rules: &Rules) -> Result<Option<(Vec<Vec<u8>>, usize)>, ScanError> {
    let most = rules.limits.columns;
    let mut ends = Vec::new();
    match record::record(bytes, at, ended, &Rules { columns: most, ..*rules }, &mut ends) {
        Outcome::More => Ok(None),
        Outcome::Blank { .. } => Err(ScanError::BlankHeader),
        Outcome::Bad(bad) => Err(ScanError::Header { code: bad.code, reason: bad.reason }),
        Outcome::Row { .. } if rewrite::has_lone_return(bytes, at, &ends, &rules.dialect) => Err(ScanError::LoneReturns),
        Outcome::Row { cells, .. } if cells > most => Err(ScanError::TooWide { columns: cells, limit: most }),
        Outcome::Row { next, .. } => Ok(Some((rewrite::texts(bytes, at, &ends, &rules.dialect), next))),
    }
}

/// The names of a header of one or several rows: what stands above each other, joined by a space.
fn names(rows: &[Vec<Vec<u8>>]) -> Result<Vec<String>, ScanError> {
    let Some(last) = rows.last() else { return Ok(Vec::new()) };
    if let Some(wide) = rows.iter().find(|row| row.iter().skip(last.len()).any(|cell| !cell.trim_ascii().is_empty())) {
        let reason = format!("a row of it has {} cells, its last row has {}", wide.len(), last.len());
        return Err(ScanError::Header { code: FaultCode::ExtraCell, reason });
    }
    let name = |column: usize| -> Result<String, ScanError> {
        let part = |row: &Vec<Vec<u8>>| row.get(column).map(|cell| String::from_utf8(cell.clone())).transpose();
        let parts: Vec<String> = rows
            .iter()
            .filter_map(|row| part(row).transpose())
            .collect::<Result<_, _>>()
            .map_err(|_| ScanError::HeaderNotUtf8 { column })?;
        Ok(match &parts[..] {
            [one] => one.clone(),
            several => several.iter().map(|p| p.trim()).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" "),
        })
    };
    (0..last.len()).map(name).collect()
}

/// Records looked at to tell how many columns a file without a header has.
const COUNTED: usize = 100;

/// Numbers the columns of a file without a header: as many as most of its first records have.
fn numbered(bytes: &[u8], start: usize, ended: bool, rules: &Rules) -> Result<Option<Header>, ScanError> {
    let most = rules.limits.columns;
    let widths = widths(bytes, start, ended, rules);
    let Some(&(columns, _)) = widths.iter().max_by_key(|(_, times)| *times) else {
        let reason = "no record can be read".to_owned();
        let long = ended || bytes.len() > rules.limits.row;
        return if long { Err(ScanError::Header { code: FaultCode::SourceError, reason }) } else { Ok(None) };
    };
    if columns > most {
        return Err(ScanError::TooWide { columns, limit: most });
    }
    let names = (1..=columns).map(|n| format!("column {n}")).collect();
    Ok(Some(Header { rows: Vec::new(), names, next: start }))
}

/// How often each number of cells comes up in the first records, in order of appearance.
fn widths(bytes: &[u8], start: usize, ended: bool, rules: &Rules) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let window = &bytes[..bytes.len().min(start + super::ahead::SAMPLE)];
    let ended = ended && window.len() == bytes.len();
    let counted = Rules { columns: 0, ..*rules };
    let (mut at, mut records) = (start, 0);
    while at < window.len() && records < COUNTED {
        let cells = match record::record(window, at, ended, &counted, &mut Vec::new()) {
            Outcome::More => break,
            Outcome::Blank { next } => {
                at = next;
                1
            }
            Outcome::Row { cells, next, .. } => {
                at = next;
                cells
            }
            Outcome::Bad(bad) => {
                let LineEnd::At { next, .. } = line_end(window, bad.resume_after, rules.dialect.line_ends, ended) else { break };
                at = next;
                continue;
            }
        };
        records += 1;
        match found.iter_mut().find(|(width, _)| *width == cells) {
            Some((_, times)) => *times += 1,
            None => found.insert(0, (cells, 1)),
        }
    }
    found
}

/// Where the header starts: behind the byte order mark and the lines above it. `None` if that is not within `bytes`.
fn start(bytes: &[u8], dialect: &Dialect, ended: bool) -> Result<Option<usize>, ScanError> {
    let mut at = match bytes {
        [0xEF, 0xBB, 0xBF, ..] => 3,
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(ScanError::Utf16),
        // It may be the start of a mark.
        [0xEF | 0xFE | 0xFF] | [0xEF, 0xBB] | [] if !ended => return Ok(None),
        _ => 0,
    };
    let enough = ended || bytes.len() >= 4096;
    let no_feeds = || memchr::memchr(b'\n', bytes).is_none() && memchr::memchr(b'\r', bytes).is_some();
    if dialect.line_ends == LineEnds::Feed && enough && no_feeds() {
        return Err(ScanError::LoneReturns);
    }
    for _ in 0..dialect.lines_above {
        match line_end(bytes, at, dialect.line_ends, ended) {
            LineEnd::At { next, .. } if next > at => at = next,
            LineEnd::At { .. } => return Ok(Some(bytes.len())),
            LineEnd::Beyond(_) => return Ok(None),
        }
    }
    Ok(Some(at))
}

fn too_long() -> ScanError {
    ScanError::Header { code: FaultCode::RowTooLong, reason: "the lines above it are longer than the limit of a row".to_owned() }
}
