//! The metric catalogue and the one fold that turns facts into readings.
//!
//! A metric is data: an entry of `catalogue.toml`, or a `[[metric]]` of the config, which is the same kind of thing.
//! Owns what is measured; knows nothing of pages, verdicts or files.

pub mod behind;
mod fold;
mod gather;
mod groups;
mod lacking;
mod monthly;
mod plan;
pub mod rows;
pub mod sample;
mod slots;
mod total;
mod weigh;
pub mod worth;

pub(crate) use fold::has_roster_over;
pub use fold::{Ask, Breakdown, Reading, Readings, fold, fold_all};
pub use lacking::{Lacking, lacking};
pub use monthly::is_told_of_months;
pub use weigh::Verdict;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Error, Result, nearest};
use crate::facts::Table;
use crate::scorecard::{Better, Definition, Unit};

/// How the fold treats a metric's fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Rows whose fact is true (or, for a fact that is no boolean, not null).
    Count,
    /// Sum of the fact.
    Sum,
    /// True over non-null.
    Share,
    /// Sum over non-null.
    Mean,
    /// 50th percentile, linear between neighbours.
    Median,
    /// 90th percentile, linear between neighbours.
    P90,
    /// `per` × sum of the fact over sum of the exposure.
    Rate,
    /// Sum of one metric over the sum of another.
    Ratio,
    /// What has entered and not left at the end of the period.
    Stock,
    /// What left in the period over the mean of opening and closing stock.
    Turnover,
    /// Smallest fact.
    Min,
    /// Largest fact.
    Max,
}

/// An entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Stable name, e.g. `fcr_touch`.
    pub id: String,
    /// Full name.
    pub label: String,
    /// Name for narrow columns.
    #[serde(default)]
    pub short: String,
    /// Section of the KPI table.
    #[serde(default = "own_section")]
    pub section: String,
    /// Fact table; `None` for a ratio.
    #[serde(default)]
    pub on: Option<Table>,
    /// Instant column that puts a row into a period; `None` for ratio, stock and turnover.
    #[serde(default)]
    pub by: Option<String>,
    /// How the fact is folded.
    pub kind: Kind,
    /// Kind of number; by default what the kind gives.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// Good direction.
    #[serde(default = "neither")]
    pub better: Better,
    /// SQL over the fact table, null outside the population.
    #[serde(default)]
    pub fact: String,
    /// SQL of the exposure of a rate.
    #[serde(default)]
    pub exposure: String,
    /// Factor of a rate: 365 makes events a day into events a year.
    #[serde(default)]
    pub per: Option<f64>,
    /// The rate looks back this many days from the end of the period.
    #[serde(default)]
    pub trailing_days: Option<u32>,
    /// SQL that is true for rows that belong here but are not yet mature.
    #[serde(default)]
    pub immature: String,
    /// Metric id over which a ratio is taken.
    #[serde(default)]
    pub numerator: String,
    /// Metric id by which a ratio is divided.
    #[serde(default)]
    pub denominator: String,
    /// SQL of the instant at which a row enters a stock.
    #[serde(default)]
    pub enters: String,
    /// SQL of the instant at which a row leaves a stock; null while it is in.
    #[serde(default)]
    pub leaves: String,
    /// Whether it means nothing without `[levels]`.
    #[serde(default)]
    pub needs_levels: bool,
    /// Whether a person may be judged by it. Not where what comes in decides, and not where the agent of a row is who had it last, whose doing
    /// it need not be.
    #[serde(default = "yes")]
    pub judges_people: bool,
    /// The metric whose goal holds for this one too, where it has none of its own.
    #[serde(default)]
    pub goal_of: String,
    /// The definition.
    #[serde(default)]
    pub text: String,
    /// Whether the config brought it.
    #[serde(skip)]
    pub is_own: bool,
}

fn own_section() -> String {
    crate::key!("Own measures").into()
}

fn yes() -> bool {
    true
}

fn neither() -> Better {
    Better::Neither
}

impl Metric {
    /// Kind of number.
    pub fn unit(&self) -> Unit {
        self.unit.unwrap_or(match self.kind {
            Kind::Count | Kind::Stock => Unit::Count,
            Kind::Share | Kind::Turnover => Unit::Share,
            _ => Unit::Number,
        })
    }

    /// Short name, or the label where there is none.
    pub fn short(&self) -> &str {
        if self.short.is_empty() { &self.label } else { &self.short }
    }

    /// Whether no rows mean zero (counts) rather than "no data": no cost on record is not a cost of zero.
    pub fn is_additive(&self) -> bool {
        matches!(self.kind, Kind::Count | Kind::Stock)
    }

    /// All SQL texts it holds, for finding the columns it needs.
    pub fn sql_texts(&self) -> impl Iterator<Item = &str> {
        [&self.fact, &self.exposure, &self.immature, &self.enters, &self.leaves].into_iter().map(String::as_str).filter(|s| !s.is_empty())
    }

    /// The metric in the language of the pages; its section stays a key until it is printed.
    fn said(mut self) -> Self {
        for text in [&mut self.label, &mut self.short, &mut self.text] {
            *text = crate::language::of_data(text);
        }
        self
    }

    /// The metric with `$name` parameters filled in, in its SQL and in its words: who reads its name alone must know what it counts.
    fn filled(mut self, fill: &Fill<'_>) -> Result<Self> {
        for text in [&mut self.fact, &mut self.exposure, &mut self.immature, &mut self.enters, &mut self.leaves] {
            *text = (fill.sql)(text)?;
        }
        for text in [&mut self.label, &mut self.short, &mut self.text] {
            *text = (fill.words)(text);
        }
        Ok(self)
    }

