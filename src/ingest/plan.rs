//! How one file is read: which fields fill which columns of the frame.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cells::duration::Units;
use super::cells::number::NumberStyle;
use super::column::ColumnPlan;
use super::files::{Fields, Opened, fields, missing_header};
use super::forms::Forms;
use super::preset::find_header;
use super::scan::Block;
use super::source::Keep;
use super::table::Slot;
use super::words::{Nulls, WordMap, is_meant};
use crate::clock::zone::Zone;
use crate::columns::Type;
use crate::desk::frame_name;
use crate::error::Result;
use crate::settings::{ColumnMapping, Part, RowRule, Rows, SourceSettings};

/// How one file is read.
pub(super) struct FilePlan {
    pub(super) shown: String,
    /// Where the lines of its text stand in the file, if the text is ours.
    pub(super) origin: Vec<(u64, u64)>,
    pub(super) columns: Vec<ColumnPlan>,
    /// Number in `columns` for each slot of the frame: (column, whether it is its text).
    pub(super) slots: Vec<Option<(usize, bool)>>,
    pub(super) id: Option<usize>,
    pub(super) updated: Option<usize>,
    pub(super) version: Option<usize>,
    pub(super) rules: Vec<FieldRule>,
    /// Rows that say the export was cut short.
    pub(super) partial: Option<FieldRule>,
    pub(super) zones: Vec<Arc<Zone>>,
}

/// A rule about rows to leave out, and the field it looks at.
#[derive(Debug, Clone)]
pub(super) struct FieldRule {
    /// None: the file does not have it.
    pub(super) field: Option<usize>,
    pub(super) rule: RowRule,
}

impl FieldRule {
    /// Whether the rule holds of a row: its cell has one of the words, or none of them where it says `is_not`.
    ///
    /// Of a file without the column it never holds.
    pub(super) fn holds(&self, block: &Block, row: usize, scratch: &mut Vec<u8>) -> bool {
        let Some(field) = self.field else { return false };
        let cell = super::cells::trim(super::cells::unquote(block.raw(row, field), scratch));
        let lower = String::from_utf8_lossy(cell).to_lowercase();
        self.rule.words.iter().any(|word| is_meant(word, &lower)) == self.rule.drops_matches
    }

    /// In words, for the ledger: `Non-ACD is yes`.
    pub(super) fn in_words(&self) -> String {
        let verb = if self.rule.drops_matches { "is" } else { "is not" };
        format!("{} {verb} {}", self.rule.column, self.rule.words.join(" or "))
    }
}

/// The columns the frame will have: the stored canonical ones, the texts of ids, and the extra columns.
pub(super) fn slots(source: &SourceSettings, keep: &Keep<'_>) -> Vec<Slot> {
    let mut out = Vec::new();
    for column in source.kind.columns() {
        let name = frame_name(column);
        if (keep.is_stored)(column.name, &name) {
            out.push(Slot { name, kind: column.kind });
        }
        if column.kind == Type::Id && keep.texts && (keep.is_stored)(column.name, column.name) {
            out.push(Slot { name: column.name.to_owned(), kind: Type::Words });
        }
    }
    for (name, _) in &source.extra {
        if (keep.is_stored)(name, name) {
            out.push(Slot { name: name.clone(), kind: Type::Dim });
        }
    }
    out
}

/// A column's header as shown in messages, or headers.
pub(super) fn shown_header(fields: &Fields, file: &Opened) -> String {
    let shown = if fields.is_repeated { &fields.at[..1] } else { &fields.at[..] };
    shown.iter().map(|&f| file.header[f].as_str()).collect::<Vec<_>>().join(" + ")
}

