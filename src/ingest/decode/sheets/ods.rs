//! Spreadsheets of the Open Document Format: [ODF 1.3, part 3](https://docs.oasis-open.org/office/OpenDocument/v1.3/), as much as cells need.
//!
//! Read as a stream: a sheet that says it repeats a row a billion times costs what is made of it, not what it says.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{COLUMNS, Cell, Each, ROWS, Row, Run, Sheet, Workbook, check_place, damaged};
use crate::error::Result;
use crate::ingest::decode::archive::Entry;
use crate::ingest::decode::limits::{Bounded, unreadable};
use crate::ingest::decode::origin::Origin;

/// An opened spreadsheet.
pub(super) struct Ods {
    content: Origin,
}

type Xml = Reader<BufReader<Bounded<Box<dyn Read + Send>>>>;

impl Ods {
    pub(super) fn new(entries: Vec<Entry>) -> Result<Self> {
        let content = entries.into_iter().find(|e| e.name == "content.xml").map(|e| e.origin);
        Ok(Self { content: content.ok_or_else(|| damaged(&"it has no content.xml"))?? })
    }

    fn xml(&self) -> Result<Xml> {
        let bounded = Bounded::new(self.content.open().map_err(|e| unreadable("", e))?, &self.content.caps);
        let mut xml = Reader::from_reader(BufReader::new(bounded));
        xml.config_mut().expand_empty_elements = true;
        Ok(xml)
    }
}

