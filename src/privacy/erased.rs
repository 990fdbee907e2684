//! People who are to be named no more: known again by keyed hashes, so that nobody needs to keep a list of their names.
//!
//! A [`Mark`] is the HMAC of one way to name a person. Texts are cut into words (letters and digits, in lower case), and runs of words are
//! looked up; so `Lindqvist, Marta`, `marta.lindqvist` and `agents/agent-marta-lindqvist` are found alike. Short or numeric ids are looked
//! up only as whole entries of cells that hold people, for `4101` is also a number of seconds.
//!
//! What is put in the place of a name matches no mark: the same text again changes nothing more.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::pseudonym::Key;
use crate::error::Result;
use crate::format::compared;
use crate::publish::stage::hex;

/// Bytes of a hash that are kept: no two names of a desk share so many.
const KEPT: usize = 16;
/// Most words of a name.
const LONGEST: usize = 12;
/// Texts whose hash is remembered at a time.
const REMEMBERED: usize = 1 << 18;
/// Most characters between two words of one name, as in `Lindqvist, Marta`.
const WIDEST_GAP: usize = 3;

/// What the pseudonyms of those who were erased begin with.
pub const PSEUDONYM: &str = "erased-";

/// Whether a name is the pseudonym of somebody who was erased.
pub fn is_pseudonym(name: &str) -> bool {
    name.strip_prefix(PSEUDONYM).is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Where a mark counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Everywhere: a name of several words, an e-mail address.
    Everywhere,
    /// In free text and where people stand: a login, an id of letters and digits.
    Texts,
    /// As a whole entry of a cell that holds people.
    Entries,
    /// Nowhere: the longer name of somebody else that has the words in it.
    Spared,
}

/// One way to name a person, hashed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// Where it counts.
    pub reach: Reach,
    /// HMAC of the words, in hexadecimal.
    pub hash: String,
    /// HMAC of the first word, in hexadecimal.
    pub first: String,
    /// How many words.
    pub words: usize,
}

/// All ways to name one person, and what is put in their place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// What is put in the place of the name.
    pub pseudonym: String,
    /// The ways to name the person.
    pub marks: BTreeSet<Mark>,
}

/// What a text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// People, one or a list.
    People,
    /// Free text.
    Text,
    /// Something else: a category, a number, a date.
    Other,
}

/// How a person is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By a name or an address: `Marta Lindqvist`.
    Name,
    /// By something that a system gave: a login, an extension, a key.
    Id,
}

impl Marks {
    /// For nobody yet.
    pub fn new(pseudonym: impl Into<String>) -> Self {
        Self { pseudonym: pseudonym.into(), marks: BTreeSet::new() }
    }

    /// Adds a way to name the person, in the forms in which it is met: as it is, the last word first, and as in a file name.
    pub fn add(&mut self, key: &Key, text: &str, naming: Naming) {
        let said = words_of(text);
        if said.is_empty() {
            return;
        }
        self.insert(key, Reach::Entries, &compared(text));
        let Some(reach) = reach_of(&said, naming) else { return };
        let mut forms = vec![said.clone()];
        if naming == Naming::Name && !text.contains('@') {
            let mut turned = said.clone();
            turned.rotate_right(1);
            forms.extend([turned, ascii_words(text)]);
        }
        for form in forms.iter().filter(|f| !f.is_empty() && reach_of(f, naming).is_some()) {
            self.insert(key, reach, &form.join(" "));
        }
    }

    /// Adds the longer name of somebody else, which stays as it is.
    pub fn spare(&mut self, key: &Key, text: &str) {
        self.insert(key, Reach::Spared, &words_of(text).join(" "));
    }

    fn insert(&mut self, key: &Key, reach: Reach, text: &str) {
        let kind = if reach == Reach::Entries { ENTRY } else { RUN };
        let first = text.split(' ').next().unwrap_or_default();
        let words = text.split(' ').count().min(LONGEST);
        self.marks.insert(Mark { reach, hash: hash(key, kind, text), first: hash(key, FIRST, first), words });
    }
}

