//! `[[source]]` and its columns.

use super::form::{
    Key, NAME, any_of, choice, definition, flag, key, list_of, one_or_list, pattern, table, table_by, text, texts, to, whole, word,
};
use crate::columns::{Column, Source, Type};
use crate::ingest::preset;
use crate::settings::column::DurationUnit;
use crate::settings::source::REJECT_LIMIT;
use serde_json::{Map, Value, json};

pub(super) fn source() -> Value {
    let keys = own_keys().into_iter().chain(meaning_keys()).chain(writing_keys());
    let mut table = table("An export: where its files are and how they are written.", &["kind", "files"], keys);
    if let (Value::Object(table), Value::Object(condition)) = (&mut table, columns_by_kind()) {
        table.extend(condition);
    }
    table
}

pub(super) fn definitions() -> Vec<(String, Value)> {
    let columns = Source::ALL.map(|kind| definition(format!("columns_of_{kind}"), columns(kind)));
    let types = TYPES.map(|(kind, name)| definition(name, column_table(kind)));
    let one_of_words = Source::ALL.into_iter().flat_map(|kind| kind.columns().iter().map(move |column| (kind, column)));
    let one_of_words =
        one_of_words.filter(|(_, c)| is_enum(c)).map(|(kind, column)| definition(table_name(kind, column), column_table(column.kind)));
    let mut header = texts();
    header["description"] = json!("A header, or a list of headers of which the first that exists counts.");
    let shared = [
        definition("row_rule", row_rule()),
        definition("header", header),
        definition("no_column", json!({ "const": false, "description": "There is no such column, whatever the preset says." })),
    ];
    one_of_words.chain(columns).chain(types).chain(shared).collect()
}

fn own_keys() -> Vec<Key> {
    let any_columns = any_of(Source::ALL.map(|kind| to(&format!("columns_of_{kind}"))));
    let limit = "The share of a file's rows that may be broken; a file with more (and more than 10) is refused.";
    vec![
        key("name", "Its name, unlike any other's; without it, the kind.", text()),
        key("kind", "What its rows are.", choice(Source::ALL.map(Source::name))),
        key("files", "Its files, relative to this one, with `*`; \"-\" is standard input.", texts()),
        key("preset", "The product it comes from: its headers and words are known.", choice(preset::names())).or("generic"),
        key("reject_limit", limit, json!({ "type": "number", "minimum": 0, "maximum": 1 })).or(REJECT_LIMIT),
        key("where", "The rows to keep, by the words of a column.", to("row_rule")),
        key("columns", "Where each canonical column comes from; only what the preset does not know.", any_columns),
        key("extra", "Further columns to break metrics down by: our name = their header.", table_by(NAME, &text())),
    ]
}

/// What rows and cells mean.
fn meaning_keys() -> Vec<Key> {
    let rows =
        "What the rows are: `latest`, of two rows with one id the later counts; `versions`, states of a ticket; `legs`, legs of a call.";
    let no_agent = "What became of a caller whom no agent took, where the product does not say.";
    vec![
        key("rows", rows, choice(["latest", "versions", "legs"])).or("latest"),
        key("set_aside", "Rows to leave out, by the words of a column.", one_or_list(to("row_rule"), 0)),
        key("partial", "Rows that tell that the product cut its export short.", to("row_rule")),
        key("no_agent", no_agent, choice(["abandoned", "overflow"])),
        key("row_limits", "Numbers of rows at which the product cuts its exports off.", one_or_list(whole(0, None), 0)),
        key("measures", "Headers whose columns become rows, of observations.", texts()),
        key("shape", "What the file is, where it is no table.", choice(["queue_log"])),
        key("time_zone", "The zone of its times; without it, the desk's.", to("time_zone")),
        key("order", "Whether 03/04 is the third of April or the fourth of March, where the values cannot tell.", choice(["dmy", "mdy"])),
        key("timestamps", "How times are written, as strftime: \"%d/%m/%Y %H:%M\"; without it, proved from the values.", texts()),
        key("nulls", "Cell texts that mean nothing is there.", texts()),
    ]
}

/// How the file is written, where that is not detected right.
fn writing_keys() -> Vec<Key> {
    vec![
        key("headers", "Column names of a file without a header row; a list of lists for several numbers of columns.", text_lists()),
        key("delimiter", "What separates cells.", choice([",", ";", "\t", "|"])),
        key("quote", "What goes around cells that hold a delimiter; empty: quotes are text.", choice(["\"", "'", ""])),
        key("escape", "What comes before a quote that is text; empty: it is doubled.", choice(["\\", ""])),
        key("line_ends", "Whether a carriage return alone ends a line too.", choice(["lf", "any"])),
        key("blanks", "Whether blanks behind a delimiter belong to it.", flag()),
        key("encoding", "The encoding, such as \"windows-1252\".", text()),
        key("sheet", "The sheet of a workbook.", text()),
        key("member", "The file of an archive.", text()),
        key("lines_above", "Lines above the header.", whole(0, None)),
        key("header_rows", "Rows the header is made of; 0: there is none.", whole(0, None)),
        key("decimal", "What comes before a fraction.", choice([".", ","])),
        key("thousands", "What groups digits; only with `decimal`.", choice([",", ".", " ", "'"])),
        key("html", "Whether texts hold HTML entities.", flag()),
    ]
}

