//! Readings in, [`Scorecard`] out: what to show of whom, and what it says.
//!
//! Knows no HTML and no polars. One rule makes every verdict (`standing`): how probable it is that a subject lies further
//! than a margin that matters from its target, given its own recent rows and, for people, teams and suppliers, those of its peers.

mod cards;
mod case_mix;
mod figures;
mod findings;
pub mod folds;
mod goals;
pub mod notes;
mod sections;
mod signals;
mod standing;
mod tables;
mod topics;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::clock::period::Period;
use crate::clock::period::Unit;
use crate::clock::zone::Zone;
use crate::contacts::Repeats;
use crate::contacts::handovers::Handovers;
use crate::error::Result;
use crate::ingest::ledger::{FileLedger, Ledger};
use crate::metrics::sample::Sample;
use crate::metrics::{Catalogue, Metric, Readings};
use crate::say;
use crate::scorecard::{
    Card, CardKind, ChartData, FileInfo, PeriodInfo, RuleInfo, SCHEMA_VERSION, Scorecard, Section, SourceInfo, TableData, Topic,
};
use crate::settings::Settings;

use folds::Folds;

pub use cards::slug;

/// Tickets worth reading, (id, why), by card kind, name and metric: the bad ones, and the good ones.
pub type Examples = BTreeMap<(CardKind, String, String), Worth>;

/// Tickets worth reading for one measure of one subject, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worth {
    /// Rows that count against the measure.
    pub bad: Vec<(String, String)>,
    /// Rows that count for it.
    pub good: Vec<(String, String)>,
}

/// An unbroken stay of one person on the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Who. Never shown by name in the people's figures.
    pub agent: String,
    /// Team at the end of the stay, or now.
    pub team: String,
    /// Supplier at the end of the stay, or now; empty for the company's own people.
    pub supplier: String,
    /// Mentor at the end of the stay, or now; empty for none.
    pub mentor: String,
    /// First day with that mentor.
    pub mentor_since: Option<i32>,
    /// First day.
    pub first_day: i32,
    /// Last day; `None` while on the desk.
    pub last_day: Option<i32>,
    /// `voluntary`, `involuntary`, `internal_move`, …; empty where unknown.
    pub reason: String,
}

/// A clock that was missed, for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// The ticket's id.
    pub ticket: String,
    /// `resolution`, `response` …
    pub clock: String,
    /// The priority the target was taken for.
    pub target_for: String,
    /// How far beyond the target, by the target's clock.
    pub late_secs: i64,
    /// Whether it still runs.
    pub is_open: bool,
    /// Group and agent that held the ticket when the time ran out.
    pub holder: String,
    /// The party that had to act longest.
    pub longest: String,
}

/// A clock of which the product's verdict is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// The ticket's id.
    pub ticket: String,
    /// `resolution` or `response`.
    pub clock: String,
    /// Our verdict; `None` while undecided.
    pub ours: Option<bool>,
    /// The product's.
    pub theirs: bool,
    /// Why, as far as a reason was found.
    pub reason: String,
}

/// Single clocks worth a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClockRows {
    /// Due in the period and furthest beyond their target, the furthest first.
    pub missed: Vec<Missed>,
    /// Due in the period with another verdict of the product, the newest first.
    pub differing: Vec<Differing>,
}

/// Rows of a measure in the period reported and before it, and the recent periods before, oldest first, in seconds UTC.
pub type Looked = (Sample, Vec<Range<i64>>);

/// Where the rows of a measure come from when they are asked for; nothing of them is made before.
pub struct RowsOf<'a>(pub &'a (dyn Fn(&Metric) -> Result<Option<Looked>> + Sync));

impl RowsOf<'_> {
    /// The rows of a measure; `None` where there are none to be had.
    ///
    /// # Errors
    /// As whoever makes them.
    pub fn of(&self, metric: &Metric) -> Result<Option<Looked>> {
        (self.0)(metric)
    }
}

impl std::fmt::Debug for RowsOf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RowsOf")
    }
}

/// Everything a scorecard is made from.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The config.
    pub settings: &'a Settings,
    /// All metrics.
    pub catalogue: &'a Catalogue,
    /// Row accounts.
    pub ledger: &'a Ledger,
    /// The desk's zone.
    pub zone: &'a Zone,
    /// The cut-off, seconds UTC.
    pub as_of: i64,
    /// Periods of `history`, oldest first; the last is the one reported.
    pub periods: &'a [Period],
    /// Readings of all [`folds::LOOKS`].
    pub folds: &'a Folds,
    /// Stays on the roster, by agent and time.
    pub stays: &'a [Stay],
    /// The roster's facts about each agent: (label, value).
    pub about: &'a BTreeMap<String, Vec<(String, String)>>,
    /// Agents in the exports that the roster does not know.
    pub off_roster: &'a [String],
    /// Further sentences for the data-quality box: (code, text).
    pub remarks: &'a [(String, String)],
    /// Tickets worth reading.
    pub examples: &'a Examples,
    /// Single clocks worth a line.
    pub clocks: &'a ClockRows,
    /// Rows of measures that moved.
    pub rows: &'a RowsOf<'a>,
    /// Who comes back about what over the recent periods; `None` where nobody knows who asked.
    pub repeats: Option<&'a Repeats>,
    /// How tickets resolved in the recent periods went from group to group.
    pub handovers: &'a Handovers,
    /// The command line.
    pub command: &'a str,
}

