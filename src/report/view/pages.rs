//! The shapes of the pages around the cards.

use serde::Serialize;

use super::{BlockView, ExtraView, IconView, KpiView, Link, MeasuresView, NoteView, TableView};

/// The first page.
#[derive(Debug, Clone, Serialize)]
pub struct IndexView {
    /// `5 of 7 targets met`, or empty.
    pub headline: String,
    /// Data-quality box.
    pub notes: Vec<NoteView>,
    /// The desk's main measures.
    pub tiles: Vec<KpiView>,
    /// Every page but those of teams, suppliers and agents.
    pub pages: Vec<PageLine>,
    /// The desk's findings.
    pub blocks: Vec<BlockView>,
    /// Recognition: one section, or none.
    pub extras: Vec<ExtraView>,
    /// The cards of each kind.
    pub lists: Vec<TableView>,
    /// Those of kinds with more cards than this page can list.
    pub listings: Vec<ListingView>,
}

/// Where the cards of a kind are listed.
#[derive(Debug, Clone, Serialize)]
pub struct ListingView {
    /// Heading.
    pub title: String,
    /// How to read the lists.
    pub note: String,
    /// The pages, each by its first and last name.
    pub parts: Vec<Link>,
}

/// A page that lists cards by name.
#[derive(Debug, Clone, Serialize)]
pub struct ListView {
    /// First and last name.
    pub span: String,
    /// The cards.
    pub table: TableView,
    /// All pages of the list; this one without a link.
    pub parts: Vec<Link>,
}

/// A page in the list of pages.
#[derive(Debug, Clone, Serialize)]
pub struct PageLine {
    /// Its name, and where it is; nowhere if it was left out.
    pub link: Link,
    /// What it found, or why it was left out.
    pub said: String,
    /// Whether it was left out.
    pub is_left_out: bool,
}

/// The definitions page.
#[derive(Debug, Clone, Serialize)]
pub struct DefinitionsView {
    /// When a verdict is clear and when it leans.
    pub rule: String,
    /// The span people are judged on.
    pub recent: String,
    /// Icons of the newest point with their words.
    pub variations: Vec<IconView>,
    /// Icons of what the target can expect with their words.
    pub assurances: Vec<IconView>,
    /// Definitions by section.
    pub sections: Vec<DefinitionSection>,
}

/// Definitions of one section.
#[derive(Debug, Clone, Serialize)]
pub struct DefinitionSection {
    /// Its name.
    pub name: String,
    /// Its definitions.
    pub definitions: Vec<DefinitionView>,
}

/// A definition.
#[derive(Debug, Clone, Serialize)]
pub struct DefinitionView {
    /// Metric id, which is also the anchor.
    pub id: String,
    /// Name.
    pub label: String,
    /// Sentences.
    pub text: String,
    /// `share`, `duration`, …
    pub unit: String,
    /// `more is better`, …
    pub better: String,
    /// Fact table and instant.
    pub basis: String,
    /// Fact expression.
    pub sql: String,
    /// Whether it is the desk's own.
    pub is_own: bool,
}

/// The data page.
#[derive(Debug, Clone, Serialize)]
pub struct DataView {
    /// Notes.
    pub notes: Vec<NoteView>,
    /// Sources with their rows.
    pub sources: Vec<SourceView>,
    /// Topics that are not in the navigation.
    pub further: Vec<Link>,
}

/// A page on one topic.
#[derive(Debug, Clone, Serialize)]
pub struct TopicView {
    /// The line above the heading.
    pub over: String,
    /// Heading.
    pub title: String,
    /// How to read it, or empty.
    pub lead: String,
    /// Warnings about the data; all notes are on the data page.
    pub notes: Vec<NoteView>,
    /// Judged measures.
    pub measures: MeasuresView,
    /// Its parts.
    pub extras: Vec<ExtraView>,
    /// Measures shown for context.
    pub context: MeasuresView,
    /// Topics that only this page and the data page lead to.
    pub further: Vec<Link>,
    /// How far to trust the page.
    pub footer: Vec<String>,
}

/// A topic in the navigation.
#[derive(Debug, Clone, Serialize)]
pub struct TopicLink {
    /// Its id, which is the navigation entry's.
    pub id: String,
    /// Its name and page.
    pub link: Link,
}

/// A file of a source.
#[derive(Debug, Clone, Serialize)]
pub struct FileView {
    /// Its name.
    pub name: String,
    /// How it is written, if that is worth saying.
    pub written: String,
    /// Its SHA-256: the first 12 digits, and all of them.
    pub sha256: (String, String),
    /// Rows found, that count, set aside, seen before, replaced.
    pub rows: [String; 5],
}

/// A source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceView {
    /// Name in the config.
    pub name: String,
    /// Kind, empty if it is the name.
    pub kind: String,
    /// Files.
    pub files: Vec<FileView>,
    /// What was left out or folded before the rows were counted, a sentence each.
    pub remarks: Vec<String>,
    /// Days covered.
    pub covers: String,
    /// Rows found.
    pub rows_in: String,
    /// Rows that count.
    pub accepted: String,
    /// Rows set aside.
    pub rejected: String,
    /// Rows seen before.
    pub duplicate: String,
    /// Rows replaced.
    pub superseded: String,
    /// Whether the four add up to the rows found.
    pub is_balanced: bool,
    /// Whether rows were set aside.
    pub has_rejected: bool,
}
