//! Which encoding a text is in, and how that is known.
//!
//! What is declared wins, then a byte order mark, then the look of UTF-16, then strict UTF-8; only what is none of these is guessed.

use std::fmt;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::{Error, Result, nearest};

/// As much of a text as is looked at before it is read, in bytes; a smaller text is seen whole.
pub const SAMPLE: usize = 4 << 20;

/// How an encoding is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The config names it.
    Declared,
    /// The text begins with a byte order mark.
    ByteOrderMark,
    /// Nothing but ASCII was seen, which is the same in UTF-8.
    Ascii,
    /// Beyond ASCII, the text is UTF-8 but for a few damaged places.
    ValidUtf8,
    /// Guessed from the bytes.
    Guessed,
}

/// The encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    /// Its name as the WHATWG Encoding Standard writes it: `UTF-8`, `windows-1252`, `UTF-16LE`.
    pub name: &'static str,
    /// How it is known.
    pub evidence: Evidence,
    pub(super) codec: &'static encoding_rs::Encoding,
    /// Length of the byte order mark before the text.
    pub(super) mark: usize,
}

impl Encoding {
    fn new(codec: &'static encoding_rs::Encoding, evidence: Evidence, mark: usize) -> Self {
        Self { name: codec.name(), evidence, codec, mark }
    }

    /// The encoding of text that we wrote ourselves.
    pub(super) fn ours() -> Self {
        Self::new(UTF_8, Evidence::ValidUtf8, 0)
    }

    /// Whether the text needs no transcoding.
    pub(super) fn is_utf8(&self) -> bool {
        self.codec == UTF_8
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        f.write_str(match self.evidence {
            Evidence::Declared => " (declared)",
            Evidence::ByteOrderMark => " (byte order mark)",
            Evidence::Ascii | Evidence::ValidUtf8 => "",
            Evidence::Guessed => " (guessed from its bytes; set `encoding` if names look wrong)",
        })
    }
}

/// Labels people write that the Encoding Standard does not know.
const MORE_LABELS: [(&str, &str); 5] =
    [("utf-8-sig", "utf-8"), ("utf-8-bom", "utf-8"), ("ansi", "windows-1252"), ("cp932", "shift_jis"), ("cp936", "gbk")];

/// Names to suggest for a label that is not known.
const NAMES: [&str; 22] = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "macintosh",
    "koi8-r",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "gb18030",
    "big5",
];

/// The encoding of a label (`cp1252`, `latin1`, `utf-16` …): those of the [Encoding Standard](https://encoding.spec.whatwg.org/#names-and-labels).
///
/// # Errors
/// A config error with the nearest names.
pub fn named(label: &str) -> Result<&'static encoding_rs::Encoding> {
    let lower = label.trim().to_ascii_lowercase();
    let known = MORE_LABELS.iter().find(|(more, _)| *more == lower).map_or(lower.as_str(), |(_, known)| known);
    if let Some(codec) = encoding_rs::Encoding::for_label_no_replacement(known.as_bytes()) {
        return Ok(codec);
    }
    let error = Error::config(format!("`encoding` {label:?} is not known"));
    let near = nearest(&lower, NAMES);
    Err(match near.is_empty() {
        true => error.hint("usual ones: utf-8, windows-1252, utf-16, iso-8859-2, windows-1251, shift_jis, gb18030"),
        false => error.hint(format!("nearest: {}", near.join(", "))),
    })
}

/// The encoding of a text from its first [`SAMPLE`] bytes; `is_whole` tells that these are all.
///
/// # Errors
/// An input error for UTF-32, which nothing exports.
pub(super) fn detect(sample: &[u8], is_whole: bool, declared: Option<&'static encoding_rs::Encoding>) -> Result<Encoding> {
    if let Some(encoding) = declared.map(|codec| as_declared(sample, codec)).or_else(|| marked(sample)) {
        return Ok(encoding);
    }
    if sample.starts_with(b"\xFF\xFE\0\0") || sample.starts_with(b"\0\0\xFE\xFF") {
        return Err(Error::input("the text is UTF-32, which is not read").hint("export it as UTF-8"));
    }
    if let Some(codec) = unmarked_utf16(sample) {
        return Ok(Encoding::new(codec, Evidence::Guessed, 0));
    }
    let mut census = Census::default();
    census.count(sample);
    if is_whole {
        census.end();
    }
    Ok(census.verdict().unwrap_or_else(|| {
        let mut guess = Guess::new();
        guess.feed(sample);
        guess.verdict()
    }))
}

fn as_declared(sample: &[u8], codec: &'static encoding_rs::Encoding) -> Encoding {
    let is_utf16 = |codec| codec == UTF_16LE || codec == UTF_16BE;
    match encoding_rs::Encoding::for_bom(sample) {
        Some((marked, length)) if marked == codec => Encoding::new(codec, Evidence::Declared, length),
        // `utf-16` does not say which end comes first; the mark does.
        Some((marked, length)) if is_utf16(marked) && is_utf16(codec) => Encoding::new(marked, Evidence::Declared, length),
        _ => Encoding::new(codec, Evidence::Declared, 0),
    }
}

