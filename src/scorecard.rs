//! The waist: everything any page, chart, table or mail shows, as plain data.
//!
//! Above this module nobody knows HTML, below it nobody knows polars. A [`Scorecard`] printed as JSON is the machine
//! output (`scorecard.json`) and the template debugger. Numbers are raw (shares 0 to 1, durations in seconds);
//! only [`crate::format`] turns them into text.

mod charts;
mod explanation;
mod head;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use charts::*;
pub use explanation::*;
pub use head::as_of;

/// Version of the shape below; raised when a field changes its meaning or goes away, or a reader of the old shape would stumble.
///
/// 4: pages on a topic ([`Scorecard::topics`]), and with them two kinds of chart that a reader of version 3 does not know
/// (`margins`, `shares`). 5: further kinds of chart (`heatmap`, `dots`, `phases`). 6: one more (`multiples`), a finding as the heading of
/// a topic, and the pages left out ([`Scorecard::left_out`]).
pub const SCHEMA_VERSION: u32 = 6;

/// One period of one desk, complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scorecard {
    /// [`SCHEMA_VERSION`] at the time of writing.
    pub schema_version: u32,
    /// Name and version of the program that made it, e.g. `deskcard 0.1.0`.
    pub tool: String,
    /// The desk's name, from the config.
    pub desk: String,
    /// IANA name of the desk's time zone; all weeks, days and hours shown are in it.
    pub time_zone: String,
    /// The period reported.
    pub period: PeriodInfo,
    /// The period before it, which `previous` values belong to.
    pub previous_period: PeriodInfo,
    /// Cut-off of the data in the desk's zone, e.g. `2026-11-16 06:00`; nothing after it was counted.
    pub as_of: String,
    /// First 12 hex digits of the sha256 of the config text.
    pub config_hash: String,
    /// The command that makes this scorecard again.
    pub command: String,
    /// What was read.
    pub sources: Vec<SourceInfo>,
    /// The data-quality box: what a reader must know before the numbers, most serious first.
    pub notes: Vec<Note>,
    /// The rule every verdict follows.
    pub rule: RuleInfo,
    /// Definition of every metric that appears anywhere below, sorted by id.
    pub definitions: Vec<Definition>,
    /// The desk first, then teams, suppliers and agents, each kind sorted by name.
    pub cards: Vec<Card>,
    /// Pages on one topic across the whole desk, in the order of the navigation.
    pub topics: Vec<Topic>,
    /// Pages that were asked for and not made, and why.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
}

impl Scorecard {
    /// The same with other cards and without pages on topics, of which nothing is copied first: they are nearly all of it.
    #[must_use]
    pub fn with_cards(&self, cards: Vec<Card>) -> Self {
        Self {
            schema_version: self.schema_version,
            tool: self.tool.clone(),
            desk: self.desk.clone(),
            time_zone: self.time_zone.clone(),
            period: self.period.clone(),
            previous_period: self.previous_period.clone(),
            as_of: self.as_of.clone(),
            config_hash: self.config_hash.clone(),
            command: self.command.clone(),
            sources: self.sources.clone(),
            notes: self.notes.clone(),
            rule: self.rule.clone(),
            definitions: self.definitions.clone(),
            cards,
            topics: Vec::new(),
            left_out: self.left_out.clone(),
        }
    }
}

/// A page that was asked for and not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// What would be its [`Topic::id`].
    pub id: String,
    /// What would be its [`Topic::title`].
    pub title: String,
    /// What is missing, and what to do about it: a sentence or two.
    pub why: String,
}

/// A page on one topic across the whole desk: the SLA clock, rows worth a second look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Topic {
    /// File name stem, letters, digits, `-` and `_`, unlike that of any other page: `sla`, `review`.
    pub id: String,
    /// The [`Topic::id`] of the page that leads here; `None` puts the page into the navigation.
    pub parent: Option<String>,
    /// Its name in the navigation, and the heading of a page without a finding.
    pub title: String,
    /// What it found, in a line: the heading; empty for none.
    #[serde(default)]
    pub finding: String,
    /// The line above the heading; empty for the desk's name.
    pub over: String,
    /// A sentence or two on what the page is and how to read it.
    pub lead: String,
    /// The measures of the whole desk that belong to it, in the order to show them.
    pub kpis: Vec<Kpi>,
    /// Its parts.
    pub sections: Vec<Section>,
    /// How far to trust this page.
    pub footer: Vec<String>,
}

