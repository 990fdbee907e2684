//! gzip, zstd, zip, and files on disk.

use super::{CSV, gzip, noise, open, read, text, zip, zstandard};
use crate::ingest::decode::{Document, Form, How, Wrap, sha256};

#[test]
fn each_packing_gives_the_text_back_as_often_as_asked() {
    let json = "{\"id\":1,\"name\":\"Müller\"}\n{\"id\":2}\n";
    for (bytes, wraps, form, expected) in [
        (CSV.as_bytes().to_vec(), vec![], Form::Text, CSV),
        (gzip(CSV.as_bytes()), vec![Wrap::Gzip], Form::Text, CSV),
        (zstandard(CSV.as_bytes()), vec![Wrap::Zstd], Form::Text, CSV),
        (zip(&[("a.csv", CSV.as_bytes())]), vec![Wrap::Zip], Form::Text, CSV),
        (zip(&[("a.csv.gz", &gzip(CSV.as_bytes()))]), vec![Wrap::Zip, Wrap::Gzip], Form::Text, CSV),
        (gzip(&zstandard(CSV.as_bytes())), vec![Wrap::Gzip, Wrap::Zstd], Form::Text, CSV),
        (gzip(&zip(&[("a.csv", CSV.as_bytes())])), vec![Wrap::Gzip, Wrap::Zip], Form::Text, CSV),
        (gzip(json.as_bytes()), vec![Wrap::Gzip], Form::JsonLines, "id,name\n1,Müller\n2,\n"),
    ] {
        let documents = open(bytes).unwrap();
        assert_eq!((documents.len(), &documents[0].packing().wraps, documents[0].packing().form), (1, &wraps, form));
        assert_eq!((read(&documents[0]).unwrap().as_str(), read(&documents[0].clone()).unwrap().as_str()), (expected, expected));
        assert!(!documents[0].is_plain() && documents[0].path().is_none());
    }
    let five = gzip(&gzip(&gzip(&gzip(CSV.as_bytes()))));
    assert!(text(five).unwrap_err().contains("more than 3 times"));
}

#[test]
fn gzip_of_several_members_is_read_whole() {
    let (a, b) = CSV.split_at(20);
    let both = [gzip(a.as_bytes()), gzip(b""), gzip(b.as_bytes())].concat();
    assert_eq!(text(both).unwrap(), CSV);
    let frames = [zstandard(a.as_bytes()), zstandard(b.as_bytes())].concat();
    assert_eq!(text(frames).unwrap(), CSV);
}

#[test]
fn what_is_cut_off_is_an_error_wherever_it_is_cut() {
    let body = noise(3000);
    for (name, packed) in [("gzip", gzip(&body)), ("zstd", zstandard(&body)), ("zip", zip(&[("a.csv", &body)]))] {
        assert!(packed.len() > 500, "{name}");
        // Two or four bytes are not enough to tell a format by.
        for cut in 4..packed.len() {
            assert!(text(&packed[..cut]).is_err(), "{name} cut at {cut} of {}", packed.len());
        }
        assert_eq!(text(packed).unwrap().len(), 3000);
    }
    let packed = gzip(&body);
    assert!(text(&packed[..packed.len() / 2]).unwrap_err().contains("cut off"));
}

#[test]
fn what_is_damaged_is_an_error() {
    let body = noise(3000);
    for packed in [gzip(&body), zip(&[("a.csv", &body)])] {
        let mut damaged = packed.clone();
        damaged[200] ^= 0x10;
        let error = text(damaged).unwrap_err();
        assert!(error.contains("damaged") || error.contains("cut off"), "{error}");
    }
    let garbage = [gzip(&body), b"garbage".to_vec()].concat();
    assert!(text(garbage).is_err());
}

#[test]
fn a_zip_of_several_files() {
    let bytes = zip(&[
        ("b/tickets.csv", CSV.as_bytes()),
        ("a.csv", b"id\n1\n"),
        ("__MACOSX/._a.csv", b"\0\0"),
        ("logo.png", b"\x89PNG\r\n\x1a\n...."),
        ("empty/", b""),
    ]);
    let documents = open(bytes.clone()).unwrap();
    let shown: Vec<&str> = documents.iter().map(Document::shown).collect();
    assert_eq!(shown, ["x/a.csv", "x/b/tickets.csv"]);
    assert_eq!(documents[0].remarks(), ["logo.png is left out: it is a picture"]);
    let only = |member: &str| {
        let how = How { member: Some(member.into()), ..How::default() };
        let documents = Document::from_bytes("x", bytes.clone(), &how)?;
        Ok::<_, crate::error::Error>(documents.iter().map(|d| d.shown().to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(only("tickets.csv").unwrap(), ["x/b/tickets.csv"]);
    assert_eq!(only("TICK*").unwrap(), ["x/b/tickets.csv"]);
    assert!(only("calls.csv").unwrap_err().to_string().contains("it has: a.csv, b/tickets.csv, logo.png"));
    assert!(only("logo.png").unwrap_err().to_string().contains("a picture"));
    assert!(only("[").unwrap_err().to_string().contains("pattern"));
}

#[test]
fn zips_without_a_table() {
    assert!(open(zip(&[])).unwrap_err().to_string().contains("no table"));
    assert!(open(zip(&[("a.zip", &zip(&[("a.csv", b"id\n")]))])).unwrap_err().to_string().contains("within a zip"));
    let mut encrypted = zip(&[("a.csv", CSV.as_bytes())]);
    // Bit 0 of the flags, in the local and in the central header.
    let central = memchr::memmem::find(&encrypted, b"PK\x01\x02").unwrap();
    (encrypted[6], encrypted[central + 8]) = (1, 1);
    assert!(open(encrypted).unwrap_err().to_string().contains("encrypted"));
}

#[test]
fn files_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    let open = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Document::open(&path, "a.csv", &How::default()).unwrap().remove(0)
    };
    let plain = open(CSV.as_bytes());
    assert!(plain.is_plain() && plain.path() == Some(path.as_path()) && plain.shown() == "a.csv");
    assert_eq!(read(&plain).unwrap(), CSV);
    let marked = open(&[b"\xEF\xBB\xBF", CSV.as_bytes()].concat());
    assert_eq!((marked.is_plain(), read(&marked).unwrap().as_str()), (true, CSV));
    let packed = open(&gzip(CSV.as_bytes()));
    assert_eq!((packed.is_plain(), read(&packed).unwrap().as_str(), packed.packing().to_string().as_str()), (false, CSV, "text in gzip"));
    let empty = open(b"");
    assert_eq!(read(&empty).unwrap(), "");
    assert!(Document::open(dir.path(), "d", &How::default()).unwrap_err().to_string().contains("a folder"));
    assert!(Document::open(&dir.path().join("none"), "none", &How::default()).unwrap_err().to_string().starts_with("none: cannot read"));
}

#[test]
fn what_holds_no_table_is_named() {
    for (bytes, what) in [
        (&b"%PDF-1.4\n%\xE2\xE3"[..], "a PDF document"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", ".xls"),
    ] {
        let error = text(bytes).unwrap_err();
        assert!(error.contains(what) && error.contains("hint"), "{error}");
    }
}

#[test]
fn the_sum_of_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("abc");
    std::fs::write(&path, "abc").unwrap();
    // The example of FIPS 180-2.
    assert_eq!(sha256(&path).unwrap(), ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned(), 3));
}
