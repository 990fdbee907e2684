//! From a header and a mapping to typed values: the plan for each column of a file, and the loops that follow it.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::cells::duration::Units;
use super::cells::flag::flag;
use super::cells::html::unescape_html;
use super::cells::id::is_mangled_id;
use super::cells::number::{NumberStyle, few_digits, int, int_in, number, number_in};
use super::cells::timestamp::{Form, Stamp, plain};
use super::cells::trim;
use super::interner::Interner;
use super::plan::FieldRule;
use super::scan::Block;
use super::values::{Cells, NO_FLAG, Texts};
use super::words::{Nulls, WordMap};
use crate::clock::zone::{Cursor, Zone};
use crate::columns::Type;
use crate::desk::{MISSING, NONE, code_of};
use crate::error::Result;
use crate::settings::Part;

/// How one column of the desk is read from one file.
#[expect(clippy::struct_excessive_bools, reason = "independent properties of a column, each read where it matters")]
#[derive(Debug, Clone)]
pub(super) struct ColumnPlan {
    /// Name in the desk's frame.
    pub(super) name: String,
    pub(super) kind: Type,
    pub(super) is_required: bool,
    /// Field numbers in the file, joined by `join`; none for a constant.
    pub(super) fields: Vec<usize>,
    pub(super) join: String,
    /// Header(s) as shown in messages.
    pub(super) header: String,
    pub(super) constant: Option<String>,
    pub(super) nulls: Nulls,
    pub(super) values: WordMap,
    /// Which part of a cell counts.
    pub(super) part: Part,
    /// The rows in which the cell is meant.
    pub(super) when: Option<FieldRule>,
    /// Whether the fields are the columns of one repeated header, of which the first that is not empty counts.
    pub(super) is_repeated: bool,
    pub(super) forms: Vec<Form>,
    /// How lengths of time are written.
    pub(super) units: Units,
    /// How numbers are written.
    pub(super) style: NumberStyle,
    /// Whether texts hold HTML entities.
    pub(super) is_html: bool,
    /// Added to a whole number.
    pub(super) add: i64,
    /// Whether values are used, or only checked.
    pub(super) is_used: bool,
    /// For an id: keep the text as well.
    pub(super) keeps_text: bool,
}

/// What reading a block may say besides its values, of the rows that are kept of it.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    /// Words that no value map knows: header and word → rows.
    pub(super) unmapped: BTreeMap<(String, String), u64>,
    /// Ids that a spreadsheet has rounded: header → rows.
    pub(super) mangled: BTreeMap<String, u64>,
    pub(super) clock_changes: u64,
}

/// Rows of a block in which reading one column met what is to be told. Whether a row counts is known only when all columns are read.
#[derive(Debug, Default)]
pub(super) struct Noticed {
    /// The row being read.
    row: u32,
    unmapped: Vec<u32>,
    mangled: Vec<u32>,
    clock_changes: Vec<u32>,
}

impl Remarks {
    /// Tells what was noticed in the rows that are kept; `None` for all.
    pub(super) fn tell(&mut self, plan: &ColumnPlan, block: &Block, noticed: &Noticed, kept: Option<&[bool]>) {
        let is_kept = |row: &&u32| kept.is_none_or(|kept| kept[**row as usize]);
        let count = |rows: &[u32]| rows.iter().filter(is_kept).count() as u64;
        let (mut scratch, mut joined) = (Vec::new(), Vec::new());
        for &row in noticed.unmapped.iter().filter(is_kept) {
            let word = excerpt(cell(block, plan, row as usize, &mut scratch, &mut joined));
            *self.unmapped.entry((plan.header.clone(), word)).or_default() += 1;
        }
        let mangled = count(&noticed.mangled);
        if mangled > 0 {
            *self.mangled.entry(plan.header.clone()).or_default() += mangled;
        }
        self.clock_changes += count(&noticed.clock_changes);
    }
}

/// A cell that could not be read: row, code, the cell, why.
#[derive(Debug)]
pub(super) struct BadCell {
    pub(super) row: usize,
    pub(super) header: String,
    pub(super) code: &'static str,
    pub(super) value: String,
    pub(super) reason: String,
}

/// Reads one column of a block.
pub(super) struct ColumnReader<'b> {
    pub(super) block: &'b Block,
    pub(super) interner: &'b mut Interner,
    pub(super) zone: &'b Zone,
    pub(super) bad: Vec<BadCell>,
    pub(super) noticed: Noticed,
}

/// The stable hash behind every key.
pub(super) fn key_of(text: &[u8]) -> i64 {
    let hash = FixedState::with_seed(0x6465_736b_6361_7264).hash_one(text);
    // MISSING stands for "no key".
    (hash as i64).max(MISSING + 1)
}

