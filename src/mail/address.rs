//! Mail addresses that every server takes: plain local parts, domains in their ASCII form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::format;

/// Octets of a local part and of a whole address (RFC 5321, 4.5.3.1).
const LONGEST_LOCAL: usize = 64;
const LONGEST: usize = 254;
/// Characters of a display name: long enough for any name, short enough for any header.
const LONGEST_NAME: usize = 80;

/// An address such as `amira@example.com`. The domain is lower case and in its ASCII form, the local part as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    text: String,
    at: usize,
}

/// An address with the name to show, which may be empty. The name may come from exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    name: String,
    /// Where it leads.
    pub address: Address,
}

impl Address {
    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether its domain is one of these, as [`domain`] returns them; `*.example.com` stands for every domain below `example.com`.
    pub fn is_in(&self, domains: &[String]) -> bool {
        domains.iter().any(|allowed| match allowed.strip_prefix("*.") {
            Some(above) => self.domain().strip_suffix(above).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => self.domain() == allowed,
        })
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refused = |why: &str| Error::config(format!("`{}` is no mail address: {why}", format::label(text, 120)));
        let text = text.trim();
        let (local, after) = text.rsplit_once('@').ok_or_else(|| refused("it has no @"))?;
        if !local.is_ascii() {
            return Err(refused("many mail servers take only plain letters before the @"));
        }
        if local.len() > LONGEST_LOCAL || !local.split('.').all(is_atom) {
            return Err(refused("what stands before the @ cannot be"));
        }
        let domain = domain(after).ok_or_else(|| refused("what stands after the @ is no domain"))?;
        let whole = format!("{local}@{domain}");
        if whole.len() > LONGEST { Err(refused("it is too long")) } else { Ok(Self { text: whole, at: local.len() }) }
    }
}

/// Text as a header can hold it: no control characters, single blanks, at most so many characters.
///
/// `=?` begins an encoded word, which may hold anything, line breaks too: text that has one gets a blank inside.
pub(super) fn header_words(text: &str, max: usize) -> String {
    let clean = format::clean(text).replace("=?", "= ?");
    format::label(&clean.split_whitespace().collect::<Vec<_>>().join(" "), max)
}

/// A domain in its ASCII form, lower case; `None` if it is none.
pub fn domain(text: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_strict(text.trim()).ok()?.to_lowercase();
    let is_label = |label: &str| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !label.starts_with('-')
    };
    let is_number = ascii.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    (ascii.len() <= 253 && ascii.split('.').all(is_label) && !is_number).then_some(ascii)
}

/// `atext` of RFC 5322, at least one.
fn is_atom(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Address {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.text
    }
}

impl Mailbox {
    /// A mailbox; the name loses what cannot be in a header and is cut to 80 characters.
    pub fn new(name: &str, address: Address) -> Self {
        Self { name: header_words(name, LONGEST_NAME), address }
    }

    /// The name to show; may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// `Service Desk <desk@example.com>` or an address alone.
impl FromStr for Mailbox {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim().strip_suffix('>').and_then(|inner| inner.rsplit_once('<')) {
            Some((name, address)) => Ok(Self::new(name.trim().trim_matches('"'), address.parse()?)),
            None => Ok(Self::new("", text.parse()?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_addresses_are_taken_and_domains_made_ascii() {
        let cases = [
            ("a@example.com", "a@example.com"),
            (" Amira.Khan+desk@EXAMPLE.com ", "Amira.Khan+desk@example.com"),
            ("info@bücher.example", "info@xn--bcher-kva.example"),
            ("o'brien@x.example", "o'brien@x.example"),
            ("root@localhost", "root@localhost"),
        ];
        for (text, wanted) in cases {
            assert_eq!(text.parse::<Address>().unwrap().as_str(), wanted);
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for bad in [
            "",
            "a",
            "@example.com",
            "a@",
            "a b@example.com",
            "a@exa mple.com",
            "a@b@example.com",
            "a\r\nBcc: x@y.example@example.com",
            "a@example.com\r\nBcc: x@y.example",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "<a@example.com>",
            "a,b@example.com",
            "\"a\"@example.com",
            "zoë@example.com",
            ".a@example.com",
            "a.@example.com",
            "a@-x.example",
            "a@x..example",
            "a@example.com,b@example.com",
            &long,
        ] {
            let told = bad.parse::<Address>().expect_err(bad).to_string();
            assert!(!told.contains(['\r', '\n']), "{told:?}");
        }
    }

    #[test]
    fn an_allowed_domain_is_that_domain_and_no_other() {
        let address: Address = "a@desk.example.com".parse().unwrap();
        let is_in = |domains: &[&str]| address.is_in(&domains.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(is_in(&["other.example", "desk.example.com"]) && is_in(&["*.example.com"]));
        for no in ["example.com", "esk.example.com", "*.desk.example.com", "*.ample.com", "com", ""] {
            assert!(!is_in(&[no]), "{no}");
        }
        assert!(!is_in(&[]));
    }

    #[test]
    fn a_mailbox_is_read_with_its_name() {
        let read = |text: &str| text.parse::<Mailbox>().map(|m| (m.name().to_owned(), m.address.to_string())).ok();
        assert_eq!(read("\"Desk, IT\" <d@x.example>"), Some(("Desk, IT".into(), "d@x.example".into())));
        assert_eq!(read("d@x.example"), Some((String::new(), "d@x.example".into())));
        assert_eq!(read("Desk d@x.example"), None);
        let hostile = Mailbox::new("A\r\nBcc: b@x.example\u{202e}\0", "d@x.example".parse().unwrap());
        assert_eq!(hostile.name(), "A Bcc: b@x.example");
        let encoded = Mailbox::new("=?utf-8?q?A=0D=0ABcc:_b@x.example?=", "d@x.example".parse().unwrap());
        assert!(!encoded.name().contains("=?"), "{}", encoded.name());
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_plain_ascii_with_one_domain(text in "\\PC{0,40}|[a-z@.<>\r\n \"]{0,30}") {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert!(address.as_str().is_ascii() && address.as_str().bytes().all(|b| b > b' ' && b != 127));
                prop_assert_eq!(address.as_str().matches('@').count(), 1);
                prop_assert_eq!(address.as_str().parse::<Address>().unwrap(), address);
            }
        }
    }
}
