//! XLSX: a workbook of the whole scorecard, `scorecard.xlsx`, and one a card.
//!
//! Owns the order of sheets (what was found, the measures, tables, then what they rest on). No formula, no link, no macro; text from
//! data is written as text. The same scorecard gives the same bytes: times in the file are the cut-off of the data.

mod grid;
mod measures;
mod names;
mod reference;
mod styles;
mod summary;
mod tables;
#[cfg(test)]
mod tests;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use super::brief::{Brief, check_slug, stem};
use super::card_view::Place;
use super::own::Everybody;
use super::{Page, mentioned};
use crate::error::{Error, Result};
use crate::format;
use crate::say;
use crate::scorecard::{Card, CardKind, Definition, Scorecard};
use grid::Grid;
use measures::Row;
use names::Names;
use styles::Styles;

/// `scorecard.xlsx`, then `desk.xlsx`, `teams/….xlsx`, `agents/….xlsx`.
pub fn pages(scorecard: &Scorecard) -> Result<Vec<Page>> {
    let mut pages = vec![Page { name: "scorecard.xlsx".to_owned(), bytes: whole(scorecard)? }];
    let everybody = Everybody::of(scorecard);
    for c in &scorecard.cards {
        check_slug(c)?;
        pages.push(Page { name: format!("{}.xlsx", stem(c)), bytes: one(&everybody, c)? });
    }
    Ok(pages)
}

/// The workbook of one card; an agent's has nothing of other agents.
pub fn card(scorecard: &Scorecard, card: &Card) -> Result<Vec<u8>> {
    one(&Everybody::of(scorecard), card)
}

fn one(everybody: &Everybody<'_>, card: &Card) -> Result<Vec<u8>> {
    let brief = Brief::of_card(everybody, card);
    let (scorecard, card) = (everybody.scorecard, everybody.only_own(card));
    let mut book = Book::new(scorecard, &card.name);
    let rows = measures::rows(&card);
    book.summary(&brief)?;
    book.measures(say!("Measures"), &rows, false)?;
    book.tables(&card, "")?;
    book.trend(&rows)?;
    book.definitions(&mentioned::definitions(scorecard, &card))?;
    book.data(&brief)?;
    book.bytes()
}

/// The workbook of all cards and topics: for those who may see all of them.
pub fn whole(scorecard: &Scorecard) -> Result<Vec<u8>> {
    let mut book = Book::new(scorecard, &scorecard.desk);
    let rows: Vec<Row<'_>> = scorecard.cards.iter().flat_map(measures::rows).chain(measures::of_topics(scorecard)).collect();
    if let Some(desk) = scorecard.cards.iter().find(|c| c.kind == CardKind::Desk) {
        book.summary(&Brief::of_card(&Everybody::of(scorecard), desk))?;
    }
    book.measures(say!("Measures"), &rows, true)?;
    for card in scorecard.cards.iter().filter(|c| c.kind == CardKind::Desk) {
        book.tables(card, "")?;
    }
    for topic in &scorecard.topics {
        topic.sections.iter().flat_map(|s| &s.tables).try_for_each(|t| book.table(t, &topic.title))?;
    }
    for card in scorecard.cards.iter().filter(|c| matches!(c.kind, CardKind::Team | CardKind::Supplier)) {
        book.tables(card, &card.name)?;
    }
    book.trend(&rows)?;
    book.definitions(&scorecard.definitions.iter().collect::<Vec<_>>())?;
    book.data(&Brief::of_notes(scorecard))?;
    book.bytes()
}

/// A workbook on its way.
struct Book<'a> {
    place: Place<'a>,
    subject: String,
    workbook: Workbook,
    names: Names,
    styles: Styles,
}

impl<'a> Book<'a> {
    fn new(scorecard: &'a Scorecard, subject: &str) -> Self {
        let mut names = Names::default();
        names.reserve(crate::language::text(measures::TREND));
        let subject = format::label(subject, 80);
        Self { place: Place { scorecard, root: "" }, subject, workbook: Workbook::new(), names, styles: Styles::new() }
    }

    /// A new sheet at the end with the page set-up of all, by a name that is safe and unlike the others'.
    fn sheet(&mut self, wanted: &str) -> Result<Grid<'_>> {
        let name = if wanted == crate::language::text(measures::TREND) { wanted.to_owned() } else { self.names.unique(wanted) };
        let (footer, styles) = (self.footer(), &self.styles);
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(&name).map_err(|e| failed(&e))?;
        print_setup(sheet, &footer);
        Ok(Grid::new(sheet, styles))
    }

    /// Short enough for the 255 units of a footer even if every character is doubled.
    fn footer(&self) -> String {
        let scorecard = self.place.scorecard;
        let left = footer_text(&format!("{} · {}", format::label(&self.subject, 40), format::label(&scorecard.period.id, 20)));
        let page = say!("Page {page} of {pages}", page = "&P", pages = "&N");
        format!("&L{left}&C{page}&R{}", footer_text(&format::label(&scorecard.tool, 30)))
    }

    fn definitions(&mut self, definitions: &[&Definition]) -> Result<()> {
        let mut grid = self.sheet(say!("Definitions"))?;
        reference::definitions(&mut grid, definitions)
    }

    fn bytes(mut self) -> Result<Vec<u8>> {
        let scorecard = self.place.scorecard;
        let title = format!("{} · {}", self.subject, format::label(&scorecard.period.label, 80));
        let properties = DocProperties::new()
            .set_title(title)
            .set_subject(say!("Service desk scorecard"))
            .set_author(format::label(&scorecard.tool, 80))
            .set_comment(say!(
                "Data until {as_of}, config {config_hash}",
                as_of = format::day(&format::label(&scorecard.as_of, 40)),
                config_hash = format::label(&scorecard.config_hash, 40)
            ))
            .set_creation_datetime(&created(&scorecard.as_of).map_err(|e| failed(&e))?);
        self.workbook.set_properties(&properties);
        self.workbook.save_to_buffer().map_err(|e| failed(&e))
    }
}

/// A4 landscape, as wide as the sheet, as long as it takes.
fn print_setup(sheet: &mut Worksheet, footer: &str) {
    const A4: u8 = 9;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3).set_footer(footer);
}

/// `&` begins a code in a footer.
fn footer_text(text: &str) -> String {
    text.replace('&', "&&")
}

/// The cut-off as the time of the file; the start of 2000 for what is not a time of this calendar.
fn created(as_of: &str) -> Result<ExcelDateTime, XlsxError> {
    let numbers: Vec<u16> = as_of.split(|c: char| !c.is_ascii_digit()).map_while(|part| part.parse().ok()).collect();
    let part = |i: usize| numbers.get(i).copied().unwrap_or_default();
    let small = |i: usize| u8::try_from(part(i)).unwrap_or(u8::MAX);
    let exact = ExcelDateTime::from_ymd(part(0), small(1), small(2)).and_then(|day| day.and_hms(part(3), small(4), f64::from(small(5))));
    exact.or_else(|_| ExcelDateTime::from_ymd(2000, 1, 1))
}

fn failed(e: &XlsxError) -> Error {
    Error::bug(format!("the workbook could not be written: {e}"))
}
