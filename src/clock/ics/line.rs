//! Lines of iCalendar text: long ones are folded, each is a name, parameters and a value.

use super::Source;
use crate::error::Result;
use std::borrow::Cow;

/// `NAME;PARAMETER=value:VALUE`.
#[derive(Debug)]
pub(super) struct Line<'t> {
    /// Where it begins, from 1.
    pub(super) number: usize,
    text: Cow<'t, str>,
    /// Where the name and where the parameters end.
    name_end: usize,
    value_start: usize,
}

impl Line<'_> {
    /// Whether it is the property of that name (in capitals).
    pub(super) fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// The name as written.
    pub(super) fn name(&self) -> &str {
        &self.text[..self.name_end]
    }

    /// What stands after the colon, without blanks around it.
    pub(super) fn value(&self) -> &str {
        self.text[self.value_start..].trim()
    }

    /// A parameter, without quotes.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let parameters = outside_quotes(&self.text[self.name_end..self.value_start - 1], ';');
        let value = |p: &str| p.split_once('=').filter(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, v)| v.len());
        parameters.into_iter().find_map(|p| value(p).map(|length| p[p.len() - length..].trim().trim_matches('"')))
    }
}

/// The lines of a text; empty ones do not count.
pub(super) fn lines<'t>(text: &'t str, source: &Source<'_>) -> Result<Vec<Line<'t>>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines: Vec<(usize, Cow<'t, str>)> = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, last))) => last.to_mut().push_str(rest),
            _ if line.trim().is_empty() => {}
            _ => lines.push((index + 1, Cow::Borrowed(line))),
        }
    }
    lines.into_iter().map(|(number, text)| split(number, text, source)).collect()
}

fn split<'t>(number: usize, text: Cow<'t, str>, source: &Source<'_>) -> Result<Line<'t>> {
    let name_end = text.find([';', ':']).unwrap_or(text.len());
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let colon = outside_quotes(&text[name_end..], ':').first().map(|head| name_end + head.len()).filter(|at| *at < text.len());
    match colon {
        Some(colon) if is_name(&text[..name_end]) => Ok(Line { number, text, name_end, value_start: colon + 1 }),
        _ => Err(source
            .error(number, "this is not a line of an iCalendar file")
            .hint("a line is NAME:value, and what goes on in the next line is indented there: export the file again, or remove the line")),
    }
}

/// The parts between `separator`s that are not in quotes; for `:` only the first of them is of use.
fn outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut is_quoted = false;
    let is_end = |c: char| {
        is_quoted ^= c == '"';
        c == separator && !is_quoted
    };
    if separator == ':' { text.splitn(2, is_end).collect() } else { text.split(is_end).collect() }
}