/// The rule every verdict follows, from `[judge]` of the config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleInfo {
    /// Smallest difference of a share that matters, 0 to 1, unless a measure has its own.
    pub margin: f64,
    /// Probability from which a verdict is *leaning*.
    pub leaning: f64,
    /// Probability from which a verdict is *clear*.
    pub clear: f64,
    /// How many periods a person is judged on.
    pub recent_periods: u32,
    /// Those periods for people: `the last 13 weeks`.
    pub recent: String,
}

/// A week, month, quarter or free span in the desk's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PeriodInfo {
    /// `2026-W46`, `2026-11`, `2026-Q4`, or `2026-11-02..2026-11-20`.
    pub id: String,
    /// For people: `Week 46 · 9–15 November 2026`.
    pub label: String,
    /// For axes and narrow columns: `W46`, `Nov 26`, `Q4 26`.
    pub short: String,
    /// First day, `2026-11-09`.
    pub first_day: String,
    /// Last day, inclusive, `2026-11-15`.
    pub last_day: String,
    /// Whether the data ends before the period does, so that its figures are not comparable yet.
    pub is_partial: bool,
}

/// One `[[source]]` of the config, with the row identity `rows_in = accepted + rejected + duplicate + superseded`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceInfo {
    /// Its name in the config.
    pub name: String,
    /// `tickets`, `calls`, …
    pub kind: String,
    /// The preset it was read with.
    pub preset: String,
    /// Files read, sorted by name, each with its own account.
    pub files: Vec<FileInfo>,
    /// Data rows found in the files, those set aside not counted.
    pub rows_in: u64,
    /// Rows that count.
    pub accepted: u64,
    /// Rows set aside because a cell or their shape could not be read.
    pub rejected: u64,
    /// Rows equal to one already read.
    pub duplicate: u64,
    /// Older states of a row that a newer one replaces.
    pub superseded: u64,
    /// Accepted legs that became part of another leg's call.
    pub folded: u64,
    /// Rows left out by a rule of the source: rule in words, rows.
    pub set_aside: Vec<(String, u64)>,
    /// First and last day covered, in the desk's zone; `None` without any dated row.
    pub covers: Option<(String, String)>,
}

/// A file of a source, with the same row identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileInfo {
    /// Its name as given (relative to the config); a file of an archive behind the archive's.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// How it is written: packing, encoding, delimiter, header; only what is out of the ordinary.
    pub written: Vec<String>,
    /// Data rows found.
    pub rows_in: u64,
    /// Rows that count.
    pub accepted: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// Rows equal to one already read.
    pub duplicate: u64,
    /// Older states of a row that a newer one replaces.
    pub superseded: u64,
}

/// How much a [`Note`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The figures cannot be trusted as they stand: to be read before them.
    Critical,
    /// A few numbers may be wrong or missing.
    Warning,
    /// Good to know.
    Info,
    /// What the config could add, by its keys: for whoever keeps it, on the data page alone.
    Setup,
}

/// The code of the note that says what changed since the pages were published first.
pub const RESTATED: &str = "restated";

/// A sentence of the data-quality box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// How much it matters.
    pub level: Level,
    /// Stable code for machines, e.g. `rows-rejected`.
    pub code: String,
    /// The sentence.
    pub text: String,
}

/// What kind of number a metric is; decides how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0 to 1, shown as percent.
    Share,
    /// Seconds, shown as `2 d 4 h`.
    Seconds,
    /// Seconds of opening hours, shown as `26 h 10 min`: never in days, of which nobody knew how long they are.
    OpenSeconds,
    /// A whole number of things.
    Count,
    /// A plain number with up to two decimals (a ratio, a score of 1 to 5).
    Number,
    /// Money in the desk's currency.
    Money,
    /// Days, shown as `412 d`.
    Days,
}

