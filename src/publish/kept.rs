//! Exports that were kept: proved, and given back.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zstd::stream::read::Decoder;

use super::disk::{ensure_folder, parent};
use super::failure::{cannot, unreadable};
use super::stage::{BLOCK, hex};
use super::temporary::{Temporary, stem};
use crate::error::{Error, Result};

/// Reads a kept export to its end and checks that it has the SHA-256 of its name; returns its bytes, unpacked.
///
/// # Errors
/// An input error if it cannot be read, is cut off or changed, or has another name than `<sha256>.zst`.
pub fn verify(kept: &Path) -> Result<u64> {
    unpack(kept, |_| Ok(()))
}

/// Writes the export that was kept, as it lay there, and returns its bytes. What was at `to` is replaced only once all is proved.
///
/// # Errors
/// As [`verify`]; an output error.
pub fn restore(kept: &Path, to: &Path) -> Result<u64> {
    ensure_folder(parent(to))?;
    let mut temporary = Temporary::create(parent(to), stem(to)?)?;
    let bytes = unpack(kept, |block| temporary.write_all(block).map_err(cannot("write the file", to)))?;
    temporary.replace(to)?;
    Ok(bytes)
}

fn unpack(kept: &Path, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<u64> {
    let expected = sha256_of_name(kept)?;
    let file = File::open(kept).map_err(unreadable("read the kept export", kept))?;
    let mut source = Decoder::new(file).map_err(|e| damaged(kept, &e.to_string()))?;
    let (mut hash, mut block, mut bytes) = (Sha256::new(), vec![0; BLOCK], 0);
    loop {
        let read = source.read(&mut block).map_err(|e| damaged(kept, &e.to_string()))?;
        if read == 0 {
            break;
        }
        hash.update(&block[..read]);
        each(&block[..read])?;
        bytes += read as u64;
    }
    let found = hex(&hash.finalize());
    if found == expected { Ok(bytes) } else { Err(damaged(kept, &format!("its content has the SHA-256 {found}"))) }
}

fn sha256_of_name(kept: &Path) -> Result<&str> {
    let is_hex = |name: &&str| name.len() == 64 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    kept.file_name()
        .and_then(|name| name.to_str()?.strip_suffix(".zst"))
        .filter(is_hex)
        .ok_or_else(|| Error::input("this is no kept export: its name should be a SHA-256 and `.zst`").at(kept.display().to_string()))
}

fn damaged(kept: &Path, seen: &str) -> Error {
    Error::input(format!("the kept export is damaged: {seen}"))
        .at(kept.display().to_string())
        .hint("put it back from a backup, or delete it and run again with the original export in place")
}
