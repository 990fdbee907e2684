//! The `[[source]]` that reads a file: only what its preset does not know, with the reason beside each line.

use chrono_tz::Tz;
use serde::{Serialize, Serializer};

use super::columns::{Match, Reading};
use super::fit::Detail;
use super::known::GENERIC;
use super::looks::Dates;
use super::text::WIDTH;
use super::write::{comment, list, quoted, values};
use super::{ColumnFinding, Inspection, Question, Sample, rows, shown, suggest};
use crate::columns::Type;

/// A line of the config with its reason; an open one is written as a comment, to be uncommented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `key = value`; empty for a remark.
    pub text: String,
    /// Why, or what it would mean.
    pub why: String,
    /// Whether it holds, rather than waits for an answer.
    pub is_live: bool,
}

impl Line {
    /// A line that holds.
    pub(super) fn live(text: impl Into<String>, why: impl Into<String>) -> Self {
        Self { text: text.into(), why: why.into(), is_live: true }
    }

    /// A line that waits to be uncommented.
    pub(super) fn open(text: impl Into<String>, why: impl Into<String>) -> Self {
        Self { text: text.into(), why: why.into(), is_live: false }
    }

    /// A remark.
    pub(super) fn remark(why: impl Into<String>) -> Self {
        Self::open("", why)
    }

    /// As it stands in the file; long reasons get lines of their own above.
    fn write(&self) -> String {
        let mark = if self.is_live { "" } else { "# " };
        let why = shown(&comment(&self.why), 500);
        match (self.text.is_empty(), why.is_empty()) {
            (true, _) => remarks(&why),
            (false, true) => format!("{mark}{}\n", self.text),
            (false, false) if self.text.chars().count() + why.chars().count() + 7 <= WIDTH => format!("{mark}{}   # {why}\n", self.text),
            (false, false) => format!("{}{mark}{}\n", remarks(&why), self.text),
        }
    }
}

/// A remark as comments no wider than a terminal.
fn remarks(why: &str) -> String {
    super::text::wrapped(why, "# ", "#   ")
}

/// The `[[source]]` that reads a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceProposal {
    /// The kind of source; empty if the file is none.
    pub kind: String,
    /// The preset.
    pub preset: String,
    /// A name, where the kind's is not enough.
    pub name: Option<String>,
    /// Files or globs, relative to the config.
    pub files: Vec<String>,
    /// What it is, in a sentence.
    pub title: String,
    /// Lines of `[[source]]`.
    pub settings: Vec<Line>,
    /// Lines of `[source.columns]`.
    pub columns: Vec<Line>,
    /// Lines of `[source.extra]`.
    pub extra: Vec<Line>,
}

impl SourceProposal {
    /// Takes an answer: its line holds from now on, in place of any other of the same key.
    pub fn settle(&mut self, line: &str, is_of_column: bool) {
        let key = |text: &str| text.split('=').next().unwrap_or_default().trim().to_owned();
        let lines = if is_of_column { &mut self.columns } else { &mut self.settings };
        lines.retain(|l| l.text.is_empty() || key(&l.text) != key(line));
        lines.push(Line::live(line, "answered"));
    }

    /// The commented block. One for a file of no kind is a comment as a whole.
    pub fn toml(&self) -> String {
        let mut out = remarks(&comment(&self.title));
        let is_known = !self.kind.is_empty();
        let mut block = String::from("[[source]]\n");
        block += &self.name.as_ref().map_or_else(String::new, |n| format!("name = {}\n", quoted(n)));
        block += &format!("kind = {}\n", quoted(if is_known { &self.kind } else { "tickets" }));
        block += &format!("files = {}\n", list(&self.files));
        if self.preset != GENERIC {
            block += &format!("preset = {}\n", quoted(&self.preset));
        }
        self.settings.iter().for_each(|l| block += &l.write());
        for (head, lines) in [("[source.columns]", &self.columns), ("[source.extra]", &self.extra)] {
            if !lines.is_empty() {
                block += &format!("\n{head}\n");
                lines.iter().for_each(|l| block += &l.write());
            }
        }
        if is_known {
            out += &block;
        } else {
            block.lines().for_each(|l| out += &if l.starts_with('#') || l.is_empty() { format!("{l}\n") } else { format!("# {l}\n") });
        }
        out
    }
}

