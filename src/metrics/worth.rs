//! Rows worth reading: for each group and share the rows that count against it and for it, the most telling first.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::FixedState;
use polars::prelude::*;
use rayon::prelude::*;

use super::{Kind, Metric};
use crate::clock::period::Period;
use crate::desk::{NONE, codes, get, longs, text_of};
use crate::error::Result;
use crate::facts::{Facts, Prepared, Table};
use crate::scorecard::Better;

/// What rows are grouped by.
pub const GROUPS: [&str; 3] = ["agent", "team", "supplier"];
/// The number of the whole desk, beside those of [`GROUPS`].
pub const DESK: usize = GROUPS.len();
/// What is said of a row, beside its id.
const SAID: [&str; 3] = ["score", "priority", "category"];

/// The rows worth reading of one group and metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worth {
    /// Number of the group's kind in [`GROUPS`], or [`DESK`].
    pub by: usize,
    /// The group; empty for the desk.
    pub group: String,
    /// Metric id.
    pub metric: String,
    /// Whether the rows count for the measure or against it.
    pub is_good: bool,
    /// Ticket (or call) id and what is said of it.
    pub rows: Vec<(String, String)>,
}

/// Group kind, group, metric and side.
type Key = (usize, u32, usize, bool);
/// A row: how telling it is, when it was, a hash of its id so that the order of files decides nothing, where it stands.
type Pick = (i64, i64, u64, usize, usize);

/// Up to `most` rows for each group, share and side: worst or best scores first, then the newest.
pub fn worth(facts: &Facts, table: Table, metrics: &[&Metric], (span, most): (&Period, usize)) -> Result<Vec<Worth>> {
    let has = |c: &&str| facts.has_column(table, c);
    let Some(id) = ["id", "ticket_id"].into_iter().find(has) else { return Ok(Vec::new()) };
    let metrics: Vec<&Metric> =
        metrics.iter().copied().filter(|m| m.on == Some(table) && m.kind == Kind::Share && m.better != Better::Neither).collect();
    let groups: Vec<&str> = GROUPS.into_iter().filter(has).collect();
    let said: Vec<&str> = SAID.into_iter().filter(has).collect();
    if metrics.is_empty() || facts.segments(table) == 0 {
        return Ok(Vec::new());
    }
    let (start, end) = (span.start_utc(facts.zone()), span.end_utc(facts.zone()).min(facts.as_of()));
    let of = Finding::new(facts, table, (id, &groups, &said), &metrics)?;
    let found = facts.frame(table).segments.par_iter().enumerate().map(|(i, segment)| of.find(i, segment, (start..end, most)));
    let mut picks = Picks { lists: HashMap::default(), most };
    let mut frames = Vec::new();
    for part in found.collect::<Result<Vec<_>>>()? {
        let (of_segment, frame) = part;
        for (key, list) in of_segment.lists.into_iter().collect::<BTreeMap<_, _>>() {
            list.into_iter().for_each(|pick| picks.add(key, pick));
        }
        frames.push(frame);
    }
    let place = |by: usize| groups.get(by).and_then(|name| GROUPS.iter().position(|g| g == name)).unwrap_or(DESK);
    let mut out = Vec::new();
    let lists: BTreeMap<Key, Vec<Pick>> = picks.lists.into_iter().collect();
    for ((by, code, metric, is_good), list) in lists {
        let rows = list.iter().map(|pick| described(&frames, pick, id, &said)).collect::<Result<Vec<_>>>()?;
        let rows = rows.into_iter().filter(|(id, _)| !id.is_empty()).collect();
        out.push(Worth { by: place(by), group: text_of(code), metric: metrics[metric].id.clone(), is_good, rows });
    }
    out.sort_by(|a, b| (a.by, &a.group, &a.metric, a.is_good).cmp(&(b.by, &b.group, &b.metric, b.is_good)));
    Ok(out)
}

/// What to look at in every segment.
struct Finding<'a> {
    id: &'a str,
    groups: &'a [&'a str],
    said: &'a [&'a str],
    metrics: &'a [&'a Metric],
    instants: Prepared,
    wanted: Prepared,
}

