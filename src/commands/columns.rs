//! `deskcard columns`: what a source can have, for whoever writes a mapping.

use std::io::Write;

use super::{Outcome, stdout_failed};
use crate::cli::ColumnsArgs;
use crate::columns::{Column, Source, Type};
use crate::error::{Error, Result};

pub(super) fn run(args: &ColumnsArgs, stdout: &mut dyn Write) -> Result<Outcome> {
    let kinds: Vec<Source> = match args.kind.as_deref() {
        None => Source::ALL.to_vec(),
        Some(name) => vec![Source::ALL.into_iter().find(|k| k.name() == name).ok_or_else(|| unknown(name))?],
    };
    let part = if args.markdown { markdown } else { text };
    let parts: Vec<String> = kinds.into_iter().map(part).collect();
    writeln!(stdout, "{}", parts.join("\n")).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

fn unknown(name: &str) -> Error {
    let names: Vec<&str> = Source::ALL.iter().map(|k| k.name()).collect();
    Error::config(format!("there is no kind of source {name:?}")).hint(format!("there are {}", names.join(", ")))
}

/// What the cells of a column hold.
fn holds(column: &Column) -> String {
    match column.kind {
        Type::Id => "id".to_owned(),
        Type::Dim => "short text".to_owned(),
        Type::Words => "text".to_owned(),
        Type::Instant => "date and time".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Int => "whole number".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Flag => "yes or no".to_owned(),
        Type::Enum(words) => format!("one of {}", words.join(", ")),
    }
}

/// `id` is needed, the others are not.
fn text(kind: Source) -> String {
    let mut out = format!("{}\n", kind.name());
    for column in kind.columns() {
        let needed = if column.is_required { " (needed)" } else { "" };
        out += &format!("  {}{needed}: {}\n      {}\n", column.name, holds(column), column.doc);
    }
    out
}

fn markdown(kind: Source) -> String {
    let mut out = format!("## {}\n\n| column | holds | what it means |\n| --- | --- | --- |\n", kind.name());
    for column in kind.columns() {
        let name = if column.is_required { format!("**`{}`**", column.name) } else { format!("`{}`", column.name) };
        out += &format!("| {name} | {} | {} |\n", holds(column), column.doc);
    }
    out
}
