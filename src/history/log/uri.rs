//! Paths of data files: percent-encoded in the log ([RFC 2396](https://www.ietf.org/rfc/rfc2396.txt)), plain everywhere else.

use std::fmt::Write;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

/// Writes a path as the log has it.
pub(super) fn serialize<S: Serializer>(path: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&encoded(path))
}

/// Reads a path as the log has it.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let path = String::deserialize(deserializer)?;
    decoded(&path).map_err(|why| D::Error::custom(format!("the path `{path}` {why}")))
}

/// A path with everything percent-encoded that a URI's path does not hold as it stands.
fn encoded(path: &str) -> String {
    escaped(path, "/=")
}

fn escaped(text: &str, kept: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.as_bytes().contains(&byte) {
            true => out.push(char::from(byte)),
            false => _ = write!(out, "%{byte:02X}"),
        }
        out
    })
}

/// The path behind its encoding, or why it is none inside the table's folder.
fn decoded(text: &str) -> Result<String, &'static str> {
    if is_absolute(text) {
        return Err("is not relative to the table's folder");
    }
    let path = String::from_utf8(unescaped(text)?).map_err(|_| "is not UTF-8 text")?;
    check(&path)?;
    Ok(path)
}

/// Why a path cannot be one of a data file inside the table's folder.
pub(super) fn check(path: &str) -> Result<(), &'static str> {
    match path {
        _ if path.starts_with('/') => Err("is not relative to the table's folder"),
        _ if path.contains('\0') => Err("holds a NUL character"),
        _ if path.split('/').any(|part| part.is_empty() || part == "." || part == "..") => Err("is no path inside the table's folder"),
        _ => Ok(()),
    }
}

/// Whether it starts with `/` or with the scheme of an address: `s3:`.
fn is_absolute(text: &str) -> bool {
    let start = text.split('/').next().unwrap_or_default();
    let scheme = start.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme =
        |s: &str| s.starts_with(|c: char| c.is_ascii_alphabetic()) && s.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    text.starts_with('/') || scheme.is_some_and(is_scheme)
}

fn unescaped(text: &str) -> Result<Vec<u8>, &'static str> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut digit = || bytes.next().and_then(|b| char::from(b).to_digit(16));
        out.push(match byte {
            b'%' => digit().zip(digit()).map(|(high, low)| (high * 16 + low) as u8).ok_or("has a % without two hexadecimal digits")?,
            byte => byte,
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn everything_odd_is_encoded() {
        let cases = [
            ("month=2026-11/part-0a.parquet", "month=2026-11/part-0a.parquet"),
            ("a b", "a%20b"),
            ("50%", "50%25"),
            ("m=a%3Ab", "m=a%253Ab"),
            ("a:b", "a%3Ab"),
            ("größe", "gr%C3%B6%C3%9Fe"),
            ("a+b&c?d#e", "a%2Bb%26c%3Fd%23e"),
        ];
        for (path, uri) in cases {
            assert_eq!(encoded(path), uri);
            assert_eq!(decoded(uri).as_deref(), Ok(path));
        }
        assert_eq!(decoded("gr%c3%b6ße+x").as_deref(), Ok("größe+x"), "lower-case digits, raw characters, and a plus that is one");
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for bad in [
            "",
            "/etc/passwd",
            "%2Fetc",
            "../x",
            "a/%2e%2e/x",
            "a//b",
            "./a",
            "a/",
            "s3://bucket/x",
            "file:x",
            "a%00b",
            "%zz",
            "%4",
            "%",
            "%ff",
        ] {
            assert!(decoded(bad).is_err(), "{bad}");
        }
        assert_eq!(decoded("month=a:b/x").as_deref(), Ok("month=a:b/x"), "no scheme has an equals sign");
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(path in "[^/\0]{1,20}(/[^/\0]{1,20}){0,3}") {
            prop_assume!(check(&path).is_ok());
            let uri = encoded(&path);
            prop_assert!(uri.is_ascii());
            prop_assert_eq!(decoded(&uri), Ok(path));
        }

        #[test]
        fn any_text_is_decoded_or_refused(text in "[%/.a-zA-Z0-9:\u{0}é]{0,20}") {
            if let Ok(path) = decoded(&text) {
                prop_assert_eq!(decoded(&encoded(&path)), Ok(path));
            }
        }
    }
}
