//! The rows of exports as they stand in their files, cell by cell: to be shown to whom they are about, and to be written again without
//! a name in them.
//!
//! A cell is changed where it stands, and nothing else of the file is: not its quotes, not its broken rows. Texts are held whole in memory.

use std::io::Read;
use std::ops::Range;
use std::path::Path;

use super::decode::{Document, How, other_parts, repack, unreadable};
use super::files::{documents, fields, open};
use super::preset::find_header;
use super::scan::{Dialect, Record, line_at, records, texts};
use crate::columns::{Source, Type};
use crate::error::Result;
use crate::privacy::{Erased, Holds};
use crate::settings::{Options, Settings, SourceSettings};

/// Records that are cut at a time.
const BATCH: usize = 4096;
/// The canonical columns that hold people.
const PEOPLE: [&str; 14] = [
    "assignee",
    "resolver",
    "opener",
    "requester",
    "actor",
    "agent",
    "caller",
    "agent_id",
    "name",
    "names",
    "emails",
    "logins",
    "extensions",
    "mentor",
];

/// A column of a file.
#[derive(Debug, Clone)]
pub(crate) struct RawColumn {
    /// Its header as it stands.
    pub(crate) header: String,
    /// What it is mapped to.
    pub(crate) canonical: Option<&'static str>,
    /// What its cells hold.
    pub(crate) holds: Holds,
}

/// A table of a file, whole.
#[derive(Debug)]
pub(crate) struct RawTable {
    /// Its columns.
    pub(crate) columns: Vec<RawColumn>,
    /// Columns that make one value together, and what stands between them.
    joined: Vec<(&'static str, Vec<usize>, String)>,
    document: Document,
    text: Vec<u8>,
    dialect: Dialect,
}

/// A row as it stands.
#[derive(Debug)]
pub(crate) struct RawRow {
    /// Physical line of the text, from 1.
    pub(crate) line: u64,
    /// Its cells without quotes; one cell, the whole text, for a row that is broken.
    pub(crate) cells: Vec<String>,
    /// Whether its cells could not be told apart.
    pub(crate) is_broken: bool,
}

/// The tables of a source's files, as they are.
///
/// # Errors
/// As of reading them.
pub(crate) fn tables(settings: &Settings, source: &SourceSettings) -> Result<Vec<RawTable>> {
    documents(settings, source)?.iter().map(|document| RawTable::open(document, source)).collect()
}

/// The tables of a file that no source of the config describes: all cells are text.
///
/// # Errors
/// As of reading it.
pub(crate) fn unmapped(path: &Path, shown: &str) -> Result<Vec<RawTable>> {
    let plain = |document: Document| RawTable::made(document, Dialect::ordinary(b','), Vec::new());
    Document::open(path, shown, &How::default())?.into_iter().map(plain).collect()
}

impl RawTable {
    fn open(document: &Document, source: &SourceSettings) -> Result<Self> {
        let document = document.redetect()?;
        if source.options.shape.is_some() {
            let dialect = Dialect { quote: None, header_rows: 0, ..Dialect::ordinary(b'|') };
            // epoch|uniqueid|queue|agent|event|parameters
            let holds = [Holds::Other, Holds::Other, Holds::Other, Holds::People, Holds::Other];
            let column = |(i, holds)| RawColumn { header: format!("field {}", i + 1), canonical: None, holds };
            return Self::made(document, dialect, holds.into_iter().enumerate().map(column).collect());
        }
        // A table with a column a measure is looked at as it stands.
        let as_it_stands = SourceSettings { options: Options { measures: Vec::new(), ..source.options.clone() }, ..source.clone() };
        let opened = open(document.clone(), &as_it_stands)?;
        let mut table = Self::made(document, opened.dialect, columns(source, &opened.header))?;
        let found = fields(source, &opened.header);
        let joined = source.columns.iter().filter_map(|m| {
            let at = found.get(m.canonical.name).filter(|f| f.at.len() > 1 && !f.is_repeated)?;
            Some((m.canonical.name, at.at.clone(), m.join.clone()))
        });
        table.joined = joined.collect();
        Ok(table)
    }