impl ColumnReader<'_> {
    /// Values (and, for an id kept as text, its text) of every row.
    pub(super) fn read(&mut self, plan: &ColumnPlan) -> Result<(Cells, Option<Cells>)> {
        if let Some(constant) = &plan.constant {
            return self.constant(plan, constant);
        }
        let can_fail = plan.is_required || matches!(plan.kind, Type::Instant | Type::Duration | Type::Int | Type::Number);
        if !plan.is_used && !plan.keeps_text && !can_fail {
            return Ok((Cells::empty(plan.kind), None));
        }
        Ok(match plan.kind {
            Type::Instant => (self.instants(plan), None),
            Type::Duration => (self.durations(plan), None),
            Type::Int => (self.whole(plan), None),
            Type::Number => (self.numbers(plan), None),
            Type::Flag => (self.flags(plan), None),
            Type::Dim => (self.texts(plan)?, None),
            Type::Enum(words) => (self.words_of(plan, words)?, None),
            Type::Words => (Cells::Words(self.long_texts(plan)), None),
            Type::Id => {
                let keys = self.each(
                    plan,
                    Cells::Long,
                    MISSING,
                    #[inline(always)]
                    |noticed, cell| {
                        if is_mangled_id(cell) {
                            noticed.mangled.push(noticed.row);
                        }
                        Ok(key_of(cell))
                    },
                );
                let text = plan.keeps_text.then(|| Cells::Words(self.long_texts(plan)));
                (keys, text)
            }
        })
    }

    fn constant(&mut self, plan: &ColumnPlan, text: &str) -> Result<(Cells, Option<Cells>)> {
        let rows = self.block.rows();
        let cells = match plan.kind {
            Type::Flag => Cells::Flag(vec![flag(text.as_bytes()).map_or(NO_FLAG, u8::from); rows]),
            Type::Int | Type::Duration => Cells::Whole(vec![int(text.as_bytes()).map_or(i32::MIN, |v| v as i32); rows]),
            Type::Number => Cells::Number(vec![number(text.as_bytes()).unwrap_or(f64::NAN); rows]),
            Type::Id => Cells::Long(vec![key_of(text.as_bytes()); rows]),
            Type::Instant => Cells::Long(vec![MISSING; rows]),
            Type::Dim | Type::Enum(_) => Cells::Text(vec![code_of(text)?; rows]),
            Type::Words => Cells::Words(Texts::repeated(text, rows)),
        };
        let as_text = plan.keeps_text.then(|| Cells::Words(Texts::repeated(text, rows)));
        Ok((cells, as_text))
    }

    /// The one loop over a column: nulls, bad cells and required columns are handled here, values by `parse`.
    fn each<T: Clone>(
        &mut self,
        plan: &ColumnPlan,
        wrap: impl Fn(Vec<T>) -> Cells,
        missing: T,
        mut parse: impl FnMut(&mut Noticed, &[u8]) -> std::result::Result<T, &'static str>,
    ) -> Cells {
        let mut out = vec![missing; self.block.rows()];
        let (noticed, bad_cells) = (&mut self.noticed, &mut self.bad);
        cells(
            self.block,
            plan,
            #[inline(always)]
            |row, cell| {
                if plan.nulls.is_null(cell) {
                    if plan.is_required {
                        bad_cells.push(bad(row, plan, "constraint-error", cell, "is empty, and this column is needed"));
                    }
                    return;
                }
                noticed.row = row as u32;
                match parse(noticed, cell) {
                    Ok(value) => out[row] = value,
                    Err(reason) => bad_cells.push(bad(row, plan, "type-error", cell, reason)),
                }
            },
        );
        wrap(out)
    }

    fn durations(&mut self, plan: &ColumnPlan) -> Cells {
        let in_seconds = plan.units.starts_with_seconds();
        self.each(
            plan,
            Cells::Whole,
            i32::MIN,
            #[inline(always)]
            |_, cell| match few_digits(cell).filter(|_| in_seconds) {
                Some(few) => Ok(few),
                None => duration(plan, cell),
            },
        )
    }

    fn whole(&mut self, plan: &ColumnPlan) -> Cells {
        let is_bare = plan.values.is_empty() && plan.add == 0;
        self.each(
            plan,
            Cells::Whole,
            i32::MIN,
            #[inline(always)]
            |noticed, cell| match few_digits(cell).filter(|_| is_bare) {
                Some(few) => Ok(few),
                None => whole(plan, noticed, cell),
            },
        )
    }

    fn numbers(&mut self, plan: &ColumnPlan) -> Cells {
        self.each(plan, Cells::Number, f64::NAN, |noticed, cell| {
            let word = plan.values.of(cell);
            match number_in(plan.style, word.map_or(cell, String::as_bytes)) {
                Some(value) => Ok(value),
                None if !plan.values.is_empty() => {
                    noticed.unmapped.push(noticed.row);
                    Ok(f64::NAN)
                }
                None => Err("is not a number"),
            }
        })
    }

    fn instants(&mut self, plan: &ColumnPlan) -> Cells {
        let mut cursor = Cursor::new(self.zone);
        let is_plain = plan.forms.first().is_some_and(Form::is_plain);
        self.each(
            plan,
            Cells::Long,
            MISSING,
            #[inline(always)]
            |noticed, cell| {
                if is_plain && let Some(local) = plain(cell, b' ') {
                    let utc = cursor.to_utc(local);
                    noticed.clock_change(utc.note.is_some());
                    return Ok(utc.secs);
                }
                let stamp = plan.forms.iter().find_map(|f| f.parse(cell)).ok_or("is not a time of the form this column is written in")?;
                Ok(match stamp {
                    Stamp { secs, offset: Some(offset) } => secs - i64::from(offset),
                    Stamp { secs, offset: None } => {
                        let utc = cursor.to_utc(secs);
                        noticed.clock_change(utc.note.is_some());
                        utc.secs
                    }
                })
            },
        )
    }

    fn flags(&mut self, plan: &ColumnPlan) -> Cells {
        self.each(
            plan,
            Cells::Flag,
            NO_FLAG,
            #[inline(always)]
            |noticed, cell| {
                let mapped = plan.values.of(cell);
                let value = flag(mapped.map_or(cell, String::as_bytes));
                if value.is_none() {
                    noticed.unmapped.push(noticed.row);
                }
                Ok(value.map_or(NO_FLAG, u8::from))
            },
        )
    }

    /// Texts as they are; a required one that is missing has been complained of with its key.
    fn long_texts(&self, plan: &ColumnPlan) -> Texts {
        if !plan.is_html
            && let Some(texts) = self.texts_at_once(plan)
        {
            return texts;
        }
        let mut texts = Texts::default();
        cells(self.block, plan, |_, cell| {
            let text = if plan.nulls.is_null(cell) { None } else { std::str::from_utf8(cell).ok() };
            match text {
                Some(text) if plan.is_html => texts.push(Some(&unescape_html(text))),
                text => texts.push(text),
            }
        });
        texts
    }

    /// The texts, looked at for UTF-8 all together; `None` if they are not.
    fn texts_at_once(&self, plan: &ColumnPlan) -> Option<Texts> {
        let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(self.block.rows()));
        cells(self.block, plan, |_, cell| {
            let is_null = plan.nulls.is_null(cell);
            bytes.extend_from_slice(if is_null { &[] } else { cell });
            ends.push(if is_null { Texts::NULL } else { bytes.len() });
        });
        Some(Texts::of(String::from_utf8(bytes).ok()?, ends))
    }

    /// Short texts: each distinct one is looked up once.
    fn texts(&mut self, plan: &ColumnPlan) -> Result<Cells> {
        let mut failure = None;
        let cells = self.interned(plan, |cell| {
            let text = String::from_utf8_lossy(cell);
            let mapped = plan.values.of(cell);
            let text = if plan.is_html { unescape_html(&text).into_owned().into() } else { text };
            code_of(mapped.map_or(&text, String::as_str)).map_err(|e| failure = Some(e)).ok()
        });
        failure.map_or(Ok(cells), Err)
    }

    /// Words of a fixed list: through the value map, else as they are; unknown ones stay empty and are counted.
    fn words_of(&mut self, plan: &ColumnPlan, words: &[&str]) -> Result<Cells> {
        let codes: Vec<u32> = words.iter().map(|w| code_of(w)).collect::<Result<_>>()?;
        Ok(self.interned(plan, |cell| {
            let lower = String::from_utf8_lossy(cell).to_lowercase();
            let word = plan.values.get(lower.as_bytes()).map_or(lower.as_str(), String::as_str);
            words.iter().position(|w| w.eq_ignore_ascii_case(word)).map(|i| codes[i])
        }))
    }

    /// Codes of texts; `code` is asked once for each distinct text this worker meets, and for the others the memory is.
    fn interned(&mut self, plan: &ColumnPlan, mut code: impl FnMut(&[u8]) -> Option<u32>) -> Cells {
        let mut interner = std::mem::take(self.interner);
        let cells = self.each(
            plan,
            Cells::Text,
            NONE,
            #[inline(always)]
            |noticed, cell| {
                let found = interner.code(cell, &mut code);
                if found.is_none() {
                    noticed.unmapped.push(noticed.row);
                }
                Ok(found.unwrap_or(NONE))
            },
        );
        *self.interner = interner;
        cells
    }
}

