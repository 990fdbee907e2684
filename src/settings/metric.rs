//! `[[metric]]`: the desk's own metrics, as written; the catalogue checks what they refer to.

use super::node::{Node, Table};
use crate::error::Result;
use std::collections::BTreeSet;

/// A metric of the desk's own: the same fields as a catalogue entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnMetric {
    /// Its id: lower case letters, digits and underscores.
    pub id: String,
    /// Its name on the pages.
    pub label: String,
    /// A shorter name; None: the label.
    pub short: Option<String>,
    /// The section it is shown in.
    pub section: Option<String>,
    /// The fact table, of [`TABLES`].
    pub on: Option<String>,
    /// The instant column that puts a row in a period.
    pub by: Option<String>,
    /// How rows become a number, of [`KINDS`].
    pub kind: String,
    /// What the number is in, of [`UNITS`].
    pub unit: Option<String>,
    /// `higher`, `lower` or `neither`.
    pub better: Option<String>,
    /// The fact expression: SQL over the fact table's columns.
    pub fact: Option<String>,
    /// What a rate is per: SQL as well.
    pub exposure: Option<String>,
    /// The metric on top of a ratio.
    pub numerator: Option<String>,
    /// The metric below a ratio.
    pub denominator: Option<String>,
    /// When a row enters a stock: SQL.
    pub enters: Option<String>,
    /// When it leaves: SQL, null while it is in.
    pub leaves: Option<String>,
    /// Which rows belong but are not yet mature: SQL.
    pub immature: Option<String>,
    /// Whether a person may be judged by it.
    pub judges_people: bool,
    /// Its definition in words.
    pub text: Option<String>,
    /// Where it stands: `deskcard.toml:LINE:COLUMN`.
    pub at: String,
}

/// The fact tables.
pub const TABLES: &[&str] =
    &["tickets", "ticket_events", "sla_clocks", "ticket_spans", "calls", "surveys", "agent_days", "spells", "observations"];
/// The kinds of metric.
pub const KINDS: &[&str] = &["count", "sum", "share", "mean", "median", "p90", "rate", "ratio", "stock", "turnover", "min", "max"];
/// The units of metrics.
pub const UNITS: &[&str] = &["share", "seconds", "open_seconds", "count", "number", "money", "days"];

pub(super) const KEYS: &[&str] = &[
    "id",
    "label",
    "short",
    "section",
    "on",
    "by",
    "kind",
    "unit",
    "better",
    "fact",
    "exposure",
    "numerator",
    "denominator",
    "text",
    "enters",
    "leaves",
    "immature",
    "judges_people",
];

/// `[[metric]]`, in the order of the file.
pub(super) fn metrics(root: &Table<'_>) -> Result<Vec<OwnMetric>> {
    let mut seen = BTreeSet::new();
    let mut metrics = Vec::new();
    for node in root.tables("metric")? {
        let metric = metric(&node)?;
        if !seen.insert(metric.id.clone()) {
            return Err(node.table("[[metric]]", KEYS)?.need("id")?.error(format!("there are two metrics `{}`", metric.id)));
        }
        metrics.push(metric);
    }
    Ok(metrics)
}

fn metric(node: &Node<'_>) -> Result<OwnMetric> {
    let table = node.table("[[metric]]", KEYS)?;
    let choice = |key, known| -> Result<Option<String>> { Ok(table.get(key).map(|n| n.choice(known)).transpose()?.map(str::to_owned)) };
    Ok(OwnMetric {
        id: table.need("id")?.name()?,
        label: table.need("label")?.text()?.to_owned(),
        short: table.text("short")?,
        section: table.text("section")?,
        on: choice("on", TABLES)?,
        by: table.text("by")?,
        kind: table.need("kind")?.choice(KINDS)?.to_owned(),
        unit: choice("unit", UNITS)?,
        better: choice("better", &["higher", "lower", "neither"])?,
        fact: table.text("fact")?,
        exposure: table.text("exposure")?,
        numerator: table.text("numerator")?,
        denominator: table.text("denominator")?,
        enters: table.text("enters")?,
        leaves: table.text("leaves")?,
        immature: table.text("immature")?,
        judges_people: table.get("judges_people").map_or(Ok(true), |n| n.flag())?,
        text: table.text("text")?,
        at: node.place(),
    })
}

/// Whether a text may name a metric or a column: a lower case letter, then lower case letters, digits and underscores.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl Node<'_> {
    /// A text that [`is_name`].
    pub(crate) fn name(&self) -> Result<String> {
        let text = self.text()?;
        if is_name(text) {
            return Ok(text.to_owned());
        }
        Err(self
            .error(format!("`{text}` cannot be a name"))
            .hint("start with a lower case letter; go on with lower case letters, digits and underscores"))
    }
}
