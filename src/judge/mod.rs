//! Readings in, [`Scorecard`] out: what to show of whom, and what it says.
//!
//! Knows no HTML and no polars. The rules of `findings` are plain: a target, an interval, a count.

mod cards;
mod figures;
mod findings;
mod notes;
mod tables;

use std::collections::BTreeMap;

use crate::clock::period::Period;
use crate::clock::zone::Zone;
use crate::error::Result;
use crate::ingest::ledger::Ledger;
use crate::metrics::{Breakdown, Catalogue, Metric, Readings};
use crate::scorecard::{CardKind, PeriodInfo, SCHEMA_VERSION, Scorecard, SourceInfo};
use crate::settings::Settings;

pub use cards::slug;

/// Breakdowns of the history fold, by number.
pub const HISTORY: [&[&str]; 4] = [&[], &["team"], &["supplier"], &["agent"]];
/// Breakdowns of the fold over the period alone, by number.
pub const PERIOD: [&[&str]; 8] =
    [&["priority"], &["team", "priority"], &["supplier", "priority"], &["level"], &["category"], &["channel"], &["team"], &["supplier"]];
/// Breakdowns of the fold over the last [`RECENT_PERIODS`], by number.
pub const RECENT: [&[&str]; 4] = [&["agent"], &["team", "agent"], &["supplier", "agent"], &[]];
/// Periods that make up "recent": enough for a person's rate to mean something.
pub const RECENT_PERIODS: usize = 13;

/// Tickets worth reading, (id, why), by card kind, name and metric.
pub type Examples = BTreeMap<(CardKind, String, String), Vec<(String, String)>>;

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
    /// Readings by [`HISTORY`] and `periods`.
    pub history: &'a Readings,
    /// Readings by [`PERIOD`] for the period alone.
    pub period: &'a Readings,
    /// Readings by [`RECENT`] over the last [`RECENT_PERIODS`] as one.
    pub recent: &'a Readings,
    /// The roster's facts about each agent: (label, value).
    pub about: &'a BTreeMap<String, Vec<(String, String)>>,
    /// Agents in the exports that the roster does not know.
    pub off_roster: &'a [String],
    /// Further sentences for the data-quality box: (code, text).
    pub remarks: &'a [(String, String)],
    /// Tickets worth reading for a card kind, name and metric: (id, why).
    pub examples: &'a Examples,
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

    /// The target set for a metric.
    pub(crate) fn target(&self, metric: &str) -> Option<f64> {
        self.settings.goals.iter().find(|g| g.metric == metric).map(|g| g.value)
    }
}

/// Breakdowns in the form the fold takes.
pub fn breakdowns(names: &[&[&str]]) -> Vec<Breakdown> {
    names.iter().map(|columns| columns.iter().map(|c| (*c).to_owned()).collect()).collect()
}

/// Metrics that appear on any card.
pub fn shown(catalogue: &Catalogue) -> Vec<&Metric> {
    catalogue.iter().filter(|m| cards::DESK.contains(&m.id.as_str()) || cards::OBSERVED.contains(&m.id.as_str()) || m.is_own).collect()
}

/// The scorecard of the last of the periods.
///
/// # Errors
/// A bug if a metric that every scorecard shows is not in the catalogue.
pub fn scorecard(e: &Evidence<'_>) -> Result<Scorecard> {
    let cards = cards::all(e)?;
    let mut ids: Vec<&str> = cards
        .iter()
        .flat_map(|c| {
            c.kpis
                .iter()
                .chain(&c.observations)
                .map(|k| k.metric.as_str())
                .chain(c.tables.iter().flat_map(|t| t.columns.iter().map(String::as_str)))
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let definitions = ids.into_iter().map(|id| e.catalogue.get(id).map(Metric::definition)).collect::<Result<Vec<_>>>()?;
    let notes = notes::all(e, &cards);
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
        definitions,
        cards,
    })
}

fn sources(e: &Evidence<'_>) -> Vec<SourceInfo> {
    let one = |s: &crate::ingest::ledger::SourceLedger| SourceInfo {
        name: s.name.clone(),
        kind: s.kind.clone(),
        files: s.files.clone(),
        rows_in: s.rows_in,
        accepted: s.accepted,
        rejected: s.rejected,
        duplicate: s.duplicate,
        superseded: s.superseded,
        covers: s.covers.map(|(a, b)| (e.zone.format_day(a), e.zone.format_day(b))),
    };
    e.ledger.sources.iter().map(one).collect()
}
