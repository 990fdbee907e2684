//! Where a document's bytes come from: a file or memory, at most once packed; opened as often as asked, unpacked as they are read.
//!
//! Packed bytes that end early, are damaged or unpack to more than [`Caps`] allow are an error of the reader, never a short file.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};

use super::limits::{Caps, size};
use crate::error::Error;

/// The largest window a zstd frame may ask for, as a power of two: 128 MiB, what the `zstd` program accepts by itself.
const ZSTD_WINDOW: u32 = 27;

/// Bytes that can be read from any place.
pub(super) trait Seekable: Read + Seek + Send {}

impl<T: Read + Seek + Send> Seekable for T {}

/// Where the bytes lie.
#[derive(Debug, Clone)]
pub(super) enum Place {
    File(PathBuf),
    Memory(Arc<Vec<u8>>),
}

/// How the bytes are packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pack {
    None,
    Gzip,
    Zstd,
    Member(Member),
}

/// A file within a zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Place of its data in the zip, and the number of packed bytes.
    pub(super) start: u64,
    pub(super) packed: u64,
    /// What its data must come to.
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) is_deflated: bool,
}

/// A document's bytes.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) place: Place,
    pub(super) pack: Pack,
    pub(super) caps: Caps,
}

impl Origin {
    pub(super) fn memory(bytes: Vec<u8>, caps: Caps) -> Self {
        Self { place: Place::Memory(Arc::new(bytes)), pack: Pack::None, caps }
    }

    pub(super) fn packed_as(&self, pack: Pack) -> Self {
        Self { pack, ..self.clone() }
    }

    /// The bytes as they lie there.
    pub(super) fn raw(&self) -> io::Result<Box<dyn Seekable>> {
        Ok(match &self.place {
            Place::File(path) => Box::new(File::open(path)?),
            Place::Memory(bytes) => Box::new(Cursor::new(Shared(bytes.clone()))),
        })
    }

    fn raw_length(&self) -> io::Result<u64> {
        match &self.place {
            Place::File(path) => Ok(path.metadata()?.len()),
            Place::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// The bytes, unpacked, from their start.
    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut raw = self.raw()?;
        let most = self.caps.unpacked_from(self.raw_length()?);
        let guard = |inner: Box<dyn Read + Send>, most| Box::new(Unpacking { inner, out: 0, most });
        Ok(match &self.pack {
            Pack::None => Box::new(raw),
            Pack::Gzip => guard(Box::new(MultiGzDecoder::new(raw)), most),
            Pack::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(raw)?;
                decoder.window_log_max(ZSTD_WINDOW)?;
                guard(Box::new(decoder), most)
            }
            Pack::Member(member) => {
                raw.seek(SeekFrom::Start(member.start))?;
                let data = raw.take(member.packed);
                let data: Box<dyn Read + Send> = if member.is_deflated { Box::new(DeflateDecoder::new(data)) } else { Box::new(data) };
                guard(Box::new(Checked { inner: data, crc: Crc::new(), member: member.clone() }), self.caps.unpacked_from(member.packed))
            }
        })
    }

    /// The first `most` bytes, unpacked; fewer only if there are no more.
    pub(super) fn head(&self, most: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.open()?.take(most as u64).read_to_end(&mut head)?;
        Ok(head)
    }

    /// The same bytes without their packing.
    pub(super) fn settled(&self) -> io::Result<Self> {
        match self.pack {
            Pack::None => Ok(self.clone()),
            _ => Ok(Self::memory(super::limits::read_all(self.open()?, self.caps.held)?, self.caps)),
        }
    }
}

/// Bytes that several readers look at.
#[derive(Debug, Clone)]
pub(super) struct Shared(pub(super) Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Bytes being unpacked: counted, and with errors a person understands.
struct Unpacking {
    inner: Box<dyn Read + Send>,
    out: u64,
    most: u64,
}

impl Read for Unpacking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer).map_err(explained)?;
        self.out += read as u64;
        if self.out > self.most {
            return Err(io::Error::other(
                Error::input(format!("unpacks to more than {}, far more than an export of its size holds", size(self.most)))
                    .hint("unpack it yourself if you trust it, and give the unpacked file"),
            ));
        }
        Ok(read)
    }
}

/// What an error of unpacking means.
fn explained(error: io::Error) -> io::Error {
    let ours = match error.kind() {
        io::ErrorKind::Interrupted => return error,
        _ if error.get_ref().and_then(|e| e.downcast_ref::<Error>()).is_some() => return error,
        io::ErrorKind::UnexpectedEof => Error::input("the packed file is cut off: its data end early"),
        _ if error.raw_os_error().is_some() => return error,
        _ => Error::input(format!("the packed file is damaged: {error}")),
    };
    io::Error::other(ours.hint("copy or download it again"))
}

/// A zip member's data, which must come to the size and the checksum that the zip names.
struct Checked {
    inner: Box<dyn Read + Send>,
    crc: Crc,
    member: Member,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.crc.update(&buffer[..read]);
        // The sum counts modulo 2³², as does the size of the first zips; a longer member shows in its checksum.
        let done = u64::from(self.crc.amount());
        if read == 0 && !buffer.is_empty() {
            if done != self.member.size & u64::from(u32::MAX) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if self.crc.sum() != self.member.crc {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong"));
            }
        }
        Ok(read)
    }
}