impl Unit {
    /// `share`, `seconds` …: as in `scorecard.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Seconds => "seconds",
            Self::OpenSeconds => "open_seconds",
            Self::Count => "count",
            Self::Number => "number",
            Self::Money => "money",
            Self::Days => "days",
        }
    }
}

/// Which direction is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Context: shown, never judged (handle time, volume).
    Neither,
}

/// What a metric means, printed on the definitions page and linked from every figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Definition {
    /// The metric's id, e.g. `fcr_touch`.
    pub id: String,
    /// The metric's name, e.g. `First contact resolution (one touch)`.
    pub label: String,
    /// Short name for narrow columns, e.g. `FCR touch`.
    pub short: String,
    /// Section it belongs to: `First contact`, `SLA`, `Satisfaction`, …
    pub section: String,
    /// Kind of number.
    pub unit: Unit,
    /// Good direction.
    pub better: Better,
    /// Population, what counts, what is left out, which clock, where vendors differ. Sentences.
    pub text: String,
    /// The fact expression (SQL over the named fact table), with parameters filled in.
    pub sql: String,
    /// The fact table and the instant that puts a row into a period, e.g. `tickets by resolved_at`.
    pub basis: String,
    /// The fact tables whose rows it is made of; of a ratio those of its two.
    #[serde(default)]
    pub tables: Vec<String>,
    /// Ids of the two metrics that a ratio is made of.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Whether it is the desk's own `[[metric]]`.
    pub is_own: bool,
}

/// Whose card it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// The whole desk.
    Desk,
    /// A team of the roster.
    Team,
    /// A supplier.
    Supplier,
    /// One person.
    Agent,
}

impl CardKind {
    /// `desk`, `team`, `supplier`, `agent`: as in `scorecard.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Team => "team",
            Self::Supplier => "supplier",
            Self::Agent => "agent",
        }
    }
}

/// One subject's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    /// Whose.
    pub kind: CardKind,
    /// The subject's name as shown. Hostile text: it comes from exports.
    pub name: String,
    /// Safe file name stem, unique in the scorecard, e.g. `agent-amira-khan-3f9c12`.
    pub slug: String,
    /// Facts about the subject: team, supplier, mentor, on the desk since … (label, value).
    pub about: Vec<(String, String)>,
    /// The measures, in the order to show them, grouped by section.
    pub kpis: Vec<Kpi>,
    /// Goals of this period and whether they were met.
    pub goals: Vec<Finding>,
    /// Goals for the next period.
    pub next_goals: Vec<NextGoal>,
    /// What goes well.
    pub doing_well: Vec<Finding>,
    /// What to work on.
    pub to_improve: Vec<Finding>,
    /// Why a block above is empty, per block (`goals`, `doing_well`, `to_improve`), in a sentence.
    pub empty_because: Vec<(String, String)>,
    /// Values beside the computed ones: QA, 360, kudos, shadowing days. Never part of a verdict.
    pub observations: Vec<Kpi>,
    /// Figures to draw, in order.
    pub charts: Vec<ChartData>,
    /// Tables to show, in order.
    pub tables: Vec<TableData>,
    /// Further parts of the page, each with its own findings, charts and tables: recognition, watermelons, people …
    pub sections: Vec<Section>,
    /// How far to trust this page: what luck alone would flag, how verdicts are made.
    pub footer: Vec<String>,
}

/// A part of a card with a subject of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Stable id, also the anchor: `watermelon`, `people`, `recognition`, `where`, `drivers`.
    pub id: String,
    /// Heading.
    pub title: String,
    /// A sentence or two on what it is and how to read it.
    pub lead: String,
    /// Lines of label and value, most important first.
    pub facts: Vec<(String, String)>,
    /// Its findings.
    pub findings: Vec<Finding>,
    /// Why there is nothing to find, where `findings` is empty and a reader would expect some; else empty.
    pub empty: String,
    /// Figures to draw.
    pub charts: Vec<ChartData>,
    /// Tables to show.
    pub tables: Vec<TableData>,
    /// What to keep in mind.
    pub footer: String,
}

