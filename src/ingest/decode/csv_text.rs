//! CSV text as we write it: commas, quotes where they are needed, a line feed behind each row.

use std::io::{self, Write};

use super::limits::{Caps, Held};

/// Rows of cells becoming CSV text in memory.
#[derive(Debug)]
pub(super) struct CsvText {
    held: Held,
}

impl CsvText {
    pub(super) fn new(caps: &Caps) -> Self {
        Self { held: Held::new(caps) }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// If the text outgrows what may be held.
    pub(super) fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        let start = self.held.text.len();
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.held.write_all(b",")?;
            }
            self.cell(cell)?;
        }
        // A row of one empty cell is not an empty line.
        if self.held.text.len() == start {
            self.held.write_all(b"\"\"")?;
        }
        self.held.write_all(b"\n")
    }

    /// Adds an empty line.
    ///
    /// # Errors
    /// As [`CsvText::row`].
    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.held.write_all(b"\n")
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.held.text
    }

    fn cell(&mut self, cell: &str) -> io::Result<()> {
        if memchr::memchr3(b'"', b'\n', b'\r', cell.as_bytes()).is_none() && !cell.contains(',') {
            return self.held.write_all(cell.as_bytes());
        }
        self.held.write_all(b"\"")?;
        for (index, part) in cell.split('"').enumerate() {
            if index > 0 {
                self.held.write_all(b"\"\"")?;
            }
            self.held.write_all(part.as_bytes())?;
        }
        self.held.write_all(b"\"")
    }
}

#[cfg(test)]
mod tests {
    use super::CsvText;
    use crate::ingest::decode::limits::Caps;
    use proptest::prelude::*;

    fn text(rows: &[&[&str]]) -> String {
        let mut text = CsvText::new(&Caps::default());
        rows.iter().for_each(|row| text.row(row.iter().copied()).unwrap());
        String::from_utf8(text.finish()).unwrap()
    }

    #[test]
    fn quotes_where_needed() {
        assert_eq!(text(&[&["a", "b c", ""], &["1,5", "say \"hi\"", "x\ny"]]), "a,b c,\n\"1,5\",\"say \"\"hi\"\"\",\"x\ny\"\n");
        assert_eq!(text(&[&[""], &["x\r"], &["", ""]]), "\"\"\n\"x\r\"\n,\n");
    }

    #[test]
    fn never_more_than_may_be_held() {
        let mut text = CsvText::new(&Caps { held: 10, ..Caps::default() });
        assert!(text.row(["12345", "678"]).is_ok() && text.row([""]).is_err());
    }

    proptest! {
        #[test]
        fn another_reader_reads_the_same(rows in proptest::collection::vec(proptest::collection::vec("[a,\"\r\nü ]{0,5}", 3), 1..6)) {
            let mut text = CsvText::new(&Caps::default());
            rows.iter().for_each(|row| text.row(row.iter().map(String::as_str)).unwrap());
            let text = text.finish();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&text[..]);
            let back: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(rows, back);
        }
    }
}
