//! The first sheet: what was found, in sentences; then what to know before the numbers, and which sheet has what.

use super::Book;
use super::grid::Grid;
use super::styles::{Look, look_of};
use crate::error::Result;
use crate::report::brief::{Brief, Part};
use crate::report::view::{FindingView, Pair};
use crate::say;

impl Book<'_> {
    /// The summary of a card.
    pub(super) fn summary(&mut self, brief: &Brief) -> Result<()> {
        let mut grid = self.sheet(say!("Summary"))?;
        grid.widths(&[24.0, 42.0, 110.0])?;
        head(&mut grid, brief)?;
        for block in &brief.blocks {
            grid.heading(&block.title)?;
            block.findings.iter().try_for_each(|f| finding(&mut grid, f))?;
            sentence(&mut grid, "", &block.empty)?;
        }
        next(&mut grid, brief)?;
        if !brief.notes.is_empty() {
            grid.heading(say!("Before you read the numbers"))?;
            brief.notes.iter().try_for_each(|n| line(&mut grid, [&n.word, &n.code, &n.text]))?;
        }
        brief.parts.iter().try_for_each(|p| part(&mut grid, p))?;
        if !brief.footer.is_empty() {
            grid.heading(say!("How far to trust this"))?;
            brief.footer.iter().try_for_each(|f| sentence(&mut grid, "", f))?;
        }
        Ok(())
    }
}

fn head(grid: &mut Grid<'_>, brief: &Brief) -> Result<()> {
    grid.text(0, &brief.name, Look::Title)?;
    grid.end()?;
    for text in [&brief.over(), &brief.until] {
        grid.text(0, text, Look::Subtle)?;
        grid.end()?;
    }
    if !brief.headline.is_empty() {
        grid.text(0, &brief.headline, Look::Headline)?;
        grid.end()?;
    }
    match brief.warnings().count() {
        0 => {}
        1 => warning(grid, say!("1 warning about the data: see below"))?,
        n => warning(grid, &say!("{n} warnings about the data: see below", n))?,
    }
    pairs(grid, &brief.about)
}

fn warning(grid: &mut Grid<'_>, text: &str) -> Result<()> {
    grid.text(0, text, Look::Concern)?;
    grid.end()
}

fn next(grid: &mut Grid<'_>, brief: &Brief) -> Result<()> {
    let Some(next) = &brief.next else { return Ok(()) };
    grid.heading(&next.title)?;
    for goal in &next.goals {
        let target = if goal.target.is_empty() { String::new() } else { format!(" ({})", goal.target) };
        line(grid, [&goal.value, &goal.title, &format!("{}{target}", goal.text)])?;
    }
    sentence(grid, "", &next.empty)
}

fn part(grid: &mut Grid<'_>, part: &Part) -> Result<()> {
    grid.heading(&part.title)?;
    sentence(grid, "", &part.lead)?;
    pairs(grid, &part.facts)?;
    part.findings.iter().try_for_each(|f| finding(grid, f))?;
    sentence(grid, "", &part.empty)?;
    sentence(grid, "", &part.footer)
}

fn finding(grid: &mut Grid<'_>, f: &FindingView) -> Result<()> {
    grid.text(0, &format!("{} {}", f.glyph, f.word), look_of(&f.class))?;
    grid.text(1, &f.title, Look::Bold)?;
    grid.text(2, &f.text, Look::Wrapped)?;
    grid.end()?;
    f.examples.iter().try_for_each(|e| line(grid, ["", &e.label, &e.value]))
}

fn pairs(grid: &mut Grid<'_>, pairs: &[Pair]) -> Result<()> {
    pairs.iter().try_for_each(|p| line(grid, ["", &p.label, &p.value]))
}

fn sentence(grid: &mut Grid<'_>, first: &str, text: &str) -> Result<()> {
    if text.is_empty() { Ok(()) } else { line(grid, [first, "", text]) }
}

fn line(grid: &mut Grid<'_>, cells: [&str; 3]) -> Result<()> {
    for (column, text) in (0..).zip(cells) {
        grid.text(column, text, if column == 0 { Look::Plain } else { Look::Wrapped })?;
    }
    grid.end()
}
