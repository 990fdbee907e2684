//! Names for people that say nothing of who they are, and stay the same from week to week.
//!
//! HMAC-SHA-256 (RFC 2104) of kind and name under a key of the desk's own: without the key nobody can try names until one fits, and
//! with a new key all pseudonyms are new. Written without vowels and without letters that look like others, so that no word comes
//! out and a name read aloud is written down right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};

/// Letters and digits of a pseudonym: no vowels, nothing like 0 and O, 1 and I and L, 2 and Z, 5 and S, 8 and B, V and W.
const LETTERS: &[u8; 20] = b"34679CDFGHJKMNPQRTWX";
/// Letters of a pseudonym; more where two would be the same.
const LENGTH: usize = 4;
/// Most letters of a pseudonym: 20¹⁶ of them.
const MOST: usize = 16;
/// Fewest bytes of a key.
const LEAST_KEY: usize = 16;

/// The desk's secret. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// A key of at least 16 bytes.
    ///
    /// # Errors
    /// A key that is too short to be one.
    pub fn new(bytes: &[u8]) -> Result<Self> {
        if bytes.len() < LEAST_KEY {
            return Err(Error::config(format!("a key for pseudonyms has at least {LEAST_KEY} bytes, this one has {}", bytes.len()))
                .hint("make one with `openssl rand -hex 32` and keep it where the config is"));
        }
        Ok(Self(bytes.to_vec()))
    }

    pub(super) fn digest(&self, kind: &str, name: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("invariant: HMAC takes a key of any length");
        // The length in front keeps ("ab", "c") apart from ("a", "bc").
        mac.update(&(kind.len() as u64).to_be_bytes());
        mac.update(kind.as_bytes());
        mac.update(name.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A stable pseudonym such as `Agent 7F3K`. Two names may have the same one; [`Pseudonyms`] keeps those of a desk apart.
fn of_length(key: &Key, (kind, name): (&str, &str), length: usize) -> String {
    let digest = key.digest(kind, name);
    // 128 bits for at most 16 letters of 20, which is 70: each letter is as likely as the others.
    let mut left = u128::from_be_bytes(std::array::from_fn(|i| digest[i]));
    let mut code = String::new();
    for _ in 0..length {
        code.push(char::from(LETTERS[(left % LETTERS.len() as u128) as usize]));
        left /= LETTERS.len() as u128;
    }
    format!("{kind} {code}")
}

/// The pseudonyms of all people of a desk, no two alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudonyms(BTreeMap<String, String>);

impl Pseudonyms {
    /// Pseudonyms of a kind for some names, whatever their order. Names whose pseudonyms would be the same get longer ones, all of
    /// them; the others keep theirs.
    ///
    /// # Errors
    /// Two names that no length tells apart, which is a bug.
    pub fn new<'a>(key: &Key, kind: &str, names: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut open: BTreeSet<&str> = names.into_iter().collect();
        let mut done = BTreeMap::new();
        for length in LENGTH..=MOST {
            let mut same: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for name in &open {
                same.entry(of_length(key, (kind, name), length)).or_default().push(name);
            }
            for (code, names) in same {
                if let [name] = names.as_slice() {
                    open.remove(name);
                    done.insert((*name).to_owned(), code);
                }
            }
        }
        if open.is_empty() { Ok(Self(done)) } else { Err(Error::bug("two names have the same pseudonym")) }
    }

    /// The pseudonym of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pseudonym(key: &Key, kind: &str, name: &str) -> String {
        of_length(key, (kind, name), LENGTH)
    }

    fn key(byte: u8) -> Key {
        Key::new(&[byte; 32]).unwrap()
    }

    #[test]
    fn the_digest_is_that_of_the_standard() {
        // RFC 4231, test case 2, by way of the crate we use: key "Jefe", "what do ya want for nothing?".
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?");
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        assert_eq!(digest[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    }

    #[test]
    fn a_pseudonym_is_stable_and_depends_on_key_kind_and_name() {
        let amira = pseudonym(&key(1), "Agent", "Amira Khan");
        assert_eq!(amira, pseudonym(&key(1), "Agent", "Amira Khan"));
        assert_eq!(amira, "Agent FPX4", "by Python's hmac");
        for other in [pseudonym(&key(2), "Agent", "Amira Khan"), pseudonym(&key(1), "Agent", "Amira Khan ")] {
            assert_ne!(amira, other);
        }
        let code = |text: String| text.split(' ').next_back().unwrap().to_owned();
        assert_ne!(code(amira), code(pseudonym(&key(1), "Mentor", "Amira Khan")));
        assert_ne!(code(pseudonym(&key(1), "ab", "c")), code(pseudonym(&key(1), "a", "bc")));
    }

    #[test]
    fn a_short_key_is_refused_and_none_is_printed() {
        assert!(Key::new(b"secret").is_err());
        assert_eq!(format!("{:?}", key(7)), "Key(…)");
    }

    #[test]
    fn ten_thousand_people_have_ten_thousand_pseudonyms() {
        let names: Vec<String> = (0..10_000).map(|i| format!("Person {i}")).collect();
        let all = Pseudonyms::new(&key(3), "Agent", names.iter().map(String::as_str)).unwrap();
        let codes: BTreeSet<&str> = names.iter().filter_map(|n| all.get(n)).collect();
        assert_eq!(codes.len(), 10_000);
        assert!(codes.iter().any(|c| c.len() > "Agent 7F3K".len()), "twenty to the fourth is 160,000: some share four letters");
    }

    proptest! {
        #[test]
        fn pseudonyms_are_readable_and_do_not_depend_on_the_order(names in proptest::collection::btree_set(".{0,12}", 0..40)) {
            let (forth, back): (Vec<&str>, Vec<&str>) = (names.iter().map(String::as_str).collect(), names.iter().rev().map(String::as_str).collect());
            let all = Pseudonyms::new(&key(9), "Agent", forth).unwrap();
            prop_assert_eq!(&all, &Pseudonyms::new(&key(9), "Agent", back).unwrap());
            for name in &names {
                let code = all.get(name).unwrap().strip_prefix("Agent ").unwrap();
                prop_assert!(code.len() >= 4 && code.bytes().all(|b| LETTERS.contains(&b)), "{}", code);
            }
        }
    }
}