/// A goal for the next period, within reach of where the subject stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextGoal {
    /// Metric id.
    pub metric: String,
    /// The measure's name.
    pub title: String,
    /// The value to reach.
    pub value: f64,
    /// The desk's target, if it is further away.
    pub target: Option<f64>,
    /// How it was chosen, in a sentence.
    pub text: String,
}

/// One measure of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Kpi {
    /// Metric id; its [`Definition`] is in the scorecard.
    pub metric: String,
    /// The period's value; `None` is "no data", which is not zero.
    pub value: Option<f64>,
    /// Rows (or exposure) behind it.
    pub n: u64,
    /// Numerator: hits, or the sum.
    pub sum: f64,
    /// The desk's target, if one is set.
    pub target: Option<f64>,
    /// Whether the value is on the good side of the target; `None` without value or target.
    pub is_met: Option<bool>,
    /// The previous period's value.
    pub previous: Option<f64>,
    /// Rows behind the previous value.
    pub previous_n: u64,
    /// The last 13 periods ending with this one, oldest first.
    pub history: Vec<Point>,
    /// 95 % interval, if there is one: of a share (Wilson), of a median or a 90th percentile (order statistics), of a rate of leavers (exact).
    pub interval: Option<(f64, f64)>,
    /// Rows that belong here but whose window has not yet elapsed (a repeat or reopen may still come).
    pub immature: u64,
    /// File with the rows behind the number, relative to the folder of the pages, e.g. `rows/agent-x-fcr_touch.csv`.
    pub rows_file: Option<String>,
    /// Whether this subject is judged by it; others are context.
    pub is_judged: bool,
    /// Whether its figures are kept back: of too few answers, or such could be worked out from them. Then there is no value and `n` is 0.
    #[serde(default)]
    pub is_hidden: bool,
    /// Where the subject stands over the recent periods, pulled towards its peers as far as few rows demand.
    pub level: Option<Standing>,
    /// What the control chart says of the newest point; `None` without a chart.
    pub signal: Option<Signal>,
    /// How far the value could still move, or lie, for want of rows.
    pub bounds: Option<Bounds>,
    /// What the same mix of work gives at the desk's rates.
    pub expected: Option<Expected>,
}

/// Where a subject stands, from the hierarchical model over the recent periods.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// Shrunken value.
    pub value: f64,
    /// 95 % interval.
    pub interval: (f64, f64),
    /// Hits over the recent periods.
    pub sum: u64,
    /// Rows over the recent periods.
    pub n: u64,
    /// Share of the own rows in the value, 0 to 1: `n / (n + s)`.
    pub reliability: f64,
    /// The verdict against target or desk; `None` where the subject is not judged or there is nothing to hold it against.
    pub certainty: Option<Certainty>,
    /// Whether the verdict is on the good side; `None` for one that cannot be told.
    pub is_good: Option<bool>,
    /// Whether all agents together lie on that side of the target, this one not clearly further: no verdict on a person.
    pub is_shared: bool,
    /// Whether hits and rows are told to the nearest five, so that nobody's own answer can be worked out.
    #[serde(default)]
    pub is_rounded: bool,
    /// About how many more rows at the present rate make the verdict clear; `None` if none would, or it is.
    pub needed: Option<u64>,
}

/// What a control chart says of its newest point (Making Data Count, NHS England).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signal {
    /// Ordinary or special variation.
    pub variation: Variation,
    /// Whether the target can be expected to be met; `None` without target or limits.
    pub assurance: Option<Assurance>,
}

/// Variation of the newest point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Variation {
    /// Nothing but the usual variation.
    CommonCause,
    /// Special cause, better, high values.
    ImprovingHigh,
    /// Special cause, better, low values.
    ImprovingLow,
    /// Special cause, worse, high values.
    ConcerningHigh,
    /// Special cause, worse, low values.
    ConcerningLow,
    /// Special cause, high values, no good direction.
    ChangedHigh,
    /// Special cause, low values, no good direction.
    ChangedLow,
}

