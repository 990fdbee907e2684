//! What the values of one column look like: counted once, asked by everything that decides what a column may be.

use std::collections::HashMap;

use super::Sample;
use crate::ingest::cells::number::number;
use crate::ingest::cells::timestamp::{FormProblem, FormSearch, Order};

/// Distinct texts counted a column; beyond, a column has "many".
const MOST_WORDS: usize = 50_000;

/// Distinct values that tell whether a column may hold dates at all.
const PROBE: usize = 40;

/// How dates of a column are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Dates {
    /// The values hold no dates of one form.
    No,
    /// One form reads all.
    Form(String),
    /// Day or month first: no value tells.
    Either { example: String, row: u64, dmy: String, mdy: String },
}

/// The values of a column, nulls left out.
#[derive(Debug, Clone)]
pub(super) struct Looks {
    /// Values that are there.
    pub(super) filled: usize,
    /// Distinct values and how often each is there, most frequent first.
    pub(super) words: Vec<(String, u64)>,
    /// Whether there were more distinct values than are kept.
    pub(super) is_cut: bool,
    /// How dates are written.
    pub(super) dates: Dates,
    /// What makes those dates likely where nothing proves them.
    pub(super) guess: Option<String>,
    /// Whether a value has a colon, as times have.
    pub(super) has_time: bool,
    /// Texts without a digit among values with digits: likely marks for nothing.
    pub(super) odd: Vec<String>,
}

impl Looks {
    /// The looks of the cells of one or, joined by a blank, several fields.
    pub(super) fn of(sample: &Sample, fields: &[usize], nulls: &[String]) -> Self {
        let mut counts: HashMap<String, (u64, usize)> = HashMap::new();
        let (mut filled, mut is_cut, mut has_time) = (0, false, false);
        for (row, text) in sample.texts(fields).enumerate() {
            if text.is_empty() || nulls.iter().any(|n| n.as_str() == text) {
                continue;
            }
            filled += 1;
            has_time |= text.contains(':');
            if let Some((count, _)) = counts.get_mut(text.as_ref()) {
                *count += 1;
            } else if counts.len() < MOST_WORDS {
                counts.insert(text.into_owned(), (1, row));
            } else {
                is_cut = true;
            }
        }
        let mut words: Vec<(String, (u64, usize))> = counts.into_iter().collect();
        words.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.1.1.cmp(&b.1.1)));
        let has_digit = |w: &str| w.bytes().any(|b| b.is_ascii_digit());
        let header = fields.iter().filter_map(|f| sample.header.get(*f)).map(String::as_str).collect::<Vec<_>>().join(" ");
        let values: Vec<(&str, u64)> =
            words.iter().filter(|(w, _)| has_digit(w)).map(|(w, (_, row))| (w.as_str(), *row as u64 + 1)).collect();
        let (dates, guess) = dates(&header, &values);
        let is_typed = !values.is_empty();
        let words: Vec<(String, u64)> = words.into_iter().map(|(word, (count, _))| (word, count)).collect();
        let odd = words.iter().filter(|(w, _)| is_typed && !has_digit(w)).map(|(w, _)| w.clone()).collect();
        Self { filled, words, is_cut, dates, guess, has_time, odd }
    }

    /// The first few values, for a table.
    pub(super) fn examples(&self) -> Vec<String> {
        self.words.iter().take(3).map(|(w, _)| super::shown(w, 24)).collect()
    }

    /// Whether it reads like a short list of groups: few values, each of them often.
    pub(super) fn is_list(&self) -> bool {
        const MOST: usize = 500;
        !self.is_cut && self.words.len() <= MOST && self.words.len() * 4 <= self.filled.max(40)
    }

    /// Whether hardly a value is there twice, so that no breakdown comes of it.
    pub(super) fn is_scattered(&self) -> bool {
        self.is_cut || (self.words.len() > 200 && self.words.len() * 5 > self.filled)
    }

    /// Whether a rule holds for every value with a digit, and there is one.
    pub(super) fn all(&self, rule: impl Fn(&str) -> bool) -> bool {
        let mut digits = self.words.iter().filter(|(w, _)| w.bytes().any(|b| b.is_ascii_digit())).peekable();
        digits.peek().is_some() && digits.all(|(w, _)| rule(w))
    }

    /// Whether texts that are no value of a typed column are few enough to be marks for nothing.
    pub(super) fn odd_are_marks(&self) -> bool {
        const MOST: usize = 3;
        self.odd.len() <= MOST
    }

    pub(super) fn are_numbers(&self) -> bool {
        self.all(|w| number(w.as_bytes()).is_some())
    }

    pub(super) fn are_dates(&self) -> bool {
        self.dates != Dates::No
    }
}

/// How distinct values with their rows are written, and what of it is only guessed.
fn dates(header: &str, values: &[(&str, u64)]) -> (Dates, Option<String>) {
    let found = |most: usize| {
        let mut search = FormSearch::new(None).headed(header);
        values.iter().take(most).for_each(|(text, row)| search.feed(text.as_bytes(), *row));
        search.finish()
    };
    // A column of texts is told by its first values: every further one would be held against every form there is.
    if matches!(found(PROBE), Err(FormProblem::Unknown { .. } | FormProblem::NoValues)) {
        return (Dates::No, None);
    }
    match found(usize::MAX) {
        Ok(found) => match found.forms.first() {
            Some(form) => (Dates::Form(form.to_string()), found.guess),
            None => (Dates::No, None),
        },
        Err(FormProblem::Ambiguous { example, line, dmy_reading, mdy_reading }) => {
            (Dates::Either { example, row: line, dmy: dmy_reading, mdy: mdy_reading }, None)
        }
        Err(_) => (Dates::No, None),
    }
}

/// The form that reads all dates of a column once the order of day and month is said.
pub(super) fn form_in_order<'a>(texts: impl Iterator<Item = &'a str>, order: Order) -> Option<String> {
    let mut search = FormSearch::new(Some(order));
    texts.for_each(|text| search.feed(text.as_bytes(), 0));
    search.finish().ok()?.forms.first().map(ToString::to_string)
}
