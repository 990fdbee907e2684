//! A language as a file: its tag, the signs of its numbers, and a text for every sentence.
//!
//! Owns the shipped files and the rules of a user's. Every sentence there is has an entry in the shipped German file (a test
//! holds that), so this file tells what can be translated, and how much of a user's language is there.

use std::collections::BTreeMap;
use std::path::Path;

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use serde::Deserialize;

use super::ENGLISH;
use super::places::names;
use crate::error::{Error, Result, nearest};

/// The files that come with the program, by tag.
pub const SHIPPED: [(&str, &str); 1] = [("de", include_str!("de.toml"))];

/// The signs inside a number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// Before the decimals.
    pub decimal: char,
    /// Between groups of three digits.
    pub group: char,
}

impl Numbers {
    /// `1,234.5`.
    pub const ENGLISH: Self = Self { decimal: '.', group: ',' };
}

/// The texts of a language other than the English of the code, or in place of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    tag: String,
    numbers: Numbers,
    texts: BTreeMap<String, Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Forms(Forms),
}

/// The plural forms of a sentence; the key is its English form for many.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Forms {
    zero: Option<String>,
    one: Option<String>,
    two: Option<String>,
    few: Option<String>,
    many: Option<String>,
    other: String,
}

impl Forms {
    fn of(&self, category: PluralCategory) -> &str {
        let own = match category {
            PluralCategory::Zero => &self.zero,
            PluralCategory::One => &self.one,
            PluralCategory::Two => &self.two,
            PluralCategory::Few => &self.few,
            PluralCategory::Many => &self.many,
            PluralCategory::Other => &None,
        };
        own.as_deref().unwrap_or(&self.other)
    }
}

impl Text {
    /// All its forms, that for many last.
    fn all(&self) -> Vec<&str> {
        match self {
            Self::Plain(text) => vec![text],
            Self::Forms(f) => {
                [&f.zero, &f.one, &f.two, &f.few, &f.many].into_iter().flatten().chain([&f.other]).map(String::as_str).collect()
            }
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    language: String,
    numbers: Option<Numbers>,
    #[serde(default)]
    texts: BTreeMap<String, Text>,
}

impl Language {
    /// The language of that tag, with the texts of a file over it; `None` for the English of the code.
    ///
    /// # Errors
    /// A config error if there are no texts of the language, or the file cannot be used.
    pub fn load(tag: &str, texts: Option<&Path>) -> Result<Option<Self>> {
        let shipped = SHIPPED.iter().find(|(t, _)| *t == tag).map(|(t, file)| Self::parse(t, file)).transpose()?;
        let Some(path) = texts else {
            return match shipped {
                None if tag != ENGLISH => Err(unknown(tag)),
                other => Ok(other),
            };
        };
        let place = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| Error::config(format!("the texts cannot be read: {e}")).at(place.clone()))?;
        let mut own = Self::parse(tag, &text).map_err(|e| e.at(place.clone()))?;
        own.check_keys().map_err(|e| e.at(place))?;
        if let Some(under) = shipped {
            let (over, numbers) = (own.texts, own.numbers.clone());
            own = Self { texts: under.texts, numbers: if numbers == Numbers::ENGLISH { under.numbers } else { numbers }, tag: own.tag };
            own.texts.extend(over);
        }
        Ok(Some(own))
    }

    fn parse(tag: &str, text: &str) -> Result<Self> {
        let whole: Whole = toml::from_str(text).map_err(|e| Error::config(format!("this is no file of texts: {e}")))?;
        if whole.language != tag {
            return Err(Error::config(format!("the texts are `{}`, and the language is `{tag}`", whole.language)));
        }
        tag.parse::<Locale>().map_err(|_| unknown(tag))?;
        let language = Self { tag: whole.language, numbers: whole.numbers.unwrap_or(Numbers::ENGLISH), texts: whole.texts };
        language.texts.iter().try_for_each(|(key, text)| check_places(key, text))?;
        Ok(language)
    }

    /// A text of a user's for a sentence that nobody says is a mistake in the key.
    fn check_keys(&self) -> Result<()> {
        let known = sentences();
        let Some(stray) = self.texts.keys().find(|key| known.binary_search(key).is_err()) else { return Ok(()) };
        let near = nearest(stray, known.iter().map(String::as_str));
        let error = Error::config(format!("nothing says `{stray}`"));
        Err(near.first().map_or(error.clone(), |n| error.hint(format!("did you mean `{n}`?"))))
    }

    /// Its tag, such as `de`.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The signs of its numbers.
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// The text of a sentence; of a plural the form for many.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(|text| match text {
            Text::Plain(text) => text.as_str(),
            Text::Forms(forms) => &forms.other,
        })
    }

    /// The form of a sentence that goes with `n`.
    pub(super) fn form(&self, key: &str, n: u64) -> Option<&str> {
        Some(match self.texts.get(key)? {
            Text::Plain(text) => text,
            Text::Forms(forms) => forms.of(self.category(n)),
        })
    }

    /// Made anew for every number: the rules are a few dozen bytes of the program.
    fn category(&self, n: u64) -> PluralCategory {
        let locale = self.tag.parse::<Locale>().unwrap_or(Locale::UNKNOWN);
        PluralRules::try_new_cardinal(locale.into()).map_or(PluralCategory::Other, |rules| rules.category_for(n))
    }

    /// Its texts with all their forms, by sentence.
    pub fn texts(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.texts.iter().map(|(key, text)| (key.as_str(), text.all()))
    }

    /// The sentences it has no text for, which stay English.
    pub fn missing(&self) -> Vec<String> {
        if self.tag == ENGLISH {
            return Vec::new();
        }
        sentences().into_iter().filter(|key| !self.texts.contains_key(key)).collect()
    }
}

