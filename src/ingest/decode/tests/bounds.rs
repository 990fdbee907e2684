//! Hostile files stay small problems.

use std::io::Read;

use super::{gzip, noise, open, within, zip, zstandard};
use crate::ingest::decode::{Caps, decode_bytes};
use proptest::prelude::*;

/// Caps small enough that a test can break them.
fn caps() -> Caps {
    Caps { unpacked: 1 << 22, ratio: 200, ratio_from: 1 << 14, held: 1 << 16, members: 10 }
}

/// How many bytes came out before the error.
fn read_until_error(bytes: &[u8]) -> (usize, String) {
    let document = match within(bytes, caps()) {
        Ok(mut documents) => documents.remove(0),
        Err(error) => return (0, error.to_string()),
    };
    let (mut reader, mut buffer, mut out) = (document.reader().unwrap(), [0; 4096], 0);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => panic!("no error after {out} bytes"),
            Ok(read) => out += read,
            Err(error) => return (out, error.to_string()),
        }
    }
}

#[test]
fn bombs_end_in_an_error_early() {
    let large = vec![b'x'; 1 << 22];
    let gz = gzip(&large);
    assert!(large.len() > gz.len() * 200);
    for bomb in [gz, zstandard(&large), zip(&[("a.csv", &large)])] {
        let most = (bomb.len() * 200).clamp(1 << 14, 1 << 22);
        let (out, error) = read_until_error(&bomb);
        assert!(out <= most && error.contains("unpacks to more than"), "{out} {error}");
    }
}

#[test]
fn bombs_that_would_have_to_be_held() {
    let rows = b"{\"a\":1}\n".repeat(1 << 14);
    assert!(within(&gzip(&rows), caps()).unwrap_err().to_string().contains("65536 bytes"));
    let inner = gzip(&noise(200_000));
    assert!(inner.len() > 1 << 16);
    assert!(within(&gzip(&inner), caps()).unwrap_err().to_string().contains("65536 bytes"));
    let many: Vec<(String, &[u8])> = (0..11).map(|n| (format!("{n}.csv"), &b"id\n"[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert!(within(&zip(&many), caps()).unwrap_err().to_string().contains("11 files"));
    let large = vec![b'x'; 1 << 22];
    assert!(within(&zip(&[("a", &large), ("b", &large)]), caps()).unwrap_err().to_string().contains("4 MiB"));
}

#[test]
fn a_real_ratio_passes() {
    let rows = b"INC0010023,2025-07-14 10:00,closed,Network,Duesseldorf\n".repeat(20_000);
    let documents = open(gzip(&rows)).unwrap();
    assert_eq!(std::io::copy(&mut documents[0].reader().unwrap(), &mut std::io::sink()).unwrap(), rows.len() as u64);
}

proptest! {
    #[test]
    fn any_bytes_end_well(bytes in proptest::collection::vec(any::<u8>(), 0..200), start in 0usize..12) {
        let starts: [&[u8]; 12] = [b"", b"\x1F\x8B\x08\0", b"\x28\xB5\x2F\xFD", b"PK\x03\x04", b"PK\x05\x06", b"PAR1", b"{\"", b"[{", b"\xFF\xFE", b"\xEF\xBB\xBF", b"\xFE\xFF", b"{\"a\":["];
        let _ = decode_bytes(&[starts[start], &bytes].concat());
    }

    #[test]
    fn a_damaged_packing_ends_well(place in any::<proptest::sample::Index>(), value: u8, kind in 0usize..3) {
        let body = noise(400);
        let mut packed = [gzip(&body), zstandard(&body), zip(&[("a.csv", &body), ("b.json", b"[{\"a\":1}]")])][kind].clone();
        let at = place.index(packed.len());
        packed[at] = value;
        let _ = decode_bytes(&packed);
    }

    #[test]
    fn what_is_not_packed_comes_out_as_it_is(text in "[a-z,;\"\n€é]{0,80}") {
        let out = decode_bytes(text.as_bytes()).unwrap();
        prop_assert_eq!(out, text.as_bytes());
    }
}
