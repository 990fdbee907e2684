//! Tables of measures by group.

use std::collections::BTreeSet;

use super::Evidence;
use super::cards::{Subject, pages};
use crate::say;
use crate::scorecard::{CardKind, Cell, TableColumn, TableData, TableRow, Unit};

/// Rows of a table at most; the rest is in the JSON of a query.
const MOST_ROWS: usize = 25;

/// The tables of a subject, in order.
pub(super) fn all(e: &Evidence<'_>, s: &Subject, subjects: &[Subject]) -> Vec<TableData> {
    let mut out = Vec::new();
    let priority = ["tickets_created", "sla_response", "sla_resolution", "ttr_median", "reopen_rate", "csat"];
    match s.kind {
        CardKind::Desk => {
            out.extend(table(e, say!("SLA by priority"), say!("Priority"), &priority, 0, None));
            let teams = ["tickets_resolved", "fcr_touch", "sla_resolution", "reopen_rate", "csat", "log_rate"];
            out.extend(linked(table(e, say!("Teams"), say!("Team"), &teams, 6, None), subjects, CardKind::Team));
            out.extend(linked(table(e, say!("Suppliers"), say!("Supplier"), &teams, 7, None), subjects, CardKind::Supplier));
            out.extend(table(
                e,
                say!("Levels"),
                say!("Level"),
                // Not the share of first level: by level it is all or nothing.
                &["tickets_created", "sla_resolution", "ttr_median", "csat"],
                3,
                None,
            ));
            out.extend(table(
                e,
                say!("Categories"),
                say!("Category"),
                &["tickets_created", "fcr_touch", "sla_resolution", "ttr_median", "csat"],
                4,
                None,
            ));
            out.extend(table(e, say!("Channels"), say!("Channel"), &["tickets_created", "fcr_touch", "ttr_median", "csat"], 5, None));
        }
        CardKind::Team => out.extend(table(e, say!("SLA by priority"), say!("Priority"), &priority, 1, Some(&s.name))),
        CardKind::Supplier => out.extend(table(e, say!("SLA by priority"), say!("Priority"), &priority, 2, Some(&s.name))),
        CardKind::Agent => {}
    }
    out
}

fn table(e: &Evidence<'_>, title: &str, row_label: &str, metrics: &[&str], breakdown: usize, of: Option<&str>) -> Option<TableData> {
    let is_mine = |group: &[String]| of.is_none_or(|name| group[0] == name);
    let has_data = |id: &str| e.folds.period().groups(id, breakdown).any(|(g, v)| is_mine(g) && v.iter().flatten().any(|r| r.n > 0.0));
    let columns: Vec<String> = metrics.iter().filter(|id| has_data(id)).map(|id| (*id).to_owned()).collect();
    let groups: BTreeSet<&Vec<String>> =
        columns.iter().flat_map(|id| e.folds.period().groups(id, breakdown).map(|(g, _)| g)).filter(|g| is_mine(g)).collect();
    let cell = |id: &String, group: &[String]| {
        let reading = e.folds.period().get(id, breakdown, group, 0);
        Cell { value: reading.and_then(|r| r.value), n: reading.map_or(0, |r| r.n.round() as u64), ..Cell::default() }
    };
    let mut rows: Vec<TableRow> = groups
        .into_iter()
        .map(|group| {
            let name = group.last().filter(|n| !n.is_empty()).cloned().unwrap_or_else(|| say!("(none)").to_owned());
            TableRow { name, page: None, cells: columns.iter().map(|id| cell(id, group)).collect() }
        })
        .filter(|row| row.cells.iter().any(|c| c.n > 0))
        .collect();
    let left_out = rows.len().saturating_sub(MOST_ROWS);
    if left_out > 0 {
        // The largest stay; shown by name all the same.
        rows.sort_by(|a, b| b.cells[0].n.cmp(&a.cells[0].n).then(a.name.cmp(&b.name)));
        rows.truncate(MOST_ROWS);
        rows.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let note = if left_out > 0 { say!("{left_out} smaller ones are not shown.", left_out) } else { String::new() };
    (!rows.is_empty() && !columns.is_empty()).then(|| TableData {
        title: title.to_owned(),
        note,
        row_label: row_label.to_owned(),
        columns: columns.iter().filter_map(|id| column(e, id)).collect(),
        rows,
    })
}

/// A metric's column.
pub(super) fn column(e: &Evidence<'_>, id: &str) -> Option<TableColumn> {
    let metric = e.catalogue.get(id).ok()?;
    Some(TableColumn { label: String::new(), metric: Some(metric.id.clone()), unit: metric.unit() })
}

/// A column that is no metric.
pub(super) fn plain_column(label: &str, unit: Unit) -> TableColumn {
    TableColumn { label: label.to_owned(), metric: None, unit }
}

/// A cell of words.
pub(super) fn words(text: impl Into<String>) -> Cell {
    Cell { text: Some(text.into()), ..Cell::default() }
}

fn linked(table: Option<TableData>, subjects: &[Subject], kind: CardKind) -> Option<TableData> {
    let pages = pages(subjects, kind);
    let mut table = table?;
    for row in &mut table.rows {
        row.page = pages.get(row.name.as_str()).cloned();
    }
    if kind == CardKind::Supplier && table.rows.iter().all(|r| r.page.is_none()) {
        return None;
    }
    Some(table)
}
