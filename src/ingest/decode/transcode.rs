//! A stream of any encoding as a stream of UTF-8.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};

use crate::error::Error;

/// Bytes taken from the inner reader at a time.
const INPUT: usize = 1 << 15;

/// Reads text of another encoding as UTF-8; what is malformed becomes U+FFFD, but an end within a character is an error: a file so
/// long was cut off, wherever its last row seems to end.
pub(super) struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    /// The part of `input` not yet decoded.
    pending: std::ops::Range<usize>,
    /// The inner reader has no more.
    ended: bool,
    /// The decoder has been told so, and has given its last.
    finished: bool,
    output: Vec<u8>,
    /// How much of `output` has been handed out.
    given: usize,
}

impl<R: Read> Transcoder<R> {
    /// The text after its byte order mark.
    pub(super) fn new(inner: R, codec: &'static encoding_rs::Encoding) -> Self {
        Self {
            inner,
            decoder: codec.new_decoder_without_bom_handling(),
            input: vec![0; INPUT],
            pending: 0..0,
            ended: false,
            finished: false,
            // The widest a byte of any encoding can become is three.
            output: Vec::with_capacity(INPUT * 3 + 16),
            given: 0,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.pending.is_empty() && !self.ended {
            let read = self.inner.read(&mut self.input)?;
            self.pending = 0..read;
            self.ended = read == 0;
        }
        Ok(())
    }

    fn decode(&mut self) -> io::Result<()> {
        self.output.resize(self.output.capacity(), 0);
        let (result, read, written, is_malformed) =
            self.decoder.decode_to_utf8(&self.input[self.pending.clone()], &mut self.output, self.ended);
        self.output.truncate(written);
        self.given = 0;
        self.pending.start += read;
        self.finished = self.ended && result == CoderResult::InputEmpty;
        // The decoder is told of the end with nothing before it: what is malformed then is a character that was begun.
        if self.ended && is_malformed { Err(within_character(self.decoder.encoding().name())) } else { Ok(()) }
    }
}

fn within_character(encoding: &str) -> io::Error {
    let error = Error::input(format!("it ends in the middle of a character of {encoding}: it was cut off, or something was added to it"));
    io::Error::other(error.hint("export it again; if its encoding is another one, say so in its [[source]]: encoding = \"utf-8\""))
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() && !self.finished && !buffer.is_empty() {
            self.fill()?;
            self.decode()?;
        }
        let length = buffer.len().min(self.output.len() - self.given);
        buffer[..length].copy_from_slice(&self.output[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::Transcoder;
    use encoding_rs::{Encoding, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1252};
    use proptest::prelude::*;
    use std::io::{self, Read};

    /// Gives its bytes in pieces of these lengths, over and over.
    struct Pieces<'a> {
        bytes: &'a [u8],
        lengths: std::iter::Cycle<std::vec::IntoIter<usize>>,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.lengths.next().unwrap().min(self.bytes.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.bytes[..length]);
            self.bytes = &self.bytes[length..];
            Ok(length)
        }
    }

    fn text(bytes: &[u8], codec: &'static Encoding) -> String {
        let mut text = String::new();
        Transcoder::new(bytes, codec).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn by_hand() {
        assert_eq!(text(b"M\xFCller; 5 \x80", WINDOWS_1252), "Müller; 5 €");
        assert_eq!(text(b"A\0\xFC\0", UTF_16LE), "Aü");
        assert_eq!(text(b"\xD8\x3D\0A", UTF_16BE), "\u{FFFD}A");
        assert_eq!(text(b"\x83\x65", SHIFT_JIS), "テ");
        assert_eq!(text(b"", WINDOWS_1252), "");
    }

    #[test]
    fn an_end_within_a_character_is_an_error() {
        // An odd byte, half of a pair, the first of two bytes.
        for (bytes, codec) in [(&b"\0A\0"[..], UTF_16BE), (b"A\0\x3D\xD8", UTF_16LE), (b"A\x83", SHIFT_JIS)] {
            let mut text = String::new();
            let error = Transcoder::new(bytes, codec).read_to_string(&mut text).unwrap_err();
            assert!(error.to_string().contains("in the middle of a character"), "{error}");
        }
    }

    #[test]
    fn longer_than_its_buffers() {
        let bytes = vec![0x80; 300_000];
        assert_eq!(text(&bytes, WINDOWS_1252), "€".repeat(300_000));
    }

    proptest! {
        #[test]
        fn pieces_decode_as_the_whole(bytes in proptest::collection::vec(any::<u8>(), 0..200), lengths in proptest::collection::vec(1usize..5, 1..6), codec in 0usize..4, step in 1usize..7) {
            let codec = [WINDOWS_1252, UTF_16LE, UTF_16BE, SHIFT_JIS][codec];
            let whole = codec.decode_without_bom_handling(&bytes).0;
            let mut reader = Transcoder::new(Pieces { bytes: &bytes, lengths: lengths.into_iter().cycle() }, codec);
            let (mut pieces, mut buffer) = (Vec::new(), vec![0; step]);
            let is_cut_off = loop {
                match reader.read(&mut buffer) {
                    Ok(0) => break false,
                    Ok(n) => pieces.extend_from_slice(&buffer[..n]),
                    Err(_) => break true,
                }
            };
            // An end within a character stands as U+FFFD in the whole.
            let whole = if is_cut_off { whole.strip_suffix('\u{FFFD}').unwrap() } else { &whole };
            prop_assert_eq!(whole.as_bytes(), &pieces[..]);
        }
    }
}