    fn made(document: Document, dialect: Dialect, columns: Vec<RawColumn>) -> Result<Self> {
        let mut text = Vec::new();
        document.reader().and_then(|mut reader| reader.read_to_end(&mut text)).map_err(|e| unreadable(document.shown(), e))?;
        Ok(Self { columns, joined: Vec::new(), document, text, dialect })
    }

    /// The value of a canonical column in a row; empty where there is none.
    pub(crate) fn value(&self, row: &RawRow, canonical: &str) -> String {
        let cell = |i: usize| row.cells.get(i).map_or("", |c| c.trim());
        if let Some((_, at, join)) = self.joined.iter().find(|(name, ..)| *name == canonical) {
            return at.iter().map(|i| cell(*i)).collect::<Vec<_>>().join(join);
        }
        let found = self.columns.iter().position(|c| c.canonical == Some(canonical));
        found.map_or_else(String::new, |i| cell(i).to_owned())
    }

    /// What a cell holds; what has no column may be anything.
    pub(crate) fn holds(&self, cell: usize) -> Holds {
        self.columns.get(cell).map_or(Holds::Text, |c| c.holds)
    }

    /// Tells every row; the header is none.
    ///
    /// # Errors
    /// Those of `each`.
    pub(crate) fn rows(&self, mut each: impl FnMut(RawRow) -> Result<()>) -> Result<()> {
        let mut line = 1;
        let mut seen = 0;
        let mut left = self.dialect.header_rows;
        self.pieces(|piece| {
            let bytes = &self.text[piece.span.clone()];
            let first = line;
            line += super::scan::count_lines(bytes, self.dialect.line_ends);
            seen = piece.span.end;
            let Some((record, within)) = piece.record else { return Ok(()) };
            if left > 0 {
                left -= 1;
                return Ok(());
            }
            let cells = texts(within, record, &self.dialect).into_iter().map(|c| String::from_utf8_lossy(&c).into_owned());
            let mut row = RawRow { line: first, cells: cells.collect(), is_broken: false };
            if row.cells.is_empty() {
                let text = String::from_utf8_lossy(&within[record.start..record.end]).into_owned();
                row = RawRow { cells: vec![text], is_broken: true, ..row };
            }
            each(row)
        })?;
        debug_assert_eq!(seen, self.text.len());
        Ok(())
    }

    /// The text with pseudonyms in the place of names, and how many places changed; `None` if none did.
    ///
    /// # Errors
    /// None of its own.
    pub(crate) fn without(&self, erased: &Erased) -> Result<Option<(Vec<u8>, u64)>> {
        let mut out = Vec::with_capacity(self.text.len());
        let mut changed = 0;
        self.pieces(|piece| {
            let bytes = &self.text[piece.span.clone()];
            match piece.record {
                Some((record, within)) if record.width() > 0 => self.row_without(erased, (record, within), &mut out, &mut changed),
                _ => self.line_without(erased, bytes, &mut out, &mut changed),
            }
            Ok(())
        })?;
        Ok((changed > 0).then_some((out, changed)))
    }

    /// A row whose cells are known; `within` ends where it does.
    fn row_without(&self, erased: &Erased, (record, within): (&Record, &[u8]), out: &mut Vec<u8>, changed: &mut u64) {
        let mut done = record.start;
        let together = self.of_several(erased, record, within);
        for (i, cell) in record.raw_cells(within).enumerate() {
            let from = cell.as_ptr() as usize - within.as_ptr() as usize;
            let inner = inside(cell);
            let text = String::from_utf8_lossy(&cell[inner.clone()]);
            let rewritten = match &together {
                Some((at, pseudonym)) if at.contains(&i) => std::borrow::Cow::Owned(pseudonym.clone()),
                _ => erased.rewrite(&text, self.holds(i)),
            };
            if let std::borrow::Cow::Owned(new) = rewritten
                && new != text
            {
                out.extend_from_slice(&within[done..from + inner.start]);
                out.extend_from_slice(new.as_bytes());
                done = from + inner.end;
                *changed += 1;
            }
        }
        out.extend_from_slice(&within[done..record.next]);
    }

