//! A reader that has already looked at the start of its file.

use std::io::{self, Read};

/// Bytes looked at before the first block: enough to know the header, and how the columns below it look.
pub(super) const SAMPLE: usize = 1 << 16;

/// Gives what was read ahead, then an error met while doing so, then the rest.
#[derive(Debug)]
pub(super) struct Ahead<R> {
    reader: R,
    bytes: Vec<u8>,
    at: usize,
    ended: bool,
    error: Option<io::Error>,
}

impl<R: Read> Ahead<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, bytes: Vec::new(), at: 0, ended: false, error: None }
    }

    /// What was read ahead.
    pub(super) fn seen(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether nothing follows [`Ahead::seen`].
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Reads until `target` bytes are seen, or as far as it goes.
    pub(super) fn look(&mut self, target: usize) {
        let mut piece = vec![0; 1 << 14];
        while self.bytes.len() < target && !self.ended && self.error.is_none() {
            let room = piece.len().min(target - self.bytes.len());
            match self.reader.read(&mut piece[..room]) {
                Ok(0) => self.ended = true,
                Ok(n) => self.bytes.extend_from_slice(&piece[..n]),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => self.error = Some(e),
            }
        }
    }

    /// The error that stopped [`Ahead::look`].
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Reading goes on at this offset.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }
}

impl<R: Read> Read for Ahead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at < self.bytes.len() {
            let n = (&self.bytes[self.at..]).read(buffer)?;
            self.at += n;
            return Ok(n);
        }
        if self.at > 0 {
            (self.bytes, self.at) = (Vec::new(), 0);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None if self.ended => Ok(0),
            None => self.reader.read(buffer),
        }
    }
}
