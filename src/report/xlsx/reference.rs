//! What the numbers rest on: definitions, and the account of every row of every file.

use super::Book;
use super::grid::Grid;
use super::styles::Look;
use crate::error::Result;
use crate::format;
use crate::report::brief::Brief;
use crate::scorecard::{Better, Definition, FileInfo, SourceInfo, Unit};
use crate::{key, say};

const HEADS: [(&str, f64); 8] = [
    (key!("Id"), 20.0),
    (key!("Name"), 34.0),
    (key!("Section"), 16.0),
    (key!("Unit"), 12.0),
    (key!("Good is"), 10.0),
    (key!("What it counts"), 80.0),
    (key!("Rows and time"), 30.0),
    (key!("SQL"), 60.0),
];

/// Every definition that the workbook uses.
pub(super) fn definitions(grid: &mut Grid<'_>, definitions: &[&Definition]) -> Result<()> {
    grid.widths(&HEADS.map(|h| h.1))?;
    grid.title(say!("Definitions"), say!("What every measure counts; a measure is named by its id everywhere"))?;
    let head_row = grid.row;
    grid.head(&HEADS.map(|h| (crate::language::text(h.0), false)), 1)?;
    for d in definitions {
        let own = if d.is_own { say!(" (the desk’s own)") } else { "" };
        let name = format!("{}{own}", d.label);
        for (column, text) in (0..).zip([&d.id, &name, &d.section, unit(d.unit), better(d.better), &d.text, &d.basis, &d.sql]) {
            grid.text(column, text, Look::Wrapped)?;
        }
        grid.end()?;
    }
    grid.filter(head_row, HEADS.len())
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => say!("share of rows"),
        Unit::Seconds => say!("duration"),
        Unit::OpenSeconds => say!("duration in opening hours"),
        Unit::Count => say!("count"),
        Unit::Number => say!("number"),
        Unit::Money => say!("money"),
        Unit::Days => say!("days"),
    }
}

fn better(better: Better) -> &'static str {
    match better {
        Better::Higher => say!("higher"),
        Better::Lower => say!("lower"),
        Better::Neither => say!("neither"),
    }
}

const LEDGER: [(&str, bool); 9] = [
    (key!("Source"), false),
    (key!("File"), false),
    (key!("Rows in"), true),
    (key!("Accepted"), true),
    (key!("Rejected"), true),
    (key!("Duplicate"), true),
    (key!("Superseded"), true),
    (key!("Covers or SHA-256"), false),
    (key!("Remarks"), false),
];

impl Book<'_> {
    /// Where the numbers come from, and how to make them again.
    pub(super) fn data(&mut self, brief: &Brief) -> Result<()> {
        let scorecard = self.place.scorecard;
        let mut grid = self.sheet(say!("Data"))?;
        grid.widths(&[26.0, 36.0, 11.0, 11.0, 11.0, 11.0, 12.0, 68.0, 60.0])?;
        grid.title(say!("Data"), say!("Every row found is in exactly one column: rows in = accepted + rejected + duplicate + superseded"))?;
        grid.head(&LEDGER.map(|(head, is_number)| (crate::language::text(head), is_number)), 0)?;
        scorecard.sources.iter().try_for_each(|s| source(&mut grid, s))?;
        grid.end()?;
        let about = [
            (
                say!("Period"),
                say!(
                    "{label}, {first_day} to {last_day}",
                    label = scorecard.period.label,
                    first_day = format::day(&scorecard.period.first_day),
                    last_day = format::day(&scorecard.period.last_day)
                ),
            ),
            (say!("Data until"), format!("{} ({})", format::day(&scorecard.as_of), scorecard.time_zone)),
            (say!("Made by"), scorecard.tool.clone()),
            (say!("Config"), scorecard.config_hash.clone()),
        ];
        for (label, value) in &about {
            grid.text(0, label, Look::Bold)?;
            grid.text(1, value, Look::Plain)?;
            grid.end()?;
        }
        for note in &brief.notes {
            grid.text(0, &note.word, Look::Bold)?;
            grid.text(1, &format!("{} ({})", note.text, note.code), Look::Plain)?;
            grid.end()?;
        }
        Ok(())
    }
}

fn source(grid: &mut Grid<'_>, s: &SourceInfo) -> Result<()> {
    let covers = s.covers.as_ref().map_or_else(
        || say!("no dated row").to_owned(),
        |(first, last)| say!("{first} to {last}", first = format::day(first), last = format::day(last)),
    );
    let mut remarks: Vec<String> =
        s.set_aside.iter().map(|(rule, rows)| say!("{rows} rows left out: {rule}", rows = format::count(*rows), rule)).collect();
    if s.folded > 0 {
        remarks.push(say!("{folded} accepted legs became part of another leg’s call", folded = format::count(s.folded)));
    }
    let counts = [s.rows_in, s.accepted, s.rejected, s.duplicate, s.superseded];
    line(grid, [&format!("{} ({}, {})", s.name, s.kind, s.preset), "", &covers, &remarks.join("; ")], counts)?;
    s.files.iter().try_for_each(|f| file(grid, f))
}

fn file(grid: &mut Grid<'_>, f: &FileInfo) -> Result<()> {
    line(grid, ["", &f.name, &f.sha256, &f.written.join("; ")], [f.rows_in, f.accepted, f.rejected, f.duplicate, f.superseded])
}

fn line(grid: &mut Grid<'_>, [source, file, covers, remarks]: [&str; 4], counts: [u64; 5]) -> Result<()> {
    grid.text(0, source, Look::Bold)?;
    grid.text(1, file, Look::Wrapped)?;
    for (column, n) in (2..).zip(counts) {
        grid.count(column, n)?;
    }
    grid.text(7, covers, Look::Plain)?;
    grid.text(8, remarks, Look::Wrapped)?;
    grid.end()
}
