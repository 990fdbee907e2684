//! What templates see: strings, lists and flags, nothing to compute with.
//!
//! Owns the shapes. `card_view` and `page_view` fill them from the scorecard; every number in them has been
//! through [`crate::format`]. Fields named `trusted_*` hold markup made by this program (the stylesheet, our own SVG) and are the
//! only ones a template may print without escaping.

mod pages;

use serde::Serialize;

pub use pages::{
    DataView, DefinitionSection, DefinitionView, DefinitionsView, FileView, IndexView, ListView, ListingView, PageLine, SourceView,
    TopicLink, TopicView,
};

/// What every page has around its content.
#[derive(Debug, Clone, Serialize)]
pub struct Chrome {
    /// Tag of the language.
    pub lang: String,
    /// The stylesheet.
    pub trusted_css: String,
    /// Whose page of which period it is, at the foot of every printed sheet, as a string of CSS.
    pub trusted_sheet: String,
    /// Path from the page to the scorecard's folder: empty or `../`.
    pub root: String,
    /// Title of the window.
    pub title: String,
    /// The desk's name.
    pub desk: String,
    /// Whether the page may link to the list of all cards; an agent's page does not.
    pub has_index: bool,
    /// Whether the page is not one of a folder.
    pub is_alone: bool,
    /// Which navigation entry is this page: `index`, `desk`, `definitions`, `data`, a topic's id, or none of them.
    pub here: String,
    /// Topics of the navigation.
    pub topics: Vec<TopicLink>,
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
    /// Goals, doing well, to work on.
    pub blocks: Vec<BlockView>,
    /// Goals for the next period.
    pub next: NextView,
    /// Icon summary: one, or none.
    pub summary: Vec<SummaryView>,
    /// Whether the further parts and charts come before the measures: a reader of many people's figures wants the findings first, a
    /// person their own figures.
    pub begins_with_findings: bool,
    /// Judged measures.
    pub measures: MeasuresView,
    /// Further parts of the page.
    pub extras: Vec<ExtraView>,
    /// Measures shown for context.
    pub context: MeasuresView,
    /// Values beside the computed ones.
    pub observations: MeasuresView,
    /// Charts.
    pub charts: Vec<ChartView>,
    /// Tables.
    pub tables: Vec<TableView>,
    /// How far to trust the page.
    pub footer: Vec<String>,
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
    /// How many more there are, or empty.
    pub more: String,
    /// Why there are none.
    pub empty: String,
}

/// Goals for the next period.
#[derive(Debug, Clone, Serialize)]
pub struct NextView {
    /// `Goals for next week`.
    pub title: String,
    /// The goals.
    pub goals: Vec<NextGoalView>,
    /// Why there are none.
    pub empty: String,
}

/// A goal for the next period.
#[derive(Debug, Clone, Serialize)]
pub struct NextGoalView {
    /// The measure.
    pub title: String,
    /// Its definition, or empty.
    pub href: String,
    /// The value to reach, with its direction.
    pub value: String,
    /// `target ≥ 92 %`, or empty.
    pub target: String,
    /// How it was chosen.
    pub text: String,
}

/// The icon summary.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryView {
    /// What it says.
    pub lead: String,
    /// Headings of the columns: what the target can expect.
    pub columns: Vec<IconView>,
    /// Rows: what the newest point says.
    pub rows: Vec<SummaryRow>,
}

/// A row of the icon summary.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryRow {
    /// Its icons.
    pub trusted_icon: String,
    /// Its heading.
    pub word: String,
    /// The measures of each column.
    pub cells: Vec<Vec<Link>>,
}

/// An icon with its words; both empty for none.
#[derive(Debug, Clone, Default, Serialize)]
pub struct IconView {
    /// The picture.
    pub trusted_icon: String,
    /// What it says.
    pub word: String,
    /// Whether it says that nothing is out of the ordinary.
    pub is_usual: bool,
}

/// A table of measures.
#[derive(Debug, Clone, Serialize)]
pub struct MeasuresView {
    /// Heading.
    pub title: String,
    /// Whether any row has a signal, and the table the columns for it.
    pub has_signals: bool,
    /// Measures by section.
    pub sections: Vec<SectionView>,
}

