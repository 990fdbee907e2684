//! What a printed scorecard begins with, read without the rest: of a desk of hundreds that is some twenty megabytes.

use std::fmt;
use std::io::{self, BufReader, Read};

use serde::Deserializer as _;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};

use super::SCHEMA_VERSION;

/// The cut-off ([`Scorecard::as_of`](super::Scorecard::as_of)) of a scorecard printed as JSON; `None` if it is none of this [`SCHEMA_VERSION`].
/// What comes after it is not read.
///
/// # Errors
/// What reading says; text that is no scorecard is none.
pub fn as_of(json: impl Read) -> io::Result<Option<String>> {
    let mut head = Head::default();
    match serde_json::Deserializer::from_reader(BufReader::new(json)).deserialize_map(&mut head) {
        Err(error) if error.is_io() => Err(error.into()),
        // Any other error is one of the text, or ours, which stops the reading where all is known.
        _ => Ok(head.as_of.filter(|_| head.version == Some(SCHEMA_VERSION))),
    }
}

#[derive(Debug, Default)]
struct Head {
    version: Option<u32>,
    as_of: Option<String>,
}

impl<'de> Visitor<'de> for &mut Head {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scorecard")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "schema_version" => self.version = Some(map.next_value()?),
                "as_of" => self.as_of = Some(map.next_value()?),
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
            if self.version.is_some() && self.as_of.is_some() {
                return Err(A::Error::custom("all is known"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is broken"))
        }
    }

    #[test]
    fn no_more_is_read_than_the_cut_off() {
        let of = |text: &str| as_of(text.as_bytes()).expect("bytes are read");
        let version = format!("\"schema_version\": {SCHEMA_VERSION}");
        let day = "\"as_of\": \"2026-11-16 06:00\"";
        assert_eq!(of(&format!("{{{version}, \"period\": {{\"as_of\": 1}}, {day}, broken")).as_deref(), Some("2026-11-16 06:00"));
        assert_eq!(of(&format!("{{{day}, \"other\": [1], {version}}}")).as_deref(), Some("2026-11-16 06:00"));
        for none in
            [String::new(), "[]".to_owned(), format!("{{{version}}}"), format!("{{{day}}}"), format!("{{\"schema_version\": 5, {day}}}")]
        {
            assert_eq!(of(&none), None, "{none}");
        }
        assert_eq!(of(&format!("{{{version}, \"as_of\": 7")), None);
        assert!(as_of(Broken).is_err(), "what cannot be read is not taken for none");
    }
}
