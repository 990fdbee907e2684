//! The nodes of a TOML file that know their place, so that every complaint names line and column.

use crate::error::{Error, Result, nearest};
use std::fmt::Display;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file's name and text: turns byte offsets into places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'a> {
    /// As shown in errors.
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
}

impl<'a> File<'a> {
    /// The parsed text, or the syntax error with its place.
    pub(crate) fn parse(&self) -> Result<Spanned<DeTable<'a>>> {
        DeTable::parse(self.text).map_err(|e| {
            let found = e.span().unwrap_or(0..0);
            let what = match (e.message().trim(), self.text.get(found.clone())) {
                ("duplicate key", Some(key)) => format!("`{key}` is given twice"),
                (message, _) => format!("not valid TOML: {message}"),
            };
            Error::config(what).at(self.place(&found))
        })
    }

    /// `deskcard.toml:LINE:COLUMN`, both from 1; columns count characters.
    pub(crate) fn place(&self, span: &Range<usize>) -> String {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().filter(|c| *c != '\u{feff}').count() + 1;
        format!("{}:{line}:{column}", self.name)
    }
}

/// A value with its key and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    file: File<'a>,
    /// The key it stands under, or that of the list it stands in.
    pub(crate) key: &'a str,
    key_span: Range<usize>,
    value: &'a DeValue<'a>,
    span: Range<usize>,
}

impl<'a> Node<'a> {
    /// An error at this value.
    pub(crate) fn error(&self, what: impl Into<String>) -> Error {
        Error::config(what).at(self.place())
    }

    /// An error at this value's key.
    pub(crate) fn key_error(&self, what: impl Into<String>) -> Error {
        Error::config(what).at(self.file.place(&self.key_span))
    }

    /// `deskcard.toml:LINE:COLUMN` of the value.
    pub(crate) fn place(&self) -> String {
        self.file.place(&self.span)
    }

    /// `deskcard.toml:LINE:COLUMN` of the key.
    pub(crate) fn key_place(&self) -> String {
        self.file.place(&self.key_span)
    }

    fn wrong_type(&self, wanted: &str) -> Error {
        let found = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.error(format!("`{}` must be {wanted}, not {found}", self.key))
    }

    /// A text that is not empty.
    pub(crate) fn text(&self) -> Result<&'a str> {
        let text = self.value.as_str().ok_or_else(|| self.wrong_type("a text in quotes"))?;
        if text.trim().is_empty() { Err(self.error(format!("`{}` is empty", self.key))) } else { Ok(text) }
    }

    /// A text in quotes, or a date or time that TOML allows without them.
    pub(crate) fn date_text(&self) -> Result<String> {
        match self.value {
            DeValue::Datetime(date) => Ok(date.to_string()),
            _ => self.text().map(str::to_owned),
        }
    }

    /// A text, a number or true or false, as text.
    pub(crate) fn word(&self) -> Result<String> {
        match self.value {
            DeValue::Boolean(flag) => Ok(flag.to_string()),
            DeValue::Integer(_) | DeValue::Float(_) => self.number().map(|n| n.to_string()),
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.wrong_type("a text in quotes")),
        }
    }

    /// A finite number.
    pub(crate) fn number(&self) -> Result<f64> {
        match self.value {
            DeValue::Integer(_) => self.integer().map(|n| n as f64),
            DeValue::Float(n) => n.as_str().parse().ok().filter(|n: &f64| n.is_finite()).ok_or_else(|| self.error("not a finite number")),
            _ => Err(self.wrong_type("a number")),
        }
    }

    /// A whole number.
    pub(crate) fn integer(&self) -> Result<i64> {
        let DeValue::Integer(n) = self.value else { return Err(self.wrong_type("a whole number")) };
        i64::from_str_radix(n.as_str(), n.radix()).map_err(|_| self.error("this number is too large"))
    }

    /// Whether it is a number rather than, say, a duration in quotes.
    pub(crate) fn is_number(&self) -> bool {
        self.value.is_integer() || self.value.is_float()
    }

    /// True or false.
    pub(crate) fn flag(&self) -> Result<bool> {
        self.value.as_bool().ok_or_else(|| self.wrong_type("true or false"))
    }

    /// Whether it is exactly `false`.
    pub(crate) fn is_false(&self) -> bool {
        self.value.as_bool() == Some(false)
    }

    /// Whether it is a list.
    pub(crate) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// Whether it is a table.
    pub(crate) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// One of `known`, with the nearest offered for another.
    pub(crate) fn choice(&self, known: &[&'static str]) -> Result<&'static str> {
        let text = self.text()?;
        let found = known.iter().find(|k| **k == text);
        found.copied().ok_or_else(|| did_you_mean(self.error(format!("`{}` cannot be `{text}`", self.key)), text, known))
    }

    /// The items of a list, or a value by itself as the only item.
    pub(crate) fn items(&self) -> Vec<Node<'a>> {
        let DeValue::Array(array) = self.value else { return vec![self.clone()] };
        let item = |v: &'a Spanned<DeValue<'a>>| Node { value: v.get_ref(), span: v.span(), ..self.clone() };
        array.iter().map(item).collect()
    }

    /// Texts in a list that is not empty, or one text.
    pub(crate) fn texts(&self) -> Result<Vec<String>> {
        let items = self.items();
        if items.is_empty() {
            return Err(self.error(format!("`{}` is an empty list", self.key)));
        }
        items.iter().map(|n| n.text().map(str::to_owned)).collect()
    }

    /// A table of which only `known` keys are allowed; `title` is how errors call it.
    pub(crate) fn table(&self, title: impl Into<String>, known: &'static [&'static str]) -> Result<Table<'a>> {
        self.open_table(title)?.only(known)
    }

    /// A table with any keys.
    pub(crate) fn open_table(&self, title: impl Into<String>) -> Result<Table<'a>> {
        let DeValue::Table(entries) = self.value else { return Err(self.wrong_type("a table")) };
        Ok(Table { file: self.file, entries, span: self.span.clone(), title: title.into(), known: None })
    }
}

