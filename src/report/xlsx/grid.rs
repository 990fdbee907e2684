//! A sheet to write into: the only place where text and numbers enter a workbook.
//!
//! Owns that text is text. It is cleaned and cut to what a cell holds, and what begins like a formula gets the mark that Excel itself
//! sets for typed text, so that it stays text when somebody edits the cell.

use rust_xlsxwriter::{Format, Worksheet};

use super::failed;
use super::styles::{Look, Styles};
use crate::error::Result;
use crate::format;
use crate::report::text::lines;

/// Most UTF-16 units of a cell.
pub(super) const MAX_CELL: usize = 32_767;

/// A sheet with the styles of its workbook.
pub(super) struct Grid<'s> {
    pub(super) sheet: &'s mut Worksheet,
    pub(super) styles: &'s Styles,
    /// The next row to write.
    pub(super) row: u32,
    widths: Vec<f64>,
    /// Points the row needs so far.
    height: f64,
}

/// Points of a line of text in the usual size.
const LINE: f64 = 15.0;
/// Most points of a row.
const MAX_HEIGHT: f64 = 409.0;

impl<'s> Grid<'s> {
    pub(super) fn new(sheet: &'s mut Worksheet, styles: &'s Styles) -> Self {
        Self { sheet, styles, row: 0, widths: vec![], height: LINE }
    }

    /// Text from anywhere; nothing for an empty one.
    pub(super) fn text(&mut self, column: u16, text: &str, look: Look) -> Result<()> {
        let text = fitted(text);
        if text.is_empty() {
            return Ok(());
        }
        let format = self.styles.text(look);
        let format = if begins_like_a_formula(&text) { format.set_quote_prefix() } else { format };
        self.height = self.height.max(self.needed(column, &text, look));
        self.sheet.write_string_with_format(self.row, column, text, &format).map_err(|e| failed(&e))?;
        Ok(())
    }

    /// Not every program finds the height of a row by itself.
    fn needed(&self, column: u16, text: &str, look: Look) -> f64 {
        let width = self.widths.get(usize::from(column)).copied().unwrap_or(8.0);
        match look {
            Look::Title => 1.6 * LINE,
            Look::Heading | Look::Headline => 1.2 * LINE,
            Look::Wrapped => height(text, width * 1.05),
            Look::Bold | Look::Head | Look::HeadRight => height(text, width * 0.95),
            Look::Plain | Look::Word | Look::Subtle | Look::Good | Look::Concern => LINE,
        }
    }

    /// Ends a row, as high as its text takes.
    pub(super) fn end(&mut self) -> Result<()> {
        self.sheet.set_row_height(self.row, self.height).map_err(|e| failed(&e))?;
        self.height = LINE;
        self.row += 1;
        Ok(())
    }

    /// A line across the sheet: text in the first cell may run over the others.
    pub(super) fn heading(&mut self, title: &str) -> Result<()> {
        self.end()?;
        let format = self.styles.text(Look::Heading);
        for column in (1..).take(self.widths.len().saturating_sub(1)) {
            self.sheet.write_blank(self.row, column, &format).map_err(|e| failed(&e))?;
        }
        self.text(0, title, Look::Heading)?;
        self.end()
    }