impl Serialize for SourceProposal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = serializer.serialize_struct("SourceProposal", 4)?;
        out.serialize_field("kind", &self.kind)?;
        out.serialize_field("preset", &self.preset)?;
        out.serialize_field("files", &self.files)?;
        out.serialize_field("toml", &self.toml())?;
        out.end()
    }
}

/// Everything told of a file, from what its columns were read as.
pub(super) fn inspection(sample: &Sample, mut reading: Reading<'_>, zone: Tz) -> Inspection {
    reading.questions.extend(order_question(&reading));
    reading.questions.extend(comma_question(&reading));
    let of_columns = reading.matches.iter().filter_map(|m| m.detail.question.clone());
    reading.questions.extend(of_columns.collect::<Vec<_>>());
    if !reading.kind.found.is_empty() {
        reading.questions.extend(suggest::asked(&reading));
    }
    let (row_lines, row_columns) = if reading.kind.found.is_empty() { Default::default() } else { rows::lines(&reading) };
    let mut proposal = SourceProposal {
        kind: reading.kind.found.clone(),
        preset: reading.view.known.preset.clone(),
        name: None,
        files: vec![sample.shown.clone()],
        title: title(&reading),
        settings: row_lines,
        columns: Vec::new(),
        extra: Vec::new(),
    };
    if !proposal.kind.is_empty() {
        fill(&mut proposal, &reading, row_columns, zone);
    }
    Inspection {
        shown: sample.shown.clone(),
        columns: findings(&reading),
        warnings: rows::warnings(&reading),
        product: reading.product,
        kind: reading.kind,
        questions: reading.questions,
        proposal,
    }
}

/// What it is and how sure that is, in a sentence.
fn title(reading: &Reading<'_>) -> String {
    let (product, kind) = (&reading.product, &reading.kind);
    match (kind.found.is_empty(), product.found.is_empty()) {
        (true, _) => format!("Not used: {}. If it is a source after all, uncomment, set `kind` and map its columns.", kind.evidence),
        (false, true) => format!("{}: {} ({})", shown(&kind.found, 30), kind.confidence, kind.evidence),
        (false, false) => format!("{} of {}: {} ({})", kind.found, product.found, product.confidence, product.evidence),
    }
}

fn fill(proposal: &mut SourceProposal, reading: &Reading<'_>, row_columns: Vec<Line>, zone: Tz) {
    for rival in &reading.rivals {
        let text = format!("preset = {}", quoted(&rival.preset));
        proposal.settings.push(Line::remark(format!("{} of {} fit as well: kind = \"{}\", {text}", rival.kind, rival.product, rival.kind)));
    }
    for question in reading.questions.iter().filter(|q| !q.is_of_column) {
        proposal.settings.extend(question_lines(question));
    }
    let other = if zone.name() == "UTC" { "Europe/Berlin" } else { "UTC" };
    if has_local_times(reading) && reading.view.known.options.time_zone.is_none() {
        proposal.settings.push(Line::open(format!("time_zone = \"{other}\""), format!("if its times are not those of {}", zone.name())));
    }
    proposal.columns = row_columns;
    let is_id_off = proposal.columns.iter().any(|l| l.text == "id = false");
    for m in reading.matches.iter().filter(|m| !(is_id_off && m.name() == "id")) {
        proposal.columns.extend(column_lines(reading, m));
    }
    for (name, field, reason) in reading.off.iter().filter(|_| reading.view.known.is_generic()) {
        let header = &reading.view.sample.header[*field];
        proposal.columns.push(Line::live(format!("{name} = false"), format!("not {:?}: {reason}", shown(header, 40))));
    }
    for question in reading.questions.iter().filter(|q| q.is_of_column) {
        let lines = question_lines(question).into_iter().map(|l| beside(l, &proposal.columns)).collect::<Vec<_>>();
        proposal.columns.extend(lines);
    }
    proposal.columns.extend(suggest::near(reading));
    proposal.extra = suggest::extra(reading);
}

