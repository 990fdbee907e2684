//! `[judge]`, `[people]`: when a difference matters, how sure a verdict must be, what is known of the people.

use super::node::{Node, Table};
use super::targets::Goal;
use crate::error::Result;

/// Less than half a point matters to nobody.
const LEAST: f64 = 0.005;

/// `[judge]`: the decision rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Judge {
    /// Smallest difference of a share that matters, 0 to 1.
    pub margin: f64,
    /// The same for single metrics, in the order of the file; ids are not checked yet.
    pub margins: Vec<Goal>,
    /// Probability from which a verdict is leaning, more than a half.
    pub leaning: f64,
    /// Probability from which a verdict is clear, not less than `leaning`.
    pub clear: f64,
    /// Periods a person is judged on; None: about a quarter of a year.
    pub recent: Option<u32>,
}

/// `[people]`: what the roster holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// First day from which the roster lists everybody who left; None: it lists all leavers there ever were.
    pub leavers_since: Option<i32>,
}

impl Default for Judge {
    fn default() -> Self {
        Self { margin: 0.03, margins: Vec::new(), leaning: 0.8, clear: 0.9, recent: None }
    }
}

impl Judge {
    pub(super) fn read(root: &Table<'_>) -> Result<Self> {
        let mut judge = Self::default();
        let Some(node) = root.get("judge") else { return Ok(judge) };
        let table = node.table("[judge]", &["margin", "margins", "leaning", "clear", "recent"])?;
        if let Some(node) = table.get("margin") {
            judge.margin = margin(&node)?;
        }
        if let Some(node) = table.get("margins") {
            let nodes = node.open_table("[judge.margins]")?.nodes();
            let one = |n: &Node<'_>| {
                Ok(Goal { metric: n.key.to_owned(), value: margin(n)?, is_percentage: false, at: n.key_place(), value_at: n.place() })
            };
            judge.margins = nodes.iter().map(one).collect::<Result<_>>()?;
        }
        if let Some(node) = table.get("leaning") {
            judge.leaning = certainty(&node)?;
            judge.clear = judge.clear.max(judge.leaning);
        }
        if let Some(node) = table.get("clear") {
            judge.clear = certainty(&node)?;
            if judge.clear < judge.leaning {
                return Err(node.error("`clear` is less than `leaning`").hint("a clear verdict is the surer one"));
            }
        }
        if let Some(node) = table.get("recent") {
            let periods = node.integer()?;
            let fits = u32::try_from(periods).ok().filter(|n| (1..=52).contains(n));
            judge.recent = Some(fits.ok_or_else(|| node.error("`recent` must be a number of periods from 1 to 52"))?);
        }
        Ok(judge)
    }

    /// The smallest difference of a metric that matters, at a yardstick.
    ///
    /// Not more than half the way from the yardstick to 0 or 1, so that a goal of 97 % can be missed and beaten, but half a point.
    pub fn margin_of(&self, metric: &str, yardstick: f64) -> f64 {
        let half_way = 0.5 * yardstick.min(1.0 - yardstick).max(0.0);
        let own = self.margins.iter().find(|m| m.metric == metric).map(|m| m.value);
        own.unwrap_or_else(|| self.margin.min(half_way.max(LEAST)))
    }
}

fn margin(node: &Node<'_>) -> Result<f64> {
    let value = node.share()?;
    if value < 0.5 { Ok(value) } else { Err(node.error(format!("`{}` must be less than 50 %", node.key)).hint("write \"3%\" or 0.03")) }
}

fn certainty(node: &Node<'_>) -> Result<f64> {
    let value = node.share()?;
    let is_fine = value > 0.5 && value < 1.0;
    if is_fine { Ok(value) } else { Err(node.error(format!("`{}` must be more than 50 % and less than 100 %", node.key))) }
}

impl People {
    pub(super) fn read(root: &Table<'_>) -> Result<Self> {
        let Some(node) = root.get("people") else { return Ok(Self::default()) };
        let table = node.table("[people]", &["leavers_since"])?;
        Ok(Self { leavers_since: table.get("leavers_since").map(|n| n.day()).transpose()? })
    }
}
