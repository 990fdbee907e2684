//! The rows behind the numbers, and those that were set aside, as CSV files.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::facts::Table;
use crate::ingest::ledger::Ledger;
use crate::metrics::rows::Rows;
use crate::report::Page;
use crate::report::csv::safe_text;
use crate::scorecard::{Card, CardKind, Scorecard};

/// Columns of rows that name people, whatever part they had in it.
const PEOPLE: [&str; 4] = ["agent", "mentor", "breach_agent", "holder_agent"];

/// Who may be named in rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Named<'a> {
    /// Everybody but these, wherever they stand in a row.
    AllBut(&'a BTreeSet<&'a str>),
    /// One person, and nobody else.
    Only(&'a str),
}

/// The rows behind the numbers of some tables, with where those of a card are.
pub(super) struct RowFiles<'a> {
    tables: Vec<(Table, &'a Rows, Places<'a>)>,
}

impl<'a> RowFiles<'a> {
    pub(super) fn new(tables: impl Iterator<Item = &'a (Table, Rows)>) -> Self {
        Self { tables: tables.map(|(table, rows)| (*table, rows, Places::new(rows))).collect() }
    }

    /// A CSV for each card and table with the rows behind its numbers.
    pub(super) fn pages(&self, scorecard: &Scorecard, named: Named<'_>) -> Result<Vec<Page>> {
        let page = |card: &Card, (table, rows, places): &(Table, &Rows, Places<'_>)| {
            let name = format!("rows/{}-{table}.csv", card.slug);
            let is_linked = card.kpis.iter().any(|k| k.rows_file.as_deref() == Some(name.as_str()));
            let people: Vec<usize> = (0..rows.described).filter(|column| PEOPLE.contains(&rows.header[*column].as_str())).collect();
            let seen = |row: usize| named.seen(&rows.cells[row], &people);
            let bytes = || csv_bytes(&rows.header, places.of(card).map(seen), rows.described);
            is_linked.then(|| Ok(Page { name, bytes: bytes()? }))
        };
        let of_card = |card: &Card| self.tables.iter().filter_map(|table| page(card, table)).collect::<Result<Vec<_>>>();
        let pages: Vec<Vec<Page>> = scorecard.cards.par_iter().map(of_card).collect::<Result<_>>()?;
        Ok(pages.into_iter().flatten().collect())
    }
}

impl Named<'_> {
    /// The cells of a row without those who are not named; `people` are the columns that name somebody.
    fn seen<'c>(self, cells: &'c [String], people: &[usize]) -> Cow<'c, [String]> {
        let is_hidden = |column: usize, cell: &str| match self {
            Named::AllBut(unnamed) => unnamed.contains(cell),
            Named::Only(owner) => people.contains(&column) && cell != owner,
        };
        let is_unnamed = |(column, cell): (usize, &String)| !cell.is_empty() && is_hidden(column, cell);
        if !cells.iter().enumerate().any(is_unnamed) {
            return Cow::Borrowed(cells);
        }
        let told = |(column, cell): (usize, &String)| if is_unnamed((column, cell)) { String::new() } else { cell.clone() };
        Cow::Owned(cells.iter().enumerate().map(told).collect())
    }
}

/// The rows of every agent, team and supplier, by number.
struct Places<'a> {
    all: usize,
    by_name: [HashMap<&'a str, Vec<usize>>; 3],
}

impl<'a> Places<'a> {
    fn new(rows: &'a Rows) -> Self {
        let mut by_name: [HashMap<&str, Vec<usize>>; 3] = Default::default();
        for (row, groups) in rows.groups.iter().enumerate() {
            by_name.iter_mut().zip(groups).for_each(|(places, name)| places.entry(name).or_default().push(row));
        }
        Self { all: rows.cells.len(), by_name }
    }

    /// The rows of a card, ascending.
    fn of(&self, card: &Card) -> Box<dyn Iterator<Item = usize> + '_> {
        let by = match card.kind {
            CardKind::Desk => return Box::new(0..self.all),
            CardKind::Agent => 0,
            CardKind::Team => 1,
            CardKind::Supplier => 2,
        };
        Box::new(self.by_name[by].get(card.name.as_str()).into_iter().flatten().copied())
    }
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