impl Workbook for Ods {
    fn sheets(&mut self) -> Result<Vec<Sheet>> {
        let (mut xml, mut buffer) = (self.xml()?, Vec::new());
        let (mut hidden, mut style, mut sheets) = (BTreeSet::new(), String::new(), Vec::new());
        let mut depth = 0usize;
        loop {
            match next(&mut xml, &mut buffer)? {
                Event::Eof => return Ok(sheets),
                Event::Start(tag) => match tag.name().0 {
                    "style:style" => style = attribute(&tag, "style:name").unwrap_or_default(),
                    "style:table-properties" if attribute(&tag, "table:display").as_deref() == Some("false") => {
                        hidden.insert(style.clone());
                    }
                    "table:table" => {
                        depth += 1;
                        if depth == 1 {
                            let is_hidden = attribute(&tag, "table:style-name").is_some_and(|style| hidden.contains(&style));
                            sheets.push(Sheet { name: attribute(&tag, "table:name").unwrap_or_default(), is_visible: !is_hidden });
                        }
                    }
                    _ => {}
                },
                Event::End(tag) if tag.name().0 == "table:table" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    fn rows(&mut self, sheet: &str, each: &mut Each<'_>) -> Result<()> {
        let (mut xml, mut buffer) = (self.xml()?, Vec::new());
        loop {
            match next(&mut xml, &mut buffer)? {
                Event::Eof => return Ok(()),
                Event::Start(tag) if tag.name().0 == "table:table" => {
                    if attribute(&tag, "table:name").unwrap_or_default() == sheet {
                        return rows(&mut xml, each);
                    }
                    skip(&mut xml, "table:table")?;
                }
                _ => {}
            }
        }
    }
}

/// The rows of the table just begun.
fn rows(xml: &mut Xml, each: &mut Each<'_>) -> Result<()> {
    let (mut buffer, mut row) = (Vec::new(), 0u32);
    loop {
        match next(xml, &mut buffer)? {
            Event::Start(tag) if tag.name().0 == "table:table-row" => {
                let times = repeated(&tag, "table:number-rows-repeated");
                let cells = cells(xml)?;
                let end = row.saturating_add(times);
                if !cells.is_empty() {
                    check_place(end - 1, 0, None)?;
                    each(&Row { at: row, times, cells: &cells })?;
                }
                // Rows without cells fill a sheet to its end; nothing stands behind them.
                row = end.min(ROWS);
            }
            Event::Start(tag) if tag.name().0 == "table:table" => skip(xml, "table:table")?,
            Event::End(tag) if tag.name().0 == "table:table" => return Ok(()),
            Event::Eof => return Err(damaged(&"its content ends early")),
            _ => {}
        }
    }
}

/// The cells of the row just begun, without the empty ones.
fn cells(xml: &mut Xml) -> Result<Vec<Run<'static>>> {
    let (mut buffer, mut cells, mut column) = (Vec::new(), Vec::new(), 0u32);
    loop {
        match next(xml, &mut buffer)? {
            Event::Start(tag) if matches!(tag.name().0, "table:table-cell" | "table:covered-table-cell") => {
                let times = repeated(&tag, "table:number-columns-repeated");
                let name = tag.name().0.to_owned();
                let typed = Typed::of(&tag);
                let text = text(xml, &name)?;
                let cell = typed.cell(text);
                let end = column.saturating_add(times);
                if !cell.is_empty() {
                    check_place(0, end - 1, None)?;
                    cells.push(Run { at: column, times, cell });
                }
                column = end.min(COLUMNS);
            }
            Event::End(tag) if tag.name().0 == "table:table-row" => return Ok(cells),
            Event::Eof => return Err(damaged(&"its content ends early")),
            _ => {}
        }
    }
}

/// What a cell says of its value beside the text it shows.
struct Typed {
    kind: Option<String>,
    value: Option<String>,
}

impl Typed {
    fn of(tag: &BytesStart<'_>) -> Self {
        let is_error = attribute(tag, "calcext:value-type").as_deref() == Some("error");
        let kind = if is_error { Some("error".to_owned()) } else { attribute(tag, "office:value-type") };
        let holder = match kind.as_deref() {
            Some("float" | "percentage" | "currency") => "office:value",
            Some("date") => "office:date-value",
            Some("time") => "office:time-value",
            Some("boolean") => "office:boolean-value",
            _ => "office:string-value",
        };
        let value = attribute(tag, holder);
        Self { kind, value }
    }

    /// The value; the shown text where there is none, or none that can be understood.
    fn cell(self, text: String) -> Cell<'static> {
        let Some(value) = self.value else {
            return if self.kind.as_deref() == Some("error") { Cell::Empty } else { Cell::Text(Cow::Owned(text)) };
        };
        let understood = match self.kind.as_deref() {
            Some("float" | "percentage" | "currency") => value.parse().ok().map(Cell::Number),
            Some("date") => Cell::iso_moment(&value),
            Some("time") => Cell::iso_span(&value),
            Some("boolean") => value.parse().ok().map(Cell::Bool),
            Some("error") => Some(Cell::Empty),
            _ => Some(Cell::Text(Cow::Owned(value))),
        };
        understood.unwrap_or(Cell::Text(Cow::Owned(text)))
    }
}

/// The text of the cell just begun: its paragraphs, a line each, without its comments.
fn text(xml: &mut Xml, cell: &str) -> Result<String> {
    let (mut buffer, mut text, mut paragraphs, mut within) = (Vec::new(), String::new(), 0, 0usize);
    loop {
        match next(xml, &mut buffer)? {
            Event::Start(tag) => match tag.name().0 {
                "text:p" | "text:h" => {
                    if paragraphs > 0 {
                        text.push('\n');
                    }
                    (paragraphs, within) = (paragraphs + 1, within + 1);
                }
                "text:s" => {
                    let blanks = attribute(&tag, "text:c").and_then(|c| c.parse().ok()).unwrap_or(1usize);
                    text.extend(std::iter::repeat_n(' ', blanks.min(1000)));
                }
                "text:tab" => text.push('\t'),
                "text:line-break" => text.push('\n'),
                name @ ("office:annotation" | "table:table" | "draw:frame") => {
                    let name = name.to_owned();
                    skip(xml, &name)?;
                }
                _ => {}
            },
            Event::Text(part) if within > 0 => text.push_str(&part.xml10_content()),
            Event::CData(part) if within > 0 => text.push_str(&part.xml10_content()),
            Event::GeneralRef(part) if within > 0 => text.push_str(&referred(&part)),
            Event::End(tag) if tag.name().0 == cell => return Ok(text),
            Event::End(tag) if matches!(tag.name().0, "text:p" | "text:h") => within = within.saturating_sub(1),
            Event::Eof => return Err(damaged(&"its content ends early")),
            _ => {}
        }
    }
}

/// What `&amp;`, `&#8364;` and the like stand for; what is not known stays as it is.
fn referred(part: &BytesRef<'_>) -> String {
    let known = match &**part {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => part.resolve_char_ref().ok().flatten(),
    };
    known.map_or_else(|| format!("&{};", &**part), String::from)
}

/// Goes behind the end of the element just begun.
fn skip(xml: &mut Xml, name: &str) -> Result<()> {
    let (mut buffer, mut depth) = (Vec::new(), 1);
    while depth > 0 {
        match next(xml, &mut buffer)? {
            Event::Start(tag) if tag.name().0 == name => depth += 1,
            Event::End(tag) if tag.name().0 == name => depth -= 1,
            Event::Eof => return Err(damaged(&"its content ends early")),
            _ => {}
        }
    }
    Ok(())
}

fn next<'b>(xml: &mut Xml, buffer: &'b mut Vec<u8>) -> Result<Event<'b>> {
    buffer.clear();
    xml.read_event_into(buffer).map_err(|e| match e {
        quick_xml::Error::Io(io) => std::sync::Arc::try_unwrap(io).map_or_else(|io| damaged(&io), |io| unreadable("", io)),
        other => damaged(&other),
    })
}

fn repeated(tag: &BytesStart<'_>, name: &str) -> u32 {
    attribute(tag, name).and_then(|times| times.parse().ok()).unwrap_or(1).max(1)
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.try_get_attribute(name).ok().flatten()?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(Cow::into_owned)
}