#[inline(never)]
fn duration(plan: &ColumnPlan, cell: &[u8]) -> std::result::Result<i32, &'static str> {
    fitting(plan.units.parse(cell).ok_or("is not a duration of this unit")?)
}

#[inline(never)]
fn whole(plan: &ColumnPlan, noticed: &mut Noticed, cell: &[u8]) -> std::result::Result<i32, &'static str> {
    let word = plan.values.of(cell);
    match int_in(plan.style, word.map_or(cell, String::as_bytes)) {
        Some(value) if plan.add == 0 => fitting(value),
        Some(value) => fitting(value.saturating_add(plan.add).max(0)),
        // Where words stand for numbers, one that is not known is no broken row.
        None if !plan.values.is_empty() => {
            noticed.unmapped.push(noticed.row);
            Ok(i32::MIN)
        }
        None => Err("is not a whole number"),
    }
}

fn fitting(value: i64) -> std::result::Result<i32, &'static str> {
    i32::try_from(value).ok().filter(|v| *v != i32::MIN).ok_or("is too large")
}

impl Noticed {
    fn clock_change(&mut self, is_one: bool) {
        if is_one {
            self.clock_changes.push(self.row);
        }
    }
}

fn bad(row: usize, plan: &ColumnPlan, code: &'static str, cell: &[u8], reason: &str) -> BadCell {
    BadCell { row, header: plan.header.clone(), code, value: excerpt(cell), reason: format!("{:?} {reason}", excerpt(cell)) }
}

