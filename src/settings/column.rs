//! How a canonical column is filled from an export: the one grammar of `[source.columns]` and of the presets.

use super::node::{Node, Table, did_you_mean};
use super::source::{Order, RowRule, order, row_rule};
use crate::clock::parse_local;
use crate::columns::{Column, Source, Type};
use crate::error::{Error, Result};
pub(crate) use crate::ingest::cells::duration::DurationUnit;
use crate::ingest::cells::timestamp::Form;
use crate::ingest::preset::Preset;
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// Where a canonical column comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnMapping {
    /// The column it fills.
    pub canonical: &'static Column,
    /// Alternatives, the first that exists counts; each is a list of headers whose cells are joined. Empty for a constant.
    pub headers: Vec<Vec<String>>,
    /// What goes between joined cells.
    pub join: String,
    /// Its own forms of timestamps; empty: the source's.
    pub timestamps: Vec<String>,
    /// Its own zone; None: the source's.
    pub time_zone: Option<Tz>,
    /// Its own date order; None: the source's.
    pub order: Option<Order>,
    /// Null marks besides the source's.
    pub nulls: Vec<String>,
    /// What a duration is written in, tried in order; empty: to be proved, bare numbers being seconds.
    pub units: Vec<DurationUnit>,
    /// The part of a cell that counts.
    pub part: Part,
    /// The rows in which the header means this column; in others nothing is there.
    pub when: Option<RowRule>,
    /// For a whole number: added to it, the sum being 0 at least.
    pub add: i64,
    /// Raw word, trimmed and in lower case, to canonical value; a key that ends in `*` stands for all texts with that beginning.
    /// Has every canonical word of an enum or flag unless remapped.
    pub values: BTreeMap<String, String>,
    /// The same canonical value for every row; the headers are then empty.
    pub constant: Option<String>,
    /// Whether the config says where it comes from: a missing header is then an error.
    pub is_declared: bool,
    /// Where the config says so; empty if only the preset does.
    pub at: String,
}

/// Which part of a cell's text counts. What a column does not say is left as it is.
///
/// The steps are taken in this order: `last`, `but_last`, `first`. Separators compare exactly; blanks around what is left go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Only the text behind the last of these.
    pub last: Vec<String>,
    /// Only the text before the last of these: `1-2600-0` without its last part is `1-2600`.
    pub but_last: Vec<String>,
    /// Only the text before the first of these.
    pub first: Vec<String>,
}

pub(super) const COLUMN_KEYS: &[&str] = &[
    "header",
    "headers",
    "join",
    "timestamps",
    "time_zone",
    "order",
    "nulls",
    "unit",
    "first",
    "last",
    "but_last",
    "when",
    "add",
    "values",
    "value",
];

/// What a config or a preset says about one column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub(crate) headers: Vec<Vec<String>>,
    join: Option<String>,
    timestamps: Vec<String>,
    time_zone: Option<Tz>,
    order: Option<Order>,
    nulls: Vec<String>,
    units: Vec<DurationUnit>,
    part: Part,
    pub(crate) when: Option<RowRule>,
    add: i64,
    pub(crate) values: BTreeMap<String, String>,
    constant: Option<String>,
}

/// All mapped columns of a source, in canonical order.
pub(super) fn columns(source: &Table<'_>, kind: Source, preset: &Preset) -> Result<Vec<ColumnMapping>> {
    let table = source.get("columns").map(|n| n.open_table("[source.columns]")).transpose()?;
    let own = table.as_ref().map_or_else(Vec::new, Table::nodes);
    if let Some(node) = own.iter().find(|n| kind.column(n.key).is_none()) {
        return Err(unknown_column(node, kind));
    }
    let mut columns = Vec::new();
    for column in kind.columns() {
        let said = match own.iter().find(|n| n.key == column.name) {
            Some(node) if node.is_false() => None,
            Some(node) => Some(declared(node, column, preset.said(kind, column))?),
            None => preset.said(kind, column).into_mapping(column),
        };
        if said.is_none() && column.is_required {
            let error = source.error(format!("no header is known for `{}`, which {kind} must have", column.name));
            return Err(error.hint(format!("{} Map it in [source.columns]: {} = \"...\"", column.doc, column.name)));
        }
        columns.extend(said);
    }
    if columns.is_empty() {
        return Err(source
            .error(format!("the preset knows no columns of {kind}"))
            .hint("map them in [source.columns], or use another preset"));
    }
    Ok(columns)
}