impl<'a> Finding<'a> {
    fn new(
        facts: &Facts,
        table: Table,
        (id, groups, said): (&'a str, &'a [&'a str], &'a [&'a str]),
        metrics: &'a [&'a Metric],
    ) -> Result<Self> {
        let quoted = |c: &&str| ((*c).to_owned(), format!("\"{c}\""));
        let at = |(i, m): (usize, &&Metric)| (format!("at{i}"), m.by.clone().unwrap_or_default());
        let instants: Vec<(String, String)> = metrics.iter().enumerate().map(at).collect();
        let mut wanted: Vec<(String, String)> = [id].iter().chain(groups).chain(said).map(quoted).collect();
        wanted.extend(metrics.iter().enumerate().map(|(i, m)| (format!("fact{i}"), m.fact.clone())));
        wanted.extend(instants.iter().cloned());
        Ok(Self { id, groups, said, metrics, instants: facts.prepare(table, &instants)?, wanted: facts.prepare(table, &wanted)? })
    }

    /// The most telling rows of a segment, and what is said of the rows in the span.
    fn find(&self, number: usize, segment: &DataFrame, (span, most): (Range<i64>, usize)) -> Result<(Picks, DataFrame)> {
        let bug = crate::desk::bug;
        let within = self.within(segment, &span)?;
        if !within.contains(&true) {
            return Ok((Picks { lists: HashMap::default(), most }, DataFrame::default()));
        }
        let frame = self.wanted.evaluate_marked(segment, &within)?;
        let of_groups = self.groups.iter().map(|c| codes(get(&frame, c)?)).collect::<Result<Vec<_>>>()?;
        let ids = hashes(get(&frame, self.id)?)?;
        let scores = if self.said.contains(&"score") { scores(get(&frame, "score")?)? } else { vec![0; frame.height()] };
        let mut picks = Picks { lists: HashMap::default(), most };
        for (i, m) in self.metrics.iter().enumerate() {
            let facts = get(&frame, &format!("fact{i}"))?.cast(&DataType::Boolean).map_err(bug)?;
            let at = longs(get(&frame, &format!("at{i}"))?)?;
            for (row, hit) in facts.bool().map_err(bug)?.iter().enumerate() {
                let Some(hit) = hit.filter(|_| span.contains(&at[row])) else { continue };
                let is_good = hit == (m.better == Better::Higher);
                let telling = if is_good { scores[row] } else { -scores[row] };
                let pick = (telling, at[row], ids[row], number, row);
                for (by, codes) in of_groups.iter().enumerate() {
                    picks.add((by, codes[row], i, is_good), pick);
                }
                picks.add((DESK, NONE, i, is_good), pick);
            }
        }
        let kept: Vec<Column> = [self.id].iter().chain(self.said).map(|c| get(&frame, c).cloned()).collect::<Result<_>>()?;
        Ok((picks, DataFrame::new(frame.height(), kept).map_err(bug)?))
    }

    /// The rows that some metric puts into the span.
    fn within(&self, segment: &DataFrame, span: &Range<i64>) -> Result<Vec<bool>> {
        let frame = self.instants.evaluate(segment)?;
        let mut marks = vec![false; frame.height()];
        for column in frame.columns() {
            marks.iter_mut().zip(longs(column)?).for_each(|(mark, at)| *mark |= span.contains(&at));
        }
        Ok(marks)
    }
}

/// The most telling rows so far, by group kind, group, metric and side.
struct Picks {
    lists: HashMap<Key, Vec<Pick>, FixedState>,
    most: usize,
}

impl Picks {
    fn add(&mut self, key: Key, pick: Pick) {
        let list = self.lists.entry(key).or_default();
        let rank = |p: &Pick| (std::cmp::Reverse(p.0), std::cmp::Reverse(p.1), p.2, p.3, p.4);
        if list.len() == self.most && list.last().is_some_and(|worst| rank(worst) <= rank(&pick)) {
            return;
        }
        let at = list.partition_point(|p| rank(p) <= rank(&pick));
        list.insert(at, pick);
        list.truncate(self.most);
    }
}

/// A hash of every id.
fn hashes(column: &Column) -> Result<Vec<u64>> {
    let state = FixedState::default();
    let text = column.cast(&DataType::String).map_err(crate::desk::bug)?;
    Ok(text.str().map_err(crate::desk::bug)?.iter().map(|id| state.hash_one(id.unwrap_or_default())).collect())
}

/// Scores in thousandths, so that they sort as whole numbers; 0 where there is none.
fn scores(column: &Column) -> Result<Vec<i64>> {
    let numbers = column.cast(&DataType::Float64).map_err(crate::desk::bug)?;
    Ok(numbers.f64().map_err(crate::desk::bug)?.iter().map(|s| s.map_or(0, |s| (s * 1000.0) as i64)).collect())
}

fn described(frames: &[DataFrame], pick: &Pick, id: &str, said: &[&str]) -> Result<(String, String)> {
    let frame = frames[pick.3].slice(pick.4 as i64, 1);
    let text = |name: &str| -> Result<String> {
        let column = get(&frame, name)?.cast(&DataType::String).map_err(crate::desk::bug)?;
        Ok(column.str().map_err(crate::desk::bug)?.get(0).unwrap_or_default().to_owned())
    };
    let words = said.iter().map(|name| Ok((*name, text(name)?))).collect::<Result<Vec<_>>>()?;
    let word = |(name, text): (&str, String)| if name == "score" { format!("score {}", text.trim_end_matches(".0")) } else { text };
    Ok((text(id)?, words.into_iter().filter(|(_, t)| !t.is_empty()).map(word).collect::<Vec<_>>().join(" · ")))
}
