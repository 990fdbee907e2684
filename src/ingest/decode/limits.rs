//! What a file may ask of this machine: upper bounds on unpacked sizes, so that a small hostile file stays a small problem.

use std::io::{self, Read, Write};

use crate::error::Error;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Upper bounds on what is unpacked and what is held in memory, in bytes unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Most text one packed file may unpack to. Default 8 GiB.
    pub unpacked: u64,
    /// Most times its own size a packed file may unpack to, once above [`Caps::ratio_from`]. Default 200; gzip of real exports reaches 20.
    pub ratio: u64,
    /// Below this the ratio does not matter. Default 64 MiB.
    pub ratio_from: u64,
    /// Most that is held in memory of one file: workbooks, JSON, Parquet, standard input, and the text made of them. Default 1 GiB.
    pub held: u64,
    /// Most files within one zip. Default 1,000.
    pub members: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self { unpacked: 8 * GIB, ratio: 200, ratio_from: 64 * MIB, held: GIB, members: 1000 }
    }
}

impl Caps {
    /// Caps for feeding random bytes: nothing larger than 1 MiB comes out.
    pub(super) fn tiny() -> Self {
        Self { unpacked: MIB, ratio: 200, ratio_from: MIB, held: MIB, members: 20 }
    }

    /// Most bytes that `packed` bytes may unpack to.
    pub(super) fn unpacked_from(&self, packed: u64) -> u64 {
        self.unpacked.min(self.ratio_from.max(packed.saturating_mul(self.ratio)))
    }
}

/// Reads all of a stream, of which at most `most` bytes may be.
pub(super) fn read_all(reader: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(too_large(most)),
        false => Ok(bytes),
    }
}

/// A stream that is an error, not an end, behind its first `most` bytes.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
    most: u64,
}

impl<R: Read> Bounded<R> {
    pub(super) fn new(inner: R, caps: &Caps) -> Self {
        Self { inner, left: caps.held, most: caps.held }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| too_large(self.most))?;
        Ok(read)
    }
}

/// Text built up in memory, of which at most so many bytes may be.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) text: Vec<u8>,
    most: u64,
}

impl Held {
    pub(super) fn new(caps: &Caps) -> Self {
        Self { text: Vec::new(), most: caps.held }
    }
}

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.text.len() + bytes.len()) as u64 > self.most {
            return Err(too_large(self.most));
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The error of something held growing too large.
pub(super) fn too_large(most: u64) -> io::Error {
    io::Error::other(
        Error::input(format!("its text is larger than {}, which is the most that is held in memory", size(most)))
            .hint("export it in parts, or as a CSV file; packed with gzip it can stay small"),
    )
}

/// A number of bytes for a person to read.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        GIB.. => format!("{} GiB", bytes / GIB),
        MIB.. => format!("{} MiB", bytes / MIB),
        _ => format!("{bytes} bytes"),
    }
}

/// An error of reading as one of ours, with its place; ours that went through [`io::Error`] come out whole.
pub fn unreadable(shown: &str, error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(ours) => ours.at(shown),
        Err(other) => {
            let error = Error::input(format!("cannot read the file: {other}")).at(shown);
            match other.kind() {
                io::ErrorKind::NotFound => {
                    error.hint("look whether it is there, and written so: names are relative to where deskcard was started")
                }
                io::ErrorKind::PermissionDenied => error.hint("whoever runs deskcard must be allowed to read it"),
                _ => error,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Caps, Held, read_all, size};
    use std::io::Write;

    #[test]
    fn the_ratio_counts_only_above_its_floor() {
        let caps = Caps { unpacked: 1000, ratio: 20, ratio_from: 100, ..Caps::default() };
        assert_eq!((caps.unpacked_from(1), caps.unpacked_from(10), caps.unpacked_from(60)), (100, 200, 1000));
        assert_eq!(Caps::default().unpacked_from(u64::MAX), 8 << 30);
    }

    #[test]
    fn all_or_an_error() {
        assert_eq!(read_all(&b"12345"[..], 5).unwrap(), b"12345");
        assert!(read_all(&b"123456"[..], 5).is_err());
        let mut held = Held::new(&Caps { held: 3, ..Caps::default() });
        assert_eq!((held.write(b"abc").unwrap(), held.write(b"d").is_err(), held.text.len()), (3, true, 3));
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!((size(8 << 30), size(64 << 20), size(12)), ("8 GiB".to_owned(), "64 MiB".to_owned(), "12 bytes".to_owned()));
    }
}