const ENTRY: &str = "erased entry";
const RUN: &str = "erased run";
const FIRST: &str = "erased first";

fn hash(key: &Key, kind: &str, text: &str) -> String {
    hex(&key.digest(kind, text)[..KEPT])
}

/// A stable number for a person in a log, which without the key says nothing of who it is.
pub fn token(key: &Key, name: &str) -> String {
    hex(&key.digest("person", &compared(name))[..8])
}

/// Where the words of a name count; `None`: only as a whole entry.
fn reach_of(words: &[String], naming: Naming) -> Option<Reach> {
    let letters = words.iter().map(|w| w.chars().count()).sum::<usize>();
    let all = || words.iter().flat_map(|w| w.chars());
    let (has_letter, has_digit) = (all().any(char::is_alphabetic), all().any(|c| c.is_ascii_digit()));
    match words {
        [] => None,
        // A number so long is no count of anything; one with letters is no word of a language.
        [_] if has_digit && (letters >= 7 || (has_letter && letters >= 4)) => Some(Reach::Texts),
        [_] if has_digit => None,
        [_] => (letters >= 5).then_some(Reach::Texts),
        _ if has_letter && letters >= 5 => Some(if naming == Naming::Name || has_letter { Reach::Everywhere } else { Reach::Texts }),
        _ => None,
    }
}

fn is_of_word(c: char) -> bool {
    // Marks that stand on the letter before belong to its word.
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

/// The words of a text, with their places.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| is_of_word(*c)) {
        let end = at + c.len_utf8();
        match out.last_mut() {
            Some(last) if last.end == at => last.end = end,
            _ => out.push(at..end),
        }
    }
    out
}

fn words_of(text: &str) -> Vec<String> {
    words(text).into_iter().map(|at| text[at].to_lowercase()).take(LONGEST).collect()
}

/// The words as file names have them.
fn ascii_words(text: &str) -> Vec<String> {
    let plain: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    plain.split(' ').filter(|w| !w.is_empty()).take(LONGEST).map(str::to_owned).collect()
}

/// What was looked up before.
#[derive(Debug, Default)]
struct Known {
    entries: HashMap<String, Option<usize>>,
    /// Whether a name may begin with a word.
    firsts: HashMap<String, bool>,
}

/// Everybody who is to be named no more.
#[derive(Debug)]
pub struct Erased {
    key: Key,
    pseudonyms: Vec<String>,
    /// By hash: the number of the pseudonym and where it counts.
    runs: BTreeMap<String, (usize, Reach)>,
    entries: BTreeMap<String, usize>,
    firsts: BTreeSet<String>,
    longest: usize,
    known: RefCell<Known>,
}

impl Erased {
    /// These people, under this key.
    pub fn new(key: Key, people: &[Marks]) -> Self {
        let mut out = Self {
            key,
            pseudonyms: people.iter().map(|p| p.pseudonym.clone()).collect(),
            runs: BTreeMap::new(),
            entries: BTreeMap::new(),
            firsts: BTreeSet::new(),
            longest: 0,
            known: RefCell::default(),
        };
        for (who, mark) in people.iter().enumerate().flat_map(|(who, p)| p.marks.iter().map(move |m| (who, m))) {
            if mark.reach == Reach::Entries {
                out.entries.insert(mark.hash.clone(), who);
                continue;
            }
            out.longest = out.longest.max(mark.words);
            out.firsts.insert(mark.first.clone());
            // A name that is to go goes before it is spared for somebody else.
            let place = out.runs.entry(mark.hash.clone()).or_insert((who, mark.reach));
            if mark.reach < place.1 {
                *place = (who, mark.reach);
            }
        }
        out
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.pseudonyms.is_empty()
    }

    /// How many people they are.
    pub fn people(&self) -> usize {
        self.pseudonyms.len()
    }