/// Every sentence there is, sorted.
fn sentences() -> Vec<String> {
    let all = SHIPPED.iter().filter_map(|(tag, file)| Language::parse(tag, file).ok()).flat_map(|l| l.texts.into_keys());
    let mut all: Vec<String> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The form for many has the places of the key; the others may leave out the number, which they are.
fn check_places(key: &str, text: &Text) -> Result<()> {
    let wanted = sorted(key);
    let all = text.all();
    let is_last_whole = all.last().is_some_and(|text| sorted(text) == wanted);
    let is_known = all.iter().all(|form| sorted(form).iter().all(|name| wanted.contains(name)));
    if is_last_whole && is_known {
        return Ok(());
    }
    let places =
        if wanted.is_empty() { "none".to_owned() } else { wanted.iter().map(|n| format!("{{{n}}}")).collect::<Vec<_>>().join(", ") };
    Err(Error::config(format!("the text for `{key}` has other places in braces than its key")).hint(format!("its places are: {places}")))
}

fn sorted(sentence: &str) -> Vec<&str> {
    let mut all: Vec<&str> = names(sentence).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn unknown(tag: &str) -> Error {
    let shipped: Vec<&str> = [ENGLISH].into_iter().chain(SHIPPED.iter().map(|(tag, _)| *tag)).collect();
    Error::config(format!("there are no texts for the language `{tag}`"))
        .hint(format!("shipped: {}; another one needs a file of its own: `texts` of [report]", shipped.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(tag: &str, texts: &str) -> Result<Language> {
        Language::parse(tag, &format!("language = \"{tag}\"\n[texts]\n{texts}"))
    }

    #[test]
    fn the_shipped_files_can_be_used() {
        for (tag, _) in SHIPPED {
            let language = Language::load(tag, None).expect(tag).expect(tag);
            assert_eq!((language.tag(), language.missing().len()), (tag, 0));
        }
        assert_eq!(Language::load("en", None).expect("English"), None);
    }

    #[test]
    fn a_plural_has_the_forms_of_its_language() {
        let polish = "\"{n} tickets\" = { one = \"{n} bilet\", few = \"{n} bilety\", many = \"{n} biletów\", other = \"{n} biletu\" }";
        let language = parse("pl", polish).expect("Polish");
        let said = [1, 2, 5, 22, 25].map(|n| language.form("{n} tickets", n).expect("a form"));
        assert_eq!(said, ["{n} bilet", "{n} bilety", "{n} biletów", "{n} bilety", "{n} biletów"]);
        let one = parse("de", "\"{n} tickets\" = { one = \"ein Ticket\", other = \"{n} Tickets\" }").expect("German");
        assert_eq!(one.form("{n} tickets", 1), Some("ein Ticket"));
    }

    #[test]
    fn a_text_that_would_lose_or_invent_a_value_is_refused() {
        for wrong in ["\"{n} of {all}\" = \"{n}\"", "\"none\" = \"{n}\"", "\"{n} of\" = { one = \"{x}\", other = \"{n}\" }", "\"a\" = 1"] {
            assert!(parse("de", wrong).is_err(), "{wrong}");
        }
        let error = parse("de", "\"{n} of {all}\" = \"{n}\"").expect_err("a place is lost");
        assert_eq!(error.hints, ["its places are: {all}, {n}"]);
    }

    #[test]
    fn a_language_without_texts_is_refused_with_those_there_are() {
        let error = Language::load("xx", None).expect_err("no texts");
        assert_eq!(error.to_string().lines().next(), Some("there are no texts for the language `xx`"));
        assert!(Language::parse("fr", "language = \"de\"").is_err());
    }
}