/// A question and, below it, the lines that answer it.
fn question_lines(question: &Question) -> Vec<Line> {
    let head = Line::remark(format!("? {} {}", question.what, question.evidence));
    let answers = question.answers.iter().map(|(label, line)| Line::open(line.clone(), label.clone()));
    std::iter::once(head).chain(answers).collect()
}

/// An answer to a question about a column that has a live line already takes its place.
fn beside(line: Line, others: &[Line]) -> Line {
    let key = |l: &Line| l.text.split_once(" = ").map(|(key, _)| key.to_owned());
    let is_twin = key(&line).is_some() && others.iter().any(|o| o.is_live && key(o) == key(&line));
    if is_twin { Line { why: format!("{} (in place of the line above)", line.why), ..line } } else { line }
}

/// Whether some instant of the file has no zone of its own.
fn has_local_times(reading: &Reading<'_>) -> bool {
    let is_local = |m: &&Match<'_>| match &reading.view.looks[m.fields[0]].dates {
        Dates::Form(form) if form == "iso" => {
            let words = &reading.view.looks[m.fields[0]].words;
            !words
                .iter()
                .any(|(w, _)| w.ends_with('Z') || w.get(10..).is_some_and(|t| t.contains('+') || t.contains('-') || t.contains("UTC")))
        }
        Dates::Form(form) => !form.contains("%z") && !form.starts_with("epoch"),
        Dates::Either { .. } => true,
        Dates::No => false,
    };
    let instants = reading.matches.iter().filter(|m| m.mapping.canonical.kind == Type::Instant);
    let timed = instants.filter(|m| m.fields.len() > 1 || reading.view.looks[m.fields[0]].has_time);
    timed.clone().any(|m| is_local(&m))
}

/// The lines of one column: none if the preset knows all of it.
fn column_lines(reading: &Reading<'_>, m: &Match<'_>) -> Vec<Line> {
    if m.is_open() {
        return Vec::new();
    }
    let mut lines: Vec<Line> = unknown_line(reading, m).into_iter().collect();
    if let Some(text) = column_text(reading, m, &m.detail) {
        let header = &reading.view.sample.header[m.fields[0]];
        let why = if m.is_preset { format!("of {:?}", shown(header, 40)) } else { m.why.clone() };
        let why = if m.detail.evidence.is_empty() { why } else { format!("{why}; {}", m.detail.evidence) };
        lines.push(Line::live(text, why));
    }
    lines
}

/// `column = …`; None if the preset alone says it.
fn column_text(reading: &Reading<'_>, m: &Match<'_>, detail: &Detail) -> Option<String> {
    let keys = keys(m, detail);
    let header = |f: &usize| reading.view.sample.header[*f].clone();
    let place = match m.fields.as_slice() {
        _ if m.is_preset => None,
        [one] if keys.is_empty() => return Some(format!("{} = {}", m.name(), quoted(&header(one)))),
        [one] => Some(format!("header = {}", quoted(&header(one)))),
        several => Some(format!("headers = {}", list(&several.iter().map(header).collect::<Vec<_>>()))),
    };
    let all: Vec<String> = place.into_iter().chain(keys).collect();
    (!all.is_empty()).then(|| format!("{} = {{ {} }}", m.name(), all.join(", ")))
}

