//! Exports taken in: one finished state of each, copied, compressed, and named by what is in it.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use zstd::stream::write::Encoder;

use super::compare::same_files;
use super::disk::{ensure_folder, parent, remove, sync_folder};
use super::failure::{cannot, unreadable};
use super::kept::verify;
use super::settle::{Clock, Patience, State, look, unsettled};
use super::temporary::Temporary;
use crate::error::Result;

/// Level 3: what zstd is at its best in speed for its size.
const LEVEL: i32 = 3;

/// Bytes read or written at a time.
pub(super) const BLOCK: usize = 1 << 18;

/// An export that has been copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The name of its file, for people: what is no Unicode in it is replaced.
    pub name: String,
    /// SHA-256 of its bytes as they lay there, 64 hex digits.
    pub sha256: String,
    /// How many bytes that is.
    pub bytes: u64,
    /// When it was last changed, in nanoseconds since 1970 UTC.
    pub modified_ns: i64,
    /// The copy: `<sha256>.zst`.
    pub path: PathBuf,
    /// Whether the copy was there before.
    pub fate: Fate,
}

/// What became of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// There was none.
    New,
    /// There was one, and it is sound.
    Kept,
    /// There was one, and it was damaged: it is replaced.
    Repaired,
}

/// Copies an export into a folder, as `<sha256>.zst`, once nothing has changed it for `settle`; waits for that as long at most.
///
/// The copy is of one state of the file: if it changes meanwhile, or another takes its place, once more from the start.
///
/// # Errors
/// An input error if the export is still being written or cannot be read; an output error. Nothing is left of the copy then.
pub fn stage(path: &Path, into: &Path, settle: Duration, clock: &dyn Clock) -> Result<Staged> {
    ensure_folder(into)?;
    let mut patience = Patience::new(settle, clock);
    for _ in 0..2 {
        let state = patience.settled(path)?;
        if let Some(staged) = copy(path, into, state)? {
            return Ok(staged);
        }
    }
    Err(unsettled(path, "it changed twice while it was copied"))
}

impl Staged {
    /// Moves the copy into another folder on the same disk; if one is there already and sound, that stays and ours goes.
    ///
    /// # Errors
    /// An output error.
    pub fn keep(self, folder: &Path) -> Result<Self> {
        ensure_folder(folder)?;
        let target = folder.join(format!("{}.zst", self.sha256));
        let fate = fate_of(&self.path, &target);
        if fate == Fate::Kept {
            sync_folder(folder)?;
            remove(&self.path)?;
        } else {
            fs::rename(&self.path, &target).map_err(cannot("keep the export", &target))?;
            sync_folder(folder)?;
        }
        sync_folder(parent(&self.path))?;
        Ok(Self { path: target, fate, ..self })
    }
}

/// `None` if the file is not, or did not stay, in this state.
fn copy(path: &Path, into: &Path, state: State) -> Result<Option<Staged>> {
    let source = File::open(path).map_err(unreadable("read the export", path))?;
    let mut temporary = Temporary::create(into, "export")?;
    let Some(sha256) = (Passage { source: &source, path, state }).through(&mut temporary)? else { return Ok(None) };
    // Another file may have taken its place.
    if look(path).ok() != Some(state) {
        return Ok(None);
    }
    temporary.sync()?;
    let target = into.join(format!("{sha256}.zst"));
    let fate = fate_of(temporary.path(), &target);
    if fate == Fate::Kept {
        sync_folder(into)?;
    } else {
        temporary.replace(&target)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Some(Staged { name, sha256, bytes: state.size, modified_ns: state.modified_ns, path: target, fate }))
}

/// What a new copy does to the one that may be there. Another version of zstd makes other bytes of the same export: both are sound.
fn fate_of(fresh: &Path, target: &Path) -> Fate {
    if fs::symlink_metadata(target).is_err() {
        Fate::New
    } else if same_files(fresh, target).unwrap_or(false) || verify(target).is_ok() {
        Fate::Kept
    } else {
        Fate::Repaired
    }
}

/// A file on its way through hash and compression.
struct Passage<'a> {
    source: &'a File,
    path: &'a Path,
    state: State,
}

impl Passage<'_> {
    /// Compresses the file and returns its SHA-256; `None` as soon as it is in another state. The same bytes make the same bytes.
    fn through(&self, temporary: &mut Temporary) -> Result<Option<String>> {
        let target = temporary.path().to_owned();
        let failed = |e| cannot("write the copy of an export", &target)(e);
        let mut encoder = self.encoder(BufWriter::with_capacity(BLOCK, temporary)).map_err(failed)?;
        let (mut hash, mut block, mut left) = (Sha256::new(), vec![0; BLOCK], self.state.size);
        loop {
            let mut source = self.source;
            let read = source.read(&mut block).map_err(unreadable("read the export", self.path))?;
            // Looked at after each block: a file that grows faster than it is read is not followed.
            let is_same = self.source.metadata().is_ok_and(|about| State::of(&about) == self.state);
            match left.checked_sub(read as u64) {
                Some(0) if read == 0 && is_same => break,
                Some(rest) if read > 0 && is_same => left = rest,
                _ => return Ok(None),
            }
            hash.update(&block[..read]);
            encoder.write_all(&block[..read]).map_err(failed)?;
        }
        let mut buffered = encoder.finish().map_err(failed)?;
        buffered.flush().map_err(failed)?;
        Ok(Some(hex(&hash.finalize())))
    }

    fn encoder<W: Write>(&self, writer: W) -> std::io::Result<Encoder<'static, W>> {
        let mut encoder = Encoder::new(writer, LEVEL)?;
        encoder.include_checksum(true)?;
        encoder.include_contentsize(true)?;
        encoder.set_pledged_src_size(Some(self.state.size))?;
        Ok(encoder)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests;