    /// The text with pseudonyms in the place of names; borrowed where nothing changes.
    pub fn rewrite<'t>(&self, text: &'t str, holds: Holds) -> Cow<'t, str> {
        if text.is_empty() || self.is_empty() {
            return Cow::Borrowed(text);
        }
        let entries = if holds == Holds::People { self.without_entries(text) } else { Cow::Borrowed(text) };
        match entries {
            Cow::Borrowed(text) => self.without_runs(text, holds),
            Cow::Owned(text) => Cow::Owned(self.without_runs(&text, holds).into_owned()),
        }
    }

    /// Whether a text names anybody.
    pub fn names(&self, text: &str, holds: Holds) -> bool {
        matches!(self.rewrite(text, holds), Cow::Owned(_))
    }

    /// The pseudonym of whoever is named by all of a text.
    pub fn pseudonym(&self, text: &str) -> Option<&str> {
        self.of_entry(&compared(text)).map(|who| self.pseudonyms[who].as_str())
    }

    /// Without the entries of a list that are people: separated by `;`, `,` or `|`, behind a channel as in `SIP/4101`.
    fn without_entries<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if let Some(who) = self.of_entry(&compared(text)) {
            let start = text.len() - text.trim_start().len();
            return Cow::Owned(format!("{}{}{}", &text[..start], self.pseudonyms[who], &text[text.trim_end().len()..]));
        }
        let mut out = String::new();
        let mut done = 0;
        for piece in text.split([';', ',', '|', '\n']) {
            let at = piece.as_ptr() as usize - text.as_ptr() as usize;
            let tail = piece.rfind(['/', '\\']).map_or(0, |i| i + 1);
            for from in BTreeSet::from([0, tail]) {
                let name = piece[from..].trim();
                let Some(who) = self.of_entry(&compared(name)).filter(|_| !name.is_empty()) else { continue };
                let start = name.as_ptr() as usize - text.as_ptr() as usize;
                debug_assert!(start >= at);
                out += &text[done..start];
                out += &self.pseudonyms[who];
                done = start + name.len();
                break;
            }
        }
        if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(out + &text[done..]) }
    }

    fn of_entry(&self, entry: &str) -> Option<usize> {
        if entry.is_empty() || self.entries.is_empty() {
            return None;
        }
        if let Some(known) = self.known.borrow().entries.get(entry) {
            return *known;
        }
        let found = self.entries.get(&hash(&self.key, ENTRY, entry)).copied();
        let known = &mut self.known.borrow_mut().entries;
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(entry.to_owned(), found);
        found
    }

    fn without_runs<'t>(&self, text: &'t str, holds: Holds) -> Cow<'t, str> {
        let places = words(text);
        let mut out = String::new();
        let (mut done, mut i) = (0, 0);
        while i < places.len() {
            let Some((len, who)) = self.run_at(text, &places[i..]) else {
                i += 1;
                continue;
            };
            let is_meant = |reach: Reach| reach == Reach::Everywhere || (reach == Reach::Texts && holds != Holds::Other);
            if let (who, true) = (who.0, is_meant(who.1)) {
                out += &text[done..places[i].start];
                out += &self.pseudonyms[who];
                done = places[i + len - 1].end;
            }
            i += len;
        }
        if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(out + &text[done..]) }
    }

    /// The longest name that begins here: its words, whose it is, and where it counts.
    fn run_at(&self, text: &str, places: &[Range<usize>]) -> Option<(usize, (usize, Reach))> {
        let first = text[places[0].clone()].to_lowercase();
        if !self.may_begin(&first) {
            return None;
        }
        let is_near = |pair: &[Range<usize>]| {
            let gap = &text[pair[0].end..pair[1].start];
            gap.chars().count() <= WIDEST_GAP && !gap.contains(['\n', '\r'])
        };
        let within = 1 + places.windows(2).take(self.longest.saturating_sub(1)).take_while(|pair| is_near(pair)).count();
        (1..=within).rev().find_map(|len| {
            let run = places[..len].iter().map(|at| text[at.clone()].to_lowercase()).collect::<Vec<_>>().join(" ");
            self.runs.get(&hash(&self.key, RUN, &run)).map(|found| (len, *found))
        })
    }

    fn may_begin(&self, word: &str) -> bool {
        if let Some(known) = self.known.borrow().firsts.get(word) {
            return *known;
        }
        let may = self.firsts.contains(&hash(&self.key, FIRST, word));
        let known = &mut self.known.borrow_mut().firsts;
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(word.to_owned(), may);
        may
    }
}

