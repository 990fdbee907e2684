//! What a file is, by its first bytes; its name does not count.

use std::fmt;

/// As much of a file as is looked at to tell what it is, in bytes.
pub(super) const HEAD: usize = 512;

/// Something that a file is packed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrap {
    /// gzip, [RFC 1952](https://www.rfc-editor.org/rfc/rfc1952).
    Gzip,
    /// Zstandard, [RFC 8878](https://www.rfc-editor.org/rfc/rfc8878).
    Zstd,
    /// A file within a zip.
    Zip,
}

/// What a file is once unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Text with rows and delimiters.
    Text,
    /// An Excel workbook of 2007 or later.
    Xlsx,
    /// A spreadsheet of the Open Document Format.
    Ods,
    /// JSON: an object a line, or an array of objects.
    JsonLines,
    /// Apache Parquet.
    Parquet,
}

/// What a document was before it became text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packing {
    /// What it was packed in, outermost first; usually nothing.
    pub wraps: Vec<Wrap>,
    /// What it was once unpacked.
    pub form: Form,
}

impl Packing {
    /// A text file, not packed.
    pub fn is_none(&self) -> bool {
        self.wraps.is_empty() && self.form == Form::Text
    }
}

impl fmt::Display for Wrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
        })
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Xlsx => "Excel workbook",
            Self::Ods => "OpenDocument spreadsheet",
            Self::JsonLines => "JSON",
            Self::Parquet => "Parquet",
        })
    }
}

impl fmt::Display for Packing {
    /// `text`, `text in gzip`, `Excel workbook in zip`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.form.fmt(f)?;
        self.wraps.iter().rev().try_for_each(|wrap| write!(f, " in {wrap}"))
    }
}

/// What the first bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Magic {
    Gzip,
    Zstd,
    /// A zip, which may be a workbook.
    Zip,
    Parquet,
    /// Something known that holds no table we read.
    Refused(&'static Refusal),
    /// None of these: text.
    Text,
}

/// A kind of file that is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What it is: "a PDF document".
    pub(super) what: &'static str,
    /// What to do instead.
    pub(super) hint: &'static str,
}

const UNPACK: &str = "unpack it, or pack it with gzip, zstd or zip";
const NO_TABLE: &str = "export the rows themselves, as CSV or as a workbook";
const SAVE_AS: &str = "open it and save it as .xlsx or CSV";

/// Known beginnings, most telling first. Sources: the formats' own documents, and the file(1) data base.
const BEGINNINGS: [(&[u8], Magic); 15] = [
    (b"\x1F\x8B", Magic::Gzip),
    (b"\x28\xB5\x2F\xFD", Magic::Zstd),
    (b"PK\x03\x04", Magic::Zip),
    (b"PK\x05\x06", Magic::Zip),
    (b"PAR1", Magic::Parquet),
    (b"PARE", Magic::Refused(&Refusal { what: "an encrypted Parquet file", hint: "export it without encryption" })),
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        Magic::Refused(&Refusal { what: "an old Excel workbook (.xls, 1997 to 2003) or an encrypted one", hint: SAVE_AS }),
    ),
    (b"BZh", Magic::Refused(&Refusal { what: "a bzip2 archive", hint: UNPACK })),
    (b"\xFD7zXZ\0", Magic::Refused(&Refusal { what: "an xz archive", hint: UNPACK })),
    (b"7z\xBC\xAF\x27\x1C", Magic::Refused(&Refusal { what: "a 7-Zip archive", hint: UNPACK })),
    (b"Rar!\x1A\x07", Magic::Refused(&Refusal { what: "a RAR archive", hint: UNPACK })),
    (b"%PDF-", Magic::Refused(&Refusal { what: "a PDF document", hint: NO_TABLE })),
    (b"\x89PNG\r\n", Magic::Refused(&Refusal { what: "a picture", hint: NO_TABLE })),
    (b"\xFF\xD8\xFF", Magic::Refused(&Refusal { what: "a picture", hint: NO_TABLE })),
    (b"SQLite format 3\0", Magic::Refused(&Refusal { what: "an SQLite data base", hint: NO_TABLE })),
];

const TAR: Magic = Magic::Refused(&Refusal { what: "a tar archive", hint: "unpack it, and give the files in it" });

const PAGE: Magic = Magic::Refused(&Refusal {
    what: "a web page, not an export",
    hint: "a sign-in page instead of the file? Some products also name a page .xls: open it and save it as .xlsx or CSV",
});

const XML: Magic = Magic::Refused(&Refusal { what: "an XML document", hint: SAVE_AS });

/// What a file is by its first [`HEAD`] bytes.
pub(super) fn magic(head: &[u8]) -> Magic {
    if let Some((_, magic)) = BEGINNINGS.iter().find(|(beginning, magic)| head.starts_with(beginning) && is_plausible(head, *magic)) {
        return *magic;
    }
    if head.get(257..262) == Some(b"ustar") {
        return TAR;
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let begins = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()));
    match () {
        () if begins("<!doctype html") || begins("<html") || begins("<table") => PAGE,
        () if begins("<?xml") => XML,
        () => Magic::Text,
    }
}

/// A header may begin with the letters of a format: `PAR1,…`, `BZh;…`. What follows tells.
fn is_plausible(head: &[u8], magic: Magic) -> bool {
    match magic {
        Magic::Refused(_) | Magic::Parquet if head[0].is_ascii_uppercase() => {
            !head.iter().all(|b| matches!(b, b'\t' | b'\n' | b'\r' | 32..127))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Magic, Packing, Wrap, magic};

    #[test]
    fn beginnings() {
        assert_eq!(magic(b"\x1F\x8B\x08"), Magic::Gzip);
        assert_eq!(magic(b"\x28\xB5\x2F\xFD"), Magic::Zstd);
        assert_eq!(magic(b"PK\x03\x04"), Magic::Zip);
        assert_eq!(magic(b"PAR1\x15\x04"), Magic::Parquet);
        for refused in
            [&b"%PDF-1.7\n%\xE2"[..], b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b" <!DOCTYPE HTML>", b"\xEF\xBB\xBF<?xml version", b"\xFD7zXZ\0"]
        {
            assert!(matches!(magic(refused), Magic::Refused(_)), "{refused:?}");
        }
        let mut tar = b"tickets.csv".to_vec();
        tar.resize(257, 0);
        tar.extend_from_slice(b"ustar\x0000");
        assert!(matches!(magic(&tar), Magic::Refused(_)));
    }

    #[test]
    fn headers_that_look_like_a_format_are_text() {
        for text in [&b"PAR1,PAR2\n1,2\n"[..], b"BZh;Name\n", b"id,<html>\n", b"", b"\x1F", b"\xFF\xFEi\0", b"PK;Name\n"] {
            assert_eq!(magic(text), Magic::Text, "{text:?}");
        }
    }

    #[test]
    fn what_is_shown() {
        let packing = Packing { wraps: vec![Wrap::Zip, Wrap::Gzip], form: Form::Text };
        assert_eq!(packing.to_string(), "text in gzip in zip");
        assert!(!packing.is_none() && Packing { wraps: vec![], form: Form::Text }.is_none());
    }
}