impl Evidence<'_> {
    /// The period reported.
    pub(crate) fn now(&self) -> &Period {
        self.periods.last().expect("there is a period")
    }

    /// Its number in the history.
    pub(crate) fn last(&self) -> usize {
        self.periods.len() - 1
    }

    fn info(&self, period: &Period) -> PeriodInfo {
        PeriodInfo {
            id: period.id.clone(),
            label: period.label.clone(),
            short: period.short.clone(),
            first_day: crate::clock::day_text(period.first_day),
            last_day: crate::clock::day_text(period.end_day - 1),
            is_partial: self.is_partial(period),
        }
    }

    /// Whether the data ends before the period does.
    pub(crate) fn is_partial(&self, period: &Period) -> bool {
        self.as_of < period.end_utc(self.zone)
    }

    /// Periods a person is judged on: about a quarter of a year, unless the config says otherwise.
    pub(crate) fn recent_periods(&self) -> usize {
        recent_periods(self.settings, self.now().unit).min(self.periods.len())
    }

    /// The periods a person is judged on, as one span.
    pub(crate) fn recent(&self) -> Period {
        let first = self.periods.len() - self.recent_periods();
        Period::span(self.periods[first].first_day, self.now().end_day - 1)
    }

    /// `the last 13 weeks`.
    pub(crate) fn recent_words(&self) -> String {
        let n = self.recent_periods();
        match self.now().unit {
            Unit::Week => say!(n => "this week", "the last {n} weeks", n),
            Unit::Month => say!(n => "this month", "the last {n} months", n),
            Unit::Quarter => say!(n => "this quarter", "the last {n} quarters", n),
            Unit::All => say!(n => "this period", "the last {n} periods", n),
        }
    }

    /// `13 weeks`: as much time before.
    pub(crate) fn recent_length(&self) -> String {
        let n = self.recent_periods();
        match self.now().unit {
            Unit::Week => say!(n => "the week before", "the {n} weeks before", n),
            Unit::Month => say!(n => "the month before", "the {n} months before", n),
            Unit::Quarter => say!(n => "the quarter before", "the {n} quarters before", n),
            Unit::All => say!(n => "the period before", "the {n} periods before", n),
        }
    }

    /// Whether a page is among those to make.
    pub(crate) fn is_asked(&self, page: &str) -> bool {
        self.settings.report.pages.iter().any(|p| p == page)
    }

    /// The target set for a metric.
    pub(crate) fn target(&self, metric: &str) -> Option<f64> {
        let set = |id: &str| self.settings.goals.iter().find(|g| g.metric == id).map(|g| g.value);
        set(metric).or_else(|| set(&self.catalogue.get(metric).ok()?.goal_of))
    }
}

/// Periods that make up "recent" for periods of this length.
pub fn recent_periods(settings: &Settings, unit: Unit) -> usize {
    let usual = match unit {
        Unit::Week => 13,
        Unit::Month => 3,
        _ => 1,
    };
    settings.judge.recent.map_or(usual, |n| n as usize)
}

/// Metrics that appear on any card.
pub fn shown(catalogue: &Catalogue) -> Vec<&Metric> {
    let is_shown =
        |id: &str| [cards::DESK, cards::GROUP, cards::AGENT, cards::OBSERVED].iter().any(|of| of.contains(&id)) || id == cards::UNANSWERED;
    catalogue.iter().filter(|m| is_shown(&m.id) || m.is_own).collect()
}

/// The scorecard of the last of the periods.
///
/// # Errors
/// A bug if a metric that every scorecard shows is not in the catalogue.
pub fn scorecard(e: &Evidence<'_>) -> Result<Scorecard> {
    let ground = cards::ground(e);
    let cards = cards::all(&ground)?;
    let (topics, left_out, setup) = topics::all(&ground, &cards)?;
    let definitions = shown_ids(&cards, &topics)
        .into_iter()
        .map(|id| e.catalogue.get(id).map(|m| e.catalogue.definition(m)))
        .collect::<Result<Vec<_>>>()?;
    let notes = notes::all(e, &cards, setup);
    Ok(Scorecard {
        schema_version: SCHEMA_VERSION,
        tool: concat!("deskcard ", env!("CARGO_PKG_VERSION")).to_owned(),
        desk: e.settings.desk.name.clone(),
        time_zone: e.settings.desk.time_zone.name().to_owned(),
        period: e.info(e.now()),
        previous_period: e.info(&e.now().previous()),
        as_of: e.zone.format_minute(e.as_of),
        config_hash: e.settings.hash.clone(),
        command: e.command.to_owned(),
        sources: sources(e),
        notes,
        rule: RuleInfo {
            margin: e.settings.judge.margin,
            leaning: e.settings.judge.leaning,
            clear: e.settings.judge.clear,
            recent_periods: e.recent_periods() as u32,
            recent: e.recent_words(),
        },
        definitions,
        cards,
        topics,
        left_out,
    })
}