impl Variation {
    /// All of them, in the order a legend has them.
    pub const ALL: [Self; 7] = [
        Self::CommonCause,
        Self::ImprovingHigh,
        Self::ImprovingLow,
        Self::ConcerningHigh,
        Self::ConcerningLow,
        Self::ChangedHigh,
        Self::ChangedLow,
    ];
}

/// Target against the limits of the latest phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// The target lies outside the limits on the good side: it will be met.
    Passes,
    /// Outside on the bad side: it will be missed until something changes.
    Fails,
    /// Inside: met or missed by chance.
    HitOrMiss,
}

impl Assurance {
    /// All of them, in the order a legend has them.
    pub const ALL: [Self; 3] = [Self::Passes, Self::HitOrMiss, Self::Fails];
}

/// Range of a share once the rows that are not known yet are in (Manski's worst case bounds).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bounds {
    /// All unknown rows turn out bad, and all good.
    pub range: (f64, f64),
    /// Rows not known.
    pub unknown: u64,
    /// Why they are not.
    pub because: Unknown,
}

/// Why rows are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// Their window has not elapsed.
    NotYetMature,
    /// A survey was sent and not answered.
    NotAnswered,
}

/// Indirectly standardised expectation: the subject's own mix at the desk's rates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expected {
    /// Observed value over the recent periods.
    pub observed: f64,
    /// Expected value.
    pub value: f64,
    /// Rows compared.
    pub n: u64,
    /// Standard deviations between the two.
    pub z: f64,
}

/// A value of one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// [`PeriodInfo::id`].
    pub period: String,
    /// [`PeriodInfo::short`].
    pub short: String,
    /// Value; `None` is a gap, never zero.
    pub value: Option<f64>,
    /// Rows behind it.
    pub n: u64,
    /// Whether the data ends inside the period, or its window is not mature: drawn hollow.
    pub is_partial: bool,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The whole interval lies on one side.
    Clear,
    /// The value does, the interval does not.
    Leaning,
    /// Too few rows to say.
    CannotTellYet,
}

/// A sentence of judgement with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Metric id.
    pub metric: String,
    /// Headline, e.g. `Answers within SLA`.
    pub title: String,
    /// Evidence sentence with value, n and comparison.
    pub text: String,
    /// How sure.
    pub certainty: Certainty,
    /// For goals: whether it was met; `None` when it cannot be told.
    pub is_met: Option<bool>,
    /// In a section: whether it is good news; `None` if it is neither.
    pub is_good: Option<bool>,
    /// Tickets worth reading: (id, why).
    pub examples: Vec<(String, String)>,
}

/// A table by group (SLA by priority, FCR variants side by side, teams of the desk).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TableData {
    /// Heading.
    pub title: String,
    /// A sentence on how to read it; may be empty.
    pub note: String,
    /// What a row is: `Priority`, `Team`, …
    pub row_label: String,
    /// The columns.
    pub columns: Vec<TableColumn>,
    /// The rows in the order to show them.
    pub rows: Vec<TableRow>,
}

/// A column of a [`TableData`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableColumn {
    /// Heading; empty for a metric, whose short name it is.
    pub label: String,
    /// The metric, if it is one of the definitions.
    pub metric: Option<String>,
    /// Kind of number.
    pub unit: Unit,
}

/// A row of a [`TableData`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TableRow {
    /// Name as shown. Hostile text.
    pub name: String,
    /// Page of that subject, relative to the folder of the pages, if it has one.
    pub page: Option<String>,
    /// A value for each column, in column order.
    pub cells: Vec<Cell>,
}

/// A value of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// Value; `None` is "no data".
    pub value: Option<f64>,
    /// Rows behind it; 0 is not printed.
    pub n: u64,
    /// 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Words instead of a value. Hostile text.
    pub text: Option<String>,
    /// Whether it is marked as good or as a concern; only for what is clear.
    pub is_good: Option<bool>,
}
