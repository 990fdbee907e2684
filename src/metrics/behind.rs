//! The rows behind one figure, with how much each adds to it and the columns that say why.
//!
//! The parts add up: `counted_n` to the reading's `n`, `counted_value` to its `sum` (of a median or percentile the values are those
//! it is taken of).

use std::collections::BTreeSet;

use polars::prelude::*;

use super::rows::describing;
use super::weigh::{Scales, Verdict, Weight};
use super::{Kind, Metric};
use crate::clock::period::Period;
use crate::desk::{bug, get};
use crate::error::{Error, Result, nearest};
use crate::facts::{Facts, Table, columns_of, derived};

/// The columns that say how a row counts, after those that say what it is.
pub const ADDED: [&str; 4] = ["counted_at", "counted_n", "counted_value", "verdict"];

/// Which figure, and which of its rows.
#[derive(Debug)]
pub struct Which<'a> {
    /// The period of the figure.
    pub period: &'a Period,
    /// The group of the figure: column and name; none for the whole desk.
    pub group: Option<(&'a str, &'a str)>,
    /// SQL condition on the rows.
    pub filter: Option<&'a str>,
    /// Rows of this side alone; `None` for all that count.
    pub verdict: Option<Verdict>,
}

/// The table whose rows a metric counts.
///
/// # Errors
/// A config error for a ratio, which says what it is made of.
pub fn table_of(metric: &Metric) -> Result<Table> {
    metric.on.ok_or_else(|| {
        let (a, b) = (&metric.numerator, &metric.denominator);
        Error::config(format!("{} has no rows of its own: it is {a} over {b}", metric.id))
            .hint(format!("ask for the rows of {a}, and for those of {b}"))
    })
}

/// Refuses a side that the rows of a metric do not have.
///
/// # Errors
/// A config error.
pub fn check_side(metric: &Metric, verdict: Option<Verdict>) -> Result<()> {
    match verdict {
        Some(Verdict::Hit | Verdict::Miss) if metric.kind != Kind::Share => {
            Err(Error::config(format!("the rows of {} are no hits and misses: every row adds a number", metric.id))
                .hint("only shares have hits and misses; leave --verdict away"))
        }
        Some(Verdict::Immature) if metric.immature.is_empty() => {
            Err(Error::config(format!("no row of {} has to wait before it counts", metric.id)).hint("leave --verdict away"))
        }
        _ => Ok(()),
    }
}

/// Columns that describe a row and those its fact is made of, in order; ids stand for their hashes.
pub fn named_columns(facts: &Facts, table: Table, metric: &Metric) -> Result<Vec<String>> {
    let mut out: Vec<String> = describing(table).iter().map(|c| (*c).to_owned()).collect();
    let mut open: Vec<String> = Vec::new();
    for sql in metric.sql_texts().chain(metric.by.as_deref()) {
        open.extend(columns_of(sql)?);
    }
    let mut seen: BTreeSet<String> = BTreeSet::new();
    // What is named first is shown first, what it is made of after it.
    let mut at = 0;
    while let Some(name) = open.get(at).cloned() {
        at += 1;
        if !seen.insert(name.clone()) {
            continue;
        }
        if let Some(derived) = derived::find(table, &name) {
            open.extend(columns_of(derived.sql)?);
        }
        if !out.contains(&name) && !name.ends_with("_key") {
            out.push(name);
        }
    }
    out.retain(|c| facts.has_column(table, c));
    Ok(out)
}

/// The rows behind a figure, a row each, in the order of the facts: [`named_columns`], then [`ADDED`].
///
/// # Errors
/// A config error for a ratio, a group column or name that the rows do not have, or a condition that is not true or false.
pub fn behind(facts: &Facts, metric: &Metric, which: &Which<'_>) -> Result<DataFrame> {
    let table = table_of(metric)?;
    check_side(metric, which.verdict)?;
    let named = named_columns(facts, table, metric)?;
    let scales = Scales::new(facts, metric, which.period);
    let mut exprs: Vec<(String, String)> = named.iter().map(|c| (c.clone(), format!("\"{c}\""))).collect();
    exprs.extend(scales.exprs(TAG));
    exprs.extend(which.filter.map(|sql| (KEEP.to_owned(), sql.to_owned())));
    if let Some((column, name)) = which.group {
        check_group(facts, table, column, name)?;
        exprs.push((GROUP.to_owned(), format!("\"{column}\"")));
    }
    let mut out = Found::default();
    for segment in 0..facts.segments(table) {
        let frame = facts.evaluate(table, segment, &exprs)?;
        let mut weights = scales.weigh(&frame, TAG)?;
        keep(&frame, which, &mut weights)?;
        out.add(&frame, &named, &weights)?;
    }
    out.frame()
}