/// The figures of the whole desk over some periods, and what is needed to draw one of them.
#[derive(Debug)]
pub struct DeskHistory<'a> {
    /// The config.
    pub settings: &'a Settings,
    /// All metrics.
    pub catalogue: &'a Catalogue,
    /// The desk's zone.
    pub zone: &'a Zone,
    /// The cut-off, seconds UTC.
    pub as_of: i64,
    /// The periods, oldest first.
    pub periods: &'a [Period],
    /// Readings of the whole desk by period: breakdown 0 has no columns.
    pub readings: Readings,
}

/// A measure of the whole desk over time, with the limits of its control chart where there are points enough.
pub fn desk_trend(history: DeskHistory<'_>, metric: &Metric) -> Option<ChartData> {
    let DeskHistory { settings, catalogue, zone, as_of, periods, readings } = history;
    let (folds, nothing) = (Folds::new(vec![readings]), RowsOf(&|_| Ok(None)));
    let (ledger, about, examples, clocks) = (Ledger::default(), BTreeMap::new(), Examples::new(), ClockRows::default());
    let handovers = Handovers::default();
    let e = Evidence {
        settings,
        catalogue,
        ledger: &ledger,
        zone,
        as_of,
        periods,
        folds: &folds,
        stays: &[],
        about: &about,
        off_roster: &[],
        remarks: &[],
        examples: &examples,
        clocks: &clocks,
        rows: &nothing,
        repeats: None,
        handovers: &handovers,
        command: "",
    };
    let desk = cards::Subject::new(CardKind::Desk, &settings.desk.name);
    figures::drawn(&e, &desk, metric, signals::charted(&e, &desk, metric).as_ref())
}

/// Ids of all metrics that appear anywhere on the cards and topics, sorted.
fn shown_ids<'s>(cards: &'s [Card], topics: &'s [Topic]) -> Vec<&'s str> {
    fn of_tables(tables: &[TableData]) -> impl Iterator<Item = &str> {
        tables.iter().flat_map(|t| t.columns.iter().filter_map(|c| c.metric.as_deref()))
    }
    fn of_charts(charts: &[ChartData]) -> impl Iterator<Item = &str> {
        charts.iter().filter_map(ChartData::metric)
    }
    fn of_section(s: &Section) -> impl Iterator<Item = &str> {
        s.findings.iter().map(|f| f.metric.as_str()).chain(of_tables(&s.tables)).chain(of_charts(&s.charts))
    }
    fn of_card(c: &Card) -> Vec<&str> {
        let kpis = c.kpis.iter().chain(&c.observations).map(|k| k.metric.as_str());
        let findings = c.goals.iter().chain(&c.doing_well).chain(&c.to_improve).map(|f| f.metric.as_str());
        let next = c.next_goals.iter().map(|g| g.metric.as_str());
        let sections = c.sections.iter().flat_map(of_section);
        kpis.chain(findings).chain(next).chain(of_tables(&c.tables)).chain(of_charts(&c.charts)).chain(sections).collect()
    }
    fn of_topic(t: &Topic) -> impl Iterator<Item = &str> {
        t.kpis.iter().map(|k| k.metric.as_str()).chain(t.sections.iter().flat_map(of_section))
    }
    let mut ids: Vec<&str> = cards.iter().flat_map(of_card).chain(topics.iter().flat_map(of_topic)).filter(|id| !id.is_empty()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn file(f: &FileLedger) -> FileInfo {
    FileInfo {
        name: f.name.clone(),
        sha256: f.sha256.clone(),
        written: f.written.clone(),
        rows_in: f.rows_in,
        accepted: f.accepted,
        rejected: f.rejected,
        duplicate: f.duplicate,
        superseded: f.superseded,
    }
}

fn sources(e: &Evidence<'_>) -> Vec<SourceInfo> {
    let one = |s: &crate::ingest::ledger::SourceLedger| SourceInfo {
        name: s.name.clone(),
        kind: s.kind.clone(),
        preset: s.preset.clone(),
        files: s.files.iter().map(file).collect(),
        rows_in: s.rows_in,
        accepted: s.accepted,
        rejected: s.rejected,
        duplicate: s.duplicate,
        superseded: s.superseded,
        folded: s.folded,
        set_aside: s.set_aside.iter().map(|(rule, n)| (rule.clone(), *n)).collect(),
        covers: s.covers.map(|(a, b)| (e.zone.format_day(a), e.zone.format_day(b))),
    };
    e.ledger.sources.iter().map(one).collect()
}

#[cfg(test)]
mod tests;
