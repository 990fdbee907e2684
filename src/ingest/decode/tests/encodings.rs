//! Texts in every encoding that exports come in.

use super::{CSV, gzip, open, read, text};
use crate::ingest::decode::{Document, Evidence, How, SAMPLE};

fn utf16(text: &str, is_big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn utf_16_with_and_without_a_mark() {
    for is_big in [false, true] {
        for with_mark in [false, true] {
            let bytes = utf16(&format!("{}{CSV}", if with_mark { "\u{FEFF}" } else { "" }), is_big);
            assert_eq!(text(bytes.clone()).unwrap(), CSV, "{is_big} {with_mark}");
            assert_eq!(text(gzip(&bytes)).unwrap(), CSV);
            let odd = [&bytes[..], b"\x0A"].concat();
            let told = text(odd).unwrap_err();
            assert!(told.contains("in the middle of a character"), "{told}");
        }
        let half =
            [utf16("\u{FEFF}id,na", is_big), if is_big { vec![0xD8, 0x3D] } else { vec![0x3D, 0xD8] }, utf16("me\n", is_big)].concat();
        assert_eq!(text(half).unwrap(), "id,na\u{FFFD}me\n");
    }
}

#[test]
fn windows_1252_and_its_euro() {
    let document = &open(b"name,fee\nM\xFCller,5 \x80\n").unwrap()[0];
    assert_eq!(read(document).unwrap(), "name,fee\nMüller,5 €\n");
    assert_eq!((document.encoding().name, document.encoding().evidence), ("windows-1252", Evidence::Guessed));
}

#[test]
fn damaged_rows_leave_utf_8_as_it_is_and_are_handed_on() {
    let mut bytes = CSV.repeat(5).into_bytes();
    bytes.extend_from_slice(b"3,M\xFCller,x\n4,Gro\xDF,x\n5,J\xE4ger,x\n");
    let document = &open(bytes.clone()).unwrap()[0];
    assert_eq!((document.encoding().name, document.encoding().evidence), ("UTF-8", Evidence::ValidUtf8));
    let mut back = Vec::new();
    std::io::copy(&mut document.reader().unwrap(), &mut back).unwrap();
    assert_eq!(back, bytes);
}

#[test]
fn what_lies_behind_the_sample_is_found_by_looking_again() {
    let mut bytes = b"id,name\n1,Smith\n".repeat(SAMPLE / 16 + 1000);
    bytes.extend_from_slice(b"2,Zo\xE9\n");
    for bytes in [bytes.clone(), gzip(&bytes)] {
        let document = &open(bytes).unwrap()[0];
        assert_eq!((document.encoding().name, document.encoding().evidence), ("UTF-8", Evidence::Ascii));
        let again = document.redetect().unwrap();
        assert_eq!((again.encoding().name, again.encoding().evidence), ("windows-1252", Evidence::Guessed));
        assert!(read(&again).unwrap().ends_with("2,Zoé\n"));
    }
    let ascii = &open("id\n1\n").unwrap()[0];
    assert_eq!(ascii.redetect().unwrap().encoding(), ascii.encoding());
}

#[test]
fn a_character_across_the_end_of_the_sample() {
    let mut bytes = vec![b'x'; SAMPLE - 1];
    bytes.extend_from_slice("é\n".as_bytes());
    assert_eq!(open(bytes).unwrap()[0].encoding().name, "UTF-8");
}

#[test]
fn what_is_declared() {
    let how = |label: &str| How { encoding: Some(label.into()), ..How::default() };
    let polish = Document::from_bytes("x", b"imi\xEA\n\xA3ukasz\n".to_vec(), &how("cp1250")).unwrap().remove(0);
    assert_eq!((read(&polish).unwrap().as_str(), polish.encoding().to_string().as_str()), ("imię\nŁukasz\n", "windows-1250 (declared)"));
    let marked = Document::from_bytes("x", b"\xEF\xBB\xBFid\n".to_vec(), &how("cp1252")).unwrap().remove(0);
    assert_eq!(marked.remarks(), ["begins with a byte order mark of UTF-8, but `encoding` says windows-1252"]);
    assert!(Document::from_bytes("x", CSV.into(), &how("utf-9")).unwrap_err().to_string().contains("nearest: utf-8"));
}

#[test]
fn zero_bytes_stay() {
    assert_eq!(text("id,na\0me\n1,\0\n").unwrap(), "id,na\0me\n1,\0\n");
}

#[test]
fn json_in_another_encoding() {
    assert_eq!(text(utf16("\u{FEFF}[{\"name\":\"Müller\"}]", false)).unwrap(), "name\nMüller\n");
}