fn excerpt(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).chars().take(200).collect()
}

/// Visits the text of a column's cell in every row.
#[expect(clippy::inline_always, reason = "what is done with a cell takes a few steps, of which a call would be the longest")]
#[inline(always)]
fn cells(block: &Block, plan: &ColumnPlan, mut visit: impl FnMut(usize, &[u8])) {
    let mut scratch = Vec::new();
    match plan.fields[..] {
        // What nearly every column is.
        [field] if plan.when.is_none() && plan.part.is_whole() => {
            block.column(field).enumerate().for_each(|(row, raw)| visit(row, bare(raw, &mut scratch)));
        }
        _ => {
            let mut joined = Vec::new();
            (0..block.rows()).for_each(|row| visit(row, cell(block, plan, row, &mut scratch, &mut joined)));
        }
    }
}

/// The trimmed text of a cell, quotes undone; several fields are joined.
#[inline]
pub(super) fn cell<'a>(block: &'a Block, plan: &ColumnPlan, row: usize, scratch: &'a mut Vec<u8>, joined: &'a mut Vec<u8>) -> &'a [u8] {
    if plan.when.as_ref().is_some_and(|when| !when.holds(block, row, scratch)) {
        return &[];
    }
    let whole = match plan.fields[..] {
        [field] => bare(block.raw(row, field), scratch),
        _ => cell_joined(block, plan, row, scratch, joined),
    };
    if plan.part.is_whole() { whole } else { plan.part.of(whole) }
}

/// A raw cell without quotes and outer blanks; nearly all cells have neither.
#[inline]
fn bare<'a>(raw: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    match (raw.first(), raw.last()) {
        (Some(first), Some(last)) if *first <= b' ' || *last <= b' ' || *first == b'"' => trim(super::cells::unquote(raw, scratch)),
        _ => raw,
    }
}

#[cold]
fn cell_joined<'a>(block: &'a Block, plan: &ColumnPlan, row: usize, scratch: &mut Vec<u8>, joined: &'a mut Vec<u8>) -> &'a [u8] {
    joined.clear();
    if plan.is_repeated {
        return first_filled(block, plan, row, scratch, joined);
    }
    for (i, &field) in plan.fields.iter().enumerate() {
        let part = trim(super::cells::unquote(block.raw(row, field), scratch));
        if plan.nulls.is_null(part) {
            joined.clear();
            return joined;
        }
        if i > 0 {
            joined.extend_from_slice(plan.join.as_bytes());
        }
        joined.extend_from_slice(part);
    }
    joined
}

/// Of the columns of a repeated header the first that holds something.
fn first_filled<'a>(block: &Block, plan: &ColumnPlan, row: usize, scratch: &mut Vec<u8>, joined: &'a mut Vec<u8>) -> &'a [u8] {
    for &field in &plan.fields {
        let part = trim(super::cells::unquote(block.raw(row, field), scratch));
        if !plan.nulls.is_null(part) {
            joined.extend_from_slice(part);
            break;
        }
    }
    joined
}