    /// First and last name in two columns: the columns, and what is put in each. Neither may be empty, or the value would be none.
    fn of_several(&self, erased: &Erased, record: &Record, within: &[u8]) -> Option<(Vec<usize>, String)> {
        let joined = self.joined.iter().filter(|(name, ..)| PEOPLE.contains(name));
        for (_, at, join) in joined {
            let cells = texts(within, record, &self.dialect);
            let parts: Vec<String> =
                at.iter().filter_map(|i| cells.get(*i)).map(|c| String::from_utf8_lossy(c).trim().to_owned()).collect();
            if let Some(pseudonym) = erased.pseudonym(&parts.join(join)).or_else(|| erased.pseudonym(&parts.join(" "))) {
                return Some((at.clone(), pseudonym.to_owned()));
            }
        }
        None
    }

    /// Text whose cells are not known: a line above the header, a row that is broken.
    fn line_without(&self, erased: &Erased, bytes: &[u8], out: &mut Vec<u8>, changed: &mut u64) {
        let separators = [char::from(self.dialect.delimiter), char::from(self.dialect.quote.unwrap_or(b'"')), '\n', '\r'];
        let text = String::from_utf8_lossy(bytes);
        let mut is_new = false;
        let mut line = String::new();
        for piece in text.split_inclusive(separators) {
            let cell = piece.trim_end_matches(separators);
            let new = erased.rewrite(cell, Holds::People);
            is_new |= new != cell;
            line += &new;
            line += &piece[cell.len()..];
        }
        // What goes over two separators, as a name whose quote is broken.
        let whole = erased.rewrite(&line, Holds::Text);
        if is_new || whole != line {
            *changed += 1;
            out.extend_from_slice(whole.as_bytes());
        } else {
            out.extend_from_slice(bytes);
        }
    }