/// A table: keys to nodes.
#[derive(Debug, Clone)]
pub(crate) struct Table<'a> {
    file: File<'a>,
    entries: &'a DeTable<'a>,
    span: Range<usize>,
    title: String,
    known: Option<&'static [&'static str]>,
}

impl<'a> Table<'a> {
    /// The whole file.
    pub(crate) fn root(file: File<'a>, root: &'a Spanned<DeTable<'a>>, known: &'static [&'static str]) -> Result<Self> {
        Self { file, entries: root.get_ref(), span: 0..0, title: "the file".to_owned(), known: None }.only(known)
    }

    /// The same table, or an error at the first key that is not known.
    fn only(mut self, known: &'static [&'static str]) -> Result<Self> {
        self.known = Some(known);
        match self.nodes().into_iter().find(|n| !known.contains(&n.key)) {
            Some(node) => Err(did_you_mean(node.key_error(format!("unknown key `{}` in {}", node.key, self.title)), node.key, known)),
            None => Ok(self),
        }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        debug_assert!(self.known.is_none_or(|k| k.contains(&key)), "`{key}` is read but not allowed in {}", self.title);
        let (key, value) = self.entries.get_key_value(key)?;
        Some(self.node(key, value))
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&self, key: &str) -> Result<Node<'a>> {
        self.get(key).ok_or_else(|| self.error(format!("{} has no `{key}`", self.title)))
    }

    /// The text of a key, if it is there.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>> {
        self.get(key).map(|n| n.text().map(str::to_owned)).transpose()
    }

    /// The texts of a key; none if it is not there.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>> {
        self.get(key).map_or(Ok(Vec::new()), |n| n.texts())
    }

    /// The tables of `[[key]]`.
    pub(crate) fn tables(&self, key: &str) -> Result<Vec<Node<'a>>> {
        let Some(node) = self.get(key) else { return Ok(Vec::new()) };
        let DeValue::Array(_) = node.value else { return Err(node.key_error(format!("write [[{key}]], with two brackets"))) };
        Ok(node.items())
    }

    /// All keys and values in the order of the file.
    pub(crate) fn nodes(&self) -> Vec<Node<'a>> {
        let mut nodes: Vec<Node<'a>> = self.entries.iter().map(|(k, v)| self.node(k, v)).collect();
        nodes.sort_by_key(|n| n.key_span.start);
        nodes
    }

    /// An error at the head of this table.
    pub(crate) fn error(&self, what: impl Into<String>) -> Error {
        Error::config(what).at(self.place())
    }

    /// `deskcard.toml:LINE:COLUMN` of its head.
    pub(crate) fn place(&self) -> String {
        self.file.place(&self.span)
    }

    fn node(&self, key: &'a Spanned<toml::de::DeString<'a>>, value: &'a Spanned<DeValue<'a>>) -> Node<'a> {
        Node { file: self.file, key: key.get_ref().as_ref(), key_span: key.span(), value: value.get_ref(), span: value.span() }
    }
}

/// Two lists of keys as one; `N` is the length of both together.
pub(crate) const fn joined<const N: usize>(first: &[&'static str], second: &[&'static str]) -> [&'static str; N] {
    let mut keys = [""; N];
    let (start, end) = keys.split_at_mut(first.len());
    start.copy_from_slice(first);
    end.copy_from_slice(second);
    keys
}

/// Adds the nearest of what is known to an error about `name`, or all of it if nothing is near and the list is short.
pub(crate) fn did_you_mean<S: AsRef<str> + Display>(error: Error, name: &str, known: &[S]) -> Error {
    const SHORT: usize = 16;
    let near = nearest(name, known.iter().map(AsRef::as_ref));
    let quoted: Vec<String> = near.iter().map(|n| format!("`{n}`")).collect();
    match quoted.as_slice() {
        [] if known.len() <= SHORT => {
            error.hint(format!("allowed: {}", known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")))
        }
        [] => error,
        [one] => error.hint(format!("did you mean {one}?")),
        [others @ .., last] => error.hint(format!("did you mean {} or {last}?", others.join(", "))),
    }
}
