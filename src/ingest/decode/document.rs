//! One table of a file, as UTF-8 text that can be read again from its start.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::encoding::{Census, Encoding, Evidence, Guess};
use super::limits::unreadable;
use super::origin::{Origin, Pack, Place, Shared};
use super::packing::Packing;
use super::transcode::Transcoder;
use crate::error::Result;

/// One table of a file, as UTF-8 text. Cheap to clone; the clones share what is held in memory.
#[derive(Debug, Clone)]
pub struct Document {
    inner: Arc<Parts>,
}

/// What a document is made of.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) shown: String,
    pub(super) origin: Origin,
    pub(super) path: Option<PathBuf>,
    pub(super) packing: Packing,
    pub(super) encoding: Encoding,
    /// The text, where it had to be made; otherwise it is read from the origin.
    pub(super) text: Option<Arc<Vec<u8>>>,
    pub(super) remarks: Vec<String>,
}

impl Document {
    pub(super) fn new(parts: Parts) -> Self {
        Self { inner: Arc::new(parts) }
    }

    /// The same document with more remarks.
    pub(super) fn with_remarks(self, more: &[String]) -> Self {
        let mut parts = Arc::unwrap_or_clone(self.inner);
        parts.remarks.extend_from_slice(more);
        Self::new(parts)
    }

    /// The text from its start: UTF-8 without byte order mark. May be asked for many times, also at the same time.
    ///
    /// The text of a file that claims to be UTF-8 may hold bytes that are not; whoever cuts it into rows reports them. Packed data that
    /// are cut off, damaged, or too large are an error of the reader.
    ///
    /// # Errors
    /// Those of opening the file.
    pub fn reader(&self) -> io::Result<Box<dyn Read + Send>> {
        if let Some(text) = &self.inner.text {
            return Ok(Box::new(Cursor::new(Shared(text.clone()))));
        }
        let encoding = self.encoding();
        if let (Place::File(path), Pack::None, true) = (&self.inner.origin.place, &self.inner.origin.pack, encoding.is_utf8()) {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(encoding.mark as u64))?;
            return Ok(Box::new(file));
        }
        let mut reader = self.inner.origin.open()?;
        io::copy(&mut reader.by_ref().take(encoding.mark as u64), &mut io::sink())?;
        Ok(if encoding.is_utf8() { reader } else { Box::new(Transcoder::new(reader, encoding.codec)) })
    }

    /// The name to show: the path below the config file, and behind it the file within a zip.
    pub fn shown(&self) -> &str {
        &self.inner.shown
    }

    /// What it was before it became text.
    pub fn packing(&self) -> &Packing {
        &self.inner.packing
    }

    /// The encoding it was in.
    pub fn encoding(&self) -> &Encoding {
        &self.inner.encoding
    }

    /// Whether it is a UTF-8 file on disk: then [`Document::reader`] is the file itself, behind its byte order mark.
    pub fn is_plain(&self) -> bool {
        self.path().is_some() && self.inner.packing.is_none() && self.inner.encoding.is_utf8()
    }

    /// The file it is in, unless that is standard input.
    pub fn path(&self) -> Option<&Path> {
        self.inner.path.as_deref()
    }

    /// What a reader of the file should know: which other sheets there are, which files of a zip were left out.
    pub fn remarks(&self) -> &[String] {
        &self.inner.remarks
    }

    /// The same document with its encoding decided from the whole text, for when bytes beyond ASCII turn up behind the part looked at.
    ///
    /// What is declared, marked or already seen beyond ASCII stays as it is.
    ///
    /// # Errors
    /// As reading the file.
    pub fn redetect(&self) -> Result<Self> {
        if self.inner.text.is_some() || self.encoding().evidence != Evidence::Ascii {
            return Ok(self.clone());
        }
        let encoding = self.whole_encoding().map_err(|e| unreadable(self.shown(), e))?;
        Ok(Self::new(Parts { encoding, ..Parts::clone(&self.inner) }))
    }

    fn whole_encoding(&self) -> io::Result<Encoding> {
        let mut reader = self.inner.origin.open()?;
        let (mut census, mut guess) = (Census::default(), Guess::new());
        let mut buffer = vec![0; 1 << 18];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => {
                    census.count(&buffer[..read]);
                    guess.feed(&buffer[..read]);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        census.end();
        Ok(census.verdict().unwrap_or_else(|| guess.verdict()))
    }
}
