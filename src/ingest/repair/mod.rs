//! Whole small tables from bytes, in two moods: `strict` takes what the scanner accepts and lists the rest; `tolerant` makes the best
//! of every row, for comparison with other readers. No scorecard is made from a repaired row.

mod reading;
mod tolerant;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use super::cells::unquote;
use super::dialect::Detected;
use super::scan::{Block, Fault, FaultCode, Limits, ScanError, Scanner};

pub use tolerant::tolerant;

/// A table of texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Column names; empty if the file has no header.
    pub header: Vec<String>,
    /// Its rows, in file order.
    pub rows: Vec<Vec<String>>,
    /// Physical line (from 1) on which a second table started, of which nothing was read.
    pub stopped_at: Option<u64>,
}

/// The rows that the scanner accepts, and a fault for everything else.
///
/// Below a repeated header, rows that are the same as one above it are left out. If half of the rows there are, the table stands there
/// once more, and the others are damaged copies: faults.
pub fn strict(bytes: &[u8], detected: &Detected) -> (Table, Vec<Fault>) {
    let mut faults: Vec<Fault> = detected.warnings.iter().map(|warning| of_file(warning.clone())).collect();
    let mut scanner = match Scanner::open(bytes, &detected.dialect, Limits::default(), 1 << 20) {
        Ok(scanner) => scanner,
        Err(error) => {
            faults.push(of_file(error.to_string()));
            return (Table::default(), faults);
        }
    };
    let header = if detected.dialect.header_rows == 0 { Vec::new() } else { scanner.header().to_vec() };
    let mut found = Found::default();
    loop {
        match scanner.next_block() {
            Ok(Some(block)) => {
                found.take(&block);
                faults.extend(block.faults);
            }
            Ok(None) => break,
            Err(error) => {
                faults.push(of_file(ScanError::Io(error).to_string()));
                break;
            }
        }
    }
    let rows = found.rows(&mut faults);
    faults.sort_by_key(|f| f.byte);
    (Table { header, rows, stopped_at: None }, faults)
}

/// A row below a repeated header.
#[derive(Debug)]
struct Late {
    line: u64,
    byte: u64,
    raw: String,
    cells: Vec<String>,
}

/// The accepted rows, told apart by a repeated header.
#[derive(Debug, Default)]
struct Found {
    above: Vec<Vec<String>>,
    seen: HashSet<Vec<String>>,
    repeated: Option<u64>,
    copies: usize,
    below: Vec<Late>,
}

impl Found {
    fn take(&mut self, block: &Block) {
        let again = block.faults.iter().find(|f| f.code == FaultCode::RepeatedHeader);
        self.repeated = self.repeated.or(again.map(|f| f.line));
        let mut scratch = Vec::new();
        let mut lines = block.lines();
        for row in 0..block.rows() {
            let text =
                |column: usize, scratch: &mut Vec<u8>| String::from_utf8_lossy(unquote(block.raw(row, column), scratch)).into_owned();
            let cells: Vec<String> = (0..block.columns).map(|column| text(column, &mut scratch)).collect();
            let line = lines.of(row);
            if self.repeated.is_none_or(|repeated| line < repeated) {
                self.seen.insert(cells.clone());
                self.above.push(cells);
            } else if self.seen.contains(&cells) {
                self.copies += 1;
            } else {
                let raw = String::from_utf8_lossy(block.source_bytes(row)).into_owned();
                self.below.push(Late { line, byte: block.byte_of(row), raw, cells });
            }
        }
    }

    /// The rows that count.
    fn rows(self, faults: &mut Vec<Fault>) -> Vec<Vec<String>> {
        let mut rows = self.above;
        if self.copies < self.below.len() || self.copies == 0 {
            rows.extend(self.below.into_iter().map(|late| late.cells));
            return rows;
        }
        let reason = "it stands among copies of the rows above a repeated header and is none";
        faults.extend(self.below.into_iter().map(|Late { line, byte, raw, .. }| {
            let (code, reason) = (FaultCode::SourceError, reason.to_owned());
            Fault { code, line, byte, column: None, raw, reason }
        }));
        rows
    }
}

/// A fault of the whole file.
fn of_file(reason: String) -> Fault {
    Fault { code: FaultCode::SourceError, line: 1, byte: 0, column: None, raw: String::new(), reason }
}