pub(crate) fn unknown_column(node: &Node<'_>, kind: Source) -> Error {
    let names: Vec<&str> = kind.columns().iter().map(|c| c.name).collect();
    let error = did_you_mean(node.key_error(format!("{kind} have no column `{}`", node.key)), node.key, &names);
    match Source::ALL.iter().find(|s| s.column(node.key).is_some()) {
        Some(other) => error.hint(format!("{other} have one")),
        None if error.hints.is_empty() => error.hint("to keep it as a breakdown, put it in [source.extra]"),
        None => error,
    }
}

/// A column the config speaks about, on top of what the preset says.
fn declared(node: &Node<'_>, column: &'static Column, preset: Said) -> Result<ColumnMapping> {
    let said = Said::read(node, column)?;
    let is_placed = said.constant.is_some() || !said.headers.is_empty();
    let Some(mapping) = said.over(preset).into_mapping(column) else {
        return Err(node.error(format!("nothing says which header `{}` comes from", column.name)).hint("add header = \"...\""));
    };
    Ok(ColumnMapping { is_declared: is_placed, at: node.place(), ..mapping })
}

impl Said {
    /// Reads a header, a list of headers of which the first that exists counts, or a table.
    pub(crate) fn read(node: &Node<'_>, column: &Column) -> Result<Self> {
        if !node.is_table() {
            return Ok(Self { headers: alternatives(node)?, ..Self::default() });
        }
        let table = node.table(format!("the column `{}`", column.name), COLUMN_KEYS)?;
        check_keys(&table, column)?;
        let headers = match (table.get("header"), table.get("headers")) {
            (Some(one), None) => alternatives(&one)?,
            (None, Some(joined)) => text_lists(&joined)?,
            _ => Vec::new(),
        };
        Ok(Self {
            headers,
            join: table.get("join").map(|n| n.word()).transpose()?,
            timestamps: table.get("timestamps").map_or(Ok(Vec::new()), |n| timestamp_forms(&n))?,
            time_zone: table.get("time_zone").map(|n| n.zone()).transpose()?,
            order: table.get("order").map(|n| order(&n)).transpose()?,
            nulls: trimmed(table.texts("nulls")?),
            units: table.get("unit").map_or(Ok(Vec::new()), |n| units(&n))?,
            part: part(&table)?,
            when: table.get("when").map(|n| row_rule(&n, false)).transpose()?,
            add: table.get("add").map_or(Ok(0), |n| n.integer())?,
            values: table.get("values").map_or(Ok(BTreeMap::new()), |n| words(&n, column))?,
            constant: table.get("value").map(|n| canonical(&n, column)).transpose()?,
        })
    }

    /// What a config says on top of a preset: words add up; the rest of the preset belongs to the preset's own headers.
    fn over(mut self, preset: Self) -> Self {
        let mut values = preset.values;
        values.append(&mut self.values);
        if self.constant.is_some() || !self.headers.is_empty() {
            return Self { values, ..self };
        }
        Self {
            headers: preset.headers,
            join: self.join.or(preset.join),
            timestamps: if self.timestamps.is_empty() { preset.timestamps } else { self.timestamps },
            time_zone: self.time_zone.or(preset.time_zone),
            order: self.order.or(preset.order),
            nulls: [preset.nulls, self.nulls].concat(),
            units: if self.units.is_empty() { preset.units } else { self.units },
            part: if self.part == Part::default() { preset.part } else { self.part },
            when: self.when.or(preset.when),
            add: if self.add == 0 { preset.add } else { self.add },
            values,
            constant: preset.constant,
        }
    }

    /// None if there is neither a header nor a constant.
    pub(crate) fn into_mapping(self, canonical: &'static Column) -> Option<ColumnMapping> {
        if self.headers.is_empty() && self.constant.is_none() {
            return None;
        }
        let mut values: BTreeMap<String, String> =
            canonical.kind.words().unwrap_or(&[]).iter().map(|w| (w.to_lowercase(), (*w).to_owned())).collect();
        values.extend(self.values);
        Some(ColumnMapping {
            canonical,
            headers: self.headers,
            join: self.join.unwrap_or_else(|| " ".to_owned()),
            timestamps: self.timestamps,
            time_zone: self.time_zone,
            order: self.order,
            nulls: self.nulls,
            units: self.units,
            part: self.part,
            when: self.when,
            add: self.add,
            values,
            constant: self.constant,
            is_declared: false,
            at: String::new(),
        })
    }
}

/// The units a column may be written in.
fn units(node: &Node<'_>) -> Result<Vec<DurationUnit>> {
    let names = DurationUnit::ALL.map(|(name, _)| name);
    node.items().iter().map(|n| n.choice(&names).map(|name| DurationUnit::from_name(name).unwrap_or(DurationUnit::Seconds))).collect()
}