/// A key from the text of its file.
///
/// # Errors
/// A key that is too short to be one.
pub fn key(text: &str) -> Result<Key> {
    Key::new(text.trim().as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn a_key() -> Key {
        key("0123456789abcdef").expect("a key")
    }

    fn erased() -> Erased {
        let mut marks = Marks::new("erased-1");
        for (text, naming) in [
            ("Marta Lindqvist", Naming::Name),
            ("Jürgen Groß", Naming::Name),
            ("mlindqvist", Naming::Id),
            ("4101", Naming::Id),
            ("A101", Naming::Id),
            ("7", Naming::Id),
            ("m.l@desk.example", Naming::Name),
        ] {
            marks.add(&a_key(), text, naming);
        }
        marks.spare(&a_key(), "Marta Lindqvist Berg");
        Erased::new(a_key(), &[marks])
    }

    #[test]
    fn a_person_is_found_however_written_and_only_where_meant() {
        let erased = erased();
        for (holds, text, wanted) in [
            (Holds::Other, "Marta Lindqvist", "erased-1"),
            (Holds::Other, "for Lindqvist, Marta: laptop", "for erased-1: laptop"),
            (Holds::Text, "agents/agent-marta-lindqvist-3f.html", "agents/agent-erased-1-3f.html"),
            (Holds::Text, "agent-j-rgen-gro-12", "agent-erased-1-12"),
            (Holds::Text, "JÜRGEN  GROß!", "erased-1!"),
            (Holds::Text, "Ask mlindqvist or M.L@desk.example.", "Ask erased-1 or erased-1."),
            (Holds::Other, "mlindqvist", "mlindqvist"),
            (Holds::Text, "A101 for 4101 s", "erased-1 for 4101 s"),
            (Holds::Other, "4101", "4101"),
            (Holds::People, "4101", "erased-1"),
            (Holds::People, " 4101 ; 4102;7", " erased-1 ; 4102;erased-1"),
            (Holds::People, "SIP/4101", "SIP/erased-1"),
            (Holds::People, "555-4101", "555-4101"),
            (Holds::Text, "Marta Lindqvist Berg and Marta Lindqvist", "Marta Lindqvist Berg and erased-1"),
            (Holds::Text, "Marta\nLindqvist", "Marta\nLindqvist"),
            (Holds::Text, "Martha Lindqvist", "Martha Lindqvist"),
            // May be two people; rather too much than too little.
            (Holds::Text, "Martha Lindqvist, marta", "Martha erased-1"),
        ] {
            assert_eq!(erased.rewrite(text, holds), wanted, "{text:?} {holds:?}");
        }
        assert_eq!(erased.pseudonym("  marta   LINDQVIST"), Some("erased-1"));
        assert_eq!(erased.pseudonym("Marta"), None);
    }

    #[test]
    fn marks_say_nothing_without_the_key() {
        let mut marks = Marks::new("erased-1");
        marks.add(&a_key(), "Marta Lindqvist", Naming::Name);
        let text = serde_json::to_string(&marks).expect("JSON").to_lowercase();
        assert!(!text.contains("marta") && !text.contains("lindqvist"), "{text}");
        let other = Erased::new(key("another key of 16 bytes").expect("a key"), &[marks]);
        assert!(!other.names("Marta Lindqvist", Holds::People));
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "(Marta|Lindqvist|4101|A101|Groß|[ ,;/.x-]){0,12}") {
            let erased = erased();
            for holds in [Holds::People, Holds::Text, Holds::Other] {
                let once = erased.rewrite(&text, holds).into_owned();
                prop_assert_eq!(&erased.rewrite(&once, holds), &once);
            }
        }
    }
}