fn marked(sample: &[u8]) -> Option<Encoding> {
    let (codec, length) = encoding_rs::Encoding::for_bom(sample)?;
    let is_utf32 = sample.starts_with(b"\xFF\xFE\0\0");
    (!is_utf32).then(|| Encoding::new(codec, Evidence::ByteOrderMark, length))
}

/// UTF-16 without a mark: in its first KiB every ASCII character has a zero byte on the same side.
fn unmarked_utf16(sample: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let (pairs, _) = sample[..sample.len().min(1024)].as_chunks::<2>();
    let zeros = |side: usize| pairs.iter().filter(|pair| pair[side] == 0).count();
    // Half is enough: a header of another script has ASCII separators, and the rows below it have digits.
    let are_many = |zeros: usize| zeros >= 2 && zeros * 2 >= pairs.len();
    match (zeros(0), zeros(1)) {
        (0, after) if are_many(after) => Some(UTF_16LE),
        (before, 0) if are_many(before) => Some(UTF_16BE),
        _ => None,
    }
}

/// Counts what a text holds beyond ASCII: characters of UTF-8, and bytes that are not.
///
/// Legacy encodings practically never form whole UTF-8 characters, so the two tell them apart even where a text is damaged.
#[derive(Debug, Default)]
pub(super) struct Census {
    characters: u64,
    /// Bytes that are part of no character.
    pub(super) damaged: u64,
    /// The beginning of a character that the last piece was cut in.
    cut: Vec<u8>,
}

impl Census {
    /// Counts the next piece of the text; pieces may be cut anywhere.
    pub(super) fn count(&mut self, piece: &[u8]) {
        let mut piece = piece;
        while !self.cut.is_empty() && !piece.is_empty() {
            let mut joined = std::mem::take(&mut self.cut);
            joined.push(piece[0]);
            piece = &piece[1..];
            self.count_joined(&joined);
        }
        self.count_joined(piece);
    }

    fn count_joined(&mut self, bytes: &[u8]) {
        if bytes.is_ascii() {
            return;
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            self.characters += beyond_ascii(text);
            return;
        }
        let mut rest = bytes.len();
        for chunk in bytes.utf8_chunks() {
            rest -= chunk.valid().len() + chunk.invalid().len();
            self.characters += beyond_ascii(chunk.valid());
            match chunk.invalid() {
                [] => {}
                cut if rest == 0 && is_cut(cut) => self.cut = cut.to_vec(),
                damaged => self.damaged += damaged.len() as u64,
            }
        }
    }

    /// The text ends here: a character begun and not ended is damaged.
    pub(super) fn end(&mut self) {
        self.damaged += self.cut.len() as u64;
        self.cut.clear();
    }

    /// UTF-8, if it is.
    pub(super) fn verdict(&self) -> Option<Encoding> {
        match (self.characters, self.damaged) {
            (0, 0) => Some(Encoding::new(UTF_8, Evidence::Ascii, 0)),
            (characters, damaged) if characters >= damaged => Some(Encoding::new(UTF_8, Evidence::ValidUtf8, 0)),
            _ => None,
        }
    }
}

fn beyond_ascii(text: &str) -> u64 {
    // Each character beyond ASCII has one byte that begins it: 11xxxxxx.
    let begun = |few: &[u8]| few.iter().fold(0u8, |n, b| n + u8::from(*b >= 0xC0));
    // Counts that fit a byte are kept for many bytes at once.
    text.as_bytes().chunks(255).map(|few| u64::from(begun(few))).sum()
}

/// Whether these last bytes may be the beginning of a character.
fn is_cut(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none())
}

/// A guess at a legacy encoding.
pub(super) struct Guess(EncodingDetector);

impl Guess {
    pub(super) fn new() -> Self {
        Self(EncodingDetector::new(Iso2022JpDetection::Deny))
    }

    /// Looks at the next piece of the text.
    pub(super) fn feed(&mut self, piece: &[u8]) {
        self.0.feed(piece, false);
    }