/// What stands in a column's table besides its header.
fn keys(m: &Match<'_>, detail: &Detail) -> Vec<String> {
    let mut keys = Vec::new();
    keys.extend(m.timestamps.as_ref().map(|form| format!("timestamps = [{}]", quoted(form))));
    match detail.units.as_slice() {
        [] => {}
        [one] => keys.push(format!("unit = \"{one}\"")),
        several => keys.push(format!("unit = {}", list(&several.iter().map(ToString::to_string).collect::<Vec<_>>()))),
    }
    if !detail.nulls.is_empty() {
        keys.push(format!("nulls = {}", list(&detail.nulls)));
    }
    if !detail.values.is_empty() {
        keys.push(format!("values = {}", values(&detail.values)));
    }
    keys
}

/// Words that mean nothing yet, as a line to be filled in.
fn unknown_line(reading: &Reading<'_>, m: &Match<'_>) -> Option<Line> {
    let legal = m.mapping.canonical.kind.words()?;
    let unknown = m.detail.unknown.iter().take(12).map(|(word, _)| (shown(word, 60), "…".to_owned()));
    let values = m.detail.values.iter().cloned().chain(unknown).collect();
    let text = column_text(reading, m, &Detail { values, ..m.detail.clone() }).filter(|_| !m.detail.unknown.is_empty())?;
    Some(Line::open(text, format!("not known yet: put one of {} for each …", legal.join(", "))))
}

/// Day or month first, asked once for the whole source.
fn order_question(reading: &Reading<'_>) -> Option<Question> {
    let open: Vec<&Match<'_>> = reading.matches.iter().filter(|m| m.detail.either.is_some()).collect();
    let first = open.first()?;
    let Some(Dates::Either { example, row, dmy, mdy }) = &first.detail.either else { return None };
    let header = |m: &&Match<'_>| format!("{:?}", shown(&reading.view.sample.header[m.fields[0]], 30));
    let headers = open.iter().take(4).map(header).collect::<Vec<_>>().join(", ");
    Some(Question {
        what: format!("day or month first in {headers}?"),
        evidence: format!("{example:?} in row {row} may be {dmy} or {mdy}, and no other value of the column decides it"),
        answers: vec![
            (format!("the day first: {dmy}"), "order = \"dmy\"".to_owned()),
            (format!("the month first: {mdy}"), "order = \"mdy\"".to_owned()),
        ],
        is_of_column: false,
    })
}

/// A decimal comma or thousands, where no number of the file tells.
fn comma_question(reading: &Reading<'_>) -> Option<Question> {
    let (m, (example, readings)) = reading.matches.iter().find_map(|m| Some((m, m.detail.comma.as_ref()?)))?;
    Some(Question {
        what: format!("a decimal comma in {:?}?", shown(&reading.view.sample.header[m.fields[0]], 30)),
        evidence: format!("{example:?} may be {readings}, and no other value decides it"),
        answers: vec![
            ("a comma before the fraction".to_owned(), "decimal = \",\"".to_owned()),
            ("a point before the fraction".to_owned(), "decimal = \".\"".to_owned()),
        ],
        is_of_column: false,
    })
}

/// What each column of the file is.
fn findings(reading: &Reading<'_>) -> Vec<ColumnFinding> {
    let header = &reading.view.sample.header;
    (0..header.len())
        .map(|field| {
            let here: Vec<&Match<'_>> = reading.matches.iter().filter(|m| m.fields.contains(&field)).collect();
            let why = here.first().map_or_else(|| suggest::hint(reading, field), |m| told(m));
            ColumnFinding {
                header: header[field].clone(),
                canonical: here.iter().map(|m| m.name().to_owned()).collect(),
                why,
                examples: reading.view.looks[field].examples(),
                unknown_words: here.iter().flat_map(|m| m.detail.unknown.clone()).collect(),
            }
        })
        .collect()
}

fn told(m: &Match<'_>) -> String {
    let open = if m.detail.question.is_some() { "; see the question" } else { "" };
    let evidence = if m.detail.evidence.is_empty() { String::new() } else { format!("; {}", m.detail.evidence) };
    format!("{}{evidence}{open}", m.why)
}