/// `last`, `but_last` and `first`, with what the parts of a cell are separated by.
fn part(table: &Table<'_>) -> Result<Part> {
    // Not `text()`: a separator may be blank.
    let word = |n: &Node<'_>| n.word().and_then(|w| if w.is_empty() { Err(n.error(format!("`{}` is empty", n.key))) } else { Ok(w) });
    let words = |key: &str| table.get(key).map_or(Ok(Vec::new()), |n| n.items().iter().map(word).collect());
    Ok(Part { last: words("last")?, but_last: words("but_last")?, first: words("first")? })
}

/// A list of texts, or several such lists.
pub(super) fn text_lists(node: &Node<'_>) -> Result<Vec<Vec<String>>> {
    let items = node.items();
    if items.first().is_some_and(Node::is_list) { items.iter().map(Node::texts).collect() } else { Ok(vec![node.texts()?]) }
}

fn alternatives(node: &Node<'_>) -> Result<Vec<Vec<String>>> {
    Ok(node.texts()?.into_iter().map(|h| vec![h]).collect())
}

pub(super) fn trimmed(texts: Vec<String>) -> Vec<String> {
    texts.into_iter().map(|t| t.trim().to_owned()).collect()
}

/// Refuses keys that contradict each other or mean nothing for this type of column.
fn check_keys(table: &Table<'_>, column: &Column) -> Result<()> {
    let places: Vec<Node<'_>> = ["header", "headers", "value"].iter().filter_map(|k| table.get(k)).collect();
    if let [one, other, ..] = places.as_slice() {
        return Err(other.key_error(format!("`{}` has both `{}` and `{}`", column.name, one.key, other.key)));
    }
    let is_instant = column.kind == Type::Instant;
    let rules = [
        ("timestamps", is_instant),
        ("time_zone", is_instant),
        ("order", is_instant),
        ("unit", column.kind == Type::Duration),
        ("add", column.kind == Type::Int),
        ("join", table.get("headers").is_some()),
        ("values", column.kind.words().is_some() || matches!(column.kind, Type::Dim | Type::Int | Type::Number)),
    ];
    match rules.iter().find_map(|(key, is_allowed)| table.get(key).filter(|_| !is_allowed)) {
        Some(node) if node.key == "join" => Err(node.key_error("`join` goes with `headers`")),
        Some(node) => Err(node.key_error(format!("`{}` means nothing for `{}`, which is {}", node.key, column.name, column.kind))),
        None => Ok(()),
    }
}

/// Raw words, trimmed and in lower case, to canonical values.
pub(crate) fn words(node: &Node<'_>, column: &Column) -> Result<BTreeMap<String, String>> {
    let mut words = BTreeMap::new();
    for node in node.open_table("`values`")?.nodes() {
        let raw = node.key.trim().to_lowercase();
        if words.insert(raw, canonical(&node, column)?).is_some() {
            return Err(node.key_error(format!("`{}` is given twice: case and outer blanks do not count", node.key)));
        }
    }
    Ok(words)
}

/// A value that the column may hold.
fn canonical(node: &Node<'_>, column: &Column) -> Result<String> {
    let word = node.word()?;
    let is_legal = match column.kind {
        Type::Enum(_) | Type::Flag => {
            let known = column.kind.words().unwrap_or(&[]);
            if known.contains(&word.as_str()) {
                return Ok(word);
            }
            return Err(did_you_mean(node.error(format!("`{word}` is not a value of `{}`", column.name)), &word, known));
        }
        Type::Int | Type::Duration => word.parse::<i64>().is_ok(),
        Type::Number => word.parse().is_ok_and(f64::is_finite),
        Type::Instant => parse_local(&word).is_some(),
        Type::Id | Type::Dim | Type::Words => !word.trim().is_empty(),
    };
    let error = || node.error(format!("`{word}` is not a value of `{}`, which is {}", column.name, column.kind));
    if is_legal { Ok(word) } else { Err(error()) }
}

/// Forms of timestamps; `auto` alone is none.
pub(crate) fn timestamp_forms(node: &Node<'_>) -> Result<Vec<String>> {
    let forms = node.texts()?;
    if forms == ["auto"] {
        return Ok(Vec::new());
    }
    for item in node.items() {
        let form = item.text()?;
        if Form::compile(form).is_err() {
            let error = item.error(format!("`{form}` is not a form of timestamp that names a day"));
            return Err(error.hint("write strftime marks such as \"%d/%m/%Y %H:%M\", or \"auto\" by itself"));
        }
    }
    Ok(forms)
}