/// `if` the kind is this `then` the columns are those, `else` … Not `allOf`: editors then offer none of the keys.
fn columns_by_kind() -> Value {
    Source::ALL.into_iter().rev().fold(Value::Object(Map::new()), |rest, kind| {
        json!({
            "if": { "properties": { "kind": { "const": kind.name() } } },
            "then": { "properties": { "columns": to(&format!("columns_of_{kind}")) } },
            "else": rest,
        })
    })
}

fn row_rule() -> Value {
    let keys = [
        key("column", "The header of the column.", text()),
        key("is", "Rows with one of these words in it; `*` at the end: whatever follows.", texts()),
        key("is_not", "Rows with any other word in it.", texts()),
    ];
    let mut rule = table("A rule about rows: a column, and `is` or `is_not`.", &["column"], keys);
    rule["oneOf"] = json!([{ "required": ["is"] }, { "required": ["is_not"] }]);
    rule
}

/// `[source.columns]` of a kind.
fn columns(kind: Source) -> Value {
    let keys = kind.columns().iter().map(|column| {
        let no =
            (!column.is_required).then(|| json!({ "const": false, "description": "It has no such column, whatever the preset says." }));
        key(column.name, column.doc, any_of([to("header"), to(&table_name(kind, column))].into_iter().chain(no)))
    });
    table(
        &format!("Where the columns of {kind} come from: a header, a list of headers of which the first that exists counts, or a table."),
        &[],
        keys,
    )
}

/// The types of columns that are the same wherever they stand; those of a few words each have their own list.
const TYPES: [(Type, &str); 8] = [
    (Type::Id, "column_id"),
    (Type::Instant, "column_instant"),
    (Type::Duration, "column_duration"),
    (Type::Int, "column_int"),
    (Type::Number, "column_number"),
    (Type::Flag, "column_flag"),
    (Type::Dim, "column_dim"),
    (Type::Words, "column_words"),
];

fn is_enum(column: &Column) -> bool {
    matches!(column.kind, Type::Enum(_))
}

/// The definition of a column's table.
fn table_name(kind: Source, column: &Column) -> String {
    let shared = TYPES.iter().find(|(known, _)| *known == column.kind);
    shared.map_or_else(|| format!("column_{kind}_{}", column.name), |(_, name)| (*name).to_owned())
}

/// What may be said of a column of this type.
fn column_table(kind: Type) -> Value {
    let separators = || {
        let mut mark = word();
        mark["minLength"] = json!(1);
        one_or_list(mark, 0)
    };
    let mut keys = vec![
        key("header", "The header it comes from; of a list, the first that exists.", texts()),
        key("headers", "Headers whose cells are joined; a list of lists for alternatives.", text_lists()),
        key("join", "What goes between joined cells; with `headers`.", word()).or(" "),
        key("nulls", "Cell texts that mean nothing is there, besides the source's.", texts()),
        key("last", "Only the text behind the last of these.", separators()),
        key("but_last", "Only the text before the last of these.", separators()),
        key("first", "Only the text before the first of these.", separators()),
        key("when", "The rows in which the header means this column.", to("row_rule")),
        key("value", "The same value for every row.", canonical(kind)),
    ];
    keys.extend(keys_of_type(kind));
    table(&format!("How a column is filled that holds {kind}."), &[], keys)
}

fn keys_of_type(kind: Type) -> Vec<Key> {
    let mut keys = Vec::new();
    if kind == Type::Instant {
        keys.push(key("timestamps", "How its times are written, as strftime; without it, as the source's.", texts()));
        keys.push(key("time_zone", "The zone of its times; without it, the source's.", to("time_zone")));
        keys.push(key("order", "Whether day or month comes first; without it, as the source's.", choice(["dmy", "mdy"])));
    }
    if kind == Type::Duration {
        let units = one_or_list(choice(DurationUnit::ALL.map(|(name, _)| name)), 0);
        keys.push(key("unit", "What it is written in, tried in order; without it, proved from the values.", units));
    }
    if kind == Type::Int {
        keys.push(key("add", "Added to it.", json!({ "type": "integer" })).or(0));
    }
    if kind.words().is_some() || matches!(kind, Type::Dim | Type::Int | Type::Number) {
        let words = json!({ "type": "object", "additionalProperties": canonical(kind) });
        keys.push(key("values", "Their word = ours; case does not count, `*` at the end: whatever follows.", words));
    }
    keys
}

/// A value such a column may hold.
fn canonical(kind: Type) -> Value {
    match kind {
        Type::Enum(words) => choice(words),
        Type::Flag => json!({ "enum": ["true", "false", true, false] }),
        Type::Int | Type::Duration => any_of([json!({ "type": "integer" }), pattern("[+-]?[0-9]+")]),
        Type::Number => json!({ "type": ["number", "string"] }),
        Type::Instant => super::form::local_time(),
        Type::Id | Type::Dim | Type::Words => {
            let mut text = word();
            text["pattern"] = json!(r"\S");
            text
        }
    }
}

/// A list of texts, or several such lists.
fn text_lists() -> Value {
    any_of([text(), list_of(&texts(), 1)])
}