/// A part of the page with a subject of its own.
#[derive(Debug, Clone, Serialize)]
pub struct ExtraView {
    /// Anchor.
    pub id: String,
    /// Heading.
    pub title: String,
    /// How to read it, or empty.
    pub lead: String,
    /// Lines of label and value.
    pub facts: Vec<Pair>,
    /// Findings.
    pub findings: Vec<FindingView>,
    /// Why there are none, or empty.
    pub empty: String,
    /// Whether its one chart stands beside its words.
    pub is_beside: bool,
    /// Charts.
    pub charts: Vec<ChartView>,
    /// Tables.
    pub tables: Vec<TableView>,
    /// What to keep in mind, or empty.
    pub footer: String,
}

/// A finding.
#[derive(Debug, Clone, Serialize)]
pub struct FindingView {
    /// `good`, `concern`, `plain` or `open`.
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
    /// `no data` or `too early to tell` where there is none; empty where it is kept back, which the value says.
    pub why_missing: String,
    /// 95 % interval, or empty.
    pub interval: String,
    /// Rows behind it.
    pub n: String,
    /// `+12 not yet mature`, or empty.
    pub immature: String,
    /// Target with its direction, or empty.
    pub target: String,
    /// `good`, `concern`, `plain` or `open`.
    pub verdict_class: String,
    /// `● met`, `◆ missed`, or empty.
    pub verdict: String,
    /// Change against the previous period.
    pub change: ChangeView,
    /// Icon of the newest point.
    pub variation: IconView,
    /// Icon of what the target can expect.
    pub assurance: IconView,
    /// Level over the recent periods.
    pub level: LevelView,
    /// Further sentences: what is not known yet, what the same mix would give.
    pub also: Vec<String>,
    /// Sparkline, or empty.
    pub trusted_spark: String,
    /// File with the rows, or empty.
    pub rows_href: String,
}

/// A change against the previous period.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ChangeView {
    /// `+3 pts`, `unchanged`, or empty.
    pub delta: String,
    /// Previous value with its n, or why there is none.
    pub previous: String,
    /// `good`, `concern` or `changed` for a special cause, else empty.
    pub class: String,
    /// Shape that doubles the colour, or empty.
    pub glyph: String,
    /// What the shape says, or empty.
    pub word: String,
}

/// A level over the recent periods; empty texts for none.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LevelView {
    /// `good`, `concern`, `plain` or `open`.
    pub class: String,
    /// Shape that doubles the colour.
    pub glyph: String,
    /// `good`, `concern` or empty.
    pub side: String,
    /// `clear`, `leaning`, `cannot tell yet, needs about 40 more`.
    pub word: String,
    /// `Over the last 13 weeks 91 % (86 % to 95 %), 84 of 92`.
    pub text: String,
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
    /// Whether it is a list of many rows.
    pub is_long: bool,
    /// Whether its few numbers need no more than half a page's width.
    pub is_narrow: bool,
    /// Columns, linked to their definitions.
    pub columns: Vec<ColumnView>,
    /// Rows.
    pub rows: Vec<RowView>,
}

/// A column of a table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ColumnView {
    /// Heading.
    pub text: String,
    /// Its definition, or empty.
    pub href: String,
    /// Whether it has words, not numbers.
    pub is_text: bool,
    /// Whether all of its words are so few that they stay on one line.
    pub is_short: bool,
    /// Whether any of its cells has an n, and the others room for it.
    pub has_n: bool,
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
    /// The value, or words.
    pub value: String,
    /// Whether there is none.
    pub is_missing: bool,
    /// `good`, `concern` or empty.
    pub class: String,
    /// Shape that doubles the colour, or empty.
    pub glyph: String,
    /// What the shape says, or empty.
    pub word: String,
    /// 95 % interval, or empty.
    pub interval: String,
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
    /// `good`, `concern` or `plain`.
    pub class: String,
    /// `▲ 2`.
    pub text: String,
    /// How many are clear and how many leaning.
    pub word: String,
}
