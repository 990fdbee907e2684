//! Lines of bounded length with their place.

use std::io::{BufRead, BufReader, Read};

use crate::error::{Error, Result};

/// No line of a `queue_log` is longer; of one that is, this much is kept and the rest is passed over.
pub(super) const LONGEST: usize = 64 << 10;

/// A line without its end.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// From 1.
    pub(super) number: u64,
    /// Offset of its first byte.
    pub(super) byte: u64,
    pub(super) text: &'a [u8],
    /// Whether the rest of the line was passed over.
    pub(super) is_cut: bool,
    /// Whether it ends as lines do, rather than with the text.
    pub(super) is_ended: bool,
}

/// Reads lines that end in LF or CRLF.
pub(super) struct Lines<R: Read> {
    reader: BufReader<R>,
    text: Vec<u8>,
    number: u64,
    byte: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(LONGEST, reader), text: Vec::new(), number: 0, byte: 0 }
    }

    /// The next line; none at the end of the text.
    pub(super) fn next_line(&mut self) -> Result<Option<Line<'_>>> {
        let byte = self.byte;
        self.text.clear();
        let (mut is_cut, mut read) = (false, 0);
        let is_ended = loop {
            let piece =
                self.reader.fill_buf().map_err(|e| Error::input(format!("cannot be read: {e}")).at(format!("byte {}", self.byte)))?;
            let end = memchr::memchr(b'\n', piece);
            let taken = end.map_or(piece.len(), |end| end + 1);
            let text = &piece[..end.unwrap_or(taken)];
            let kept = text.len().min(LONGEST - self.text.len());
            self.text.extend_from_slice(&text[..kept]);
            is_cut |= kept < text.len();
            self.reader.consume(taken);
            self.byte += taken as u64;
            read += taken;
            if end.is_some() || taken == 0 {
                break end.is_some();
            }
        };
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let text = self.text.strip_suffix(b"\r").unwrap_or(&self.text);
        Ok(Some(Line { number: self.number, byte, text, is_cut, is_ended }))
    }
}