    pub(super) fn verdict(mut self) -> Encoding {
        self.0.feed(&[], true);
        let codec = self.0.guess(None, Utf8Detection::Deny);
        // UTF-8 is ruled out by now; nothing seen is what browsers call windows-1252.
        Encoding::new(if codec == UTF_8 { WINDOWS_1252 } else { codec }, Evidence::Guessed, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Census, Encoding, Evidence, detect, named};
    use proptest::prelude::*;

    fn found(bytes: &[u8]) -> (&'static str, Evidence) {
        let encoding = detect(bytes, true, None).unwrap();
        (encoding.name, encoding.evidence)
    }

    #[test]
    fn each_kind_of_evidence() {
        assert_eq!(found(b"id,name\n1,Miller\n"), ("UTF-8", Evidence::Ascii));
        assert_eq!(found(b""), ("UTF-8", Evidence::Ascii));
        assert_eq!(found("id,name\n1,Müller\n".as_bytes()), ("UTF-8", Evidence::ValidUtf8));
        assert_eq!(found(b"\xEF\xBB\xBFid\n"), ("UTF-8", Evidence::ByteOrderMark));
        assert_eq!(found(b"\xFF\xFEi\0d\0"), ("UTF-16LE", Evidence::ByteOrderMark));
        assert_eq!(found(b"\xFE\xFF\0i\0d"), ("UTF-16BE", Evidence::ByteOrderMark));
        assert_eq!(found(b"i\0d\0,\0\n\0"), ("UTF-16LE", Evidence::Guessed));
        assert_eq!(found(b"\0i\0d\0,\0\n\0"), ("UTF-16BE", Evidence::Guessed));
        assert_eq!(found(b"id,name\n1,M\xFCller\n"), ("windows-1252", Evidence::Guessed));
        assert_eq!(found(b"fee,name\n5 \x80,Jones\n"), ("windows-1252", Evidence::Guessed));
        assert!(detect(b"\xFF\xFE\0\0i\0\0\0", true, None).is_err());
    }

    #[test]
    fn zero_bytes_in_ascii_are_no_utf_16() {
        assert_eq!(found(b"id,na\0me\n1,\0\0\0\n"), ("UTF-8", Evidence::Ascii));
    }

    #[test]
    fn utf_16_of_another_script_without_a_mark() {
        let header: Vec<u8> = "№;Дата;Имя;Тип\n1;2;3;4\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(found(&header).0, "UTF-16LE");
    }

    #[test]
    fn a_few_damaged_places_leave_utf_8_what_it_is() {
        let mut text = "Müller, Groß, Jäger, Élodie\n".repeat(3).into_bytes();
        text.extend_from_slice(b"M\xFCller\nGro\xDF\nJ\xE4ger\n");
        assert_eq!(found(&text), ("UTF-8", Evidence::ValidUtf8));
        // The other way round it is Latin-1 that holds a name of two characters by chance.
        let mut text = b"M\xFCller, Gro\xDF, J\xE4ger, \xC9lodie\n".repeat(3);
        text.extend_from_slice("Ü\n".as_bytes());
        assert_eq!(found(&text).0, "windows-1252");
    }

    #[test]
    fn a_character_cut_at_the_end_of_the_sample_is_no_fault() {
        let text = "naïve, Zoë".as_bytes();
        let cut = &text[..text.len() - 1];
        assert_eq!(detect(cut, false, None).unwrap().evidence, Evidence::ValidUtf8);
        let one = b"caf\xC3";
        assert_eq!(detect(one, false, None).unwrap().name, "UTF-8");
        assert_ne!(detect(one, true, None).unwrap().name, "UTF-8");
    }

    #[test]
    fn what_is_declared_wins_and_a_mark_of_the_same_is_dropped() {
        let as_declared = |bytes, label: &str| detect(bytes, true, Some(named(label).unwrap())).unwrap();
        assert_eq!(as_declared("é".as_bytes(), "latin1").name, "windows-1252");
        assert_eq!(as_declared(b"\xEF\xBB\xBFid", "utf-8").mark, 3);
        let big = as_declared(b"\xFE\xFF\0i", "utf-16");
        assert_eq!((big.name, big.mark, big.evidence), ("UTF-16BE", 2, Evidence::Declared));
    }

    #[test]
    fn labels_and_their_suggestions() {
        for (label, name) in [("CP1252", "windows-1252"), (" Latin1 ", "windows-1252"), ("utf8", "UTF-8"), ("ANSI", "windows-1252")] {
            assert_eq!(named(label).unwrap().name(), name);
        }
        let error = named("windows-125").unwrap_err().to_string();
        assert!(error.contains("windows-1250"), "{error}");
        assert!(named("hz-gb-2312").is_err() && named("").is_err());
    }

    #[test]
    fn what_is_shown() {
        let shown = |e: Encoding| e.to_string();
        assert_eq!(shown(detect(b"a", true, None).unwrap()), "UTF-8");
        let guessed = shown(detect(b"M\xFCller", true, None).unwrap());
        assert_eq!(guessed, "windows-1252 (guessed from its bytes; set `encoding` if names look wrong)");
    }

    proptest! {
        #[test]
        fn pieces_count_as_the_whole(bytes in proptest::collection::vec(prop_oneof![Just(0xC3u8), Just(0xA9), Just(0xE2), Just(0x82), Just(0xF0), Just(b'a'), any::<u8>()], 0..40), cuts in proptest::collection::vec(0usize..40, 0..6)) {
            let mut whole = Census::default();
            whole.count(&bytes);
            whole.end();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(bytes.len())).chain([0, bytes.len()]).collect();
            cuts.sort_unstable();
            let mut pieces = Census::default();
            cuts.windows(2).for_each(|w| pieces.count(&bytes[w[0]..w[1]]));
            pieces.end();
            prop_assert_eq!((whole.characters, whole.damaged), (pieces.characters, pieces.damaged));
        }
    }
}
