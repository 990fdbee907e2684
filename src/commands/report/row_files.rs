//! The rows behind the numbers, and those that were set aside, as CSV files.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::facts::Table;
use crate::ingest::ledger::Ledger;
use crate::metrics::rows::Rows;
use crate::report::Page;
use crate::report::csv::safe_text;
use crate::scorecard::{CardKind, Scorecard};

/// A CSV for each card and table with the rows behind its numbers; who is unnamed has no name in them.
pub(super) fn row_pages(scorecard: &Scorecard, tables: &[&(Table, Rows)], unnamed: &BTreeSet<&str>) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    for card in &scorecard.cards {
        for (table, rows) in tables {
            let is_mine = |groups: &[String; 3]| match card.kind {
                CardKind::Desk => true,
                CardKind::Agent => groups[0] == card.name,
                CardKind::Team => groups[1] == card.name,
                CardKind::Supplier => groups[2] == card.name,
            };
            let name = format!("rows/{}-{table}.csv", card.slug);
            let is_linked = card.kpis.iter().any(|k| k.rows_file.as_deref() == Some(name.as_str()));
            if is_linked {
                let mine = rows.cells.iter().zip(&rows.groups).filter(|(_, g)| is_mine(g));
                let mine = mine.map(
                    |(cells, g)| if unnamed.contains(g[0].as_str()) { without(cells, &g[0]) } else { Cow::Borrowed(cells.as_slice()) },
                );
                pages.push(Page { name, bytes: csv_bytes(&rows.header, mine, rows.described)? });
            }
        }
    }
    Ok(pages)
}

/// The cells of a row without a name.
fn without<'a>(cells: &[String], name: &str) -> Cow<'a, [String]> {
    Cow::Owned(cells.iter().map(|cell| if cell == name { String::new() } else { cell.clone() }).collect())
}

/// CSV bytes; the first `texts` cells of a row are text that a spreadsheet must not run.
fn csv_bytes<'a>(header: &[String], rows: impl Iterator<Item = Cow<'a, [String]>>, texts: usize) -> Result<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| Error::bug(format!("csv: {e}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|e| failed(&e))?;
    for row in rows {
        let cells = row.iter().enumerate().map(|(i, cell)| if i < texts { safe_text(cell) } else { cell.clone() });
        writer.write_record(cells).map_err(|e| failed(&e))?;
    }
    writer.into_inner().map_err(|e| failed(&e))
}

/// Every row that was set aside, with its place and reason.
pub(super) fn rejects(ledger: &Ledger, told: impl Fn(&str) -> String) -> Result<Page> {
    let header: Vec<String> = ["source", "file", "line", "byte", "column", "code", "value", "reason"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = ledger
        .sources
        .iter()
        .flat_map(|s| s.rejects.iter().map(move |r| (s, r)))
        .map(|(s, r)| {
            let (line, byte) = (r.line.to_string(), r.byte.to_string());
            vec![s.name.clone(), r.file.clone(), line, byte, r.column.clone(), r.code.clone().into_owned(), told(&r.value), told(&r.reason)]
        })
        .collect();
    Ok(Page {
        name: "rejects.csv".to_owned(),
        bytes: csv_bytes(&header, rows.iter().map(|cells| Cow::Borrowed(cells.as_slice())), header.len())?,
    })
}