    /// What is printed about it.
    pub fn definition(&self) -> Definition {
        let sql = match self.kind {
            Kind::Ratio => format!("sum of {} / sum of {}", self.numerator, self.denominator),
            Kind::Stock | Kind::Turnover => format!("enters: {}; leaves: {}", self.enters, self.leaves),
            Kind::Rate => format!("{} per {}", self.fact, self.exposure),
            _ => self.fact.clone(),
        };
        let basis = match (&self.on, &self.by) {
            (Some(on), Some(by)) => crate::say!("{on} by {by}", on, by),
            (Some(on), None) => crate::say!("{on}, at the end of the period", on),
            _ => crate::say!("two metrics").into(),
        };
        Definition {
            id: self.id.clone(),
            label: self.label.clone(),
            short: self.short().into(),
            section: crate::language::of_data(&self.section),
            unit: self.unit(),
            better: self.better,
            text: self.text.clone(),
            sql,
            basis,
            tables: self.on.iter().map(Table::to_string).collect(),
            parts: Vec::new(),
            is_own: self.is_own,
        }
    }
}

/// How `$name` parameters are filled in.
pub struct Fill<'a> {
    /// Into SQL: plain numbers.
    pub sql: &'a dyn Fn(&str) -> Result<String>,
    /// Into sentences: as people write them.
    pub words: &'a dyn Fn(&str) -> String,
}

impl std::fmt::Debug for Fill<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fill")
    }
}

/// All metrics, in the order of the catalogue, the desk's own last.
#[derive(Debug, Clone)]
pub struct Catalogue {
    metrics: Vec<Metric>,
    index: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    metric: Vec<Metric>,
}

impl Catalogue {
    /// The built-in catalogue with the config's own metrics; `fill` puts the parameters into SQL and text.
    ///
    /// # Errors
    /// A config error if an own metric repeats an id, names an unknown metric, or an unknown parameter.
    pub fn new(own: Vec<(Metric, String)>, fill: &Fill<'_>) -> Result<Self> {
        let file: CatalogueFile =
            toml::from_str(include_str!("catalogue.toml")).map_err(|e| Error::bug(format!("built-in catalogue: {e}")))?;
        let mut catalogue = Self { metrics: Vec::new(), index: BTreeMap::new() };
        for metric in file.metric {
            catalogue.add(metric.said().filled(fill)?, "catalogue")?;
        }
        let places: Vec<(String, String)> = own.iter().map(|(m, at)| (m.id.clone(), at.clone())).collect();
        for (mut metric, at) in own {
            metric.is_own = true;
            catalogue.add(metric.filled(fill).map_err(|e| e.at(at.clone()))?, &at)?;
        }
        for (id, at) in places {
            let metric = catalogue.get(&id)?;
            if metric.kind == Kind::Ratio {
                catalogue.get(&metric.numerator).and(catalogue.get(&metric.denominator)).map_err(|e| e.at(at))?;
            }
        }
        Ok(catalogue)
    }

    fn add(&mut self, metric: Metric, at: &str) -> Result<()> {
        check_shape(&metric).map_err(|e| e.at(at))?;
        if self.index.insert(metric.id.clone(), self.metrics.len()).is_some() {
            return Err(Error::config(format!("metric {:?} is defined twice", metric.id))
                .at(at)
                .hint("choose an id that `deskcard metrics` does not list"));
        }
        self.metrics.push(metric);
        Ok(())
    }

    /// All metrics, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Metric> {
        self.metrics.iter()
    }

    /// What is printed about a metric; of a ratio also whose rows its two are made of.
    pub fn definition(&self, metric: &Metric) -> Definition {
        let definition = metric.definition();
        if metric.kind != Kind::Ratio {
            return definition;
        }
        let parts = [&metric.numerator, &metric.denominator];
        let on = parts.map(|id| self.index.get(id).and_then(|i| self.metrics[*i].on));
        let mut tables: Vec<String> = on.iter().flatten().map(Table::to_string).collect();
        tables.dedup();
        let basis = match tables.is_empty() {
            true => definition.basis,
            false => crate::say!("two metrics, of {tables}", tables = tables.join(", ")),
        };
        Definition { basis, tables, parts: parts.map(String::clone).to_vec(), ..definition }
    }

    /// The metric of that id.
    ///
    /// # Errors
    /// A config error that names the nearest ids.
    pub fn get(&self, id: &str) -> Result<&Metric> {
        if let Some(&i) = self.index.get(id) {
            return Ok(&self.metrics[i]);
        }
        let near = nearest(id, self.index.keys().map(String::as_str));
        let error = Error::config(format!("there is no metric {id:?}"));
        Err(match near.is_empty() {
            true => error.hint("`deskcard metrics` lists them all"),
            false => error.hint(format!("nearest: {}; `deskcard metrics` lists them all", near.join(", "))),
        })
    }
}

fn check_shape(metric: &Metric) -> Result<()> {
    let missing = |what: &str| Err(Error::config(format!("metric {:?} of this kind needs `{what}`", metric.id)));
    match metric.kind {
        Kind::Ratio if metric.numerator.is_empty() || metric.denominator.is_empty() => missing("numerator` and `denominator"),
        Kind::Ratio => Ok(()),
        _ if metric.on.is_none() => missing("on"),
        Kind::Stock | Kind::Turnover if metric.enters.is_empty() || metric.leaves.is_empty() => missing("enters` and `leaves"),
        Kind::Stock | Kind::Turnover => Ok(()),
        _ if metric.fact.is_empty() => missing("fact"),
        _ if metric.by.is_none() => missing("by"),
        Kind::Rate if metric.exposure.is_empty() => missing("exposure"),
        _ => Ok(()),
    }
}
