//! The best of every row: for each line that is not well-formed, or not of the right width, the reading that fits the columns best.

use std::collections::BTreeSet;

use super::Table;
use super::reading::{best, plain, readings};
use crate::ingest::dialect::{Detected, other_delimiter};
use crate::ingest::scan::{Dialect, Look, count_lines, line_at, looks};

/// Reads every row as well as it can be read: stray quotes are text, short rows are filled, long ones joined, empty ones left out.
///
/// The table ends where its header, or one like it, comes again. Bytes that are not UTF-8 are replaced.
pub fn tolerant(bytes: &[u8], detected: &Detected) -> Table {
    let doubles = detected.dialect.quote == Some(b'\'') && only_doubled(bytes);
    let mut walk = Walk { bytes, dialect: detected.dialect, looks: vec![Look::Text; detected.columns], at: 0 };
    walk.at = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let above = walk.skip_lines(detected.dialect.lines_above);
    let mut header: Vec<Vec<Vec<u8>>> = (0..detected.dialect.header_rows).filter_map(|_| walk.row()).collect();
    if header.is_empty() {
        header.extend(above.and_then(|line| walk.header_in(line)));
    }
    walk.looks = walk.learn();
    let mut rows = Vec::new();
    let mut stopped_at = None;
    loop {
        let start = walk.at;
        let Some(cells) = walk.row() else { break };
        let is_second = is_like(&header, &cells) || walk.strictly(start).is_some_and(|raw| is_like(&header, &raw));
        if is_second {
            stopped_at = Some(1 + count_lines(&bytes[..start], walk.dialect.line_ends));
            break;
        }
        if !cells.iter().all(Vec::is_empty) {
            let text = |cell| if doubles { text(cell).replace("\"\"", "\"") } else { text(cell) };
            rows.push(cells.into_iter().map(text).collect());
        }
    }
    Table { header: joined(&header), rows, stopped_at }
}

/// Whether quotes come in pairs only: then a writer doubled them, whatever else it put around its cells.
fn only_doubled(bytes: &[u8]) -> bool {
    bytes.chunk_by(|a, b| a == b).filter(|run| run[0] == b'"').all(|run| run.len() % 2 == 0)
}

fn text(cell: Vec<u8>) -> String {
    String::from_utf8(cell).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// The names of a header of one or several rows.
fn joined(rows: &[Vec<Vec<u8>>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let name = |column: usize| {
        let parts = rows.iter().filter_map(|row| row.get(column)).filter(|part| !part.is_empty());
        parts.map(|part| text(part.clone())).collect::<Vec<_>>().join(" ")
    };
    (0..columns).map(name).collect()
}

/// Whether four of five cells are names of the header.
fn is_like(header: &[Vec<Vec<u8>>], cells: &[Vec<u8>]) -> bool {
    let names: BTreeSet<&[u8]> = header.iter().flatten().map(Vec::as_slice).filter(|name| !name.is_empty()).collect();
    let known = cells.iter().filter(|cell| names.contains(cell.as_slice())).count();
    known > 1 && known * 5 >= cells.len() * 4
}

struct Walk<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    looks: Vec<Look>,
    at: usize,
}

impl<'a> Walk<'a> {
    /// Skips lines; the last one that is not empty.
    fn skip_lines(&mut self, lines: usize) -> Option<&'a [u8]> {
        let mut last = None;
        for _ in 0..lines {
            let line = line_at(self.bytes, self.at, &self.dialect);
            let raw = &self.bytes[self.at..line.end];
            last = if raw.is_empty() { last } else { Some(raw) };
            self.at = line.next;
        }
        last
    }

    /// The names in a line that is separated otherwise than the rows below it.
    fn header_in(&self, line: &[u8]) -> Option<Vec<Vec<u8>>> {
        let delimiter = other_delimiter(line, &self.dialect, self.looks.len())?;
        plain(line, 0, &Dialect { delimiter, ..self.dialect }).map(|(cells, ..)| cells)
    }

    /// How the columns look, from the rows that are as they should be.
    fn learn(&self) -> Vec<Look> {
        let mut found = Vec::new();
        let mut at = self.at;
        while let Some((cells, _, _, next)) = plain(self.bytes, at, &self.dialect).filter(|_| found.len() < 200) {
            if cells.len() == self.looks.len() {
                found.push(cells);
            }
            at = next;
        }
        looks(self.looks.len(), found.iter().map(Vec::as_slice))
    }

    /// The cells of the record at `at`, by the rules.
    fn strictly(&self, at: usize) -> Option<Vec<Vec<u8>>> {
        plain(self.bytes, at, &self.dialect).map(|(cells, ..)| cells)
    }

    /// The next row; `None` behind the last.
    fn row(&mut self) -> Option<Vec<Vec<u8>>> {
        let (cells, start, end, next) = plain(self.bytes, self.at, &self.dialect)?;
        if cells.len() == self.looks.len() {
            self.at = next;
            return Some(cells);
        }
        let line = line_at(self.bytes, start, &self.dialect);
        // A record over several lines that is well-formed is one; a broken one is taken to be its first line.
        let is_whole = !cells.is_empty() && end > line.end && cells.len() > 1;
        let (raw, next) = if is_whole { (&self.bytes[start..end], next) } else { (&self.bytes[start..line.end], line.next) };
        self.at = next;
        Some(best(readings(raw, &self.dialect), &self.looks))
    }
}