    /// Tells the whole text, piece by piece: lines above the header, records, and what lies between them.
    fn pieces(&self, mut each: impl FnMut(Piece<'_>) -> Result<()>) -> Result<()> {
        let mut at = 0;
        for _ in 0..self.dialect.lines_above {
            let next = line_at(&self.text, at, &self.dialect).next;
            each(Piece { span: at..next, record: None })?;
            at = next;
        }
        loop {
            let rest = &self.text[at..];
            let found = records(rest, 0, true, &self.dialect, BATCH);
            let mut done = 0;
            for record in &found {
                if record.start > done {
                    each(Piece { span: at + done..at + record.start, record: None })?;
                }
                each(Piece { span: at + record.start..at + record.next, record: Some((record, rest)) })?;
                done = record.next;
            }
            at += done;
            if found.is_empty() {
                break;
            }
        }
        if at < self.text.len() { each(Piece { span: at..self.text.len(), record: None }) } else { Ok(()) }
    }
}

/// A piece of a text; a record with the text its places count in.
struct Piece<'p> {
    span: Range<usize>,
    record: Option<(&'p Record, &'p [u8])>,
}

/// A raw cell without its quotes.
fn inside(cell: &[u8]) -> Range<usize> {
    let start = cell.iter().take_while(|b| matches!(b, b' ' | b'"' | b'\'')).count();
    let end = cell.len() - cell[start..].iter().rev().take_while(|b| matches!(b, b' ' | b'"' | b'\'')).count();
    start..end
}

fn columns(source: &SourceSettings, header: &[String]) -> Vec<RawColumn> {
    let found = fields(source, header);
    let extra: Vec<usize> = source.extra.iter().filter_map(|(_, name)| find_header(header, name)).collect();
    let canonical = |i: usize| found.iter().find(|(_, f)| f.at.contains(&i)).map(|(name, _)| *name);
    let column = |(i, header): (usize, &String)| {
        let canonical = canonical(i);
        let holds = canonical.map_or(if extra.contains(&i) { Holds::Other } else { Holds::Text }, |name| held(source.kind, name));
        RawColumn { header: header.clone(), canonical, holds }
    };
    header.iter().enumerate().map(column).collect()
}

/// What a canonical column holds.
fn held(kind: Source, name: &str) -> Holds {
    match kind.column(name).map(|c| c.kind) {
        _ if PEOPLE.contains(&name) => Holds::People,
        Some(Type::Words) => Holds::Text,
        _ => Holds::Other,
    }
}

/// A file without names.
#[derive(Debug)]
pub(crate) struct Rewritten {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// Places that changed.
    pub(crate) places: u64,
}

/// A file with pseudonyms in the place of names; `None` if nothing of it names anybody.
///
/// A workbook, Parquet file or zip becomes the text of its tables: what else is in it cannot be rewritten.
///
/// # Errors
/// As of reading it.
pub(crate) fn rewritten(tables: Vec<RawTable>, (path, shown): (&Path, &str), erased: &Erased) -> Result<Option<Rewritten>> {
    let mut places = 0;
    let mut texts = Vec::new();
    for table in tables {
        let new = table.without(erased)?;
        places += new.as_ref().map_or(0, |(_, changed)| *changed);
        texts.push((table.document, new.map_or(table.text, |(text, _)| text)));
    }
    let mut is_named = false;
    other_parts(path, |text| is_named |= erased.names(text, Holds::Text))?;
    if places == 0 && !is_named {
        return Ok(None);
    }
    Ok(Some(Rewritten { bytes: repack(shown, texts)?, places: places.max(1) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::Marks;
    use crate::privacy::erased::{Naming, key};

    fn erased() -> Erased {
        let key = key("0123456789abcdef").expect("a key");
        let mut marks = Marks::new("erased-1");
        marks.add(&key, "Ann Abel", Naming::Name);
        marks.add(&key, "4101", Naming::Id);
        Erased::new(key, &[marks])
    }

    fn table(text: &str, dialect: Dialect, holds: &[Holds]) -> RawTable {
        let document = Document::from_bytes("t.csv", text.as_bytes().to_vec(), &How::default()).expect("a table").remove(0);
        let column = |holds: &Holds| RawColumn { header: String::new(), canonical: None, holds: *holds };
        RawTable::made(document, dialect, holds.iter().map(column).collect()).expect("a table")
    }

    fn without(text: &str, dialect: Dialect, holds: &[Holds]) -> Option<String> {
        let made = table(text, dialect, holds).without(&erased()).expect("a text");
        made.map(|(bytes, _)| String::from_utf8(bytes).expect("UTF-8"))
    }

    #[test]
    fn cells_change_where_they_stand_and_nothing_else_does() {
        let holds = [Holds::People, Holds::Other, Holds::Text];
        let text = "who,secs,text\r\n4101,4101,\"asks \"\"Abel, Ann\"\"\nnot 4101\"\r\n\r\n\"4101\" ,4101,x\nBob,1,y";
        let wanted = "who,secs,text\r\nerased-1,4101,\"asks \"\"erased-1\"\"\nnot 4101\"\r\n\r\n\"4101\" ,4101,x\nBob,1,y";
        // The row with a blank behind its quote is broken, and is looked at as it stands.
        assert_eq!(
            without(text, Dialect::ordinary(b','), &holds).expect("changed"),
            wanted.replace("\"4101\" ,4101,x", "\"erased-1\" ,erased-1,x")
        );
        assert_eq!(without("who,secs,text\nBob,4101,y\n", Dialect::ordinary(b','), &holds), None);
        let pipes = Dialect { quote: None, header_rows: 0, lines_above: 1, ..Dialect::ordinary(b'|') };
        assert_eq!(without("made by Ann Abel\n4101|4101|\"\n", pipes, &holds).expect("changed"), "made by erased-1\nerased-1|4101|\"\n");
    }

    #[test]
    fn rows_come_with_their_lines() {
        let mut seen = Vec::new();
        let text = "a,b\n1,\"x\ny\"\n\n2,z\n";
        table(text, Dialect::ordinary(b','), &[Holds::Text; 2])
            .rows(|row| {
                seen.push((row.line, row.cells.join("|"), row.is_broken));
                Ok(())
            })
            .expect("rows");
        assert_eq!(seen, [(2, "1|x\ny".to_owned(), false), (5, "2|z".to_owned(), false)]);
    }
}
