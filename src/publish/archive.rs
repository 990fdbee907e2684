//! A zip for people to hand on: written whole, private, the same bytes for the same files.

use std::io::{Cursor, Write};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::file::replace;
use super::names;
use crate::error::{Error, Result};

/// Writes a zip of these files, by name.
///
/// # Errors
/// A bug of ours for a name that leads elsewhere; an output error.
pub fn zip(path: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let failed = |e: &dyn std::fmt::Display| Error::output(format!("the zip cannot be made: {e}")).at(path.display().to_string());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        names::check(name)?;
        // The time within a zip would make other bytes of the same files.
        zip.start_file(name.as_str(), SimpleFileOptions::default().unix_permissions(0o600)).map_err(|e| failed(&e))?;
        zip.write_all(bytes).map_err(|e| failed(&e))?;
    }
    replace(path, &zip.finish().map_err(|e| failed(&e))?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_make_the_same_zip_and_no_name_leads_out() {
        let dir = tempfile::tempdir().unwrap();
        let files = [("a.txt".to_owned(), b"x".to_vec()), ("rows/b.csv".to_owned(), vec![b'y'; 1000])];
        let bytes = |name: &str| {
            zip(&dir.path().join(name), &files).unwrap();
            std::fs::read(dir.path().join(name)).unwrap()
        };
        assert_eq!(bytes("1.zip"), bytes("2.zip"));
        assert!(zip(&dir.path().join("3.zip"), &[("../a".to_owned(), Vec::new())]).is_err());
    }
}