    /// A number; nothing for what is none.
    pub(super) fn number(&mut self, column: u16, v: f64, code: &str) -> Result<()> {
        if v.is_finite() {
            // A negative zero would be shown with its sign.
            self.sheet.write_number_with_format(self.row, column, v + 0.0, &self.styles.number(code)).map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    /// A whole number.
    pub(super) fn count(&mut self, column: u16, n: u64) -> Result<()> {
        self.number(column, n as f64, "#,##0")
    }

    /// Column widths in characters.
    pub(super) fn widths(&mut self, widths: &[f64]) -> Result<()> {
        for (column, width) in (0..).zip(widths) {
            self.sheet.set_column_width(column, *width).map_err(|e| failed(&e))?;
        }
        self.widths = widths.to_vec();
        Ok(())
    }

    /// Title and a line below it; leaves a row free.
    pub(super) fn title(&mut self, title: &str, below: &str) -> Result<()> {
        self.text(0, title, Look::Title)?;
        self.end()?;
        self.text(0, below, Look::Subtle)?;
        self.end()?;
        self.end()
    }

    /// The heads of columns, repeated on every printed page and kept in sight together with `frozen` columns.
    pub(super) fn head(&mut self, heads: &[(&str, bool)], frozen: u16) -> Result<()> {
        self.row_of_heads(heads)?;
        let row = self.row;
        self.sheet.set_freeze_panes(row, frozen).map_err(|e| failed(&e))?;
        self.sheet.set_repeat_rows(row - 1, row - 1).map_err(|e| failed(&e))?;
        Ok(())
    }

    /// The heads of columns: text, and whether numbers stand below.
    pub(super) fn row_of_heads(&mut self, heads: &[(&str, bool)]) -> Result<()> {
        for (column, (text, is_number)) in (0..).zip(heads) {
            let text = if text.is_empty() { format::NO_DATA } else { text };
            self.text(column, text, if *is_number { Look::HeadRight } else { Look::Head })?;
        }
        self.end()
    }

    /// Filters for a table that ends above the next row.
    pub(super) fn filter(&mut self, head_row: u32, columns: usize) -> Result<()> {
        if self.row > head_row + 1 && columns > 0 {
            let last = u16::try_from(columns - 1).unwrap_or(u16::MAX);
            self.sheet.autofilter(head_row, 0, self.row - 1, last).map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    /// A paragraph over all columns.
    pub(super) fn paragraph(&mut self, text: &str) -> Result<()> {
        let text = fitted(text);
        if text.is_empty() {
            return Ok(());
        }
        self.height = height(&text, self.widths.iter().sum::<f64>() * 1.05);
        let format: Format = self.styles.text(Look::Subtle).set_text_wrap();
        let format = if begins_like_a_formula(&text) { format.set_quote_prefix() } else { format };
        if let Some(last) = self.widths.len().checked_sub(1).filter(|last| *last > 0) {
            let last = u16::try_from(last).unwrap_or(u16::MAX);
            self.sheet.merge_range(self.row, 0, self.row, last, "", &format).map_err(|e| failed(&e))?;
        }
        self.sheet.write_string_with_format(self.row, 0, text, &format).map_err(|e| failed(&e))?;
        self.end()
    }
}

/// Points of a text wrapped in a column of this width.
fn height(text: &str, width: f64) -> f64 {
    (lines(text, (width as usize).max(1)).len() as f64 * LINE).min(MAX_HEIGHT)
}

/// Clean, and no longer than a cell holds, the last character `…` when something was cut.
fn fitted(text: &str) -> String {
    let text = format::clean(text);
    if text.encode_utf16().count() <= MAX_CELL {
        return text;
    }
    let mut left = MAX_CELL - 1;
    let fits = |c: &char| {
        let size = c.len_utf16();
        let is_in = size <= left;
        left = left.saturating_sub(size);
        is_in
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    short
}

fn begins_like_a_formula(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@', '\'', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_32767_units_and_no_more() {
        assert_eq!(fitted(&"a".repeat(MAX_CELL)).len(), MAX_CELL);
        let cut = fitted(&"a".repeat(MAX_CELL + 1));
        assert_eq!((cut.encode_utf16().count(), cut.ends_with("a…")), (MAX_CELL, true));
        assert_eq!(fitted(&"🦀".repeat(20_000)).encode_utf16().count(), MAX_CELL, "two units each, and the mark");
        assert_eq!(fitted("a\u{1}\r\nb"), "a  b");
    }

    #[test]
    fn what_begins_like_a_formula_is_marked() {
        assert!(["=1", " +1", "-1", "@x", "'=1", "＝1"].into_iter().all(begins_like_a_formula));
        assert!(!["a=1", "1-1", ""].into_iter().any(begins_like_a_formula));
    }
}