const TAG: &str = "metric ";
const KEEP: &str = "is kept";
const GROUP: &str = "group of row";

/// Strikes out the rows that were not asked for.
fn keep(frame: &DataFrame, which: &Which<'_>, weights: &mut [Option<Weight>]) -> Result<()> {
    for weight in weights.iter_mut() {
        let is_wanted = |w: &Weight| which.verdict.map_or(w.verdict != Verdict::Immature, |v| v == w.verdict);
        *weight = weight.filter(is_wanted);
    }
    if which.filter.is_some() {
        let kept = get(frame, KEEP)?.bool().map_err(|_| Error::config("the condition must be true or false"))?;
        weights.iter_mut().zip(kept.iter()).filter(|(_, kept)| *kept != Some(true)).for_each(|(w, _)| *w = None);
    }
    if let Some((_, name)) = which.group {
        let groups = get(frame, GROUP)?.cast(&DataType::String).map_err(bug)?;
        let groups = groups.str().map_err(bug)?;
        weights.iter_mut().zip(groups.iter()).filter(|(_, g)| g.unwrap_or_default() != name).for_each(|(w, _)| *w = None);
    }
    Ok(())
}

/// Refuses a group that no row of the table belongs to, at any time.
fn check_group(facts: &Facts, table: Table, column: &str, name: &str) -> Result<()> {
    if !facts.has_column(table, column) {
        return Err(Error::config(format!("{table} have no column {column:?}")));
    }
    let mut known: BTreeSet<String> = BTreeSet::new();
    for segment in &facts.columns(table, &[column])?.segments {
        let unique = get(segment, column)?.unique().and_then(|c| c.cast(&DataType::String)).map_err(bug)?;
        known.extend(unique.str().map_err(bug)?.iter().flatten().map(str::to_owned));
    }
    if name.is_empty() || known.contains(name) {
        return Ok(());
    }
    let error = Error::config(format!("--{column}: no row of {table} belongs to {name:?}"));
    let near = nearest(name, known.iter().map(String::as_str));
    let shown: Vec<&str> = known.iter().filter(|name| !name.is_empty()).map(String::as_str).take(NAMED).collect();
    Err(match (near.is_empty(), known.len() > NAMED) {
        (false, _) => error.hint(format!("nearest: {}", near.join(", "))),
        (true, false) => error.hint(format!("there are: {}", shown.join(", "))),
        (true, true) => error.hint(format!("there are {} of them, such as {}", known.len(), shown.join(", "))),
    })
}

/// Names told at most where none is near the one asked for.
const NAMED: usize = 8;

/// Rows found so far.
#[derive(Default)]
struct Found {
    described: Option<DataFrame>,
    weights: Vec<Weight>,
}

impl Found {
    fn add(&mut self, frame: &DataFrame, named: &[String], weights: &[Option<Weight>]) -> Result<()> {
        let rows: Vec<IdxSize> = (0..weights.len()).filter(|i| weights[*i].is_some()).map(|i| i as IdxSize).collect();
        let columns = named.iter().map(|c| get(frame, c).cloned()).collect::<Result<Vec<_>>>()?;
        let described = DataFrame::new(frame.height(), columns).map_err(bug)?;
        let described = described.take(&IdxCa::from_vec("row".into(), rows)).map_err(bug)?;
        self.weights.extend(weights.iter().flatten());
        if let Some(all) = &mut self.described {
            return all.vstack_mut_owned(described).map(|_| ()).map_err(bug);
        }
        self.described = Some(described);
        Ok(())
    }

    fn frame(self) -> Result<DataFrame> {
        let (mut frame, weights) = (self.described.unwrap_or_default(), &self.weights);
        let number =
            |name: &str, of: fn(&Weight) -> f64| Float64Chunked::from_iter_values(name.into(), weights.iter().map(of)).into_column();
        let at = crate::desk::long_column(ADDED[0].into(), weights.iter().map(|w| w.at).collect());
        let verdict = StringChunked::from_iter_values(ADDED[3].into(), weights.iter().map(|w| w.verdict.as_str())).into_column();
        for column in [at, number(ADDED[1], |w| w.n), number(ADDED[2], |w| w.value), verdict] {
            frame.with_column(column).map_err(bug)?;
        }
        Ok(frame)
    }
}
