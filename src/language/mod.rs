//! The language of what people read: pages, messages, sheets. The English sentence is the key.
//!
//! A sentence stands in the code as it reads, with named places: `say!("{n} of {all} kept", n, all = total)`. In English it is
//! filled in as it stands. In another language it is looked up first, in a file of that language ([`file`]): a word order is the
//! translator's business, a plural has the forms its language has (CLDR, by `icu_plurals`), and what the file lacks stays
//! English. Dates and units are sentences too; only the signs inside a number are kept apart ([`Numbers`]).
//!
//! Keys are sentences, not names, so that the code can be read and a changed sentence is missed in every file at once; that is
//! why Fluent, whose messages are called by name, is not used. Numbers are not left to ICU either: how many digits a figure may
//! show follows from its rows ([`mod@crate::format`]), and what is left of the task is two signs.
//!
//! Invariants: the language is chosen once, before the first sentence, and is the same for every thread. Without a choice it is
//! English, and nothing is looked up. A text of a file has exactly the places of its key.

mod file;
mod places;

use std::fmt::Display;
use std::path::Path;
use std::sync::OnceLock;

pub use file::{Language, Numbers, SHIPPED};
pub use places::{has_places, names};

use crate::error::{Error, Result};

/// The language of the sentences in the code.
pub const ENGLISH: &str = "en";

static CHOSEN: OnceLock<Option<Language>> = OnceLock::new();

/// A sentence in the chosen language.
///
/// - `say!("no data")`: a `&'static str`;
/// - `say!("{n} of {all} kept", n, all = total)`: a `String`; every place has a value and every value a place;
/// - `say!(n => "1 more", "{n} more", n)`: the form that goes with a number, the first for one.
#[macro_export]
macro_rules! say {
    ($key:literal) => {
        $crate::language::text($key)
    };
    ($key:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {{
        const { assert!($crate::language::has_places($key, &[$(stringify!($name)),+])) };
        $crate::language::filled($key, &[$((stringify!($name), &$crate::say!(@value $name $(= $value)?))),+])
    }};
    ($n:expr => $one:literal, $other:literal $(, $name:ident $(= $value:expr)?)+ $(,)?) => {{
        const { assert!($crate::language::has_places($other, &[$(stringify!($name)),+])) };
        $crate::language::counted($n, [$one, $other], &[$((stringify!($name), &$crate::say!(@value $name $(= $value)?))),+])
    }};
    (@value $name:ident) => { $name };
    (@value $name:ident = $value:expr) => { $value };
}

/// A sentence to be said later: in a constant, where nothing can be looked up. [`text`] says it.
#[macro_export]
macro_rules! key {
    ($key:literal) => {
        $key
    };
}

/// Chooses the language of this process; `texts` is a file that changes or adds texts.
///
/// # Errors
/// A config error for a language without texts or a file that cannot be used; a bug if another language was chosen before.
pub fn choose(tag: &str, texts: Option<&Path>) -> Result<()> {
    let language = Language::load(tag, texts)?;
    if CHOSEN.get_or_init(|| language.clone()) == &language {
        return Ok(());
    }
    Err(Error::bug("the language is chosen twice").at(tag.to_owned()))
}

/// The chosen language; `None` for plain English.
pub fn chosen() -> Option<&'static Language> {
    CHOSEN.get()?.as_ref()
}

/// Its tag, as in `lang="de"`.
pub fn tag() -> &'static str {
    chosen().map_or(ENGLISH, Language::tag)
}

/// The signs inside numbers.
pub fn numbers() -> &'static Numbers {
    const DOT: &Numbers = &Numbers::ENGLISH;
    chosen().map_or(DOT, Language::numbers)
}

/// A sentence without places.
pub fn text(key: &'static str) -> &'static str {
    chosen().and_then(|l| l.text(key)).unwrap_or(key)
}

/// A sentence of our own data files (a metric's name); what stays the user's own comes back as it is.
pub fn of_data(key: &str) -> String {
    chosen().and_then(|l| l.text(key)).unwrap_or(key).to_owned()
}

/// A sentence with its places filled in.
pub fn filled(key: &str, values: &[(&str, &dyn Display)]) -> String {
    said(chosen().and_then(|l| l.text(key)).unwrap_or(key), values)
}

fn said(sentence: &str, values: &[(&str, &dyn Display)]) -> String {
    if chosen().is_some() { places::fill_with_one_stop(sentence, values) } else { places::fill(sentence, values) }
}

/// The form of a sentence that goes with `n`, with its places filled in.
pub fn counted(n: impl TryInto<u64>, [one, other]: [&str; 2], values: &[(&str, &dyn Display)]) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    let english = if n == 1 { one } else { other };
    said(chosen().and_then(|l| l.form(other, n)).unwrap_or(english), values)
}

#[cfg(test)]
mod tests {
    #[test]
    fn without_a_choice_sentences_are_said_as_they_stand() {
        let all = 7;
        assert_eq!(say!("no data"), "no data");
        assert_eq!(say!("{n} of {all} kept", n = 3, all), "3 of 7 kept");
        assert_eq!([0, 1, 2].map(|n| say!(n => "1 more", "{n} more", n)), ["0 more", "1 more", "2 more"]);
        assert_eq!((super::tag(), super::of_data("Ours")), ("en", "Ours".to_owned()));
    }
}
