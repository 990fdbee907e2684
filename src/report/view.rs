//! What templates see: strings, lists and flags, nothing to compute with.
//!
//! Owns the shapes. `card_view` and `page_view` fill them from the scorecard; every number in them has been
//! through [`crate::format`]. Fields named `trusted_*` hold markup made by this program (the stylesheet, our own SVG) and are the
//! only ones a template may print without escaping.

use serde::Serialize;

/// What every page has around its content.
#[derive(Debug, Clone, Serialize)]
pub struct Chrome {
    /// The stylesheet.
    pub trusted_css: String,
    /// Path from the page to the scorecard's folder: empty or `../`.
    pub root: String,
    /// Title of the window.
    pub title: String,
    /// The desk's name.
    pub desk: String,
    /// Whether the page may link to the list of all cards; an agent's page does not.
    pub has_index: bool,
    /// Which navigation entry is this page: `index`, `desk`, `definitions`, `data` or empty.
    pub here: String,
    /// `Week 46 · 9–15 November 2026`.
    pub period: String,
    /// First and last day with the time zone.
    pub span: String,
    /// `2026-W46`.
    pub period_id: String,
    /// Whether the data ends before the period does.
    pub is_partial: bool,
    /// Label of the period before.
    pub previous_period: String,
    /// Cut-off of the data with the time zone.
    pub as_of: String,
    /// Program and version.
    pub tool: String,
    /// Hash of the config.
    pub config_hash: String,
    /// Command that makes the scorecard again.
    pub command: String,
    /// Sources, `tickets: 12,345 rows, 12 rejected`.
    pub sources: Vec<String>,
}

/// A link with its text; `href` may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Text.
    pub text: String,
    /// Where it leads, or empty.
    pub href: String,
}

/// A label with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Label.
    pub label: String,
    /// Value.
    pub value: String,
}

/// A sentence of the data-quality box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoteView {
    /// `warning` or `info`.
    pub class: String,
    /// `Warning` or `Note`.
    pub word: String,
    /// Stable code.
    pub code: String,
    /// The sentence.
    pub text: String,
}

/// One subject's page.
#[derive(Debug, Clone, Serialize)]
pub struct CardView {
    /// `Agent`, `Team`, …
    pub kind: String,
    /// The subject.
    pub name: String,
    /// `5 of 7 targets met`, or empty.
    pub headline: String,
    /// Facts about the subject.
    pub about: Vec<Pair>,
    /// Data-quality box.
    pub notes: Vec<NoteView>,
    /// Goals, doing well, to improve.
    pub blocks: Vec<BlockView>,
    /// Judged measures by section.
    pub sections: Vec<SectionView>,
    /// Measures shown for context.
    pub context: Vec<SectionView>,
    /// Values beside the computed ones.
    pub observations: Vec<SectionView>,
    /// Charts.
    pub charts: Vec<ChartView>,
    /// Tables.
    pub tables: Vec<TableView>,
}

/// One of the three blocks.
#[derive(Debug, Clone, Serialize)]
pub struct BlockView {
    /// `goals`, `well` or `improve`.
    pub class: String,
    /// Heading.
    pub title: String,
    /// Its findings.
    pub findings: Vec<FindingView>,
    /// Why there are none.
    pub empty: String,
}

/// A finding.
#[derive(Debug, Clone, Serialize)]
pub struct FindingView {
    /// `good`, `concern` or `open`.
    pub class: String,
    /// Shape that doubles the colour.
    pub glyph: String,
    /// `met`, `missed`, `clear`, `leaning`, `cannot tell yet`.
    pub word: String,
    /// Headline.
    pub title: String,
    /// Its definition.
    pub href: String,
    /// Evidence.
    pub text: String,
    /// Tickets worth reading.
    pub examples: Vec<Pair>,
}

/// Measures of one section.
#[derive(Debug, Clone, Serialize)]
pub struct SectionView {
    /// Its name.
    pub name: String,
    /// The measures.
    pub rows: Vec<KpiView>,
}

/// A measure.
#[derive(Debug, Clone, Serialize)]
pub struct KpiView {
    /// Name.
    pub label: String,
    /// Its definition.
    pub href: String,
    /// Whether it is the desk's own.
    pub is_own: bool,
    /// The value.
    pub value: String,
    /// Whether there is none.
    pub is_missing: bool,
    /// 95 % interval, or empty.
    pub interval: String,
    /// Rows behind it.
    pub n: String,
    /// `+12 not yet mature`, or empty.
    pub immature: String,
    /// Target with its direction, or empty.
    pub target: String,
    /// `good`, `concern` or `open`.
    pub verdict_class: String,
    /// `● met`, `◆ missed`, or empty.
    pub verdict: String,
    /// Change, `unchanged`, or empty.
    pub delta: String,
    /// Previous value with its n, or why there is none.
    pub previous: String,
    /// Sparkline, or empty.
    pub trusted_spark: String,
    /// File with the rows, or empty.
    pub rows_href: String,
}

/// A chart.
#[derive(Debug, Clone, Serialize)]
pub struct ChartView {
    /// Finding.
    pub title: String,
    /// Measure.
    pub subtitle: String,
    /// What a shape in the picture means, or empty.
    pub key: String,
    /// Picture for a page's column.
    pub trusted_svg: String,
    /// Picture for a phone and a printed column.
    pub trusted_svg_narrow: String,
    /// Column headings of its numbers.
    pub columns: Vec<String>,
    /// Its numbers.
    pub rows: Vec<Vec<String>>,
}

/// A table.
#[derive(Debug, Clone, Serialize)]
pub struct TableView {
    /// Heading.
    pub title: String,
    /// How to read it, or empty.
    pub note: String,
    /// What a row is.
    pub row_label: String,
    /// Columns, linked to their definitions.
    pub columns: Vec<Link>,
    /// Rows.
    pub rows: Vec<RowView>,
}

/// A row of a table.
#[derive(Debug, Clone, Serialize)]
pub struct RowView {
    /// Row heading.
    pub name: Link,
    /// Values, one a column.
    pub cells: Vec<CellView>,
}

/// A value of a table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CellView {
    /// Heading of its column, for narrow screens.
    pub column: String,
    /// The value.
    pub value: String,
    /// Whether there is none.
    pub is_missing: bool,
    /// Counts of findings with their shapes, instead of a value.
    pub marks: Vec<Mark>,
    /// Whether it says that there is nothing to say.
    pub is_quiet: bool,
    /// Rows behind it, or empty.
    pub n: String,
}

/// A shape with a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// `good` or `concern`.
    pub class: String,
    /// `▲ 2`.
    pub text: String,
}

/// The first page.
#[derive(Debug, Clone, Serialize)]
pub struct IndexView {
    /// `5 of 7 targets met`, or empty.
    pub headline: String,
    /// Data-quality box.
    pub notes: Vec<NoteView>,
    /// The desk's main measures.
    pub tiles: Vec<KpiView>,
    /// The desk's findings.
    pub blocks: Vec<BlockView>,
    /// The cards of each kind.
    pub lists: Vec<TableView>,
}

/// The definitions page.
#[derive(Debug, Clone, Serialize)]
pub struct DefinitionsView {
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
}

/// A source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceView {
    /// Name in the config.
    pub name: String,
    /// Kind, empty if it is the name.
    pub kind: String,
    /// Files.
    pub files: Vec<String>,
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
