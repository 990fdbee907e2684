//! The room as a whole: files in, text out.

mod bounds;
mod encodings;
mod packings;
mod parquet_files;
mod workbooks;

use std::io::{Read, Write};

use super::origin::Origin;
use super::{Caps, Document, Found, How, unfold};
use crate::error::Result;

const CSV: &str = "id,name,opened\n1,Müller,2025-07-14\n2,\"Smith, J\",2025-07-15\n";

fn open(bytes: impl Into<Vec<u8>>) -> Result<Vec<Document>> {
    Document::from_bytes("x", bytes.into(), &How::default())
}

fn within(bytes: &[u8], caps: Caps) -> Result<Vec<Document>> {
    unfold(Found::new(Origin::memory(bytes.to_vec(), caps), "x"), &How::default())
}

fn read(document: &Document) -> std::io::Result<String> {
    let mut text = String::new();
    document.reader()?.read_to_string(&mut text).map(|_| text)
}

/// The text of the one document in these bytes, or what went wrong, at opening or at reading.
fn text(bytes: impl Into<Vec<u8>>) -> Result<String, String> {
    let documents = open(bytes).map_err(|e| e.to_string())?;
    assert_eq!(documents.len(), 1);
    read(&documents[0]).map_err(|e| e.to_string())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Bytes that do not pack well.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 12345u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"abcdefghijklmnopqrstuvwxyz,\n012345"[(state >> 16) as usize % 34]
    };
    (0..length).map(|_| next()).collect()
}