pub(super) fn column_plan(source: &SourceSettings, mapping: &ColumnMapping, fields: Fields, file: &Opened, forms: &Forms) -> ColumnPlan {
    let header = shown_header(&fields, file);
    let is_instant = mapping.canonical.kind == Type::Instant;
    ColumnPlan {
        name: frame_name(mapping.canonical),
        kind: mapping.canonical.kind,
        is_required: mapping.canonical.is_required,
        fields: fields.at,
        is_repeated: fields.is_repeated,
        join: mapping.join.clone(),
        header,
        constant: mapping.constant.clone(),
        nulls: Nulls::new(source.nulls.iter().chain(&mapping.nulls), is_instant),
        values: WordMap::new(mapping.values.iter()),
        part: mapping.part.clone(),
        when: mapping.when.clone().map(|rule| FieldRule { field: find_header(&file.header, &rule.column), rule }),
        forms: forms.instants.get(mapping.canonical.name).cloned().unwrap_or_default(),
        units: forms.durations.get(mapping.canonical.name).cloned().unwrap_or_default(),
        style: forms.numbers.get(mapping.canonical.name).copied().unwrap_or(NumberStyle::PLAIN),
        is_html: source.options.html == Some(true),
        add: mapping.add,
        is_used: false,
        keeps_text: false,
    }
}

pub(super) fn plan(source: &SourceSettings, file: &Opened, slots: &[Slot], keep: &Keep<'_>, forms: &Forms) -> Result<FilePlan> {
    let mut columns = Vec::new();
    let mut zones = Vec::new();
    let mut made: BTreeMap<String, Arc<Zone>> = BTreeMap::new();
    let mut zone_of = |tz: chrono_tz::Tz| made.entry(tz.name().to_owned()).or_insert_with(|| Zone::shared(tz)).clone();
    let mut found = fields(source, &file.header);
    for mapping in &source.columns {
        let fields = match (&mapping.constant, found.remove(mapping.canonical.name)) {
            (Some(_), _) => Fields { at: Vec::new(), is_repeated: false },
            (None, Some(fields)) => fields,
            (None, None) => continue,
        };
        let mut plan = column_plan(source, mapping, fields, file, forms);
        let tells_rows_apart = ["id_key", "updated_at", "version"].contains(&plan.name.as_str());
        plan.is_used = tells_rows_apart || slots.iter().any(|s| s.name == plan.name);
        plan.keeps_text = plan.kind == Type::Id && slots.iter().any(|s| s.name == mapping.canonical.name);
        columns.push(plan);
        zones.push(zone_of(mapping.time_zone.unwrap_or(source.time_zone)));
    }
    for (name, header) in source.extra.iter().filter(|(name, _)| (keep.is_stored)(name, name)) {
        let field = find_header(&file.header, header).ok_or_else(|| missing_header(header, name, file).at(source.at.clone()))?;
        columns.push(extra_plan(source, name, header, field));
        zones.push(zone_of(source.time_zone));
    }
    let find = |name: &str| columns.iter().position(|c| c.name == name);
    let mut rules = Vec::new();
    for rule in source.options.set_aside.iter().flatten() {
        match find_header(&file.header, &rule.column) {
            field @ Some(_) => rules.push(FieldRule { field, rule: rule.clone() }),
            None if rule.is_needed => return Err(missing_header(&rule.column, "where", file).at(source.at.clone())),
            None => {}
        }
    }
    let slot = |s: &Slot| match find(&s.name) {
        Some(i) => Some((i, false)),
        None => find(&format!("{}_key", s.name)).map(|i| (i, true)),
    };
    Ok(FilePlan {
        shown: file.shown.clone(),
        origin: file.origin.clone(),
        slots: slots.iter().map(slot).collect(),
        // Legs share the id of their call: only copies of a whole row are the same leg.
        id: if source.rows() == Rows::Legs { None } else { find("id_key") },
        updated: find("updated_at"),
        version: find("version"),
        columns,
        rules,
        partial: source.options.partial.clone().map(|rule| FieldRule { field: find_header(&file.header, &rule.column), rule }),
        zones,
    })
}

pub(super) fn extra_plan(source: &SourceSettings, name: &str, header: &str, field: usize) -> ColumnPlan {
    ColumnPlan {
        name: name.to_owned(),
        kind: Type::Dim,
        is_required: false,
        fields: vec![field],
        join: String::new(),
        header: header.to_owned(),
        constant: None,
        nulls: Nulls::new(source.nulls.iter(), false),
        values: WordMap::default(),
        part: Part::default(),
        when: None,
        is_repeated: false,
        forms: Vec::new(),
        units: Units::default(),
        style: NumberStyle::PLAIN,
        is_html: source.options.html == Some(true),
        add: 0,
        is_used: true,
        keeps_text: false,
    }
}
